"""Existing stock that is taken out early stays out; it is taken out only while in service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import ABSENT, Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.retirement import open_to_retire, retirable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("retirement", reason="EARLIEST_POSSIBLE")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``0 <= y_t - y_{t-1}``, and 0 in the years in which nothing may be taken out."""
    for index, (_, cohort) in enumerate(retirable(layout.problem)):
        y = layout.y[index]
        before = np.concatenate([[ABSENT], y[:-1]])
        keys = tuple(f"{cohort.id},{year}" for year in layout.years)
        up = [np.inf if free else 0.0 for free in open_to_retire(layout.problem, cohort)]
        yield Block(f"retirement.{cohort.id}", keys, (Term(y), Term(before, -1.0)), lo=0.0, up=up)
