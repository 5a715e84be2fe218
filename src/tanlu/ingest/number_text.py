"""Digits, groups, exponents: the ASCII part of the number grammar, exact and bounded."""

from __future__ import annotations

import re
from decimal import Decimal

MOST_DIGITS = 28
TOO_BIG_POWER = 19
SMALLEST_POWER = -9
_HEAD = re.compile(r"([+-]?) ?((?:[\d.,' ]*[\d.,])?)((?:[eE][+-]?\d+)?)")
_POWER_TEXT = re.compile(r"([+-]?)(\d+(?:\.\d+)?) ?[×✕x] ?10 ?\^ ?([+-]?\d{1,4})")
_DOTTED_GROUPS = re.compile(r"\d{1,3}(?:[.,]\d{3}){2,}")
_EXPRESSION = re.compile(r"=.*|[\d.,' ()]*[-+*/^×÷x][-\d.,' ()+*/^×÷x]*", re.DOTALL)


class DoubtError(Exception):
    """A number that is not taken, with its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def split_head(body: str) -> tuple[str, str, str, str]:
    """Return sign, digits with their separators, exponent digits and the tail of a text."""
    hit = _HEAD.match(body)
    if hit is None or not hit[2]:
        code = "NUMBER_UNPARSED"
        raise DoubtError(code)
    return hit[1], hit[2], hit[3][1:], body[hit.end() :].strip()


def power_text(body: str) -> tuple[str, str, str] | None:
    """Return sign, digits and exponent of ``1.2x10^5`` written with a multiplication sign."""
    hit = _POWER_TEXT.fullmatch(body)
    return (hit[1], hit[2], hit[3]) if hit else None


def is_expression(body: str) -> bool:
    """Say whether a text is arithmetic, which is never worked out."""
    return any(char.isdigit() for char in body) and bool(_EXPRESSION.fullmatch(body))


def ungroup(digits: str, *, decimal_comma: bool) -> tuple[str, str]:
    """Return the integer and the fraction digits of a grouped number.

    Raises
    ------
    DoubtError
        ``NUMBER_LOCALE`` for the other locale's separators, ``NUMBER_GROUPING`` for groups
        other than three digits, ``NUMBER_UNPARSED`` for more than one decimal point.
    """
    point, group = (",", ".") if decimal_comma else (".", ",")
    _check_locale(digits, point, group)
    whole, _, fraction = digits.partition(point)
    if fraction and not fraction.isdigit():
        raise DoubtError("NUMBER_UNPARSED" if point in fraction else "NUMBER_GROUPING")
    if not whole.isdigit() and whole:
        marks = {char for char in whole if not char.isdigit()}
        parts = re.split("[.,' ]", whole)
        even = all(len(part) == 3 for part in parts[1:]) and 1 <= len(parts[0]) <= 3  # noqa: PLR2004 - thousands
        if len(marks) > 1 or not even:
            code = "NUMBER_GROUPING"
            raise DoubtError(code)
        whole = "".join(parts)
    if not whole and not fraction:
        code = "NUMBER_UNPARSED"
        raise DoubtError(code)
    return whole, fraction


def _check_locale(digits: str, point: str, group: str) -> None:
    groups, points = digits.count(group), digits.count(point)
    other_way = groups == 1 and points >= 1 and digits.rindex(group) > digits.rindex(point)
    if other_way or (points > 1 and not groups and _DOTTED_GROUPS.fullmatch(digits)):
        code = "NUMBER_LOCALE"
        raise DoubtError(code)


def value_of(sign: str, whole: str, fraction: str, power: int) -> Decimal:
    """Return the exact plain decimal, after checking digits and range on the exponent.

    Parameters
    ----------
    sign : str
        ``-`` for a negative number.
    whole, fraction : str
        Digits before and after the point.
    power : int
        Power of ten to multiply by; may be huge.

    Raises
    ------
    DoubtError
        ``NUMBER_PRECISION`` above 28 digits, ``NUMBER_OUT_OF_RANGE`` at 1e19 and above or
        below 1e-9.
    """
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return Decimal(0)
    if len(digits) > MOST_DIGITS:
        code = "NUMBER_PRECISION"
        raise DoubtError(code)
    exponent = power - len(fraction)
    leading = len(digits) - 1 + exponent
    if leading >= TOO_BIG_POWER or leading < SMALLEST_POWER:
        code = "NUMBER_OUT_OF_RANGE"
        raise DoubtError(code)
    if exponent > 0:
        digits, exponent = digits + "0" * exponent, 0
    return Decimal((1 if sign == "-" else 0, tuple(map(int, digits)), exponent))
