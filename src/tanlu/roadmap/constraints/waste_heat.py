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

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Measure


@family("waste_heat", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``rec <= rho F_source``, summed over the end uses a recovery serves."""
    for measure in sorted(layout.problem.measures.values(), key=lambda m: m.id):
        mine, taken, given = recovery(layout, measure)
        if not mine:
            continue
        scale = np.maximum(given, 1.0)
        keys = tuple(f"{measure.id},{year}" for year in layout.years)
        terms = (
            Term(layout.a[mine].T, taken.T / scale[:, None]),
            Term(demand_columns(layout, measure.source_end_use), -given / scale),
        )
        yield Block(f"waste_heat.{measure.id}", keys, terms, up=0.0)
        yield _opened(layout, measure.id, mine, taken=taken, given=given, scale=scale)


def recovery(layout: Layout, measure: Measure) -> tuple[list[int], FloatArray, FloatArray]:
    """Return the routes of a recovery, what each can take, and what its source can give (T,)."""
    mine = [
        i
        for i, route in enumerate(layout.routes)
        if route.owner == measure.id and route.kind == "recover"
    ]
    if not mine:
        return [], np.zeros((0, layout.periods)), np.zeros(layout.periods)
    uses = layout.problem.end_uses
    given = to_float([d * measure.source_share for d in uses[measure.source_end_use].demand])
    taken = np.array([to_float(uses[layout.routes[i].serves].demand) for i in mine])
    return mine, taken, given


def _opened(
    layout: Layout,
    measure: str,
    routes: list[int],
    *,
    taken: FloatArray,
    given: FloatArray,
    scale: FloatArray,
) -> Block:
    """Return ``rec <= rho (most of F_source) z``, which brings the relaxation closer."""
    use = layout.problem.measures[measure].source_end_use
    most = np.exp(layout.reach[layout.end_uses.index(use), :, 1])
    decisions = layout.decisions_of(measure)
    keys = tuple(f"{measure},{year}" for year in layout.years)
    opening = -(given * most / scale / len(decisions))[:, None]
    terms = (
        Term(layout.a[routes].T, taken.T / scale[:, None]),
        Term(layout.z[decisions].T, opening),
    )
    return Block(f"waste_heat.open.{measure}", keys, terms, up=0.0)
