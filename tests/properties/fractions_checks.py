"""Checks of rules in plain fractions: slow, and what those in whole numbers must equal."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Effect, Ownership
from tanlu.roadmap.breach import Breach
from tanlu.roadmap.capacity import capacity_of
from tanlu.roadmap.chain import availability
from tanlu.roadmap.checks import _headroom
from tanlu.roadmap.layout import make_decisions, make_routes
from tanlu.roadmap.simulate import ONE, ZERO, built_shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.roadmap.layout import Decision
    from tanlu.roadmap.problem import Problem, Series
    from tanlu.roadmap.route import Route
    from tanlu.roadmap.simulate import Choices, Simulation


def _adoption(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    for decision in make_decisions(problem):
        path = choices.share[decision.id]
        owner = problem.measures.get(decision.owner) or problem.pv[decision.owner]
        ready = owner.first_year + owner.lead_years
        early = max(problem.frozen_until, owner.lead_years)
        before = ZERO
        for year, value in enumerate(path):
            if value < before:
                yield Breach("adoption", decision.id, year, before - value)
            if value > 0 and (problem.years[year] < ready or year < early):
                yield Breach("adoption", decision.id, year, value)
            if value != before and problem.years[year] not in problem.decision_years:
                yield Breach("adoption", decision.id, year, value - before)
            before = value


def _order(problem: Problem, choices: Choices, _result: Simulation) -> Iterator[Breach]:
    decisions = make_decisions(problem)
    for first, second in pairwise(decisions):
        if second.step > 1:
            for year in range(problem.periods):
                gap = choices.share[second.id][year] - choices.share[first.id][year]
                if gap > 0:
                    yield Breach("blocks", second.id, year, gap)


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
        before = ZERO
        for year in range(problem.periods):
            now = sum((choices.share[d.id][year] for d in members), ZERO)
            if now - before > limit:
                yield Breach("rollout", kind, year, now - before - limit)
            before = now


def _heat(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    """Check what routes may serve: what a switch opens and what it leaves to the old way.

    A share such as one third is not a whole number of quanta: one quantum is allowed.
    """
    limits_of = all_route_limits(problem, choices)
    for route in make_routes(problem):
        step = problem.quantum(route.serves)
        limits = limits_of[route.id]
        family = "stock" if route.is_technology else "heat"
        for year, amount in enumerate(result.served[route.id]):
            limit = limits[year]
            if amount < 0:
                yield Breach(family, route.id, year, -amount)
            elif limit is not None and amount > limit + (step if family == "heat" else 0):
                yield Breach(family, route.id, year, amount - limit)


def all_route_limits(problem: Problem, choices: Choices) -> dict[str, list[Fraction | None]]:
    """Return the most that each route may serve in each year; None is no limit."""
    built = built_shares(problem, choices)
    most = _headroom(problem)
    return {
        route.id: capacities(problem, choices, route.owner)
        if route.is_technology
        else _share_limits(problem, route, built=built, most=most[route.serves])
        for route in make_routes(problem)
    }


def _share_limits(
    problem: Problem, route: Route, *, built: Mapping[str, Series], most: Series
) -> list[Fraction | None]:
    demand = problem.end_uses[route.serves].demand
    if route.owner:
        saving = problem.measures[route.owner].saving[route.serves]
        shares = [part * share for part, share in zip(built[route.owner], saving, strict=True)]
    else:
        shares = _left_open(problem, built, route.serves)
    triples = zip(demand, shares, most, strict=True)
    return [d * s * m if s else ZERO for d, s, m in triples]


def capacities(problem: Problem, choices: Choices, name: str) -> list[Fraction | None]:
    """Return what a technology can serve or make in each year; None is no limit."""
    part = availability(problem, name)
    standing = capacity_of(problem, choices, name)
    return [None if value is None else part * value for value in standing]


def _left_open(problem: Problem, built: Mapping[str, Series], end_use: str) -> list[Fraction]:
    left = [ONE] * problem.periods
    for measure in problem.measures.values():
        if measure.effect is Effect.SWITCH and end_use in measure.saving:
            taken = zip(left, built[measure.id], measure.saving[end_use], strict=True)
            left = [rest - share * part for rest, share, part in taken]
    return left


def _generation(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    for option in problem.pv.values():
        shares = choices.share[option.id]
        for year in range(problem.periods):
            capacity = choices.capacity[option.id][year]
            within, after = choices.within[option.id][year], choices.after[option.id][year]
            made = capacity * option.yield_per_kw[year]
            used = within + after + choices.export[option.id][year]
            if used > made:
                yield Breach("pv", option.id, year, used - made)
            if capacity > option.max_kw * shares[year]:
                yield Breach("ownership", option.id, year, capacity)
            before = choices.capacity[option.id][year - 1] if year else capacity
            open_ = problem.years[year] in problem.decision_years
            if capacity < before or (capacity > before and not open_):
                yield Breach("pv", option.id, year, abs(capacity - before))
            ended = shares[year - option.term] if year >= option.term else ZERO
            if option.ownership is Ownership.OWN:
                ended = ZERO
            if (after > 0 and ended < 1) or (within > 0 and ended == 1):
                yield Breach("ownership", option.id, year, max(after, within))


CHECKS = (_adoption, _order, _rollout, _heat, _generation)
