"""The unit table: its data, its exact ratios, and pint's own file as a second witness."""

from __future__ import annotations

from fractions import Fraction

import pint
import pytest

from tanlu.catalog.tables import read
from tanlu.kernel.errors import TanluError
from tanlu.units.parse import parse_unit
from tanlu.units.table import UnitTable

_PINT = {
    "J": "joule",
    "kWh": "kilowatt_hour",
    "TWh": "terawatt_hour",
    "kcal": "1000 * international_calorie",
    "btu": "international_british_thermal_unit",
    "lb": "pound",
    "short_ton": "short_ton",
    "long_ton": "long_ton",
    "L": "liter",
    "gal_us": "gallon",
    "gal_uk": "imperial_gallon",
    "bbl": "oil_barrel",
    "ft3": "foot ** 3",
    "nmi": "nautical_mile",
    "mile": "mile",
    "ha": "hectare",
    "min": "minute",
    "d": "day",
    "short_ton_mile": "short_ton * mile",
    "tkm": "metric_ton * kilometer",
}
_CANONICAL = {
    "energy": "megajoule",
    "mass": "kilogram",
    "volume": "meter ** 3",
    "length": "kilometer",
    "area": "meter ** 2",
    "time": "hour",
    "freight": "metric_ton * kilometer",
}


@pytest.fixture(scope="module")
def table() -> UnitTable:
    return UnitTable.from_rows(read("unit"), read("unit_alias"), read("unit_prefix"))


def test_quantities_fold_by_powers_of_ten_within_a_dimension(table: UnitTable) -> None:
    faults = []
    for unit in table.units.values():
        _, ratio = table.folding(unit.id)
        target = table.units[unit.fold_to]
        whole = str(max(ratio, 1 / ratio))
        if target.dimension != unit.dimension or whole.strip("0") != "1":
            faults.append(f"{unit.id} -> {unit.fold_to}: {ratio}")

    assert faults == []


def test_each_dimension_has_one_canonical_unit_of_factor_one(table: UnitTable) -> None:
    canonical = {unit.dimension: set[str]() for unit in table.units.values()}
    for unit in table.units.values():
        canonical[unit.dimension].add(unit.canonical)

    assert all(len(found) == 1 for found in canonical.values())
    assert all(table.units[next(iter(found))].factor == 1 for found in canonical.values())


def test_every_alias_names_units_of_the_table(table: UnitTable) -> None:
    named = {alias.unit for alias in table.exact.values() if alias.unit}
    named |= {choice for alias in table.exact.values() for choice in alias.choices}

    assert named <= table.units.keys()


def test_every_alias_is_written_as_the_parser_compares_it(table: UnitTable) -> None:
    faults = [
        alias.text
        for alias in table.exact.values()
        if alias.unit and parse_unit(alias.text, table).unit != alias.unit
    ]

    assert faults == []


def test_no_folded_spelling_has_two_meanings(table: UnitTable) -> None:
    clashes = [
        (alias.text, folded.text)
        for alias in table.exact.values()
        if (folded := table.folded.get(alias.text.casefold())) and alias.unit == "" and folded.unit
    ]

    assert clashes == []


@pytest.mark.parametrize("code", sorted(_PINT))
def test_our_factor_is_that_of_pints_own_file(code: str, table: UnitTable) -> None:
    registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(non_int_type=Fraction)
    unit = table.units[code]

    witness = registry.parse_expression(_PINT[code]).to(_CANONICAL[unit.dimension])

    assert abs(float(witness.magnitude / unit.factor) - 1) < 1e-12


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("kWh", "MJ"), Fraction(18, 5)),
        (("MJ", "kWh"), Fraction(5, 18)),
        (("lb", "kg"), Fraction("0.45359237")),
        (("tce", "MJ"), Fraction("29307.6")),
        (("GJ/t", "MJ/kg"), Fraction(1)),
        (("kcal/kg", "MJ/kg"), Fraction("0.0041868")),
        (("m3", "Nm3"), None),
        (("kW", "kWh"), None),
        (("USD", "CNY"), None),
        (("furlong", "km"), None),
    ],
)
def test_conversion_is_exact_or_none(
    pair: tuple[str, str], expected: Fraction | None, table: UnitTable
) -> None:
    assert table.conversion(*pair) == expected


def test_the_dimension_of_an_unknown_code_is_an_error(table: UnitTable) -> None:
    with pytest.raises(TanluError) as caught:
        table.dimension("furlong")

    assert caught.value.code == "units.unknown-unit"
