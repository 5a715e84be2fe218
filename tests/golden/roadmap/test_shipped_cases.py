"""The shipped plan cases give the numbers printed in them."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tanlu.roadmap.case import read_case
from tanlu.roadmap.infeasible import diagnose
from tanlu.roadmap.planner import plan_json, solve_problem
from tanlu.roadmap.search import Options
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.studies import plan_with_studies

FOLDER = resources.files("tanlu") / "data" / "plan_cases"
CASES = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".json"))


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def solved(case: dict[str, Any]) -> Solved:
    found = solve_problem(read_case(case), Options())
    assert isinstance(found, Solved)
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_case_gives_its_printed_plan(name: str) -> None:
    case = load(name)
    expect = case["expect"]

    plan = plan_json(case)

    assert plan["status"] == expect["status"]
    if "cost_mcny" in expect:
        tolerance = expect.get("tolerance_mcny", 1.1e-6)
        assert plan["cost_npv"] / 1e6 == pytest.approx(expect["cost_mcny"], abs=tolerance)
        assert 0 <= plan["cost_npv"] - plan["bound_npv"] <= 2
    if "adoptions" in expect:
        assert {a["id"]: a["year"] for a in plan["adoptions"]} == expect["adoptions"]
    for key, wanted in expect.items():
        if key.startswith("wedges_"):
            year = plan["years"].index(int(key.split("_")[1]))
            got = {w["measure"]: w["t"][year] for w in plan["wedges"]}
            assert got == pytest.approx(wanted, abs=1e-8)
    for name_, size in expect.get("sizes", {}).items():
        assert [a["size"] for a in plan["adoptions"] if a["id"] == name_] == [size]
    for line, wanted in expect.get("cost_lines", {}).items():
        assert plan["cost_lines"][line] == wanted
    if "written_off" in expect:
        assert plan["written_off"] == expect["written_off"]
    if "short_t" in expect:
        assert plan["infeasible"]["short_t"] == pytest.approx(expect["short_t"], abs=1e-3)
    if "shadow_per_t" in expect:
        prices = [entry["per_t"] for entry in plan["shadow_price"]]
        assert prices == pytest.approx(expect["shadow_per_t"], abs=0.01)


@pytest.mark.parametrize("name", [n for n in CASES if "flows" in load(n)["expect"]])
def test_flows_multiply(name: str) -> None:
    case = load(name)

    flows = solved(case).result.flows

    for end_use, path in case["expect"]["flows"].items():
        assert [float(value) for value in flows[end_use]] == path


def test_inertia_starts_the_slow_measure_early() -> None:
    case = load("v2.json")

    plan = solved(case)

    for name, path in case["expect"]["shares"].items():
        got = [float(value) for value in plan.choices.share[name]]
        assert got == pytest.approx(path, abs=1e-6)
    assert plan.found.lp_duals is not None
    duals = -plan.found.lp_duals[plan.assembly.matrix.blocks["cap.cap"]]
    assert list(duals) == pytest.approx(case["expect"]["cap_duals_mcny_per_kt"], abs=5e-6)


def test_filling_the_short_target_with_the_cheapest_misses_the_long_one() -> None:
    """V2a: after the MACC order of 2028, 2030 reaches 66 of the 75 kt it needs."""
    case = load("v2.json")
    first = solved(load("v2a.json"))
    taken = [float(value) for value in first.choices.share["A"]]

    from_2028 = 3 * 0.2 * 60 + 30  # B adds 0.2 a year from 2028 on; A is whole

    assert taken[2] == pytest.approx(25 / 30, abs=1e-6)
    assert from_2028 == pytest.approx(66)
    late = {**case["measures"][1], "first_year": 2028}
    missed = plan_json({**case, "measures": [case["measures"][0], late]})["infeasible"]
    assert missed["short_t"] == pytest.approx(9_000, abs=1e-3)


def test_steam_comes_in_whole_boilers() -> None:
    plan = solved(load("v5.json"))

    assert plan.choices.units["boiler"] == (4,)
    assert plan.found.lp_values is not None
    assert plan.found.lp_values[plan.assembly.layout.n][0, 0] == pytest.approx(3.6)


@pytest.mark.parametrize("name", ["v7.json", "v7-sinking.json"])
def test_what_is_left_of_a_life_is_credited_after_the_horizon(name: str) -> None:
    case = load(name)
    periods = case["years"]["last"] - case["years"]["first"] + 1

    discounted = plan_json(case)["salvage"] / 1e6 / (1 + case["discount_rate"]) ** periods

    assert discounted == pytest.approx(case["expect"]["salvage_discounted_mcny"], abs=0.00005)


def test_a_cap_one_standard_deviation_above_the_mean_is_kept_five_times_in_six() -> None:
    case = load("v9.json")

    risk = plan_with_studies(case, {"explain": False}, {"risk": {"draws": 10_000}})

    expect = case["expect"]
    got = risk["studies"]["risk"]["targets"][0]["probability"]
    assert got == pytest.approx(expect["probability"], abs=expect["probability_tolerance"])


def test_the_example_of_the_reference_page_costs_what_it_says() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "plan-case.md"
    text = page.read_text(encoding="utf-8")
    case = json.loads(text.split("```json")[1].split("```")[0])

    plan = plan_json(case)

    energy = 64.98 * (1 + 1 / 1.08) + 64.08 / 1.08**2
    cost = energy + 9 + 4 / 1.08 - (9 * 7 / 10 + 4 * 14 / 15) / 1.08**3
    assert plan["cost_npv"] == 184_823_858
    assert plan["cost_npv"] / 1e6 == pytest.approx(cost, abs=1e-6)
    assert {a["id"]: a["year"] for a in plan["adoptions"]} == {"drives": 2026, "heat_pump": 2028}


def test_ownership_changes_the_money_and_not_the_carbon() -> None:
    for name in ("p1-own.json", "p1-emc.json", "p1-ppa.json"):
        case = load(name)
        plan = plan_json(case)
        saved = plan["baseline_t"][0] - sum(
            plan["emissions_t"][key][0] for key in ("scope1", "scope2_location", "scope3")
        )
        assert saved / 1000 == pytest.approx(case["expect"]["saved_kt"], abs=0.0006)


def test_budget_would_help_and_is_priced() -> None:
    problem = read_case(load("v1d-2.json"))

    found = diagnose(problem, Options())

    assert [(s.target, s.year) for s in found.short] == [("cap", 2028)]
    assert dict(found.would_help)["budget"] == pytest.approx(9_000_000, rel=1e-6)


def test_v1_reasons_say_what_nine_million_would_change() -> None:
    plan = plan_json(load("v1.json"))
    why = next(a["why"] for a in plan["adoptions"] if a["id"] == "A")

    assert why["binding"] == ["BUDGET_FULL"]
    assert why["reasons"][0]["facts"]["amount"] == "9000000"
    assert why["reasons"][0]["facts"]["saves"] == "3818884"
    assert why["later"] == pytest.approx(5_353_808, abs=1)
    assert why["never"] == pytest.approx(10_246_355, abs=1)
