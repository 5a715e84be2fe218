"""Vehicles of another energy: printed shares, and break-even points put in again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path


def calculate(folder: Path, kind: str, **given: Any) -> dict[str, Any]:
    path = folder / "in.json"
    pairs = {
        name: {"value": told[0], "unit": told[1]} if isinstance(told, tuple) else told
        for name, told in given.items()
    }
    path.write_text(json.dumps(pairs), encoding="utf-8")
    body = calculation_body(kind, path, say=Say("en"))
    values = {name: told["value"] for name, told in body["outputs"].items()}
    return values | {"measure": body["measure"]}


def test_a_battery_truck_saves_a_quarter_on_the_grid_of_2023(tmp_path: Path) -> None:
    """1.35 kWh/km x 0.5306 against 0.36 L/km x 0.84 kg/L x 3.145 kg/kg: 24.7 %."""
    found = calculate(
        tmp_path,
        "fleet-truck",
        electricity_per_distance=(1.35, "kWh/km"),
        diesel_per_distance=(0.36, "L/km"),
    )

    assert found["fraction_emission_saved"] == pytest.approx(0.247, abs=0.0005)
    assert found["grid_factor_even"] == pytest.approx(0.36 * 0.84 * 3.145 / 1.35, abs=1e-6)


def test_at_the_even_grid_factor_both_emit_the_same(tmp_path: Path) -> None:
    even = calculate(tmp_path, "fleet-truck")["grid_factor_even"]

    found = calculate(tmp_path, "fleet-truck", grid_factor=(even, "kg/kWh"))

    assert found["fraction_emission_saved"] == pytest.approx(0, abs=1e-9)


def test_at_the_even_distance_both_cost_the_same(tmp_path: Path) -> None:
    dear = {"price_vehicle_new": (800_000, "CNY"), "investment_charging": (60_000, "CNY")}
    even = calculate(tmp_path, "fleet-truck", **dear)["distance_per_year_even"]

    found = calculate(tmp_path, "fleet-truck", distance_per_year=(even, "km/yr"), **dear)

    assert found["cost_new_per_distance"] == pytest.approx(found["cost_old_per_distance"])
    assert even > 0


def test_a_vehicle_that_costs_more_to_run_has_no_even_distance(tmp_path: Path) -> None:
    found = calculate(tmp_path, "fleet-truck", vehicle_new="heavy_hydrogen")

    assert found["distance_per_year_even"] is None
    assert found["payback"] is None


@pytest.mark.parametrize(
    ("factor", "saved"),
    [(None, 1 - 0.1 * 53 * 0.5306 / 0.951048), (10, 1 - 1.0 / 0.951048), (0.5, 0.9474)],
)
def test_hydrogen_counts_as_it_is_made(tmp_path: Path, factor: float | None, saved: float) -> None:
    given = {} if factor is None else {"emission_factor_hydrogen": (factor, "kg/kg")}

    found = calculate(tmp_path, "fleet-truck", vehicle_new="heavy_hydrogen", **given)

    assert found["fraction_emission_saved"] == pytest.approx(saved, abs=1e-4)


def test_methane_that_slips_can_undo_what_lng_saves(tmp_path: Path) -> None:
    tight = calculate(tmp_path, "fleet-truck", vehicle_new="heavy_lng")
    leaky = calculate(tmp_path, "fleet-truck", vehicle_new="heavy_lng", fraction_slip=0.02)

    assert tight["fraction_emission_saved"] == pytest.approx(1 - 0.35 * 2.3253 / 0.951048)
    assert leaky["fraction_emission_saved"] < 0 < tight["fraction_emission_saved"]


def test_the_grid_of_each_year_held_counts_in_it(tmp_path: Path) -> None:
    path = ([0.5, 0.4, 0.3], "kg/kWh")
    found = calculate(
        tmp_path, "fleet-truck", years=(4, "yr"), distance_per_year=(100_000, "km/yr"),
        grid_factor_path=path,
    )  # fmt: skip

    kwh = 1.35 * 100_000
    assert found["emission_life_new"] == pytest.approx(kwh * (0.5 + 0.4 + 0.3 + 0.3) / 1000)
    assert found["emission_new"] == pytest.approx(kwh * 0.5 / 1000)


def test_a_list_of_grid_factors_makes_one_case_each(tmp_path: Path) -> None:
    found = calculate(tmp_path, "fleet-truck", grid_factor=([0.5306, 0.8], "kg/kWh"))

    assert found["fraction_emission_saved"] == pytest.approx([0.24682, -0.13559], abs=1e-5)


def test_forklifts_count_by_hours(tmp_path: Path) -> None:
    """2.8 L/h x 2.6418 against 5.5 kWh/h x 0.5306 = 2.918 kg/h."""
    found = calculate(tmp_path, "fleet-forklift", count=10, hours=(2000, "h/yr"))

    assert found["emission_new_per_hour"] == pytest.approx(2.918, abs=0.0005)
    assert found["electricity_use"] == pytest.approx(110_000)
    assert found["fraction_emission_saved"] == pytest.approx(1 - 2.9183 / 7.39704, abs=1e-4)
    assert found["measure"]["effect"] == "switch"
    assert found["measure"]["carrier"]["value"] == "diesel"
    assert found["measure"]["capex"] == {"value": 250_000, "unit": "CNY"}


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TanluError, match=r"calc\.fleet-classes"):
        calculate(tmp_path, "fleet-truck", vehicle_new="light_battery")
    with pytest.raises(TanluError, match=r"calc\.fleet-same-energy"):
        calculate(
            tmp_path, "fleet-truck", vehicle_new="heavy_diesel", diesel_per_distance=(0.3, "L/km")
        )


def test_chargers_fill_the_fleet_within_its_window(tmp_path: Path) -> None:
    """300 kWh / 0.92 takes 2.72 h at 120 kW: two whole trucks in 8 h, so 20 trucks need 10."""
    given = {
        "count": 20, "electricity_per_day": (300, "kWh/d"), "hours_window": (8, "h/d"),
        "power_charger": (120, "kW"),
    }  # fmt: skip

    found = calculate(tmp_path, "fleet-charging", **given)

    assert found["count_chargers"] == 10
    assert found["power_peak"] == 1200
    assert found["energy_use"] == pytest.approx(20 * 300 / 0.92 * 330)
    assert found["energy_use"] - found["energy_loss"] == pytest.approx(20 * 300 * 330)
    with pytest.raises(TanluError, match=r"calc\.fleet-window"):
        calculate(tmp_path, "fleet-charging", **given | {"power_charger": (20, "kW")})


def test_a_filling_station_adds_its_cost_to_the_fuel(tmp_path: Path) -> None:
    """30 trucks x 33 kg/d = 990 kg/d; a station of 1,000 kg/d planned at 80 %: 2 stations."""
    found = calculate(
        tmp_path, "fleet-filling", count=30, fuel_per_day=(33, "kg/d"),
        capacity_station=(1000, "kg/d"), investment_station=(12_000_000, "CNY"), days=(330, "d/yr"),
        years=(15, "yr"), discount_rate=0, price_supplied=(25, "CNY/kg"),
    )  # fmt: skip

    yearly = 24_000_000 * (1 / 15 + 0.04)
    assert found["count_stations"] == 2
    assert found["price_in_tank"] == pytest.approx(25 + yearly / (990 * 330))
