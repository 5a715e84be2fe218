"""The distance of a check in tonnes and years, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

from tanlu.targets.checks import check_progress, check_rules
from tanlu.targets.gap import gap_of
from tanlu.targets.model import Metric, Rule, Target, TargetKind


def _target(**other: object) -> Target:
    known: dict[str, object] = {
        "id": "cut", "kind": TargetKind.ABSOLUTE, "scope": "1+2", "basis": "market",
        "base_year": 2020, "base_value": Decimal(1000), "year": 2030, "reduction": Decimal("0.4"),
        "level": None, "unit": "t",
    }  # fmt: skip
    return Target(**(known | other))  # type: ignore[arg-type]  # fields of a test


def _rule(metric: Metric, value: str) -> Rule:
    return Rule("r", "s", metric, "", None, None, Decimal(value), "verified", "", "", "", "")


def test_a_margin_on_the_path_is_told_in_steps_of_a_year() -> None:
    # The path falls by 40 t a year: 840 are asked of 2024, 900 are 60 t or 1.5 years behind.
    target = _target()

    found = gap_of(target, check_progress(target, {2024: Decimal(900)}), output_cny={})

    assert found.t == Decimal(-60)
    assert found.years == Decimal("-1.5")


def test_a_slow_target_is_told_in_what_the_rule_asks_more() -> None:
    # 4 % a year over ten years where 5 % are asked: 100 t short; the rule needs 8 years for 40 %.
    target = _target()
    check = check_rules(target, [_rule(Metric.LINEAR_REDUCTION, "0.05")])[0]

    found = gap_of(target, check, output_cny={})

    assert found.t == Decimal(-100)
    assert found.years == Decimal(-2)


def test_a_late_peak_is_told_in_years_alone() -> None:
    target = _target(kind=TargetKind.PEAK, year=2032, reduction=None)
    check = check_rules(target, [_rule(Metric.PEAK_YEAR, "2029")])[0]

    found = gap_of(target, check, output_cny={})

    assert (found.t, found.years) == (None, Decimal(-3))


def test_an_intensity_is_told_in_tonnes_of_the_output_of_its_year() -> None:
    # 0.0001 t/CNY more than the path allows, at an output of 2 million CNY: 200 t.
    target = _target(kind=TargetKind.INTENSITY, unit="t/CNY", base_value=Decimal("0.001"))
    check = check_progress(target, {2024: Decimal("0.00094")})

    found = gap_of(target, check, output_cny={2024: Decimal(2_000_000)})

    assert found.t == Decimal(-200)


def test_what_is_not_known_has_no_gap() -> None:
    target = _target(base_value=None)

    found = gap_of(target, check_progress(target, {2024: Decimal(900)}), output_cny={})

    assert (found.t, found.years) == (None, None)
