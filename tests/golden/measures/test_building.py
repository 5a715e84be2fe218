"""Buildings: derived cases, the steps in the docstrings; published ones are among the vectors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path


def run(kind: str, folder: Path, **given: Any) -> dict[str, Any]:
    path = folder / "in.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    outputs = calculation_body(kind, path, say=Say("en"))["outputs"]
    return {name: told["value"] for name, told in outputs.items()}


def unit(value: Any, text: str) -> dict[str, Any]:
    return {"value": value, "unit": text}


def test_a_city_tells_its_degree_days(tmp_path: Path) -> None:
    """1,000 W/K in Beijing: 1 kW/K * 2,699 K d * 24 h = 64,776 kWh."""
    found = run("building-heating", tmp_path, hlc=unit(1000, "W/K"), city="北京")

    assert found["degree_days"] == 2699
    assert found["confidence"] == "to-confirm"
    assert found["heat"] == pytest.approx(64_776)
    assert found["cost"] is None


def test_an_unknown_city_asks_for_degree_days(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as error:
        run("building-heating", tmp_path, hlc=unit(1000, "W/K"), city="盐城")

    assert error.value.code == "calc.degree-days-unknown"


def test_gains_and_nights_off_lower_the_heat(tmp_path: Path) -> None:
    """64,776 kWh * 0.8 of the hours * (1 - 0.1) / 3.0 = 15,546.24 kWh of electricity."""
    found = run(
        "building-heating",
        tmp_path,
        hlc=unit(1000, "W/K"),
        hdd=unit(2699, "K d"),
        efficiency=3.0,
        fraction_gains=0.1,
        factor_operation=0.8,
        emission_factor_energy=unit(0.5306, "kg/kWh"),
    )

    assert found["fuel"] == pytest.approx(15_546.24)
    assert found["emission"] == pytest.approx(15_546.24 * 0.5306 / 1000)


def test_cooling_adds_gains(tmp_path: Path) -> None:
    """1 kW/K * 94 K d * 24 h = 2,256 kWh; with 7,744 of gains 10,000; a COP of 4 takes 2,500."""
    found = run(
        "building-cooling",
        tmp_path,
        hlc=unit(1000, "W/K"),
        city="Beijing",
        energy_gains=unit(7744, "kWh/yr"),
        cop=4,
        price_electricity=unit(0.65, "CNY/kWh"),
    )

    assert found["cold"] == pytest.approx(10_000)
    assert found["energy_use"] == pytest.approx(2_500)
    assert found["cost"] == pytest.approx(1_625)


def test_recovered_heat_leaves_the_ventilation(tmp_path: Path) -> None:
    """0.33 Wh/m3/K * 1,000 m3 * 0.5 /h = 165 W/K; 60 % recovered leaves 66."""
    parts = [
        {"area": 100, "u": 0.5},
        {"area": 50, "u": 0.3, "fraction_temperature": 0.6},
    ]
    given = {"parts": parts, "volume": unit(1000, "m3")}

    plain = run("building-heat-loss", tmp_path, **given)
    recovered = run("building-heat-loss", tmp_path, **given, efficiency_recovery=0.6)

    assert plain["coefficient_transmission"] == pytest.approx(100 * 0.5 + 50 * 0.3 * 0.6)
    assert plain["coefficient_ventilation"] == pytest.approx(165)
    assert recovered["coefficient_ventilation"] == pytest.approx(66)
    assert plain["heat_loss"] is None


def test_insulation_adds_its_resistance(tmp_path: Path) -> None:
    """1/(1/1.5 + 0.08/0.04) = 0.375; 1,000 m2 * 1.125 * 2,090 K d * 24 h = 56,430 kWh."""
    found = run(
        "building-insulation",
        tmp_path,
        area=unit(1000, "m2"),
        u_old=unit(1.5, "W/m2/K"),
        thickness=unit(80, "mm"),
        conductivity=unit(0.04, "W/m/K"),
        hdd=unit(2090, "K d"),
        efficiency=0.9,
        price=unit(0.35, "CNY/kWh"),
        price_installation=unit(120, "CNY/m2"),
        carrier="natural_gas",
    )

    assert found["heat_transfer_new"] == pytest.approx(0.375)
    assert found["heat_saved"] == pytest.approx(56_430)
    assert found["energy_saved"] == pytest.approx(62_700)
    assert found["energy_saved_gas"] == found["energy_saved"]
    assert found["energy_saved_heat"] == 0
    assert found["payback"] == pytest.approx(120_000 / (62_700 * 0.35))


def test_sources_of_heat_are_ranked_by_cost_and_by_emissions(tmp_path: Path) -> None:
    """100 MWh: gas 0.92, a heat pump of 3, half the heat from collectors."""
    gas = {"name": "gas", "efficiency": 0.92, "price_energy": 0.35, "emission_factor_energy": 0.2}
    pump = {
        "name": "heat pump",
        "scop": 3,
        "price_energy": 0.65,
        "emission_factor_energy": 0.5306,
        "investment": 300_000,
        "life": 15,
    }
    solar = pump | {"name": "solar", "fraction_solar": 0.5, "investment": 700_000}

    found = run(
        "building-heating-source",
        tmp_path,
        heat=unit(100_000, "kWh/yr"),
        options=[gas, pump, solar],
    )

    assert found["energy_use"] == pytest.approx([108_695.652, 33_333.333, 16_666.667])
    assert found["emission"] == pytest.approx([21.739, 17.687, 8.843], abs=1e-3)
    assert found["cost_total"][1] == pytest.approx(33_333.333 * 0.65 + 20_000)
    assert (found["cheapest"], found["cleanest"]) == ("gas", "solar")


def test_a_heat_pump_too_small_is_helped_by_direct_heat(tmp_path: Path) -> None:
    """1,000 h of 10 kW at 4; 100 h of 20 kW at 2 with 12 kW of pump: 2,500 + 600 + 800."""
    bins = [
        {"hours": 1000, "power_heat": 10, "cop": 4},
        {"hours": 100, "power_heat": 20, "cop": 2, "power_pump": 12},
    ]

    found = run("building-seasonal-performance", tmp_path, bins=bins)

    assert found["energy_direct"] == pytest.approx(800)
    assert found["energy_use"] == pytest.approx(3_900)
    assert found["cop"] == pytest.approx(12_000 / 3_900)


def test_solar_heat_never_exceeds_the_need(tmp_path: Path) -> None:
    given = {"area": unit(100, "m2"), "irradiation": unit(1500, "kWh/m2/yr")}

    small = run("building-solar-heat", tmp_path, **given, heat=unit(200_000, "kWh/yr"))
    large = run("building-solar-heat", tmp_path, **given, heat=unit(20_000, "kWh/yr"))

    assert small["energy"] == pytest.approx(100 * 1500 * 0.45 * 0.8)
    assert large["energy"] == 20_000
    assert large["fraction_solar"] == 1


def test_measures_together_save_less_than_their_sum(tmp_path: Path) -> None:
    """1 - 0.7 * 0.8 * 0.9 = 0.496, not 0.6; in turn 300, 140 and 56 of 1,000."""
    measures = [
        {"name": "wall", "saving": 0.3, "investment": 100},
        {"name": "window", "saving": 0.2, "investment": 200},
        {"name": "control", "saving": 0.1},
    ]

    found = run(
        "building-package",
        tmp_path,
        energy=unit(1000, "kWh/yr"),
        measures=measures,
        price=unit(0.5, "CNY/kWh"),
    )

    assert found["saving"] == pytest.approx(0.496)
    assert found["saving_sum"] == pytest.approx(0.6)
    assert found["energy_step"] == pytest.approx([300, 140, 56])
    assert found["payback"] == pytest.approx(300 / 248)


def test_lighting_by_density_and_controls(tmp_path: Path) -> None:
    """2,000 m2, 4,000 h: 12 W/m2 are 96,000 kWh; 6 W/m2 with 25 % fewer hours 36,000."""
    found = run(
        "building-lighting",
        tmp_path,
        area=unit(2000, "m2"),
        density_old=unit(12, "W/m2"),
        density_new=unit(6, "W/m2"),
        hours=unit(4000, "h/yr"),
        fraction_control=0.25,
    )

    assert found["energy_saved"] == pytest.approx(60_000)
    assert found["cost_saved"] is None


def test_bills_tell_the_heat_loss(tmp_path: Path) -> None:
    """500 kWh at any weather and 4.32 kWh a degree day at 0.9: 162 W/K."""
    days = [500, 420, 300, 100, 0, 0, 0, 0, 20, 150, 320, 460]

    found = run(
        "building-calibration",
        tmp_path,
        hdd=unit(days, "K d"),
        energy_month=unit([500 + 4.32 * d for d in days], "kWh"),
        efficiency=0.9,
    )

    assert found["energy_base"] == pytest.approx(500)
    assert found["coefficient_loss"] == pytest.approx(162)
    assert found["ratio_fit"] == pytest.approx(1)


def test_bills_without_weather_tell_nothing(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as error:
        run(
            "building-calibration",
            tmp_path,
            hdd=unit([10, 10, 10], "K d"),
            energy_month=unit([1, 2, 3], "kWh"),
        )

    assert error.value.code == "calc.degree-days-alike"


def test_the_middle_of_a_day_serves_as_its_mean(tmp_path: Path) -> None:
    """18 - (12 + 2)/2 = 11 and 18 - (20 + 10)/2 = 3."""
    found = run(
        "building-degree-days",
        tmp_path,
        temperature_high=unit([12, 20], "degC"),
        temperature_low=unit([2, 10], "degC"),
    )

    assert found["hdd"] == [11, 3]
    assert found["degree_days_heating"] == 14


def test_a_mild_year_is_brought_to_a_normal_one(tmp_path: Path) -> None:
    """20 MWh at any weather and 80 MWh at 2,000 K d make 120 MWh at 2,500 K d."""
    found = run(
        "building-weather-normal",
        tmp_path,
        energy=unit(100_000, "kWh/yr"),
        energy_base=unit(20_000, "kWh/yr"),
        hdd_actual=unit(2000, "K d"),
        hdd_normal=unit(2500, "K d"),
    )

    assert found["energy_normal"] == pytest.approx(120_000)
    assert found["ratio_degree_day"] == pytest.approx(40)


def test_gains_lower_the_base_temperature(tmp_path: Path) -> None:
    """20 degC less 3,600 W over 900 W/K."""
    found = run(
        "building-base-temperature",
        tmp_path,
        temperature_inside=unit(20, "degC"),
        gains=unit(3600, "W"),
        hlc=unit(900, "W/K"),
    )

    assert found["temperature_base"] == pytest.approx(16)


def test_layers_add_their_resistances(tmp_path: Path) -> None:
    """0.13 + 0.2/0.8 + 0.1/0.04 + 0.18 + 0.04 = 3.1 m2 K/W."""
    layers = [
        {"name": "brick", "thickness": 0.2, "conductivity": 0.8},
        {"name": "wool", "thickness": unit(100, "mm"), "conductivity": 0.04},
        {"name": "air", "resistance_layer": 0.18},
    ]

    found = run("building-u-value", tmp_path, layers=layers, area=unit(62, "m2"))

    assert found["resistance_total"] == pytest.approx(3.1)
    assert found["heat_transfer"] == pytest.approx(1 / 3.1)
    assert found["coefficient_loss"] == pytest.approx(20)


def test_a_layer_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as error:
        run("building-u-value", tmp_path, layers=[{"name": "?", "thickness": 0.2}])

    assert error.value.code == "calc.row-needs"


def test_a_window_is_glass_frame_and_edge(tmp_path: Path) -> None:
    """(1.2 * 1.1 + 0.6 * 1.6 + 4.5 * 0.08) / 1.8 = 2.64 / 1.8."""
    found = run(
        "building-window",
        tmp_path,
        area_glass=unit(1.2, "m2"),
        u_glass=unit(1.1, "W/m2/K"),
        area_frame=unit(0.6, "m2"),
        u_frame=unit(1.6, "W/m2/K"),
        length_edge=unit(4.5, "m"),
    )

    assert found["heat_transfer"] == pytest.approx(2.64 / 1.8)
