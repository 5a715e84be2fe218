"""Decisions that the user has already taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("lock", reason="LOCKED")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``z = 1`` from a locked year on and 0 before; 0 for a banned measure."""
    for lock in sorted(layout.problem.locks, key=lambda entry: entry.measure):
        start = layout.periods if lock.year is None else lock.year
        level = np.where(np.arange(layout.periods) >= start, 1.0, 0.0)
        for index in layout.decisions_of(lock.measure):
            name = layout.decisions[index].id
            keys = tuple(f"{name},{year}" for year in layout.years)
            yield Block(f"lock.{name}", keys, (Term(layout.z[index]),), lo=level, up=level)
