"""Rounds once to four significant digits and shifts the point by unit: equal digits everywhere.

Counts, years and ids are not numbers in this sense and never pass through here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING

from tanlu.i18n.catalogue import unit_words

if TYPE_CHECKING:
    from fractions import Fraction
    from typing import Any

SIGNIFICANT = 4
_PRECISION = 60


def decimal_of(value: Decimal | int | float | Fraction | str) -> Decimal:
    """Return the value as written: a float by its shortest text, a fraction to 60 digits."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float | str):
        return Decimal(str(value))
    with localcontext() as context:
        context.prec = _PRECISION
        return Decimal(value.numerator) / Decimal(value.denominator)


def round_significant(value: Decimal, digits: int = SIGNIFICANT) -> Decimal:
    """Round half away from zero to significant digits; the exponent tells how many are shown.

    Parameters
    ----------
    value : Decimal
        Finite number.
    digits : int
        Significant digits kept.

    Returns
    -------
    Decimal
        `value` with exactly `digits` digits in its coefficient; zero comes back as ``0``.
    """
    if value == 0:
        return Decimal(0)
    with localcontext() as context:
        context.prec = _PRECISION
        step = Decimal(1).scaleb(value.adjusted() - digits + 1)
        rounded = value.quantize(step, rounding=ROUND_HALF_UP)
        if rounded.adjusted() > value.adjusted():  # 9,999.6 became 10,000
            rounded = rounded.quantize(step.scaleb(1))
        return rounded


def round_places(value: Decimal, places: int) -> Decimal:
    """Round half away from zero to a number of decimal places."""
    with localcontext() as context:
        context.prec = _PRECISION
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def grouped(value: Decimal, *, minus: str = "-") -> str:
    """Return plain digits with thousands commas; the last digit kept is the last one shown."""
    text = f"{abs(value):,f}"
    return f"{minus}{text}" if value < 0 else text


@dataclass(frozen=True, slots=True)
class Step:
    """One unit of a ladder: the power of ten of the base unit, and the words around the number."""

    power: int
    words: str

    def show(self, rounded: Decimal, *, minus: str) -> str:
        """Return the number in this unit, with its unit."""
        shifted = rounded.scaleb(-self.power) if rounded else rounded
        return self.words.replace("{}", grouped(shifted, minus=minus))

    @property
    def unit(self) -> str:
        """The words alone, for a table header or an axis."""
        return " ".join(self.words.replace("{}", " ").split())


def step_for(kind: str, rounded: Decimal, language: str) -> Step:
    """Choose the unit of a ladder for a value that has already been rounded.

    Parameters
    ----------
    kind : str
        Ladder in `data/i18n/units.yaml`: mass, energy, heat, tce, power, money.
    rounded : Decimal
        Rounded value [base unit of the ladder].
    language : str
        ``zh`` or ``en``.
    """
    ladder: dict[str, Any] = unit_words()["ladders"][kind][language]
    steps = [Step(int(power), str(words)) for power, words in ladder["steps"]]
    size = abs(rounded)
    if "small" in ladder and 0 < size < 1:
        power, words = ladder["small"]
        return Step(int(power), str(words))
    fitting = [step for step in steps if size >= Decimal(1).scaleb(step.power)]
    return fitting[-1] if fitting else steps[0]


def show(kind: str, value: Decimal, *, language: str, minus: str = "-") -> str:
    """Return a quantity with four digits and the unit that fits it."""
    rounded = round_significant(value)
    return step_for(kind, rounded, language).show(rounded, minus=minus)
