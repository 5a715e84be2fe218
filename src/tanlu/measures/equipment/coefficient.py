"""Coefficients of printed curves: pick the set of a machine, evaluate the curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Rows: TypeAlias = "Iterable[Mapping[str, Any]]"


def coefficients(
    rows: Rows,
    set_: str,
    *,
    variant: str = "",
    poles: int | None = None,
    load: float | None = None,
    at: float | None = None,
    with_high: bool = False,
) -> tuple[float, ...]:
    """Return the coefficients of one curve.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the table of coefficients.
    set_ : str
        Curves of one formula.
    variant : str
        Type, class or control; empty where the set has one.
    poles : int, optional
        Poles of the motor.
    load : float, optional
        Load factor of the point.
    at : float, optional
        Value that must be in the range of the curve.
    with_high : bool
        Whether the upper end of a range belongs to it; its lower end does otherwise.

    Raises
    ------
    TanluError
        ``calc.no-curve``.
    """
    wanted = {"set": set_, "variant": variant or None, "poles": poles}
    for row in rows:
        if (
            wanted.items() <= row.items()
            and (load is None or (row["load"] is not None and float(row["load"]) == load))
            and _covers(row, at, with_high=with_high)
        ):
            return tuple(float(value) for value in row["coefficients"])
    told = ", ".join(
        str(value) for value in (variant, poles and f"{poles} poles", at) if value or value == 0
    )
    raise TanluError("calc.no-curve", set=set_, found=told)


def _covers(row: Mapping[str, Any], at: float | None, *, with_high: bool) -> bool:
    if at is None or row["low"] is None:
        return True
    low, high = float(row["low"]), math.inf if row["high"] is None else float(row["high"])
    if low == high:
        return at == low
    return low < at <= high if with_high else low <= at < high


def variants(rows: Rows, set_: str) -> list[str]:
    """Return the types or classes a set has curves of, sorted."""
    return sorted({row["variant"] for row in rows if row["set"] == set_})


def two_exponentials(given: Sequence[float], at: float) -> float:
    """Return ``a + b exp(-c x) + d exp(-e x)`` of the five coefficients a to e."""
    a, b, c, d, e = given
    return a + b * math.exp(-c * at) + d * math.exp(-e * at)


def polynomial(given: Sequence[float], at: float) -> float:
    """Return ``a + b x + c x^2 + ...``."""
    return sum(value * at**power for power, value in enumerate(given))


def through_points(places: Sequence[float], values: Sequence[float], at: float) -> float:
    """Return the polynomial through the points, at a place (Lagrange)."""
    total = 0.0
    for i, value in enumerate(values):
        weight = 1.0
        for j, place in enumerate(places):
            if j != i:
                weight *= (at - place) / (places[i] - place)
        total += value * weight
    return total
