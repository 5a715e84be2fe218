"""By how much a target is kept or missed, in tonnes and in years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.targets.checks import OWN_PATH
from tanlu.targets.model import TargetKind
from tanlu.targets.path import target_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from tanlu.targets.model import Check, Target

_PER_OUTPUT = frozenset({TargetKind.INTENSITY})


@dataclass(frozen=True, slots=True)
class Gap:
    """Distance from what is asked: positive is better, negative is short; None is not told.

    Parameters
    ----------
    t : Decimal or None
        In tonnes of CO2e [t].
    years : Decimal or None
        In years ahead or behind.
    """

    t: Decimal | None
    years: Decimal | None


def gap_of(target: Target, check: Check, *, output_cny: Mapping[int, Decimal]) -> Gap:
    """Return the distance a check found, in tonnes and in years where it can be told so.

    Parameters
    ----------
    target : Target
        With base year and base value, as it was checked.
    check : Check
        Against its own path or a rule.
    output_cny : Mapping of int to Decimal
        Output value by year [CNY], for intensities.

    Notes
    -----
    On its own path a margin ``m`` of a yearly step ``s`` is ``m / s`` years. A rule that asks the
    rate ``r`` of a target with the rate ``v`` over ``n`` years differs by ``(v - r) n`` of the base
    value, and would take ``n v / r`` years.
    """
    if check.margin is None:
        return Gap(None, None)
    if check.rule == OWN_PATH:
        return _on_path(target, check, check.margin, output_cny)
    if check.unit == "year":
        return Gap(None, check.margin)
    if check.unit == "fraction_per_year":
        return _by_rate(target, check, check.margin)
    base = target.base_value if target.kind is TargetKind.NEUTRALITY else None
    return Gap(None if base is None else base * check.margin, None)


def _on_path(
    target: Target, check: Check, margin: Decimal, output_cny: Mapping[int, Decimal]
) -> Gap:
    t = None
    if target.unit == "t":
        t = margin
    elif target.kind in _PER_OUTPUT and check.year is not None and check.year in output_cny:
        t = margin * output_cny[check.year]
    step = _step(target)
    within = check.year is not None and check.year <= target.year
    is_path = target.kind is not TargetKind.PEAK and step and within
    return Gap(t, margin / step if is_path and step else None)


def _step(target: Target) -> Decimal | None:
    """Return the change a year that the path asks, without sign; None for a level alone."""
    end = target_value(target)
    if end is None or target.base_value is None or target.base_year is None:
        return None
    return abs(target.base_value - end) / (target.year - target.base_year)


def _by_rate(target: Target, check: Check, margin: Decimal) -> Gap:
    if target.base_year is None or check.value is None or not check.required:
        return Gap(None, None)
    years = target.year - target.base_year
    is_mass = target.unit == "t" and target.base_value is not None
    t = margin * years * (target.base_value or 0) if is_mass else None
    return Gap(t, years * (check.value / check.required - 1))
