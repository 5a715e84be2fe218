"""Decomposition over activity, structure and intensity, and the uncertainty of a product."""

from __future__ import annotations

import math

import pytest

from tanlu.app.room_formulas import decomposition, uncertainty_of_product

SECTORS = [
    {"value_start": 30.0, "value_end": 80.0, "activity_start": 10.0, "activity_end": 40.0},
    {"value_start": 20.0, "value_end": 16.0, "activity_start": 40.0, "activity_end": 40.0},
]


def test_the_effects_add_up_and_multiply() -> None:
    """By hand: L(80, 30) = 50.977 and L(16, 20) = 17.926 with the logarithms of the ratios."""
    found = decomposition(sectors=SECTORS)
    first, second = 50 / math.log(80 / 30), 4 / math.log(20 / 16)

    assert found["change_activity"] == pytest.approx((first + second) * math.log(1.6))
    assert found["change_structure"] == pytest.approx(
        first * math.log(2.5) + second * math.log(0.625)
    )
    assert found["change_intensity"] == pytest.approx(
        first * math.log(2 / 3) + second * math.log(0.8)
    )
    assert found["change_total"] == 46.0
    effects = [found[f"change_{name}"] or 0 for name in ("activity", "structure", "intensity")]
    ratios = [found[f"ratio_{name}"] or 0 for name in ("activity", "structure", "intensity")]
    assert sum(effects) == pytest.approx(46.0)
    assert math.prod(ratios) == pytest.approx(96 / 50)


def test_a_sector_that_closes_loses_by_its_structure() -> None:
    closed = [SECTORS[0], SECTORS[1] | {"value_end": 0.0, "activity_end": 0.0}]
    found = decomposition(sectors=closed)

    effects = [found[f"change_{name}"] or 0 for name in ("activity", "structure", "intensity")]
    assert sum(effects) == pytest.approx(found["change_total"] or 0)


def test_factors_of_5_and_7_percent() -> None:
    plain = uncertainty_of_product(percent=[5.0, 7.0], method="quadrature")
    exact = uncertainty_of_product(percent=[5.0, 7.0], method="exact")

    assert plain["percent_total"] == pytest.approx(math.sqrt(74))
    assert exact["percent_total"] == pytest.approx(math.sqrt(74 + 0.1225))
