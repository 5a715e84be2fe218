"""The reference ledger of 18 rows with the shipped factors, on both engines, to the milligram.

一厂: electricity 100,000 + 1,250 k kWh (k = 0 to 11), natural gas 1,200, 1,350.5 and 980.25 Nm3,
diesel 1.2 and 0.85 t; 二厂: raw coal 125 t; all of 2024.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tanlu.app.inventories import iso_of_scope3
from tanlu.app.references import choose_profile, items_by_id, places, unit_table
from tanlu.catalog import load
from tanlu.compute import calculate, purchased_electricity
from tanlu.factors.compile import compile_book
from tanlu.inventory.greenpower import allocate_green_power
from tanlu.inventory.instrument import Holder, Instrument, InstrumentKind
from tanlu.inventory.ledger import ResidualFactor
from tanlu.inventory.totals import InventoryInputs, take_inventory
from tanlu.kernel.activity import Site
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import Stream
from tanlu.storage import Settings

if TYPE_CHECKING:
    from tanlu.factors.book import Book
    from tanlu.inventory.model import Inventory

KWH = 10**6


def _rows() -> pa.Table:
    rows = [("一厂", "electricity", k + 1, (100_000 + 1_250 * k) * 10**6, "kWh") for k in range(12)]
    gas = (1_200_000_000, 1_350_500_000, 980_250_000)
    rows += [("一厂", "natural_gas", m + 1, u, "Nm3") for m, u in enumerate(gas)]
    rows += [("一厂", "diesel", m, u, "kg") for m, u in ((1, 1_200_000_000), (6, 850_000_000))]
    rows.append(("二厂", "raw_coal", 5, 125_000_000_000, "kg"))
    return pa.table(
        {
            "row_id": [f"r{i}" for i in range(len(rows))],
            "site": [r[0] for r in rows],
            "item": [r[1] for r in rows],
            "ym": pa.array([year_month(2024, r[2]) for r in rows], pa.int32()),
            "qty_u": pa.array([Decimal(r[3]) for r in rows], pa.decimal128(18, 0)),
            "ledger_unit": [r[4] for r in rows],
            "supplier": [""] * len(rows),
            "quality": ["invoiced"] * len(rows),
        }
    )


@pytest.fixture(scope="module")
def book() -> Book:
    settings = Settings(name="", sector="", province="")
    return compile_book(
        load.factors(),
        load.conversions(),
        load.items(),
        units=unit_table(),
        profile=choose_profile(settings, profile="cn-disclosure", gwp="AR6"),
        months=[year_month(2024, m) for m in range(1, 13)],
        sites=[Site("一厂"), Site("二厂")],
        gwp=load.gwp(),
        as_of=date(2026, 6, 30),
        places=places(),
        ledger_units=["kWh", "Nm3", "kg"],
    )


def _residual(book: Book) -> ResidualFactor:
    found = book.find(
        Stream.MARKET,
        "electricity",
        site="一厂",
        supplier="",
        ym=year_month(2024, 1),
        dim=book.units["kWh"],
    )
    assert found is not None
    factor = book.factor(found[0]).factor
    return ResidualFactor(factor.id, factor.gases["CO2"])


def _take(book: Book, engine: str, *instruments: Instrument) -> Inventory:
    rows = _rows()
    ledger = allocate_green_power(
        purchased_electricity(rows, book, engine=engine),
        instruments,
        year=2024,
        residual=_residual(book),
    )
    run = calculate(rows, book, market=ledger.multipliers, engine=engine)
    return take_inventory(
        InventoryInputs(2024, run.summary, items_by_id(), iso_of_scope3(), ledger=ledger)
    )


def _instrument(kind: InstrumentKind, kwh: int, holder: Holder = Holder.SELF) -> Instrument:
    return Instrument(
        f"{kind}-1", kind, "一厂", 2024, None, kwh * KWH, serial=f"{kind}-1", holder=holder
    )


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_scopes_of_the_reference_ledger(book: Book, engine: str) -> None:
    taken = _take(book, engine)

    assert taken.scope2.location.co2e_mg == 680_494_500_000
    assert taken.scope1.co2e_mg == 273_020_306_149
    (gas,) = (p for p in taken.parts if p.item == "natural_gas" and p.scope == 1)
    assert gas.amounts.location.co2e_mg == 7_634_148_138
    assert taken.scope2.market.co2e_mg == 781_812_000_000
    assert taken.coverage.by_status == {"OK": 18}


def test_case_5_in_a_whole_run(book: Book) -> None:
    taken = _take(
        book,
        "duckdb",
        _instrument(InstrumentKind.PPA, 300_000),
        _instrument(InstrumentKind.GEC, 200_000),
    )

    assert taken.scope2.market.co2e_mg == 477_012_000_000
    assert abs(taken.allocation_rounding_mg) <= 1_000 + 6
    assert taken.scope2.location.co2e_mg == 680_494_500_000


def test_case_6_in_a_whole_run(book: Book) -> None:
    taken = _take(
        book,
        "duckdb",
        _instrument(InstrumentKind.PPA, 300_000),
        _instrument(InstrumentKind.GEC, 1_500_000),
    )

    assert taken.scope2.market.co2e_mg == 0
    assert taken.green_power is not None
    assert taken.green_power.surplus_u == 517_500 * KWH


def test_case_7_in_a_whole_run(book: Book) -> None:
    pv = _instrument(InstrumentKind.PV_SELF, 420_000, Holder.THIRD_PARTY)

    taken = _take(book, "duckdb", pv)

    assert taken.scope2.market.co2e_mg == 781_812_000_000 + 256_032_000_000
    assert taken.scope2.location.co2e_mg == 680_494_500_000
