"""Chains of products: who makes what, when uses are known and makers are not decided.

For the baseline, for futures that differ and for what a product carries of price and emissions.
A plan's own makers are decided and checked in `checks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.rounding import to_multiple
from tanlu.roadmap.layout import make_routes, to_float

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Problem, Series
    from tanlu.roadmap.route import Route

ZERO = Fraction(0)
NOISE = 1e-9
LOOPS = 20  # rounds in which a product that takes part in its own making settles


def usable(problem: Problem, technology: str) -> Series | None:
    """Return what existing capacity can serve or make in a year [units]; None is no limit."""
    known = problem.technologies.get(technology)
    if known is None or known.existing is None:
        return None
    part = availability(problem, technology)
    return tuple(part * value for value in known.existing)


def availability(problem: Problem, technology: str) -> Fraction:
    """Return the share of a year's capacity that a technology can use over all slices [-]."""
    shares = problem.technologies[technology].availability
    if not problem.slices:
        return shares[0]
    return sum((one.share * part for one, part in zip(problem.slices, shares, strict=True)), ZERO)


def parts_of(problem: Problem) -> list[tuple[str, int | None, Fraction]]:
    """Return the end of a key, the place and the share of each slice, or of the whole year."""
    whole: list[tuple[str, int | None, Fraction]] = [("", None, Fraction(1))]
    slices = [(f"/{one.id}", place, one.share) for place, one in enumerate(problem.slices)]
    return list(slices) or whole


def makers_of(problem: Problem) -> dict[tuple[str, str], list[Route]]:
    """Return the makers of each product at each site."""
    found: dict[tuple[str, str], list[Route]] = {}
    for route in make_routes(problem):
        if route.kind == "maker":
            found.setdefault((route.site, route.serves), []).append(route)
    return found


def first_makers(
    problem: Problem, flows: Mapping[str, Series], served: Mapping[str, Series]
) -> dict[str, Series]:
    """Return what makers make when those that are there come first, in the order of their ids.

    What all that is there cannot make the largest of them makes all the same: the baseline does
    not stop.
    """
    every = makers_of(problem)
    made = {route.id: (ZERO,) * problem.periods for mine in every.values() for route in mine}
    for _ in range(LOOPS if made else 0):
        before = made
        made = {}
        for (site, product), mine in every.items():
            need = _needed(problem, site, product, flows=flows, amounts={**served, **before})
            made.update(_in_order(problem, mine, need))
        if made == before:
            break
    return made


def scaled_makers(
    problem: Problem,
    then: tuple[Mapping[str, Series], Mapping[str, Series]],
    now: tuple[Mapping[str, Series], Mapping[str, Series]],
) -> dict[str, Series]:
    """Return what makers make when uses differ from a plan: each its part of the need, exact.

    Parameters
    ----------
    problem : Problem
        What is planned.
    then, now : tuple of two mappings
        Flows of end uses, and what routes serve and make: in the plan, and in another future.
    """
    every = makers_of(problem)
    made = {route.id: then[1][route.id] for mine in every.values() for route in mine}
    for _ in range(LOOPS if made else 0):
        before = made
        made = {}
        for (site, product), mine in every.items():
            had = _needed(problem, site, product, flows=then[0], amounts=then[1])
            amounts = {**now[1], **before}
            need = _needed(problem, site, product, flows=now[0], amounts=amounts)
            pairs = zip(need, had, strict=True)
            turn = [max(n, ZERO) / h if h > 0 else Fraction(1) for n, h in pairs]
            step = problem.products[product].quantum
            for route in mine:
                rows = zip(then[1][route.id], turn, strict=True)
                made[route.id] = tuple(to_multiple(a * t, step) for a, t in rows)
        if made == before:
            break
    return made


def _in_order(problem: Problem, makers: list[Route], need: list[Fraction]) -> dict[str, Series]:
    step = problem.products[makers[0].serves].quantum
    rest = [to_multiple(value, step) if value > 0 else ZERO for value in need]
    found: dict[str, list[Fraction]] = {}
    for route in makers:
        limit = usable(problem, route.owner)
        found[route.id] = [min(r, limit[t]) if limit else r for t, r in enumerate(rest)]
        rest = [r - x for r, x in zip(rest, found[route.id], strict=True)]
    for year, left in enumerate(rest):
        if left:
            largest = max(found, key=lambda name: (found[name][year], name))
            found[largest][year] += left
    return {name: tuple(path) for name, path in found.items()}


def _needed(
    problem: Problem,
    site: str,
    product: str,
    *,
    flows: Mapping[str, Series],
    amounts: Mapping[str, Series],
) -> list[Fraction]:
    """Return what is taken of a product less what comes of it as a by-product, by year."""
    total = [ZERO] * problem.periods
    routes = make_routes(problem)
    routed = {route.serves for route in routes}
    for use in problem.end_uses.values():
        if (use.site, use.carrier) == (site, product) and use.id not in routed:
            total = [a + b for a, b in zip(total, flows[use.id], strict=True)]
    for route in routes:
        for parts, sign in ((route.inputs, 1), (route.by_products, -1)):
            for name, ratio in parts if route.site == site else ():
                if name == product:
                    rows = zip(total, amounts[route.id], ratio, strict=True)
                    total = [t + sign * a * r for t, a, r in rows]
    return total


@dataclass(frozen=True, slots=True)
class Level:
    """What end uses ask for and what routes serve and make, shape (T,) or (K, T) each."""

    flows: Mapping[str, FloatArray]
    amounts: Mapping[str, FloatArray]


def follow(
    problem: Problem, then: Level, now: Level, limits: Mapping[str, FloatArray] | None = None
) -> dict[str, FloatArray]:
    """Return what makers make when uses differ from a known level: each its part of the need.

    Parameters
    ----------
    problem : Problem
        What is planned.
    then : Level
        Known, makers included.
    now : Level
        Without makers.
    limits : Mapping[str, FloatArray], optional
        Most that each maker can make; others with room then stand in, and at last the largest.
    """
    every = makers_of(problem)
    made = {route.id: then.amounts[route.id] for mine in every.values() for route in mine}
    for _ in range(LOOPS if made else 0):
        before = dict(made)
        for key, mine in every.items():
            known = Level(now.flows, {**now.amounts, **made})
            need, had = float_need(problem, key, known), float_need(problem, key, then)
            made.update(_parts(mine, need, had, planned=then.amounts, limits=limits or {}))
        if all(np.allclose(made[name], before[name], rtol=1e-14, atol=0) for name in made):
            break
    return made


def _parts(
    makers: list[Route],
    need: FloatArray,
    had: FloatArray,
    *,
    planned: Mapping[str, FloatArray],
    limits: Mapping[str, FloatArray],
) -> dict[str, FloatArray]:
    need = np.maximum(need, 0.0)
    ones = np.ones(np.broadcast(need, had).shape)
    turn = np.divide(need, had, out=ones, where=had > 0)
    order = sorted(makers, key=lambda route: (-float(planned[route.id].sum()), route.id))
    most = {route.id: limits.get(route.id, np.full(1, np.inf)) for route in order}
    found = {route.id: np.minimum(planned[route.id] * turn, most[route.id]) for route in order}
    rest = need - sum(found.values(), np.zeros(1))
    rest = np.where(rest > NOISE * np.maximum(need, 1), rest, 0.0)
    for route in order:
        room = np.minimum(np.maximum(most[route.id] - found[route.id], 0.0), rest)
        found[route.id], rest = found[route.id] + room, rest - room
    first = order[0].id
    found[first] = found[first] + rest
    return found


def float_need(problem: Problem, where: tuple[str, str], level: Level) -> FloatArray:
    """Return what is taken of a product at a site less what comes of it as a by-product."""
    (site, product), total = where, np.zeros(problem.periods)
    routes = make_routes(problem)
    routed = {route.serves for route in routes}
    for use in problem.end_uses.values():
        if (use.site, use.carrier) == where and use.id not in routed:
            total = total + level.flows[use.id]
    for route in routes:
        for parts, sign in ((route.inputs, 1.0), (route.by_products, -1.0)):
            for name, ratio in parts if route.site == site else ():
                if name == product:
                    total = total + sign * level.amounts[route.id] * to_float(ratio)
    return total


def carried(
    problem: Problem, worth: Callable[[str, str], FloatArray], made: Mapping[str, Series]
) -> dict[tuple[str, str], FloatArray]:
    """Return what a unit of each product carries of its inputs, as its makers share it (T,).

    Parameters
    ----------
    problem : Problem
        What is planned.
    worth : callable
        Price or emission factor of a carrier at a site, shape (T,).
    made : Mapping[str, Series]
        What each maker makes: their shares.
    """
    every = makers_of(problem)
    found = {key: np.zeros(problem.periods) for key in every}
    for _ in range(LOOPS if every else 0):
        found = {key: _mean(key, mine, worth, made, found) for key, mine in every.items()}
    return found


def _mean(
    key: tuple[str, str],
    makers: list[Route],
    worth: Callable[[str, str], FloatArray],
    made: Mapping[str, Series],
    known: Mapping[tuple[str, str], FloatArray],
) -> FloatArray:
    amounts = np.array([to_float(made[route.id]) for route in makers])
    total = amounts.sum(axis=0)
    each = []
    for route in makers:
        parts = [
            to_float(ratio) * (known[key[0], name] if (key[0], name) in known
                               else worth(key[0], name))
            for name, ratio in route.inputs
        ]  # fmt: skip
        each.append(sum(parts, np.zeros(len(total))))
    even = np.full_like(amounts, 1 / len(makers))
    shares = np.divide(amounts, total, out=even, where=total > 0)
    mean: FloatArray = (shares * np.array(each)).sum(axis=0)
    return mean
