"""The row formula: quantity times multiplier, rounded once to milligrams.

The engine must give the same integers; its property test compares with this function.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.rounding import floor_half_up

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

INT64_MAX = 2**63 - 1
MULTIPLIER_DECIMALS = 12


def row_mg(qty_u: int, multiplier: Decimal | Fraction) -> int:
    """Multiply a quantity by its multiplier and round half up to milligrams (rule M-20).

    Parameters
    ----------
    qty_u : int
        Quantity, millionths of a ledger unit.
    multiplier : Decimal or Fraction
        mg per millionth of the ledger unit; numerically kg per unit.

    Returns
    -------
    int
        ``floor(qty_u * multiplier + 1/2)`` [mg]; −2.5 gives −2.

    Examples
    --------
    >>> from decimal import Decimal
    >>> row_mg(1_282_500_000_000, Decimal("0.5306"))
    680494500000
    """
    return floor_half_up(qty_u * Fraction(multiplier))


def row_gases_mg(qty_u: int, multipliers: Mapping[str, Decimal]) -> dict[str, int]:
    """Return the CO2e of each gas of a row [mg]; the row's CO2e is their integer sum (M-21)."""
    return {gas: row_mg(qty_u, multiplier) for gas, multiplier in multipliers.items()}


def multiplier_of(kg_per_unit: Fraction) -> Fraction:
    """Round an exact factor once to 12 decimals, half up: mg per millionth unit (M-22)."""
    scale = 10**MULTIPLIER_DECIMALS
    return Fraction(floor_half_up(kg_per_unit * scale), scale)


def largest_quantity(multiplier: Decimal | Fraction) -> int:
    """Return the largest quantity, in millionths, whose result an int64 holds."""
    exact = abs(Fraction(multiplier))
    return INT64_MAX if exact == 0 else min(INT64_MAX, int(9 * 10**18 / exact))
