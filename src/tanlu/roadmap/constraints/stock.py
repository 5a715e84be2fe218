"""Activity needs capacity: what exists and whole units that live out their life."""

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

    from tanlu.roadmap.builder import IntArray
    from tanlu.roadmap.layout import Layout


@family("stock", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``a_t <= existing_t - retired_t y_t + U (n_t + ... + n_{t-L+1})``."""
    for index, route in enumerate(layout.routes):
        if route.kind != "technology":
            continue
        technology = layout.problem.technologies[route.owner]
        if technology.existing is None:
            continue
        demand = layout.problem.end_uses[route.end_use].demand
        scale = max(*demand, Fraction(1))
        terms = [Term(layout.a[index], to_float([d / scale for d in demand]))]
        if technology.unit_size is not None:
            alive = in_service(layout, technology.id, life=technology.life)
            terms.append(Term(alive, -float(technology.unit_size / scale)))
        for place, (owner, cohort) in enumerate(retirable(layout.problem)):
            if owner is technology:
                gone = to_float([value / scale for value in cohort.capacity])
                terms.append(Term(layout.y[place], gone))
        keys = tuple(f"{technology.id},{year}" for year in layout.years)
        up = to_float([value / scale for value in technology.existing])
        yield Block(f"stock.{technology.id}", keys, tuple(terms), up=up)


def in_service(layout: Layout, technology: str, *, life: int) -> IntArray:
    """Return, for each year, the columns of units not yet at the end of their life (T, L)."""
    n = layout.n[layout.stocks.index(technology)]
    width = min(life, layout.periods)
    columns = np.full((layout.periods, width), ABSENT, dtype=np.int64)
    for year in range(layout.periods):
        first = max(0, year - life + 1)
        columns[year, : year - first + 1] = n[first : year + 1]
    return columns
