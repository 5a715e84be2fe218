"""The XLSX: numbers as numbers, no formula, links that lead somewhere, the same bytes twice."""

from __future__ import annotations

import io
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import openpyxl
import pytest

from tanlu.i18n.say import LANGUAGES, Say
from tanlu.render.documents import workbook
from tanlu.render.documents.amounts import number
from tanlu.report.build import build
from tanlu.report.tree import Figure, Kind, Table, Value

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "{=1}",
    "http://a.example",
    "a\x01b",
]


def opened(report: Report, lang: str = "en") -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook.document(report, Say(lang))))


def cells(book: Workbook) -> list[Any]:
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def test_bytes_are_the_same_every_time(report: Report) -> None:
    assert workbook.document(report, Say("zh")) == workbook.document(report, Say("zh"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_has_its_sheet_with_all_rows(report: Report, lang: str) -> None:
    book = opened(report, lang)

    blocks = [block for section in report.sections for block in section.blocks]
    tables = [block for block in blocks if isinstance(block, Table)]
    tables += [block.table for block in blocks if isinstance(block, Figure) and block.table]
    sheets = book.worksheets[2:]
    assert len(sheets) == len(tables)
    filled = sorted(_rows(sheet, after=3) for sheet in sheets)
    assert filled == sorted(len(table.rows) + 2 * (table.note is not None) for table in tables)


def _rows(sheet: Any, *, after: int) -> int:
    return int(sheet.max_row) - after


def test_amounts_are_numbers_with_all_their_digits(report: Report) -> None:
    book = opened(report)

    found = [cell.value for cell in cells(book) if cell.data_type == "n" and cell.value is not None]
    for section in report.sections:
        for block in section.blocks:
            for row in block.rows if isinstance(block, Table) else ():
                for cell in row.cells:
                    amount = number(cell, Say("en"))
                    if amount is not None:
                        assert any(math.isclose(amount.value, one, rel_tol=1e-15) for one in found)


def test_missing_amounts_are_the_mark_and_never_zero(report: Report) -> None:
    missing = Value(Kind.MASS, None)

    assert number(missing, Say("en")) is None
    marks = [cell for cell in cells(opened(report)) if cell.value == Say("en").missing]
    assert len(marks) > 0


def test_no_cell_is_a_formula_and_text_is_guarded(payload: dict[str, Any]) -> None:
    for site, text in zip(payload["names"]["sites"], HOSTILE, strict=False):
        payload["names"]["sites"][site] = {"zh": text, "en": text}
    for item, text in zip(payload["names"]["items"], reversed(HOSTILE), strict=False):
        payload["names"]["items"][item] = {"zh": text, "en": text}
    payload["organisation"] = {"name": "=cmd|' /C calc'!A0"}

    book = opened(build(cast("ReportPayload", payload)))

    assert [cell.coordinate for cell in cells(book) if cell.data_type == "f"] == []
    texts = [str(cell.value) for cell in cells(book) if cell.data_type == "s"]
    assert [text for text in texts if text.startswith(tuple("=+-@\t\r＝"))] == []
    assert "'=cmd|' /C calc'!A0" in texts


@pytest.mark.parametrize("text", HOSTILE[:7])
def test_a_text_like_a_formula_gets_a_leading_quote(text: str) -> None:
    assert workbook.guarded(text, Say("en")) == f"'{text}"


def test_what_xml_may_not_hold_is_spelled_out() -> None:
    assert workbook.guarded("a\ufffeb\ud83d 😀", Say("en")) == "a[U+FFFE]b[U+D83D] 😀"


def test_a_text_too_long_for_a_cell_says_how_much_is_left() -> None:
    told = workbook.guarded("x" * 40_000, Say("en"))

    assert len(told) <= 32_767
    assert told.endswith("(7233 more characters)")


def test_links_of_the_contents_lead_to_sheets(report: Report) -> None:
    book = opened(report)

    links = [cell.hyperlink for cell in cells(book) if cell.hyperlink]
    targets = {str(link.location).split("!")[0].strip("'") for link in links}
    assert targets == set(book.sheetnames[1:])


def test_heads_are_frozen_and_dates_are_the_reports(report: Report) -> None:
    book = opened(report)

    assert all(sheet.freeze_panes for sheet in book.worksheets[1:])
    assert book.properties.created.date().isoformat() == report.stamp.dated
    assert all(len(name) <= 31 for name in book.sheetnames)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (Value(Kind.MASS, 2027552.18), "#,##0"),
        (Value(Kind.MASS, 12.3456), "#,##0.00"),
        (Value(Kind.TONNES, Decimal("1.5")), "#,##0.00"),
        (Value(Kind.PERCENT, 0.123, places=2), "0.00%"),
        (Value(Kind.CHANGE, -0.01), "+0.0%;-0.0%;0.0%"),
        (Value(Kind.EXACT, "0.5306"), "#,##0.0000"),
        (Value(Kind.YEAR, 2024), "0"),
        (Value(Kind.NUMBER, 0.00012345), "#,##0.0000000"),
        (Value(Kind.NUMBER, 0), "#,##0"),
    ],
)
def test_format_shows_the_digits_of_the_report(value: Value, form: str) -> None:
    amount = number(value, Say("en"))

    assert amount is not None
    assert amount.form == form
    assert amount.value == float(Decimal(str(value.amount)))


def test_a_column_of_several_units_shows_each() -> None:
    amount = number(Value(Kind.MONEY, 5000), Say("zh"))

    assert amount is not None
    assert amount.with_unit == '#,##0" 元"'
