"""The table of engineering units: each of its spellings is read."""

from __future__ import annotations

import pytest

from tanlu.app.engineering_choices import unit_choices
from tanlu.catalog import load, tables


def test_every_unit_of_the_table_is_read() -> None:
    units = load.engineering_units()

    read = [units.read(str(row["id"])) for row in tables.read("engineering_unit")]

    assert all(unit.scale > 0 for unit in read)
    assert units.read("mH2O").scale == pytest.approx(9806.65)
    assert units.read("\N{MICRO SIGN}m").scale == units.read("um").scale


@pytest.mark.parametrize(
    ("unit", "among", "never"),
    [
        ("kW", {"MW", "W", "hp"}, {"kWh", "kVA"}),
        ("psig", {"MPag", "kPag"}, {"psia", "psi"}),
        ("kWh/yr", {"MWh/yr", "GJ/yr"}, {"kWh/month"}),
        ("CNY/kWh", {"CNY/MWh"}, {"EUR/kWh"}),
        ("%", set(), {"deg", "ppm"}),
    ],
)
def test_units_offered_measure_the_same(unit: str, among: set[str], never: set[str]) -> None:
    units = load.engineering_units()

    found = unit_choices(unit)

    assert found[0] == unit
    assert among <= set(found)
    assert not never & set(found)
    assert all(units.read(one).fits(units.read(unit)) for one in found)
