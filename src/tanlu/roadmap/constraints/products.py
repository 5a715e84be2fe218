"""Intermediate products of a site: no more is taken than made; what is left over is let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.electricity import load_terms
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("products", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``made - taken >= 0`` for each site and product, in each slice unless storable."""
    problem = layout.problem
    for site in layout.sites:
        for name, product in sorted(problem.products.items()):
            if not problem.slices or product.is_storable:
                made = made_in(layout, site, name, place=None)
                taken = load_terms(layout, site, carrier=name)
                yield from _balance(layout, f"{site}/{name}", (*made, *taken))
                continue
            for place, one in enumerate(problem.slices):
                made = made_in(layout, site, name, place=place)
                taken = _taken_in(layout, site, name, place=place)
                yield from _balance(layout, f"{site}/{name}/{one.id}", (*made, *taken))


def _balance(layout: Layout, key: str, terms: tuple[Term, ...]) -> Iterator[Block]:
    if terms:
        keys = tuple(f"{key},{year}" for year in layout.years)
        yield Block(f"products.{key}", keys, terms, lo=0.0)


def made_in(layout: Layout, site: str, product: str, *, place: int | None) -> Iterator[Term]:
    """Yield what technologies make of a product in a slice, None: in the year [matrix units]."""
    for index, route in enumerate(layout.routes):
        columns = layout.activity(index, place)
        if route.site == site and route.serves == product:
            yield Term(columns)
        for name, ratio in route.by_products if route.site == site else ():
            if name == product:
                yield Term(columns, layout.flow(route, name, ratio))


def _taken_in(layout: Layout, site: str, product: str, *, place: int) -> Iterator[Term]:
    """Yield minus what is taken of a product in a slice; without slices of its own by profile."""
    problem = layout.problem
    routed = {route.serves for route in layout.routes}
    for index, name in enumerate(layout.end_uses):
        use = problem.end_uses[name]
        if use.site == site and use.carrier == product and name not in routed:
            yield Term(layout.f[index], -layout.demand(name) * float(use.profile[place]))
    for index, route in enumerate(layout.routes):
        for name, ratio in route.inputs if route.site == site else ():
            if name == product and route.is_technology:
                yield Term(layout.w[index, place], -layout.flow(route, name, ratio))
            elif name == product:
                share = float(problem.end_uses[route.serves].profile[place])
                yield Term(layout.a[index], -layout.flow(route, name, ratio) * share)
