"""What is saved a year, and when it has paid for itself."""

from __future__ import annotations

import pytest

from tanlu.measures.saving import payback_of, saved_energy, saved_fuel, saved_power


@pytest.mark.parametrize(
    ("investment", "saved", "years"),
    [(1000.0, 250.0, 4.0), (0.0, 250.0, 0.0), (1000.0, 0.0, None), (1000.0, -5.0, None),
     (None, 250.0, None), (1000.0, None, None)],
)  # fmt: skip
def test_what_saves_nothing_is_never_paid_back(
    investment: float | None, saved: float | None, years: float | None
) -> None:
    assert payback_of(investment, saved) == years


def test_without_a_price_the_energy_is_told_and_no_money() -> None:
    found = saved_energy(5000.0, None, 1000.0, 10.0)

    assert found == {
        "energy_saved": 5000.0,
        "cost_saved": None,
        "investment": 1000.0,
        "payback": None,
        "life": 10.0,
    }


def test_power_and_fuel_are_worth_their_price() -> None:
    power = saved_power(2.0, 3000.0, 0.5, investment=6000.0, life=10.0)
    fuel = saved_fuel(100.0, 60.0, 12_000.0, None)

    assert (power["power_saved"], power["energy_saved"], power["cost_saved"]) == (2, 6000, 3000)
    assert (fuel["fuel_saved"], fuel["cost_saved"], fuel["payback"]) == (100, 6000, 2)
