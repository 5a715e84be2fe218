"""Calculators of electric equipment: what they refuse, and what follows from their laws."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.catalog import load
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path

HOURS = {"value": 6000, "unit": "h/yr"}
PRICE = {"value": 0.65, "unit": "CNY/kWh"}
OLD_MOTOR = {"power_rated": {"value": 75, "unit": "kW"}, "hours": HOURS}
NEW_MOTOR = OLD_MOTOR | {"efficiency_old": 0.94, "efficiency_new": 0.96}
TRIM = {
    "diameter_old": {"value": 14, "unit": "in"},
    "head_old": {"value": 125, "unit": "ft"},
    "head_new": {"value": 165, "unit": "ft"},
    "flow": {"value": 3000, "unit": "gpm"},
    "efficiency_pump": 0.8,
    "efficiency_motor": 0.94,
    "hours": HOURS,
}
SCREW = {
    "power": {"value": 84, "unit": "kW"},
    "flow": {"value": 12, "unit": "m3/min"},
    "power_rated": {"value": 75, "unit": "kW"},
}
TRANSFORMER = {"load_factor": 0.4, "grade_old": "eu_tier_1", "grade_new": "eu_tier_2"}
LEAK = {
    "flow": {"value": 1, "unit": "m3/min"},
    "hours": HOURS,
    "specific_power": {"value": 6.5, "unit": "kW min/m3"},
}
COMPRESSOR = {
    "power": {"value": 132, "unit": "kW"},
    "pressure_rated": {"value": 0.8, "unit": "MPa(g)"},
    "pressure_new": {"value": 0.7, "unit": "MPa(g)"},
    "hours": HOURS,
}


def answer(kind: str, inputs: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(inputs), encoding="utf-8")
    body = calculation_body(kind, path, say=Say("en"))
    return {name: told["value"] for name, told in body["outputs"].items()} | {
        "measure": body["measure"]
    }


@pytest.mark.parametrize(
    ("kind", "inputs", "name"),
    [
        ("motor-replacement", NEW_MOTOR | {"efficiency_new": 96}, "efficiency_new"),
        ("motor-replacement", NEW_MOTOR | {"efficiency_old": 0}, "efficiency_old"),
        (
            "motor-replacement",
            NEW_MOTOR | {"hours": {"value": -1, "unit": "h/yr"}},
            "hours",
        ),
        (
            "motor-replacement",
            NEW_MOTOR | {"hours": {"value": 9000, "unit": "h/yr"}},
            "hours",
        ),
        (
            "motor-class-efficiency",
            {"power_rated": {"value": 75, "unit": "kW"}, "efficiency_class": "IE6"},
            "efficiency_class",
        ),
        (
            "motor-class-efficiency",
            {"power_rated": {"value": 75, "unit": "kW"}, "grade": "4"},
            "grade",
        ),
        (
            "fan-affinity",
            {
                "power_1": {"value": 50, "unit": "kW"},
                "speed_1": {"value": 0, "unit": "rpm"},
                "speed_2": {"value": 960, "unit": "rpm"},
            },
            "speed_1",
        ),
        ("pump-impeller-trim", TRIM | {"efficiency_pump": 1.2}, "efficiency_pump"),
        (
            "transformer-replacement",
            TRANSFORMER | {"power_rated": {"value": 1000, "unit": "kVA"}, "grade_new": "eu_tier_9"},
            "grade_new",
        ),
        ("compressed-air-leak-estimate", LEAK | {"fraction_saved": 1.5}, "fraction_saved"),
        (
            "compressed-air-pressure-reduction",
            COMPRESSOR | {"pressure_new": {"value": -0.1, "unit": "MPa(g)"}},
            "pressure_new",
        ),
        (
            "power-factor-correction",
            {"real": {"value": 80, "unit": "kW"}, "power_factor": 1.1, "target": 0.95},
            "power_factor",
        ),
        (
            "economics-present-value",
            {"rate": -1, "years": {"value": 10, "unit": "yr"}},
            "rate",
        ),
        (
            "lighting-controls",
            {
                "watts": {"value": 100, "unit": "W"},
                "hours_per_day": {"value": 25, "unit": "h/d"},
            },
            "hours_per_day",
        ),
    ],
)
def test_an_impossible_value_is_named_with_its_range(
    kind: str, inputs: dict[str, Any], name: str, tmp_path: Path
) -> None:
    with pytest.raises(TanluError) as raised:
        answer(kind, inputs, tmp_path)

    assert raised.value.code == "calc.inputs"
    (finding,) = raised.value.findings
    assert finding.code in ("CALC_RANGE", "CALC_RANGE_BY_DEFINITION", "CALC_CHOICE")
    assert name == finding.facts["name"]


@pytest.mark.parametrize(
    ("kind", "inputs", "code"),
    [
        ("motor-replacement", OLD_MOTOR | {"efficiency_old": 0.94}, "calc.needs-one"),
        (
            "motor-class-efficiency",
            {"power_rated": {"value": 2000, "unit": "kW"}, "efficiency_class": "IE3"},
            "calc.no-curve",
        ),
        ("pump-impeller-trim", TRIM, "calc.not-less"),
        ("transformer-replacement", TRANSFORMER, "calc.needs-one"),
        (
            "transformer-replacement",
            TRANSFORMER | {"power_rated": {"value": 999, "unit": "kVA"}},
            "calc.no-curve",
        ),
        (
            "compressed-air-pressure-reduction",
            COMPRESSOR | {"pressure_new": {"value": 0.9, "unit": "MPa(g)"}},
            "calc.not-less",
        ),
        (
            "power-factor-correction",
            {"real": {"value": 80, "unit": "kW"}, "target": 0.95},
            "calc.power-triangle",
        ),
        (
            "power-factor-correction",
            {
                "real": {"value": 80, "unit": "kW"},
                "apparent": {"value": 70, "unit": "kVA"},
                "target": 0.95,
            },
            "calc.not-less",
        ),
        (
            "power-factor-correction",
            {"real": {"value": 80, "unit": "kW"}, "power_factor": 0.98, "target": 0.95},
            "calc.not-less",
        ),
        (
            "pump-efficiency",
            {
                "flow": {"value": 1000, "unit": "gpm"},
                "head": {"value": 125, "unit": "ft"},
                "power_shaft": {"value": 20, "unit": "hp"},
            },
            "calc.efficiency-above-one",
        ),
        (
            "motor-performance",
            {
                "power_rated": {"value": 100, "unit": "hp"},
                "speed": {"value": 1780, "unit": "rpm"},
                "efficiency_class": "specified",
                "load_factor": 0.5,
            },
            "calc.needs",
        ),
        (
            "motor-load",
            {
                "power_rated": {"value": 10, "unit": "hp"},
                "speed": {"value": 1780, "unit": "rpm"},
                "efficiency_class": "standard",
                "power": {"value": 80, "unit": "kW"},
                "voltage": {"value": 460, "unit": "V"},
            },
            "calc.motor-overload",
        ),
        (
            "economics-annuity",
            {"years": {"value": 2.5, "unit": "yr"}, "discount": 0.08},
            "calc.whole-years",
        ),
        (
            "electricity-reduction",
            {"loads": [{"method": "power_meter", "power": {"value": 5, "unit": "kW"}}]},
            "calc.row-needs",
        ),
        (
            "fan-efficiency-achievable",
            {
                "fan_type": "vane_axial",
                "speed": {"value": 1180, "unit": "rpm"},
                "flow": {"value": 40000, "unit": "cfm"},
                "pressure_inlet": {"value": 2, "unit": "in w.g."},
                "pressure_outlet": {"value": 1, "unit": "in w.g."},
            },
            "calc.no-rise",
        ),
        (
            "compressed-air-specific-power",
            {
                "power": {"value": 75, "unit": "kW"},
                "flow": {"value": 12, "unit": "m3/min"},
                "specific_power_1": {"value": 6, "unit": "kW min/m3"},
            },
            "calc.needs-both",
        ),
        ("compressed-air-specific-power", SCREW, "calc.needs-both"),
        (
            "compressed-air-specific-power",
            SCREW | {"pressure_rated": "0.8", "power_rated": {"value": 76, "unit": "kW"}},
            "calc.no-curve",
        ),
    ],
)
def test_inputs_that_contradict_each_other_are_refused(
    kind: str, inputs: dict[str, Any], code: str, tmp_path: Path
) -> None:
    with pytest.raises(TanluError) as raised:
        answer(kind, inputs, tmp_path)

    assert raised.value.code == code


def test_an_efficiency_in_percent_is_the_same_as_its_fraction(tmp_path: Path) -> None:
    percent = {"value": 96, "unit": "%"}

    found = answer("motor-replacement", NEW_MOTOR | {"efficiency_new": percent}, tmp_path)

    assert found == answer("motor-replacement", NEW_MOTOR, tmp_path)


def test_horsepower_of_a_name_plate_is_746_watts(tmp_path: Path) -> None:
    hp = answer(
        "motor-replacement", NEW_MOTOR | {"power_rated": {"value": 100, "unit": "hp"}}, tmp_path
    )

    kw = answer(
        "motor-replacement", NEW_MOTOR | {"power_rated": {"value": 74.6, "unit": "kW"}}, tmp_path
    )

    assert hp["energy_saved"] == pytest.approx(kw["energy_saved"], rel=1e-12)


@pytest.mark.parametrize(
    ("grade", "ie", "percent"), [("1", "IE5", 96.7), ("2", "IE4", 96.0), ("3", "IE3", 95.0)]
)
def test_the_grades_of_gb_18613_are_ie_classes(
    grade: str, ie: str, percent: float, tmp_path: Path
) -> None:
    rated = {"power_rated": {"value": 75, "unit": "kW"}}

    found = answer("motor-class-efficiency", rated | {"grade": grade}, tmp_path)

    assert (found["efficiency_class_ie"], found["efficiency"]) == (ie, pytest.approx(percent / 100))


def test_a_better_class_is_better_at_every_printed_power(tmp_path: Path) -> None:
    powers = {"value": [7.5, 11, 15, 22, 30, 37, 45, 55, 75, 90, 110, 132, 160, 200], "unit": "kW"}
    found = [
        answer(
            "motor-class-efficiency", {"power_rated": powers, "efficiency_class": name}, tmp_path
        )["efficiency"]
        for name in ("IE1", "IE2", "IE3", "IE4", "IE5")
    ]

    assert all(a < b for low, high in pairwise(found) for a, b in zip(low, high, strict=True))


def test_a_gauge_pressure_may_be_given_as_absolute(tmp_path: Path) -> None:
    site = COMPRESSOR | {"pressure_atmosphere": {"value": 14.7, "unit": "psia"}}
    absolute = site | {"pressure_new": {"value": 0.801352932, "unit": "MPa(a)"}}

    found = answer("compressed-air-pressure-reduction", absolute, tmp_path)

    gauge = answer("compressed-air-pressure-reduction", site, tmp_path)
    assert found["energy_saved"] == pytest.approx(gauge["energy_saved"], rel=1e-6)
    assert gauge["energy_saved"] > 0


def test_a_hole_just_below_the_critical_ratio_passes_as_much_as_just_above(tmp_path: Path) -> None:
    hole = {
        "diameter": {"value": 3, "unit": "mm"},
        "discharge_coefficient": 0.61,
        "hours": HOURS,
        "specific_power": {"value": 6.5, "unit": "kW min/m3"},
    }
    below, above = (
        answer(
            "compressed-air-leak-orifice",
            hole | {"pressure_supply": {"value": pressure, "unit": "psig"}},
            tmp_path,
        )
        for pressure in (13.1, 13.2)
    )

    assert (below["regime"], above["regime"]) == ("subsonic", "choked")
    assert below["flow"] == pytest.approx(above["flow"], rel=0.01)


@pytest.mark.parametrize(("exponent", "share"), [(3, 0.512), (1, 0.8)])
def test_a_motor_at_eighty_percent_speed_takes_the_power_of_its_law(
    exponent: float, share: float, tmp_path: Path
) -> None:
    found = answer(
        "motor-speed-drive",
        {
            "power": {"value": 100, "unit": "kW"},
            "efficiency_motor": 1,
            "efficiency_drive": 1,
            "exponent": exponent,
            "profile": [{"fraction_speed": 0.8, "hours": 1000}],
        },
        tmp_path,
    )

    assert found["energy_use"] == 100_000
    assert found["energy_use_after"] == pytest.approx(share * 100_000)


def test_speed_control_of_a_fan_saves_against_every_other_control(tmp_path: Path) -> None:
    fan = {
        "power_shaft": {"value": 100, "unit": "kW"},
        "efficiency_motor": 0.95,
        "efficiency_drive": 0.97,
        "profile": [{"fraction_flow": 0.6, "hours": 5000}],
    }
    saved = {
        name: answer("fan-speed-control", fan | {"control_old": name}, tmp_path)["saving"]
        for name in ("bypass", "outlet_damper", "inlet_vane")
    }

    assert saved["bypass"] > saved["outlet_damper"] > saved["inlet_vane"] > 0
    assert saved["bypass"] == pytest.approx(1 - 0.3772 / 0.97, abs=0.002)  # 0.6 of flow by speed


def test_static_head_takes_away_from_what_speed_control_saves(tmp_path: Path) -> None:
    pump = {
        "flow": {"value": 300, "unit": "m3/h"},
        "head": {"value": 50, "unit": "m"},
        "head_shutoff": {"value": 60, "unit": "m"},
        "efficiency_pump": 0.78,
        "efficiency_motor": 0.95,
        "efficiency_drive": 0.97,
        "profile": [{"fraction_flow": 0.7, "hours": 5000}],
    }
    none, some = (
        answer("pump-speed-control", pump | {"head_static": {"value": h, "unit": "m"}}, tmp_path)
        for h in (0, 25)
    )

    assert none["saving"] > some["saving"] > 0
    on_curve, on_system = 60 - 10 * 0.49, 50 * 0.49
    assert none["saving"] == pytest.approx(1 - on_system / on_curve / 0.97)


def test_a_specific_power_is_graded_by_the_limits_given(tmp_path: Path) -> None:
    limits = {
        f"specific_power_{grade}": {"value": value, "unit": "kW min/m3"}
        for grade, value in ((1, 6.0), (2, 6.5), (3, 7.2))
    }
    flow = {"flow": {"value": 10, "unit": "m3/min"}}
    grades = [
        answer(
            "compressed-air-specific-power",
            limits | flow | {"power": {"value": power, "unit": "kW"}},
            tmp_path,
        )["grade"]
        for power in (59, 60, 64, 72, 73)
    ]

    assert grades == ["1", "1", "2", "3", "below 3"]


def test_a_measure_at_its_internal_rate_is_worth_nothing(tmp_path: Path) -> None:
    measure = {
        "investment": {"value": 100_000, "unit": "CNY"},
        "cost_saved": {"value": 20_000, "unit": "CNY/yr"},
        "om": {"value": 1_000, "unit": "CNY/yr"},
        "life": {"value": 10, "unit": "yr"},
        "emission_saved": {"value": 50, "unit": "t/yr"},
    }
    found = answer("economics-project", measure | {"discount_rate": 0.08}, tmp_path)

    at_rate = answer(
        "economics-project", measure | {"discount_rate": found["rate_internal"]}, tmp_path
    )

    assert at_rate["value_net_present"] == pytest.approx(0, abs=1e-4)
    assert found["value_net_present"] == pytest.approx(19_000 * 6.7100814 - 100_000, abs=0.1)
    assert found["payback"] == pytest.approx(100_000 / 19_000)
    assert found["price_abatement"] < 0


def test_a_life_cycle_cost_is_the_sum_of_its_parts(tmp_path: Path) -> None:
    found = answer(
        "economics-life-cycle-cost",
        {
            "investment": {"value": 1000, "unit": "CNY"},
            "energy_cost": {"value": 100, "unit": "CNY/yr"},
            "om": {"value": 10, "unit": "CNY/yr"},
            "replacements": [{"years": 5, "cost_replacement": 200}],
            "value_residual": {"value": 50, "unit": "CNY"},
            "life": {"value": 10, "unit": "yr"},
            "discount_rate": 0.05,
        },
        tmp_path,
    )

    parts = 1000 + 110 * 7.7217349 + 200 / 1.05**5 - 50 / 1.05**10
    assert found["cost_life_cycle"] == pytest.approx(parts, abs=0.01)


def test_luminaires_are_counted_up_to_the_illuminance(tmp_path: Path) -> None:
    found = answer(
        "lighting-luminaires",
        {
            "illuminance": {"value": 300, "unit": "lx"},
            "area": {"value": 1000, "unit": "m2"},
            "flux": {"value": 15_000, "unit": "lm"},
            "fraction_utilisation": 0.7,
            "watts": {"value": 100, "unit": "W"},
        },
        tmp_path,
    )

    assert found["count"] == 36
    assert found["illuminance_reached"] == pytest.approx(302.4)
    assert found["density_power"] == pytest.approx(3.6)


FAMILIES = {
    "motor-replacement",
    "motor-speed-drive",
    "motor-belt-replacement",
    "fan-replacement",
    "fan-speed-control",
    "pump-replacement",
    "pump-speed-control",
    "pump-impeller-trim",
    "compressed-air-pressure-reduction",
    "compressed-air-leak-estimate",
    "compressed-air-heat-recovery",
    "compressed-air-compressor-replacement",
    "transformer-replacement",
    "lighting-replacement",
    "lighting-controls",
}


@pytest.mark.parametrize("kind", sorted(FAMILIES))
def test_a_measure_names_outputs_that_it_has(kind: str) -> None:
    calculator = load.calculators()[kind]
    outputs = {value.name for value in calculator.outputs}

    told = dict(calculator.measure)

    assert set(told.pop("saves").values()) <= outputs
    assert {told["capex"], told["life"]} <= outputs
    assert {"investment", "life"} <= {value.name for value in calculator.inputs}


def test_a_measure_carries_saving_investment_and_life(tmp_path: Path) -> None:
    money = {
        "price_electricity": PRICE,
        "investment": {"value": 2.4, "unit": "万元"},
        "life": {"value": 15, "unit": "yr"},
    }

    found = answer("motor-replacement", NEW_MOTOR | money, tmp_path)

    saved = 75 * (1 / 0.94 - 1 / 0.96) * 6000
    assert found["measure"]["saves"]["electricity"]["value"] == pytest.approx(saved)
    assert found["measure"]["capex"] == {"value": 24_000, "unit": "CNY"}
    assert found["payback"] == pytest.approx(24_000 / (saved * 0.65))


@pytest.mark.parametrize(
    ("kind", "name", "grades"),
    [("motor-class-efficiency", "efficiency_class", ("1", "2", "3"))],
)
@pytest.mark.parametrize("poles", ["2", "4", "6", "8"])
@pytest.mark.parametrize("power", [0.12, 0.37, 0.55, 0.75, 1.1, 11, 90, 199, 200, 201, 280, 560])
def test_a_better_grade_asks_for_more(
    kind: str, name: str, grades: tuple[str, ...], poles: str, power: float, tmp_path: Path
) -> None:
    given = {"power_rated": {"value": power, "unit": "kW"}, "poles": poles}

    asked = [answer(kind, given | {name: grade}, tmp_path)["efficiency"] for grade in grades]

    assert asked == sorted(asked, reverse=True)
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("cooling", ["air", "liquid"])
@pytest.mark.parametrize("pressure", ["0.7", "0.8"])
def test_the_grade_of_a_compressor_comes_from_the_table(
    cooling: str, pressure: str, tmp_path: Path
) -> None:
    given = SCREW | {"cooling": cooling, "pressure_rated": pressure}
    first = answer("compressed-air-specific-power", given, tmp_path)

    for place, grade in ((1, "1"), (2, "2"), (3, "3")):
        power = {"value": first[f"limit_{place}"] * 12, "unit": "kW"}
        at_limit = answer("compressed-air-specific-power", given | {"power": power}, tmp_path)
        assert at_limit["grade"] == grade
    assert first["limit_1"] < first["limit_2"] < first["limit_3"]


@pytest.mark.parametrize("power", [30, 100, 630, 2500])
def test_a_transformer_of_a_better_grade_loses_less(power: float, tmp_path: Path) -> None:
    given = {"power_rated": {"value": power, "unit": "kVA"}, "load_factor": 0.5}

    saved = [
        answer("transformer-replacement", given | {"grade_old": old, "grade_new": new}, tmp_path)[
            "energy_saved"
        ]
        for old, new in (("gb_3", "gb_2"), ("gb_2", "gb_1"), ("gb_2", "gb_2_amorphous"))
    ]

    assert min(saved) > 0


AIR = {"temperature": {"value": 30, "unit": "degC"}}


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        (AIR, "calc.needs-one"),
        (AIR | {"relative_humidity": 0.5, "temperature_dew_point": 10}, "calc.inputs"),
        (
            AIR
            | {
                "relative_humidity": 0.5,
                "temperature_dew_point": {"value": 10, "unit": "degC"},
            },
            "calc.needs-one",
        ),
        (AIR | {"temperature_wet_bulb": {"value": 31, "unit": "degC"}}, "calc.not-less"),
        (AIR | {"temperature_wet_bulb": {"value": 5, "unit": "degC"}}, "calc.wet-bulb"),
        (AIR | {"relative_humidity": 1.2}, "calc.inputs"),
        (
            AIR | {"relative_humidity": 0.5, "pressure_static": {"value": -100, "unit": "kPa"}},
            "calc.not-less",
        ),
    ],
)
def test_a_humidity_that_cannot_be_is_refused(
    inputs: dict[str, Any], code: str, tmp_path: Path
) -> None:
    with pytest.raises(TanluError) as raised:
        answer("fan-gas-density", inputs, tmp_path)

    assert raised.value.code == code


def test_readings_of_humidity_agree(tmp_path: Path) -> None:
    """Saturated air has one temperature by all three, dry air no dew point."""
    by_dew = answer(
        "fan-gas-density", AIR | {"temperature_dew_point": AIR["temperature"]}, tmp_path
    )
    by_wet = answer("fan-gas-density", AIR | {"temperature_wet_bulb": AIR["temperature"]}, tmp_path)
    dry = answer("fan-gas-density", AIR | {"relative_humidity": 0}, tmp_path)

    assert by_dew["relative_humidity"] == pytest.approx(1, rel=1e-9)
    assert by_wet["relative_humidity"] == pytest.approx(1, rel=1e-9)
    assert by_wet["temperature_dew_point"] == pytest.approx(30, abs=1e-9)
    assert dry["temperature_dew_point"] is None
    assert dry["density"] > by_dew["density"]


SITE: dict[str, Any] = {
    "density": {"value": 1.2, "unit": "kg/m3"},
    "temperature": {"value": 20, "unit": "degC"},
    "pressure_static": {"value": 0, "unit": "kPa(g)"},
    "pressure_atmosphere": {"value": 101.325, "unit": "kPa(a)"},
    "area_inlet": {"value": 1, "unit": "m2"},
    "area_outlet": {"value": 1, "unit": "m2"},
    "temperature_inlet": {"value": 20, "unit": "degC"},
    "temperature_outlet": {"value": 20, "unit": "degC"},
    "area_inlet_station": {"value": 1, "unit": "m2"},
    "pressure_inlet_station": {"value": -1, "unit": "kPa(g)"},
    "area_outlet_station": {"value": 1, "unit": "m2"},
    "pressure_outlet_station": {"value": 1, "unit": "kPa(g)"},
    "power_shaft": {"value": 40, "unit": "kW"},
    "speed": {"value": 1480, "unit": "rpm"},
}


def section(velocity_pressure: float) -> dict[str, Any]:
    return {
        "area": {"value": 1, "unit": "m2"},
        "temperature": {"value": 20, "unit": "degC"},
        "pressure_static": {"value": -1, "unit": "kPa(g)"},
        "velocity_pressure": {"value": velocity_pressure, "unit": "Pa"},
    }


def test_a_fan_tested_without_conversion_keeps_its_results(tmp_path: Path) -> None:
    found = answer("fan-site-test", SITE | {"traverses": [section(100)]}, tmp_path)

    for name in ("flow", "pressure_total", "pressure_fan_static", "pressure_rise"):
        assert found[f"{name}_2"] == pytest.approx(found[name], rel=1e-9)
    assert found["compressibility_ratio"] == pytest.approx(1, rel=1e-9)
    assert found["power_2"] == pytest.approx(40, rel=1e-9)
    assert found["pressure_total"] == pytest.approx(2, rel=0.01)
    assert found["flow"] == pytest.approx(13 * 60, rel=0.02)  # sqrt(2 * 100 / 1.19) m/s


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"traverses": []}, "calc.inputs"),
        ({"traverses": [section(0)]}, "calc.inputs"),
        ({"speed": {"value": 0, "unit": "rpm"}}, "calc.inputs"),
        ({"pressure_outlet_station": {"value": -2, "unit": "kPa(g)"}}, "calc.no-rise"),
    ],
)
def test_a_fan_test_that_cannot_be_is_refused(
    other: dict[str, Any], code: str, tmp_path: Path
) -> None:
    with pytest.raises(TanluError) as raised:
        answer("fan-site-test", SITE | {"traverses": [section(100)]} | other, tmp_path)

    assert raised.value.code == code


def amount(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit}


@pytest.mark.parametrize(
    ("kind", "inputs", "wanted"),
    [
        (  # 1000 * 9.80665 * 0.1 * 50 W at the fluid
            "pump-shaft-power",
            {
                "flow": amount(360, "m3/h"),
                "head": amount(50, "m"),
                "efficiency_pump": 0.8,
                "efficiency_motor": 0.95,
                "hours": amount(1000, "h/yr"),
            },
            {
                "power_fluid": 49.03325,
                "power_shaft": 61.2915625,
                "power": 64.51743421052632,
                "energy_use": 64517.43421052632,
            },
        ),
        (  # 10 m3/s * 2 kPa
            "fan-shaft-power",
            {
                "flow": amount(36000, "m3/h"),
                "pressure_difference": amount(2, "kPa"),
                "efficiency_fan": 0.8,
                "efficiency_drive": 0.95,
                "efficiency_motor": 0.95,
            },
            {"power_fluid": 20, "power_shaft": 25, "power": 27.700831024930746},
        ),
        (  # (2960 / 1480) and its powers, with an impeller of 4/5
            "pump-affinity",
            {
                "flow_1": amount(100, "m3/h"),
                "head_1": amount(20, "m"),
                "power_1": amount(8, "kW"),
                "speed_1": amount(1480, "rpm"),
                "speed_2": amount(740, "rpm"),
                "diameter_1": amount(250, "mm"),
                "diameter_2": amount(200, "mm"),
            },
            {"flow_2": 40, "head_2": 3.2, "power_2": 0.512, "saving": 0.936},
        ),
        (  # sqrt(10000) / 16^0.75 = 100 / 8, of each of two stages
            "pump-specific-speed",
            {
                "speed": amount(1000, "rpm"),
                "flow": amount(10000, "gpm"),
                "head": amount(32, "ft"),
                "count_stages": 2,
            },
            {"specific_speed": 12500},
        ),
        (
            "compressed-air-leak-test",
            {
                "time_loaded": amount(2, "min"),
                "time_unloaded": amount(8, "min"),
                "flow": amount(20, "m3/min"),
            },
            {"fraction_leak": 0.2, "flow_leak": 4},
        ),
        (  # 1 - (0.75 / 0.9375)^2
            "power-factor-line-loss",
            {
                "energy_loss": amount(100_000, "kWh/yr"),
                "power_factor_old": 0.75,
                "power_factor_new": 0.9375,
                "price_electricity": amount(0.7, "CNY/kWh"),
            },
            {"saving": 0.36, "energy_saved": 36_000, "cost_saved": 25_200},
        ),
    ],
)
def test_a_calculator_agrees_with_a_sum_by_hand(
    kind: str, inputs: dict[str, Any], wanted: dict[str, float], tmp_path: Path
) -> None:
    found = answer(kind, inputs, tmp_path)

    assert {name: found[name] for name in wanted} == pytest.approx(wanted, rel=1e-9)


def test_the_best_pump_deviates_from_the_average_as_published(tmp_path: Path) -> None:
    """86.99584193768345 over 83.97084437955112 percent at 2000 gpm."""
    given = {"pump_type": "end_suction_ansi_api", "flow": amount(2000, "gpm")} | {
        "head": amount(200, "ft"),
        "speed": amount(1780, "rpm"),
    }

    found = answer("pump-efficiency-achievable", given, tmp_path)

    average = found["efficiency_uncorrected"] * found["factor_viscosity"] - found["correction"]
    assert found["efficiency"] / average == pytest.approx(86.99584193768345 / 83.97084437955112)


@pytest.mark.parametrize("drive", ["direct", "v_belt", "synchronous_belt"])
def test_the_input_of_a_motor_closes_the_balance(drive: str, tmp_path: Path) -> None:
    motor = {
        "power_rated": amount(100, "hp"),
        "speed": amount(1780, "rpm"),
        "efficiency_class": "premium",
    }
    driven = {"power_driven": amount(70, "hp"), "drive": drive, "hours": amount(1000, "h/yr")}

    found = answer("motor-input", motor | driven, tmp_path)
    alone = answer("motor-performance", motor | {"load_factor": found["load_factor"]}, tmp_path)

    assert found["efficiency"] == pytest.approx(alone["efficiency"], rel=1e-9)
    assert found["power_input"] == pytest.approx(found["power_shaft"] / found["efficiency"])
    assert found["energy_use"] == pytest.approx(found["power_input"] * 1000)
    assert found["power_shaft"] >= 70 * 0.746
    assert (found["power_shaft"] == pytest.approx(70 * 0.746)) is (drive == "direct")
