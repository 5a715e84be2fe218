"""Compare a target with its own path, with China's dual-carbon calendar and with SBTi."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tanlu.targets.model import Check, Metric, Target, TargetKind, Verdict
from tanlu.targets.path import required_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.targets.model import Rule

OWN_PATH = "own-path"
_GROWS = frozenset({TargetKind.RENEWABLE_SHARE, TargetKind.CUMULATIVE})
_LEVELS = frozenset({
    TargetKind.ABSOLUTE, TargetKind.INTENSITY, TargetKind.ENERGY_INTENSITY,
    TargetKind.RENEWABLE_SHARE,
})  # fmt: skip
_MOST_PLACES = 6


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
        `Verdict.UNKNOWN` when the path or the value is missing; a level that is reached already
        is met without a path.

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
    if required is None and value is not None and _is_reached(target, value):
        required = target.level
    if required is None or value is None:
        reason = _unknown(target, value)
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


def _is_reached(target: Target, value: Decimal) -> bool:
    if target.level is None:
        return False
    return value >= target.level if target.kind in _GROWS else value <= target.level


def _unknown(target: Target, value: Decimal | None) -> str:
    if value is None:
        return "TARGET_NO_VALUE"
    if target.base_value is not None and target.level is None and target.reduction is None:
        return "TARGET_NO_LEVEL"
    is_level = target.level is not None and target.base_year is None
    return "TARGET_ONE_YEAR" if is_level else "TARGET_NO_PATH"


def from_first_year(target: Target, actual: Mapping[int, Decimal]) -> Target:
    """Return a level without base year as a path from the first year known; others unchanged.

    Parameters
    ----------
    target : Target
        The target.
    actual : Mapping of int to Decimal
        Values by year in the target's unit.

    Notes
    -----
    Rule M-65. One year alone makes no path: the target is then returned as it is.
    """
    first = min(actual, default=target.year)
    is_level = target.level is not None and target.base_year is None
    if not is_level or target.kind not in _LEVELS or len(actual) < 2 or first >= target.year:  # noqa: PLR2004
        return target
    return replace(target, base_year=first, base_value=actual[first])


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


def check_rules(
    target: Target, rules: Iterable[Rule], *, last_years: Mapping[str, int] | None = None
) -> tuple[Check, ...]:
    """Compare a target with every rule that speaks of its kind and scope.

    Parameters
    ----------
    target : Target
        The target.
    rules : iterable of Rule
        National calendar, plan periods, SBTi.
    last_years : Mapping of str to int, optional
        Last year a near-term target may have, by scheme. A yearly pace is asked of near-term
        targets only.

    Returns
    -------
    tuple of Check
        One per rule that applies, in the rules' order. Of the milestones of a scheme only the
        last one up to the target's year is judged: an earlier one is superseded by it.

    Notes
    -----
    Rules M-66 and M-67: reductions over periods of different length are compared by their
    yearly rate, linear where the rule is linear and compound where it is compound.
    """
    known = list(rules)
    checks = []
    for rule in known:
        judge = _JUDGES.get((target.kind, rule.metric))
        if judge is None or not _same_scope(target, rule) or _is_superseded(target, rule, known):
            continue
        check = judge(target, rule)
        last = (last_years or {}).get(rule.scheme)
        if rule.metric is Metric.LINEAR_REDUCTION and last is not None and target.year > last:
            check = replace(check, verdict=Verdict.NOT_APPLICABLE, reason="RULE_NEAR_TERM")
        checks.append(check)
    return tuple(checks)


def _is_superseded(target: Target, rule: Rule, rules: Iterable[Rule]) -> bool:
    """Return whether a later milestone of the same scheme speaks of the target's year."""
    if rule.metric is not Metric.RENEWABLE_SHARE or rule.year_to is None:
        return False
    return any(
        other.scheme == rule.scheme
        and other.metric is rule.metric
        and other.year_to is not None
        and rule.year_to < other.year_to <= target.year
        for other in rules
    )


def places_of(value: Decimal | None, required: Decimal | None) -> int:
    """Return the decimals of percent that tell a value from what is required, at least one.

    Examples
    --------
    >>> places_of(Decimal("0.0368"), Decimal("0.0371"))
    2
    """
    if value is None or required is None or value == required:
        return 1
    for places in range(1, _MOST_PLACES):
        step = Decimal(1).scaleb(-places - 2)
        if value.quantize(step) != required.quantize(step):
            return places
    return _MOST_PLACES


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
            unit="fraction", year=target.year, verdict=Verdict.NOT_APPLICABLE,
            reason="RULE_LATER_YEAR",
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
