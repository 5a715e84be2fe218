"""Steam, boilers and heat through the calculators' JSON: worked cases and impossible inputs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def calc(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that runs a calculator and tells the values of its outputs."""

    def run(kind: str, wanted: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
        inputs = {
            name: {"value": value[0], "unit": value[1]} if isinstance(value, tuple) else value
            for name, value in given.items()
        }
        path = tmp_path / "in.json"
        body = {"inputs": inputs, "output_units": wanted or {}}
        path.write_text(json.dumps(body), encoding="utf-8")
        found = calculation_body(kind, path, say=Say("en"))
        return {name: told["value"] for name, told in found["outputs"].items()}

    return run


GAS_BOILER = {"heat": (1000, "GJ/yr"), "efficiency_boiler": 0.92}


def test_an_electric_boiler_on_the_grid_of_2023_emits_149_percent_more(
    calc: Callable[..., dict[str, Any]],
) -> None:
    found = calc("boiler-electric", **GAS_BOILER)

    by_hand = (1000 / 3.6 / 0.98 * 0.5306) / (1000 / 0.92 * 0.055539)
    assert found["ratio_emission"] == pytest.approx(by_hand, rel=1e-9)
    assert found["ratio_emission"] - 1 == pytest.approx(1.49, abs=0.005)
    assert found["emission_saved"] < 0


@pytest.mark.parametrize(("scenario", "year"), [("base", "2043"), ("fast-grid", "2038")])
def test_the_year_an_electric_boiler_begins_to_save_is_that_of_the_grid_path(
    calc: Callable[..., dict[str, Any]], scenario: str, year: str
) -> None:
    """Base: 0.24 in 2040 less 0.013 a year; fast: 0.36 in 2030 less 0.021 a year; to 0.2130."""
    found = calc("boiler-electric", scenario=scenario, **GAS_BOILER)

    assert found["grid_factor_turning"] == pytest.approx(55.539 / 0.92 * 0.98 * 3.6e-3, rel=1e-9)
    assert found["year_turning"] == year


def test_an_industrial_heat_pump_saves_at_once(calc: Callable[..., dict[str, Any]]) -> None:
    """Source 40, sink 80 degC, 5 K over each exchanger: Carnot 358.15 / 50 = 7.163."""
    found = calc(
        "heat-pump-industrial",
        temperature_source=(40, "degC"),
        temperature_sink=(80, "degC"),
        efficiency_second_law=0.5,
        hours=(4000, "h/yr"),
        price_fuel=(100, "CNY/GJ"),
        price_electricity=(0.6, "CNY/kWh"),
        **GAS_BOILER,
    )

    cop = 358.15 / 50 / 2
    assert found["cop"] == pytest.approx(cop, rel=1e-9)
    assert found["energy_use"] == pytest.approx(1e6 / 3.6 / cop, rel=1e-9)
    assert found["emission_saved"] > 0
    assert found["year_turning"] is None  # it is there already
    money = 1000 / 0.92 * 100 - 1e6 / 3.6 / cop * 0.6
    assert found["cost_saved"] == pytest.approx(money, rel=1e-9)


def test_methane_with_the_least_air_has_its_dew_point_at_59_degrees(
    calc: Callable[..., dict[str, Any]],
) -> None:
    hot = calc("boiler-condensing", excess_air=(0, "%"), temperature_flue=(80, "degC"))
    cold = calc("boiler-condensing", excess_air=(0, "%"), temperature_flue=(40, "degC"))

    assert hot["temperature_dew"] == pytest.approx(59, abs=0.5)
    assert hot["fraction_condensed"] == 0
    assert hot["efficiency_net"] < 1 < cold["efficiency_net"]
    assert cold["efficiency_gross"] < 1


def test_flue_loss_by_oxygen_as_the_ordinance_has_it(
    calc: Callable[..., dict[str, Any]],
) -> None:
    found = calc(
        "boiler-flue-loss", oxygen=(3, "%"), temperature_flue=(160, "degC"), fraction_other=0.01
    )

    loss = (160 - 20) * (0.66 / (21 - 3) + 0.009) / 100
    assert found["fraction_flue_loss"] == pytest.approx(loss, rel=1e-9)
    assert found["efficiency"] == pytest.approx(1 - loss - 0.01, rel=1e-9)
    assert found["excess_air"] == pytest.approx(100 / 6, rel=1e-9)


def test_cogeneration_of_the_directive(calc: Callable[..., dict[str, Any]]) -> None:
    found = calc(
        "chp-primary-saving",
        efficiency_heat=0.45,
        efficiency_electric=0.35,
        efficiency_heat_reference=0.9,
        efficiency_electric_reference=0.525,
    )

    assert found["saving"] == pytest.approx(1 - 1 / (0.5 + 2 / 3), rel=1e-9)
    assert found["is_high"] == "yes"


def test_what_a_back_pressure_turbine_makes_is_paid_with_fuel(
    calc: Callable[..., dict[str, Any]],
) -> None:
    given: dict[str, Any] = {
        "mass_flow": (10, "t/h"),
        "p_in": (2.5, "MPa(a)"),
        "T_in": (300, "degC"),
        "p_out": (0.6, "MPa(a)"),
    }
    made = calc(
        "chp-back-pressure",
        efficiency_isentropic=0.65,
        efficiency_generator=0.95,
        efficiency_boiler=0.9,
        hours=(6000, "h/yr"),
        **given,
    )
    turbine = calc(
        "steam-turbine",
        {"power_out": "kW", "power_shaft": "kW"},
        efficiency_isentropic=0.65,
        efficiency_generator=0.95,
        **given,
    )

    assert made["power_out"] == pytest.approx(turbine["power_out"], rel=1e-9)
    fuel = turbine["power_shaft"] * 6000 * 3.6e-3 / 0.9
    assert made["fuel_saved"] == pytest.approx(-fuel, rel=1e-9)


def test_gauge_and_absolute_pressure_of_one_state_agree(
    calc: Callable[..., dict[str, Any]],
) -> None:
    gauge = calc("steam-properties", pressure=(1, "MPa(g)"), quality=1)
    absolute = calc("steam-properties", pressure=(1.101325, "MPa(a)"), quality=1)
    psi = calc("steam-properties", pressure=(1.101325e3 / 6.894757293168, "psia"), quality=1)

    assert gauge == absolute
    assert psi["enthalpy_state"] == pytest.approx(absolute["enthalpy_state"], rel=1e-9)


def test_blowdown_recovered_by_balance_is_near_the_table(
    calc: Callable[..., dict[str, Any]],
) -> None:
    """Tip sheet 10 prints 1.7 MMBtu/h for 6 % of 100 000 lb/h at 150 psig."""
    found = calc(
        "steam-blowdown-recovery",
        {"heat_flow_flash": "MMBtu/h", "heat_flow_exchanger": "MMBtu/h"},
        steam=(100_000, "lb/h"),
        blowdown=(6, "%"),
        pressure_boiler=(150, "psig"),
        pressure_flash=(5, "psig"),
        temperature_makeup=(60, "degF"),
        temperature_drain=(80, "degF"),
        hours=(8000, "h/yr"),
        efficiency=0.8,
    )

    assert found["heat_flow_flash"] + found["heat_flow_exchanger"] == pytest.approx(1.8, abs=0.15)


def test_less_blowdown_saves_what_tip_sheet_9_counts(
    calc: Callable[..., dict[str, Any]],
) -> None:
    """From 8 to 6 % at 100 000 lb/h, 150 psig, 60 degF: 2312 lb/h of 310.5 Btu/lb."""
    found = calc(
        "steam-blowdown-reduction",
        {"mass_flow_saved": "lb/h", "fuel_saved": "MMBtu/yr"},
        steam=(100_000, "lb/h"),
        blowdown_old=(8, "%"),
        blowdown_new=(6, "%"),
        pressure_boiler=(150, "psig"),
        temperature_makeup=(60, "degF"),
        hours=(8760, "h/yr"),
        efficiency=0.8,
    )

    assert found["mass_flow_saved"] == pytest.approx(2312, abs=1)
    assert found["fuel_saved"] == pytest.approx(2312 * 310.5 * 8760 / 0.8 / 1e6, rel=5e-3)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("steam-condensate-return", {
            "mass_flow": (5000, "lb/h"), "temperature_condensate": (180, "degF"),
            "temperature_makeup": (70, "degF"), "price_fuel": (10, "CNY/MMBtu"),
        }),
        ("steam-blowdown-reduction", {
            "steam": (100_000, "lb/h"), "blowdown_old": (8, "%"), "blowdown_new": (6, "%"),
            "pressure_boiler": (150, "psig"), "temperature_makeup": (60, "degF"),
            "price_fuel": (10, "CNY/GJ"),
        }),
    ],
)  # fmt: skip
def test_a_saving_of_two_prices_has_no_sum_while_one_is_missing(
    tmp_path: Path, kind: str, given: dict[str, Any]
) -> None:
    """The missing price is named, and 0 is a price."""
    told: dict[str, Any] = {
        name: {"value": value, "unit": unit} for name, (value, unit) in given.items()
    }
    told |= {"hours": {"value": 8000, "unit": "h/yr"}, "efficiency": 0.8}
    told |= {"investment": {"value": 1000, "unit": "CNY"}}
    path = tmp_path / "in.json"

    def found(**more: Any) -> dict[str, Any]:
        path.write_text(json.dumps(told | more), encoding="utf-8")
        return calculation_body(kind, path, say=Say("en"))

    unit = "CNY/gal" if kind == "steam-condensate-return" else "CNY/m3"
    lacking, whole = found(), found(price_water={"value": 0, "unit": unit})

    assert lacking["outputs"]["cost_saved"]["value"] is None
    assert lacking["outputs"]["payback"]["value"] is None
    assert whole["outputs"]["cost_saved"]["value"] > 0
    assert whole["outputs"]["payback"]["value"] > 0
    assert [f["code"] for f in lacking["findings"]] == ["CALC_PRICE_MISSING"]
    assert lacking["findings"][0]["facts"] == {"name": "price_water"}
    assert whole["findings"] == []


def test_a_trap_of_an_eighth_of_an_inch_loses_what_tip_sheet_1_prints(
    calc: Callable[..., dict[str, Any]],
) -> None:
    found = calc(
        "steam-leak",
        {"mass_flow": "lb/h"},
        diameter=(0.125, "in"),
        pressure=(150, "psig"),
        hours=(8760, "h/yr"),
    )

    assert found["mass_flow"] == pytest.approx(75.8, rel=0.02)


def test_insulation_of_a_thin_wire_raises_the_loss_up_to_the_critical_radius(
    calc: Callable[..., dict[str, Any]],
) -> None:
    def lost(millimetres: float) -> float:
        return float(
            calc(
                "insulation-cylinder",
                diameter=(3, "mm"),
                thickness=(millimetres, "mm"),
                conductivity=(0.15, "W/m/K"),
                heat_transfer=(12, "W/m2/K"),
                length=(1, "m"),
                temperature_process=(100, "degC"),
                temperature_air=(20, "degC"),
                hours=(1000, "h/yr"),
            )["heat_loss_per_length"]
        )

    assert lost(2) > lost(1)
    assert lost(11) > lost(6)
    assert lost(11) > lost(30)


def test_a_pipe_gives_more_in_wind_and_less_under_insulation(
    calc: Callable[..., dict[str, Any]],
) -> None:
    given: dict[str, Any] = {
        "hours": (8000, "h/yr"),
        "length": (100, "m"),
        "diameter": (114, "mm"),
        "thickness_pipe": (4, "mm"),
        "temperature_process": (180, "degC"),
        "temperature_air": (20, "degC"),
        "conductivity_pipe": (50, "W/m/K"),
        "conductivity": (0.045, "W/m/K"),
        "thickness": (60, "mm"),
        "emissivity_jacket": 0.2,
    }
    calm, windy = (calc("insulation-pipe", wind=(wind, "m/s"), **given) for wind in (0, 8))

    assert windy["heat_loss_bare"] > 2 * calm["heat_loss_bare"]
    assert calm["heat_loss_per_length"] < 0.15 * calm["heat_loss_bare"]
    assert windy["fuel_saved"] > calm["fuel_saved"] > 0


def test_iplv_weighs_four_loads(calc: Callable[..., dict[str, Any]]) -> None:
    found = calc("chiller-iplv", cops=([5.0, 6.0, 7.0, 6.0], "-"), weights="ahri_550")

    assert found["cop"] == pytest.approx(0.05 + 2.52 + 3.15 + 0.72, rel=1e-9)


def test_an_organic_cycle_stays_below_the_limit(calc: Callable[..., dict[str, Any]]) -> None:
    found = calc(
        "waste-heat-orc",
        heat_flow=(1000, "kW"),
        temperature_source=(150, "degC"),
        temperature_source_out=(90, "degC"),
        temperature_sink=(30, "degC"),
        hours=(8000, "h/yr"),
    )

    mean = 60 / math.log(423.15 / 363.15)
    assert found["efficiency_carnot"] == pytest.approx(1 - 303.15 / mean, rel=1e-9)
    assert 0 < found["power_net"] < 1000 * found["efficiency_carnot"]


IMPOSSIBLE = [
    ("steam-properties", {"pressure": (30, "MPa(a)"), "quality": 1}, "calc.steam-range"),
    (
        "steam-properties",
        {"pressure": (1, "MPa(a)"), "quality": 1, "temperature": (200, "degC")},
        "calc.steam-pair",
    ),
    ("steam-properties", {"pressure": (1, "MPa(a)")}, "calc.steam-pair"),
    (
        "steam-properties",
        {"pressure": (1, "MPa(a)"), "temperature": (3000, "K")},
        "calc.steam-range",
    ),
    (
        "steam-properties",
        {"pressure": (1, "MPa(a)"), "enthalpy": (9000, "kJ/kg")},
        "calc.steam-range",
    ),
    ("steam-saturation", {"pressure": (25, "MPa(a)")}, "calc.inputs"),
    (
        "steam-turbine",
        {
            "p_in": (0.5, "MPa(a)"),
            "T_in": (300, "degC"),
            "p_out": (1, "MPa(a)"),
            "eta_isentropic": 0.7,
            "flow": (1, "t/h"),
        },
        "calc.turbine-pressure",
    ),
    (
        "steam-turbine",
        {
            "p_in": (2, "MPa(a)"),
            "T_in": (300, "degC"),
            "p_out": (1, "MPa(a)"),
            "eta_isentropic": 1.2,
            "flow": (1, "t/h"),
        },
        "calc.inputs",
    ),
    (
        "steam-turbine-efficiency",
        {
            "p_in": (2, "MPa(a)"),
            "T_in": (300, "degC"),
            "p_out": (1, "MPa(a)"),
            "T_out": (310, "degC"),
            "flow": (1, "t/h"),
        },
        "calc.turbine-efficiency",
    ),
    (
        "steam-reducing-valve",
        {"p_in": (1, "MPa(a)"), "x_in": 1, "flow": (1, "t/h"), "p_out": (2, "MPa(a)")},
        "calc.valve-pressure",
    ),
    (
        "steam-vapour-recompression",
        {
            "p_in": (2, "bar(a)"),
            "p_out": (1, "bar(a)"),
            "flow": (1, "t/h"),
            "hours": (1, "h/yr"),
        },
        "calc.compressor-pressure",
    ),
    (
        "steam-deaerator",
        {
            "p_deaerator": (0.3, "MPa(a)"),
            "feedwater_flow": (10, "t/h"),
            "p_water": (0.5, "MPa(a)"),
            "T_water": (145, "degC"),
            "p_steam": (0.4, "MPa(a)"),
            "x_steam": 1,
        },
        "calc.deaerator",
    ),
    (
        "heat-exchanger-design",
        {
            "arrangement": "parallel",
            "T_h1": (90, "degC"),
            "T_h2": (50, "degC"),
            "T_c1": (20, "degC"),
            "T_c2": (60, "degC"),
        },
        "calc.temperatures-cross",
    ),
    (
        "heat-exchanger-design",
        {
            "arrangement": "shell_tube",
            "T_h1": (90, "degC"),
            "T_h2": (40, "degC"),
            "T_c1": (20, "degC"),
            "T_c2": (80, "degC"),
        },
        "calc.effectiveness",
    ),
    (
        "heat-exchanger-rating",
        {
            "UA": (1, "kW/K"),
            "C_h": (1, "kW/K"),
            "C_c": (1, "kW/K"),
            "T_h1": (20, "degC"),
            "T_c1": (60, "degC"),
        },
        "calc.temperatures-cross",
    ),
    (
        "heat-pump-carnot",
        {"T_cold": (80, "degC"), "T_hot": (20, "degC")},
        "calc.temperatures-cross",
    ),
    (
        "heat-pump-industrial",
        {
            "heat": (1, "GJ/yr"),
            "hours": (1000, "h/yr"),
            "cop": 9,
            "T_cold": (20, "degC"),
            "T_hot": (80, "degC"),
        },
        "calc.cop-above-carnot",
    ),
    (
        "boiler-tuning",
        {"fuel": (1000, "GJ/yr"), "e1": (92, "%"), "e2": (80, "%")},
        "calc.efficiency-falls",
    ),
    ("boiler-tuning", {"fuel": (1000, "GJ/yr"), "e1": (92, "%"), "e2": 108}, "calc.inputs"),
    (
        "boiler-flue-loss",
        {"oxygen": (22, "%"), "temperature_flue": (150, "degC")},
        "calc.inputs",
    ),
    (
        "boiler-flue-loss",
        {"oxygen": (5, "%"), "temperature_flue": (10, "degC")},
        "calc.temperatures-cross",
    ),
    (
        "chp-primary-saving",
        {"efficiency_heat": 0.7, "efficiency_electric": 0.4},
        "calc.efficiency-sum",
    ),
    (
        "chiller-replacement",
        {"load_year": (100, "MWh/yr"), "cop_old": 6, "cop_new": 4},
        "calc.efficiency-falls",
    ),
    (
        "waste-heat-recovery",
        {
            "mass_flow": (1, "t/h"),
            "temperature_in": (150, "degC"),
            "temperature_out": (160, "degC"),
            "hours": (-5, "h/yr"),
        },
        "calc.inputs",
    ),
]


@pytest.mark.parametrize(("kind", "given", "code"), IMPOSSIBLE)
def test_what_cannot_be_is_named(
    calc: Callable[..., dict[str, Any]], kind: str, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(TanluError) as error:
        calc(kind, **given)

    assert error.value.code == code
