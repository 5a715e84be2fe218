"""Savings on one end use multiply: tangents of the exponential from below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import ABSENT, Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout

POINTS = 14


@family("savings")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``f >= exp(w) (1 + v - w)`` at evenly spaced points w of each end use and year."""
    touched = sorted({saving.end_use for saving in layout.savings})
    for end_use in touched:
        low, high = layout.reach[end_use, :, 0], layout.reach[end_use, :, 1]
        for point in range(POINTS):
            w = low + (high - low) * point / (POINTS - 1)
            name = f"savings.{layout.end_uses[end_use]}.{point}"
            yield tangents(layout, name, end_use=end_use, years=np.arange(layout.periods), w=w)


def tangents(layout: Layout, name: str, *, end_use: int, years: IntArray, w: FloatArray) -> Block:
    """Return one tangent of an end use in each of some years.

    Parameters
    ----------
    layout : Layout
        Columns.
    name : str
        Block name.
    end_use : int
        Index of the end use.
    years : IntArray, shape (n,)
        Year indices.
    w : FloatArray, shape (n,)
        Points of contact, log of the remaining share.
    """
    members = [saving for saving in layout.savings if saving.end_use == end_use]
    columns = np.full((len(years), len(members)), ABSENT, dtype=np.int64)
    values = np.zeros((len(years), len(members)))
    slope = np.exp(w)
    for index, saving in enumerate(members):
        columns[:, index] = layout.z[saving.decision, years]
        values[:, index] = -slope * saving.log[years]
    keys = tuple(f"{layout.end_uses[end_use]},{layout.years[year]}" for year in years)
    terms = (Term(layout.f[end_use, years]), Term(columns, values))
    return Block(name, keys, terms, lo=slope * (1 - w))
