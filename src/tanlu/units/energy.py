"""Energy of one unit of the units of energy that need no table; no text of users comes here."""

from __future__ import annotations

from fractions import Fraction

_JOULES_PER_WH = 3600
_PREFIX = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15}


def mwh_per(unit: str) -> Fraction | None:
    """Return the MWh of one unit of energy, exact; None when the unit is not one of energy.

    Parameters
    ----------
    unit : str
        A decimal multiple of Wh or J, its case being part of it.

    Examples
    --------
    >>> mwh_per("GJ")
    Fraction(5, 18)
    >>> mwh_per("kWh")
    Fraction(1, 1000)
    """
    for suffix, divisor in (("Wh", 1), ("J", _JOULES_PER_WH)):
        prefix = unit.removesuffix(suffix)
        if unit.endswith(suffix) and prefix in _PREFIX:
            return Fraction(10 ** _PREFIX[prefix], 10**6 * divisor)
    return None
