"""Drivers: opening a site is structure, and years without output are refused."""

from __future__ import annotations

import pytest

from tanlu.hotspots.drivers import CellYear, Driver, YearProfile, explain_change
from tanlu.hotspots.lmdi import decompose
from tanlu.kernel.errors import TanluError


def test_opening_a_site_is_structure() -> None:
    old = CellYear(100.0, 50.0)
    first = YearProfile(10.0, {("A", "electricity"): old}, {"A": 10.0})
    both = {("A", "electricity"): CellYear(50.0, 25.0), ("B", "electricity"): CellYear(50.0, 25.0)}
    second = YearProfile(10.0, both, {"A": 5.0, "B": 5.0})

    drivers = explain_change(first, second)

    assert drivers.delta_mg == 0
    assert drivers.effects_t[Driver.STRUCTURE] == pytest.approx(0.0, abs=1e-9)
    assert all(abs(effect) < 1e-9 for effect in drivers.effects_t.values())


def test_without_site_output_structure_is_the_share_of_energy() -> None:
    first = YearProfile(10.0, {("A", "diesel"): CellYear(10.0, 1.0)}, {})
    second = YearProfile(12.0, {("A", "diesel"): CellYear(10.0, 1.0)}, {})

    drivers = explain_change(first, second)

    assert not drivers.by_site
    assert drivers.effects_t[Driver.ACTIVITY] == pytest.approx(-drivers.effects_t[Driver.INTENSITY])


def test_an_item_that_is_no_energy_stays_out_of_the_mix() -> None:
    gas = CellYear(5.0, 5.0, is_energy=False)
    first = YearProfile(10.0, {("A", "co2_shielding"): gas}, {})
    second = YearProfile(10.0, {("A", "co2_shielding"): CellYear(6.0, 6.0, is_energy=False)}, {})

    drivers = explain_change(first, second)

    assert drivers.effects_t[Driver.INTENSITY] == pytest.approx(1.0)
    assert drivers.effects_t[Driver.FUEL] == 0.0


def test_a_year_without_output_is_refused() -> None:
    year = YearProfile(0.0, {}, {})

    with pytest.raises(TanluError) as caught:
        explain_change(year, year)

    assert caught.value.code == "hotspots.no-output"


def test_a_negative_factor_is_refused() -> None:
    with pytest.raises(TanluError) as caught:
        decompose([((1.0, -1.0), (1.0, 1.0))], 2)

    assert caught.value.code == "hotspots.negative-cell"
