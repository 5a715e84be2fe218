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
    for option in taken(replace(MOTORS, **change)):
        assert option.missing == missing
        assert option.calculation is None
        assert not option.is_chosen


def test_an_assumed_load_is_told() -> None:
    assert all(option.assumed == ("load", "poles") for option in taken(replace(MOTORS, load=None)))


def test_an_unknown_grade_is_the_calculators_fault_to_tell() -> None:
    for option in taken(replace(MOTORS, grade="IE9")):
        assert option.fault is not None
        assert option.fault.findings[0].code == "CALC_CHOICE"


def test_words_of_the_remark_decide_what_is_possible() -> None:
    fan = EquipmentFact("A", "fan", Fraction(132), 18, Fraction(6200), Fraction(18, 25), id="F")

    assert taken(fan) == ()
    (option,) = taken(replace(fan, text="132kW 挡板调节"))
    assert option.calculation is not None
    share = Fraction(str(option.calculation.outputs["saving"].value))
    assert option.saved == pytest.approx(share * fan.yearly_kwh, abs=1)
