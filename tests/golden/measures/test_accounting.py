"""Decomposition, uncertainty, targets, freight and border adjustment through the calculators."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path


def calculated(folder: Path, kind: str, **given: Any) -> dict[str, Any]:
    path = folder / "in.json"
    told = {
        name: {"value": value[0], "unit": value[1]} if isinstance(value, tuple) else value
        for name, value in given.items()
    }
    path.write_text(json.dumps(told), encoding="utf-8")
    outputs: dict[str, Any] = calculation_body(kind, path, say=Say("en"))["outputs"]
    return {name: told["value"] for name, told in outputs.items()}


def test_full_correlation_adds_linearly(tmp_path: Path) -> None:
    """Two sources of 10 % with one factor behind both stay at 10 %; independent: 10/sqrt(2)."""
    terms = {"value": ([100, 100], "t"), "percent": ([10, 10], "%")}
    full = calculated(tmp_path, "uncertainty-sum", **terms, correlation="full")
    apart = calculated(tmp_path, "uncertainty-sum", **terms)

    assert full["percent_total"] == pytest.approx(10)
    assert apart["percent_total"] == pytest.approx(10 / 2**0.5)
    assert full["uncertainty_total"] == pytest.approx(20)


def test_a_compound_rate_is_shown_beside_the_linear_one(tmp_path: Path) -> None:
    """4.2 % a year for ten years: linear leaves 58, compound 100 x 0.958^10 = 65.1."""
    found = calculated(
        tmp_path, "target-linear-reduction",
        emission=(100, "t"), rate=(4.2, "%/yr"), years=(10, "yr"),
    )  # fmt: skip

    assert found["emission_left"] == pytest.approx(58)
    assert found["emission_compound"] == pytest.approx(100 * 0.958**10)


def test_a_convergence_that_rises_says_so(tmp_path: Path) -> None:
    base = {
        "intensity_market": (6.45, "t/t"), "year_scenario": ([2020, 2025], "yr"),
        "intensity_scenario": ([0.5, 0.1], "t/t"), "year": ([2025], "yr"),
    }  # fmt: skip
    low = calculated(tmp_path, "target-convergence", intensity_company=(0.9, "t/t"), **base)
    high = calculated(tmp_path, "target-convergence", intensity_company=(12, "t/t"), **base)

    assert (low["rises"], high["rises"]) == ("yes", "no")
    assert low["intensity_target"] == high["intensity_target"] == [pytest.approx(1.29)]


def test_certificates_net_of_allocation_and_price_paid(tmp_path: Path) -> None:
    """2026: 97.5 % of 1.370 still free: 1.4 - 1.33575 = 0.06425 t/t; x 500 t x (80 - 10) EUR."""
    found = calculated(
        tmp_path, "cbam-certificates", mass=(500, "t"), emission_per_actual=(1.4, "t/t"),
        benchmark=(1.370, "t/t"), fraction_payable=0.025,
        price_certificate=(80, "EUR/t"), price_paid=(10, "EUR/t"),
    )  # fmt: skip

    assert found["certificates_actual"] == pytest.approx(32.125)
    assert found["cost_actual"] == pytest.approx(32.125 * 70)
    assert found["cost_default"] is None


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("uncertainty-sum", {"value": ([1, 2], "t"), "percent": ([1], "%")}, "calc.lists-differ"),
        (
            "cbam-embedded-emissions",
            {"emission_attributed": (1, "t"), "activity_level": (1, "t"),
             "mass_precursor": ([1], "t")},
            "calc.lists-differ",
        ),
        (
            "target-temperature-score",
            {"reduction": (80, "%"), "year_base": (2030, "yr"), "year_end": (2019, "yr"),
             "slope": (-0.3, "K/(%/yr)"), "intercept": (2.7, "K")},
            "calc.years",
        ),
        ("lmdi-log-mean", {"value_1": -1, "value_2": 1}, "calc.inputs"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(
    kind: str, given: dict[str, Any], code: str, tmp_path: Path
) -> None:
    with pytest.raises(TanluError) as raised:
        calculated(tmp_path, kind, **given)

    assert raised.value.code == code
