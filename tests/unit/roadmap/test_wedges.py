"""Shares of measures on one end use, and integers that add up."""

from __future__ import annotations

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanlu.roadmap.wedges import shapley_shares, split_signed

SHARES = st.lists(st.floats(-0.3, 0.9), min_size=1, max_size=6)


def by_orders(shares: list[float]) -> list[float]:
    """Return the mean marginal saving over all orders."""
    total = [0.0] * len(shares)
    for order in permutations(range(len(shares))):
        left = 1.0
        for index in order:
            total[index] += left * shares[index]
            left *= 1 - shares[index]
    return [value / math.factorial(len(shares)) for value in total]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.1, 0.2], [9.0, 19.0]),
        ([0.1, 0.2, -0.05], [9.2167, 19.4667, -4.2833]),
        ([0.1, 0.2, 0.05], [8.7833, 18.5333, 4.2833]),
    ],
)
def test_printed_shares(shares: list[float], expected: list[float]) -> None:
    assert [100 * part for part in shapley_shares(shares)] == pytest.approx(expected, abs=5e-5)


@given(SHARES)
def test_closed_form_is_the_mean_over_orders(shares: list[float]) -> None:
    assert list(shapley_shares(shares)) == pytest.approx(by_orders(shares), abs=1e-12)


@given(SHARES)
def test_parts_add_up_to_what_all_save(shares: list[float]) -> None:
    together = 1 - math.prod(1 - share for share in shares)

    assert sum(shapley_shares(shares)) == pytest.approx(together, abs=1e-12)


def test_a_measure_that_saves_nothing_gets_nothing_and_twins_get_the_same() -> None:
    parts = shapley_shares([0.2, 0.0, 0.2])

    assert parts[1] == 0
    assert parts[0] == pytest.approx(parts[2])


@given(st.integers(-(10**12), 10**12), st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=8))
def test_signed_parts_add_up_exactly(total: int, weights: list[float]) -> None:
    assert sum(split_signed(total, weights)) == total


def test_a_part_of_zero_stays_zero() -> None:
    assert split_signed(10, [0.0, 3.4, 6.6]) == (0, 3, 7)
