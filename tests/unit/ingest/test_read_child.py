"""The child process: what it answers, and what its death becomes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tanlu.ingest import shipped
from tanlu.ingest.model import ImportContext, ParsedFile
from tanlu.ingest.read import limits_for, read_file, run_child
from tanlu.ingest.wire import decode, decode_table, encode, encode_table
from tanlu.kernel.activity import ActivityRow, QuarantinedRow, RowKind, Site, SourceCell
from tanlu.kernel.findings import Finding, Outcome

Make = Callable[..., ImportContext]
Read = Callable[..., ParsedFile]

TABLE = "期间,厂区,活动,数量,单位\n2024-01,A厂,电,1.5,万kWh\n2024-02,A厂,电,x,kWh\n"


def test_the_child_answers_what_the_parser_does(context: Make, read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE, encoding="utf-8")

    assert read_file(path, context=context()) == read(path.read_bytes(), "a.csv")


@pytest.mark.parametrize(
    "value",
    [
        None, True, 7, "x", Decimal("0.10"), Fraction(1, 3), date(2024, 2, 29),
        datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
        RowKind.EXPORT, Site("A", "CN-JS"),
        Finding("X", Outcome.ASK, "f", "s", "A1", {"found": "1"}),
        (1, ("a", None)), {"a": {"b": 1}},
    ],
)  # fmt: skip
def test_values_come_back_from_the_wire_as_they_went(value: object) -> None:
    assert decode(json.loads(json.dumps(encode(value)))) == value


def row_of(number: int, quantity: str, qty_u: int | None) -> ActivityRow:
    return ActivityRow(
        row_id=f"id{number}",
        site="A厂",
        item="electricity",
        ym=24289,
        first_day=date(2024, 1, 1),
        last_day=date(2024, 1, 31),
        quantity=Decimal(quantity),
        unit="千瓦时",
        ledger_unit="kWh",
        qty_u=qty_u,
        source=SourceCell("a.csv", "h", "", f"D{number}"),
        kind=RowKind.EXPORT if number % 2 else RowKind.NORMAL,
        voucher="V" if number % 3 else "",
    )


def test_a_table_of_rows_comes_back_from_the_wire_to_the_digit() -> None:
    rows = [row_of(1, "1.0", 10**6), row_of(2, "1.00", None), row_of(3, "1E+3", 10**9)]

    back = list(decode_table(json.loads(json.dumps(encode_table(rows)))))

    assert back == rows
    assert [str(row.quantity) for row in back] == ["1.0", "1.00", "1E+3"]


def test_a_table_of_refused_rows_comes_back_with_its_findings() -> None:
    finding = Finding("X", Outcome.ASK, "f", "", "A1", {"found": "1"})
    rows = [
        QuarantinedRow(SourceCell("f", "h", "", "D2"), {"数量": "x"}, (finding,)),
        QuarantinedRow(SourceCell("f", "h", "", "D3"), {}, ()),
    ]

    assert list(decode_table(json.loads(json.dumps(encode_table(rows))))) == rows


def test_a_larger_file_may_take_longer_but_no_more_memory() -> None:
    limits = shipped.limits()

    own = limits_for(50 * 10**6, limits)

    assert own["cpu_seconds"] == limits["cpu_seconds"] + 50 * limits["cpu_seconds_per_megabyte"]
    assert own["wall_seconds"] == limits["wall_seconds"] + 50 * limits["wall_seconds_per_megabyte"]
    assert own["memory_bytes"] == limits["memory_bytes"]


def test_what_is_not_data_does_not_go_over_the_wire() -> None:
    with pytest.raises(TypeError):
        encode(object())


@pytest.mark.parametrize(
    ("returncode", "stderr", "code"),
    [
        (-24, b"", "SHEET_TOO_LARGE"),
        (-9, b"", "SHEET_TOO_LARGE"),
        (-11, b"", "XLSX_MALFORMED"),
        (-6, b"", "XLSX_MALFORMED"),
        (1, b"Traceback\nMemoryError\n", "SHEET_TOO_LARGE"),
        (1, b"Traceback\nKeyError: 'x'\n", "PARSER_FAILED"),
        (1, b"", "PARSER_FAILED"),
    ],
)
def test_the_death_of_the_child_is_a_code(
    monkeypatch: pytest.MonkeyPatch, returncode: int, stderr: bytes, code: str
) -> None:
    done = subprocess.CompletedProcess([], returncode, b"", stderr)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)

    lines, failure = run_child({}, b"", limits=shipped.limits())

    assert lines == []
    assert failure is not None
    assert failure[0] == code


def test_a_file_above_the_cap_is_not_even_read(
    context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 100)
    imports = context()
    small = tuple(
        {**row, "value": 10} if row["id"] == "file_bytes" else row
        for row in imports.tables["ingest_limit"]
    )
    tables = {**imports.tables, "ingest_limit": small}
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read"))

    parsed = read_file(path, context=ImportContext(imports.today, tables))

    assert parsed.rejected
    assert [f.code for f in parsed.findings] == ["DECOMPRESSED_TOO_BIG"]


def test_memory_is_capped_in_the_child(context: Make, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    path = tmp_path / "a.csv"
    path.write_text(TABLE, encoding="utf-8")
    imports = context()
    small = tuple(
        {**row, "value": 1 << 20} if row["id"] == "memory_bytes" else row
        for row in imports.tables["ingest_limit"]
    )
    tables = {**imports.tables, "ingest_limit": small}

    parsed = read_file(path, context=ImportContext(imports.today, tables))

    assert parsed.rejected
    assert parsed.findings[0].code in {"SHEET_TOO_LARGE", "PARSER_FAILED", "XLSX_MALFORMED"}
