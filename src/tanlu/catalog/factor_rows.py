"""Turn rows of the factor tables into `Factor` and `ItemConversion` values, exactly.

Fuel factors are computed here as fractions from heating value, carbon content and oxidation; no
number of a publication stands in this file.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.catalog.schema import exact
from tanlu.factors.model import Factor, FactorQuality, ItemConversion, Level
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    Row = Mapping[str, Any]

_LEVELS = {
    "province": Level.PROVINCE,
    "region": Level.PROVINCE,
    "country": Level.COUNTRY,
    "default": Level.DEFAULT,
}


def fuel_factor(row: Row, source: Row, *, constants: Mapping[str, Fraction]) -> Factor:
    """Return the combustion factor of one fuel of one set.

    Parameters
    ----------
    row : Mapping
        Row of the table `fuel`.
    source : Mapping
        Its row of the table `sources`.
    constants : Mapping[str, Fraction]
        Table `constant`: ``co2_per_c`` and ``mj_per_gj``.

    Returns
    -------
    Factor
        kg of each gas per kg, Nm3 or L.

    Notes
    -----
    ``NCV x CC x OX x 44/12`` where heating value and carbon content are printed; ``NCV x EF``
    where the gas is printed per TJ. The scale of GJ, TJ, t and kg is one thousand each.
    """
    gases: dict[str, Fraction] = {}
    carbon_dioxide = _fuel_co2(row, constants)
    if carbon_dioxide is not None:
        gases["CO2bio" if row["is_biogenic"] else "CO2"] = carbon_dioxide
    for gas in ("ch4", "n2o"):
        if row[f"{gas}_kg_per_tj"] is not None:
            gases[gas.upper()] = _per_tj(row, row[f"{gas}_kg_per_tj"], constants)
    return _factor(row, source, gases=gases, level=Level.DEFAULT, key="", basis="NCV")


def _fuel_co2(row: Row, constants: Mapping[str, Fraction]) -> Fraction | None:
    if row["co2_kg"] is not None:
        return Fraction(row["co2_kg"]) / int(row["quantity"])
    if row["co2_kg_per_tj"] is not None:
        return _per_tj(row, row["co2_kg_per_tj"], constants)
    if row["carbon_tc_per_gj"] is None:
        return None
    carbon = Fraction(row["ncv_gj"]) * Fraction(row["carbon_tc_per_gj"])
    burnt = carbon * Fraction(row["oxidation"]) * constants["co2_per_c"]
    return burnt * constants["kg_per_t"] / int(row["quantity"])


def _per_tj(row: Row, kg_per_tj: object, constants: Mapping[str, Fraction]) -> Fraction:
    per_gj = Fraction(str(kg_per_tj)) / constants["gj_per_tj"]
    return Fraction(row["ncv_gj"]) * per_gj / int(row["quantity"])


def fuel_conversion(row: Row, constants: Mapping[str, Fraction]) -> ItemConversion | None:
    """Return the heating value of one fuel of one set in MJ per kg, Nm3 or L; None without one."""
    if row["ncv_gj"] is None:
        return None
    return ItemConversion(
        item=row["item"],
        factor_set=row["factor_set"],
        from_unit=row["unit"],
        to_unit="MJ",
        value=Fraction(row["ncv_gj"]) * constants["mj_per_gj"] / row["quantity"],
        basis="NCV",
        quality=FactorQuality(row["quality"]),
        source=row["source"],
        locator=row["locator"],
    )


def table_conversion(row: Row) -> ItemConversion:
    """Return a density or another printed conversion."""
    return ItemConversion(
        item=row["item"],
        factor_set=row["factor_set"] or "",
        from_unit=row["from_unit"],
        to_unit=row["to_unit"],
        value=row["value"],
        basis=row["basis"],
        quality=FactorQuality(row["quality"]),
        source=row["source"],
        locator=row["locator"],
    )


def grid_factors(rows: Iterable[Row], sources: Mapping[str, Row]) -> Iterator[Factor]:
    """Yield the scope 2 electricity factors; a national row serves both results.

    Carbon footprint, offset and historical series never become factors: products, baselines
    and old reports read them from the table itself.
    """
    for row in rows:
        if row["use"] != "scope2":
            continue
        shared = dict(row) | {"item": "electricity", "unit": "kWh", "corr_group": row["id"]}
        gases = {row["gas"]: Fraction(row["value"])}
        level = _LEVELS[row["level"]]
        source = sources[row["source"]]
        yield _factor(shared, source, gases=gases, level=level, key=row["key"])
        if level is Level.COUNTRY:
            market = shared | {"id": f"{row['id']}:market", "stream": Stream.MARKET}
            yield _factor(market, source, gases=gases, level=level, key=row["key"])


def plain_factor(row: Row, source: Row) -> Factor:
    """Return a factor printed per unit of activity, from a row of `emission_factor`."""
    gases = {gas: exact(value) for gas, value in row["gases"].items()}
    level = _LEVELS[row["level"]]
    return _factor(
        row, source, gases=gases, level=level, key=row["key"] or "", basis=row["basis"] or ""
    )


def spend_factor(row: Row, product: Row, *, edition: Row, source: Row) -> Factor:
    """Return the spend factor of one item, per unit of money of the edition's price year.

    Parameters
    ----------
    row : Mapping
        Row of `spend_mapping`: which product code stands for the item.
    product : Mapping
        That product's row of `spend_factor`.
    edition : Mapping
        Row of `factor_set`: currency and price year.
    source : Mapping
        Its row of `sources`.
    """
    values = {
        "id": f"{edition['id']}:{row['id']}",
        "version": 1,
        "factor_set": edition["id"],
        "item": row["id"],
        "data_year": edition["price_year"],
        "unit": edition["currency"],
        "quality": FactorQuality.VERIFIED,
        "source": edition["source"],
        "locator": f"NAICS {product['id']}, with margins",
        "note_zh": row["note_zh"],
        "note_en": row["note_en"],
    }
    gases = {"CO2e": Fraction(product["with_margins"])}
    return _factor(values, source, gases=gases, level=Level.DEFAULT, key="")


def _factor(
    row: Row,
    source: Row,
    *,
    gases: Mapping[str, Fraction],
    level: Level,
    key: str,
    basis: str = "",
) -> Factor:
    published: date | None = row.get("published")
    return Factor(
        id=row["id"],
        version=row["version"],
        factor_set=row["factor_set"],
        item=row["item"],
        level=level,
        key=key,
        definition=row.get("definition") or "",
        stream=row.get("stream") or Stream.MAIN,
        data_year=row["data_year"],
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
        unit=row["unit"],
        gases=gases,
        quality=FactorQuality(row["quality"]),
        gsd=None,
        corr_group=row.get("corr_group") or "",
        basis=basis,
        source=row["source"],
        locator=row["locator"],
        document_no=row.get("document_no") or source["document_no"],
        published=published,
        note_zh=row["note_zh"] or "",
        note_en=row["note_en"] or "",
    )
