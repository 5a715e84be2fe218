"""Savings that grow in the first years and wear off with age, anew after each renewal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Measure, Series

ONE = Fraction(1)


def share_at(measure: Measure, age: int) -> Fraction:
    """Return the share of its full saving that a measure reaches at an age in whole years.

    Parameters
    ----------
    measure : Measure
        Its ramp, decay and life.
    age : int
        Years since it began; renewed after its life, when it begins anew (rule M-85).
    """
    young = age % measure.life
    ramp = measure.ramp[young] if young < len(measure.ramp) else ONE
    return ramp * (1 - measure.decay) ** young


def is_ageing(measure: Measure) -> bool:
    """Say whether a measure's saving depends on its age."""
    return bool(measure.ramp) or measure.decay != 0


def aged(measure: Measure, built: Series) -> Series:
    """Return the share of a measure's full saving by year: what is built, by its age.

    Parameters
    ----------
    measure : Measure
        A measure in one block.
    built : Series, shape (T,)
        Share in operation, 0 and then 1.
    """
    if not is_ageing(measure):
        return built
    start = next((year for year, share in enumerate(built) if share), len(built))
    return tuple(
        share * share_at(measure, year - start) if share else share
        for year, share in enumerate(built)
    )
