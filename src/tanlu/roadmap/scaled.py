"""Exact series as whole numbers over one denominator: sums and products without a fraction each.

A series is a tuple of fractions for all others to read. Here the same numbers are integers over
a common denominator; both forms of one tuple are kept together, so that neither is made twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tanlu.roadmap.problem import Series

KEPT = 1 << 14  # series whose whole numbers are kept


@dataclass(frozen=True, slots=True)
class Scaled:
    """A series: its value in a year is ``top / bottom``.

    Parameters
    ----------
    top : sequence of int, shape (T,)
        Numerators.
    bottom : int
        Denominator of all; positive, not always the least.
    """

    top: Sequence[int]
    bottom: int

    def over(self, bottom: int) -> Sequence[int]:
        """Return the numerators over a multiple of the denominator."""
        factor = bottom // self.bottom
        return self.top if factor == 1 else [value * factor for value in self.top]

    def plus(self, other: Scaled) -> Scaled:
        """Return the sum, year by year."""
        if self.bottom == other.bottom:
            return Scaled(list(map(int.__add__, self.top, other.top)), self.bottom)
        bottom = lcm(self.bottom, other.bottom)
        return Scaled(list(map(int.__add__, self.over(bottom), other.over(bottom))), bottom)

    def minus(self, other: Scaled) -> Scaled:
        """Return the difference, year by year."""
        bottom = lcm(self.bottom, other.bottom)
        return Scaled(list(map(int.__sub__, self.over(bottom), other.over(bottom))), bottom)

    def times(self, other: Scaled) -> Scaled:
        """Return the product, year by year."""
        return Scaled(list(map(int.__mul__, self.top, other.top)), self.bottom * other.bottom)

    def by(self, factor: Fraction) -> Scaled:
        """Return the product with one number."""
        top = [value * factor.numerator for value in self.top]
        return Scaled(top, self.bottom * factor.denominator)

    def half_up(self, factor: int = 1) -> tuple[int, ...]:
        """Return whole numbers: ``floor(x factor + 1/2)``."""
        twice, double = 2 * factor, 2 * self.bottom
        return tuple([(twice * value + self.bottom) // double for value in self.top])

    def to_steps(self, step: Fraction) -> Scaled:
        """Return multiples of a step, rounded half up; a step of nothing leaves it as it is."""
        if not step:
            return self
        unit, half = step.numerator * self.bottom, step.denominator
        return Scaled(
            [(2 * value * half + unit) // (2 * unit) * step.numerator for value in self.top], half
        )

    def series(self) -> Series:
        """Return fractions; equal neighbors are one object."""
        found: list[Fraction] = []
        before, value = None, Fraction(0)
        for top in self.top:
            if top != before:
                before, value = top, Fraction(top, self.bottom)
            found.append(value)
        made = tuple(found)
        _keep(made, self)
        return made


_known: dict[int, tuple[Series, Scaled]] = {}


def _keep(series: Series, whole: Scaled) -> None:
    if len(_known) >= KEPT:
        _known.clear()
    _known[id(series)] = series, whole  # the tuple is held, so its id is not given again


def scaled(series: Sequence[Fraction]) -> Scaled:
    """Return a series as whole numbers over one denominator.

    Parameters
    ----------
    series : sequence of Fraction, shape (T,)
        Fractions or whole numbers; those of a tuple are kept.
    """
    known = _known.get(id(series))
    if known is not None and known[0] is series:
        return known[1]
    if not series:
        return Scaled([], 1)
    bottoms = {value.denominator for value in series}
    bottom = lcm(*bottoms)
    if len(bottoms) == 1:
        top = [value.numerator for value in series]
    else:
        top = [value.numerator * (bottom // value.denominator) for value in series]
    whole = Scaled(top, bottom)
    if isinstance(series, tuple):  # a list may change
        _keep(series, whole)
    return whole


def nothing_of(periods: int) -> Scaled:
    """Return a series of zeros."""
    return Scaled([0] * periods, 1)


def total_of(parts: Iterable[Scaled], periods: int) -> Scaled:
    """Return the sum of series; those of one denominator are added first."""
    sums: dict[int, list[int]] = {}
    for part in parts:
        known = sums.get(part.bottom)
        sums[part.bottom] = (
            list(part.top) if known is None else list(map(int.__add__, known, part.top))
        )
    if not sums:
        return nothing_of(periods)
    bottom = lcm(*sums)
    rows = [Scaled(top, each).over(bottom) for each, top in sums.items()]
    return Scaled(rows[0] if len(rows) == 1 else [sum(year) for year in zip(*rows)], bottom)  # noqa: B905 - all of T years
