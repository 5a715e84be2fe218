"""Claim check: which published constants reproduce a claim made of two figures.

Does not read text or tables: figures and constants come in as numbers with their unit fixed.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal


class Measure(StrEnum):
    """What a claimed figure measures, with the unit it is handed over in."""

    KWH = "kwh"  # electricity [kWh]
    TCE = "tce"  # coal equivalent [kgce]
    TCO2 = "tco2"  # carbon dioxide [kg]
    CNY = "cny"  # money [CNY]


class ClaimVerdict(StrEnum):
    """What the comparison says; a match is evidence of origin, never proof."""

    REPRODUCED = "REPRODUCED"
    REPRODUCED_LATER = "REPRODUCED_LATER"  # only by a constant published after the claim
    NOT_REPRODUCED = "NOT_REPRODUCED"
    WRONG_CHAIN = "WRONG_CHAIN"  # only by multiplying constants that do not belong together
    UNIT_SLIP = "UNIT_SLIP"  # power taken for energy, or a power of ten lost


class ConstantKind(StrEnum):
    """How a constant may be read."""

    CONSTANT = "constant"
    CHAIN = "chain"  # a product of constants that belong together
    WRONG_CHAIN = "wrong_chain"
    RANGE = "range"  # an order of magnitude: explains, does not reproduce


@dataclass(frozen=True, slots=True)
class Constant:
    """One published ratio between two measures.

    Parameters
    ----------
    id : str
        Stable id.
    pair : tuple of Measure
        From and to.
    low, value, high : Fraction
        Ratio in the measures' units; low and high differ from value for a range only.
    kind : ConstantKind
        How it may be read.
    is_reference : bool
        Whether a lost power of ten is looked for against it.
    published : date or None
        When it was published; None is before any claim.
    source, locator : str
        Publication.
    name_zh, name_en : str
        Names shown.
    """

    id: str
    pair: tuple[Measure, Measure]
    low: Fraction
    value: Fraction
    high: Fraction
    kind: ConstantKind
    is_reference: bool
    published: date | None
    source: str
    locator: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as printed: its value and half of its last printed digit, in one unit."""

    value: Fraction
    half: Fraction


@dataclass(frozen=True, slots=True)
class Match:
    """A constant, its deviation from the implied ratio and whether it lies in the interval."""

    constant: Constant
    deviation: Fraction
    is_within: bool


@dataclass(frozen=True, slots=True)
class PairCheck:
    """One pair of figures, compared with every constant of that pair.

    Parameters
    ----------
    pair : tuple of Measure
        From and to.
    implied, low, high : Fraction
        Implied ratio and its rounding interval, in the measures' units.
    matches : tuple of Match
        Constants inside the interval, nearest first.
    nearest : tuple of Match
        Constants outside it, nearest first.
    slip : Fraction or None
        Power of ten that would make a reference constant fit.
    verdict : ClaimVerdict
        What follows.
    """

    pair: tuple[Measure, Measure]
    implied: Fraction
    low: Fraction
    high: Fraction
    matches: tuple[Match, ...]
    nearest: tuple[Match, ...]
    slip: Fraction | None
    verdict: ClaimVerdict


def printed(value: Decimal) -> Printed:
    """Return a figure with half of its last significant digit; trailing zeros do not count.

    Parameters
    ----------
    value : Decimal
        Figure as printed, in the measure's unit; positive.

    Examples
    --------
    >>> from decimal import Decimal
    >>> printed(Decimal("25120000")).half
    Fraction(5000, 1)
    """
    exponent = int(value.normalize().as_tuple().exponent)
    return Printed(Fraction(value), Fraction(10) ** exponent / 2)


def check_claim(
    figures: Mapping[Measure, Printed],
    constants: Sequence[Constant],
    *,
    claimed_on: date | None = None,
) -> tuple[PairCheck, ...]:
    """Compare every pair of the figures with the constants of that pair.

    Parameters
    ----------
    figures : Mapping of Measure to Printed
        At least two figures of one claim.
    constants : sequence of Constant
        Published ratios and the chains allowed.
    claimed_on : date or None
        When the claim was made; None takes every constant as known.

    Returns
    -------
    tuple of PairCheck
        One per pair, in the order kWh, tce, tCO2, CNY.

    Notes
    -----
    Rule M-63: the implied ratio carries half the last printed digit of *both* figures. Rule
    M-64: all hits are shown.
    """
    given = [measure for measure in Measure if measure in figures]
    return tuple(
        _check_pair(pair, figures, [c for c in constants if c.pair == pair], claimed_on)
        for pair in itertools.combinations(given, 2)
    )


def _check_pair(
    pair: tuple[Measure, Measure],
    figures: Mapping[Measure, Printed],
    constants: Sequence[Constant],
    claimed_on: date | None,
) -> PairCheck:
    start, end = figures[pair[0]], figures[pair[1]]
    implied = end.value / start.value
    low = (end.value - end.half) / (start.value + start.half)
    high = (end.value + end.half) / (start.value - start.half)
    compared = sorted(
        (
            Match(c, c.value / implied - 1, is_within=c.low <= high and low <= c.high)
            for c in constants
        ),
        key=lambda match: (abs(match.deviation), match.constant.id),
    )
    matches = tuple(match for match in compared if match.is_within)
    slip = None if _explains(matches) else _lost_power_of_ten(constants, low, high)
    return PairCheck(
        pair=pair,
        implied=implied,
        low=low,
        high=high,
        matches=matches,
        nearest=tuple(match for match in compared if not match.is_within),
        slip=slip,
        verdict=_verdict(matches, slip, claimed_on),
    )


def _explains(matches: Iterable[Match]) -> bool:
    return any(match.constant.kind is not ConstantKind.RANGE for match in matches)


def _verdict(
    matches: tuple[Match, ...], slip: Fraction | None, claimed_on: date | None
) -> ClaimVerdict:
    good = [
        match.constant
        for match in matches
        if match.constant.kind in (ConstantKind.CONSTANT, ConstantKind.CHAIN)
    ]
    if any(_was_known(constant, claimed_on) for constant in good):
        return ClaimVerdict.REPRODUCED
    if good:
        return ClaimVerdict.REPRODUCED_LATER
    if any(match.constant.kind is ConstantKind.WRONG_CHAIN for match in matches):
        return ClaimVerdict.WRONG_CHAIN
    return ClaimVerdict.NOT_REPRODUCED if slip is None else ClaimVerdict.UNIT_SLIP


def _was_known(constant: Constant, claimed_on: date | None) -> bool:
    return claimed_on is None or constant.published is None or constant.published <= claimed_on


_SLIPS = tuple(Fraction(10) ** power for power in (1, 2, 3, 4, -1, -2, -3, -4))


def _lost_power_of_ten(
    constants: Sequence[Constant], low: Fraction, high: Fraction
) -> Fraction | None:
    """Return the power of ten that, put back, makes a reference constant fit."""
    for power in _SLIPS:
        for constant in constants:
            if constant.is_reference and low <= constant.value * power <= high:
                return power
    return None


def energy_of_capacity(capacity_kw: Fraction, hours: tuple[Fraction, Fraction]) -> Printed:
    """Return the yearly energy [kWh] that a capacity stands for, over a range of hours.

    Parameters
    ----------
    capacity_kw : Fraction
        Power given where energy was meant [kW]: a `ClaimVerdict.UNIT_SLIP`.
    hours : tuple of Fraction
        Least and most full-load hours of a year [h].
    """
    least, most = (capacity_kw * hour for hour in hours)
    return Printed((least + most) / 2, (most - least) / 2)
