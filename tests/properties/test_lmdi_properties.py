"""LMDI adds up, and walks back the way it came."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from tanlu.hotspots.lmdi import decompose

FACTOR = st.one_of(st.just(0.0), st.floats(0.01, 100.0))
CELL = st.tuples(st.tuples(FACTOR, FACTOR, FACTOR), st.tuples(FACTOR, FACTOR, FACTOR))
CELLS = st.lists(CELL, min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(CELLS)
def test_effects_sum_to_the_change(
    cells: list[tuple[tuple[float, ...], tuple[float, ...]]],
) -> None:
    change = sum(math.prod(b) - math.prod(a) for a, b in cells)
    largest = sum(max(math.prod(a), math.prod(b)) for a, b in cells)

    assert abs(sum(decompose(cells, 3)) - change) <= 1e-9 * max(largest, 1.0)


@settings(max_examples=100, deadline=None)
@given(CELLS)
def test_the_way_back_is_the_negative(
    cells: list[tuple[tuple[float, ...], tuple[float, ...]]],
) -> None:
    there = decompose(cells, 3)
    back = decompose([(b, a) for a, b in cells], 3)
    largest = sum(max(math.prod(a), math.prod(b)) for a, b in cells)

    assert all(abs(x + y) <= 1e-9 * max(largest, 1.0) for x, y in zip(there, back, strict=True))
