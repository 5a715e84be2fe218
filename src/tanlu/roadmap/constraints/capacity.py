"""Limits of a technology: capacity that must or may be there, and output of a year."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.stock import capacity_terms
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Series, Technology


@family("capacity", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``min <= capacity <= max`` and ``min <= output <= max`` of each technology."""
    for index, route in enumerate(layout.routes):
        if not route.is_technology:
            continue
        technology = layout.problem.technologies[route.owner]
        keys = tuple(f"{technology.id},{year}" for year in layout.years)
        limits = technology.min_output, technology.max_output
        if any(limit is not None for limit in limits):
            size = layout.size(route)
            scale = max(*size, Fraction(1))
            output = Term(layout.a[index], to_float([value / scale for value in size]))
            low, high = _sides(*limits, layout.periods, scale=scale)
            yield Block(f"capacity.output.{technology.id}", keys, (output,), lo=low, up=high)
        yield from _capacity(layout, technology, keys)


def _capacity(layout: Layout, technology: Technology, keys: tuple[str, ...]) -> Iterator[Block]:
    limits = technology.min_capacity, technology.max_capacity
    if technology.existing is None or not any(limit is not None for limit in limits):
        return
    scale = max(technology.unit_size or Fraction(0), *technology.existing) or Fraction(1)
    terms = tuple(capacity_terms(layout, technology, 1 / scale))
    there = to_float([value / scale for value in technology.existing])
    low, high = _sides(*limits, layout.periods, scale=scale)
    yield Block(f"capacity.{technology.id}", keys, terms, lo=low - there, up=high - there)


def _sides(
    low: Series | None, high: Series | None, periods: int, *, scale: Fraction
) -> tuple[FloatArray, FloatArray]:
    least, most = np.full(periods, -np.inf), np.full(periods, np.inf)
    if low is not None:
        least = to_float([value / scale for value in low])
    if high is not None:
        most = to_float([value / scale for value in high])
    return least, most
