"""Months, quarters and years as they stand in headers, with or without their year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tanlu.ingest.period import PeriodContext, PeriodStatus, parse_period
from tanlu.ingest.workbook.grid import Cell, CellKind
from tanlu.kernel.periods import Period

if TYPE_CHECKING:
    from tanlu.ingest.vocabulary import Vocabulary

_LEAP_YEAR = 2024
_MONTHS = 12
_CENTURY = 2000
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_WORD_YEAR = re.compile(r"([A-Za-z]{3,9})\.?[-/ '.]*(\d{4}|\d{2})")
_YEAR_WORD = re.compile(r"(\d{4})[-/ '.]*([A-Za-z]{3,9})\.?")
_PLAIN_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class HeaderPeriod:
    """A period in a header.

    Parameters
    ----------
    first, last : date
        Days, in a stand-in leap year when `has_year` is False.
    has_year : bool
        Whether the text names its year.
    """

    first: date
    last: date
    has_year: bool

    def in_year(self, year: int | None) -> Period | None:
        """Return the period; None when it needs a year and none is given."""
        if self.has_year:
            return Period(self.first, self.last)
        if year is None:
            return None
        first = Period.of_month(year, self.first.month).first
        return Period(first, Period.of_month(year, self.last.month).last)

    def contains(self, other: HeaderPeriod) -> bool:
        """Say whether another period lies inside this one and is shorter."""
        inside = self.first <= other.first and other.last <= self.last
        return inside and (self.first, self.last) != (other.first, other.last)


def _month(year: int, month: int, *, has_year: bool) -> HeaderPeriod:
    period = Period.of_month(year, month)
    return HeaderPeriod(period.first, period.last, has_year)


def header_period(cell: Cell, words: Vocabulary) -> HeaderPeriod | None:
    """Read a header cell as a period; None when it is none.

    Parameters
    ----------
    cell : Cell
        A date, a text such as ``Mar-24``, ``2024Q1``, or a year as number.
    words : Vocabulary
        Names of months.
    """
    text = cell.text.strip()
    if cell.kind is CellKind.DATE:
        day = date.fromisoformat(text[:10])
        return _month(day.year, day.month, has_year=True)
    if _PLAIN_NUMBER.fullmatch(text):
        return _numeric(text)
    named = words.word("month", text)
    if named:
        return _month(_LEAP_YEAR, int(named), has_year=False)
    for pattern, word_group, year_group in ((_WORD_YEAR, 1, 2), (_YEAR_WORD, 2, 1)):
        match = pattern.fullmatch(text)
        named = words.word("month", match[word_group]) if match else ""
        if match and named:
            year = int(match[year_group])
            year += _CENTURY if year < 100 else 0  # noqa: PLR2004 - a two-digit year
            return _month(year, int(named), has_year=True)
    return _parsed(text, words)


def _numeric(text: str) -> HeaderPeriod | None:
    year, month = int(text[:4]), int(text[4:] or 0)
    if len(text) == 4 and _FIRST_YEAR <= year <= _LAST_YEAR:  # noqa: PLR2004 - a year
        period = Period.of_year(year)
        return HeaderPeriod(period.first, period.last, has_year=True)
    if len(text) == 6 and _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= _MONTHS:  # noqa: PLR2004
        return _month(year, month, has_year=True)
    return None


def _parsed(text: str, words: Vocabulary) -> HeaderPeriod | None:
    context = words.context
    plain = PeriodContext(
        words.periods,
        today=date(_LAST_YEAR, 1, 1),
        locale=context.locale,
        fiscal_start=context.fiscal_start,
    )
    found = parse_period(text, context=plain)
    if found.status is PeriodStatus.OK and found.first and found.last:
        return HeaderPeriod(found.first, found.last, has_year=True)
    if found.codes != ("YEAR_MISSING",):
        return None
    standing = PeriodContext(
        words.periods,
        today=date(_LAST_YEAR, 1, 1),
        locale=context.locale,
        default_year=_LEAP_YEAR,
    )
    found = parse_period(text, context=standing)
    if found.first is None or found.last is None:
        return None
    return HeaderPeriod(found.first, found.last, has_year=False)


def numbered_months(row: dict[int, Cell]) -> dict[int, HeaderPeriod]:
    """Return the columns whose headers are the bare numbers 1, 2, 3, ... in a run."""
    run: dict[int, HeaderPeriod] = {}
    expected = 1
    for column in sorted(row):
        text = row[column].text.strip()
        if text == str(expected) and expected <= _MONTHS:
            run[column] = _month(_LEAP_YEAR, expected, has_year=False)
            expected += 1
    return run if len(run) > 2 else {}  # noqa: PLR2004 - two numbers are no run
