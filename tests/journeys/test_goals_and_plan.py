"""Targets and the plan as a user meets them: what takes no part, and why, is said."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from pathlib import Path

TWO_MONTHS = """厂区,能源,单位,2024年1月,2024年2月
一厂,电,kWh,100000,90000
一厂,天然气,Nm3,3000,2000
"""


@pytest.fixture(name="short")
def short_year(empty: Path, tmp_path: Path) -> Path:
    """Return a workspace whose only year has two months."""
    table = tmp_path / "two.csv"
    table.write_text(TWO_MONTHS, encoding="utf-8")
    in_workspace(empty)("import", str(table))
    return empty


def test_a_plan_says_which_targets_it_leaves_out_and_that_months_are_missing(short: Path) -> None:
    call = in_workspace(short)
    call("target", "add", "zero", "--kind", "neutrality", "--year", "2050")
    call("target", "add", "past", "--kind", "peak", "--year", "2020")
    call("target", "add", "sum", "--kind", "cumulative", "--year", "2030", "--level", "1000")

    body = call("plan", "--gap", "0.2")

    assert body["left_out"] == ["past", "sum", "zero"]
    assert [row["code"] for row in body["findings"]] == [
        "PLAN_TARGET_OUTSIDE", "PLAN_TARGET_NOT_STEERED", "PLAN_TARGET_NO_BASE",
        "PLAN_BASE_MONTHS",
    ]  # fmt: skip
    assert body["findings"][-1]["facts"] == {
        "year": "2024", "months": "1-2", "short": "2", "lines": "2",
    }  # fmt: skip
    told = run("-w", str(short), "--lang", "en", "plan", "--gap", "0.2").text
    assert "has no base year" in told
    assert body["covers"] == "upstream"
    assert "scopes 1 and 2 (scope 2 market-based) and, of scope 3, the upstream of energy" in told
    report = call("report", "--lang", "en")["reports"][0]["path"]
    with open(report, encoding="utf-8") as page:  # noqa: PTH123 (a path as told)
        assert "months 1-2" in page.read()


def test_a_share_above_one_is_refused_with_the_way_to_write_it(company: Path) -> None:
    told = run("-w", str(company), "--json", "target", "add", "re", "--kind", "renewable_share",
               "--year", "2035", "--level", "50")  # fmt: skip

    assert (told.code, told.body["code"]) == (2, "target.share")
    assert "--level 50%" in told.body["message"]


@pytest.mark.parametrize("kind", ["absolute", "intensity", "energy_intensity"])
def test_a_base_year_without_data_is_refused_unless_its_value_is_given(
    own: Path, kind: str
) -> None:
    add = ("target", "add", "old", "--kind", kind, "--base-year", "2015", "--year", "2030",
           "--reduction", "20%")  # fmt: skip

    told = run("-w", str(own), "--json", *add)

    assert (told.code, told.body["code"]) == (2, "target.base-empty")
    assert "2023, 2024" in told.body["facts"]["known"]
    added = in_workspace(own)(*add, "--base-value", "12")
    assert next(t for t in added["targets"] if t["id"] == "old")["base_value"] == 12


def test_a_target_added_again_says_that_it_replaces(own: Path) -> None:
    add = ("target", "add", "cut", "--kind", "absolute", "--year", "2030", "--level")

    first = in_workspace(own)(*add, "10")
    again = in_workspace(own)(*add, "9")
    shown = run("-w", str(own), *add, "8")

    assert first["replaced"] is None
    assert again["replaced"] == {"id": "cut", "version": 2}
    assert "第 3 版" in shown.text


def test_several_changes_are_one_study_and_one_without_effect_is_refused(
    v1: tuple[str, ...],
) -> None:
    shown = run(*v1, "--what-if", "budget=41000000", "--what-if", "power_price=x1.1")
    idle = run(*v1, "--json", "--what-if", "budget=x1")

    assert "如果同时 budget=41000000" in shown.text
    assert (idle.code, idle.body["code"]) == (2, "plan.change-idle")


@pytest.fixture(name="v1")
def published_case() -> tuple[str, ...]:
    """Return the call that plans the published case V1."""
    case = resources.files("tanlu") / "data" / "plan_cases" / "v1.json"
    return "plan", "--case", str(case)


@pytest.mark.parametrize("budget", ["60000000", "{per_year: 60000000, carry_over: true}"])
def test_a_budget_begins_after_the_base_year(short: Path, budget: str) -> None:
    plan = in_workspace(short)("plan", "--set", f"budget={budget}")

    assert plan["years"][0] == 2024
    assert plan["budget"][:2] == [0, 60_000_000]
