"""Target paths are straight in the base year, and say nothing where the base is unknown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.targets.model import Target, TargetKind
from tanlu.targets.path import (
    absolute_contraction,
    required_in,
    rises_to_converge,
    sectoral_convergence,
    temperature_score,
)

HALVE = Target(
    id="halve",
    kind=TargetKind.ABSOLUTE,
    scope="1+2",
    basis="market",
    base_year=2020,
    base_value=Decimal(100),
    year=2030,
    reduction=Decimal("0.5"),
    level=None,
    unit="t",
)


@pytest.mark.parametrize(
    ("year", "required"), [(2019, None), (2020, 100), (2025, 75), (2030, 50), (2040, 50)]
)
def test_path_is_straight(year: int, required: int | None) -> None:
    assert required_in(HALVE, year) == required


def test_without_a_base_value_there_is_no_path() -> None:
    assert required_in(replace(HALVE, base_value=None), 2030) is None


def test_a_level_needs_no_base_in_its_own_year() -> None:
    share = replace(HALVE, base_value=None, base_year=None, reduction=None, level=Decimal("0.9"))

    assert required_in(share, 2030) == Decimal("0.9")
    assert required_in(share, 2025) is None


def test_contraction_stops_at_zero() -> None:
    assert absolute_contraction(Decimal(100), Decimal("0.042"), 10) == Decimal(58)
    assert absolute_contraction(Decimal(100), Decimal("0.042"), 30) == 0


def test_convergence_of_a_company_below_its_market_rises_and_says_so() -> None:
    market, company = sectoral_convergence(
        Decimal("0.9"),
        market_base=Decimal("6.45"),
        scenario=(Decimal("0.5"), Decimal("0.1")),
        share=Decimal(1),
    )

    assert market == company == Decimal("1.29")
    assert rises_to_converge(Decimal("0.9"), Decimal("6.45"), Decimal("0.2"))


def test_a_scenario_that_starts_at_zero_is_refused() -> None:
    with pytest.raises(TanluError):
        sectoral_convergence(
            Decimal(1), market_base=Decimal(1), scenario=(Decimal(0), Decimal(1)), share=Decimal(1)
        )


def test_temperature_score_is_linear_in_the_yearly_rate() -> None:
    score = temperature_score(
        Decimal(80) / 11, slope=Decimal("-0.312329"), intercept=Decimal("2.697261")
    )

    assert round(score, 2) == Decimal("0.43")
