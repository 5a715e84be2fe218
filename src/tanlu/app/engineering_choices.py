"""Units that may be written in place of another, for the choices of a field."""

from __future__ import annotations

import math
from functools import cache

from tanlu.catalog import load, tables
from tanlu.kernel.errors import TanluError

MOST = 12
_YEAR, _MONTH = "yr", "month"
_SAME_SIZE = frozenset({"kVA", "VA", "MVA", "BHP_boiler", "degR"})  # seldom meant


@cache
def unit_choices(unit: str) -> tuple[str, ...]:
    """Return the unit itself and others of its quantity, the nearest in size first.

    Parameters
    ----------
    unit : str
        Unit of an input. Of an amount a year the amount is changed, of another quotient such as
        ``CNY/kWh`` the last part.

    Notes
    -----
    Of spellings that mean the same the shortest stands; any other is still read.
    """
    body, slash, last = unit.rpartition("/")
    if slash and last == _YEAR:
        return tuple(f"{one}/{last}" for one in unit_choices(body) if one != _MONTH)
    if slash:
        return tuple(f"{body}/{one}" for one in unit_choices(last))
    if unit not in _simple() or not load.engineering_units().read(unit).dimension:
        return (unit,)
    return _alike(unit)


def _alike(unit: str) -> tuple[str, ...]:
    units = load.engineering_units()
    own = units.read(unit)
    found: dict[tuple[float, float], str] = {}
    for other in sorted(_simple() - _SAME_SIZE, key=lambda name: (len(name), name)):
        read = units.read(other)
        is_alike = read.fits(own) and read.reading is own.reading
        if is_alike and read.currency == own.currency:
            found.setdefault((read.scale, read.offset), other)
    found[own.scale, own.offset] = unit
    nearest = sorted(found.items(), key=lambda pair: abs(math.log(pair[0][0] / own.scale)))
    return (unit, *(name for _, name in nearest if name != unit))[:MOST]


@cache
def _simple() -> frozenset[str]:
    """Return the units of the table in Latin letters that can be read alone."""
    units = load.engineering_units()
    found = set()
    for row in tables.read("engineering_unit"):
        name = str(row["id"])
        try:
            units.read(name)
        except TanluError:
            continue
        if name.isascii() and " " not in name:
            found.add(name)
    return frozenset(found)
