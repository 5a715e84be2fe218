"""What no plant can be is refused with the inputs' names; what is doubtful is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def answer(folder: Path, kind: str, **given: Any) -> Mapping[str, Any]:
    path = folder / "in.json"
    pairs = {
        name: {"value": told[0], "unit": told[1]} if isinstance(told, tuple) else told
        for name, told in given.items()
    }
    path.write_text(json.dumps(pairs), encoding="utf-8")
    return calculation_body(kind, path, say=Say("en"))


def refusal(folder: Path, kind: str, **given: Any) -> TanluError:
    with pytest.raises(TanluError) as caught:
        answer(folder, kind, **given)
    return caught.value


def codes(body: Mapping[str, Any]) -> list[str]:
    return [finding["code"] for finding in body["findings"]]


CHP: dict[str, Any] = {
    "hours": (6000, "h/yr"),
    "energy_use": (20, "GWh/yr"),
    "heat": (100_000, "GJ/yr"),
    "price_boiler": (90, "CNY/GJ"),
    "price_electricity": (0.7, "CNY/kWh"),
    "price_fuel": (90, "CNY/GJ"),
}


def test_dollars_of_the_catalogue_are_not_told_as_yuan(tmp_path: Path) -> None:
    error = refusal(tmp_path, "chp-avoided-cost", **CHP)

    told = {(one.code, one.cell, one.facts["unit"]) for one in error.findings}
    assert told == {
        ("CALC_CATALOGUE_MONEY", "om_rate", "CNY/kWh"),
        ("CALC_CATALOGUE_MONEY", "investment_rate", "CNY/kW"),
    }
    own = {"om_rate": (0.09, "CNY/kWh"), "investment_rate": (8000, "CNY/kW")}
    found = answer(tmp_path, "chp-avoided-cost", **CHP, **own)["outputs"]
    assert found["investment"]["unit"] == "CNY"
    assert found["investment"]["value"] == pytest.approx(8000 * found["power_net"]["value"])


FURNACE: dict[str, Any] = {
    "oxygen_1": (6, "%"),
    "oxygen_2": (3, "%"),
    "temperature_flue_1": (900, "degC"),
    "temperature_flue_2": (700, "degC"),
    "temperature_air_1": (25, "degC"),
    "temperature_air_2": (350, "degC"),
    "heat_flow": (3000, "kW"),
}


@pytest.mark.parametrize("number", ["1", "2"])
def test_air_hotter_than_the_flue_gas_is_refused(tmp_path: Path, number: str) -> None:
    hot = FURNACE | {f"temperature_air_{number}": (1000, "degC")}

    error = refusal(tmp_path, "process-heating-efficiency-improvement", **hot)

    assert error.code == "calc.not-less"
    assert error.facts["name"] == f"temperature_air_{number}"
    assert answer(tmp_path, "process-heating-efficiency-improvement", **FURNACE)["outputs"]


def pump(**given: Any) -> dict[str, Any]:
    return {"heat": (10_000, "GJ/yr"), "hours": (6000, "h/yr"), "cop": 2.0} | given


def test_the_year_of_turning_starts_from_the_grid_given(tmp_path: Path) -> None:
    """Turning at 55.539 / 0.92 * 2 / 277.78 = 0.4347: base path 0.5306 to 0.42 in 2030."""
    kind = "heat-pump-industrial"
    national = answer(tmp_path, kind, **pump())
    # 0.5306 - 0.1106 / 7 * 7 = 0.42; 2029 has 0.4358, so 2030
    assert national["outputs"]["year_turning"]["value"] == "2030"
    assert codes(national) == []

    dirty = answer(tmp_path, kind, **pump(grid_factor=(0.7, "kg/kWh")))
    # 0.4347 * 0.5306 / 0.7 = 0.3295 on the path: 0.42 - 0.018 * 6 = 0.312 in 2036
    assert dirty["outputs"]["year_turning"]["value"] == "2036"
    assert codes(dirty) == ["CALC_PATH_SCALED"]

    clean = answer(tmp_path, kind, **pump(grid_factor=(0.2, "kg/kWh")))
    assert clean["outputs"]["year_turning"]["value"] is None
    assert codes(clean) == ["CALC_TURNED_ALREADY"]

    coal = answer(tmp_path, "boiler-electric", heat=(1, "GJ/yr"), emission_factor=(2, "kg/GJ"))
    assert coal["outputs"]["year_turning"]["value"] is None
    assert codes(coal) == ["CALC_TURNS_NEVER"]


def test_a_heat_pump_lifts_heat(tmp_path: Path) -> None:
    level = pump(temperature_source=(60, "degC"), temperature_sink=(60, "degC"))

    error = refusal(tmp_path, "heat-pump-industrial", **level)

    assert error.code == "calc.no-lift"
    assert error.facts["hot"] == "60 °C"


def test_a_cooling_performance_beyond_machines_is_refused(tmp_path: Path) -> None:
    given = {"load_year": (100, "MWh/yr"), "cop_old": 4, "cop_new": 40}

    error = refusal(tmp_path, "chiller-replacement", **given)

    assert [(one.code, one.cell) for one in error.findings] == [("CALC_RANGE", "cop_new")]
