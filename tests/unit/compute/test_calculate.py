"""Rows to milligrams: statuses, streams, suppliers, contracts, overflow, both engines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tanlu.compute import (
    Limits,
    calculate,
    purchased_electricity,
    rows_of,
    uncertainty_groups,
    write_rows,
)
from tanlu.compute.pipeline import Source
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import RowStatus, Stream

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.factors import Book
    from tanlu.factors.model import Factor

ENGINES = pytest.mark.parametrize("engine", ["duckdb", "polars"])
KWH = 10**6
Ledger = Callable[..., pa.Table]

MIXED = [
    ("first", "electricity", 1, 100_000 * KWH, "kWh"),
    ("second", "electricity", 1, 50_000 * KWH, "kWh"),
    ("first", "diesel", 1, 1_200 * KWH, "kg"),
    ("first", "diesel", 2, 850 * KWH, "zz"),
    ("first", "unheard of", 2, 850 * KWH, "kg"),
    ("nowhere", "diesel", 2, 850 * KWH, "kg"),
    ("nowhere", "unheard of", 2, 850 * KWH, "zz"),
    ("first", "electricity", 2, 850 * KWH, "kg"),
    ("first", "self_generated_electricity", 2, 1 * KWH, "kWh"),
    ("first", "diesel", 3, None, "kg"),
    ("first", "diesel", 3, 999_999_999_999_999_999, "kg"),
    ("first", "electricity", 3, -3 * KWH, "kWh"),
]


@ENGINES
def test_each_row_has_the_first_status_that_applies(
    book: Book, ledger: Ledger, engine: str
) -> None:
    found = calculate(ledger(MIXED), book, engine=engine, streams=[Stream.MAIN]).rows

    assert found is not None
    assert found["status"].to_pylist() == [
        "OK",
        "OK",
        "OK",
        "UNKNOWN_UNIT",
        "UNKNOWN_ITEM",
        "UNKNOWN_SITE",
        "UNKNOWN_UNIT",
        "DIM_MISMATCH",
        "NO_FACTOR",
        "OUT_OF_RANGE",
        "OK",
        "OK",
    ]
    assert found["co2e_mg"].to_pylist()[3:10] == [None] * 7


@ENGINES
def test_provincial_factors_follow_the_site(book: Book, ledger: Ledger, engine: str) -> None:
    found = calculate(ledger(MIXED[:2]), book, engine=engine, streams=[Stream.MAIN])

    assert [(row.site, row.co2e_mg) for row in found.summary] == [
        ("first", 58_270_000_000),
        ("second", 33_980_000_000),
    ]


def test_both_engines_give_one_hash_whatever_the_order_of_rows(book: Book, ledger: Ledger) -> None:
    table = ledger(MIXED)
    backward = table.take(pa.array(range(len(MIXED) - 1, -1, -1)))
    hashes = {
        calculate(rows, book, engine=engine, with_rows=False).hash
        for rows in (table, backward)
        for engine in ("duckdb", "polars")
    }

    assert len(hashes) == 1


@ENGINES
def test_a_negative_row_rounds_by_the_same_floor(book: Book, ledger: Ledger, engine: str) -> None:
    rows = [("first", "heat", 1, quantity, "MJ") for quantity in (50, -50, 45, -45)]
    found = calculate(ledger(rows), book, engine=engine, streams=[Stream.MAIN]).rows

    assert found is not None
    assert found["co2e_mg"].to_pylist() == [6, -5, 5, -5]


@ENGINES
def test_a_factor_that_is_gone_leaves_its_rows_without_result(
    compile_with: Callable[..., Book], ledger: Ledger, engine: str
) -> None:
    rows = ledger([("first", "diesel", 1, KWH, "kg"), ("first", "diesel", 2, KWH, "kg")])
    gone = compile_with(without=["CN24:diesel"])
    found = calculate(rows, gone, engine=engine, streams=[Stream.MAIN])

    assert [(row.status, row.n, row.co2e_mg) for row in found.summary] == [
        (RowStatus.NO_FACTOR, 1, None),
        (RowStatus.NO_FACTOR, 1, None),
    ]
    assert found.n_rows == 2


@ENGINES
def test_a_suppliers_own_factor_beats_the_grid(
    compile_with: Callable[..., Book], ledger: Ledger, supplier_factor: Factor, engine: str
) -> None:
    rows = [("first", "electricity", 1, 10 * KWH, "kWh")] * 2
    table = ledger(rows, supplier=["green power ltd", "somebody else"])
    book = compile_with(supplier_factor)
    found = calculate(table, book, engine=engine, streams=[Stream.MAIN]).rows

    assert found is not None
    assert found["co2e_mg"].to_pylist() == [1_000_000, 5_827_000]


@ENGINES
def test_a_blended_multiplier_replaces_the_residual_factor_of_its_month(
    book: Book, ledger: Ledger, engine: str
) -> None:
    rows = [("first", "electricity", month, 10 * KWH, "kWh") for month in (1, 2)]
    market: dict[tuple[str, int], Decimal] = {("first", year_month(2024, 1)): Decimal("0.25")}
    found = calculate(ledger(rows), book, market=market, engine=engine)

    by_stream = {s: [r for r in found.summary if r.stream is s] for s in Stream}
    assert [row.co2e_mg for row in by_stream[Stream.MARKET]] == [2_500_000, 6_096_000]
    assert next(row.rid for row in by_stream[Stream.MARKET]) == 0
    assert [row.co2e_mg for row in by_stream[Stream.MAIN]] == [5_827_000] * 2


@ENGINES
def test_only_power_is_market_based_and_only_energy_has_an_upstream(
    book: Book, ledger: Ledger, engine: str
) -> None:
    found = calculate(ledger(MIXED), book, engine=engine).summary
    items = {s: {row.item for row in found if row.stream is s} for s in Stream}

    assert items[Stream.MARKET] == {"electricity"}
    assert items[Stream.UPSTREAM] == {"electricity", "diesel"}
    assert sum(row.n for row in found if row.stream is Stream.MAIN) == len(MIXED)


@ENGINES
def test_a_lagging_factor_is_told_and_an_unused_one_is_not(
    book: Book, ledger: Ledger, engine: str
) -> None:
    power = calculate(ledger(MIXED[:1]), book, engine=engine)
    diesel = calculate(ledger(MIXED[2:3]), book, engine=engine)
    lag = {f.facts["stream"] for f in power.findings if f.code == "FACTOR_YEAR_LAG"}

    assert lag == {"main", "market"}
    assert not any(f.code == "FACTOR_YEAR_LAG" for f in diesel.findings)


@ENGINES
def test_a_sum_beyond_int64_is_refused(book: Book, ledger: Ledger, engine: str) -> None:
    rows = [("first", "diesel", 1, 999_999_999_999_999_999, "kg")] * 4

    with pytest.raises(TanluError) as caught:
        calculate(ledger(rows), book, engine=engine, with_rows=False)
    assert caught.value.code == "compute.overflow"


@ENGINES
def test_purchased_power_is_exact_and_in_kwh(book: Book, ledger: Ledger, engine: str) -> None:
    rows = [("first", "electricity", 1, 100_000, "kWh")] * 10_000
    more = [("first", "electricity", 1, 3_600_000, "MJ"), ("second", "diesel", 1, 5, "kg")]
    found = purchased_electricity(ledger(rows + more), book, engine=engine)

    assert found == {("first", year_month(2024, 1)): 1_001 * KWH}


@ENGINES
def test_missing_quantities_are_unknown_and_never_zero(
    book: Book, ledger: Ledger, engine: str
) -> None:
    rows = [("first", "diesel", 1, None, "kg")] * 2
    found = calculate(ledger(rows), book, engine=engine, streams=[Stream.MAIN]).summary

    assert [(row.n, row.qty_u, row.co2e_mg) for row in found] == [(2, None, None)]


@ENGINES
def test_an_empty_ledger_has_no_rows(book: Book, ledger: Ledger, engine: str) -> None:
    found = calculate(ledger([]), book, engine=engine)

    assert (found.n_rows, found.summary) == (0, ())


@ENGINES
def test_rows_of_another_year_are_left_alone(book: Book, ledger: Ledger, engine: str) -> None:
    table = ledger([("first", "diesel", 1, KWH, "kg"), ("first", "diesel", 1, KWH, "kg")])
    moved = table.set_column(3, "ym", pa.array([year_month(2023, 1), year_month(2024, 1)]))
    found = calculate(moved, book, engine=engine, streams=[Stream.MAIN])

    assert found.n_rows == 1


@ENGINES
def test_segments_give_what_one_table_gives(
    book: Book, ledger: Ledger, engine: str, tmp_path: Path
) -> None:
    table = ledger(MIXED)
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(table.slice(0, 5), paths[0])
    pq.write_table(table.slice(5), paths[1])

    whole = calculate(table, book, engine=engine)
    parts = calculate(paths, book, engine=engine, limits=Limits(threads=1, memory="1GB"))
    assert whole.hash == parts.hash


@ENGINES
def test_written_rows_are_the_collected_rows(
    book: Book, ledger: Ledger, engine: str, tmp_path: Path
) -> None:
    found = calculate(ledger(MIXED), book, engine=engine)

    written = write_rows(found.source, tmp_path / "rows.parquet")
    assert found.rows is not None
    assert written == found.rows.num_rows
    order = [("stream", "ascending"), ("row_id", "ascending")]
    assert pq.read_table(tmp_path / "rows.parquet").sort_by(order).equals(found.rows.sort_by(order))


def test_equal_ledgers_give_equal_files_in_the_order_of_the_ledger(
    book: Book, ledger: Ledger, tmp_path: Path
) -> None:
    rows = [("first", "diesel", 1 + i % 12, i, "kg") for i in range(300_000)]
    source = Source([tmp_path / "ledger.parquet"], book, (Stream.MAIN,))
    pq.write_table(ledger(rows), tmp_path / "ledger.parquet", row_group_size=20_000)
    for name in ("one.parquet", "two.parquet"):
        write_rows(source, tmp_path / name)

    first, second = (tmp_path / name for name in ("one.parquet", "two.parquet"))
    assert first.read_bytes() == second.read_bytes()
    ids = pq.read_table(first)["row_id"].to_pylist()
    assert ids == [f"r{i:06d}" for i in range(300_000)]


@ENGINES
def test_the_rows_behind_a_figure_keep_their_cell(book: Book, ledger: Ledger, engine: str) -> None:
    found = calculate(ledger(MIXED), book, engine=engine)
    behind = rows_of(found, site="first", item="diesel", status="OK", limit=1)

    assert behind["cell"].to_pylist() == ["B4"]
    assert behind["co2e_mg"].to_pylist() == [3_774_146_992]


@ENGINES
def test_few_or_large_rows_are_drawn_one_by_one(book: Book, ledger: Ledger, engine: str) -> None:
    small = [("first", "electricity", 1, KWH * 1_000, "kWh")] * 40
    large = [("first", "electricity", 1, KWH * 100_000, "kWh")]
    few = [("first", "diesel", 1, KWH * 1_000, "kg")] * 2
    quality = ["metered"] * 41 + ["estimated", "unheard of"]
    groups = uncertainty_groups(
        ledger(small + large + few, quality=quality),
        book,
        relative_by_quality={"": 0.2, "metered": 0.02, "estimated": 0.1},
        engine=engine,
    )
    by_item: dict[str, Any] = {group.item: group for group in groups}

    assert by_item["diesel"].single_u == (0.1, 0.2)
    assert by_item["diesel"].variance_t2 == 0
    power = by_item["electricity"]
    assert power.n == 41
    assert power.single_t == pytest.approx((58.27,))
    assert power.variance_t2 == pytest.approx(40 * (0.5827 * 0.02) ** 2)
    assert power.total_t == pytest.approx(140 * 0.5827)


def test_an_unknown_engine_is_refused(book: Book, ledger: Ledger) -> None:
    with pytest.raises(TanluError) as caught:
        calculate(ledger([]), book, engine="abacus")

    assert caught.value.code == "compute.unknown-engine"


def test_the_engine_reaches_no_other_file(tmp_path: Path, ledger: Ledger) -> None:
    from tanlu.compute.duckdb_engine import DuckDbEngine  # noqa: PLC0415

    mine, other = tmp_path / "mine.parquet", tmp_path / "other.csv"
    pq.write_table(ledger(MIXED), mine)
    other.write_text("secret\n1\n")
    with DuckDbEngine(Limits()) as run:
        frame = run.scan([mine])
        assert run.collect(frame).num_rows == len(MIXED)
        with pytest.raises(Exception, match="disabled by configuration"):
            run._connection.read_csv(str(other))  # noqa: SLF001
