"""Discounting, salvage and the cost of adopting a measure in each year."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Salvage(StrEnum):
    """How the life left at the horizon is credited."""

    STRAIGHT_LINE = "straight_line"
    SINKING_FUND = "sinking_fund"
    NONE = "none"


def discount_factors(years: Sequence[int], rate: Fraction) -> tuple[Fraction, ...]:
    """Return ``(1 + w)**-(t - t0)`` for each year, exact."""
    return _factors(tuple(years), rate)


@lru_cache(maxsize=16)
def _factors(years: tuple[int, ...], rate: Fraction) -> tuple[Fraction, ...]:
    return tuple(1 / (1 + rate) ** (year - years[0]) for year in years)


def running_factors(years: Sequence[int], rate: Fraction, *, is_mid: bool) -> tuple[Fraction, ...]:
    """Return the factor of each year's running costs: as of its first day, or of its middle.

    Notes
    -----
    ``(1 + w)**-(t - t0)``, or ``(1 + w)**-(t - t0 + 1/2)`` with the root to 40 digits (rule M-106).
    """
    half = half_year(rate, is_mid=is_mid)
    return _running(tuple(years), rate, half) if is_mid else discount_factors(years, rate)


@lru_cache(maxsize=16)
def _running(years: tuple[int, ...], rate: Fraction, half: Fraction) -> tuple[Fraction, ...]:
    return tuple(factor * half for factor in _factors(years, rate))


@lru_cache(maxsize=16)
def half_year(rate: Fraction, *, is_mid: bool) -> Fraction:
    """Return the factor of half a year, one where running costs fall at the start of a year."""
    if not is_mid:
        return Fraction(1)
    grown, digits = 1 + rate, 10**40
    root = isqrt(grown.numerator * grown.denominator * digits**2)
    return Fraction(grown.denominator * digits, root)


def horizon_discount(years: Sequence[int], rate: Fraction) -> Fraction:
    """Return the factor of the first year after the horizon."""
    return 1 / (1 + rate) ** (years[-1] + 1 - years[0])


def _straight(left: int, life: int, _rate: Fraction) -> Fraction:
    return Fraction(left, life)


def _sinking(left: int, life: int, rate: Fraction) -> Fraction:
    if rate == 0:
        return Fraction(left, life)
    used = life - left
    return 1 - ((1 + rate) ** used - 1) / ((1 + rate) ** life - 1)


def _nothing(_left: int, _life: int, _rate: Fraction) -> Fraction:
    return Fraction(0)


_SALVAGE: dict[Salvage, Callable[[int, int, Fraction], Fraction]] = {
    Salvage.STRAIGHT_LINE: _straight,
    Salvage.SINKING_FUND: _sinking,
    Salvage.NONE: _nothing,
}


def salvage_share(kind: Salvage, *, left: int, life: int, rate: Fraction) -> Fraction:
    """Return the share of an investment that is still worth something at the horizon.

    Parameters
    ----------
    kind : Salvage
        Straight line ``left / life``, or sinking fund
        ``1 - ((1+w)**used - 1) / ((1+w)**life - 1)``.
    left, life : int
        Years of service left at the horizon, and in all.
    rate : Fraction
        Discount rate [1/yr].

    Returns
    -------
    Fraction
        Share [-], 0 to 1.
    """
    return _SALVAGE[kind](left, life, rate)


def payments(start: int, *, life: int, lead: int, periods: int) -> tuple[int, ...]:
    """Return the year indices at which the investment and its renewals are paid.

    Parameters
    ----------
    start : int
        Index of the first year in operation.
    life, lead : int
        Years of service; years between payment and operation.
    periods : int
        Number of years of the horizon.
    """
    return tuple(index - lead for index in range(start, periods, life))


def life_left(start: int, *, life: int, periods: int) -> int:
    """Return the years of service left at the horizon when in operation since `start`."""
    return -(periods - start) % life


def adoption_costs(
    capex: Sequence[Fraction],
    om: Sequence[Fraction],
    *,
    life: int,
    lead: int,
    factors: Sequence[Fraction | float],
    horizon: Fraction | float,
    salvage: Salvage,
    rate: Fraction,
    avoided: Sequence[Fraction] = (),
    running: Fraction = Fraction(1),
) -> tuple[float, ...]:
    """Return the discounted cost of being in operation from each year to the horizon.

    Parameters
    ----------
    capex, om : sequence of Fraction, shape (T,)
        Investment if paid in a year, and O&M of a year [CNY].
    life, lead : int
        Years of service; years between payment and operation.
    factors : sequence of Fraction or float, shape (T,)
        Discount factors.
    horizon : Fraction or float
        Factor of the year after the horizon.
    salvage : Salvage
        Credit for the life left.
    rate : Fraction
        Discount rate [1/yr].
    avoided : sequence of Fraction, shape (T,), optional
        Like-for-like replacement of the host that the baseline buys in a year [CNY]; adopting
        in that year or before avoids it.
    running : Fraction, optional
        What O&M of a year is worth against an investment at its start [-].

    Returns
    -------
    tuple of float, shape (T,)
        Present value [CNY]; infinite where the payment would precede the first year.

    Notes
    -----
    ``c_t = sum_j df[t+jL] K[t+jL] - df_H K_last (life left)/L + sum_{s>=t} df_s OM_s
    - sum_{h>=t} df_h K_like`` (rule M-72).
    """
    periods = len(factors)
    discount = [float(factor) for factor in factors]
    price = [float(value) for value in capex]
    paying = [factor * value for factor, value in zip(discount, price, strict=True)]
    total, worth = 0.0, float(running)
    tail = [0.0] * (periods + 1)
    for index in reversed(range(periods)):
        yearly = worth * float(om[index])
        if avoided and avoided[index]:
            yearly -= float(avoided[index])
        total += discount[index] * yearly
        tail[index] = total
    costs = []
    served = _served(life, lead, periods, salvage, rate)
    for (paid, kept), upkeep in zip(served, tail, strict=False):
        if paid[0] < 0:
            costs.append(float("inf"))
            continue
        total = sum([paying[p] for p in paid], upkeep)
        costs.append(total - float(horizon) * price[paid[-1]] * kept)
    return tuple(costs)


@lru_cache(maxsize=256)
def _served(
    life: int, lead: int, periods: int, salvage: Salvage, rate: Fraction
) -> tuple[tuple[tuple[int, ...], float], ...]:
    """Return for each first year in operation when is paid, and the share left at the horizon."""
    found = []
    for start in range(periods):
        left = life_left(start, life=life, periods=periods)
        kept = float(salvage_share(salvage, left=left, life=life, rate=rate)) if left else 0.0
        found.append((payments(start, life=life, lead=lead, periods=periods), kept))
    return tuple(found)


def telescope(costs: Sequence[float]) -> tuple[float, ...]:
    """Return the coefficients of the cumulative binaries: ``c_t - c_{t+1}``, the last ``c_T``."""
    return tuple(
        cost - (costs[index + 1] if index + 1 < len(costs) else 0.0)
        for index, cost in enumerate(costs)
    )
