"""The book and the pure row formula against printed factors, and the engine against both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from tanlu.catalog import load, tables
from tanlu.compute import calculate
from tanlu.factors import Book, Profile, compile_book, places_of, row_result
from tanlu.kernel.activity import Site
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import Stream
from tanlu.units.table import UnitTable

CASES = yaml.safe_load(Path(__file__).with_name("ledger.yaml").read_text(encoding="utf-8"))


def book_of(profile: str) -> Book:
    units = UnitTable.from_rows(
        tables.read("unit"), tables.read("unit_alias"), tables.read("unit_prefix")
    )
    return compile_book(
        load.factors() + load.template_factors(),
        load.conversions(),
        load.items(),
        units=units,
        profile=Profile.from_row(load.profiles()[profile]),
        months=[year_month(2024, month) for month in range(1, 13)],
        sites=[Site("plant", "CN-JS")],
        gwp=load.gwp(),
        as_of=date(2026, 6, 30),
        places=places_of(load.provinces()),
    )


@pytest.fixture(scope="module")
def books() -> dict[str, Book]:
    return {name: book_of(name) for name in {case["call"]["profile"] for case in CASES}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_row_formula_reproduces_the_printed_number(
    case: dict[str, Any], books: dict[str, Book]
) -> None:
    call, book = case["call"], books[case["call"]["profile"]]
    results = []
    for item, month, quantity, unit in case["given"]:
        found = book.find(
            Stream(call["stream"]),
            item,
            site="plant",
            supplier="",
            ym=year_month(2024, month),
            dim=book.units[unit],
        )
        assert found is not None
        mg = row_result(int(Decimal(quantity) * 10**6), book.multipliers[found[0], unit])
        assert mg is not None
        assert call.get("note", "") in ("", *book.factor(found[0]).notes)
        results.append(sum(mg.values()) * call.get("repeat", 1))

    expected = case["expect"]
    compared = results if len(expected) > 1 else [sum(results)]
    differences = [abs(a - b) for a, b in zip(compared, expected, strict=True)]
    assert max(differences) <= case["tolerance"]


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_engine_reproduces_it_too(
    case: dict[str, Any], books: dict[str, Book], engine: str
) -> None:
    call = case["call"]
    rows = case["given"] * call.get("repeat", 1)
    table = pa.table(
        {
            "row_id": [f"r{i:05d}" for i in range(len(rows))],
            "site": ["plant"] * len(rows),
            "item": [row[0] for row in rows],
            "ym": pa.array([year_month(2024, row[1]) for row in rows], pa.int32()),
            "ledger_unit": [row[3] for row in rows],
            "qty_u": pa.array([Decimal(row[2]) * 10**6 for row in rows], pa.decimal128(18, 0)),
            "supplier": [""] * len(rows),
        }
    )
    found = calculate(
        table,
        books[call["profile"]],
        engine=engine,
        streams=[Stream(call["stream"])],
        with_rows=False,
    )

    total = sum(row.co2e_mg or 0 for row in found.summary)
    assert abs(total - sum(case["expect"])) <= case["tolerance"]


def test_no_template_is_reachable_from_the_book_of_any_profile() -> None:
    for name in load.profiles():
        qualities = {use.factor.quality.value for use in book_of(name).resolved}
        assert "template" not in qualities


def test_two_large_rows_leave_the_small_one(books: dict[str, Book]) -> None:
    book = books["cn-disclosure"]
    quantities = [None, Decimal(100_000), None]
    table = pa.table(
        {
            "row_id": ["a", "b", "c"],
            "site": ["plant"] * 3,
            "item": ["electricity"] * 3,
            "ym": pa.array([year_month(2024, 1)] * 3, pa.int32()),
            "ledger_unit": ["kWh"] * 3,
            "qty_u": pa.array(quantities, pa.decimal128(18, 0)),
            "supplier": [""] * 3,
        }
    )
    found = calculate(table, book, streams=[Stream.MAIN]).summary

    assert [(row.status.value, row.n, row.qty_u) for row in found] == [
        ("OK", 1, 100_000),
        ("OUT_OF_RANGE", 2, None),
    ]
