"""A measure waits for those it requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("prerequisite", reason="PREREQUISITE")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``z_a <= z_b`` in each year if a requires b (first block of each)."""
    for measure in sorted(layout.problem.measures.values(), key=lambda m: m.id):
        for needed in sorted(measure.requires):
            first, before = layout.decisions_of(measure.id)[0], layout.decisions_of(needed)[0]
            keys = tuple(f"{measure.id}<{needed},{year}" for year in layout.years)
            terms = (Term(layout.z[first]), Term(layout.z[before], -1.0))
            yield Block(f"prerequisite.{measure.id}.{needed}", keys, terms, up=0.0)
