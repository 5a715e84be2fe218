"""Equal blocks of one measure are built in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("blocks")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``z_j >= z_{j+1}`` for the blocks of a measure."""
    for index, decision in enumerate(layout.decisions):
        if decision.step == 1:
            continue
        keys = tuple(f"{decision.id},{year}" for year in layout.years)
        terms = (Term(layout.z[index - 1]), Term(layout.z[index], -1.0))
        yield Block(f"blocks.{decision.id}", keys, terms, lo=0.0)
