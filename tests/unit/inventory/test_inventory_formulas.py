"""Edges of the formulas: missing entries, fractions, ranges, rounding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tanlu.catalog import load, tables
from tanlu.factors.model import FactorQuality, Item, ItemConversion
from tanlu.inventory.base_year import Change, ChangeClass, check_base_year
from tanlu.inventory.process import (
    RefrigerantBalance,
    co2_from_carbon_flows,
    co2_from_carbonate,
    leak_from_balance,
)
from tanlu.inventory.row import largest_quantity, multiplier_of, row_gases_mg, row_mg
from tanlu.inventory.steam import SteamTables, state_at
from tanlu.inventory.tce import EnergyTables, convert
from tanlu.inventory.upstream import grid_loss_kg
from tanlu.kernel.errors import TanluError

STEAM = SteamTables.from_rows(tables.read("if97_coefficient"))
BALANCE = RefrigerantBalance(*map(Fraction, (100, 80, 60, 10, 30)))


def test_half_rounds_up_on_both_sides_of_zero() -> None:
    assert row_mg(5, Decimal("0.5")) == 3
    assert row_mg(-5, Decimal("0.5")) == -2


def test_gases_of_a_row_are_rounded_one_by_one() -> None:
    assert row_gases_mg(1, {"CO2": Decimal("0.5"), "CH4": Decimal("0.4")}) == {
        "CO2": 1,
        "CH4": 0,
    }


def test_multiplier_is_rounded_once_to_twelve_decimals() -> None:
    assert multiplier_of(Fraction(1, 3)) == Fraction("0.333333333333")
    assert multiplier_of(Fraction(2, 3)) == Fraction("0.666666666667")


def test_largest_quantity_stays_in_int64() -> None:
    assert row_mg(largest_quantity(Decimal("0.5306")), Decimal("0.5306")) < 2**63
    assert largest_quantity(Decimal(0)) == 2**63 - 1


def test_refrigerant_balance_is_what_came_in_minus_what_is_there() -> None:
    assert leak_from_balance(BALANCE) == 40


@pytest.mark.parametrize(
    "entry", ["stock_first", "stock_last", "acquired", "disbursed", "capacity_increase"]
)
def test_balance_with_a_missing_entry_is_unknown(entry: str) -> None:
    assert leak_from_balance(replace(BALANCE, **{entry: None})) is None


def test_percentage_in_place_of_a_fraction_is_refused() -> None:
    with pytest.raises(TanluError) as error:
        co2_from_carbonate(Fraction(1), Fraction(1), purity_fraction=Fraction(95))

    assert error.value.code == "inventory.not-a-fraction"


def test_material_without_factor_is_refused_not_zero() -> None:
    with pytest.raises(TanluError) as error:
        co2_from_carbon_flows({"scrap": Fraction(1)}, {}, factors={})

    assert error.value.facts["materials"] == "scrap"


def test_all_of_the_grid_cannot_be_lost() -> None:
    with pytest.raises(TanluError):
        grid_loss_kg(Fraction(1), Fraction(1), loss_fraction=Fraction(1))


@pytest.mark.parametrize(
    ("pressure", "temperature"), [(0.1, 200), (101, 300), (0.1, 1100), (50, 640)]
)
def test_state_outside_the_regions_is_refused(pressure: float, temperature: float) -> None:
    with pytest.raises(TanluError) as error:
        state_at(pressure, temperature, tables=STEAM)

    assert error.value.code == "inventory.steam-range"


BASE = {1: Fraction(40_000), 2: Fraction(60_000)}
THRESHOLD = Fraction(5, 100)


def test_case_17_opposite_changes_do_not_cancel() -> None:
    changes = [Change(ChangeClass.METHOD, 2, Fraction(t)) for t in (2_000, -2_000, 2_000)]

    due = [
        "total" in check_base_year(BASE, changes[:n], threshold=THRESHOLD).triggered_by
        for n in (1, 2, 3)
    ]

    assert due == [False, False, True]


def test_scope_alone_may_trigger_before_the_total() -> None:
    found = check_base_year(
        BASE, [Change(ChangeClass.STRUCTURAL, 1, Fraction(2_500))], threshold=THRESHOLD
    )

    assert found.triggered_by == ("scope1",)


def test_organic_growth_never_counts() -> None:
    found = check_base_year(
        BASE, [Change(ChangeClass.ORGANIC, 1, Fraction(50_000))], threshold=THRESHOLD
    )

    assert not found.is_due


def test_empty_base_year_is_refused() -> None:
    with pytest.raises(TanluError):
        check_base_year({1: Fraction(0)}, [], threshold=THRESHOLD)


def test_shipped_threshold_is_the_one_of_the_case() -> None:
    assert load.constants()["base_year_threshold"] == THRESHOLD


def test_heating_value_of_the_profile_set_wins_over_another() -> None:
    def step(factor_set: str, value: int) -> ItemConversion:
        return ItemConversion(
            "diesel", factor_set, "kg", "MJ", Fraction(value), "NCV",
            FactorQuality.CHECKED, "s", "l",
        )  # fmt: skip

    table = EnergyTables(
        conversion=lambda a, b: Fraction(1) if a == b else None,
        conversions=(step("CN10", 42), step("CN24", 43)),
        factor_sets=("CN24", "CN10"),
    )
    diesel = Item("diesel", "", "", "kg", 1, "mobile", 1)

    assert convert(diesel, from_unit="kg", to_unit="MJ", tables=table) == 43
    assert convert(diesel, from_unit="m3", to_unit="MJ", tables=table) is None
