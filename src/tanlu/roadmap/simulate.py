"""Recompute a plan exactly from its decisions: the only source of published numbers.

Integers and fractions only; no solver, no float. The checks of the rules are in `checks`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Ownership
from tanlu.kernel.rounding import floor_half_up, to_multiple
from tanlu.roadmap.ageing import aged
from tanlu.roadmap.carbon_cost import MG_PER_T, carbon_lines
from tanlu.roadmap.chain import first_makers, usable
from tanlu.roadmap.economics import (
    discount_factors,
    horizon_discount,
    life_left,
    payments,
    salvage_share,
)
from tanlu.roadmap.layout import Decision, make_decisions, make_routes
from tanlu.roadmap.retirement import retirable, worth_left
from tanlu.roadmap.scaled import Scaled, scaled, total_of
from tanlu.roadmap.storage import lost_use
from tanlu.roadmap.tariff import tariff_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.roadmap.problem import Measure, Problem, PvOption, Series
    from tanlu.roadmap.route import Route
    from tanlu.roadmap.storage import Storage

ZERO = Fraction(0)
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Choices:
    """What was decided, rounded to its quantum.

    Parameters
    ----------
    share : Mapping[str, Series]
        Share in operation by decision and year: 0 or 1, or between for a continuous one.
    units : Mapping[str, tuple of int]
        New units by technology and year of operation.
    activity : Mapping[str, Series]
        Amount served or made by route [units]; of an end use the largest absorbs the rounding.
    sliced : Mapping[str, tuple of Series]
        The same of technologies by slice of the year; empty without slices.
    capacity : Mapping[str, Series]
        Generation capacity [kW].
    within, after, export : Mapping[str, Series]
        Generation used within and after the term, and exported [electricity units].
    claims : Mapping[str, Series]
        Claims by ``contract@site`` [electricity units].
    offsets : Series
        [tCO2e].
    retired : Mapping[str, Series]
        Existing stock taken out early, by part: 1 from its year on.
    stored, shifted_own, shifted_grid : Mapping[str, Series]
        Capacity of batteries [kWh], and what they give back of own generation and of purchases
        [electricity units].
    """

    share: Mapping[str, Series]
    units: Mapping[str, tuple[Fraction | int, ...]]
    activity: Mapping[str, Series]
    capacity: Mapping[str, Series]
    within: Mapping[str, Series]
    after: Mapping[str, Series]
    export: Mapping[str, Series]
    claims: Mapping[str, Series]
    offsets: Series
    retired: Mapping[str, Series] = field(default_factory=dict)
    stored: Mapping[str, Series] = field(default_factory=dict)
    shifted_own: Mapping[str, Series] = field(default_factory=dict)
    shifted_grid: Mapping[str, Series] = field(default_factory=dict)
    sliced: Mapping[str, tuple[Series, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Simulation:
    """An exact re-run of a plan.

    Parameters
    ----------
    flows : Mapping[str, Series]
        Remaining demand by end use [carrier units].
    served : Mapping[str, Series]
        Amount by route [end use units].
    bought : Mapping[tuple[str, str], Series]
        Purchases by site and carrier; electricity from the grid included.
    use : Mapping[str, Series]
        Electricity used by site.
    claimed : Mapping[str, Series]
        Claims by site, existing ones included.
    emissions : Mapping[str, Mapping[str, tuple of int]]
        ``s1, s2l, s2m, s3`` by site and year [mg].
    money : Mapping[str, tuple of int]
        Cost lines by year [CNY].
    investment : Series
        Exact investment by year, before rounding [CNY].
    salvage : Fraction
        Worth of what is left at the horizon, undiscounted [CNY].
    npv, steering_npv : int
        Present value of the cash lines, and of the internal price [CNY].
    """

    flows: Mapping[str, Series]
    served: Mapping[str, Series]
    bought: Mapping[tuple[str, str], Series]
    use: Mapping[str, Series]
    claimed: Mapping[str, Series]
    emissions: Mapping[str, Mapping[str, tuple[int, ...]]]
    money: Mapping[str, tuple[int, ...]]
    investment: Series
    salvage: Fraction
    npv: int
    steering_npv: int

    def total(self, name: str) -> tuple[int, ...]:
        """Return the sum over sites of one emission column [mg]."""
        by_site = list(self.emissions[name].values())
        return tuple(sum(values) for values in zip(*by_site, strict=True))


def nothing(problem: Problem) -> Choices:
    """Return the choices of the baseline: no measure, contract, unit or new generation."""
    zero = (ZERO,) * problem.periods
    return Choices(
        share={d.id: zero for d in make_decisions(problem)},
        units={t.id: (0,) * problem.periods for t in problem.technologies.values()},
        activity=_first_come(problem),
        capacity=dict.fromkeys(problem.pv, zero),
        within=dict.fromkeys(problem.pv, zero),
        after=dict.fromkeys(problem.pv, zero),
        export=dict.fromkeys(problem.pv, zero),
        claims={f"{c.id}@{s}": zero for c in problem.contracts.values() for s in c.sites},
        offsets=zero,
        retired={cohort.id: zero for _, cohort in retirable(problem)},
        stored=dict.fromkeys(problem.storage, zero),
        shifted_own=dict.fromkeys(problem.storage, zero),
        shifted_grid=dict.fromkeys(problem.storage, zero),
    )


def _first_come(problem: Problem) -> dict[str, Series]:
    """Serve each routed end use by the incumbent, or by technologies in id order.

    What those make products of that are taken serves them in the same order.
    """
    left = {use.id: list(use.demand) for use in problem.end_uses.values()}
    found: dict[str, Series] = {}
    for route in make_routes(problem):
        if route.kind in {"switch", "recover", "maker"}:
            found[route.id] = (ZERO,) * problem.periods
            continue
        limit = usable(problem, route.owner)
        rest = left[route.serves]
        if not limit:
            found[route.id], left[route.serves] = tuple(rest), [ZERO] * problem.periods
            continue
        taken = tuple(min(r, limit[t]) for t, r in enumerate(rest))
        left[route.serves] = [r - x for r, x in zip(rest, taken, strict=True)]
        found[route.id] = taken
    demand = {use.id: use.demand for use in problem.end_uses.values()}
    if problem.products:
        found = _complete(problem, found, flows=demand, routes=make_routes(problem))
    return found | first_makers(problem, demand, found)


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
    paths = [scaled(choices.share[step.id]) for step in steps]
    total = total_of(paths, len(paths[0].top))
    return Scaled(total.top, total.bottom * len(steps)).series()


def remaining(problem: Problem, built: Mapping[str, Series]) -> dict[str, Series]:
    """Return ``F = D * product of (1 - r n/N)``, rounded once to the carrier's step."""
    left: dict[str, list[Scaled]] = {name: [] for name in problem.end_uses}
    for measure in problem.measures.values():
        if measure.effect not in {Effect.REDUCE, Effect.ABSOLUTE}:
            continue
        path = scaled(aged(measure, built[measure.id]))
        if any(path.top):
            for name, saved in measure.saving.items():
                left[name].append(_left(scaled(saved), path))
    return {
        use.id: _multiply(use.demand, left[use.id], step=use.quantum)
        for use in problem.end_uses.values()
    }


def _left(saved: Scaled, share: Scaled) -> Scaled:
    """Return ``1 - r n``."""
    whole = saved.bottom * share.bottom
    pairs = zip(saved.top, share.top, strict=True)
    return Scaled([whole - r * n for r, n in pairs], whole)


def _multiply(demand: Series, left: list[Scaled], *, step: Fraction) -> Series:
    """Return what remains, rounded once in the years in which anything is saved."""
    if not left:
        return demand
    product, whole = left[0].top, left[0].bottom
    for factor in left[1:]:
        product, whole = list(map(int.__mul__, product, factor.top)), whole * factor.bottom
    known = scaled(demand)
    exact = known.times(Scaled(product, whole))
    found = exact.to_steps(step)
    if all(part != whole for part in product):
        return found.series()
    bottom = lcm(found.bottom, known.bottom)
    rows = zip(product, found.over(bottom), known.over(bottom), strict=True)
    return Scaled([as_is if part == whole else cut for part, cut, as_is in rows], bottom).series()


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
    served = {route.id: activity[route.id] for route in routes}
    by_use: dict[str, list[Route]] = {}
    for route in routes:
        if route.kind != "maker":
            by_use.setdefault(route.serves, []).append(route)
    for end_use, mine in by_use.items():
        total = total_of((scaled(served[route.id]) for route in mine), problem.periods)
        rest = scaled(flows[end_use]).minus(total)
        years = [year for year, amount in enumerate(rest.top) if amount]
        for year in years:
            largest = max(mine, key=lambda r: (_absorbs(r), served[r.id][year], r.id))
            path = list(served[largest.id])
            path[year] += Fraction(rest.top[year], rest.bottom)
            served[largest.id] = tuple(path)
    return served


def _absorbs(route: Route) -> bool:
    return route.kind != "recover"


def _bought(
    problem: Problem,
    *,
    flows: Mapping[str, Series],
    served: Mapping[str, Series],
    routes: tuple[Route, ...],
) -> dict[tuple[str, str], Series]:
    parts: dict[tuple[str, str], list[Scaled]] = {}
    routed = {route.serves for route in routes}
    for use in problem.end_uses.values():
        if use.id not in routed and use.carrier in problem.carriers:
            parts.setdefault((use.site, use.carrier), []).append(scaled(flows[use.id]))
    for route in routes:
        for name, ratio in route.inputs:
            if name in problem.carriers:
                amounts = _taken(
                    scaled(served[route.id]), scaled(ratio), problem.carriers[name].quantum
                )
                parts.setdefault((route.site, name), []).append(amounts)
    return {key: total_of(mine, problem.periods).series() for key, mine in sorted(parts.items())}


def _taken(amounts: Scaled, ratio: Scaled, step: Fraction) -> Scaled:
    """Return what a route takes, rounded to a step unless a unit takes just one."""
    ones = [value == ratio.bottom for value in ratio.top]
    if all(ones):
        return amounts
    cut = amounts.times(ratio).to_steps(step)
    if not any(ones):
        return cut
    bottom = lcm(amounts.bottom, cut.bottom)
    rows = zip(ones, amounts.over(bottom), cut.over(bottom), strict=True)
    return Scaled([as_is if is_one else part for is_one, as_is, part in rows], bottom)


def _electricity(
    problem: Problem,
    choices: Choices,
    *,
    bought: dict[tuple[str, str], Series],
    built: Mapping[str, Series],
) -> tuple[dict[str, Series], dict[tuple[str, str], Series]]:
    """Add auxiliary loads, take off own generation; return use by site and purchases."""
    power = problem.electricity()
    if not power:
        return {}, bought
    use: dict[str, Series] = {}
    grid = dict(bought)
    for site in sorted(problem.sites):
        load = list(bought.get((site, power), (ZERO,) * problem.periods))
        for measure in problem.measures.values():
            if measure.site == site and any(measure.aux):
                path = built[measure.id]
                load = [x + n * a for x, n, a in zip(load, path, measure.aux, strict=True)]
        if problem.storage:
            lost = lost_use(problem, choices, site)
            load = [
                x + to_step(y, problem.carriers[power].quantum)
                for x, y in zip(load, lost, strict=True)
            ]
        use[site] = tuple(load)
        own = list(problem.sites[site].existing_pv)
        for option in problem.pv.values():
            if option.site == site:
                paths = (choices.within[option.id], choices.after[option.id])
                own = [o + a + b for o, a, b in zip(own, *paths, strict=True)]
        if any(load) or any(own):
            grid[site, power] = tuple(x - o for x, o in zip(load, own, strict=True))
    return use, dict(sorted(grid.items()))


def _claimed(problem: Problem, choices: Choices) -> dict[str, Series]:
    total = {site.id: list(site.existing_claims) for site in problem.sites.values()}
    for name, path in choices.claims.items():
        site = name.partition("@")[2]
        total[site] = [a + b for a, b in zip(total[site], path, strict=True)]
    return {site: tuple(values) for site, values in total.items()}


def unclaimed_generation(problem: Problem, choices: Choices, site: str) -> Series:
    """Return generation used at a site whose certificates somebody else holds."""
    facts = problem.sites[site]
    total = list(facts.existing_pv) if not facts.existing_pv_claimed else [ZERO] * problem.periods
    for option in problem.pv.values():
        if option.site == site and not option.host_claims:
            total = [a + b for a, b in zip(total, choices.within[option.id], strict=True)]
    return tuple(total)


def _mg(amounts: Series, factors: Series) -> tuple[int, ...]:
    """Return milligrams, rounded once per site, carrier and year."""
    return scaled(amounts).times(scaled(factors)).half_up(MG_PER_T)


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
        elif carrier.scope == 2:  # noqa: PLR2004 - the scope
            add("s2l", site, mine)
            add("s2m", site, mine)
        else:
            add("s1" if carrier.scope == 1 else "s3", site, mine)
    return total


def starts(path: Series) -> list[tuple[int, Fraction]]:
    """Return the year index and amount of each increase of a path that never falls."""
    whole = scaled(path)
    before = 0
    found = []
    for year, value in enumerate(whole.top):
        if value > before:
            found.append((year, Fraction(value - before, whole.bottom)))
            before = value
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


def technology_investment(problem: Problem, choices: Choices) -> tuple[Series, Fraction]:
    """Return what new units pay by year, and the worth of all units at the horizon [CNY]."""
    total = [ZERO] * problem.periods
    worth = ZERO
    for technology in problem.technologies.values():
        for year, count in enumerate(choices.units.get(technology.id, ())):
            if count:
                paid = max(year - technology.lead_years, 0)
                total[paid] += count * technology.capex[paid]
                left = max(year + technology.life - problem.periods, 0)
                share = salvage_share(
                    problem.salvage, left=left, life=technology.life, rate=problem.rate
                )
                worth += count * technology.capex[paid] * share if left else ZERO
    return tuple(total), worth + stock_worth(problem, choices)


def stock_worth(problem: Problem, choices: Choices) -> Fraction:
    """Return what existing stock that is not retired early is worth at the horizon [CNY]."""
    return sum(
        (
            worth_left(problem, technology, cohort)
            for technology in problem.technologies.values()
            for cohort in technology.cohorts
            if not choices.retired.get(cohort.id, (ZERO,))[-1]
        ),
        ZERO,
    )


def stock_upkeep(problem: Problem, choices: Choices) -> tuple[Series, Series]:
    """Return upkeep of the existing stock, and cost of taking it out early, by year [CNY]."""
    om, out = [ZERO] * problem.periods, [ZERO] * problem.periods
    none = (ZERO,) * problem.periods
    for technology in problem.technologies.values():
        for cohort in technology.cohorts:
            gone = choices.retired.get(cohort.id, none)
            om = [a + v * (1 - y) for a, v, y in zip(om, cohort.om, gone, strict=True)]
            for year, amount in starts(gone) if cohort.retire_cost else ():
                out[year] += amount * (cohort.retire_cost or none)[year]
    return tuple(om), tuple(out)


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
    is_one = amount == 1
    for index in paid:
        each = owner.capex[max(index, 0)]
        total[max(index, 0)] += each if is_one else amount * each
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
    lines: dict[str, list[Scaled]] = {
        name: [] for name in ("om", "energy", "contracts", "export", "offsets", "retirement")
    }
    avoided = [ZERO] * problem.periods

    def add(line: str, amounts: Series, prices: Series) -> None:
        taken = scaled(amounts)
        if any(taken.top):
            lines[line].append(taken.times(scaled(prices)))

    for (site, name), amounts in bought.items():
        add("energy", amounts, problem.price(site, name))
    dear = tariff_line(
        problem, make_routes(problem), flows=flows, served=served, sliced=choices.sliced
    )
    lines["energy"].append(scaled(tuple(dear)))
    for option in problem.pv.values():
        add("energy", choices.within[option.id], option.self_price)
        add("energy", choices.after[option.id], option.after_price)
        if option.export_price is not None:
            revenue = tuple(-price for price in option.export_price)
            add("export", choices.export[option.id], revenue)
        if option.ownership is Ownership.OWN:
            add("om", choices.capacity[option.id], option.om)
    for battery in problem.storage.values():
        add("om", choices.stored[battery.id], battery.om)
        gained = tuple(-value for value in battery.spread)
        add("energy", choices.shifted_grid[battery.id], gained)
    for name, path in choices.claims.items():
        contract = problem.contracts[name.partition("@")[0]]
        add("contracts", path, contract.premium)
    for measure in problem.measures.values():
        path = built[measure.id]
        add("om", path, measure.om)
        if measure.host_year is not None and path[measure.host_year]:
            saved = path[measure.host_year] * measure.host_capex
            avoided[measure.host_year] -= saved
    for technology in problem.technologies.values():
        if technology.variable_om is not None:
            add("om", served[technology.id], technology.variable_om)
    upkeep, retirement = stock_upkeep(problem, choices)
    lines["om"] += [scaled(upkeep), scaled(tuple(_units_om(problem, choices)))]
    lines["retirement"].append(scaled(retirement))
    if problem.offsets is not None:
        add("offsets", choices.offsets, problem.offsets.price)
    found = {name: total_of(parts, problem.periods).half_up() for name, parts in lines.items()}
    found["avoided"] = scaled(tuple(avoided)).half_up()
    return found | carbon_lines(problem, emissions)


def _units_om(problem: Problem, choices: Choices) -> list[Fraction]:
    line = [ZERO] * problem.periods
    for technology in problem.technologies.values():
        for year, count in enumerate(choices.units.get(technology.id, ())):
            for index in range(year, min(year + technology.life, problem.periods)) if count else ():
                line[index] += count * technology.om[index]
    return line


INVESTED_LINES = ("capex", "avoided", "retirement")  # fall due at the start of a year
RUNNING_LINES = (
    "om", "energy", "contracts", "export", "offsets", "carbon", "ets_offsets", "cbam",
)  # fmt: skip


def _present_value(
    problem: Problem, money: Mapping[str, tuple[int, ...]], *, salvage: Fraction
) -> tuple[int, int]:
    factors, running = discount_factors(problem.years, problem.rate), problem.running()
    total = -horizon_discount(problem.years, problem.rate) * salvage
    for names, discount in ((INVESTED_LINES, factors), (RUNNING_LINES, running)):
        cash = [sum(money[name][year] for name in names) for year in range(problem.periods)]
        total += sum((f * c for f, c in zip(discount, cash, strict=True)), ZERO)
    internal = sum((f * c for f, c in zip(running, money["internal"], strict=True)), ZERO)
    return floor_half_up(total), floor_half_up(internal)
