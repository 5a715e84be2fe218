"""What holds for every import: no row is lost, order and layout do not matter."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tanlu.catalog import tables
from tanlu.ingest.model import ImportContext, import_context
from tanlu.ingest.parse import parse_file
from tanlu.ingest.sheets.body import Body
from tanlu.ingest.sheets.draft import Draft, activity_rows
from tanlu.ingest.sheets.line import Lines
from tanlu.ingest.sheets.place import Place
from tanlu.ingest.vocabulary import Vocabulary
from tanlu.ingest.workbook.grid import Grid
from tanlu.kernel.periods import Period
from tanlu.units.table import ParsedUnit, UnitOutcome

if TYPE_CHECKING:
    from decimal import Decimal

    from tanlu.ingest.model import ParsedFile

HEAD = ["期间", "厂区", "活动", "数量", "单位", "凭证号"]
QUICK = settings(max_examples=50, deadline=None)

QUANTITIES = st.one_of(
    st.decimals(0, 10**9, places=3, allow_nan=False).map(str),
    st.sampled_from(["", "-", "x", "1,234", "约5", "-3", "1e400", "一百", "12,34"]),
)
UNITS = st.sampled_from(["kWh", "万kWh", "吨", "Nm³", "kWn", "", "mWh"])
ROWS = st.tuples(
    st.sampled_from(["2024-01", "2024年2月", "2024Q1", "3月", "民國113年4月", "2024-13", ""]),
    st.sampled_from(["一厂", "二厂", ""]),
    st.sampled_from(["外购电力", "天然气", "柴油", "什么", ""]),
    QUANTITIES,
    UNITS,
)


@cache
def context() -> ImportContext:
    return import_context(tables.read, tables.shipped().columns, today=date(2026, 6, 30))


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(context())


def parsed(rows: list[list[str]], head: list[str] | None = None) -> ParsedFile:
    text = io.StringIO()
    csv.writer(text).writerows([head or HEAD, *rows])
    return parse_file(text.getvalue().encode(), "a.csv", context=context())


def totals(file: ParsedFile) -> dict[tuple[str, str, int, str], int]:
    found: dict[tuple[str, str, int, str], int] = defaultdict(int)
    for row in file.rows:
        found[row.site, row.item, row.ym, row.ledger_unit] += row.qty_u or 0
    return dict(found)


@QUICK
@given(st.lists(ROWS, min_size=1, max_size=12))
def test_every_row_goes_to_exactly_one_place(rows: list[tuple[str, ...]]) -> None:
    numbered = [[*row, f"V{index}"] for index, row in enumerate(rows)]

    file = parsed(numbered)

    (sheet,) = file.sheets
    parts = sheet.accepted + sheet.quarantined + sheet.duplicates + sheet.excluded
    assert sheet.rows_in == len(rows) == parts
    assert len(file.quarantine) == sheet.quarantined + sheet.duplicates
    assert all(row.findings for row in file.quarantine)


@QUICK
@given(st.lists(ROWS, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, ...]], random: object) -> None:
    numbered = [[*row, f"V{index}"] for index, row in enumerate(rows)]
    shuffled = list(numbered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random of hypothesis

    assert totals(parsed(numbered)) == totals(parsed(shuffled))


@QUICK
@given(st.lists(st.integers(1, 10**9), min_size=3, max_size=12))
def test_long_and_wide_give_the_same_rows(values: list[int]) -> None:
    long = [
        [f"2024-{month:02d}", "A厂", "电", str(value), "kWh", ""]
        for month, value in enumerate(values, 1)
    ]
    months = [f"2024年{month}月" for month in range(1, len(values) + 1)]
    wide = [["A厂", "电", "kWh", *map(str, values)]]

    assert totals(parsed(wide, ["厂区", "活动", "单位", *months])) == totals(parsed(long))


@QUICK
@given(
    st.decimals(0, 10**6, places=4, allow_nan=False),
    st.dates(date(2020, 1, 1), date(2025, 1, 1)),
    st.integers(0, 800),
    st.sampled_from([1, 1000, 10000]),
)
def test_parts_of_a_split_period_sum_exactly(
    quantity: Decimal, first: date, days: int, scale: int
) -> None:
    unit = ParsedUnit("u", UnitOutcome.OK, unit="kWh", ledger_unit="kWh", scale=Fraction(scale))
    period = Period(first, date.fromordinal(first.toordinal() + days))
    place = Place("f", "h", Grid("s"), vocabulary())
    lines = Lines(place, Body(place.grid), (), {})
    draft = Draft(lines, 1, 1, "A", "electricity", period, quantity, unit)

    rows = activity_rows(draft)

    assert sum(row.qty_u or 0 for row in rows) == quantity * scale * 10**6
    assert sum(row.quantity for row in rows) == quantity
    assert len({row.row_id for row in rows}) == len(rows)
