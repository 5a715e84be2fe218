"""The two roundings of the product: half up to an integer, and the largest remainder."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


def floor_half_up(value: Fraction | Decimal | int) -> int:
    """Round to an integer by ``floor(x + 1/2)``: +2.5 gives 3, -2.5 gives -2."""
    numerator, denominator = value.as_integer_ratio()
    return (2 * numerator + denominator) // (2 * denominator)


def to_multiple(value: Fraction, step: Fraction) -> Fraction:
    """Round half up to a multiple of a positive step.

    Examples
    --------
    >>> to_multiple(Fraction(7, 2), Fraction(2))
    Fraction(4, 1)
    """
    return Fraction(nearest_of(value, step) * step.numerator, step.denominator)


def nearest_of(value: Fraction, step: Fraction) -> int:
    """Return how many steps a value is, rounded half up."""
    numerator = value.numerator * step.denominator
    denominator = value.denominator * step.numerator
    return (2 * numerator + denominator) // (2 * denominator)


def split_largest_remainder(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an integer in proportion to non-negative weights so that the parts sum exactly.

    Parameters
    ----------
    amount : int
        What is split; may be negative.
    weights : sequence of int, shape (n,)
        Non-negative, at least one positive. Ties go to the earlier part.

    Returns
    -------
    list of int, shape (n,)
        Parts whose sum is `amount`.

    Raises
    ------
    ValueError
        If no weight is positive.
    """
    total = sum(weights)
    if total <= 0:
        msg = "at least one weight must be positive"
        raise ValueError(msg)
    sign = -1 if amount < 0 else 1
    quotients = [divmod(abs(amount) * weight, total) for weight in weights]
    parts = [quotient for quotient, _ in quotients]
    left = abs(amount) - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: (-quotients[i][1], i))
    for i in order[:left]:
        parts[i] += 1
    return [sign * part for part in parts]
