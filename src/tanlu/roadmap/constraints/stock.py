"""Activity needs capacity: what exists and units that live out their life."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import ABSENT, Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float
from tanlu.roadmap.retirement import retirable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Technology


@family("stock", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``a_t <= b (existing_t - retired_t y_t + U (n_t + ... + n_{t-L+1}))``.

    `b` is the availability; in a slice it is that of the slice times its share of the year.
    """
    for index, route in enumerate(layout.routes):
        if not route.is_technology:
            continue
        technology = layout.problem.technologies[route.owner]
        if technology.existing is None:
            continue
        size = layout.size(route)
        scale = max(*size, Fraction(1))
        each = to_float([value / scale for value in size])
        for name, columns, part in _parts(layout, technology, index):
            terms = (Term(columns, each), *capacity_terms(layout, technology, -part / scale))
            keys = tuple(f"{name},{year}" for year in layout.years)
            up = to_float([part * value / scale for value in technology.existing])
            yield Block(f"stock.{name}", keys, terms, up=up)


def _parts(
    layout: Layout, technology: Technology, index: int
) -> Iterator[tuple[str, IntArray, Fraction]]:
    """Yield a name, the activity, and what part of a year's capacity it may use."""
    slices = layout.problem.slices
    if not slices:
        yield technology.id, layout.a[index], technology.availability[0]
    for place, one in enumerate(slices):
        part = one.share * technology.availability[place]
        yield f"{technology.id}/{one.id}", layout.w[index, place], part


def capacity_terms(layout: Layout, technology: Technology, weight: Fraction) -> Iterator[Term]:
    """Yield a weight times all capacity but the existing that nobody takes out."""
    if technology.unit_size is not None:
        alive = in_service(layout, technology.id, life=technology.life)
        yield Term(alive, float(weight * technology.unit_size))
    for place, (owner, cohort) in enumerate(retirable(layout.problem)):
        if owner is technology:
            gone: FloatArray = to_float([-weight * value for value in cohort.capacity])
            yield Term(layout.y[place], gone)


def in_service(layout: Layout, technology: str, *, life: int) -> IntArray:
    """Return, for each year, the columns of units not yet at the end of their life (T, L)."""
    n = layout.n[layout.stocks.index(technology)]
    width = min(life, layout.periods)
    columns = np.full((layout.periods, width), ABSENT, dtype=np.int64)
    for year in range(layout.periods):
        first = max(0, year - life + 1)
        columns[year, : year - first + 1] = n[first : year + 1]
    return columns
