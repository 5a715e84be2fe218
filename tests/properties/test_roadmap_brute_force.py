"""Random small plans: enumeration against the solver, and what must never happen."""

from __future__ import annotations

import itertools
import json
import random
from fractions import Fraction
from typing import Any

import pytest

from tanlu.roadmap.case import read_case
from tanlu.roadmap.checks import find_breaches
from tanlu.roadmap.planner import plan_json
from tanlu.roadmap.simulate import Choices, nothing, simulate

QUICK = {"explain": False}


def random_case(seed: int) -> dict[str, Any]:
    rng = random.Random(seed)  # noqa: S311 - a test
    years = rng.choice([2, 3])
    first = 2026
    names = ["A", "B", "C"][: rng.choice([2, 3])]
    measures = []
    for index, name in enumerate(names):
        measure: dict[str, Any] = {
            "id": name,
            "end_uses": rng.choice([["lines"], ["oven"], ["lines", "oven"]]),
            "saving": rng.choice([0.05, 0.1, 0.2, 0.35, -0.02]),
            "capex": rng.choice([1, 4, 9, 20]) * 10**6,
            "om": rng.choice([0, 200_000]),
            "life": rng.choice([1, 2, 5, 10]),
            "lead_years": rng.choice([0, 0, 1]),
        }
        if index and rng.random() < 0.3:
            measure["requires"] = [names[index - 1]]
        if rng.random() < 0.3:
            measure["exclusive_group"] = "one"
        measures.append(measure)
    case: dict[str, Any] = {
        "name": f"random {seed}",
        "years": {"first": first, "last": first + years - 1},
        "discount_rate": rng.choice([0, 0.05, 0.1]),
        "method": "location",
        "carriers": [
            {"id": "electricity", "unit": "MWh", "electricity": True, "price": 650, "ef": 0.5},
            {"id": "gas", "unit": "MWh", "price": rng.choice([250, 350]), "ef": 0.2},
        ],
        "sites": [{"id": "plant"}],
        "end_uses": [
            {"id": "lines", "site": "plant", "carrier": "electricity", "demand": 100_000},
            {"id": "oven", "site": "plant", "carrier": "gas", "demand": 40_000, "growth": 0.01},
        ],
        "measures": measures,
    }
    if rng.random() < 0.6:
        case["budget"] = {
            "per_year": rng.choice([5, 12, 24]) * 10**6,
            "carry_over": rng.random() < 0.5,
        }
    if rng.random() < 0.6:
        case["targets"] = [
            {
                "id": "cap",
                "kind": "absolute",
                "levels": {str(first + years - 1): rng.choice([56_000, 50_000, 44_000])},
            }
        ]
    if rng.random() < 0.4:
        case["ets"] = {"price": rng.choice([0, 80, 400]), "free": 1000, "scope": "1+2"}
    return case


def best_by_enumeration(case: dict[str, Any]) -> int | None:
    problem = read_case(case)
    base = nothing(problem)
    periods = problem.periods
    best: int | None = None
    for starts in itertools.product(range(periods + 1), repeat=len(problem.measures)):
        share = {
            name: tuple(Fraction(int(t >= start)) for t in range(periods))
            for name, start in zip(sorted(problem.measures), starts, strict=True)
        }
        choices = Choices(
            share, base.units, base.activity, base.capacity, base.within, base.after,
            base.export, base.claims, base.offsets,
        )  # fmt: skip
        result = simulate(problem, choices)
        if find_breaches(problem, choices, result):
            continue
        best = result.npv if best is None else min(best, result.npv)
    return best


@pytest.mark.parametrize("block", range(12))
def test_enumeration_and_solver_agree(block: int) -> None:
    for seed in range(block * 10, block * 10 + 10):
        case = random_case(seed)

        plan = plan_json(case, QUICK)
        best = best_by_enumeration(case)

        if best is None:
            assert plan["status"] == "infeasible", seed
        else:
            assert plan["status"] == "optimal", seed
            assert plan["cost_npv"] == pytest.approx(best, rel=1e-6, abs=2), seed
            assert plan["bound_npv"] <= plan["cost_npv"], seed
            _identity(plan)


def _identity(plan: dict[str, Any]) -> None:
    exact = plan["exact_mg"]
    for year, (before, after) in enumerate(zip(exact["baseline"], exact["emissions"], strict=True)):
        assert before - sum(path[year] for path in exact["wedges"].values()) == after


def test_input_order_changes_no_byte() -> None:
    for seed in range(8):
        case = random_case(seed)
        turned = {
            **dict(reversed(case.items())),
            **{key: list(reversed(case[key])) for key in ("carriers", "end_uses", "measures")},
        }

        assert json.dumps(plan_json(case)) == json.dumps(plan_json(turned))


def test_a_looser_budget_or_cap_never_costs_more() -> None:
    for seed in range(20, 32):
        case = random_case(seed)
        tight = {**case, "budget": {"per_year": 12 * 10**6}}
        loose = {**case, "budget": {"per_year": 24 * 10**6}}
        costs = [plan_json(c, QUICK)["cost_npv"] for c in (tight, loose)]
        if None not in costs:
            assert costs[1] <= costs[0] + 1
        free = plan_json({**case, "targets": []}, QUICK)["cost_npv"]
        if free is not None and costs[1] is not None:
            assert free <= costs[1] + 1 or "budget" in case


def test_n_equal_sites_cost_n_times_as_much() -> None:
    """V10: the cap and the budget grow with the sites; the shadow price stays."""
    case = random_case(3) | {"budget": {"per_year": 24 * 10**6}, "targets": [], "ets": None}
    one = plan_json(case, QUICK)
    two = dict(case)
    two["sites"] = [{"id": "plant"}, {"id": "second"}]
    two["end_uses"] = case["end_uses"] + [
        {**use, "id": use["id"] + "2", "site": "second"} for use in case["end_uses"]
    ]
    two["measures"] = case["measures"] + [
        {
            **m,
            "id": m["id"] + "2",
            "end_uses": [use + "2" for use in m["end_uses"]],
            "requires": [name + "2" for name in m.get("requires", [])],
        }
        for m in case["measures"]
    ]
    two["budget"] = {"per_year": 48 * 10**6}

    both = plan_json(two, QUICK)

    assert both["cost_npv"] <= 2 * one["cost_npv"] + 2


def test_twice_the_currency_is_twice_the_cost_and_the_same_plan() -> None:
    case = random_case(8)
    double = json.loads(json.dumps(case))
    for carrier in double["carriers"]:
        carrier["price"] *= 2
    for measure in double["measures"]:
        measure["capex"] *= 2
        measure["om"] *= 2
    for key, field in (("budget", "per_year"), ("ets", "price")):
        if double.get(key):
            double[key][field] *= 2

    one, two = plan_json(case, QUICK), plan_json(double, QUICK)

    assert two["cost_npv"] == pytest.approx(2 * one["cost_npv"], abs=4)
    assert [(a["id"], a["year"]) for a in one["adoptions"]] == [
        (a["id"], a["year"]) for a in two["adoptions"]
    ]


def test_delay_never_costs_less_the_longer_it_is() -> None:
    for seed in (0, 4, 9):
        case = {**random_case(seed), "targets": []}
        costs = [plan_json({**case, "freeze_years": d}, QUICK)["cost_npv"] for d in range(3)]
        assert costs == sorted(costs)
