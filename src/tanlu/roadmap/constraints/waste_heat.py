"""Recovered heat is no more than its source gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.heat import demand_columns
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("waste_heat", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``rec <= rho F_source``, summed over the end uses a recovery serves."""
    for measure in sorted(layout.problem.measures.values(), key=lambda m: m.id):
        mine = [
            i
            for i, route in enumerate(layout.routes)
            if route.owner == measure.id and route.kind == "recover"
        ]
        if not mine:
            continue
        source = layout.problem.end_uses[measure.source_end_use]
        given = to_float([d * measure.source_share for d in source.demand])
        taken = np.array(
            [to_float(layout.problem.end_uses[layout.routes[i].end_use].demand) for i in mine]
        )
        scale = np.maximum(given, 1.0)
        keys = tuple(f"{measure.id},{year}" for year in layout.years)
        terms = (
            Term(layout.a[mine].T, taken.T / scale[:, None]),
            Term(demand_columns(layout, source.id), -given / scale),
        )
        yield Block(f"waste_heat.{measure.id}", keys, terms, up=0.0)
