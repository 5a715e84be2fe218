"""Changes of a plan's values that a user tries: one knob, one amount; the structure stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.carbon_cost import MG_PER_T, emitted
from tanlu.roadmap.node import exact
from tanlu.roadmap.problem import (
    Budget,
    CarbonPrice,
    Target,
    TargetKind,
    budget_from,
    first_decision,
)
from tanlu.roadmap.simulate import nothing, simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.roadmap.problem import Problem, Series

FACTOR_STEP = Fraction(1, 10**12)  # t per unit: 1 mg per kWh of a factor is three digits more
OWN_SCOPES = frozenset({1, 2})
NEUTRAL = "neutrality"


class Knob(StrEnum):
    """What can be turned without building the model anew."""

    CARBON_PRICE = "carbon_price"  # CNY/t, flat, or a factor on the path
    POWER_PRICE = "power_price"  # CNY per unit, flat, or a factor
    GROWTH = "growth"  # extra growth of activity a year
    BUDGET = "budget"  # CNY a year, or a factor
    GRID_SPEED = "grid_speed"  # how fast the grid gets cleaner: 1 as planned, 2 twice as fast
    NEUTRALITY_YEAR = "neutrality_year"
    CAPEX = "capex"  # factor on investment in measures, units and generation
    DISCOUNT_RATE = "discount_rate"  # per year, or a factor
    CAP = "cap"  # factor on the levels of yearly and cumulative caps


@dataclass(frozen=True, slots=True)
class Change:
    """One knob turned; a factor multiplies what is there, else the amount replaces it."""

    knob: Knob
    amount: Fraction
    is_factor: bool = False

    @property
    def text(self) -> str:
        """The change as it is written."""
        shown = f"{float(self.amount):g}" if self.amount.denominator != 1 else str(self.amount)
        return f"{self.knob}={'x' if self.is_factor else ''}{shown}"


def read_change(text: str) -> Change:
    """Read ``knob=amount``, ``knob=x1.5`` (a factor) or ``knob=2%``.

    Raises
    ------
    TanluError
        ``plan.change`` when the knob or the amount is unknown.

    Examples
    --------
    >>> read_change("budget=x1.5").amount
    Fraction(3, 2)
    """
    name, _, written = text.partition("=")
    name, written = name.strip(), written.strip()
    is_factor = written[:1] in {"x", "*"}
    digits = written[1:] if is_factor else written
    is_percent = digits.endswith("%")
    amount = exact(digits.removesuffix("%"))
    known = ", ".join(knob.value for knob in Knob)
    if name not in set(Knob) or amount is None:
        raise TanluError("plan.change", found=text, known=known)
    change = Change(Knob(name), amount / 100 if is_percent else amount, is_factor)
    _check(change, text, known)
    return change


def _check(change: Change, text: str, known: str) -> None:
    may_be_negative = change.knob is Knob.GROWTH and not change.is_factor
    if (change.amount < 0 and not may_be_negative) or change.amount <= -1:
        raise TanluError("plan.change", found=text, known=known)
    if change.knob is Knob.CAPEX and not change.is_factor:
        raise TanluError("plan.change", found=text, known=known)
    if change.knob is Knob.DISCOUNT_RATE and not change.is_factor and change.amount >= 1:
        raise TanluError("plan.change", found=text, known=known)
    if change.knob is Knob.NEUTRALITY_YEAR and (change.is_factor or change.amount.denominator != 1):
        raise TanluError("plan.change", found=text, known=known)


def changed(problem: Problem, changes: Iterable[Change]) -> Problem:
    """Return a problem with some knobs turned, one after the other.

    Raises
    ------
    TanluError
        ``plan.change-year`` when a neutrality year is outside the horizon.
    """
    for change in changes:
        problem = _KNOBS[change.knob](problem, change)
    return problem


def _turned(path: Series, change: Change) -> Series:
    if change.is_factor:
        return tuple(value * change.amount for value in path)
    return (change.amount,) * len(path)


def _carbon_price(problem: Problem, change: Change) -> Problem:
    """Turn the price that there is; where there is none, scopes 1 and 2 begin to pay one."""
    zero = (Fraction(0),) * problem.periods
    if problem.ets is None and problem.internal is not None:
        turned = replace(problem.internal, price=_turned(problem.internal.price, change))
        return replace(problem, internal=turned)
    if problem.ets is None and change.is_factor:
        return problem  # no price to multiply
    known = problem.ets or CarbonPrice(zero, zero, OWN_SCOPES, cash=True, method=problem.method)
    return replace(problem, ets=replace(known, price=_turned(known.price, change)))


def _power_price(problem: Problem, change: Change) -> Problem:
    power = problem.electricity()
    if not power:
        return problem
    carrier = problem.carriers[power]
    carriers = {**problem.carriers, power: replace(carrier, price=_turned(carrier.price, change))}
    sites = {
        name: replace(site, price={**site.price, power: _turned(site.price[power], change)})
        if power in site.price
        else site
        for name, site in problem.sites.items()
    }
    return replace(problem, carriers=carriers, sites=sites)


def growth_path(problem: Problem, yearly: Fraction) -> Series:
    """Return ``(1 + g)**(t - t0)`` over the years, cut to nine digits."""
    base = problem.years[0]
    paths = (Fraction(float(1 + yearly) ** (year - base)) for year in problem.years)
    return tuple(_cut(value, Fraction(1, 10**9)) for value in paths)


def _growth(problem: Problem, change: Change) -> Problem:
    """Scale activity and output; an amount saved that does not scale stays that amount."""
    yearly = change.amount - 1 if change.is_factor else change.amount
    return scaled_activity(problem, growth_path(problem, yearly))


def scaled_activity(problem: Problem, path: Series) -> Problem:
    """Return a problem whose demands and output are multiplied year by year."""
    uses = {
        name: replace(use, demand=_product(use.demand, path, use.quantum))
        for name, use in problem.end_uses.items()
    }
    borders = {
        name: replace(
            border, export=_times(border.export, path), output=_times(border.output, path)
        )
        for name, border in problem.borders.items()
    }
    output = _times(problem.output, path)
    return replace(problem, end_uses=uses, output=output, borders=borders)


def _times(values: Series, path: Series) -> Series:
    return tuple(a * b for a, b in zip(values, path, strict=True))


def _product(values: Series, path: Series, step: Fraction) -> Series:
    return tuple(v if p == 1 else _cut(v * p, step) for v, p in zip(values, path, strict=True))


def _cut(value: Fraction, step: Fraction) -> Fraction:
    return round(value / step) * step if step else value


def _budget(problem: Problem, change: Change) -> Problem:
    if problem.budget is None and change.is_factor:
        return problem  # no budget to multiply
    known = problem.budget or Budget((), carry_over=True, first=first_decision(problem))
    limits: tuple[Fraction | None, ...] = (change.amount,) * problem.periods
    if change.is_factor:
        limits = tuple(None if v is None else v * change.amount for v in known.limits)
    turned = budget_from(limits, carry_over=known.carry_over, first=known.first)
    return replace(problem, budget=turned)


def _grid_speed(problem: Problem, change: Change) -> Problem:
    """Raise the grid's path relative to its first year to a power."""
    power = problem.electricity()
    if not power:
        return problem

    def faster(path: Series) -> Series:
        if not path[0]:
            return path
        shares = (float(value / path[0]) ** float(change.amount) for value in path[1:])
        return (path[0], *(_cut(path[0] * Fraction(s), FACTOR_STEP) for s in shares))

    return scaled_grid(problem, faster)


def scaled_grid(problem: Problem, turn: Callable[[Series], Series]) -> Problem:
    """Return a problem whose electricity factors are passed through a function."""
    power = problem.electricity()
    carrier = problem.carriers[power]
    carriers = {
        **problem.carriers,
        power: replace(carrier, ef=turn(carrier.ef), ef_market=turn(carrier.ef_market)),
    }

    def site_paths(paths: Mapping[str, Series]) -> dict[str, Series]:
        return {name: turn(path) if name == power else path for name, path in paths.items()}

    sites = {
        name: replace(site, ef=site_paths(site.ef), ef_market=site_paths(site.ef_market))
        for name, site in problem.sites.items()
    }
    return replace(problem, carriers=carriers, sites=sites)


def _neutrality_year(problem: Problem, change: Change) -> Problem:
    year = int(change.amount)
    if year not in problem.years:
        first, last = problem.years[0], problem.years[-1]
        raise TanluError("plan.change-year", found=year, first=first, last=last)
    return neutral_in(problem, problem.years.index(year))


def neutral_in(problem: Problem, index: int) -> Problem:
    """Return a problem that is neutral from a year index on; adds the target if there is none."""
    mine = [t for t in problem.targets.values() if t.kind is TargetKind.NEUTRALITY and t.levels]
    if not mine:
        base = emitted(
            simulate(problem, nothing(problem)).emissions,
            scopes=OWN_SCOPES, method=str(problem.method),
        )[0]  # fmt: skip
        level = {0: Fraction(base, MG_PER_T)}
        mine = [Target(NEUTRAL, TargetKind.NEUTRALITY, OWN_SCOPES, problem.method, level)]
    moved = {t.id: replace(t, levels={index: t.levels[min(t.levels)]}) for t in mine}
    return replace(problem, targets=dict(sorted({**problem.targets, **moved}.items())))


def _capex(problem: Problem, change: Change) -> Problem:
    """Scale what is invested; the baseline's own replacements and existing stock stay."""
    measures = {n: replace(m, capex=_scaled(m.capex, change)) for n, m in problem.measures.items()}
    units = {n: replace(t, capex=_scaled(t.capex, change)) for n, t in problem.technologies.items()}
    pv = {n: replace(o, capex=_scaled(o.capex, change)) for n, o in problem.pv.items()}
    storage = {n: replace(b, capex=_scaled(b.capex, change)) for n, b in problem.storage.items()}
    return replace(problem, measures=measures, technologies=units, pv=pv, storage=storage)


def _scaled(path: Series, change: Change) -> Series:
    return tuple(value * change.amount for value in path)


def _discount_rate(problem: Problem, change: Change) -> Problem:
    rate = problem.rate * change.amount if change.is_factor else change.amount
    if rate >= 1:
        raise TanluError("plan.change", found=change.text, known=", ".join(k.value for k in Knob))
    return replace(problem, rate=rate)


CAPPED = frozenset({TargetKind.ABSOLUTE, TargetKind.CUMULATIVE})


def _cap(problem: Problem, change: Change) -> Problem:
    targets = {
        name: replace(t, levels={y: v * change.amount for y, v in t.levels.items()})
        if t.kind in CAPPED
        else t
        for name, t in problem.targets.items()
    }
    return replace(problem, targets=targets)


_KNOBS: dict[Knob, Callable[[Problem, Change], Problem]] = {
    Knob.CARBON_PRICE: _carbon_price,
    Knob.POWER_PRICE: _power_price,
    Knob.GROWTH: _growth,
    Knob.BUDGET: _budget,
    Knob.GRID_SPEED: _grid_speed,
    Knob.NEUTRALITY_YEAR: _neutrality_year,
    Knob.CAP: _cap,
    Knob.CAPEX: _capex,
    Knob.DISCOUNT_RATE: _discount_rate,
}
