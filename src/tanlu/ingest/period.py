"""Periods as people write them: months, days, quarters, ranges, serials, ROC years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.ingest.period_text import (
    DoubtfulPeriodError,
    Point,
    is_short,
    range_points,
    skeleton,
    whole_point,
)
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.ingest.words import GrammarWords

LONGEST = 64
_MONTHS = 12
_NO_SERIAL = 100_000
_FAKE_LEAP_DAY = 60  # Excel's 1900-02-29, which never was
_EPOCHS = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
_ISO_WEEK_BLANK = re.compile(r"\s*-\s*(?=w)")
_CLOCK = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[t ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?"
    r"\s*(z|[+-]\d{2}:?\d{2})?"
)
_ROC_NAMED = re.compile(r"R(\d{1,3})(?=[-/.YA])")
_ROC_BARE = re.compile(r"(?<!\d)(\d{3})(?=[-/.]\d|[YA])")
_ROC_DIGITS = re.compile(r"(\d{3})(\d{2})((?:\d{2})?)")
_SHORT_YEAR = re.compile(r"(?<!\d)(\d{2})(?=[YA])")
_FISCAL = re.compile(r"(?:F ?(\d{4})|(\d{4})F)(?:[-/](?:\d{2}|\d{4}))?|(\d{4})[-/](?:\d{2}|\d{4})F")
_FORMAT_NOISE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


class PeriodStatus(StrEnum):
    """What became of a period's text."""

    OK = "ok"
    MISSING = "missing"
    QUARANTINE = "quarantine"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class PeriodContext:
    """What the reader of a period must know.

    Parameters
    ----------
    words : GrammarWords
        Rows of the table `period_word`.
    today : date
        A period that begins later is refused.
    locale : str
        ``zh-TW`` reads a bare ``113/3`` as a ROC year.
    fiscal_start : int or None
        First month of the fiscal year, 1 to 12; None asks about ``FY2024``.
    default_year : int or None
        Year of the sheet, title or file name, for texts without one; None asks.
    serial : str
        ``1900`` or ``1904`` when the column holds Excel serials of that system; empty: not.
    month_starts : bool
        Every date of the column is the first of a month and means the whole month
        (see `is_month_column`).
    """

    words: GrammarWords
    today: date
    locale: str = "zh-CN"
    fiscal_start: int | None = None
    default_year: int | None = None
    serial: str = ""
    month_starts: bool = False


@dataclass(frozen=True, slots=True)
class ParsedPeriod:
    """A read period; both days included, None unless the status is OK."""

    text: str
    status: PeriodStatus
    first: date | None = None
    last: date | None = None
    codes: tuple[str, ...] = ()


def parse_period(text: str | None, *, context: PeriodContext) -> ParsedPeriod:
    """Read the text of a cell as a period.

    Parameters
    ----------
    text : str or None
        As written, any text; None and empty are missing.
    context : PeriodContext
        Words, today, locale and what is known of the column.

    Returns
    -------
    ParsedPeriod
        First and last day, or the code that says why there is none. No digit ever passes
        through a float: ``2024.10`` is October.

    Notes
    -----
    Rule M-07.
    """
    written = text or ""
    stripped = written.strip()
    if not stripped or stripped.casefold() in context.words.of("missing"):
        return ParsedPeriod(written, PeriodStatus.MISSING, codes=("PERIOD_MISSING",))
    try:
        found, codes = _read(stripped, context)
        _check_days(found, context)
    except DoubtfulPeriodError as doubt:
        status = PeriodStatus.ASK if doubt.ask else PeriodStatus.QUARANTINE
        return ParsedPeriod(written[:LONGEST], status, codes=(doubt.code,))
    return ParsedPeriod(written, PeriodStatus.OK, found.first, found.last, codes)


def period_of_cell(
    value: date | datetime, *, context: PeriodContext, number_format: str = ""
) -> ParsedPeriod:
    """Read a date cell: a day, or a month when its format or its column says so.

    Parameters
    ----------
    value : date or datetime
        Cell value.
    context : PeriodContext
        With `month_starts` when `is_month_column` holds for the column.
    number_format : str
        Excel number format; one without a day shows a month, so a month is meant.

    Returns
    -------
    ParsedPeriod
        As for a text.
    """
    day = value.date() if isinstance(value, datetime) else value
    shape = _FORMAT_NOISE.sub("", number_format).casefold()
    text = day.isoformat()
    found = _day_or_month(day, context)
    if "y" in shape and "d" not in shape:
        found = Period.of_month(day.year, day.month) if "m" in shape else Period.of_year(day.year)
    try:
        _check_days(found, context)
    except DoubtfulPeriodError as doubt:
        return ParsedPeriod(text, PeriodStatus.QUARANTINE, codes=(doubt.code,))
    return ParsedPeriod(text, PeriodStatus.OK, found.first, found.last)


def period_of_number(value: float, *, context: PeriodContext) -> ParsedPeriod:
    """Read a number cell of a period column: a serial, ``202403``, or ``2024.11``.

    Parameters
    ----------
    value : float
        Cell value.
    context : PeriodContext
        With `serial` when the column holds Excel serials; their time of the day is dropped.

    Returns
    -------
    ParsedPeriod
        ``PERIOD_NUMBER`` asks about ``2024.1``: as a number it may be January or October.
    """
    text = repr(value).removesuffix(".0")
    if context.serial and abs(value) < _NO_SERIAL:
        text = str(int(value))
    elif text.endswith(".1"):
        return ParsedPeriod(text, PeriodStatus.ASK, codes=("PERIOD_NUMBER",))
    return parse_period(text, context=context)


def is_month_column(values: Iterable[date | datetime]) -> bool:
    """Say whether all dates are firsts of at least two months, so each means its month."""
    months = set()
    for value in values:
        midnight = not isinstance(value, datetime) or value.time().isoformat() == "00:00:00"
        if value.day != 1 or not midnight:
            return False
        months.add((value.year, value.month))
    return len(months) > 1


def findings_of(period: ParsedPeriod, *, file: str, sheet: str, cell: str) -> tuple[Finding, ...]:
    """Return the findings of a read period at its cell, none when it is plain."""
    outcome = {
        PeriodStatus.OK: Outcome.WARN,
        PeriodStatus.ASK: Outcome.ASK,
    }.get(period.status, Outcome.QUARANTINE)
    read = f"{period.first}..{period.last}" if period.first else "-"
    facts = {"found": period.text[:LONGEST], "read": read}
    return tuple(Finding(code, outcome, file, sheet, cell, facts) for code in period.codes)


def _read(text: str, context: PeriodContext) -> tuple[Period, tuple[str, ...]]:
    if len(text) > LONGEST:
        code = "DATE_INVALID"
        raise DoubtfulPeriodError(code)
    _check_calendar(text, context.words)
    bones = _ISO_WEEK_BLANK.sub("-", skeleton(text, context.words))
    if bones.isdigit() and len(bones) != 4 and (found := _digits(bones, context)):  # noqa: PLR2004 - a year
        return found
    if clock := _CLOCK.fullmatch(bones):
        return _clock_day(clock, context)
    if "F" in bones:
        return _fiscal_year(bones, context), ()
    bones, codes = _calendar_years(bones, context)
    point = whole_point(bones)
    if point is not None:
        return _one(point, context), (*codes, *point.codes)
    if is_short(bones):
        code = "DATE_ORDER"
        raise DoubtfulPeriodError(code, ask=True)
    ends = range_points(bones)
    if ends is not None:
        days, more = _between(*ends, context)
        return days, (*codes, *more)
    code = "DATE_INVALID"
    raise DoubtfulPeriodError(code)


def _check_calendar(text: str, words: GrammarWords) -> None:
    if any(word in text for word in words.of("lunar")):
        code = "DATE_LUNAR"
        raise DoubtfulPeriodError(code)
    if any(word in text for word in words.of("era_other")):
        code = "ERA"
        raise DoubtfulPeriodError(code)


def _check_days(found: Period, context: PeriodContext) -> None:
    if found.first > found.last:
        code = "PERIOD_REVERSED"
    elif found.first.year < _setting("earliest-year", context):
        code = "DATE_INVALID"
    elif found.first > context.today:
        code = "DATE_FUTURE"
    else:
        return
    raise DoubtfulPeriodError(code)


def _setting(name: str, context: PeriodContext) -> int:
    return int(context.words.of("setting")[name])


def _one(point: Point, context: PeriodContext) -> Period:
    if point.year is None and context.default_year is not None:
        point = point.with_year(context.default_year)
    found = point.days()
    is_first = point.span == "day" and context.month_starts
    return _day_or_month(found.first, context) if is_first else found


def _day_or_month(day: date, context: PeriodContext) -> Period:
    if context.month_starts and day.day == 1:
        return Period.of_month(day.year, day.month)
    return Period(day, day)


def _between(start: Point, end: Point, context: PeriodContext) -> tuple[Period, tuple[str, ...]]:
    """Return the days of a range; an end without a year takes the other's, or the next."""
    codes = tuple(dict.fromkeys((*start.codes, *end.codes)))
    if start.year is None and end.year is None and context.default_year is not None:
        start = start.with_year(context.default_year)
    if start.year is None and end.year is None:
        code = "YEAR_MISSING"
        raise DoubtfulPeriodError(code, ask=True)
    left = start if start.year is not None else start.with_year(end.year or 0)
    right = end if end.year is not None else end.with_year(start.year or 0)
    found = Period(left.days().first, right.days().last)
    if found.first <= found.last or (start.year is not None and end.year is not None):
        return found, codes
    if end.year is None:
        found = Period(found.first, right.with_year((right.year or 0) + 1).days().last)
    else:
        found = Period(left.with_year((left.year or 0) - 1).days().first, found.last)
    return found, (*codes, "PERIOD_YEAR_INFERRED")


def _digits(digits: str, context: PeriodContext) -> tuple[Period, tuple[str, ...]] | None:
    """Return what a bare number of other than four digits means, None if it is yyyymm[dd]."""
    is_serial = len(digits) <= 5  # noqa: PLR2004 - serials of today have five digits
    if context.serial and is_serial:
        return _serial_day(int(digits), context), ("EXCEL_SERIAL",)
    roc = _ROC_DIGITS.fullmatch(digits)
    if roc and len(digits) != 6:  # noqa: PLR2004 - yyyymm
        return _roc_digits(roc, is_serial=is_serial, context=context), ()
    if not is_serial:
        return None
    if len(digits) <= 2 and 1 <= int(digits) <= _MONTHS:  # noqa: PLR2004 - a month
        return _one(Point("month", None, int(digits)), context), ()
    code = "EXCEL_SERIAL"
    raise DoubtfulPeriodError(code)


def _serial_day(serial: int, context: PeriodContext) -> Period:
    if serial == 0 or (context.serial == "1900" and serial <= _FAKE_LEAP_DAY):
        code = "EXCEL_SERIAL"
        raise DoubtfulPeriodError(code)
    return _day_or_month(_EPOCHS[context.serial] + timedelta(days=serial), context)


def _roc_digits(hit: re.Match[str], *, is_serial: bool, context: PeriodContext) -> Period:
    year, month, day = hit.groups()
    plausible = 1 <= int(month) <= _MONTHS
    if context.locale != "zh-TW" or not plausible:
        code = "EXCEL_SERIAL" if is_serial else "ROC_YEAR"
        raise DoubtfulPeriodError(code, ask=True)
    western = int(year) + _setting("roc-first-year", context) - 1
    point = Point("day" if day else "month", western, int(month), int(day) if day else None)
    return _one(point, context)


def _clock_day(hit: re.Match[str], context: PeriodContext) -> tuple[Period, tuple[str, ...]]:
    """Return the day of a time stamp at the workspace's clock, warned when it was elsewhere."""
    parts = [int(part or 0) for part in hit.groups()[:6]]
    local = timezone(timedelta(minutes=_setting("utc-minutes", context)))
    zone = hit[7]
    try:
        moment = datetime(*parts, tzinfo=_zone(zone) if zone else local)  # type: ignore[arg-type,misc]
        here = moment.astimezone(local)
    except (ValueError, OverflowError):
        code = "DATE_INVALID"
        raise DoubtfulPeriodError(code) from None
    codes = ("TIMEZONE",) if moment.utcoffset() != here.utcoffset() else ()
    return _day_or_month(here.date(), context), codes


def _zone(text: str) -> timezone:
    if text == "z":
        return timezone(timedelta())
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def _fiscal_year(bones: str, context: PeriodContext) -> Period:
    """Return a fiscal year, named by the calendar year it starts in."""
    if context.fiscal_start is None:
        code = "FISCAL_YEAR"
        raise DoubtfulPeriodError(code, ask=True)
    hit = _FISCAL.fullmatch(bones)
    if hit is None:
        code = "DATE_INVALID"
        raise DoubtfulPeriodError(code)
    year = int(next(group for group in hit.groups() if group))
    try:
        first = date(year, context.fiscal_start, 1)
        return Period(first, first.replace(year=year + 1) - timedelta(days=1))
    except ValueError:
        code = "DATE_INVALID"
        raise DoubtfulPeriodError(code) from None


def _calendar_years(bones: str, context: PeriodContext) -> tuple[str, tuple[str, ...]]:
    """Return the skeleton with ROC and two-digit years as four digits."""
    shift = _setting("roc-first-year", context) - 1
    named = _ROC_NAMED.sub(lambda hit: f"{int(hit[1]) + shift:04d}", bones)
    if _ROC_BARE.search(named):
        if context.locale != "zh-TW":
            code = "ROC_YEAR"
            raise DoubtfulPeriodError(code, ask=True)
        named = _ROC_BARE.sub(lambda hit: f"{int(hit[1]) + shift:04d}", named)
    if not _SHORT_YEAR.search(named):
        return named, ()
    if context.locale == "zh-TW":
        code = "ROC_YEAR"
        raise DoubtfulPeriodError(code, ask=True)
    century = context.today.year // 100
    return _SHORT_YEAR.sub(lambda hit: f"{century:02d}{hit[1]}", named), ("YEAR_2DIGIT",)
