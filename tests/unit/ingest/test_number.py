"""Numbers as people write them."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.catalog.tables import read
from tanlu.ingest.number import (
    Number,
    NumberContext,
    NumberStatus,
    findings_of,
    number_of_double,
    parse_number,
    share_column_code,
)
from tanlu.ingest.words import GrammarWords
from tanlu.kernel.activity import RowKind
from tanlu.kernel.findings import Outcome
from tanlu.units.parse import parse_unit
from tanlu.units.table import UnitTable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def context() -> NumberContext:
    units = UnitTable.from_rows(read("unit"), read("unit_alias"), read("unit_prefix"))
    words = GrammarWords.from_rows(read("number_word"))
    return NumberContext(words, units, parse_unit("kWh", units))


def _with_unit(context: NumberContext, unit: str) -> NumberContext:
    assert context.units is not None
    return replace(context, unit=parse_unit(unit, context.units))


def _said(number: Number) -> str:
    if number.status is NumberStatus.OK:
        return f"{number.value:f}" + (" WITH_WARN" if number.codes else "")
    return "MISSING not zero" if number.status is NumberStatus.MISSING else number.status.upper()


def _fits(number: Number, expected: str) -> bool:
    said = _said(number).split(" ", 1)
    wanted = expected.replace(" exactly (decimal)", "").split(" ", 1)
    if number.value is not None and wanted[0][:1].isdigit():
        return Decimal(said[0]) == Decimal(wanted[0]) and said[1:] == wanted[1:]
    return said == wanted


def test_every_shared_spelling_has_its_outcome_and_code(
    shared: Path, context: NumberContext
) -> None:
    text = (shared / "badinputs" / "numbers_expected.csv").read_text(encoding="utf-8")
    variants = {
        "5%": ("0.05", replace(context, is_share=True)),
        "５％": ("0.05", replace(context, is_share=True)),
        "－1200": ("-1200", replace(context, kind=RowKind.CORRECTION)),
        "−1200": ("-1200", replace(context, kind=RowKind.EXPORT)),
        "(1,200)": ("-1200", replace(context, kind=RowKind.ADJUSTMENT)),
        "￥1,200.00": ("1200", _with_unit(context, "元")),
    }

    faults = []
    cases = list(csv.DictReader(text.splitlines()))
    for case in cases:
        number = parse_number(case["text"], context=context)
        expected = case["expected"].split(" unless ")[0].split(" in a ")[0]
        choices = expected.split(" or ")
        coded = number.codes == ((case["code"],) if case["code"] else ())
        if not coded or not any(_fits(number, choice) for choice in choices):
            faults.append(f"{case['voucher']} {case['text']}: {number}")
    for written, (value, special) in variants.items():
        number = parse_number(written, context=special)
        if number.value != Decimal(value) or number.codes:
            faults.append(f"{written} in its column: {number}")

    assert len(cases) >= 43
    assert faults == []


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ("123456.78", "123456.78", ()),
        ("1 234 567.89", "1234567.89", ()),
        ("1'234'567.89", "1234567.89", ()),
        ("1，234", "1234", ()),
        ("128.25万", "1282500", ()),
        ("3千万", "30000000", ()),
        ("1200 kWh", "1200", ()),
        ("128.25万度", "1282500", ()),
        ("一百二十三", "123", ("CJK_NUMERAL",)),
        ("壹佰贰拾", "120", ("CJK_NUMERAL",)),
        ("两亿三千万零五十", "230000050", ("CJK_NUMERAL",)),
        ("十", "10", ("CJK_NUMERAL",)),
        ("1.2×10⁵", "120000", ("NUMBER_SCI_TEXT",)),
        ("1.2e-3", "0.0012", ()),
        ("٣٤٥", "345", ("NUMBER_DIGIT_SCRIPT",)),
        ("-0", "0", ()),
        ("0e999999999", "0", ()),
        ("'1200", "1200", ()),
        (".5", "0.5", ()),
    ],
)
def test_a_number_is_read_exactly(
    text: str, value: str, codes: tuple[str, ...], context: NumberContext
) -> None:
    number = parse_number(text, context=context)

    assert number.value is not None
    assert number.value == Decimal(value)
    assert "E" not in str(Decimal(0) + number.value)
    assert number.codes == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12,3456", "NUMBER_GROUPING"),
        ("1,23", "NUMBER_GROUPING"),
        ("1,234 567", "NUMBER_GROUPING"),
        ("1.234.567,89", "NUMBER_LOCALE"),
        ("1.234,5", "NUMBER_LOCALE"),
        ("1.234.567", "NUMBER_LOCALE"),
        ("约1200", "NUMBER_QUALIFIED"),
        ("1200左右", "NUMBER_QUALIFIED"),
        ("500~600", "NUMBER_RANGE"),
        ("500至600", "NUMBER_RANGE"),
        ("-2+3", "NUMBER_EXPR"),
        ("=1+1", "NUMBER_EXPR"),
        ("1_000", "NUMBER_UNPARSED"),
        ("TRUE", "NUMBER_UNPARSED"),
        ("1,2O0", "NUMBER_UNPARSED"),
        ("0x1F", "NUMBER_UNPARSED"),
        ("½", "NUMBER_UNPARSED"),
        ("Ⅷ", "NUMBER_UNPARSED"),
        ("一二三", "NUMBER_UNPARSED"),
        ("一百二", "NUMBER_UNPARSED"),
        ("12٣", "NUMBER_UNPARSED"),
        ("∞", "NUMBER_NONFINITE"),
        ("1e19", "NUMBER_OUT_OF_RANGE"),
        ("1e-10", "NUMBER_OUT_OF_RANGE"),
        ("1e999999999", "NUMBER_OUT_OF_RANGE"),
        ("1" * 29, "NUMBER_PRECISION"),
        ("1" * 1001, "NUMBER_TOO_LONG"),
        ("1200MWh", "UNIT_IN_NUMBER"),
        ("1200元", "CURRENCY_IN_NUMBER"),
        ("5%", "PERCENT"),
        ("-1200", "NEGATIVE_QUANTITY"),
        ("1,200.00-", "NEGATIVE_QUANTITY"),
        ("#REF!", "CELL_ERROR"),
        ("—", "NUMBER_MISSING"),
        ("null", "NUMBER_MISSING"),
        (None, "NUMBER_MISSING"),
    ],
)
def test_a_doubtful_number_has_a_code_and_no_value(
    text: str | None, code: str, context: NumberContext
) -> None:
    number = parse_number(text, context=context)

    assert (number.value, number.codes) == (None, (code,))


def test_magnitude_in_number_and_in_unit_is_asked_about(context: NumberContext) -> None:
    column = _with_unit(context, "万kWh")

    assert parse_number("128.25万", context=column).codes == ("NUMBER_SCALE_TWICE",)
    assert parse_number("128.25万kWh", context=column).value == Decimal("128.25")


def test_a_unit_inside_the_number_serves_an_empty_unit_column(context: NumberContext) -> None:
    number = parse_number("1,200.5 万kWh", context=_with_unit(context, ""))

    assert (number.value, number.unit_text) == (Decimal("1200.5"), "万kWh")


def test_a_decimal_comma_is_read_where_the_workspace_says_so(context: NumberContext) -> None:
    european = replace(context, decimal_comma=True)

    assert parse_number("1.234.567,89", context=european).value == Decimal("1234567.89")
    assert parse_number("1,234.56", context=european).codes == ("NUMBER_LOCALE",)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.1 + 0.2, "0.3"), (100000, "100000"), (1e15, "1000000000000000"), (2.5e-7, "0.00000025")],
)
def test_an_excel_double_has_fifteen_digits(
    value: float, expected: str, context: NumberContext
) -> None:
    assert f"{number_of_double(value, context=context).value:f}" == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (float("nan"), "NUMBER_NONFINITE"),
        (float("inf"), "NUMBER_NONFINITE"),
        (1e308, "NUMBER_OUT_OF_RANGE"),
        (5e-324, "NUMBER_OUT_OF_RANGE"),
        (-1.5, "NEGATIVE_QUANTITY"),
    ],
)
def test_a_doubtful_double_has_a_code(value: float, code: str, context: NumberContext) -> None:
    assert number_of_double(value, context=context).codes == (code,)


def test_mixed_forms_in_a_share_column_are_asked_about(context: NumberContext) -> None:
    mixed = share_column_code(["33.3%", "0.333", "33.4"], words=context.words)
    even = share_column_code(["33%", "0%", "67%"], words=context.words)

    assert (mixed, even) == ("PERCENT_OR_FRACTION", "")


def test_findings_name_the_cell_and_what_was_read(context: NumberContext) -> None:
    number = parse_number("一百二十三", context=context)

    found = findings_of(number, file="a.csv", sheet="", cell="D2")

    assert [(f.code, f.outcome, f.cell) for f in found] == [("CJK_NUMERAL", Outcome.WARN, "D2")]
    assert found[0].facts == {"found": "一百二十三", "read": "123"}


@pytest.mark.parametrize(
    "text",
    [
        "9" * 100_000,
        "1e" + "9" * 900,
        "1" + ",111" * 240,
        "(" * 1_000,
        "1 " * 500,
        "一" * 1_000,
        "-" * 999 + "1",
        "1×10^" * 190,
        "٣" * 1_000,
        "￥" * 1_000,
    ],
)
def test_any_text_is_answered_within_ten_milliseconds(text: str, context: NumberContext) -> None:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        parse_number(text, context=context)
        times.append(time.perf_counter() - started)

    assert min(times) < 0.01
