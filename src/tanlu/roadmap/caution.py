"""How a plan faces several futures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caution:
    """How a plan faces several futures.

    Parameters
    ----------
    lock_year : int
        What is decided before this year is the same in all futures.
    aversion : float
        Weight k of the worst part of the costs, 0 to 1: 0 plans for the mean.
    tail : float
        Level a of that part, 0 up to 1: 0.9 is the mean of the worst tenth.
    base_weight : float
        Weight of the future as planned beside the scenarios'.
    """

    lock_year: int
    aversion: float = 0.0
    tail: float = 0.9
    base_weight: float = 1.0
