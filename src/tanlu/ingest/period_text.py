"""The text of a period to its parts: words become marks, marks and digits become days."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from tanlu.kernel.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.ingest.words import GrammarWords

# Marks: Y year, A whole year, M month, D day, Q quarter, H half, X third of a month,
# N<month>; a month's name, R ROC era, F fiscal year, ~ range. Digits stay.
_MARKS = {
    "year_mark": "Y",
    "whole_year": "A",
    "month_mark": "M",
    "day_mark": "D",
    "quarter": "Q",
    "half": "H",
    "ten_days": "X",
    "era_roc": "R",
    "fiscal": "F",
    "range": "~",
}
_BLANK = re.compile(r"\s*([YAMDQHXRF~])\s*")
_PATTERNS = tuple(
    (span, re.compile(pattern))
    for span, pattern in (
        ("day", r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})"),
        ("day", r"(?P<y>\d{4})Y(?P<m>\d{1,2})M(?P<d>\d{1,2})D?"),
        ("day", r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
        ("day", r"(?P<d>\d{1,2})[-. /]{0,2}N(?P<m>\d+);[-. ,/]{0,2}(?P<y>\d{4})"),
        ("day", r"N(?P<m>\d+);[. ]{0,2}(?P<d>\d{1,2})(?:, ?| )(?P<y>\d{4})"),
        ("month", r"(?P<y>\d{4})[-/. Y](?P<m>\d{1,2})M?"),
        ("month", r"(?P<y>\d{4})(?P<m>\d{2})"),
        ("month", r"(?P<m>\d{1,2})[-/. ](?P<y>\d{4})"),
        ("month", r"N(?P<m>\d+);[-. ,/]{0,2}(?P<y>\d{4})"),
        ("month", r"(?P<y>\d{4})[-. /]{0,2}N(?P<m>\d+);"),
        ("quarter", r"(?P<y>\d{4})[-/ Y]?Q(?P<n>\d)"),
        ("quarter", r"Q(?P<n>\d)[-/, ]?(?P<y>\d{4})Y?"),
        ("half", r"(?P<y>\d{4})[-/ Y]?H(?P<n>\d)"),
        ("half", r"H(?P<n>\d)[-/, ]?(?P<y>\d{4})Y?"),
        ("ten_days", r"(?P<y>\d{4})Y(?P<m>\d{1,2})MX(?P<n>\d)"),
        ("week", r"(?P<y>\d{4})-?w(?P<n>\d{1,2})"),
        ("year", r"(?P<y>\d{4})[AY]"),
        ("bare_year", r"(?P<y>\d{4})"),
        ("day", r"(?P<m>\d{1,2})M(?P<d>\d{1,2})D?"),
        ("month", r"(?P<m>\d{1,2})M"),
        ("month", r"N(?P<m>\d+);"),
        ("quarter", r"Q(?P<n>\d)"),
        ("half", r"H(?P<n>\d)"),
        ("ten_days", r"(?P<m>\d{1,2})MX(?P<n>\d)"),
    )
)
_RIGHT_DAY = re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})|(?P<d2>\d{1,2})D")
_SMALL = re.compile(r"\d{1,2}")
_DAY_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_TWO_NUMBERS = re.compile(r"\d{1,2}([-/.])\d{1,2}(?:\1\d{2})?")
_SHORT_NAMED = re.compile(r"(?:\d{1,2}[-. /']{0,2})?N\d+;(?:[-. /']{0,2}\d{1,2})?")
_MONTHS = 12


class DoubtfulPeriodError(Exception):
    """A period that is not taken: asked about, or quarantined."""

    def __init__(self, code: str, *, ask: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.ask = ask


@dataclass(frozen=True, slots=True)
class Point:
    """What one text names: a day, month, quarter... with the parts it states."""

    span: str
    year: int | None
    month: int | None = None
    day: int | None = None
    ordinal: int | None = None
    codes: tuple[str, ...] = ()

    def with_year(self, year: int) -> Point:
        """Return the point in a year."""
        return Point(self.span, year, self.month, self.day, self.ordinal, self.codes)

    def days(self) -> Period:
        """Return its first and last day.

        Raises
        ------
        DoubtfulPeriodError
            ``DATE_INVALID`` when there is no such day, ``YEAR_MISSING`` without a year.
        """
        if self.year is None:
            code = "YEAR_MISSING"
            raise DoubtfulPeriodError(code, ask=True)
        try:
            return _SPANS[self.span](self.year, self.month or 0, self.day or 0, self.ordinal or 0)
        except ValueError:
            code = "DATE_INVALID"
            raise DoubtfulPeriodError(code) from None


def _months(year: int, first: int, count: int) -> Period:
    last = first + count - 1
    return Period(Period.of_month(year, first).first, Period.of_month(year, last).last)


def _part(ordinal: int, parts: int) -> int:
    if not 1 <= ordinal <= parts:
        raise ValueError
    return ordinal


def _third(year: int, month: int, ordinal: int) -> Period:
    whole = Period.of_month(year, month)
    starts = (1, 11, 21)
    first = whole.first.replace(day=starts[_part(ordinal, 3) - 1])
    last = whole.last if ordinal == len(starts) else whole.first.replace(day=starts[ordinal] - 1)
    return Period(first, last)


def _week(year: int, ordinal: int) -> Period:
    monday = date.fromisocalendar(year, ordinal, 1)
    return Period(monday, monday + timedelta(days=6))


_SPANS: dict[str, Callable[[int, int, int, int], Period]] = {
    "day": lambda y, m, d, _: Period(date(y, m, d), date(y, m, d)),
    "month": lambda y, m, _d, _n: Period.of_month(y, m),
    "quarter": lambda y, _m, _d, n: _months(y, _part(n, 4) * 3 - 2, 3),
    "half": lambda y, _m, _d, n: _months(y, _part(n, 2) * 6 - 5, 6),
    "ten_days": lambda y, m, _d, n: _third(y, m, n),
    "week": lambda y, _m, _d, n: _week(y, n),
    "year": lambda y, _m, _d, _n: Period.of_year(y),
    "bare_year": lambda y, _m, _d, _n: Period.of_year(y),
}


def skeleton(text: str, words: GrammarWords) -> str:
    """Return the text with its words as marks and its CJK digits as ASCII."""
    marks, names, pattern, named = _vocabulary(words)
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    plain = named.sub(lambda hit: f"N{names[hit[1]]};", plain)
    plain = pattern.sub(lambda hit: marks[hit[0]], plain)
    return " ".join(_BLANK.sub(r"\1", _ascii_digits(plain, words)).split())


@lru_cache(maxsize=8)
def _vocabulary(
    words: GrammarWords,
) -> tuple[dict[str, str], dict[str, str], re.Pattern[str], re.Pattern[str]]:
    marks = {
        word: mark + value
        for kind, mark in _MARKS.items()
        for word, value in words.of(kind).items()
    }
    names = dict(words.of("month_name"))
    return marks, names, _any_of(marks), re.compile(f"(?<![a-z])({_longest(names)})(?![a-z])[.]?")


def _longest(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _any_of(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile(_longest(words) or "(?!)")


def _ascii_digits(text: str, words: GrammarWords) -> str:
    digits, tens = words.of("cjk_digit"), words.of("cjk_ten")
    if not any(char in digits or char in tens for char in text):
        return text
    out: list[str] = []
    for index, char in enumerate(text):
        if char in digits:
            out.append(digits[char])
        elif char in tens:
            before = index > 0 and (text[index - 1] in digits)
            after = index + 1 < len(text) and text[index + 1] in digits
            out.append({(0, 0): "10", (0, 1): "1", (1, 0): "0", (1, 1): ""}[before, after])
        else:
            out.append(char)
    return "".join(out)


def whole_point(text: str) -> Point | None:
    """Return what a skeleton names as one period, None if it is not one."""
    for span, pattern in _PATTERNS:
        if hit := pattern.fullmatch(text):
            parts = hit.groupdict()
            codes = ("PERIOD_YEAR",) if span == "bare_year" else ()
            numbers = (_number(parts.get(name)) for name in ("y", "m", "d", "n"))
            year, month, day, ordinal = numbers
            return Point(span, year, month, day, ordinal, codes)
    return _ordered(text)


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _ordered(text: str) -> Point | None:
    """Return a day written with its year last; refuse where day and month may be swapped."""
    if hit := _DAY_FIRST.fullmatch(text):
        first, second, year = int(hit[1]), int(hit[3]), int(hit[4])
        if first == second:
            return Point("day", year, first, second)
        if first <= _MONTHS and second <= _MONTHS:
            code = "DATE_ORDER"
            raise DoubtfulPeriodError(code, ask=True)
        month, day = (first, second) if first <= _MONTHS else (second, first)
        return Point("day", year, month, day, codes=("DATE_DAY_PLAIN",))
    return None


def is_short(text: str) -> bool:
    """Say whether a skeleton is two or three small numbers, or a month's name with one."""
    return bool(_TWO_NUMBERS.fullmatch(text) or _SHORT_NAMED.fullmatch(text))


def range_points(text: str) -> tuple[Point, Point] | None:
    """Return both ends of a skeleton that is a range, None if it is not one."""
    if "~" in text:
        left, _, right = text.partition("~")
        return _ends(left.strip(), right.strip())
    for index, char in enumerate(text):
        if char in "-/" and (found := _ends(text[:index].strip(), text[index + 1 :].strip())):
            return found
    return None


def _ends(left: str, right: str) -> tuple[Point, Point] | None:
    end = _right_only(right) or whole_point(right)
    start = whole_point(left)
    if start is None and end is not None and end.span == "month" and _SMALL.fullmatch(left):
        start = Point("month", None, int(left))
    if start is None:
        return None
    if end is None and _SMALL.fullmatch(right) and start.span in {"day", "month"}:
        day = start.span == "day"
        end = Point(start.span, None, *((None, int(right)) if day else (int(right), None)))
    if end is not None and end.span == "day" and end.month is None:
        end = Point("day", end.year, start.month, end.day)
    return (start, end) if end is not None else None


def _right_only(right: str) -> Point | None:
    hit = _RIGHT_DAY.fullmatch(right)
    if hit is None:
        return None
    return Point("day", None, _number(hit["m"]), int(hit["d"] or hit["d2"]))
