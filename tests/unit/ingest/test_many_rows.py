"""Large files: what a row costs must not grow with the number of rows before it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tanlu.ingest.model import ParsedFile

Read = Callable[..., ParsedFile]

HEAD = "期间,厂区,活动,数量,单位,凭证号,备注\n"
FEW, MANY = 500, 8000

LINES: dict[str, Callable[[int], str]] = {
    "equal amounts with different vouchers": lambda i: f"2024-01,A,电,1,kWh,V{i},\n",
    "rows with a cell too few": lambda i: f"2024-01,A,电,{i},kWh,V{i}\n",
    "a warning in every row": lambda i: f"24年1月,A,电,{i},kWh,V{i},\n",
    "a total after every row": lambda i: f"2024-01,A,电,{i},kWh,V{i},\n合计,,,{i},kWh,,\n",
    "overlapping periods": lambda i: f"2024-01-0{1 + i % 9}~2024-03-0{1 + i % 7},A,电,{i},kWh,,\n",
    "unknown items": lambda i: f"2024-01,A,物{i},{i},kWh,V{i},\n",
    "a site for every row": lambda i: f"2024-01,A{i},电,{i},kWh,V{i},\n",
    "a table for every row": lambda i: f"\n\n{HEAD}2024-01,A,电,{i},kWh,V{i},\n",
}


def seconds_per_row(read: Read, line: Callable[[int], str], rows: int) -> float:
    data = (HEAD + "".join(map(line, range(rows)))).encode()
    start = time.process_time()
    parsed = read(data, "a.csv")
    assert sum(sheet.rows_in for sheet in parsed.sheets) >= rows
    return (time.process_time() - start) / rows


@pytest.mark.parametrize("kind", LINES)
def test_the_cost_of_a_row_does_not_grow_with_the_file(read: Read, kind: str) -> None:
    few = min(seconds_per_row(read, LINES[kind], FEW) for _ in range(2))

    assert seconds_per_row(read, LINES[kind], MANY) < 4 * few


def test_few_rows_that_become_millions_of_months_are_refused(read: Read) -> None:
    lines = "".join(f"2000-01-01~2024-12-31,A,电,{i},kWh,V{i},\n" for i in range(7000))

    parsed = read((HEAD + lines).encode(), "a.csv")

    assert parsed.rejected
    assert [f.code for f in parsed.findings] == ["SHEET_TOO_LARGE"]


def test_repeated_totals_are_of_their_block_or_of_all_above(read: Read) -> None:
    text = HEAD + (
        "2024-01,A,电,100,kWh,,\n2024-02,A,电,50,kWh,,\n合计,,,150,kWh,,\n"
        "2024-03,A,电,7,kWh,,\n合计,,,7,kWh,,\n2024-04,A,电,3,kWh,,\n累计,,,160,kWh,,\n"
        "2024-05,A,电,1,kWh,,\n合计,,,9,kWh,,\n"
    )

    parsed = read(text.encode(), "a.csv")

    wrong = [f for f in parsed.findings if f.code == "CONTROL_TOTAL_MISMATCH"]
    assert [int(total.read) for total in parsed.control_totals] == [150, 7, 160, 161]
    assert [f.cell for f in wrong] == ["D10"]
