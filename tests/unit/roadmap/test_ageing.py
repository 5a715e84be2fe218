"""Savings that ramp up and wear off: every combination of starts tried on random models."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import numpy as np
import pytest

from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import plan_json, solve_problem
from tanlu.roadmap.search import Options
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.twin import Draws, Twin

Case = dict[str, Any]
FIRST, YEARS = 2026, 4
MODELS, BLOCKS = 60, 4


def random_case(seed: int) -> Case:
    """Return three measures of one end use, most of which age."""
    rng = random.Random(90_000 + seed)  # noqa: S311 - a test
    measures = []
    for name in "ABC":
        measure: Case = {
            "id": name, "end_uses": ["lines"], "saving": rng.choice([0.05, 0.1, 0.25]),
            "capex": rng.choice([500_000, 1_500_000, 3_000_000]), "life": rng.choice([2, 3, 10]),
        }  # fmt: skip
        if rng.random() < 0.6:
            measure["ramp"] = rng.choice([[0.5], [0.2, 0.6], [0, 1]])
        if rng.random() < 0.6:
            measure["decay"] = rng.choice([0.02, 0.1, 0.3])
        measures.append(measure)
    case: Case = {
        "years": {"first": FIRST, "last": FIRST + YEARS - 1},
        "discount_rate": rng.choice([0, 0.08]),
        "salvage": "none",
        "method": "location",
        "carriers": [{"id": "electricity", "electricity": True, "ef": 0.5,
                      "price": [100, 110, 120, 90]}],
        "sites": [{"id": "plant"}],
        "end_uses": [{"id": "lines", "site": "plant", "carrier": "electricity",
                      "demand": 100_000}],
        "measures": measures,
        "targets": [],
    }  # fmt: skip
    if rng.random() < 0.6:
        level = {str(FIRST + rng.choice([2, 3])): rng.choice([47_000, 42_000, 36_000])}
        case["targets"].append({"id": "cap", "levels": level})
    if rng.random() < 0.3:
        case["budget"] = {"per_year": 3_000_000}
    return case


def reached(measure: Case, age: int) -> float:
    young, ramp = age % measure["life"], measure.get("ramp", [])
    share = ramp[young] if young < len(ramp) else 1
    return float(share * (1 - measure.get("decay", 0)) ** young)


def by_enumeration(case: Case) -> float | None:
    """Return the least cost over all starting years."""
    factors = [(1 + case["discount_rate"]) ** -t for t in range(YEARS)]
    best = math.inf
    for starts in itertools.product([*range(YEARS), None], repeat=3):
        paid, flows = [0.0] * YEARS, [100_000.0] * YEARS
        for measure, start in zip(case["measures"], starts, strict=True):
            for t in range(YEARS) if start is not None else ():
                if t >= start:
                    flows[t] *= 1 - measure["saving"] * reached(measure, t - start)
                    paid[t] += measure["capex"] * ((t - start) % measure["life"] == 0)
        if "budget" in case and max(paid) > 3_000_000:
            continue
        levels = [(int(y) - FIRST, v) for t in case["targets"] for y, v in t["levels"].items()]
        if any(flows[t] * 0.5 > level + 1e-6 for t, level in levels):
            continue
        bill = [f * p for f, p in zip(flows, case["carriers"][0]["price"], strict=True)]
        best = min(best, sum(d * (b + c) for d, b, c in zip(factors, bill, paid, strict=True)))
    return None if best == math.inf else best


@pytest.mark.parametrize("block", range(BLOCKS))
def test_enumeration_and_planner_agree(block: int) -> None:
    each = MODELS // BLOCKS
    for seed in range(block * each, block * each + each):
        case = random_case(seed)

        plan, counted = plan_json(case, {"explain": False}), by_enumeration(case)

        if counted is None:
            assert plan["status"] == "infeasible", seed
        else:
            assert plan["status"] == "optimal", seed
            assert plan["cost_npv"] == pytest.approx(counted, rel=1e-6, abs=5), seed
            assert plan["cost_npv"] - plan["bound_npv"] <= 5, seed
            mg = plan["exact_mg"]
            for t, (before, after) in enumerate(zip(mg["baseline"], mg["emissions"], strict=True)):
                assert before - sum(wedge[t] for wedge in mg["wedges"].values()) == after


def test_the_twin_ages_as_the_simulator_does_and_late_measures_age_later() -> None:
    solved = solve_problem(read_case(random_case(1)), Options(explain=False))
    assert isinstance(solved, Solved)
    twin = Twin(solved.problem, solved.choices)

    now = twin.run(Draws(1)).flows["lines"][0]
    late = twin.run(Draws(1, delay={"*": np.array([1])})).flows["lines"][0]

    exact = [float(value) for value in solved.result.flows["lines"]]
    assert now == pytest.approx(exact, abs=1e-6)
    assert any(value < 100_000 for value in exact)
    assert late[1:] * 1 == pytest.approx(exact[:-1], abs=1e-6)
