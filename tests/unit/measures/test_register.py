"""The equipment register by hand: what a machine is given, what it takes, what it lacks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tanlu.catalog import load, tables
from tanlu.kernel.plan import EquipmentFact
from tanlu.measures.calculation.formulas import formulas
from tanlu.measures.register import Bench, Option, Register, options

BENCH = Bench(load.calculators(), formulas(), load.engineering_units())
LAMPS = EquipmentFact(
    "A", "lighting", Fraction(2, 5), 2600, Fraction(5800), None, id="L", text="400W 金卤灯"
)
MOTORS = EquipmentFact(
    "A", "motor", Fraction(75), 126, Fraction(5600), Fraction(17, 25), id="M", grade="IE1"
)
PRICES = {"electricity": Fraction(13, 20)}


def taken(*machines: EquipmentFact, price: Fraction = PRICES["electricity"]) -> tuple[Option, ...]:
    return options(
        machines,
        tables.read("equipment_action"),
        tables.read("measure"),
        bench=BENCH,
        prices={"electricity": price},
        discount_rate=Fraction(2, 25),
    )


def test_lamps_by_hand() -> None:
    """2600 x (400 - 150) W x 5800 h = 3,770,000 kWh; capex 2600 x 0.4 kW x 600 CNY/kW."""
    (option,) = taken(LAMPS)

    assert option.saved == 3_770_000
    assert option.baseline == Fraction(2, 5) * 5800 * 2600
    assert option.capex.typical == 624_000
    assert option.is_chosen


def test_the_net_benefit_is_energy_less_annuity_and_upkeep() -> None:
    """3.77 GWh x 0.65 - 624000 x (0.08 / (1 - 1.08^-8) + 0.02) = 2,329,435 CNY/yr."""
    (option,) = taken(LAMPS)

    annuity = 0.08 / (1 - 1.08**-8)
    assert float(option.net) == pytest.approx(3_770_000 * 0.65 - 624_000 * (annuity + 0.02))


def test_one_of_two_classes_is_taken_and_dear_power_takes_the_better_one() -> None:
    cheap = {option.action["id"]: option.is_chosen for option in taken(MOTORS)}
    dear = {option.action["id"]: option.is_chosen for option in taken(MOTORS, price=Fraction(9))}

    assert cheap == {"motor_ie4": True, "motor_ie5": False}
    assert dear == {"motor_ie4": False, "motor_ie5": True}


def test_a_motor_of_the_best_class_takes_nothing() -> None:
    found = taken(replace(MOTORS, grade="IE5"))

    assert [option.is_chosen for option in found] == [False, False]
    assert all(option.saved <= 0 for option in found)
    register = Register(found)
    assert register.knows("x_motor_ie4", "A")
    assert register.chosen("x_motor_ie4", "A") == ()


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"hours": None}, ("hours",)),
        ({"grade": ""}, ("grade",)),
        ({"power_kw": None}, ("power_kw",)),
    ],
)
def test_a_missing_field_is_named_and_never_guessed(
    change: dict[str, Any], missing: tuple[str, ...]
) -> None:
    found = taken(replace(MOTORS, **change))

    assert found
    for option in found:
        assert option.missing == missing
        assert option.calculation is None
        assert not option.is_chosen


def test_an_assumed_load_is_told() -> None:
    found = taken(replace(MOTORS, load=None))

    assert {option.assumed for option in found} == {(("load", "0.65"), ("poles", "4"))}


def test_an_unknown_grade_is_the_calculators_fault_to_tell() -> None:
    found = taken(replace(MOTORS, grade="IE9"))

    assert found
    for option in found:
        assert option.fault is not None
        assert option.fault.findings[0].code == "CALC_CHOICE"


def test_words_of_the_remark_decide_what_is_possible() -> None:
    fan = EquipmentFact("A", "fan", Fraction(132), 18, Fraction(6200), Fraction(18, 25), id="F")

    assert [option.action["id"] for option in taken(fan)] == ["fan_grade"]
    damped = {o.action["id"]: o for o in taken(replace(fan, text="132kW 挡板调节"))}
    option = damped["fan_vfd"]
    assert option.calculation is not None
    share = Fraction(str(option.calculation.outputs["saving"].value))
    assert option.saved == pytest.approx(share * fan.yearly_kwh, abs=1)


def test_an_action_that_takes_a_share_says_so_and_what_the_list_gave() -> None:
    """132 kW x 6200 h x 0.72 x 18 / 0.94 of a motor; 1 - 0.68 / 0.8 of it is saved."""
    fan = EquipmentFact(
        "A", "fan", Fraction(132), 18, Fraction(6200), None, id="F", grade="3",
        motor_efficiency=Fraction(47, 50),
    )  # fmt: skip
    (option,) = taken(fan)

    assert float(option.baseline) == pytest.approx(132 * 6200 * 18 / 0.94)
    assert option.share == pytest.approx(Fraction(3, 20))
    assert float(option.saved) == pytest.approx(132 * 6200 * 18 / 0.94 * 0.15)
    assert option.assumed == (("load", "1"),)
    assert option.calculation is not None
    assert option.calculation.given == {"hours"}  # not the nominal flow and pressure


def test_an_assumed_load_is_not_given_by_the_list() -> None:
    (option, _) = taken(replace(MOTORS, load=None))

    assert option.calculation is not None
    assert option.calculation.given == {"power_rated", "efficiency_class_old", "hours"}


def test_pressure_of_the_remark_is_lowered_to_use_and_a_margin() -> None:
    """0.8 to 0.6 + 0.1 MPa gauge: ratio of work ((p2+pa)/pa)^c - 1 over ((p1+pa)/pa)^c - 1."""
    air = EquipmentFact(
        "A", "compressor", Fraction(250), 9, Fraction(6800), Fraction(37, 50), id="C", grade="3",
        text="250kW 出口压力0.8MPa,用气0.6MPa",
    )  # fmt: skip
    found = {option.action["id"]: option for option in taken(air)}

    pa, c = 0.101325, 0.395 / 1.395
    ratio = (((0.7 + pa) / pa) ** c - 1) / (((0.8 + pa) / pa) ** c - 1)
    expected = 250 * 9 * 6800 * 0.74 * (1 - ratio)
    assert float(found["comp_pressure"].saved) == pytest.approx(expected, rel=1e-3)
    assert found["comp_heat"].saved == pytest.approx(250 * 9 * 6800 * 0.74 * 0.5 * 0.7, rel=1e-3)


def test_losses_of_a_transformer_follow_series_and_capacity() -> None:
    """S9, 2000 kVA, load 0.45: 2600 + 18000 x 0.2025 = 6245 W; the new one by GB 20052 grade 1."""
    unit = EquipmentFact(
        "A", "transformer", None, 14, Fraction(8760), Fraction(9, 20), id="T",
        text="S9-2000kVA", capacity_kva=Fraction(2000),
    )  # fmt: skip
    (option,) = taken(unit)

    assert option.calculation is not None
    new = option.calculation.outputs["loss_new"].value
    assert float(option.baseline) == pytest.approx(14 * 6245 * 8.76)
    assert float(option.saved) == pytest.approx(14 * (6245 - new) * 8.76)
    assert 0 < new < 6245
    assert taken(replace(unit, text="2000kVA"))[0].missing == ("series",)


def test_a_switch_pays_for_the_energy_it_takes() -> None:
    """10 t/h x 2.52 GJ/t x 3900 h x 0.6 / 0.88 of gas; the electric boiler takes heat / 0.98."""
    boiler = EquipmentFact(
        "A", "boiler", None, 2, Fraction(3900), Fraction(3, 5), id="B", text="10t/h 燃气",
        efficiency=Fraction(22, 25), steam_t_per_h=Fraction(10),
    )  # fmt: skip
    rows = tables.read("equipment_action"), tables.read("measure")
    prices = {"natural_gas": Fraction(3, 10), "electricity": Fraction(13, 20)}
    found = options([boiler], *rows, bench=BENCH, prices=prices, discount_rate=Fraction(2, 25))
    electric = next(o for o in found if o.action["id"] == "boiler_electric")

    fuel = 2 * 10 * 2.52 * 3900 * 0.6 / 0.88 / 0.0036
    assert float(electric.saved) == pytest.approx(fuel, rel=1e-6)
    assert float(electric.net) < fuel * 0.3 - fuel * 0.88 / 0.98 * 0.65
    assert float(electric.added or 0) == pytest.approx(fuel * 0.88 / 0.98, rel=1e-6)
    assert all(option.has_rival for option in found)  # the plan can not do all of them


def test_a_forklift_is_replaced_by_another_carrier() -> None:
    lift = EquipmentFact("A", "vehicle", None, 86, Fraction(2400), None, id="V", text="叉车 内燃")
    (option,) = taken(lift)

    assert option.measure["effect"] == "switch"
    assert option.performance[1] is not None
    assert option.performance[1] > 1  # less energy than diesel for the same work
    assert taken(replace(lift, text="货车")) == ()


def test_a_forklift_costs_what_it_adds_to_a_new_diesel_one() -> None:
    """Battery 120,000 CNY and its charger less diesel 100,000: the calculator's investment."""
    lift = EquipmentFact("A", "vehicle", None, 86, Fraction(2400), None, id="V", text="叉车 内燃")
    (option,) = taken(lift)

    assert option.calculation is not None
    each = Fraction(str(option.calculation.outputs["investment"].value))
    assert option.investment == each
    assert 0 < each < Fraction(option.measure["capex_typical"])
    assert option.capex.typical == 86 * each
    spread = Fraction(option.measure["capex_low"]) / Fraction(option.measure["capex_typical"])
    assert option.capex.low == option.capex.typical * spread
