"""Compare a target with its own path, with China's dual-carbon calendar and with SBTi."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING

from tanlu.targets.model import Check, Metric, Target, TargetKind, Verdict
from tanlu.targets.path import required_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.targets.model import Rule

OWN_PATH = "own-path"
_GROWS = frozenset({TargetKind.RENEWABLE_SHARE, TargetKind.CUMULATIVE})


def check_progress(target: Target, actual: Mapping[int, Decimal]) -> Check:
    """Compare the newest known year with what the target's path asks of it.

    Parameters
    ----------
    target : Target
        The target.
    actual : Mapping of int to Decimal
        Values by year in the target's unit; a year without a value is absent, never zero.

    Returns
    -------
    Check
        `Verdict.UNKNOWN` when the path or the value is missing.

    Notes
    -----
    Rule M-65. A peak target is met when no year after it is higher than the one before.
    """
    if target.kind is TargetKind.PEAK:
        return _check_peak(target, actual)
    years = [year for year in sorted(actual) if target.base_year is None or year > target.base_year]
    year = years[-1] if years else None
    required = required_in(target, year) if year is not None else None
    value = actual[year] if year is not None else None
    return _own(target, year=year, required=required, value=value)


def _own(
    target: Target, *, year: int | None, required: Decimal | None, value: Decimal | None
) -> Check:
    if required is None or value is None:
        reason = "TARGET_NO_VALUE" if value is None else "TARGET_NO_PATH"
        margin, verdict = None, Verdict.UNKNOWN
    else:
        margin = value - required if target.kind in _GROWS else required - value
        verdict = Verdict.MET if margin >= 0 else Verdict.NOT_MET
        reason = "TARGET_ON_PATH" if margin >= 0 else "TARGET_OFF_PATH"
    return Check(
        target=target.id, rule=OWN_PATH, required=required, value=value, margin=margin,
        unit=target.unit, year=year, verdict=verdict, reason=reason,
        source=target.source, locator=target.locator, quality="",
    )  # fmt: skip


def _check_peak(target: Target, actual: Mapping[int, Decimal]) -> Check:
    after = [year for year in sorted(actual) if year >= target.year]
    rises = [
        (year, actual[year] - actual[before])
        for before, year in itertools.pairwise(after)
        if actual[year] > actual[before]
    ]
    known = len(after) > 1
    verdict = (Verdict.NOT_MET if rises else Verdict.MET) if known else Verdict.UNKNOWN
    reason = "PEAK_HELD" if known and not rises else "PEAK_BROKEN" if rises else "PEAK_TOO_EARLY"
    return Check(
        target=target.id, rule=OWN_PATH, required=Decimal(target.year),
        value=Decimal(rises[0][0]) if rises else None,
        margin=-rises[0][1] if rises else None, unit="year",
        year=rises[0][0] if rises else target.year, verdict=verdict, reason=reason,
        source=target.source, locator=target.locator, quality="",
    )  # fmt: skip


def check_rules(target: Target, rules: Iterable[Rule]) -> tuple[Check, ...]:
    """Compare a target with every rule that speaks of its kind and scope.

    Parameters
    ----------
    target : Target
        The target.
    rules : iterable of Rule
        National calendar, plan periods, SBTi.

    Returns
    -------
    tuple of Check
        One per rule that applies, in the rules' order.

    Notes
    -----
    Rules M-66 and M-67: reductions over periods of different length are compared by their
    yearly rate, linear where the rule is linear and compound where it is compound.
    """
    checks = []
    for rule in rules:
        judge = _JUDGES.get((target.kind, rule.metric))
        if judge is not None and _same_scope(target, rule):
            checks.append(judge(target, rule))
    return tuple(checks)


def _same_scope(target: Target, rule: Rule) -> bool:
    return not rule.scope or not target.scope or rule.scope == target.scope


def _verdict(
    target: Target, rule: Rule, *, value: Decimal | None, required: Decimal, unit: str, sign: int
) -> Check:
    margin = None if value is None else (value - required) * sign
    if margin is None:
        verdict, reason = Verdict.UNKNOWN, "TARGET_NO_PATH"
    elif margin >= 0:
        verdict, reason = Verdict.MET, "RULE_MET"
    else:
        verdict, reason = Verdict.NOT_MET, "RULE_NOT_MET"
    return Check(
        target=target.id, rule=rule.id, required=required, value=value, margin=margin, unit=unit,
        year=target.year, verdict=verdict, reason=reason,
        source=rule.source, locator=rule.locator, quality=rule.quality,
    )  # fmt: skip


def _judge_year(target: Target, rule: Rule) -> Check:
    return _verdict(
        target, rule, value=Decimal(target.year), required=rule.value, unit="year", sign=-1
    )


def reduction_of(target: Target) -> Decimal | None:
    """Return the target's reduction from its base value, 0 to 1 [-]; None when not known."""
    if target.reduction is not None:
        return target.reduction
    if target.level is None or not target.base_value:
        return None
    return 1 - target.level / target.base_value


def _judge_linear(target: Target, rule: Rule) -> Check:
    reduction = reduction_of(target)
    rate = None
    if reduction is not None and target.base_year is not None:
        rate = reduction / (target.year - target.base_year)
    return _verdict(target, rule, value=rate, required=rule.value, unit="fraction_per_year", sign=1)


def _judge_compound(target: Target, rule: Rule) -> Check:
    reduction = reduction_of(target)
    rate = None
    if reduction is not None and target.base_year is not None:
        rate = compound_rate(reduction, target.year - target.base_year)
    years = (rule.year_to or 0) - (rule.year_from or 0)
    required = compound_rate(rule.value, years) if years > 0 else rule.value
    return _verdict(target, rule, value=rate, required=required, unit="fraction_per_year", sign=1)


def compound_rate(reduction: Decimal, years: int) -> Decimal:
    """Return the yearly compound rate of a reduction over a period.

    Parameters
    ----------
    reduction : Decimal
        Total reduction, 0 to below 1 [-].
    years : int
        Length of the period, at least 1.

    Examples
    --------
    >>> round(compound_rate(Decimal("0.135"), 5), 4)
    Decimal('0.0286')
    """
    return 1 - (1 - reduction) ** (Decimal(1) / years)


def _judge_share(target: Target, rule: Rule) -> Check:
    required = rule.value if rule.year_to is not None and target.year >= rule.year_to else None
    if required is None:
        return Check(
            target=target.id, rule=rule.id, required=rule.value, value=target.level, margin=None,
            unit="fraction", year=target.year, verdict=Verdict.UNKNOWN, reason="RULE_LATER_YEAR",
            source=rule.source, locator=rule.locator, quality=rule.quality,
        )  # fmt: skip
    return _verdict(target, rule, value=target.level, required=required, unit="fraction", sign=1)


def _judge_residual(target: Target, rule: Rule) -> Check:
    reduction = reduction_of(target)
    left = None if reduction is None else 1 - reduction
    return _verdict(target, rule, value=left, required=rule.value, unit="fraction", sign=-1)


_JUDGES: dict[tuple[TargetKind, Metric], Callable[[Target, Rule], Check]] = {
    (TargetKind.PEAK, Metric.PEAK_YEAR): _judge_year,
    (TargetKind.NEUTRALITY, Metric.NEUTRALITY_YEAR): _judge_year,
    (TargetKind.NEUTRALITY, Metric.RESIDUAL): _judge_residual,
    (TargetKind.ABSOLUTE, Metric.LINEAR_REDUCTION): _judge_linear,
    (TargetKind.INTENSITY, Metric.INTENSITY_REDUCTION): _judge_compound,
    (TargetKind.ENERGY_INTENSITY, Metric.ENERGY_INTENSITY_REDUCTION): _judge_compound,
    (TargetKind.RENEWABLE_SHARE, Metric.RENEWABLE_SHARE): _judge_share,
}
