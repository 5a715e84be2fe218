"""The engine equals the pure row formula, in any order of rows and any partition of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tanlu.catalog import load, tables
from tanlu.compute import calculate
from tanlu.factors import Book, Profile, compile_book, places_of, row_result
from tanlu.kernel.activity import Site
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import RowStatus, Stream
from tanlu.units.table import UnitTable

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[str, str, int, int | None, str]

rows = st.lists(
    st.tuples(
        st.sampled_from(["plant", "works", "unknown"]),
        st.sampled_from(["electricity", "diesel", "raw_coal", "natural_gas", "heat", "nothing"]),
        st.integers(1, 12),
        st.one_of(st.none(), st.integers(-(10**18) + 1, 10**18 - 1), st.integers(-999, 999)),
        st.sampled_from(["kWh", "kg", "L", "MJ", "Nm3", "zz"]),
    ),
    min_size=1,
    max_size=40,
)


@cache
def book() -> Book:
    units = UnitTable.from_rows(
        tables.read("unit"), tables.read("unit_alias"), tables.read("unit_prefix")
    )
    return compile_book(
        load.factors(),
        load.conversions(),
        load.items(),
        units=units,
        profile=Profile.from_row(load.profiles()["cn-disclosure-province"]),
        months=[year_month(2024, month) for month in range(1, 13)],
        sites=[Site("plant", "CN-JS"), Site("works", "CN-TJ")],
        gwp=load.gwp(),
        as_of=date(2026, 6, 30),
        places=places_of(load.provinces()),
    )


def table_of(listed: Sequence[Row]) -> pa.Table:
    quantities = [None if row[3] is None else Decimal(row[3]) for row in listed]
    return pa.table(
        {
            "row_id": pa.array([f"r{i:05d}" for i in range(len(listed))], pa.string()),
            "site": pa.array([row[0] for row in listed], pa.string()),
            "item": pa.array([row[1] for row in listed], pa.string()),
            "ym": pa.array([year_month(2024, row[2]) for row in listed], pa.int32()),
            "ledger_unit": pa.array([row[4] for row in listed], pa.string()),
            "qty_u": pa.array(quantities, pa.decimal128(18, 0)),
            "supplier": pa.array([""] * len(listed), pa.string()),
        }
    )


def formula(row: Row) -> tuple[str, int | None]:
    """Return status and result of one row without any engine."""
    site, item, month, quantity, unit = row
    known = book()
    if unit not in known.units:
        return RowStatus.UNKNOWN_UNIT, None
    if item not in known.items:
        return RowStatus.UNKNOWN_ITEM, None
    if site not in known.places:
        return RowStatus.UNKNOWN_SITE, None
    ym, dims = year_month(2024, month), sorted(set(known.units.values()))
    by_dim = {
        dim: known.find(Stream.MAIN, item, site=site, supplier="", ym=ym, dim=dim) for dim in dims
    }
    found = by_dim[known.units[unit]]
    if found is None:
        return (RowStatus.DIM_MISMATCH if any(by_dim.values()) else RowStatus.NO_FACTOR), None
    mg = row_result(quantity, known.multipliers.get((found[0], unit)))
    return (RowStatus.OUT_OF_RANGE, None) if mg is None else (RowStatus.OK, sum(mg.values()))


@settings(max_examples=25, deadline=None)
@given(listed=rows)
def test_every_engine_equals_the_row_formula_to_the_milligram(listed: list[Row]) -> None:
    small = [row for row in listed if row[3] is None or abs(row[3]) < 10**16]
    if not small:
        return
    expected = [formula(row) for row in small]
    for engine in ("duckdb", "polars"):
        found = calculate(table_of(small), book(), engine=engine, streams=[Stream.MAIN]).rows
        assert found is not None
        got = list(zip(found["status"].to_pylist(), found["co2e_mg"].to_pylist(), strict=True))
        assert got == expected


@settings(max_examples=25, deadline=None)
@given(row=rows.map(lambda listed: listed[0]))
def test_a_single_row_of_any_size_equals_the_row_formula(row: Row) -> None:
    found = calculate(table_of([row]), book(), streams=[Stream.MAIN]).rows

    assert found is not None
    got = (found["status"].to_pylist()[0], found["co2e_mg"].to_pylist()[0])
    assert got == formula(row)


@settings(max_examples=12, deadline=None)
@given(listed=rows, data=st.data())
def test_the_order_of_rows_does_not_show(listed: list[Row], data: st.DataObject) -> None:
    small = [row for row in listed if row[3] is None or abs(row[3]) < 10**16] or listed[:1]
    shuffled = data.draw(st.permutations(small))
    engines = data.draw(st.sampled_from([("duckdb", "polars"), ("polars", "duckdb")]))

    first = calculate(table_of(small), book(), engine=engines[0], with_rows=False)
    second = calculate(table_of(shuffled), book(), engine=engines[1], with_rows=False)
    assert first.hash == second.hash


@settings(max_examples=12, deadline=None)
@given(listed=rows, cut=st.integers(0, 40))
def test_any_partition_of_the_rows_gives_the_same_totals(listed: list[Row], cut: int) -> None:
    small = [row for row in listed if row[3] is None or abs(row[3]) < 10**16] or listed[:1]
    table = table_of(small)
    parts = [table.slice(0, cut), table.slice(cut)]
    whole = calculate(table, book(), with_rows=False).summary
    split = [row for part in parts for row in calculate(part, book(), with_rows=False).summary]

    for stream in Stream:
        totals = [
            (
                sum(row.n for row in summary if row.stream is stream),
                sum(row.co2e_mg or 0 for row in summary if row.stream is stream),
                sum(row.qty_u or 0 for row in summary if row.stream is stream),
            )
            for summary in (whole, split)
        ]
        assert totals[0] == totals[1]


@settings(max_examples=12, deadline=None)
@given(listed=rows)
def test_gases_add_up_to_co2e(listed: list[Row]) -> None:
    small = [row for row in listed if row[3] is None or abs(row[3]) < 10**16] or listed[:1]
    for row in calculate(table_of(small), book(), with_rows=False).summary:
        assert (row.co2e_mg is None) == (row.status is not RowStatus.OK)
        assert sum(row.gases_mg.values()) == (row.co2e_mg or 0)
