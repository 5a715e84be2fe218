"""Bytes that are hashed have one spelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanlu.kernel.activity import ActivityRow, RowOp, SourceCell
from tanlu.storage import canonical, segment

if TYPE_CHECKING:
    from tests.unit.storage.ledger_maker import LedgerMaker


def test_json_is_sorted_compact_and_keeps_chinese() -> None:
    value = {
        "b": [Decimal("1.50"), Fraction(1, 3)],
        "a": {"名": None, "x": True},
        "c": date(2024, 1, 2),
    }

    text = canonical.canonical_json(value)

    expected = '{"a":{"x":true,"名":null},"b":["1.50","1/3"],"c":"2024-01-02"}'
    assert text == expected.encode()


@pytest.mark.parametrize("value", [1.5, {"a": [2.0]}, {1: "a"}, {"a": {1, 2}}, b"x"])
def test_json_refuses_what_has_no_one_spelling(value: object) -> None:
    with pytest.raises(TypeError):
        canonical.canonical_json(value)


def test_times_are_written_in_utc_and_need_a_zone() -> None:
    china = datetime(2025, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))

    assert canonical.instant(china) == "2025-01-01T00:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        canonical.instant(china.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.500", "1.5"), ("-0.000", "0"), ("1E+3", "1000"), ("1E-9", "0.000000001"), ("100", "100")],
)
def test_decimals_are_plain(value: str, text: str) -> None:
    assert canonical.plain_decimal(Decimal(value)) == text


def test_a_row_has_the_documented_line(maker: LedgerMaker) -> None:
    row = maker.row("a" * 64, 1, site="一|厂", voucher="V\n1", op=RowOp.CORRECT, version=3)

    (line,) = canonical.row_lines(segment.from_rows([row], "b")).to_pylist()

    assert line == (
        "aaaaaaaaaaaaaaaa-1|correct|aaaaaaaaaaaaaaaa-1@2|一\\p厂|electricity|2024-02-01|2024-02-29"
        "|500|kWh|V\\n1||D3"
    )


def test_the_hash_does_not_depend_on_order_or_batch(maker: LedgerMaker) -> None:
    rows = [maker.row("a" * 64, n) for n in range(7)]

    one = canonical.rows_hash(segment.from_rows(rows, "b1"))
    other = canonical.rows_hash(segment.from_rows(rows[::-1], "b2"))

    assert one == other


def test_same_data_is_told_from_the_place_it_stood(maker: LedgerMaker) -> None:
    rows = [maker.row("a" * 64, n) for n in range(3)]
    moved = [
        replace(row, row_id=row.row_id + "x", source=SourceCell("b", "b" * 64, "s", "Z9"))
        for row in rows
    ]
    other = [replace(rows[0], voucher="else"), *rows[1:]]

    hashes = [
        canonical.same_data_hash(segment.from_rows(some, "b")) for some in (rows, moved, other)
    ]

    assert hashes[0] == hashes[1] != hashes[2]


def test_the_spelling_of_a_fixed_row_never_changes() -> None:
    row = ActivityRow(
        row_id="r1",
        site="S",
        item="diesel",
        ym=24289,
        first_day=date(2024, 1, 1),
        last_day=date(2024, 1, 31),
        quantity=Decimal("12.5"),
        unit="t",
        ledger_unit="kg",
        qty_u=12_500_000_000,
        source=SourceCell("f.csv", "0" * 64, "", "C2"),
    )

    digest = canonical.rows_hash(segment.from_rows([row], "b"))

    assert digest == canonical.sha256_of([b"r1|new||S|diesel|2024-01-01|2024-01-31|12500|kg|||C2"])


_TEXT = st.text(alphabet=st.sampled_from("a|\\\n\rp一 "), max_size=6)


@given(
    texts=st.tuples(_TEXT, _TEXT, _TEXT, _TEXT),
    quantity=st.decimals(min_value=-(10**12), max_value=10**12, places=9),
    qty_u=st.none() | st.integers(-(10**17), 10**17),
    op=st.sampled_from(list(RowOp)),
)
def test_columns_and_rows_are_spelled_alike(
    texts: tuple[str, str, str, str], quantity: Decimal, qty_u: int | None, op: RowOp
) -> None:
    row = ActivityRow(
        row_id=texts[0],
        site=texts[1],
        item="x",
        ym=24289,
        first_day=date(2024, 1, 1),
        last_day=date(2024, 1, 31),
        quantity=quantity,
        unit=texts[2],
        ledger_unit="kWh",
        qty_u=qty_u,
        source=SourceCell("f", "0" * 64, texts[3], "C2"),
        op=op,
        version=2,
    )
    table = segment.from_rows([row], "b")

    (line,) = canonical.row_lines(table).to_pylist()

    assert line == canonical.row_line(table.to_pylist()[0])
    assert line.count("|") == 11
    assert "\n" not in line


def test_rows_come_back_as_they_went_in(maker: LedgerMaker) -> None:
    rows = tuple(maker.row("a" * 64, n, qty_u=None if n == 2 else n) for n in range(4))

    assert segment.to_rows(segment.from_rows(rows, "b")) == rows


def test_digits_beyond_nine_decimals_are_rounded_half_up(maker: LedgerMaker) -> None:
    rows = [maker.row("a" * 64, 0, quantity=Decimal(text)) for text in ("0.1234567895", "-2E-10")]

    back = segment.to_rows(segment.from_rows(rows, "b"))

    assert [row.quantity for row in back] == [Decimal("0.123456790"), Decimal(0)]


def test_utc_is_written_with_z() -> None:
    assert canonical.instant(datetime(2025, 1, 1, tzinfo=UTC)) == "2025-01-01T00:00:00Z"
