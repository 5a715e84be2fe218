"""Products and slices outside the planner: reading, baseline, other futures, changed values."""

from __future__ import annotations

import copy
import json
from importlib import resources
from typing import Any

import numpy as np
import pytest

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import plan_json, solve_problem
from tanlu.roadmap.regret import fixed_cost
from tanlu.roadmap.search import Options
from tanlu.roadmap.session import Session
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.twin import Draws, Twin
from tanlu.roadmap.values import with_values
from tanlu.roadmap.wedges import ledger_total
from tanlu.roadmap.whatif import fixed_plan

Case = dict[str, Any]
FOLDER = resources.files("tanlu") / "data" / "plan_cases"


def load(name: str) -> Case:
    loaded: Case = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def solved(case: Case) -> Solved:
    found = solve_problem(read_case(case), Options(explain=False))
    assert isinstance(found, Solved)
    return found


def faults(case: Case) -> list[tuple[str, str]]:
    with pytest.raises(TanluError) as caught:
        read_case(case)
    return [(finding.code, finding.cell) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("where", "value", "code", "path"),
    [
        ("slices.0.share", 0.4, "CASE_SHARES_SUM", "slices"),
        ("end_uses.0.profile", {"day": 1}, "CASE_SLICES", "end_uses[0].profile"),
        ("end_uses.0.profile.day", 0.5, "CASE_SHARES_SUM", "end_uses[0].profile"),
        ("end_uses.0.profile", "any", "CASE_PROFILE_ANY", "end_uses.lines.profile"),
        ("technologies.2.availability.day", 1.4, "CASE_SHARE", "technologies[2].availability"),
        ("technologies.2.availability.dawn", 0, "CASE_SLICES", "technologies[2].availability"),
        ("technologies.0.inputs", {"coal": 1}, "CASE_KEYS_BOTH", "technologies[0].inputs"),
        ("technologies.0.end_use", "lines", "CASE_KEYS_BOTH", "technologies[0].makes"),
        ("technologies.0.makes", "powr", "CASE_REFERENCE", "technologies.coal_plant.makes"),
        ("technologies.0.by_products", {"ash": 1}, "CASE_REFERENCE",
         "technologies.coal_plant.by_products"),
        ("technologies.1.max_capacity", 3, "CASE_CAPACITY_OPEN", "technologies.grid.max_capacity"),
        ("products.0.reserve_margin", 0.1, "CASE_CAPACITY_OPEN", "technologies.grid.firm"),
        ("products.0.id", "coal", "CASE_ID_TWICE", "products.coal"),
    ],
)  # fmt: skip
def test_a_fault_of_a_chain_is_named_where_it_is(
    where: str, value: object, code: str, path: str
) -> None:
    case = load("slices")
    *parents, last = where.split(".")
    place: Any = case
    for key in parents:
        place = place[int(key)] if key.isdigit() else place[key]
    place[last] = value

    assert (code, path) in faults(case)


def test_a_product_that_nothing_makes_is_refused_where_it_is_taken() -> None:
    case = load("chain")
    case["products"].append({"id": "steam"})
    case["technologies"][0]["inputs"]["steam"] = 1

    assert faults(case) == [("CASE_NOT_MADE", "technologies.converter")]


@pytest.mark.parametrize("name", ["chain", "slices", "tariff-slices"])
def test_without_a_change_the_twin_makes_what_the_plan_makes(name: str) -> None:
    plan = solved(load(name))

    outcomes = Twin(plan.problem, plan.choices).run(Draws(count=1))

    for key in ("s1", "s2l"):
        exact = np.array([mg / 1e9 for mg in plan.result.total(key)])
        assert outcomes.emissions[key][0] == pytest.approx(exact, rel=1e-9)
    assert outcomes.npv[0] == pytest.approx(plan.result.npv, abs=1)
    assert not outcomes.short[0]


def test_more_steel_is_made_as_planned_until_the_shaft_is_full() -> None:
    """115,500 t of iron: the shaft keeps its 50,000 t, the furnace makes the rest."""
    plan = solved(load("chain"))
    more = np.array([[1.0, 1.05]])

    outcomes = Twin(plan.problem, plan.choices).run(Draws(count=1, activity=more))

    assert outcomes.emissions["s1"][0][1] == pytest.approx(65_500 * 1.5)
    assert outcomes.emissions["s2l"][0][1] == pytest.approx(50_000 * 0.35)
    assert not outcomes.short[0]


def test_a_fixed_plan_makes_more_of_everything_along_the_chain() -> None:
    """5 % more steel takes 5 % more iron of each kind, and 5 % more hydrogen."""
    case = load("chain")
    plan = solved(case)
    case["end_uses"][0]["demand"] = [100_000, 105_000]

    outcome = fixed_plan(plan, read_case(case))

    assert outcome.emissions_t[1] == pytest.approx(107_500 * 1.05)
    assert [breach.family for breach in outcome.missed] == ["absolute"]


@pytest.mark.parametrize("name", ["chain", "slices", "tariff-slices", "utopia"])
def test_new_demands_and_costs_fit_into_the_model_that_is_there(name: str) -> None:
    case = load(name)
    template = assemble(read_case(case))
    years = case["years"]["last"] - case["years"]["first"] + 1
    for use in case["end_uses"]:
        known = use["demand"] if isinstance(use["demand"], list) else [use["demand"]] * years
        use["demand"] = [value * 1.125 for value in known]
    for technology in case["technologies"]:
        technology["capex"] = technology.get("capex", 0)
    future = read_case(case)

    patched, built = with_values(template, future).matrix, assemble(future).matrix

    assert patched.cost == pytest.approx(built.cost, rel=1e-9, abs=1e-12)
    for one, other in ((patched.row_lo, built.row_lo), (patched.row_up, built.row_up)):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9)
    assert patched.values == pytest.approx(built.values, rel=1e-9)


def test_the_baseline_goes_on_when_what_is_there_has_left() -> None:
    """Without its furnace of 2027 the works still makes its iron with it."""
    case = load("chain")
    case["technologies"][1]["existing"] = [110_000, 50_000]
    case["targets"] = []

    plan = plan_json(case, {"explain": False})

    assert plan["baseline_t"] == [165_000, 165_000]
    assert plan["status"] == "optimal"
    built = {a["id"]: a["size"] for a in plan["adoptions"]}
    assert built == {"shaft": 2, "electrolyzer": 3_600}


def test_a_plant_that_takes_part_of_its_own_power_makes_more() -> None:
    """Of each MWh a twentieth goes back into the plant: 60,000 take 60,000/0.95."""
    case = load("slices")
    plant = case["technologies"][0]
    del plant["carrier"], plant["efficiency"]
    plant |= {"inputs": {"coal": 2.5, "power": 0.05}, "existing": 200_000}
    case["technologies"] = case["technologies"][:1]

    plan = plan_json(case, {"explain": False})

    made = 60_000 / 0.95
    assert plan["series"]["made:coal_plant"] == pytest.approx([made, made], abs=0.01)
    assert plan["baseline_t"] == pytest.approx([made * 0.8] * 2, abs=0.01)
    assert plan["emissions_t"]["scope1"] == pytest.approx([made * 0.8] * 2, abs=0.01)


def test_running_costs_in_the_middle_of_a_year_are_worth_half_a_year_less() -> None:
    case = {**load("chain"), "discount_rate": 0.21}
    late = {**copy.deepcopy(case), "running_costs": "middle"}

    costs = [plan_json(one, {"explain": False}) for one in (case, late)]

    running = 110 + 130 / 1.21
    invested = 70 / 1.21 - 70 * 19 / 20 / 1.21**2
    found = [plan["cost_npv"] / 1e6 for plan in costs]
    assert found == pytest.approx([running + invested, running / 1.1 + invested], abs=2e-6)
    assert costs[1]["bound_npv"] == pytest.approx(costs[1]["cost_npv"], abs=2)


def test_a_plan_keeps_its_panels_when_the_grid_costs_more() -> None:
    """Sized for 60,000 MWh, 90,000 panels stay when 10 % more is asked: the grid is bought."""
    case = load("slices")
    plan = solved(case)
    session = Session(plan.problem, Options(explain=False), plan)
    case["end_uses"][0]["demand"] = 66_000

    cost = fixed_cost(session, plan, read_case(case))

    energy = (27_000 + 16_500) * 300 + (0.75 * 66_000 - 45_000) * 700
    assert cost == pytest.approx(2 * energy + 90_000_000 * 2 / 10, abs=2)


@pytest.mark.parametrize(
    ("change", "help_"),
    [
        ({"technologies": {1: {"max_output": 20_000}, 0: {"existing": 30_000}}}, "capacity"),
        ({"products": {0: {"reserve_margin": 0.5}}, "technologies": {1: {"firm": 0}}}, "reserve"),
    ],
)
def test_rules_of_a_chain_that_contradict_each_other_are_named(
    change: dict[str, dict[int, Case]], help_: str
) -> None:
    case = load("slices")
    for table, items in change.items():
        for index, keys in items.items():
            case[table][index] |= keys
    del case["technologies"][2]

    found = plan_json(case)["infeasible"]

    assert found["conflict"]
    assert help_ in [row["family"] for row in found["would_be_met_by"]]


def test_wedges_along_a_chain_add_up_with_a_measure_on_a_product() -> None:
    """A saving of power is worth what the power carries; the sum is exact to the milligram."""
    case = load("slices")
    case["measures"] = [
        {"id": "drives", "end_uses": ["lines"], "saving": 0.1, "capex": 1_000_000, "life": 10}
    ]

    plan = solved(case)
    shown = plan_json(case)

    mg = shown["exact_mg"]
    for t, (before, after) in enumerate(zip(mg["baseline"], mg["emissions"], strict=True)):
        assert before - sum(wedge[t] for wedge in mg["wedges"].values()) == after
    assert sum(mg["wedges"]["drives"]) > 0
    assert ledger_total(plan.result, "location") == tuple(mg["emissions"])
