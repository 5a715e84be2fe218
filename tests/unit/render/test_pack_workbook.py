"""The rounding term: a spreadsheet's formula gives the exact milligrams, whoever computes it."""

from __future__ import annotations

from fractions import Fraction
from math import floor, inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanlu.render.pack_workbook import as_written, rounding_term

QUANTITIES = st.integers(-(10**14), 10**14).map(lambda u: Fraction(u, 10**6))
FACTORS = st.integers(1, 10**16).map(lambda u: Fraction(u, 10**12))


def exact(quantity: Fraction, factor: Fraction) -> int:
    return floor(quantity * factor * 10**6 + Fraction(1, 2))


def computed(quantity: Fraction, factor: Fraction) -> set[int]:
    """Return what programs make of the formula: to the double, and with their tolerance."""
    term = rounding_term(quantity, factor, exact(quantity, factor))
    value = as_written(quantity) * as_written(factor) * 1000000 + term
    around = abs(value) * 2**-48
    return {floor(near) for near in (value, value - around, value + around,
                                     nextafter(value, inf), nextafter(value, -inf))}  # fmt: skip


@given(quantity=QUANTITIES, factor=FACTORS)
def test_the_formula_gives_the_exact_result(quantity: Fraction, factor: Fraction) -> None:
    result = exact(quantity, factor)

    if abs(result) < 2**46:  # 70 kt in one row; beyond it doubles hold no clear fraction
        assert computed(quantity, factor) == {result}


@pytest.mark.parametrize("half", ["49999999999999.5", "-3.5", "12345678.5", "0.5", "2.5"])
def test_a_product_at_or_beside_a_half_is_rounded_as_the_ledger_rounds(half: str) -> None:
    for beside in (Fraction(0), Fraction(1, 10**12), -Fraction(1, 10**12)):
        quantity = (Fraction(half) + beside) / 10**6

        assert computed(quantity, Fraction(1)) == {exact(quantity, Fraction(1))}


def test_a_plain_product_takes_one_half() -> None:
    assert rounding_term(Fraction(100), Fraction("0.5306"), 53_060_000) == 0.5
