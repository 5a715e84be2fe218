"""Furnaces, fuels and pinch streams: impossible inputs are named with what would be possible."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path

FURNACE: dict[str, Any] = {
    "oxygen": {"value": 6, "unit": "%"},
    "temperature_flue": {"value": 900, "unit": "degC"},
    "temperature_air_1": {"value": 25, "unit": "degC"},
    "temperature_air_2": {"value": 350, "unit": "degC"},
    "heat_flow": {"value": 3000, "unit": "kW"},
}
METHANE = {"CH4": 100, "T_flue": {"value": 300, "unit": "degC"}}
METHANE["T_air"] = {"value": 25, "unit": "degC"}
SLAG = {
    "mass_flow": {"value": 1, "unit": "t/h"},
    "cp": {"value": 1, "unit": "kJ/kg/K"},
    "T_in": {"value": 20, "unit": "degC"},
    "T_out": {"value": 1400, "unit": "degC"},
}
WALL = {
    "area": {"value": 50, "unit": "m2"},
    "T_ambient": {"value": 25, "unit": "degC"},
    "T_surface": {"value": 90, "unit": "degC"},
}


def answer(kind: str, given: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    return calculation_body(kind, path, say=Say("zh"))


@pytest.mark.parametrize(
    ("kind", "given", "name", "allowed"),
    [
        ("process-heating-air-preheat", FURNACE | {"oxygen": 21}, "oxygen", "[0, 21) %"),
        (
            "process-heating-slag",
            SLAG | {"mass_flow": {"value": -1, "unit": "t/h"}},
            "mass_flow",
            "[0, ∞)",
        ),
        ("process-heating-wall-loss", WALL | {"emissivity": 1.2}, "emissivity", "[0, 1]"),
        ("process-heating-flue-gas", METHANE | {"excess_air": -5}, "excess_air", "[0, ∞)"),
        ("process-heating-flue-gas", METHANE | {"CH4": 130, "excess_air": 5}, "CH4", "[0, 100]"),
        (
            "process-heating-slag",
            SLAG | {"T_in": {"value": -300, "unit": "degC"}},
            "T_in",
            "[-459.67",
        ),
    ],
)
def test_a_value_out_of_range_is_told_with_the_range(
    kind: str, given: dict[str, Any], name: str, allowed: str, tmp_path: Path
) -> None:
    with pytest.raises(TanluError) as caught:
        answer(kind, given, tmp_path)

    (finding,) = caught.value.findings
    assert finding.cell == name
    assert finding.facts["allowed"].startswith(allowed)


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        (
            "process-heating-air-preheat",
            FURNACE | {"temperature_air_2": {"value": 950, "unit": "degC"}},
            "calc.not-less",
        ),
        (
            "process-heating-air-preheat",
            FURNACE | {"temperature_flue": {"value": 2400, "unit": "degC"}, "oxygen": 15},
            "calc.no-available-heat",
        ),
        (
            "process-heating-flue-gas",
            METHANE | {"excess_air": 5, "T_flue": {"value": 10, "unit": "degC"}},
            "calc.not-less",
        ),
        ("process-heating-flue-gas", METHANE, "calc.needs-one"),
        ("process-heating-flue-gas", METHANE | {"oxygen": 3, "excess_air": 15}, "calc.needs-one"),
        ("process-heating-flue-gas", METHANE | {"oxygen": 20.95}, "calc.oxygen-air"),
        (
            "process-heating-flue-gas",
            METHANE | {"CH4": 70, "CO2": 45, "excess_air": 5},
            "calc.composition",
        ),
        (
            "process-heating-flue-gas",
            METHANE | {"CH4": 0, "N2": 90, "excess_air": 5},
            "calc.composition",
        ),
        (
            "process-heating-wall-loss",
            WALL | {"T_surface": {"value": 10, "unit": "degC"}},
            "calc.not-less",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    kind: str, given: dict[str, Any], code: str, tmp_path: Path
) -> None:
    with pytest.raises(TanluError) as caught:
        answer(kind, given, tmp_path)

    assert caught.value.code == code


def test_preheated_air_is_a_measure_of_the_plan(tmp_path: Path) -> None:
    given = FURNACE | {
        "hours": {"value": 6000, "unit": "h/yr"},
        "price_fuel": {"value": 100, "unit": "CNY/GJ"},
        "investment": {"value": 120, "unit": "万元"},
        "life": {"value": 12, "unit": "yr"},
    }
    body = answer("process-heating-air-preheat", given, tmp_path)
    saved = body["outputs"]["fuel_saved"]["value"]

    assert body["outputs"]["saving"]["value"] == pytest.approx(0.2521, abs=1e-4)  # by hand
    assert saved == pytest.approx(3 * 6000 * 3.6 * body["outputs"]["saving"]["value"])
    assert body["measure"]["saves"] == {"natural_gas": {"value": saved, "unit": "GJ/yr"}}
    assert body["outputs"]["payback"]["value"] == pytest.approx(1.2e6 / (saved * 100))


def test_net_values_stand_below_gross_ones_by_the_water_made(tmp_path: Path) -> None:
    found = answer("combustion-gas-fuel", {"CH4": 100}, tmp_path)["outputs"]
    ratio = found["heating_value_net"]["value"] / found["heating_value_gross"]["value"]

    assert ratio == pytest.approx(0.901, abs=0.001)
    assert found["emission_factor"]["value"] == pytest.approx(55.0, abs=0.5)
