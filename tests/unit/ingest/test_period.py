"""Periods as people write them."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from tanlu.catalog.tables import read
from tanlu.ingest.period import (
    ParsedPeriod,
    PeriodContext,
    PeriodStatus,
    findings_of,
    is_month_column,
    parse_period,
    period_of_cell,
    period_of_number,
)
from tanlu.ingest.words import GrammarWords
from tanlu.kernel.findings import Outcome

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def context() -> PeriodContext:
    words = GrammarWords.from_rows(read("period_word"))
    return PeriodContext(words, date(2026, 6, 30))


def _days(period: ParsedPeriod) -> str:
    return f"{period.first}..{period.last}"


def _fits(period: ParsedPeriod, expected: str, code: str) -> bool:
    if period.status is PeriodStatus.ASK:
        return "ASK" in expected and period.codes == (code,)
    if period.status is PeriodStatus.QUARANTINE:
        return "QUARANTINE" in expected and period.codes == (code,)
    wanted = expected.split(maxsplit=1)[0]
    days = _days(period) if ".." in wanted else str(period.first)
    return days == wanted and period.codes == ((code,) if "WARN" in expected else ())


def test_every_shared_spelling_has_its_days_or_outcome(
    shared: Path, context: PeriodContext
) -> None:
    text = (shared / "badinputs" / "dates_expected.csv").read_text(encoding="utf-8")
    special = {
        "113/3": ("2024-03-01..2024-03-31", replace(context, locale="zh-TW")),
        "113.03.15": ("2024-03-15..2024-03-15", replace(context, locale="zh-TW")),
        "45352": ("2024-03-01..2024-03-01", replace(context, serial="1900")),
        "43890": ("2024-03-01..2024-03-01", replace(context, serial="1904")),
        "FY2024": ("2024-04-01..2025-03-31", replace(context, fiscal_start=4)),
        "3月": ("2024-03-01..2024-03-31", replace(context, default_year=2024)),
        "3月21日-4月20日": ("2024-03-21..2024-04-20", replace(context, default_year=2024)),
    }

    faults = []
    cases = list(csv.DictReader(text.splitlines()))
    for case in cases:
        period = parse_period(case["text"], context=context)
        expected = case["expected"]
        if " if " in expected:
            expected = "ASK"
        if not _fits(period, expected, case["code"]):
            faults.append(f"{case['voucher']} {case['text']}: {period}")
    for written, (days, known) in special.items():
        period = parse_period(written, context=known)
        if _days(period) != days:
            faults.append(f"{written} in its column: {period}")

    assert len(cases) >= 32
    assert faults == []


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024年3月", "2024-03-01", "2024-03-31"),
        ("２０２４年３月", "2024-03-01", "2024-03-31"),
        ("2024.10", "2024-10-01", "2024-10-31"),
        ("2024.1", "2024-01-01", "2024-01-31"),
        ("二〇二四年十二月", "2024-12-01", "2024-12-31"),
        ("二零二四年十月二十一日", "2024-10-21", "2024-10-21"),
        ("2024-02-16~2024-03-15", "2024-02-16", "2024-03-15"),
        ("2024年2月16日-3月15日", "2024-02-16", "2024-03-15"),
        ("2024.02.16-03.15", "2024-02-16", "2024-03-15"),
        ("20240101-20240131", "2024-01-01", "2024-01-31"),
        ("2024年1-3月", "2024-01-01", "2024-03-31"),
        ("2024年1月至3月", "2024-01-01", "2024-03-31"),
        ("2024年3月1日—31日", "2024-03-01", "2024-03-31"),
        ("2024-01-01 - 2024-01-31", "2024-01-01", "2024-01-31"),
        ("2024Q1", "2024-01-01", "2024-03-31"),
        ("Q4 2024", "2024-10-01", "2024-12-31"),
        ("2024年下半年", "2024-07-01", "2024-12-31"),
        ("2024年度", "2024-01-01", "2024-12-31"),
        ("民國113年3月15日", "2024-03-15", "2024-03-15"),
        ("民國113年度", "2024-01-01", "2024-12-31"),
        ("March 2024", "2024-03-01", "2024-03-31"),
        ("15-Mar-2024", "2024-03-15", "2024-03-15"),
        ("05/05/2024", "2024-05-05", "2024-05-05"),
        ("2024年2月下旬", "2024-02-21", "2024-02-29"),
        ("2024-03-01T00:00:00+08:00", "2024-03-01", "2024-03-01"),
        ("2024/3/1 0:00", "2024-03-01", "2024-03-01"),
        ("2024-W09", "2024-02-26", "2024-03-03"),
    ],
)
def test_a_period_is_read_without_a_finding(
    text: str, first: str, last: str, context: PeriodContext
) -> None:
    period = parse_period(text, context=context)

    assert _days(period) == f"{first}..{last}"
    assert period.codes == ()


@pytest.mark.parametrize(
    ("text", "days", "code"),
    [
        ("2024", "2024-01-01..2024-12-31", "PERIOD_YEAR"),
        ("24年3月", "2024-03-01..2024-03-31", "YEAR_2DIGIT"),
        ("13/01/2024", "2024-01-13..2024-01-13", "DATE_DAY_PLAIN"),
        ("2024-03-31T23:30:00Z", "2024-04-01..2024-04-01", "TIMEZONE"),
        ("2023年12月21日-1月20日", "2023-12-21..2024-01-20", "PERIOD_YEAR_INFERRED"),
        ("12月21日-2024年1月20日", "2023-12-21..2024-01-20", "PERIOD_YEAR_INFERRED"),
    ],
)
def test_a_likely_reading_comes_with_a_warning(
    text: str, days: str, code: str, context: PeriodContext
) -> None:
    period = parse_period(text, context=context)

    assert (_days(period), period.codes) == (days, (code,))


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("3月", "ask", "YEAR_MISSING"),
        ("Q1", "ask", "YEAR_MISSING"),
        ("1-3月", "ask", "YEAR_MISSING"),
        ("12", "ask", "YEAR_MISSING"),
        ("FY2024", "ask", "FISCAL_YEAR"),
        ("113/3", "ask", "ROC_YEAR"),
        ("1130315", "ask", "ROC_YEAR"),
        ("01/02/2024", "ask", "DATE_ORDER"),
        ("24-Mar", "ask", "DATE_ORDER"),
        ("Mar-24", "ask", "DATE_ORDER"),
        ("24-03-15", "ask", "DATE_ORDER"),
        ("45352", "ask", "EXCEL_SERIAL"),
        ("60", "quarantine", "EXCEL_SERIAL"),
        ("2024-02-30", "quarantine", "DATE_INVALID"),
        ("1900-02-29", "quarantine", "DATE_INVALID"),
        ("2024Q5", "quarantine", "DATE_INVALID"),
        ("1899-12", "quarantine", "DATE_INVALID"),
        ("later", "quarantine", "DATE_INVALID"),
        ("2026-07", "quarantine", "DATE_FUTURE"),
        ("2024年闰二月", "quarantine", "DATE_LUNAR"),
        ("昭和60年", "quarantine", "ERA"),
        ("2024-03-31/2024-03-01", "quarantine", "PERIOD_REVERSED"),
        ("9999-12-31T23:59:59-12:00", "quarantine", "DATE_INVALID"),
        ("—", "missing", "PERIOD_MISSING"),
        (None, "missing", "PERIOD_MISSING"),
    ],
)
def test_a_doubtful_period_has_a_code_and_no_days(
    text: str | None, status: str, code: str, context: PeriodContext
) -> None:
    period = parse_period(text, context=context)

    assert (period.status.value, period.codes, period.first) == (status, (code,), None)


def test_a_bare_roc_year_is_read_in_taiwan(context: PeriodContext) -> None:
    taiwan = replace(context, locale="zh-TW")

    found = [_days(parse_period(text, context=taiwan)) for text in ("113/3", "11303", "113年3月")]

    assert found == ["2024-03-01..2024-03-31"] * 3


def test_serial_sixty_is_a_day_that_never_was(context: PeriodContext) -> None:
    serial = replace(context, serial="1900")

    assert _days(parse_period("61", context=serial)) == "1900-03-01..1900-03-01"
    assert parse_period("60", context=serial).codes == ("EXCEL_SERIAL",)
    assert period_of_number(45352.75, context=serial).first == date(2024, 3, 1)


def test_a_number_that_may_be_january_or_october_is_asked_about(context: PeriodContext) -> None:
    assert period_of_number(2024.1, context=context).codes == ("PERIOD_NUMBER",)
    assert _days(period_of_number(2024.11, context=context)) == "2024-11-01..2024-11-30"
    assert _days(period_of_number(202403.0, context=context)) == "2024-03-01..2024-03-31"


def test_a_date_cell_is_a_month_when_its_format_or_column_says_so(context: PeriodContext) -> None:
    first = datetime(2024, 3, 1)  # noqa: DTZ001 - Excel cells have no zone
    by_column = replace(context, month_starts=True)

    assert _days(period_of_cell(first, context=context)) == "2024-03-01..2024-03-01"
    assert _days(period_of_cell(first, context=by_column)) == "2024-03-01..2024-03-31"
    shaped = period_of_cell(first, context=context, number_format='yyyy"年"m"月"')
    assert _days(shaped) == "2024-03-01..2024-03-31"
    assert period_of_cell(date(2027, 1, 1), context=context).codes == ("DATE_FUTURE",)


def test_a_month_column_has_firsts_of_several_months() -> None:
    months = [date(2024, month, 1) for month in range(1, 13)]

    assert is_month_column(months)
    assert not is_month_column([date(2024, 1, 1)])
    assert not is_month_column([*months, date(2024, 3, 15)])


def test_period_findings_name_the_cell(context: PeriodContext) -> None:
    found = findings_of(parse_period("3月", context=context), file="a", sheet="s", cell="A2")

    assert [(f.code, f.outcome, f.facts["found"]) for f in found] == [
        ("YEAR_MISSING", Outcome.ASK, "3月")
    ]


@pytest.mark.parametrize(
    "text", ["2" * 64, "-" * 64, "2024-" * 12, "~" * 64, "三" * 64, "x" * 10**6]
)
def test_any_period_text_is_answered_quickly(text: str, context: PeriodContext) -> None:
    started = time.perf_counter()

    period = parse_period(text, context=context)

    assert period.first is None
    assert time.perf_counter() - started < 0.05
