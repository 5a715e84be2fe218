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


def test_a_missing_word_or_table_is_asked_for_as_one(tmp_path: Path) -> None:
    word = refusal(tmp_path, "benchmark-power", intensity=(0.8, "t/MWh"))
    assert [(one.code, one.cell) for one in word.findings] == [("CALC_CHOICE_MISSING", "product")]
    assert "ets_pc_gt300_2024" in word.findings[0].facts["choices"]

    table = refusal(tmp_path, "electricity-reduction")
    assert [one.code for one in table.findings] == ["CALC_TABLE_MISSING"]
    assert "method multimeter/nameplate/power_meter/energy" in table.findings[0].facts["columns"]


BLOWDOWN: dict[str, Any] = {
    "mass_flow_steam": (10, "t/h"),
    "blowdown_old": (8, "%"),
    "blowdown_new": (4, "%"),
    "pressure_boiler": (1.1, "MPa(a)"),
    "hours": (6000, "h/yr"),
    "efficiency": (90, "%"),
}


@pytest.mark.parametrize(
    ("kind", "given", "name"),
    [
        ("steam-blowdown-reduction", BLOWDOWN | {"blowdown_new": (-4, "%")}, "blowdown_new"),
        (
            "benchmark-power",
            {"product": "ets_gas_2024", "intensity": (0.3, "t/MWh"), "production": (-1, "MWh/yr")},
            "production",
        ),
        (
            "boiler-tuning",
            {
                "fuel": (1000, "GJ/yr"), "e1": (80, "%"), "e2": (90, "%"),
                "price_fuel": (-1, "CNY/GJ"),
            },
            "price_fuel",
        ),
        (
            "process-heating-wall-loss",
            {"area": (-5, "m2"), "T_ambient": (25, "degC"), "T_surface": (90, "degC")},
            "area",
        ),
    ],
)  # fmt: skip
def test_a_sign_that_cannot_be_is_refused_in_any_unit(
    tmp_path: Path, kind: str, given: dict[str, Any], name: str
) -> None:
    error = refusal(tmp_path, kind, **given)

    assert error.code == "calc.inputs"
    assert [one.cell for one in error.findings] == [name]


def test_shares_short_of_the_whole_and_bare_per_cents_are_told(tmp_path: Path) -> None:
    short = answer(tmp_path, "combustion-gas-fuel", CH4=(80, "%"), N2=(5, "%"))
    assert [(one["code"], one["cell"]) for one in short["findings"]] == [
        ("CALC_SHARES", "composition")
    ]
    whole = answer(tmp_path, "combustion-gas-fuel", CH4=(95, "%"), N2=(5, "%"))
    assert codes(whole) == []

    flue = {"temperature_flue": (150, "degC")}
    assert codes(answer(tmp_path, "boiler-flue-loss", oxygen=0.05, **flue)) == ["CALC_BARE_PERCENT"]
    assert codes(answer(tmp_path, "boiler-flue-loss", oxygen=5, **flue)) == []


@pytest.mark.parametrize(
    ("kind", "given", "hot", "cold"),
    [
        (
            "heat-pump-carnot",
            {"T_cold": (80, "degC"), "T_hot": (20, "degC")},
            "temperature_sink (20 °C)",
            "temperature_source (80 °C)",
        ),
        (
            "heat-exchanger-design",
            {
                "arrangement": "parallel", "T_h1": (90, "degC"), "T_h2": (50, "degC"),
                "T_c1": (20, "degC"), "T_c2": (60, "degC"),
            },
            "temperature_hot_out (50 °C)",
            "temperature_cold_out (60 °C)",
        ),
        (
            "insulation-surface",
            {
                "area": (10, "m2"), "temperature_process": (-20, "degC"), "thickness": (50, "mm"),
                "conductivity": (0.04, "W/(m·K)"), "hours": (8000, "h/yr"),
            },
            "-20 °C",
            "25 °C",
        ),
    ],
)  # fmt: skip
def test_temperatures_that_cross_are_named_in_celsius(
    tmp_path: Path, kind: str, given: dict[str, Any], hot: str, cold: str
) -> None:
    error = refusal(tmp_path, kind, **given)

    assert (error.facts["hot"], error.facts["cold"]) == (hot, cold)


def test_a_pressure_that_was_not_given_is_not_named(tmp_path: Path) -> None:
    given = {"power": (75, "kW"), "hours": (6000, "h/yr"), "pressure_rated": (7, "bar(g)")}

    error = refusal(
        tmp_path, "compressed-air-pressure-reduction", pressure_new=(8, "bar(g)"), **given
    )

    assert error.facts["other"] == "pressure_rated"


@pytest.mark.parametrize("unit", ["W/(m·K)", "W/mK", "W/(m.K)", "W/(m K)", "W/m/C"])
def test_a_conductivity_is_read_as_engineers_write_it(tmp_path: Path, unit: str) -> None:
    given = {
        "area": (10, "m2"), "temperature_process": (100, "C"), "thickness": (50, "mm"),
        "hours": (8000, "h/yr"),
    }  # fmt: skip
    usual = answer(tmp_path, "insulation-surface", conductivity=(0.04, "W/m/K"), **given)

    found = answer(tmp_path, "insulation-surface", conductivity=(0.04, unit), **given)

    assert found["outputs"] == usual["outputs"]


@pytest.mark.parametrize(("year", "mark"), [(2022, "checked"), (2023, "to-confirm")])
def test_a_power_benchmark_tells_what_is_to_be_confirmed(
    tmp_path: Path, year: int, mark: str
) -> None:
    """Whether the plan of 2023-24 counts power generated or supplied is not settled."""
    product = f"ets_gas_{year}"

    found = answer(tmp_path, "benchmark-power", product=product, intensity=(0.3, "t/MWh"))

    assert found["outputs"]["confidence"]["value"] == mark
    assert ("发电" in found["outputs"]["publication"]["value"]) == (year >= 2023)
