"""What must hold across products, slices of the year and the technologies of a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.chain import makers_of
from tanlu.roadmap.layout import make_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.node import Faults
    from tanlu.roadmap.problem import Problem


def check_chains(problem: Problem, faults: Faults) -> None:
    """Add every fault of products and slices that only shows across objects."""
    for table in (problem.carriers, problem.end_uses):
        for name in sorted(set(problem.products) & set(table)):
            faults.add("CASE_ID_TWICE", f"products.{name}", found=name)
    _check_made(problem, faults)
    _check_profiles(problem, faults)
    _check_capacities(problem, faults)


def _takers(problem: Problem) -> Iterator[tuple[str, str, str]]:
    """Yield site, carrier or product, and path of whatever takes it."""
    routes = make_routes(problem)
    routed = {route.serves for route in routes}
    for use in problem.end_uses.values():
        if use.id not in routed:
            yield use.site, use.carrier, f"end_uses.{use.id}.carrier"
    for route in routes:
        table = "technologies" if route.is_technology else "measures"
        for name, _ in route.inputs:
            yield route.site, name, f"{table}.{route.owner or route.serves}"


def _check_made(problem: Problem, faults: Faults) -> None:
    made = set(makers_of(problem))
    made |= {(route.site, name) for route in make_routes(problem) for name, _ in route.by_products}
    for site, name, path in _takers(problem):
        if name in problem.products and (site, name) not in made:
            faults.add("CASE_NOT_MADE", path, found=name, site=site)


def _check_profiles(problem: Problem, faults: Faults) -> None:
    """Refuse a demand at any time of the year where it draws on a product of each slice."""
    if not problem.slices:
        return
    sliced = {name for name, product in problem.products.items() if not product.is_storable}
    anytime = {use.id for use in problem.end_uses.values() if not use.profile}
    routes = make_routes(problem)
    routed = {route.serves for route in routes}
    direct = {use.id for use in problem.end_uses.values()
              if use.carrier in sliced and use.id not in routed}  # fmt: skip
    moved = {
        route.serves
        for route in routes
        if not route.is_technology and sliced & {name for name, _ in route.inputs}
    }
    for name in sorted(anytime & (direct | moved)):
        faults.add("CASE_PROFILE_ANY", f"end_uses.{name}.profile")


def _check_capacities(problem: Problem, faults: Faults) -> None:
    """Refuse limits of a capacity that has none, and a reserve that is without end."""
    for name, technology in problem.technologies.items():
        if technology.existing is not None:
            continue
        for key in ("min_capacity", "max_capacity"):
            if getattr(technology, key) is not None:
                faults.add("CASE_CAPACITY_OPEN", f"technologies.{name}.{key}", key=key)
        made = {technology.serves, *technology.by_products}
        reserved = [n for n in sorted(made & set(problem.products))
                    if problem.products[n].reserve_margin is not None]  # fmt: skip
        if reserved and technology.firm:
            faults.add("CASE_CAPACITY_OPEN", f"technologies.{name}.firm", key="firm")
