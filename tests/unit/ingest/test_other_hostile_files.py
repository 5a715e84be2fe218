"""Messy and hostile files of every kind, made here, each with the outcome the rules give."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from tanlu.ingest.model import ParsedFile
from tanlu.kernel.findings import Outcome

Read = Callable[..., ParsedFile]

HEAD = ["期间", "厂区", "活动", "数量", "单位"]
TYPED = ["期间", "厂区", "活动", "数量", "单位", "类型"]
TRADITIONAL = ["期間", "廠區", "活動", "數量", "單位"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Case:
    """A file and what must become of it.

    `kwh` is the exact sum of electricity that counts; `outcome` is reject, ask, rows (some are
    quarantined) or take.
    """

    data: bytes
    name: str
    outcome: str
    codes: tuple[str, ...] = ()
    kwh: str = "0"
    accepted: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


def text(*rows: Sequence[str], head: Sequence[str] = HEAD, mark: str = ",") -> str:
    return "\r\n".join(mark.join(row) for row in (head, *rows)) + "\r\n"


def power(month: str, quantity: str, unit: str = "kWh", *rest: str) -> list[str]:
    return [month, "一厂", "外购电力", quantity, unit, *rest]


def cell(quantity: str, unit: str = "kWh") -> bytes:
    """Return two rows: one good of 7 kWh, one with this quantity."""
    return text(power("2024-01", "7"), power("2024-02", quantity, unit)).encode()


def typed(quantity: str, kind: str) -> bytes:
    rows = (power("2024-01", "7", "kWh", ""), power("2024-02", quantity, "kWh", kind))
    return text(*rows, head=TYPED).encode()


def book(
    rows: Sequence[Any],
    change: Callable[[openpyxl.Workbook], None] = lambda _: None,
    *,
    sheet: str = "数据",
) -> bytes:
    made = openpyxl.Workbook()
    made.worksheets[0].title = sheet
    for row in rows:
        made.worksheets[0].append(list(row))
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


GOOD = [HEAD, power("2024-01", "7"), power("2024-02", "5")]
GOOD_BOOK = book([HEAD, ["2024-01", "一厂", "外购电力", 7, "kWh"],
                  ["2024-02", "一厂", "外购电力", 5, "kWh"]])  # fmt: skip


def part(name: str, change: Callable[[bytes], bytes], data: bytes = GOOD_BOOK) -> bytes:
    """Return the workbook with one part changed, or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        for entry in names:
            content = old.read(entry)
            new.writestr(entry, change(content) if entry == name else content)
        if name not in names:
            new.writestr(name, change(b""))
    return out.getvalue()


MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
CONTENT = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def shared_string(index: bytes) -> bytes:
    """Return a workbook with a table of one string, whose cell A2 names one of them."""
    table = b'<sst xmlns="' + MAIN + b'" count="1" uniqueCount="1"><si><t>2024-01</t></si></sst>'
    related = b'<Relationship Id="rId9" Type="' + RELATION + b'" Target="sharedStrings.xml"/>'
    typed = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + CONTENT + b'"/>'
    cell = b'<c r="A2" t="s"><v>' + index + b"</v></c>"
    changes: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
        ("xl/sharedStrings.xml", lambda _: table),
        ("xl/_rels/workbook.xml.rels", lambda xml: before(b"</Relationships>", related, xml)),
        ("[Content_Types].xml", lambda xml: before(b"</Types>", typed, xml)),
        ("xl/worksheets/sheet1.xml", lambda xml: re.sub(rb'<c r="A2".*?</c>', cell, xml)),
    )
    data = book([HEAD, ["2024-01", "一厂", "外购电力", 7, "kWh"]])
    for name, change in changes:
        data = part(name, change, data)
    return data


def before(end: bytes, added: bytes, xml: bytes) -> bytes:
    return xml.replace(end, added + end)


def many_entries() -> bytes:
    out = io.BytesIO(GOOD_BOOK)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(3000):
            archive.writestr(f"xl/media/image{number}.txt", b"x")
    return out.getvalue()


def dated_1904() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        made.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - Excel knows no zone

    rows = [HEAD, [date(2024, 1, 1), "一厂", "外购电力", 7, "kWh"],
            [date(2024, 2, 1), "一厂", "外购电力", 5, "kWh"]]  # fmt: skip
    return book(rows, change)


def merged_quarters() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        sheet = made.worksheets[0]
        for span in ("A1:A2", "B1:B2", "C1:C2", "D1:F1", "G1:I1"):
            sheet.merge_cells(span)

    rows = [
        ["厂区", "能源", "单位", "2024年第一季度", None, None, "2024年第二季度", None, None],
        [None, None, None, *(f"{month}月" for month in range(1, 7))],
        ["一厂", "外购电力", "kWh", 1, 2, 3, 4, 5, 6],
    ]
    return book(rows, change)


def uncached() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        made.worksheets[0]["D3"] = "=D2*2"

    return book([HEAD, ["2024-01", "一厂", "外购电力", 7, "kWh"],
                 ["2024-02", "一厂", "外购电力", 5, "kWh"]], change)  # fmt: skip


def struck() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        for line in made.worksheets[0].iter_rows(min_row=3, max_row=3):
            for one in line:
                one.font = Font(strike=True)

    return book([HEAD, ["2024-01", "一厂", "外购电力", 7, "kWh"],
                 ["2024-02", "一厂", "外购电力", 5, "kWh"]], change)  # fmt: skip


def hidden_column() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        made.worksheets[0].column_dimensions["D"].hidden = True

    return book([HEAD, ["2024-01", "一厂", "外购电力", 7, "kWh"]], change)


def percent_format() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        made.worksheets[0]["D2"].number_format = "0.0%"

    return book([HEAD, ["2024-01", "一厂", "外购电力", 7, "kWh"]], change)


def thousands_format() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        made.worksheets[0]["D2"].number_format = "#,##0,"

    return book([HEAD, ["2024-01", "一厂", "外购电力", 7000, "kWh"]], change)


def year_sheets() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        sheet = made.create_sheet("2024年")
        sheet.append(["厂区", "能源", "单位", "1月", "2月", "3月"])
        sheet.append(["一厂", "外购电力", "kWh", 10, 20, 30])

    rows = [["厂区", "能源", "单位", "1月", "2月", "3月"], ["一厂", "外购电力", "kWh", 1, 2, 3]]
    return book(rows, change, sheet="2023年")


def hidden_sheet() -> bytes:
    def change(made: openpyxl.Workbook) -> None:
        sheet = made.create_sheet("旧表")
        for row in ([*HEAD], ["2023-01", "一厂", "外购电力", 900, "kWh"]):
            sheet.append(row)
        sheet.sheet_state = "veryHidden"

    return book([HEAD, ["2024-01", "一厂", "外购电力", 7, "kWh"]], change)


def encrypted_stub() -> bytes:
    return OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


def binary_rubbish() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"\x83\x01" * 50)
    return out.getvalue()


def in_shift_jis() -> bytes:
    return text(["2024-01", "工場", "外購電力", "7", "kWh"], head=TRADITIONAL).encode("cp932")


TWICE = [
    ["Period", "Site", "Item", "Quantity", "Unit"], HEAD, power("2024-01", "7"),
    power("2024-02", "5"),
]  # fmt: skip
TOTAL_INSIDE = [power("2024-01", "7"), ["小计", "", "", "7", "kWh"], power("2024-02", "5"),
                ["合计", "", "", "12", "kWh"]]  # fmt: skip
DOCTYPE = b'<!DOCTYPE a [<!ENTITY x "y">]><a/>'

CASES: dict[str, Case] = {
    # encodings
    "utf-32": Case(text(*GOOD[1:]).encode("utf-32"), "a.csv", "reject", ("ENCODING_UNSUPPORTED",)),
    "utf-16 without a mark": Case(text(*GOOD[1:]).encode("utf-16-le"), "a.csv", "take", (), "12"),
    "utf-7": Case(text(*GOOD[1:]).encode("utf-7"), "a.csv", "reject", ("HEADER_UNRECOGNISED",)),
    "big5 with hong kong letters": Case(
        text(["2024-01", "啫廠", "外購電力", "7", "kWh"], head=TRADITIONAL).encode("big5hkscs"),
        "a.csv", "reject",
    ),
    "big5": Case(text(["2024-01", "一廠", "外購電力", "7", "kWh"], head=TRADITIONAL).encode("big5"),
                 "a.csv", "take", (), "7"),
    "utf-8 with gbk in one line": Case(
        text(*GOOD[1:]).encode() + ",".join(power("2024-03", "1")).encode("gbk"), "a.csv",
        "reject", ("ENCODING_MIXED",),
    ),
    "ebcdic": Case(text(*GOOD[1:], head=["period", "site", "item", "quantity", "unit"])
                   .replace("一厂", "A").replace("外购电力", "electricity").encode("cp037"),
                   "a.csv", "reject"),
    "a byte order mark inside": Case(
        text(power("2024-01", "7"), power("\ufeff2024-02", "5")).encode(), "a.csv", "take",
        ("INVISIBLE_CHARS_STRIPPED",), "12",
    ),
    # delimiters, quotes, rows
    "rows too short and too long": Case(
        text(power("2024-01", "7"), power("2024-02", "5")[:4], power("2024-03", "5", "kWh", "x"))
        .encode(), "a.csv", "rows", ("COLUMN_COUNT",), "7", 1,
    ),
    "a quote inside a cell": Case(text(power("2024-01", "7"), ["2024-02", '一"厂', "外购电力", "5",
                                       "kWh"]).encode(), "a.csv", "take", (), "12"),
    "text behind a closing quote": Case(text(power("2024-01", "7"), ['"2024-02"x', "一厂",
                                             "外购电力", "5", "kWh"]).encode(), "a.csv", "reject",
                                        ("CSV_UNCLOSED_QUOTE",)),
    "a line break inside quotes": Case(text(power("2024-01", "7"), ["2024-02", '"一\r\n厂"',
                                            "外购电力", "5", "kWh"]).encode(), "a.csv", "take", (),
                                       "12", 2),
    "line ends of three kinds": Case(b"\r".join(text(*GOOD[1:]).encode().split(b"\r\n", 1)),
                                     "a.csv", "take", (), "12"),
    "semicolons and decimal points": Case(text(*GOOD[1:], mark=";").encode(), "a.csv", "take", (),
                                          "12"),
    "wide commas": Case(text(*GOOD[1:], mark="，").encode(), "a.csv", "ask",
                        ("DELIMITER_UNCERTAIN",)),
    "two header rows, en above zh": Case(text(*TWICE[1:], head=TWICE[0]).encode(), "a.csv", "take",
                                         (), "12"),
    "totals in the middle": Case(text(*TOTAL_INSIDE).encode(), "a.csv", "take", ("SUBTOTAL_ROW",),
                                 "12", 2),
    "a megabyte of blank rows": Case(text(power("2024-01", "7")).encode() + b",,,,\r\n"
                                        * 160_000 + text(power("2024-02", "5"))[16:].encode(),
                                        "a.csv", "take", (), "12"),
    "six hundred columns": Case(text(power("2024-01", "7")[:-1] + ["kWh"] + ["x"] * 600,
                                     head=HEAD + ["x"] * 600).encode(), "a.csv", "reject",
                                ("TOO_MANY_COLUMNS",)),
    "the same column twice": Case(text(power("2024-01", "7", "kWh", "8"), head=[*HEAD, "数量"])
                                  .encode(), "a.csv", "reject", ("COLUMN_DUPLICATE",)),
    "no quantity column": Case(text(["2024-01", "一厂", "外购电力", "kWh"],
                                    head=["期间", "厂区", "活动", "单位"]).encode(), "a.csv",
                               "reject", ("COLUMN_MISSING",)),
    "a header and nothing else": Case(text().encode(), "a.csv", "take", ("NO_ROWS",), "0", 0),
    # numbers
    "thin spaces": Case(cell("1\u2009234\u2009567"), "a.csv", "take", (), "1234574"),
    "narrow no-break spaces": Case(cell("1\u202f234.5"), "a.csv", "take", (), "1241.5"),
    "indian groups": Case(cell("12,34,567".replace(",", "\u00a0")), "a.csv", "rows",
                          ("NUMBER_GROUPING",), "7", 1),
    "the unit inside the number": Case(cell("5 kWh"), "a.csv", "take", (), "12"),
    "another unit inside the number": Case(cell("5 MWh"), "a.csv", "rows", ("UNIT_IN_NUMBER",),
                                           "7", 1),
    "a huge integer": Case(cell("9" * 400), "a.csv", "rows", ("NUMBER_PRECISION",), "7", 1),
    "a hundred thousand digits": Case(text(power("2024-01", "7"), power("2024-02", "9" * 100_000))
                                      .encode(), "a.csv", "rows", ("FIELD_TOO_LONG",), "7", 1),
    "just above the range": Case(cell("1e19"), "a.csv", "rows", ("NUMBER_OUT_OF_RANGE",), "7", 1),
    "an exponent without end": Case(cell("1e999999999"), "a.csv", "rows",
                                    ("NUMBER_OUT_OF_RANGE",), "7", 1),
    "a currency sign": Case(cell("¥500"), "a.csv", "rows", ("CURRENCY_IN_NUMBER",), "7", 1),
    "a percent sign": Case(cell("50%"), "a.csv", "rows", ("PERCENT",), "7", 1),
    "hexadecimal": Case(cell("0x1F"), "a.csv", "rows", (), "7", 1),
    "arabic digits": Case(cell("٥"), "a.csv", "take", ("NUMBER_DIGIT_SCRIPT",), "12"),
    "digits of two scripts": Case(cell("٥5"), "a.csv", "rows", ("NUMBER_UNPARSED",), "7", 1),
    "a german number": Case(cell('"1.234.567,89"'), "a.csv", "ask", ("NUMBER_LOCALE",), "7", 1),
    "negative": Case(typed("-5", ""), "a.csv", "rows", ("NEGATIVE_QUANTITY",), "7", 1),
    "negative as a bill adjustment": Case(typed("-5", "退补"), "a.csv", "take", (), "2", 2),
    "negative as an odd type": Case(typed("-5", "其他"), "a.csv", "rows", ("NEGATIVE_QUANTITY",),
                                    "7", 1),
    "wan twice": Case(cell("5万", "万kWh"), "a.csv", "ask", ("NUMBER_SCALE_TWICE",), "7", 1),
    "wan in the number": Case(cell("1.5万"), "a.csv", "take", (), "15007"),
    "not a number": Case(cell("NaN"), "a.csv", "rows", ("NUMBER_NONFINITE",), "7", 1),
    "a kilowatt": Case(cell("5", "kW"), "a.csv", "rows", ("DIM_MISMATCH",), "7", 1),
    "milliwatt-hours": Case(cell("5", "mWh"), "a.csv", "ask", ("UNIT_AMBIGUOUS",), "7", 1),
    "a cyrillic k": Case(cell("5", "кWh"), "a.csv", "rows", ("UNKNOWN_UNIT",), "7", 1),
    # periods
    "roc year in taiwan": Case(text(power("113/3", "7")).encode(), "a.csv", "take", (), "7", 1,
                               {"locale": "zh-TW"}),
    "roc year on the mainland": Case(text(power("113/3", "7")).encode(), "a.csv", "ask",
                                     ("ROC_YEAR",)),
    "day and month may be swapped": Case(text(power("01/02/2024", "7")).encode(), "a.csv", "ask",
                                         ("DATE_ORDER",)),
    "the thirtieth of february": Case(text(power("2024-01", "7"), power("2024-02-30", "5"))
                                      .encode(), "a.csv", "rows", ("DATE_INVALID",), "7", 1),
    "next century": Case(text(power("2024-01", "7"), power("2124-02", "5")).encode(), "a.csv",
                         "rows", ("DATE_FUTURE",), "7", 1),
    "an end before its start": Case(text(power("2024-01", "7"), power("2024-05~2024-03", "5"))
                                    .encode(), "a.csv", "rows", ("PERIOD_REVERSED",), "7", 1),
    # workbooks
    "macros": Case(part("xl/vbaProject.bin", lambda _: OLE), "a.xlsm", "take", ("MACRO_IGNORED",),
                   "12"),
    "a doctype in a drawing": Case(part("xl/drawings/drawing1.xml", lambda _: DOCTYPE), "a.xlsx",
                                   "reject", ("XML_DTD",)),
    "a doctype in utf-16": Case(part("xl/drawings/drawing1.xml",
                                     lambda _: DOCTYPE.decode().encode("utf-16")), "a.xlsx",
                                "reject", ("XML_DTD",)),
    "three thousand entries": Case(many_entries(), "a.xlsx", "reject", ("ARCHIVE_ENTRIES",)),
    "an entry that climbs": Case(part("../../etc/passwd", lambda _: b"x"), "a.xlsx", "reject",
                                 ("ARCHIVE_PATH",)),
    "cut in half": Case(GOOD_BOOK[: len(GOOD_BOOK) // 2], "a.xlsx", "reject", ("XLSX_MALFORMED",)),
    "shared strings": Case(shared_string(b"0"), "a.xlsx", "take", (), "7"),
    "a shared string that is not there": Case(shared_string(b"99999"), "a.xlsx", "reject",
                                              ("XLSX_MALFORMED",)),
    "a negative shared string": Case(shared_string(b"-1"), "a.xlsx", "reject",
                                     ("XLSX_MALFORMED",)),
    "a style that is not there": Case(
        part("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="D2"', b's="77" r="D2"')),
        "a.xlsx", "take", (), "12",
    ),
    "a cell twice": Case(
        part("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<c r="E2"', b'<c r="D2"')),
        "a.xlsx", "reject", ("XLSX_MALFORMED",),
    ),
    "a cell beyond the sheet": Case(
        part("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'"E2"', b'"XFE2"')), "a.xlsx",
        "reject", ("XLSX_MALFORMED",),
    ),
    "infinity as a number": Case(
        part("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>7</v>", b"<v>1e999</v>")),
        "a.xlsx", "rows", (), "5", 1,
    ),
    "words as a number": Case(
        part("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>7</v>", b"<v>seven</v>")),
        "a.xlsx", "rows", (), "5", 1,
    ),
    "a formula without its value": Case(uncached(), "a.xlsx", "rows", ("FORMULA_UNCACHED",), "7",
                                        1),
    "dates of 1904": Case(dated_1904(), "a.xlsx", "take", (), "12", 2),
    "months merged under quarters": Case(merged_quarters(), "a.xlsx", "take", (), "21", 6),
    "years in sheet names": Case(year_sheets(), "a.xlsx", "take", (), "66", 6),
    "a struck-out row": Case(struck(), "a.xlsx", "ask", ("STRIKETHROUGH_ROW",), "7", 1),
    "a hidden quantity column": Case(hidden_column(), "a.xlsx", "take", ("HIDDEN_COLUMNS",), "7"),
    "a percent format": Case(percent_format(), "a.xlsx", "take", ("SCALED_NUMBER_FORMAT",), "7"),
    "a format in thousands": Case(thousands_format(), "a.xlsx", "take", ("SCALED_NUMBER_FORMAT",),
                                  "7000"),
    "a very hidden sheet": Case(hidden_sheet(), "a.xlsx", "take", ("HIDDEN_SHEET_SKIPPED",), "7"),
    "a password": Case(encrypted_stub(), "a.xlsx", "reject", ("FILE_ENCRYPTED_OR_XLS",)),
    "an old workbook under a new name": Case(OLE + b"\0" * 2000, "a.xlsx", "reject",
                                             ("FILE_ENCRYPTED_OR_XLS",)),
    "two workbooks in one": Case(part("xl/workbook.bin", lambda _: b"\x83\x01" * 50), "a.xlsb",
                                 "reject", ("XLSX_MALFORMED",)),
    "a binary workbook of rubbish": Case(binary_rubbish(), "a.xlsb", "reject",
                                         ("XLSX_MALFORMED",)),
    "a workbook called csv": Case(GOOD_BOOK, "a.csv", "ask", ("TYPE_MISMATCH",)),
    "a page called xls": Case("<table><tr><td>期间</td></tr></table>".encode(), "a.xls", "ask",
                              ("TYPE_MISMATCH",)),
    "an empty zip": Case(b"PK\5\6" + b"\0" * 18, "a.xlsx", "reject"),
    "a pdf": Case(b"%PDF-1.7\n" + b"x" * 100, "a.csv", "reject", ("TYPE_NOT_ALLOWED",)),
}  # fmt: skip


def outcome(parsed: ParsedFile) -> str:
    if parsed.rejected:
        return "reject"
    if parsed.open_questions:
        return "ask"
    return "rows" if any(sheet.quarantined for sheet in parsed.sheets) else "take"


def electricity(parsed: ParsedFile) -> Fraction:
    return sum(
        (Fraction(row.qty_u or 0, 10**6) for row in parsed.rows
         if row.item == "electricity" and row.ledger_unit == "kWh"),
        Fraction(0),
    )  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_file_has_the_outcome_the_rules_give(read: Read, name: str) -> None:
    case = CASES[name]

    parsed = read(case.data, case.name, **case.more)

    assert outcome(parsed) == case.outcome, [f.code for f in parsed.findings]
    assert electricity(parsed) == Fraction(Decimal(case.kwh))
    assert set(case.codes) <= {f.code for f in parsed.findings}
    if case.accepted is not None:
        assert sum(sheet.accepted for sheet in parsed.sheets) == case.accepted
    for sheet in parsed.sheets:
        parts = (sheet.accepted, sheet.quarantined, sheet.duplicates, sheet.excluded)
        assert sheet.rows_in == sum(parts)
    if case.outcome == "reject":
        assert not parsed.rows
        assert any(f.outcome is Outcome.REJECT for f in parsed.findings)


def test_a_shift_jis_file_is_read_or_asked_about_and_never_guessed(read: Read) -> None:
    parsed = read(in_shift_jis(), "a.csv")

    assert outcome(parsed) in {"ask", "reject", "rows", "take"}
    assert {row.site for row in parsed.rows} <= {"工場"}
    assert "\ufffd" not in repr(parsed)
