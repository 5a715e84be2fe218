"""Check an exact simulation against every rule, written apart from the solver's rows."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Ownership
from tanlu.roadmap.baseline import site_baseline, site_emitted
from tanlu.roadmap.breach import Breach
from tanlu.roadmap.capacity import capacity_of
from tanlu.roadmap.carbon_cost import MG_PER_T
from tanlu.roadmap.chain import availability
from tanlu.roadmap.chain_checks import (
    check_limits,
    check_products,
    check_reserve,
    check_slices,
)
from tanlu.roadmap.layout import make_decisions, make_routes, ready_years
from tanlu.roadmap.once import once
from tanlu.roadmap.problem import TargetKind
from tanlu.roadmap.scaled import Scaled, scaled, total_of
from tanlu.roadmap.simulate import ONE, ZERO, built_shares, unclaimed_generation
from tanlu.roadmap.storage import is_physical, lost_generation, raised_use
from tanlu.roadmap.target_checks import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tanlu.roadmap.layout import Decision
    from tanlu.roadmap.problem import Problem, PvOption, Series, Target
    from tanlu.roadmap.simulate import Choices, Simulation


def find_breaches(problem: Problem, choices: Choices, result: Simulation) -> tuple[Breach, ...]:
    """Return every rule that a plan breaks; empty for a plan that may be published."""
    found: list[Breach] = []
    for check in CHECKS:
        found.extend(check(problem, choices, result))
    return tuple(found)


def _adoption(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    for decision in make_decisions(problem):
        path = scaled(choices.share[decision.id])
        owner = problem.measures.get(decision.owner) or problem.pv[decision.owner]
        ready = owner.first_year + owner.lead_years
        early = max(problem.frozen_until, owner.lead_years)
        before = 0
        for year, value in enumerate(path.top):
            if value < before:
                yield Breach("adoption", decision.id, year, Fraction(before - value, path.bottom))
            if value > 0 and (problem.years[year] < ready or year < early):
                yield Breach("adoption", decision.id, year, Fraction(value, path.bottom))
            if value != before and problem.years[year] not in problem.decision_years:
                yield Breach("adoption", decision.id, year, Fraction(value - before, path.bottom))
            before = value


def _retirement(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    for technology in problem.technologies.values():
        for cohort in technology.cohorts:
            before = ZERO
            for year, gone in enumerate(choices.retired.get(cohort.id, ())):
                calendar = problem.years[year]
                closed = calendar not in problem.decision_years or year < problem.frozen_until
                closed = closed or not cohort.capacity[year] or cohort.retire_cost is None
                if gone < before or (gone > before and closed) or gone not in {0, 1}:
                    yield Breach("retirement", cohort.id, year, Fraction(1))
                before = gone


def _order(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    decisions = make_decisions(problem)
    for first, second in pairwise(decisions):
        if second.step > 1:
            gaps = scaled(choices.share[second.id]).minus(scaled(choices.share[first.id]))
            for year, gap in enumerate(gaps.top):
                if gap > 0:
                    yield Breach("blocks", second.id, year, Fraction(gap, gaps.bottom))


def _first_steps(problem: Problem) -> dict[str, Decision]:
    return {d.owner: d for d in make_decisions(problem) if d.step == 1}


def _exclusion(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    groups: defaultdict[str, Fraction] = defaultdict(Fraction)
    last = problem.periods - 1
    for owner, decision in _first_steps(problem).items():
        measure, option = problem.measures.get(owner), problem.pv.get(owner)
        if measure is not None and measure.exclusive_group:
            groups[f"{measure.site}/{measure.exclusive_group}"] += choices.share[decision.id][last]
        elif option is not None and not option.is_mixed:
            groups[f"{option.site}/{option.roof}"] += choices.share[decision.id][last]
    for name, total in groups.items():
        if total > 1:
            yield Breach("exclusion", name, last, total - 1)


def _prerequisite(
    problem: Problem, choices: Choices, _result: Simulation | None
) -> Iterator[Breach]:
    first = _first_steps(problem)
    for measure in problem.measures.values():
        for needed in measure.requires:
            mine, theirs = choices.share[first[measure.id].id], choices.share[first[needed].id]
            for year in range(problem.periods):
                if mine[year] > theirs[year]:
                    yield Breach("prerequisite", measure.id, year, mine[year] - theirs[year])


def _rollout(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    kinds: defaultdict[str, list[Decision]] = defaultdict(list)
    share: dict[str, Fraction] = {}
    for decision in make_decisions(problem):
        measure = problem.measures.get(decision.owner)
        if measure is not None and measure.max_rollout is not None:
            kind = measure.id if measure.continuous else measure.kind
            kinds[kind].append(decision)
            share[kind] = min(share.get(kind, measure.max_rollout), measure.max_rollout)
    for kind, members in kinds.items():
        if len(members) == 1 and not members[0].continuous:
            continue
        limit = share[kind] * len(members)
        if not members[0].continuous:
            limit = Fraction(math.ceil(limit))
        total = total_of((scaled(choices.share[d.id]) for d in members), problem.periods)
        before = 0
        for year, now in enumerate(total.top):
            if (now - before) * limit.denominator > limit.numerator * total.bottom:
                more = Fraction(now - before, total.bottom)
                yield Breach("rollout", kind, year, more - limit)
            before = now


def _heat(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    """Check what routes may serve: what a switch opens and what it leaves to the old way.

    A share such as one third is not a whole number of quanta: one quantum is allowed.
    """
    limits_of = all_route_limits(problem, choices)
    for route in make_routes(problem):
        family = "stock" if route.is_technology else "heat"
        step = problem.quantum(route.serves) if family == "heat" else ZERO
        served, limit = scaled(result.served[route.id]), limits_of[route.id]
        over = served if limit is None else served.minus(limit)
        most = 0 if limit is None else math.floor(step * over.bottom)
        for year, (amount, more) in enumerate(zip(served.top, over.top, strict=True)):
            if amount < 0:
                yield Breach(family, route.id, year, Fraction(-amount, served.bottom))
            elif limit is not None and more > most:
                yield Breach(family, route.id, year, Fraction(more, over.bottom))


def all_route_limits(problem: Problem, choices: Choices) -> dict[str, Scaled | None]:
    """Return the most that each route may serve by year; None is no limit."""
    built = built_shares(problem, choices)
    most = _headroom(problem)
    left: dict[str, Scaled] = {}
    found: dict[str, Scaled | None] = {}
    for route in make_routes(problem):
        if route.is_technology:
            found[route.id] = _capacity(problem, choices, route.owner)
            continue
        demand = scaled(problem.end_uses[route.serves].demand).times(scaled(most[route.serves]))
        if route.owner:
            saving = problem.measures[route.owner].saving[route.serves]
            share = scaled(built[route.owner]).times(scaled(saving))
        else:
            left = left or _left_open(problem, built)
            share = left[route.serves]
        found[route.id] = demand.times(share)
    return found


def _capacity(problem: Problem, choices: Choices, name: str) -> Scaled | None:
    """Return what a technology can serve or make; None is no limit."""
    part = availability(problem, name)
    standing = capacity_of(problem, choices, name)
    if any(value is None for value in standing):
        return None
    return scaled([part * value for value in standing if value is not None])


def _left_open(problem: Problem, built: Mapping[str, Series]) -> dict[str, Scaled]:
    """Return the share of each end use that switches leave to the old way."""
    taken: dict[str, list[Scaled]] = {name: [] for name in problem.end_uses}
    for measure in problem.measures.values():
        if measure.effect is Effect.SWITCH and any(scaled(built[measure.id]).top):
            for name, part in measure.saving.items():
                taken[name].append(scaled(built[measure.id]).times(scaled(part)))
    whole = Scaled([1] * problem.periods, 1)
    return {name: whole.minus(total_of(mine, problem.periods)) for name, mine in taken.items()}


@once
def _headroom(problem: Problem) -> dict[str, Series]:
    """Return by how much extra load could raise each end use."""
    most = dict.fromkeys(problem.end_uses, (ONE,) * problem.periods)
    for measure in problem.measures.values():
        if measure.effect not in {Effect.REDUCE, Effect.ABSOLUTE}:
            continue
        for name, saved in measure.saving.items():
            if min(saved) < 0:
                pairs = zip(most[name], saved, strict=True)
                most[name] = tuple(m * (1 - s) if s < 0 else m for m, s in pairs)
    return most


def _waste_heat(problem: Problem, _choices: Choices, result: Simulation) -> Iterator[Breach]:
    for measure in problem.measures.values():
        if measure.effect is not Effect.RECOVER:
            continue
        source = result.flows[measure.source_end_use]
        mine = [r for r in make_routes(problem) if r.owner == measure.id]
        for year in range(problem.periods):
            taken = sum((result.served[r.id][year] for r in mine), ZERO)
            most = source[year] * measure.source_share
            if taken > most:
                yield Breach("waste_heat", measure.id, year, taken - most)


def _purchases(_problem: Problem, _choices: Choices, result: Simulation) -> Iterator[Breach]:
    for (site, carrier), path in result.bought.items():
        for year, amount in enumerate(path):
            if amount < 0:
                yield Breach("electricity", f"{site}/{carrier}", year, -amount)


def _generation(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    for option in problem.pv.values():
        yield from _generator(problem, choices, option)
    yield from _envelopes(problem, choices, result)


def _generator(problem: Problem, choices: Choices, option: PvOption) -> Iterator[Breach]:
    name, shares = option.id, choices.share[option.id]
    capacity = scaled(choices.capacity[name])
    within, after = choices.within[name], choices.after[name]
    parts = (within, after, choices.export[name])
    used = total_of(map(scaled, parts), problem.periods)
    unmade = used.minus(capacity.times(scaled(option.yield_per_kw)))
    unroofed = capacity.minus(scaled(shares).by(option.max_kw))
    before = capacity.top[0]
    for year, kw in enumerate(capacity.top):
        if unmade.top[year] > 0:
            yield Breach("pv", name, year, Fraction(unmade.top[year], unmade.bottom))
        if unroofed.top[year] > 0:
            yield Breach("ownership", name, year, choices.capacity[name][year])
        open_ = problem.years[year] in problem.decision_years
        if kw < before or (kw > before and not open_):
            yield Breach("pv", name, year, Fraction(abs(kw - before), capacity.bottom))
        before = kw
        own = option.ownership is Ownership.OWN or year < option.term
        ended = ZERO if own else shares[year - option.term]
        if (after[year] > 0 and ended < 1) or (within[year] > 0 and ended == 1):
            yield Breach("ownership", name, year, max(after[year], within[year]))


def _envelopes(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    for site in problem.sites:
        options = [o for o in problem.pv.values() if o.site == site]
        for alpha, beta in options[0].envelope if options else ():
            for year in range(problem.periods):
                used = sum(
                    (choices.within[o.id][year] + choices.after[o.id][year] for o in options), ZERO
                )
                made = sum(
                    (choices.capacity[o.id][year] * o.yield_per_kw[year] for o in options), ZERO
                )
                most = alpha * made + beta * result.use[site][year]
                if problem.storage and not is_physical(alpha, beta):
                    most += raised_use(problem, choices, site)[year]
                if used > most:
                    yield Breach("pv", site, year, used - most)


def _roofs(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    roofs: defaultdict[str, list[Fraction]] = defaultdict(lambda: [ZERO] * problem.periods)
    for option in problem.pv.values():
        if option.is_mixed and option.max_kw:
            roof = f"{option.site}/{option.roof}"
            rows = zip(roofs[roof], choices.capacity[option.id], strict=True)
            roofs[roof] = [taken + kw / option.max_kw for taken, kw in rows]
    for roof, path in roofs.items():
        for year, taken in enumerate(path):
            if taken > 1:
                yield Breach("pv", roof, year, taken - 1)


def _storage(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    for battery in problem.storage.values():
        ready, before = ready_years(problem, battery), ZERO
        for year, capacity in enumerate(choices.stored[battery.id]):
            own = choices.shifted_own[battery.id][year]
            grid = choices.shifted_grid[battery.id][year]
            over = own + grid - capacity * battery.shift_per_kwh[year]
            if over > 0 or min(own, grid) < 0:
                yield Breach("storage", battery.id, year, over)
            closed = problem.years[year] not in problem.decision_years or not ready[year]
            if capacity < before or (capacity > before and closed) or capacity > battery.max_kwh:
                yield Breach("storage", battery.id, year, abs(capacity - before))
            before = capacity
    for site in sorted({battery.site for battery in problem.storage.values()}):
        yield from _battery_losses(problem, choices, site)


def _battery_losses(problem: Problem, choices: Choices, site: str) -> Iterator[Breach]:
    """Check that what goes through batteries, losses included, is made on the site."""
    options = [o for o in problem.pv.values() if o.site == site]
    lost = lost_generation(problem, choices, site)
    for year in range(problem.periods):
        made = sum((choices.capacity[o.id][year] * o.yield_per_kw[year] for o in options), ZERO)
        paths = (choices.within, choices.after, choices.export)
        used = sum((path[o.id][year] for o in options for path in paths), ZERO)
        moved = raised_use(problem, choices, site)[year]
        if used + lost[year] > made or (moved and not made):
            yield Breach("storage", site, year, used + lost[year] - made)


def _contracts(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    power = problem.electricity()
    for site in problem.sites:
        grid = result.bought.get((site, power), (ZERO,) * problem.periods)
        others = unclaimed_generation(problem, choices, site)
        for year in range(problem.periods):
            over = result.claimed[site][year] - grid[year] - others[year]
            if over > 0:
                yield Breach("contracts", site, year, over)
    for contract in problem.contracts.values():
        for year in range(problem.periods):
            total = sum((choices.claims[f"{contract.id}@{s}"][year] for s in contract.sites), ZERO)
            if total > contract.limit[year]:
                yield Breach("contracts", contract.id, year, total - contract.limit[year])
            if total and problem.years[year] < contract.first_year:
                yield Breach("contracts", contract.id, year, total)


def _targets(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    for target in problem.targets.values():
        if target.kind is TargetKind.EQUITY:
            yield from _equity_by_site(problem, result, target)
            continue
        value, limit = TARGETS[target.kind](problem, choices, result, target)
        for year, most in limit.items():
            if value[year] > most:
                yield Breach(str(target.kind), target.id, year, value[year] - most)


def _offsets(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    """Check that no more is offset than the targets allow, and only in their years."""
    share = problem.offsets.max_share if problem.offsets else ZERO
    neutral = [t for t in problem.targets.values() if t.kind is TargetKind.NEUTRALITY and t.levels]
    for target in neutral:
        start = min(target.levels)
        most = target.levels[start] * share
        for year in range(start, problem.periods):
            if choices.offsets[year] > most:
                yield Breach("neutrality", target.id, year, choices.offsets[year] - most)
    first = min((min(t.levels) for t in neutral), default=problem.periods)
    for year, amount in enumerate(choices.offsets[:first]):
        if amount:
            yield Breach("neutrality", "", year, amount)


def _equity_by_site(problem: Problem, result: Simulation, target: Target) -> Iterator[Breach]:
    base = site_baseline(problem, target)
    for site in target.sites:
        emitted_mg = site_emitted(result, target, site)
        for year, share in target.levels.items():
            over = Fraction(emitted_mg[year]) - (1 - share) * base[site][year]
            if over > 0:
                yield Breach("equity", f"{target.id}/{site}", year, over / MG_PER_T)


def _budget(problem: Problem, _choices: Choices, result: Simulation) -> Iterator[Breach]:
    yield from over_budget(problem, result.investment)


def over_budget(problem: Problem, investment: Series) -> Iterator[Breach]:
    """Yield the years whose investment is above the limit and what was carried."""
    if problem.budget is None:
        return
    carried: Fraction | None = ZERO
    for year, limit in enumerate(problem.budget.limits):
        if limit is None or carried is None:
            carried = None if problem.budget.carry_over else ZERO
            continue
        rest = limit + carried - investment[year]
        if rest < 0:
            yield Breach("budget", "budget", year, -rest)
        carried = max(rest, ZERO) if problem.budget.carry_over else ZERO


def _locks(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    for lock in problem.locks:
        start = problem.periods if lock.year is None else lock.year
        for decision in make_decisions(problem):
            if decision.owner != lock.measure:
                continue
            for year in range(problem.periods):
                if choices.share[decision.id][year] != int(year >= start):
                    yield Breach("lock", decision.id, year, Fraction(1))


CHECKS: tuple[Callable[[Problem, Choices, Simulation], Iterator[Breach]], ...] = (
    _adoption,
    _retirement,
    _order,
    _exclusion,
    _prerequisite,
    _rollout,
    _heat,
    _waste_heat,
    _purchases,
    _generation,
    _roofs,
    _storage,
    _contracts,
    _targets,
    _offsets,
    _budget,
    _locks,
    check_products,
    check_slices,
    check_limits,
    check_reserve,
)
