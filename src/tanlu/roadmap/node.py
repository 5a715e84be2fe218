"""Read JSON objects strictly: every fault is gathered with its path, none stops the reading."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tanlu.roadmap.problem import Series


LARGEST = 10**15  # of any number: beyond it units are mistaken, or nothing can be solved
RESERVED = ",#"  # in an id: they join ids in names of rows and of blocks


@dataclass(slots=True)
class Faults:
    """Everything wrong with a case, in the order of reading."""

    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, path: str, **facts: object) -> None:
        """Add a fault at a path."""
        words = {name: str(value) for name, value in facts.items()}
        self.found.append(Finding(code, Outcome.REJECT, cell=path, facts={"path": path, **words}))


def exact(value: object) -> Fraction | None:
    """Return a JSON number, or a decimal or ``p/q`` in text, exactly; None when it is neither.

    Examples
    --------
    >>> exact(0.1)
    Fraction(1, 10)
    >>> exact("1/3")
    Fraction(1, 3)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float | Decimal | str):
        try:
            return Fraction(str(value).strip())
        except (ValueError, InvalidOperation, ZeroDivisionError):
            return None
    return None


@dataclass(slots=True)
class Node:
    """One JSON object under reading.

    Parameters
    ----------
    data : dict
        The object.
    path : str
        Where it is, such as ``measures[2]``.
    years : tuple of int
        Years that a path must cover.
    faults : Faults
        Collects what is wrong.
    """

    data: dict[str, Any]
    path: str
    years: tuple[int, ...]
    faults: Faults
    seen: set[str] = field(default_factory=set)

    def has(self, key: str) -> bool:
        """Say whether a key is there with a value."""
        self.seen.add(key)
        return self.data.get(key) is not None

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; missing without a default is a fault."""
        if not self.has(key):
            return str(self._absent(key, default, ""))
        value = self.data[key]
        if not isinstance(value, str):
            self.faults.add("CASE_NOT_TEXT", self.at(key), found=value)
            return default or ""
        return value

    def number(self, key: str, default: Fraction | int | None = None) -> Fraction:
        """Return a number; a range object gives its typical value."""
        if not self.has(key):
            return Fraction(self._absent(key, default, 0))
        self._ordered(key)
        value = exact(_typical(self.data[key]))
        if value is None:
            self.faults.add("CASE_NOT_NUMBER", self.at(key), found=self.data[key])
            return Fraction(default or 0)
        if abs(value) > LARGEST:
            self.faults.add("CASE_TOO_LARGE", self.at(key), found=_shown(value), most=LARGEST)
            return Fraction(default or 0)
        return value

    def _ordered(self, key: str) -> None:
        """Report a range whose low, typical and high values fall."""
        given = self.data[key]
        if isinstance(given, dict) and "typical" in given:
            known = [exact(given[name]) for name in ("low", "typical", "high") if name in given]
            values = [value for value in known if value is not None]
            if values != sorted(values):
                shown = ", ".join(map(_shown, values))
                self.faults.add("CASE_RANGE_ORDER", self.at(key), found=shown)
            strange = sorted(given.keys() - {"low", "typical", "high", "unit", "source", "status"})
            for name in strange:
                facts = {"key": name, "near": "low, typical, high, unit, source, status"}
                self.faults.add("CASE_KEY_UNKNOWN", f"{self.at(key)}.{name}", **facts)

    def positive(self, key: str, default: Fraction | int | None = None) -> Fraction:
        """Return a number that may not be negative."""
        value = self.number(key, default)
        if value < 0:
            self.faults.add("CASE_NEGATIVE", self.at(key), found=value)
        return value

    def above_zero(self, key: str, default: Fraction | int | None = None) -> Fraction:
        """Return a number above zero."""
        value = self.number(key, default)
        if value <= 0 and self.has(key) and exact(_typical(self.data[key])) is not None:
            self.faults.add("CASE_NOT_POSITIVE", self.at(key), found=_shown(value))
        return value if value > 0 else Fraction(1)

    def share(self, key: str, default: Fraction | int | None = None) -> Fraction:
        """Return a number from 0 to 1."""
        value = self.number(key, default)
        if not 0 <= value <= 1:
            self.faults.add("CASE_SHARE", self.at(key), found=_shown(value))
            return Fraction(default or 0)
        return value

    def rate(self, key: str, default: Fraction | int | None = None) -> Fraction:
        """Return a yearly rate, above -1 and below 1: a percentage written as 8 is refused."""
        value = self.number(key, default)
        if not -1 < value < 1:
            self.faults.add("CASE_RATE", self.at(key), found=_shown(value))
            return Fraction(default or 0)
        return value

    def integer(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """Return a whole number not below `least`."""
        value = self.number(key, default)
        if value.denominator != 1 or value < least:
            self.faults.add("CASE_NOT_WHOLE", self.at(key), found=_shown(value), least=least)
            return max(least, default or least)
        return int(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        if not self.has(key):
            return default
        value = self.data[key]
        if not isinstance(value, bool):
            self.faults.add("CASE_NOT_FLAG", self.at(key), found=value)
            return default
        return value

    def choice(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """Return one of some words."""
        words = [str(word) for word in allowed]
        value = self.text(key, default)
        if value not in words:
            if value or self.has(key):
                self.faults.add("CASE_CHOICE", self.at(key), found=value, choices=", ".join(words))
            return default or words[0]
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; one text is a list of one."""
        if not self.has(key):
            return ()
        value = self.data[key]
        entries = [value] if isinstance(value, str) else value
        if not isinstance(entries, list) or not all(isinstance(e, str) for e in entries):
            self.faults.add("CASE_NOT_TEXT", self.at(key), found=value)
            return ()
        return tuple(entries)

    def series(
        self, key: str, default: Fraction | int | None = None, *, least: int | None = None
    ) -> Series:
        """Return a path over the years: a number, a list, or values by year.

        Values by year are joined by straight lines; the first and last year must be covered.
        """
        if not self.has(key):
            return (Fraction(self._absent(key, default, 0)),) * len(self.years)
        self._ordered(key)
        path = read_series(self.data[key], self.years, path=self.at(key), faults=self.faults)
        if path and max(map(abs, path)) > LARGEST:
            shown = _shown(max(path, key=abs))
            self.faults.add("CASE_TOO_LARGE", self.at(key), found=shown, most=LARGEST)
            path = None
        if path and least is not None and min(path) < least:
            self.faults.add("CASE_NEGATIVE", self.at(key), found=_shown(min(path)))
        return path or (Fraction(default or 0),) * len(self.years)

    def by_year(self, key: str, *, least: int | None = None) -> dict[int, Fraction]:
        """Return values by year index, only for the years given."""
        levels: dict[int, Fraction] = {}
        if not self.has(key):
            return levels
        entries = self.data[key]
        if not isinstance(entries, dict):
            self.faults.add("CASE_NOT_BY_YEAR", self.at(key), found=entries)
            return levels
        for year, given in entries.items():
            value = exact(given)
            if value is None:
                self.faults.add("CASE_NOT_NUMBER", f"{self.at(key)}.{year}", found=given)
            elif not year.isdigit() or int(year) not in self.years:
                self._outside(f"{self.at(key)}.{year}", year)
            elif abs(value) > LARGEST:
                facts = {"found": _shown(value), "most": LARGEST}
                self.faults.add("CASE_TOO_LARGE", f"{self.at(key)}.{year}", **facts)
            elif least is not None and value < least:
                self.faults.add("CASE_NEGATIVE", f"{self.at(key)}.{year}", found=_shown(value))
            else:
                levels[self.years.index(int(year))] = value
        return levels

    def year_index(self, key: str) -> int | None:
        """Return the index of a year, None when the key is missing or the year outside."""
        if not self.has(key):
            return None
        year = self.integer(key)
        if year not in self.years:
            self._outside(self.at(key), str(year))
            return None
        return self.years.index(year)

    def _outside(self, path: str, year: str) -> None:
        first, last = self.years[0], self.years[-1]
        self.faults.add("CASE_YEAR_OUTSIDE", path, found=year, first=first, last=last)

    def node(self, key: str) -> Node:
        """Return a nested object, empty when missing."""
        self.seen.add(key)
        value = self.data.get(key)
        if value is not None and not isinstance(value, dict):
            self.faults.add("CASE_NOT_OBJECT", self.at(key), found=value)
            value = None
        return Node(value or {}, self.at(key), self.years, self.faults)

    def nodes(self, key: str) -> Iterator[Node]:
        """Yield the objects of a list; an id used twice is a fault."""
        self.seen.add(key)
        entries = self.data.get(key) or []
        if not isinstance(entries, list):
            self.faults.add("CASE_NOT_LIST", self.at(key), found=type(entries).__name__)
            return
        ids: set[str] = set()
        for index, entry in enumerate(entries):
            path = f"{self.at(key)}[{index}]"
            if not isinstance(entry, dict):
                self.faults.add("CASE_NOT_OBJECT", path, found=entry)
                continue
            name = entry.get("id")
            if isinstance(name, str) and (not name.strip() or set(name) & set(RESERVED)):
                self.faults.add("CASE_ID_FORM", f"{path}.id", found=name, reserved=RESERVED)
            if isinstance(name, str) and name in ids:
                self.faults.add("CASE_ID_TWICE", path, found=name)
                continue
            ids.add(str(name))
            yield Node(entry, path, self.years, self.faults)

    def close(self, elsewhere: Mapping[str, str] | None = None) -> None:
        """Report the keys that nothing asked for, with the nearest known one.

        Parameters
        ----------
        elsewhere : Mapping[str, str], optional
            Keys that mean nothing here, and what they go with.
        """
        for key in self.data:
            if key not in self.seen and key in (elsewhere or {}):
                needs = (elsewhere or {})[key]
                self.faults.add("CASE_KEY_NOT_HERE", self.at(key), key=key, needs=needs)
            elif key not in self.seen and not key.startswith("_"):
                near = difflib.get_close_matches(key, sorted(self.seen), n=1)
                facts = {"key": key, "near": near[0] if near else ", ".join(sorted(self.seen))}
                self.faults.add("CASE_KEY_UNKNOWN", self.at(key), **facts)

    def _absent(self, key: str, default: Any, fallback: Any) -> Any:
        if default is None:
            self.faults.add("CASE_KEY_MISSING", self.at(key), key=key)
            return fallback
        return default


def _typical(value: object) -> object:
    return value.get("typical") if isinstance(value, dict) and "typical" in value else value


def _shown(value: Fraction) -> str:
    if abs(value) > LARGEST:  # may be beyond what a float holds
        return f"{Decimal(value.numerator) / Decimal(value.denominator):.6g}"
    return str(value.numerator) if value.denominator == 1 else str(float(value))


def read_series(value: object, years: Sequence[int], *, path: str, faults: Faults) -> Series | None:
    """Return a path of exact numbers, one a year; None with a fault when it is not one."""
    value = _typical(value)
    single = exact(value)
    if single is not None:
        return (single,) * len(years)
    if isinstance(value, list):
        return _from_list(value, years, path=path, faults=faults)
    if isinstance(value, dict):
        return _from_years(value, years, path=path, faults=faults)
    faults.add("CASE_NOT_NUMBER", path, found=value)
    return None


def _from_list(
    value: list[object], years: Sequence[int], *, path: str, faults: Faults
) -> Series | None:
    numbers = [exact(entry) for entry in value]
    if None in numbers:
        faults.add("CASE_NOT_NUMBER", path, found=value[numbers.index(None)])
        return None
    if len(numbers) != len(years):
        faults.add("CASE_SERIES_LENGTH", path, found=len(numbers), expected=len(years))
        return None
    return tuple(number for number in numbers if number is not None)


def _from_years(
    value: dict[str, object], years: Sequence[int], *, path: str, faults: Faults
) -> Series | None:
    points: dict[int, Fraction] = {}
    for year, given in value.items():
        number = exact(given)
        if number is None or not str(year).isdigit():
            faults.add("CASE_NOT_NUMBER", f"{path}.{year}", found=given)
            return None
        points[int(year)] = number
    if not points or min(points) > years[0] or max(points) < years[-1]:
        missing = [str(y) for y in years if not points or not min(points) <= y <= max(points)]
        faults.add("CASE_YEARS_MISSING", path, missing=_span(missing))
        return None
    return tuple(interpolate(points, year) for year in years)


def _span(years: list[str]) -> str:
    return years[0] if len(years) == 1 else f"{years[0]}-{years[-1]} ({len(years)})"


def interpolate(points: Mapping[int, Fraction], year: int) -> Fraction:
    """Return the value of a year on the straight line between its neighbours."""
    if year in points:
        return points[year]
    before = max(known for known in points if known < year)
    after = min(known for known in points if known > year)
    share = Fraction(year - before, after - before)
    return points[before] + (points[after] - points[before]) * share
