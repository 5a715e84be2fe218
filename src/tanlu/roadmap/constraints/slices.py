"""Slices of the year: what technologies serve or make in them adds up to the year's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("slices", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``a = sum of w`` and, of a profile p, ``sum of w_s = p_s (f - sum of other a)``."""
    if not layout.problem.slices:
        return
    for index, route in enumerate(layout.routes):
        if route.is_technology:
            keys = tuple(f"{route.id},{year}" for year in layout.years)
            terms = (Term(layout.a[index]), Term(layout.w[index].T, -1.0))
            yield Block(f"slices.year.{route.id}", keys, terms, lo=0.0, up=0.0)
    for index, end_use in enumerate(layout.end_uses):
        yield from _demand(layout, index, end_use)


def _demand(layout: Layout, index: int, end_use: str) -> Iterator[Block]:
    mine = [i for i, route in enumerate(layout.routes) if route.serves == end_use]
    served = [i for i in mine if layout.routes[i].is_technology]
    others = [i for i in mine if i not in served]
    profile = layout.problem.end_uses[end_use].profile if served else ()
    for place, share in enumerate(profile):
        name = f"{end_use}/{layout.problem.slices[place].id}"
        keys = tuple(f"{name},{year}" for year in layout.years)
        terms = (
            Term(layout.w[served, place].T),
            Term(layout.a[others].T, float(share)),
            Term(layout.f[index], -float(share)),
        )
        yield Block(f"slices.demand.{name}", keys, terms, lo=0.0, up=0.0)
