"""Checks say met, not met or unknown, and never take a missing number for met."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tanlu.targets.checks import (
    check_progress,
    check_rules,
    compound_rate,
    from_first_year,
    places_of,
)
from tanlu.targets.model import Metric, Rule, Target, TargetKind, Verdict

TARGET = Target(
    id="t",
    kind=TargetKind.ABSOLUTE,
    scope="1+2",
    basis="market",
    base_year=2020,
    base_value=Decimal(100),
    year=2030,
    reduction=Decimal("0.5"),
    level=None,
    unit="t",
)
SBTI = Rule(
    id="sbti_15",
    scheme="sbti-v1",
    metric=Metric.LINEAR_REDUCTION,
    scope="1+2",
    year_from=None,
    year_to=None,
    value=Decimal("0.042"),
    quality="to-confirm",
    source="sbti",
    locator="x",
    name_zh="x",
    name_en="x",
)


def test_progress_is_measured_at_the_newest_year() -> None:
    good = check_progress(TARGET, {2021: Decimal(99), 2024: Decimal(80)})
    bad = check_progress(TARGET, {2024: Decimal(81)})

    assert (good.verdict, good.required, good.margin) == (Verdict.MET, Decimal(80), Decimal(0))
    assert (bad.verdict, bad.margin) == (Verdict.NOT_MET, Decimal(-1))


def test_without_a_value_the_verdict_is_unknown() -> None:
    assert check_progress(TARGET, {}).verdict is Verdict.UNKNOWN
    missing = replace(TARGET, base_value=None)
    assert check_progress(missing, {2024: Decimal(1)}).verdict is Verdict.UNKNOWN


def test_a_share_must_be_at_least_its_path() -> None:
    share = replace(
        TARGET,
        kind=TargetKind.RENEWABLE_SHARE,
        base_value=Decimal("0.1"),
        reduction=None,
        level=Decimal("0.5"),
    )

    assert check_progress(share, {2025: Decimal("0.3")}).verdict is Verdict.MET
    assert check_progress(share, {2025: Decimal("0.29")}).verdict is Verdict.NOT_MET


SHARE = replace(
    TARGET, kind=TargetKind.RENEWABLE_SHARE, scope="", base_year=None, base_value=None, year=2035,
    reduction=None, level=Decimal("0.5"),
)  # fmt: skip


def test_a_level_without_base_year_is_judged_from_the_first_year_known() -> None:
    known = {2023: Decimal("0.02"), 2024: Decimal("0.06")}

    own = from_first_year(SHARE, known)
    check = check_progress(own, known)

    assert (own.base_year, own.base_value) == (2023, Decimal("0.02"))
    assert check.required == Decimal("0.06")  # 0.02 + 0.48 / 12
    assert check.verdict is Verdict.MET
    behind = {**known, 2024: Decimal("0.05")}
    assert check_progress(from_first_year(SHARE, behind), behind).verdict is Verdict.NOT_MET


def test_a_level_with_one_year_of_data_has_no_path_unless_it_is_reached() -> None:
    one = {2024: Decimal("0.08")}

    check = check_progress(from_first_year(SHARE, one), one)

    assert (check.verdict, check.reason) == (Verdict.UNKNOWN, "TARGET_ONE_YEAR")
    assert check.value == Decimal("0.08")
    assert check_progress(SHARE, {2024: Decimal("0.6")}).verdict is Verdict.MET


def test_only_the_last_milestone_up_to_the_year_is_judged() -> None:
    of = {"metric": Metric.RENEWABLE_SHARE, "scope": ""}
    early = replace(SBTI, id="re-2025", year_to=2025, value=Decimal("0.8"), **of)  # type: ignore[arg-type]
    late = replace(SBTI, id="re-2030", year_to=2030, value=Decimal(1), **of)  # type: ignore[arg-type]

    (judged,) = check_rules(SHARE, [early, late])
    first, second = check_rules(replace(SHARE, year=2027), [early, late])

    assert (judged.rule, judged.verdict) == ("re-2030", Verdict.NOT_MET)
    assert (first.rule, first.verdict) == ("re-2025", Verdict.NOT_MET)
    assert (second.rule, second.verdict) == ("re-2030", Verdict.NOT_APPLICABLE)


def test_a_yearly_pace_is_asked_of_near_term_targets_only() -> None:
    slow = replace(TARGET, year=2040, reduction=Decimal("0.6"))

    (near,) = check_rules(slow, [SBTI], last_years={"sbti-v1": 2040})
    (far,) = check_rules(slow, [SBTI], last_years={"sbti-v1": 2036})

    assert near.verdict is Verdict.NOT_MET
    assert (far.verdict, far.reason) == (Verdict.NOT_APPLICABLE, "RULE_NEAR_TERM")


def test_as_many_decimals_are_shown_as_the_verdict_takes() -> None:
    assert places_of(Decimal("0.0368"), Decimal("0.0371")) == 2
    assert places_of(Decimal("0.03704"), Decimal("0.03713")) == 2
    assert places_of(Decimal("0.5"), Decimal("0.5")) == 1
    assert places_of(None, Decimal("0.5")) == 1


def test_halving_in_ten_years_is_faster_than_the_linear_minimum() -> None:
    (check,) = check_rules(TARGET, [SBTI])

    assert check.verdict is Verdict.MET
    assert check.value == Decimal("0.05")


def test_a_slower_target_fails_the_linear_minimum() -> None:
    (check,) = check_rules(replace(TARGET, reduction=Decimal("0.3")), [SBTI])

    assert check.verdict is Verdict.NOT_MET


def test_a_rule_of_another_scope_does_not_apply() -> None:
    assert check_rules(replace(TARGET, scope="3"), [SBTI]) == ()


def test_compound_pace_of_the_plan_period() -> None:
    """-13.5 % in five years is 2.86 % a year; -18 % in seven is 2.8 %: slightly slower."""
    rule = replace(
        SBTI,
        metric=Metric.ENERGY_INTENSITY_REDUCTION,
        scope="",
        year_from=2020,
        year_to=2025,
        value=Decimal("0.135"),
    )
    target = replace(
        TARGET, kind=TargetKind.ENERGY_INTENSITY, scope="", year=2027, reduction=Decimal("0.18")
    )

    (check,) = check_rules(target, [rule])

    assert round(compound_rate(Decimal("0.135"), 5), 4) == Decimal("0.0286")
    assert check.value is not None
    assert round(check.value, 3) == Decimal("0.028")
    assert check.verdict is Verdict.NOT_MET


def test_peak_and_neutrality_years_against_the_calendar() -> None:
    peak = replace(SBTI, metric=Metric.PEAK_YEAR, scope="", value=Decimal(2030))
    neutral = replace(SBTI, metric=Metric.NEUTRALITY_YEAR, scope="", value=Decimal(2060))

    (early,) = check_rules(replace(TARGET, kind=TargetKind.PEAK, year=2027), [peak, neutral])
    (late,) = check_rules(replace(TARGET, kind=TargetKind.NEUTRALITY, year=2061), [peak, neutral])

    assert (early.verdict, early.margin) == (Verdict.MET, Decimal(3))
    assert (late.verdict, late.margin) == (Verdict.NOT_MET, Decimal(-1))


def test_a_peak_is_broken_by_a_later_rise() -> None:
    peak = replace(TARGET, kind=TargetKind.PEAK, year=2022)
    fall = {2022: Decimal(10), 2023: Decimal(9), 2024: Decimal(8)}

    assert check_progress(peak, fall).verdict is Verdict.MET
    assert check_progress(peak, {**fall, 2024: Decimal("9.5")}).verdict is Verdict.NOT_MET
    assert check_progress(peak, {2022: Decimal(10)}).verdict is Verdict.UNKNOWN
