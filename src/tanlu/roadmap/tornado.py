"""How far each uncertain factor alone moves the least cost of a plan."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.roadmap.change import scaled_activity, scaled_grid
from tanlu.roadmap.sweeps import evaluate
from tanlu.roadmap.uncertain import EVERY, FactorKind, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tanlu.roadmap.problem import Problem, Series
    from tanlu.roadmap.session import Session
    from tanlu.roadmap.uncertain import UncertainFactor

    Progress = Callable[[int, int], bool]

_NINE = 10**9
SWUNG = frozenset({FactorKind.ACTIVITY, FactorKind.EF, FactorKind.PRICE})


def tornado(
    session: Session, factors: Sequence[UncertainFactor], *, progress: Progress
) -> dict[str, Any]:
    """Return the change of the least cost at the low and at the high end of each factor.

    Parameters
    ----------
    session : Session
        Warm model of the plan.
    factors : sequence of UncertainFactor
        Those of activity, of the electricity factor and of prices are swung; savings and delays
        are not: they would change what is decided on.
    progress : callable
        Gets (done, all); false stops with what there is.

    Returns
    -------
    dict
        ``bound_npv`` of the plan as it is, and for each factor ``from``, ``to`` [-], ``low`` and
        ``high``: the change of that bound [CNY]; None where there is no plan at that end.

    Notes
    -----
    All others stay as planned. Costs are those of the relaxation: lower bounds, comparable with
    each other.
    """
    problem = session.problem
    chosen = [factor for factor in factors if _is_swung(problem, factor)]
    base, _ = evaluate(session, problem, name="base", has_plan=False)
    rows = []
    for done, factor in enumerate(chosen, start=1):
        ends = [_change(session, factor, end, base.bound_cny) for end in (factor.low, factor.high)]
        rows.append(
            {
                "id": factor.id,
                "kind": factor.kind.value,
                "applies_to": factor.applies_to,
                "from": factor.low,
                "to": factor.high,
                "low": ends[0],
                "high": ends[1],
            }
        )
        if not progress(done, len(chosen)):
            break
    return {"bound_npv": base.bound_cny, "factors": rows}


def _is_swung(problem: Problem, factor: UncertainFactor) -> bool:
    if factor.kind not in SWUNG:
        return False
    if factor.kind is FactorKind.EF:
        return factor.applies_to == problem.electricity()
    return factor.applies_to == EVERY or factor.applies_to in problem.carriers


def _change(
    session: Session, factor: UncertainFactor, end: float, base: float | None
) -> float | None:
    swung = swing(session.problem, factor, end)
    point, _ = evaluate(session, swung, name=f"{factor.id}={end:g}", has_plan=False)
    if base is None or point.bound_cny is None:
        return None
    return point.bound_cny - base


def swing(problem: Problem, factor: UncertainFactor, end: float) -> Problem:
    """Return a problem in which one factor is at one of its ends, all others as planned.

    Parameters
    ----------
    problem : Problem
        As planned.
    factor : UncertainFactor
        Of activity, the electricity factor or a price.
    end : float
        Factor on the planned path: in every year, or growing to it by the last one [-].
    """
    path = _path(problem, factor, end)
    if factor.kind is FactorKind.ACTIVITY:
        return scaled_activity(problem, path)
    if factor.kind is FactorKind.EF:
        return scaled_grid(problem, lambda old: _times(old, path))
    names = set(problem.carriers) if factor.applies_to == EVERY else {factor.applies_to}
    carriers = {
        name: replace(one, price=_times(one.price, path)) if name in names else one
        for name, one in problem.carriers.items()
    }
    sites = {
        name: replace(
            site,
            price={n: _times(p, path) if n in names else p for n, p in site.price.items()},
        )
        for name, site in problem.sites.items()
    }
    return replace(problem, carriers=carriers, sites=sites)


def _path(problem: Problem, factor: UncertainFactor, end: float) -> Series:
    whole = Fraction(round(end * _NINE), _NINE)
    span = problem.years[-1] - problem.years[0]
    if factor.shape is Shape.LEVEL or not span:
        return (whole,) * problem.periods
    return tuple(1 + (whole - 1) * Fraction(y - problem.years[0], span) for y in problem.years)


def _times(values: Series, path: Series) -> Series:
    return tuple(a * b for a, b in zip(values, path, strict=True))
