"""The exact simulator in plain fractions: slow, and what the one in whole numbers must equal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Ownership
from tanlu.kernel.rounding import floor_half_up, to_multiple
from tanlu.roadmap.ageing import aged
from tanlu.roadmap.carbon_cost import MG_PER_T, carbon_lines
from tanlu.roadmap.economics import life_left, payments, salvage_share
from tanlu.roadmap.layout import Decision, make_decisions, make_routes
from tanlu.roadmap.simulate import (
    ONE,
    ZERO,
    Choices,
    Simulation,
    _claimed,
    _electricity,
    _present_value,
    stock_upkeep,
    technology_investment,
    unclaimed_generation,
)
from tanlu.roadmap.tariff import tariff_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.roadmap.problem import Measure, Problem, PvOption, Series
    from tanlu.roadmap.route import Route
    from tanlu.roadmap.storage import Storage


def simulate(problem: Problem, choices: Choices) -> Simulation:
    """Recompute flows, purchases, emissions and money from decisions.

    Parameters
    ----------
    problem : Problem
        What is planned.
    choices : Choices
        What was decided.

    Returns
    -------
    Simulation
        Exact results (rules M-80 to M-84).
    """
    built = built_shares(problem, choices)
    flows = remaining(problem, built)
    routes = make_routes(problem)
    served = _complete(problem, choices.activity, flows=flows, routes=routes)
    bought = _bought(problem, flows=flows, served=served, routes=routes)
    use, bought = _electricity(problem, choices, bought=bought, built=built)
    claimed = _claimed(problem, choices)
    emissions = _emissions(problem, choices, bought=bought, claimed=claimed)
    investment, salvage = invested(problem, choices, built=built)
    money = _money(problem, choices, bought=bought, emissions=emissions, built=built, served=served,
                   flows=flows)  # fmt: skip
    money["capex"] = tuple(floor_half_up(value) for value in investment)
    npv, steering = _present_value(problem, money, salvage=salvage)
    return Simulation(
        flows=flows,
        served=served,
        bought=bought,
        use=use,
        claimed=claimed,
        emissions=emissions,
        money=money,
        investment=investment,
        salvage=salvage,
        npv=npv,
        steering_npv=steering,
    )


def built_shares(problem: Problem, choices: Choices) -> dict[str, Series]:
    """Return the share of each measure in operation by year [-]."""
    steps: dict[str, list[Decision]] = {}
    for decision in make_decisions(problem):
        steps.setdefault(decision.owner, []).append(decision)
    return {name: _mean(choices, steps[name]) for name in problem.measures}


def _mean(choices: Choices, steps: list[Decision]) -> Series:
    if len(steps) == 1:
        return choices.share[steps[0].id]
    paths = [choices.share[step.id] for step in steps]
    return tuple(sum(values, ZERO) / len(values) for values in zip(*paths, strict=True))


def remaining(problem: Problem, built: Mapping[str, Series]) -> dict[str, Series]:
    """Return ``F = D * product of (1 - r n/N)``, rounded once to the carrier's step."""
    shares: dict[str, list[list[Fraction]]] = {name: [] for name in problem.end_uses}
    for measure in problem.measures.values():
        if measure.effect not in {Effect.REDUCE, Effect.ABSOLUTE}:
            continue
        path = aged(measure, built[measure.id])
        if any(path):
            for name, saved in measure.saving.items():
                shares[name].append(
                    [
                        (ONE - r if n == 1 else ONE - r * n) if n else ONE
                        for r, n in zip(saved, path, strict=True)
                    ]
                )
    return {
        use.id: _multiply(use.demand, shares[use.id], step=use.quantum)
        for use in problem.end_uses.values()
    }


def _multiply(demand: Series, shares: list[list[Fraction]], *, step: Fraction) -> Series:
    found = []
    for year, amount in enumerate(demand):
        numerator, denominator = 1, 1  # reduced once, after all factors
        for path in shares:
            share = path[year]
            if share is not ONE:
                numerator *= share.numerator
                denominator *= share.denominator
        is_whole = numerator == denominator
        factor = ONE if is_whole else Fraction(numerator, denominator)
        found.append(amount if is_whole else to_step(amount * factor, step))
    return tuple(found)


def to_step(value: Fraction, step: Fraction) -> Fraction:
    """Round an amount to a multiple of a step."""
    return to_multiple(value, step) if step else value


def _complete(
    problem: Problem,
    activity: Mapping[str, Series],
    *,
    flows: Mapping[str, Series],
    routes: tuple[Route, ...],
) -> dict[str, Series]:
    """Give what is not served of an end use to the largest of its routes."""
    served: dict[str, list[Fraction]] = {r.id: list(activity[r.id]) for r in routes}
    by_use: dict[str, list[Route]] = {}
    for route in routes:
        if route.kind != "maker":
            by_use.setdefault(route.serves, []).append(route)
    for end_use, mine in by_use.items():
        for year in range(problem.periods):
            rest = flows[end_use][year] - sum(served[r.id][year] for r in mine)
            if rest:
                largest = max(mine, key=lambda r: (_absorbs(r), served[r.id][year], r.id))
                served[largest.id][year] += rest
    return {name: tuple(values) for name, values in served.items()}


def _absorbs(route: Route) -> bool:
    return route.kind != "recover"


def _bought(
    problem: Problem,
    *,
    flows: Mapping[str, Series],
    served: Mapping[str, Series],
    routes: tuple[Route, ...],
) -> dict[tuple[str, str], Series]:
    total: dict[tuple[str, str], list[Fraction]] = {}
    routed = {route.serves for route in routes}
    for use in problem.end_uses.values():
        if use.id not in routed and use.carrier in problem.carriers:
            _accumulate(total, (use.site, use.carrier), flows[use.id])
    for route in routes:
        for name, ratio in route.inputs:
            if name in problem.carriers:
                step = problem.carriers[name].quantum
                amounts = tuple(
                    a if r == 1 else to_step(a * r, step)
                    for a, r in zip(served[route.id], ratio, strict=True)
                )
                _accumulate(total, (route.site, name), amounts)
    return {key: tuple(values) for key, values in sorted(total.items())}


def _accumulate(
    total: dict[tuple[str, str], list[Fraction]], key: tuple[str, str], values: Series
) -> None:
    known = total.get(key)
    total[key] = (
        list(values) if known is None else [a + b for a, b in zip(known, values, strict=True)]
    )


def _mg(amounts: Series, factors: Series) -> tuple[int, ...]:
    """Return milligrams, rounded once per site, carrier and year."""
    return tuple(floor_half_up(a * ef * MG_PER_T) for a, ef in zip(amounts, factors, strict=True))


def _emissions(
    problem: Problem,
    choices: Choices,
    *,
    bought: Mapping[tuple[str, str], Series],
    claimed: Mapping[str, Series],
) -> dict[str, dict[str, tuple[int, ...]]]:
    zero = (0,) * problem.periods
    total = {
        name: dict.fromkeys(sorted(problem.sites), zero) for name in ("s1", "s2l", "s2m", "s3")
    }

    def add(name: str, site: str, values: tuple[int, ...]) -> None:
        total[name][site] = tuple(a + b for a, b in zip(total[name][site], values, strict=True))

    for (site, name), amounts in bought.items():
        carrier = problem.carriers[name]
        mine = _mg(amounts, problem.ef(site, name))
        if any(carrier.ef_scope3):
            add("s3", site, _mg(amounts, carrier.ef_scope3))
        if carrier.electricity:
            others = unclaimed_generation(problem, choices, site)
            rest = tuple(a + o - c for a, o, c in zip(amounts, others, claimed[site], strict=True))
            add("s2l", site, mine)
            add("s2m", site, _mg(rest, problem.ef_market(site, name)))
        elif carrier.scope == 2:
            add("s2l", site, mine)
            add("s2m", site, mine)
        else:
            add("s1" if carrier.scope == 1 else "s3", site, mine)
    return total


def starts(path: Series) -> list[tuple[int, Fraction]]:
    """Return the year index and amount of each increase of a path that never falls."""
    before = ZERO
    found = []
    for year, value in enumerate(path):
        if value > before:
            found.append((year, value - before))
        before = max(before, value)
    return found


def invested(
    problem: Problem, choices: Choices, *, built: Mapping[str, Series]
) -> tuple[Series, Fraction]:
    """Return investment with renewals by year, and what it is still worth at the horizon."""
    total = [ZERO] * problem.periods
    worth = ZERO
    for measure in problem.measures.values():
        for year, amount in starts(built[measure.id]):
            worth += pay(problem, measure, year=year, amount=amount, total=total)
    for option in problem.pv.values():
        if option.ownership is Ownership.OWN:
            for year, amount in starts(choices.capacity[option.id]):
                worth += pay(problem, option, year=year, amount=amount, total=total)
    for battery in problem.storage.values():
        for year, amount in starts(choices.stored[battery.id]):
            worth += pay(problem, battery, year=year, amount=amount, total=total)
    units, left = technology_investment(problem, choices)
    return tuple(a + b for a, b in zip(total, units, strict=True)), worth + left


def pay(
    problem: Problem,
    owner: Measure | PvOption | Storage,
    *,
    year: int,
    amount: Fraction,
    total: list[Fraction],
) -> Fraction:
    """Add what a build and its renewals pay to a total by year; return what is left of it."""
    paid = payments(year, life=owner.life, lead=owner.lead_years, periods=problem.periods)
    for index in paid:
        total[max(index, 0)] += amount * owner.capex[max(index, 0)]
    left = life_left(year, life=owner.life, periods=problem.periods)
    if not left:
        return ZERO
    share = salvage_share(problem.salvage, left=left, life=owner.life, rate=problem.rate)
    return amount * owner.capex[max(paid[-1], 0)] * share


def _money(
    problem: Problem,
    choices: Choices,
    *,
    bought: Mapping[tuple[str, str], Series],
    emissions: Mapping[str, Mapping[str, tuple[int, ...]]],
    built: Mapping[str, Series],
    served: Mapping[str, Series],
    flows: Mapping[str, Series],
) -> dict[str, tuple[int, ...]]:
    lines: dict[str, list[Fraction]] = {
        name: [ZERO] * problem.periods
        for name in ("om", "energy", "contracts", "export", "avoided", "offsets", "retirement")
    }
    for (site, name), amounts in bought.items():
        _add_line(lines["energy"], amounts, problem.price(site, name))
    dear = tariff_line(
        problem, make_routes(problem), flows=flows, served=served, sliced=choices.sliced
    )
    lines["energy"] = [a + b for a, b in zip(lines["energy"], dear, strict=True)]
    for option in problem.pv.values():
        _add_line(lines["energy"], choices.within[option.id], option.self_price)
        _add_line(lines["energy"], choices.after[option.id], option.after_price)
        if option.export_price is not None:
            revenue = tuple(-price for price in option.export_price)
            _add_line(lines["export"], choices.export[option.id], revenue)
        if option.ownership is Ownership.OWN:
            _add_line(lines["om"], choices.capacity[option.id], option.om)
    for battery in problem.storage.values():
        _add_line(lines["om"], choices.stored[battery.id], battery.om)
        gained = tuple(-value for value in battery.spread)
        _add_line(lines["energy"], choices.shifted_grid[battery.id], gained)
    for name, path in choices.claims.items():
        contract = problem.contracts[name.partition("@")[0]]
        _add_line(lines["contracts"], path, contract.premium)
    for measure in problem.measures.values():
        path = built[measure.id]
        _add_line(lines["om"], path, measure.om)
        if measure.host_year is not None:
            saved = path[measure.host_year] * measure.host_capex
            lines["avoided"][measure.host_year] -= saved
    _add_units_om(problem, choices, lines["om"])
    for technology in problem.technologies.values():
        if technology.variable_om is not None:
            _add_line(lines["om"], served[technology.id], technology.variable_om)
    upkeep, lines["retirement"] = map(list, stock_upkeep(problem, choices))
    lines["om"] = [a + b for a, b in zip(lines["om"], upkeep, strict=True)]
    if problem.offsets is not None:
        _add_line(lines["offsets"], choices.offsets, problem.offsets.price)
    found = {name: tuple(floor_half_up(v) for v in values) for name, values in lines.items()}
    return found | carbon_lines(problem, emissions)


def _add_line(line: list[Fraction], amounts: Series, prices: Series) -> None:
    for year, (amount, price) in enumerate(zip(amounts, prices, strict=True)):
        if amount and price:
            line[year] += amount * price


def _add_units_om(problem: Problem, choices: Choices, line: list[Fraction]) -> None:
    for technology in problem.technologies.values():
        for year, count in enumerate(choices.units.get(technology.id, ())):
            for index in range(year, min(year + technology.life, problem.periods)):
                line[index] += count * technology.om[index]
