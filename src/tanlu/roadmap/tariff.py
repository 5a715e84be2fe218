"""Prices that differ between the slices of a year: what they add to a purchase at one price."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.roadmap.problem import EndUse, Problem, Series
    from tanlu.roadmap.route import Route

ZERO = Fraction(0)


def has_tariff(problem: Problem) -> bool:
    """Say whether any price differs between slices."""
    return any(carrier.price_factor for carrier in problem.carriers.values())


def has_running_costs(problem: Problem) -> bool:
    """Say whether anything costs per unit served or made besides purchases at one price."""
    ways = problem.technologies.values()
    return has_tariff(problem) or any(way.variable_om is not None for way in ways)


def slice_cost(problem: Problem, route: Route, place: int) -> Series:
    """Return what a unit served or made in a slice costs above the year's prices (T,) [CNY]."""
    total = [ZERO] * problem.periods
    for name, ratio in route.inputs:
        turn = _turn(problem, name, place)
        if turn:
            prices = problem.price(route.site, name)
            total = [t + r * p * turn for t, r, p in zip(total, ratio, prices, strict=True)]
    return tuple(total)


def profile_cost(problem: Problem, use: EndUse, carrier: str) -> Series:
    """Return what a unit of a carrier costs above the year's price, bought by a profile [CNY].

    A demand at any time of the year that no technology serves is taken as even.
    """
    turn = mean_turn(problem, use, carrier)
    if not turn:
        return (ZERO,) * problem.periods
    return tuple(turn * price for price in problem.price(use.site, carrier))


def mean_turn(problem: Problem, use: EndUse, carrier: str) -> Fraction:
    """Return by what share a profile's mean price is above the year's price [-]."""
    shares = use.profile or tuple(one.share for one in problem.slices)
    turns = [_turn(problem, carrier, place) for place in range(len(problem.slices))]
    return sum((share * turn for share, turn in zip(shares, turns, strict=True)), ZERO)


def _turn(problem: Problem, name: str, place: int) -> Fraction:
    known = problem.carriers.get(name)
    return known.price_factor[place] - 1 if known is not None and known.price_factor else ZERO


def tariff_line(
    problem: Problem,
    routes: Iterable[Route],
    *,
    flows: Mapping[str, Series],
    served: Mapping[str, Series],
    sliced: Mapping[str, tuple[Series, ...]],
) -> list[Fraction]:
    """Return what all purchases of a year cost above the year's prices [CNY]."""
    line = [ZERO] * problem.periods
    if not has_tariff(problem):
        return line
    routed = {route.serves for route in routes}
    for use in problem.end_uses.values():
        if use.id not in routed and use.carrier in problem.carriers:
            _add(line, flows[use.id], profile_cost(problem, use, use.carrier))
    for route in routes:
        if route.is_technology:
            for place, path in enumerate(sliced.get(route.id, ())):
                _add(line, path, slice_cost(problem, route, place))
            continue
        for name, ratio in route.inputs:
            if name in problem.carriers:
                each = profile_cost(problem, problem.end_uses[route.serves], name)
                _add(line, served[route.id], tuple(r * c for r, c in zip(ratio, each, strict=True)))
    return line


def _add(line: list[Fraction], amounts: Series, costs: Series) -> None:
    for year, (amount, cost) in enumerate(zip(amounts, costs, strict=True)):
        if amount and cost:
            line[year] += amount * cost
