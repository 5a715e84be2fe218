"""Months and day ranges, and the exact split of a quantity over months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NewType

from tanlu.kernel.rounding import split_largest_remainder

if TYPE_CHECKING:
    from collections.abc import Iterator

Year = NewType("Year", int)
YearMonth = NewType("YearMonth", int)

_MONTHS = 12


def year_month(year: int, month: int) -> YearMonth:
    """Return the month number ``year * 12 + month`` used in the ledger."""
    return YearMonth(year * _MONTHS + month)


def year_months(year: int) -> range:
    """Return the ledger months of a calendar year."""
    return range(year_month(year, 1), year_month(year, _MONTHS) + 1)


def year_of(ym: int) -> Year:
    """Return the calendar year of a ledger month."""
    return Year((ym - 1) // _MONTHS)


def month_of(ym: int) -> int:
    """Return the calendar month, 1 to 12, of a ledger month."""
    return (ym - 1) % _MONTHS + 1


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days, both ends included."""

    first: date
    last: date

    @classmethod
    def of_month(cls, year: int, month: int) -> Period:
        """Return the whole calendar month."""
        following = date(year + month // _MONTHS, month % _MONTHS + 1, 1)
        return cls(date(year, month, 1), following - timedelta(days=1))

    @classmethod
    def of_year(cls, year: int) -> Period:
        """Return the whole calendar year."""
        return cls(date(year, 1, 1), date(year, _MONTHS, 31))

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.last - self.first).days + 1

    def months(self) -> Iterator[tuple[YearMonth, int]]:
        """Yield each ledger month touched, with the number of days in it."""
        cursor = self.first
        while cursor <= self.last:
            month = Period.of_month(cursor.year, cursor.month)
            end = min(month.last, self.last)
            yield year_month(cursor.year, cursor.month), (end - cursor).days + 1
            cursor = end + timedelta(days=1)


def split_by_days(amount: int, period: Period) -> list[tuple[YearMonth, int]]:
    """Split an integer amount over the months of a period by days; the parts sum exactly.

    Parameters
    ----------
    amount : int
        Quantity in its smallest unit (millionths of a ledger unit).
    period : Period
        Days it covers.

    Returns
    -------
    list of (YearMonth, int)
        One part per month; largest remainder, so that the sum is `amount`.
    """
    months = list(period.months())
    parts = split_largest_remainder(amount, [days for _, days in months])
    return [(ym, part) for (ym, _), part in zip(months, parts, strict=True)]
