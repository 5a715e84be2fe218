"""Rank the sources of an inventory: who emits most, and how few make up most of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RankedSource:
    """One source in the ranking.

    Parameters
    ----------
    site, item : str
        Where and what.
    co2e_mg : int
        Its emissions [mg CO2e].
    share, cumulative : Fraction
        Part of the total [-], alone and together with all sources above it.
    """

    site: str
    item: str
    co2e_mg: int
    share: Fraction
    cumulative: Fraction


def rank_sources(emissions_mg: Mapping[tuple[str, str], int]) -> tuple[RankedSource, ...]:
    """Return the sources from largest to smallest, with shares of their sum.

    Parameters
    ----------
    emissions_mg : Mapping of (site, item) to int
        Emissions of each source [mg CO2e]. Sources without a result are left out by the caller
        and named in the coverage: an unknown source has no rank.

    Returns
    -------
    tuple of RankedSource, shape (n,)
        Equal emissions are ordered by site and item, so that the order never depends on the
        input. Empty when the sum is zero.

    Notes
    -----
    Rule M-60. Shares are exact fractions and the last `cumulative` is exactly 1.
    """
    total = sum(emissions_mg.values())
    if total == 0:
        return ()
    ranked = []
    running = 0
    for (site, item), amount in sorted(emissions_mg.items(), key=lambda kv: (-kv[1], kv[0])):
        running += amount
        ranked.append(
            RankedSource(site, item, amount, Fraction(amount, total), Fraction(running, total))
        )
    return tuple(ranked)


def vital_few(ranked: tuple[RankedSource, ...], threshold: Fraction) -> tuple[RankedSource, ...]:
    """Return the shortest head of the ranking that reaches the threshold of the total.

    Parameters
    ----------
    ranked : tuple of RankedSource
        Result of `rank_sources`.
    threshold : Fraction
        Part of the total to reach, 0 to 1 [-].
    """
    head: list[RankedSource] = []
    for source in ranked:
        head.append(source)
        if source.cumulative >= threshold:
            break
    return tuple(head)
