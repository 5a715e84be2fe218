"""What a target, a rule and a verdict are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


class TargetKind(StrEnum):
    """The kinds of target."""

    ABSOLUTE = "absolute"  # emissions of a year
    CUMULATIVE = "cumulative"  # reduction summed over years, for example in the supply chain
    INTENSITY = "intensity"  # emissions per output
    ENERGY_INTENSITY = "energy_intensity"  # coal equivalent per output value
    RENEWABLE_SHARE = "renewable_share"  # renewable part of the electricity used
    PEAK = "peak"  # year after which emissions fall
    NEUTRALITY = "neutrality"  # year with nothing left but what bounded offsets cover


class Verdict(StrEnum):
    """How a check came out."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"  # a number is missing: never taken for met
    NOT_APPLICABLE = "not_applicable"  # the rule does not speak of such a target


@dataclass(frozen=True, slots=True)
class Target:
    """A company's own target.

    Parameters
    ----------
    id : str
        Stable id.
    kind : TargetKind
        What it limits.
    scope : str
        ``1``, ``2``, ``3``, ``1+2``, ``1+2+3``; empty for energy and renewable share.
    basis : str
        Scope 2 basis, ``market`` or ``location``.
    base_year : int or None
        Year the reduction counts from.
    base_value : Decimal or None
        Value of the base year in `unit`; None when it is not known yet.
    year : int
        Target year.
    reduction : Decimal or None
        Reduction from the base value, 0 to 1 [-]; None when `level` says it.
    level : Decimal or None
        Value to reach: `unit` for emissions and intensities, 0 to 1 for shares.
    unit : str
        Unit of the values: t, t/CNY, tce/CNY, fraction, ...
    source, locator : str
        Publication the target stands in.
    name_zh, name_en : str
        Names shown.
    """

    id: str
    kind: TargetKind
    scope: str
    basis: str
    base_year: int | None
    base_value: Decimal | None
    year: int
    reduction: Decimal | None
    level: Decimal | None
    unit: str
    source: str = ""
    locator: str = ""
    name_zh: str = ""
    name_en: str = ""


class Metric(StrEnum):
    """What a rule measures about a target or a company."""

    PEAK_YEAR = "peak_year"  # latest year
    NEUTRALITY_YEAR = "neutrality_year"  # latest year
    LINEAR_REDUCTION = "linear_reduction"  # least reduction per year, of the base year
    INTENSITY_REDUCTION = "intensity_reduction"  # least reduction over the period
    ENERGY_INTENSITY_REDUCTION = "energy_intensity_reduction"  # least reduction over the period
    RENEWABLE_SHARE = "renewable_share"  # least share at the year
    RESIDUAL = "residual"  # largest part of the base left at neutrality


@dataclass(frozen=True, slots=True)
class Rule:
    """One published parameter that a target is compared with.

    Parameters
    ----------
    id : str
        Stable id.
    scheme : str
        national, sbti-v1, sbti-v2, ...
    metric : Metric
        What is compared.
    scope : str
        Scope it speaks of; empty is any.
    year_from, year_to : int or None
        Period of a reduction, or year of a level in `year_to`.
    value : Decimal
        Year, fraction per year, or fraction.
    quality : str
        How far the figure was checked.
    source, locator : str
        Publication.
    name_zh, name_en : str
        Names shown.
    """

    id: str
    scheme: str
    metric: Metric
    scope: str
    year_from: int | None
    year_to: int | None
    value: Decimal
    quality: str
    source: str
    locator: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Check:
    """A verdict with everything it rests on.

    Parameters
    ----------
    target : str
        Id of the target checked.
    rule : str
        Id of the rule, or ``own-path`` for the target's own path.
    required, value : Decimal or None
        What is asked and what was found, in `unit`.
    margin : Decimal or None
        How much better (positive) or worse (negative) than required, in `unit`.
    unit : str
        Unit of the three.
    year : int or None
        Year the check speaks of.
    verdict : Verdict
        Met, not met or unknown.
    reason : str
        Message code that says why, with the facts of this check.
    source, locator : str
        Publication of the rule.
    quality : str
        How far the rule's figure was checked.
    """

    target: str
    rule: str
    required: Decimal | None
    value: Decimal | None
    margin: Decimal | None
    unit: str
    year: int | None
    verdict: Verdict
    reason: str
    source: str
    locator: str
    quality: str
