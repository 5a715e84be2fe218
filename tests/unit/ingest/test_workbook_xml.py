"""Workbook parts as other programs write them, and as attackers do."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from tanlu.ingest import shipped
from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.workbook.grid import CellKind, address, parse_address, parse_range
from tanlu.ingest.workbook.style import date_text, plain_number
from tanlu.ingest.workbook.xlsx import read_xlsx

if TYPE_CHECKING:
    from tanlu.ingest.workbook.grid import Workbook

RELS = (
    '<Relationships xmlns="r"><Relationship Id="rId1" Type="http://x/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
BOOK_RELS = (
    '<Relationships xmlns="r"><Relationship Id="rId1" Type="http://x/worksheet" '
    'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://x/styles" '
    'Target="/xl/styles.xml"/></Relationships>'
)
BOOK = '<workbook xmlns:r="u"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '<numFmt numFmtId="171" formatCode="0.0,"/><numFmt numFmtId="172" formatCode="#,##0.00"/>'
    "</numFmts><fonts><font/><font><strike/></font></fonts>"
    '<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="170" fontId="0"/>'
    '<xf numFmtId="171" fontId="1"/><xf numFmtId="172" fontId="0"/><xf numFmtId="14" fontId="0"/>'
    "</cellXfs></styleSheet>"
)


def parts(sheet: str, *, book: str = BOOK, styles: str = STYLES) -> Workbook:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", BOOK_RELS)
        archive.writestr("xl/styles.xml", styles)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return read_xlsx(out.getvalue(), "a.xlsx", limits=shipped.limits())


def sheet_of(rows: str, extra: str = "") -> str:
    return f"<worksheet>{extra}<sheetData>{rows}</sheetData></worksheet>"


def refused(sheet: str) -> str:
    with pytest.raises(RejectedError) as caught:
        parts(sheet)
    return caught.value.code


def test_prefixed_names_and_cells_without_addresses_are_read() -> None:
    sheet = (
        '<x:worksheet xmlns:x="n"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c>'
        '<x:c t="inlineStr"><x:is><x:r><x:t>a</x:t></x:r><x:rPh><x:t>p</x:t></x:rPh>'
        "<x:r><x:t>b</x:t></x:r></x:is></x:c></x:row></x:sheetData></x:worksheet>"
    )

    grid = parts(sheet).sheets[0]

    assert (grid.text(1, 1), grid.text(1, 2)) == ("1", "ab")


def test_styles_tell_dates_scales_and_struck_text() -> None:
    row = '<c r="A1" s="1"><v>45352</v></c><c r="B1" s="2"><v>5000</v></c>'
    row += '<c r="C1" s="3"><v>7</v></c>'

    grid = parts(sheet_of(f'<row r="1">{row}<c r="D1" s="4"><v>60</v></c></row>')).sheets[0]

    cells = [grid.cell(1, column) for column in (1, 2, 3, 4)]
    assert [(c.text, c.kind) for c in cells if c] == [
        ("2024-03-01", CellKind.DATE),
        ("5000", CellKind.NUMBER),
        ("7", CellKind.NUMBER),
        ("60", CellKind.NUMBER),
    ]
    assert [bool(c.number_format) for c in cells if c] == [True, True, False, False]
    assert [c.is_struck for c in cells if c] == [False, True, False, False]


def test_the_1904_system_shifts_dates() -> None:
    book = BOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    sheet = sheet_of('<row r="1"><c r="A1" s="4"><v>43890</v></c></row>')

    assert parts(sheet, book=book).sheets[0].text(1, 1) == "2024-03-01"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("0.30000000000000004", "0.3"),
        ("1E+15", "1000000000000000"),
        ("123456789012345678", "123456789012346000"),
        ("1e308", "1e308"),
        ("-0", "0"),
        ("x", "x"),
        ("NaN", "NaN"),
    ],
)
def test_doubles_have_fifteen_digits(text: str, plain: str) -> None:
    assert plain_number(text) == plain


def test_serials_around_the_day_that_never_was() -> None:
    days = [date_text(text, is_1904=False) for text in ("59", "60", "61", "45352.5", "-1", "x")]

    assert days == ["1900-02-28", None, "1900-03-01", "2024-03-01T12:00:00", None, None]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="2"/><row r="1"/>', "XLSX_MALFORMED"),
        ('<row r="0"/>', "XLSX_MALFORMED"),
        ('<row r="1048577"/>', "XLSX_MALFORMED"),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "XLSX_MALFORMED"),
        ('<row r="1"><c r="A2"><v>1</v></c></row>', "XLSX_MALFORMED"),
        ('<row r="1"><c r="B1"/><c r="A1"/></row>', "XLSX_MALFORMED"),
        ('<row r="1"><c r="A1" t="s"><v>9</v></c></row>', "XLSX_MALFORMED"),
        ('<row r="1"><c r="A1"><v>1</v></row>', "XLSX_MALFORMED"),
        ("<row/>" * 1048577, "SHEET_TOO_LARGE"),
        ('<row r="1">' + "<c><v>1</v></c>" * 513 + "</row>", "TOO_MANY_COLUMNS"),
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "SHEET_TOO_LARGE"),
    ],
)
def test_what_no_honest_program_writes_is_refused(rows: str, code: str) -> None:
    assert refused(sheet_of(rows)) == code


def test_a_used_range_that_lies_is_refused_and_allocates_nothing() -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'

    assert refused(sheet_of(row, '<dimension ref="A1:XFD1048576"/>')) == "SHEET_TOO_LARGE"
    assert parts(sheet_of(row, '<dimension ref="A1:G1048576"/>')).sheets[0].rows.keys() == {1}
    assert parts(sheet_of(row, '<dimension ref="A0:AZ48943"/>')).sheets[0].rows.keys() == {1}


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>',
        "<a>" * 65 + "</a>" * 65,
        '<?xml version="1.0" encoding="utf-99"?><worksheet/>',
        "<worksheet>&undefined;</worksheet>",
    ],
)
def test_declarations_depth_and_strange_encodings_are_refused(sheet: str) -> None:
    assert refused(sheet) == "XLSX_MALFORMED"


@pytest.mark.parametrize("text", ["A0", "1A", "", "A-1", "AAAA1", "XFE1", "A1048577", "a1"])
def test_bad_addresses_raise(text: str) -> None:
    with pytest.raises(ValueError, match=text or ".*"):
        parse_address(text)


def test_addresses_go_both_ways() -> None:
    for row, column in ((1, 1), (17, 26), (17, 27), (1048576, 16384)):
        assert parse_address(address(row, column)) == (row, column)
    assert parse_range("B2:D9") == (2, 2, 9, 4)
