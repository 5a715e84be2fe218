"""The shipped tables as domain values: factors, items, conversions, GWP and the rest.

Each function reads once and keeps its answer. A template row is data for the user to adopt, not
a factor: only `template_factors` returns it.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from tanlu.catalog import factor_rows
from tanlu.catalog.schema import exact
from tanlu.catalog.tables import read
from tanlu.factors.model import Factor, FactorQuality, Item, ItemConversion
from tanlu.measures.calculation import model as calculation
from tanlu.units.engineering import EngineeringUnits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    Row = dict[str, Any]

GWP_SETS = {"SAR": "sar", "AR4": "ar4", "AR5": "ar5", "AR6": "ar6"}


@cache
def sources() -> Mapping[str, Row]:
    """Return every publication by id."""
    return {row["id"]: row for row in read("sources")}


@cache
def constants() -> Mapping[str, Fraction]:
    """Return the physical and method constants by id, as exact fractions."""
    return {row["id"]: row["value"] for row in read("constant")}


@cache
def items() -> tuple[Item, ...]:
    """Return every item a plant may record, sorted by id."""
    return tuple(
        Item(
            id=row["id"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            unit=row["unit"],
            scope=row["scope"],
            category=row["category"],
            iso_category=row["iso_category"],
            dims=row["dims"],
            factor_item=row["factor_item"] or row["id"],
            note_code=row["note_code"] or "",
            tce={name: exact(value) for name, value in (row["tce"] or {}).items()},
        )
        for row in read("items")
    )


@cache
def _all_factors() -> tuple[Factor, ...]:
    known, fixed = sources(), constants()
    found = [
        factor_rows.fuel_factor(row, known[row["source"]], constants=fixed) for row in read("fuel")
    ]
    found.extend(factor_rows.grid_factors(read("grid_electricity"), known))
    found.extend(
        factor_rows.plain_factor(row, known[row["source"]])
        for row in read("emission_factor")
        if row["variant"] is None
    )
    return tuple(sorted(found, key=lambda factor: factor.id))


@cache
def factors() -> tuple[Factor, ...]:
    """Return every factor an inventory may use, sorted by id; templates are left out."""
    return tuple(row for row in _all_factors() if row.quality is not FactorQuality.TEMPLATE)


@cache
def template_factors() -> tuple[Factor, ...]:
    """Return the rows a user may adopt with a source of their own; no inventory reaches them."""
    return tuple(row for row in _all_factors() if row.quality is FactorQuality.TEMPLATE)


@cache
def variant_factors() -> Mapping[str, tuple[tuple[str, Factor], ...]]:
    """Return the other cases of an item (truck sizes, ship types) as (variant, factor) by item."""
    found: dict[str, list[tuple[str, Factor]]] = {}
    for row in read("emission_factor"):
        if row["variant"] is not None and row["quality"] != FactorQuality.TEMPLATE:
            factor = factor_rows.plain_factor(row, sources()[row["source"]])
            found.setdefault(row["item"], []).append((row["variant"], factor))
    return {item: tuple(pairs) for item, pairs in found.items()}


@cache
def conversions() -> tuple[ItemConversion, ...]:
    """Return heating values of every set and the densities; templates are left out."""
    fixed = constants()
    found = [factor_rows.fuel_conversion(row, fixed) for row in read("fuel")]
    found.extend(factor_rows.table_conversion(row) for row in read("item_conversion"))
    return tuple(
        row for row in found if row is not None and row.quality is not FactorQuality.TEMPLATE
    )


@cache
def gwp() -> Mapping[str, Mapping[str, Decimal]]:
    """Return GWP100 by set and gas; blends are computed from their composition by mass.

    Returns
    -------
    Mapping[str, Mapping[str, Decimal]]
        Set (SAR, AR4, AR5, AR6) to gas to kg CO2e per kg. A gas without a value in a set, and a
        blend with such a gas, is absent from it.
    """
    pure = [row for row in read("gwp") if row["quality"] != FactorQuality.TEMPLATE]
    blends = [row for row in read("gwp_blend") if row["quality"] != FactorQuality.TEMPLATE]
    found: dict[str, dict[str, Decimal]] = {}
    for name, column in GWP_SETS.items():
        values = {row["id"]: row[column] for row in pure if row[column] is not None}
        mixed = {row["id"]: _blend(row["composition"], values) for row in blends}
        found[name] = values | {gas: value for gas, value in mixed.items() if value is not None}
    return found


def _blend(composition: Mapping[str, str], values: Mapping[str, Decimal]) -> Decimal | None:
    if any(gas not in values for gas in composition):
        return None
    return sum((Decimal(share) * values[gas] for gas, share in composition.items()), Decimal(0))


@cache
def profiles() -> Mapping[str, Row]:
    """Return the method profiles by id."""
    return {row["id"]: row for row in read("profile")}


@cache
def provinces() -> tuple[Row, ...]:
    """Return every province and region of China, Hong Kong, Macao and Taiwan with its aliases."""
    return read("province")


@cache
def grid_regions() -> Mapping[str, tuple[str, ...]]:
    """Return the provinces of each grid region of the notices."""
    found: dict[str, list[str]] = {row["id"]: [] for row in read("grid_region")}
    for row in provinces():
        if row["region"]:
            found[row["region"]].append(row["id"])
    return {region: tuple(codes) for region, codes in found.items()}


@cache
def place_codes() -> Mapping[str, str]:
    """Return the code of each place by every name it goes by, lower case."""
    found: dict[str, str] = {}
    for row in provinces():
        for name in (row["id"], row["name_zh"], row["name_en"], *(row["aliases"] or ())):
            found[name.lower()] = row["id"]
    return found


@cache
def spend_factors() -> Mapping[str, Factor]:
    """Return the spend factor of each item that has one, kg CO2e per USD of the price year.

    They stand apart from `factors`: money is converted and deflated first, see
    `exchange_rates`, `price_index` and `spend_price_year`.
    """
    (edition,) = (row for row in read("factor_set") if row["kind"] == "spend")
    products = {row["id"]: row for row in read("spend_factor")}
    source = sources()[edition["source"]]
    return {
        row["id"]: factor_rows.spend_factor(
            row, products[row["naics"]], edition=edition, source=source
        )
        for row in read("spend_mapping")
    }


@cache
def spend_price_year() -> int:
    """Return the year in whose prices the spend factors are."""
    (edition,) = (row for row in read("factor_set") if row["kind"] == "spend")
    return int(edition["price_year"])


@cache
def exchange_rates() -> Mapping[int, Decimal]:
    """Return CNY per USD by year, average of the year."""
    return {row["year"]: row["value"] for row in read("exchange_rate")}


@cache
def price_index(series: str) -> Mapping[int, Decimal]:
    """Return the change of a price series on the year before, by year.

    Parameters
    ----------
    series : str
        ``CN-PPI``: factory-gate prices of Chinese industry.
    """
    return {row["year"]: row["change"] for row in read("price_index") if row["series"] == series}


@cache
def tce_equivalents() -> Mapping[int, Row]:
    """Return the equivalent value of electricity by year, with its quality.

    Every row is a template until the statistics are read: show it, flagged, and only where a
    rule asks for it.
    """
    return {row["year"]: row for row in read("tce_equivalent")}


@cache
def glossary() -> Mapping[str, Row]:
    """Return the terms of the product in both languages, with standard and clause."""
    return {row["id"]: row for row in read("glossary")}


@cache
def uncertainty_defaults() -> Mapping[str, Decimal]:
    """Return default coefficients of variation: ``activity:1`` to ``5``, ``factor:<class>``."""
    return {row["id"]: row["cv"] for row in read("uncertainty_default")}


@cache
def benchmarks() -> Mapping[str, Row]:
    """Return energy limits, leading levels, power and border-adjustment benchmarks by id."""
    return {row["id"]: row for row in read("benchmark")}


@cache
def calculators() -> Mapping[str, calculation.Calculator]:
    """Return the engineering calculators by id, with ranges and meanings of their quantities."""
    return calculation.calculators(read("calculator"), read("calculator_quantity"), read)


@cache
def engineering_units() -> EngineeringUnits:
    """Return the spellings of engineering units."""
    return EngineeringUnits(read("engineering_unit"))
