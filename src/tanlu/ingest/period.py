"""Periods as people write them: months, days, quarters, ranges, serials, ROC years."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from tanlu.ingest.words import GrammarWords
    from tanlu.kernel.findings import Finding


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
    """Read the text of a cell as a period."""
    raise NotImplementedError


def period_of_cell(
    value: date | datetime, *, context: PeriodContext, number_format: str = ""
) -> ParsedPeriod:
    """Read a date cell: a day, or a month when its format or its column says so."""
    raise NotImplementedError


def period_of_serial(value: float, *, context: PeriodContext) -> ParsedPeriod:
    """Read a number in a column of Excel serials."""
    raise NotImplementedError


def is_month_column(values: Iterable[date | datetime]) -> bool:
    """Say whether all dates are firsts of different months, so each means its month."""
    raise NotImplementedError


def findings_of(period: ParsedPeriod, *, file: str, sheet: str, cell: str) -> tuple[Finding, ...]:
    """Return the findings of a read period at its cell, none when it is plain."""
    raise NotImplementedError
