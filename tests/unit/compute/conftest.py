"""Ledgers as tables, and the book of the shipped catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tanlu.catalog import load, tables
from tanlu.factors import Book, Profile, compile_book, places_of
from tanlu.factors.model import Factor, FactorQuality, Level
from tanlu.kernel.activity import Site
from tanlu.kernel.periods import year_month
from tanlu.units.table import UnitTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = tuple[str, str, int, int | None, str]
SITES = (Site("first", "CN-JS"), Site("second", "CN-TJ"), Site("third", "CN-XZ"))


@pytest.fixture(scope="session")
def units() -> UnitTable:
    return UnitTable.from_rows(
        tables.read("unit"), tables.read("unit_alias"), tables.read("unit_prefix")
    )


@pytest.fixture(scope="session")
def compile_with(units: UnitTable) -> Callable[..., Book]:
    """Return a function that compiles the shipped catalogue, with more factors or without some."""

    def compiled(
        *more: Factor, without: Sequence[str] = (), profile: str = "cn-disclosure-province"
    ) -> Book:
        kept = [f for f in load.factors() if f.id not in without]
        return compile_book(
            [*kept, *more],
            load.conversions(),
            load.items(),
            units=units,
            profile=Profile.from_row(load.profiles()[profile]),
            months=[year_month(2024, month) for month in range(1, 13)],
            sites=SITES,
            gwp=load.gwp(),
            as_of=date(2026, 6, 30),
            places=places_of(load.provinces()),
        )

    return compiled


@pytest.fixture(scope="session")
def book(compile_with: Callable[..., Book]) -> Book:
    return compile_with()


@pytest.fixture(scope="session")
def supplier_factor() -> Factor:
    """Return a factor that a supplier of electricity states for its power."""
    row = next(f for f in load.factors() if f.item == "electricity" and f.level is Level.COUNTRY)
    return replace(
        row,
        id="own:power",
        level=Level.SUPPLIER,
        key="green power ltd",
        quality=FactorQuality.USER,
        gases={"CO2": Fraction(1, 10)},
    )


@pytest.fixture(scope="session")
def ledger() -> Callable[..., pa.Table]:
    """Return a function that makes activity rows: (site, item, month, millionths, unit)."""

    def made(rows: Sequence[Row], **columns: Any) -> pa.Table:
        site, item, month, quantity, unit = zip(*rows, strict=True) if rows else ((),) * 5
        n = len(rows)
        decimals = [None if q is None else Decimal(q) for q in quantity]
        return pa.table(
            {
                "row_id": pa.array([f"r{i:06d}" for i in range(n)], pa.string()),
                "site": pa.array(site, pa.string()),
                "item": pa.array(item, pa.string()),
                "ym": pa.array([year_month(2024, m) for m in month], pa.int32()),
                "ledger_unit": pa.array(unit, pa.string()),
                "qty_u": pa.array(decimals, pa.decimal128(18, 0)),
                "supplier": pa.array(columns.get("supplier", [""] * n), pa.string()),
                "quality": pa.array(columns.get("quality", ["metered"] * n), pa.string()),
                "cell": pa.array([f"B{i + 2}" for i in range(n)], pa.string()),
            }
        )

    return made
