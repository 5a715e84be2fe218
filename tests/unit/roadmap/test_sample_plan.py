"""The plan of a company of four sites: its base year is the inventory, and it adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import plan_json
from tanlu.roadmap.simulate import nothing, simulate
from tanlu.roadmap.situation import base_totals

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.kernel.plan import BaseYear


@pytest.fixture(scope="module")
def plan(sample_case: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return plan_json(sample_case(last_year=2045), {"explain": False})


def test_v0_the_base_year_is_the_inventory_to_the_milligram(
    base_year: BaseYear, sample_case: Callable[..., dict[str, Any]]
) -> None:
    problem = read_case(sample_case())

    base = simulate(problem, nothing(problem))

    assert {name: base.total(name)[0] for name in ("s1", "s2l", "s2m", "s3")} == base_totals(
        base_year
    )


def test_the_plan_is_certified_and_meets_every_target(plan: dict[str, Any]) -> None:
    assert plan["status"] in {"optimal", "feasible"}
    assert 0 <= plan["gap"] <= 1e-3
    assert all(line["met"] for line in plan["targets"])
    assert plan["cost_npv"] < plan["baseline_npv"]
    assert plan["indicative"]


def test_baseline_minus_wedges_is_emissions_to_the_milligram(plan: dict[str, Any]) -> None:
    exact = plan["exact_mg"]

    for year, (before, after) in enumerate(zip(exact["baseline"], exact["emissions"], strict=True)):
        assert before - sum(path[year] for path in exact["wedges"].values()) == after


def test_investment_stays_within_the_budget_and_what_was_carried(plan: dict[str, Any]) -> None:
    carried = 0.0
    for spent, limit in zip(plan["capex"], plan["budget"], strict=True):
        carried += limit - spent
        assert carried >= -1


def test_the_budget_of_the_base_year_is_past(plan: dict[str, Any]) -> None:
    assert plan["budget"][:2] == [0, 60_000_000]
    assert plan["capex"][0] == 0
    assert plan["capex"][1] <= 60_000_000


def test_electric_heat_waits_for_the_grid(plan: dict[str, Any]) -> None:
    """An electrode boiler emits more than gas until the grid is below 0.213 kg/kWh."""
    early = [
        a for a in plan["adoptions"] if a["measure"] == "x_boiler_electric" and a["year"] < 2035
    ]

    assert early == []
