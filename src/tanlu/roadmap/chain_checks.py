"""Check products, slices of the year, and limits and reserves of technologies, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.breach import Breach
from tanlu.roadmap.capacity import capacity_of
from tanlu.roadmap.chain import parts_of
from tanlu.roadmap.layout import make_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.problem import EndUse, Problem, Series
    from tanlu.roadmap.route import Route
    from tanlu.roadmap.simulate import Choices, Simulation

ZERO = Fraction(0)
ONE = Fraction(1)


def amount(
    problem: Problem, choices: Choices, result: Simulation, route: Route, *, place: int | None
) -> Series:
    """Return what a route serves or makes in a slice, or in the year; without own by profile."""
    if place is None:
        return result.served[route.id]
    if route.is_technology:
        return choices.sliced[route.id][place]
    share = problem.end_uses[route.serves].profile[place]
    return tuple(share * value for value in result.served[route.id])


def check_products(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    """Yield products of which more is taken than made; a quantum for each maker is allowed."""
    for site in sorted(problem.sites):
        for name, product in problem.products.items():
            parts = parts_of(problem)
            if product.is_storable:
                parts = [("", None, ONE)]
            makers = sum(name in (r.serves, *dict(r.by_products)) for r in make_routes(problem))
            for end, place, _ in parts:
                made = _moved(problem, choices, result, (site, name), place=place, sign=1)
                taken = _moved(problem, choices, result, (site, name), place=place, sign=-1)
                for year, (have, need) in enumerate(zip(made, taken, strict=True)):
                    if need > have + makers * product.quantum:
                        yield Breach("products", f"{site}/{name}{end}", year, need - have)


def _moved(
    problem: Problem,
    choices: Choices,
    result: Simulation,
    where: tuple[str, str],
    *,
    place: int | None,
    sign: int,
) -> list[Fraction]:
    """Return what is made (sign 1) or taken (-1) of a product at a site."""
    total, (site, product) = [ZERO] * problem.periods, where
    routes = make_routes(problem)
    for route in routes:
        parts = route.inputs if sign < 0 else route.by_products
        ratios = [ratio for name, ratio in parts if name == product and route.site == site]
        if sign > 0 and (route.site, route.serves) == where:
            ratios.append((ONE,) * problem.periods)
        for ratio in ratios:
            path = amount(problem, choices, result, route, place=place)
            total = [t + a * r for t, a, r in zip(total, path, ratio, strict=True)]
    routed = {route.serves for route in routes}
    for use in problem.end_uses.values() if sign < 0 else ():
        if (use.site, use.carrier) == where and use.id not in routed:
            share = ONE if place is None else use.profile[place]
            total = [t + share * v for t, v in zip(total, result.flows[use.id], strict=True)]
    return total


def check_slices(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    """Yield slices that do not add up, do not follow the profile or exceed the capacity."""
    if not problem.slices:
        return
    for route in make_routes(problem):
        if not route.is_technology:
            continue
        paths, step = choices.sliced[route.id], problem.quantum(route.serves)
        for year, whole in enumerate(result.served[route.id]):
            gap = abs(sum((path[year] for path in paths), ZERO) - whole)
            if gap > step:
                yield Breach("slices", route.id, year, gap)
        yield from _over(problem, choices, route)
    for use in problem.end_uses.values():
        yield from _profile(problem, choices, result, use)


def _over(problem: Problem, choices: Choices, route: Route) -> Iterator[Breach]:
    technology = problem.technologies[route.owner]
    standing = capacity_of(problem, choices, route.owner)
    for end, place, share in parts_of(problem):
        assert place is not None  # noqa: S101 - there are slices
        part = share * technology.availability[place]
        for year, made in enumerate(choices.sliced[route.id][place]):
            most = standing[year]
            if made < 0 or (most is not None and made > part * most):
                over = made - part * (most or ZERO)
                yield Breach("stock", f"{route.owner}{end}", year, abs(over))


def _profile(
    problem: Problem, choices: Choices, result: Simulation, use: EndUse
) -> Iterator[Breach]:
    mine = [route for route in make_routes(problem) if route.serves == use.id]
    if not use.profile or not any(route.is_technology for route in mine):
        return
    for end, place, _ in parts_of(problem):
        assert place is not None  # noqa: S101 - there are slices
        paths = [amount(problem, choices, result, route, place=place) for route in mine]
        for year, flow in enumerate(result.flows[use.id]):
            wanted = use.profile[place] * flow
            gap = abs(sum((path[year] for path in paths), ZERO) - wanted)
            if gap > use.quantum:
                yield Breach("slices", f"{use.id}{end}", year, gap)


def check_limits(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    """Yield technologies whose capacity or output is beyond its limits; a quantum is allowed."""
    for name, technology in problem.technologies.items():
        step = problem.quantum(technology.serves)
        standing = capacity_of(problem, choices, name)
        for path, low, high in (
            (standing, technology.min_capacity, technology.max_capacity),
            (result.served[name], technology.min_output, technology.max_output),
        ):
            for year, value in enumerate(path):
                if value is None:
                    continue
                if high is not None and value > high[year] + step:
                    yield Breach("capacity", name, year, value - high[year])
                if low is not None and value < low[year] - step:
                    yield Breach("capacity", name, year, low[year] - value)


def check_reserve(problem: Problem, choices: Choices, result: Simulation) -> Iterator[Breach]:
    """Yield products of which more is made in a slice than firm capacity leaves a margin for."""
    for name, product in problem.products.items():
        for site in sorted(problem.sites) if product.reserve_margin is not None else ():
            firm = _firm(problem, choices, site, name)
            for end, place, share in parts_of(problem):
                made = _moved(problem, choices, result, (site, name), place=place, sign=1)
                rows = zip(made, firm, product.reserve_margin or (), strict=True)
                for year, (have, there, margin) in enumerate(rows):
                    over = (1 + margin) * have / share - there
                    if over > product.quantum / share:
                        yield Breach("reserve", f"{site}/{name}{end}", year, over)


def _firm(problem: Problem, choices: Choices, site: str, product: str) -> list[Fraction]:
    total = [ZERO] * problem.periods
    for technology in problem.technologies.values():
        least = min(technology.by_products.get(product, (ZERO,)))
        ratio = technology.firm * (ONE if technology.serves == product else least)
        if technology.site == site and ratio:
            standing = capacity_of(problem, choices, technology.id)
            total = [t + ratio * (v or ZERO) for t, v in zip(total, standing, strict=True)]
    return total
