"""The JSON of the studies, their faults, and what they share."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import numpy as np
import pytest

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import solve_problem
from tanlu.roadmap.probability import find_margin
from tanlu.roadmap.regret import make_regret
from tanlu.roadmap.search import Options
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.studies import STUDIES, future_of, plan_with_studies
from tanlu.roadmap.uncertain import quantile, read_factors, uniforms

QUICK = {"explain": False}
GROWTH = {"id": "activity", "kind": "activity", "distribution": "uniform", "low": 0.9, "high": 1.1}


def load(name: str) -> dict[str, Any]:
    folder = resources.files("tanlu") / "data" / "plan_cases"
    loaded: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return loaded


def test_every_study_answers_in_json_that_needs_no_more() -> None:
    case = load("v1a.json") | {
        "uncertainty": [GROWTH],
        "scenarios": [{"id": "rich", "weight": 2, "set": ["budget=x1.4"]}],
    }
    asked: dict[str, dict[str, Any]] = {
        "alternatives": {"extra": [0.02]},
        "delay": {"years": [1]},
        "pareto": {"points": 3},
        "regret": {},
        "risk": {"draws": 400, "seed": 3},
        "robust": {"lock_year": 2027},
        "scenarios": {"count": 5},
        "tornado": {},
        "what_if": {"set": ["budget=x1.4"]},
    }
    told: list[tuple[str, int, int]] = []

    def tell(study: str, done: int, steps: int) -> bool:
        told.append((study, done, steps))
        return True

    body = plan_with_studies(case, QUICK, asked, tell=tell)

    assert set(asked) == set(STUDIES) == set(body["studies"])
    assert {name for name, _, _ in told} == set(asked)
    assert all(done <= steps for _, done, steps in told)
    json.dumps(body, allow_nan=False)
    assert body["studies"]["delay"]["delays"][0]["extra_cost"] == pytest.approx(13_750_088, abs=2)
    assert body["studies"]["what_if"]["plan"]["moves"]
    swung = body["studies"]["tornado"]["factors"]
    assert [row["id"] for row in swung] == ["activity"]
    assert swung[0]["low"] < 0
    assert swung[0]["high"] is None  # with a tenth more activity the budget is too small
    assert body["studies"]["regret"]["scenarios"] == ["as_planned", "rich"]


def test_a_case_without_a_plan_has_no_studies() -> None:
    body = plan_with_studies(load("v1a-infeasible.json"), QUICK, {"delay": {}})

    assert body["status"] == "infeasible"
    assert body["studies"] == {"delay": None}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"dream": {}}, "plan.study-unknown"),
        ({"what_if": {"set": ["weather=3"]}}, "plan.change"),
        ({"what_if": {"set": ["budget=x1.5", "carbon_price=x2"]}}, "plan.change-idle"),
        ({"what_if": {"set": ["power_price=x1"]}}, "plan.change-idle"),
        ({"risk": {}}, "plan.uncertainty-missing"),
        ({"regret": {}}, "plan.scenarios-missing"),
    ],
)
def test_what_cannot_be_studied_is_refused(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(TanluError) as caught:
        plan_with_studies(load("v1.json"), QUICK, asked)

    assert caught.value.code == code


def test_a_study_stops_when_told_with_what_it_has() -> None:
    body = plan_with_studies(
        load("v1a.json"), QUICK, {"delay": {"years": [1, 2]}}, tell=lambda *_: False
    )

    study = body["studies"]["delay"]
    assert study["stopped"]
    assert len(study["delays"]) == 1


def test_draws_are_the_same_however_they_are_batched() -> None:
    whole = uniforms(7, "grid", first=0, count=1000)
    parts = [uniforms(7, "grid", first=first, count=200) for first in range(0, 1000, 200)]

    assert np.array_equal(whole, np.concatenate(parts))
    assert not np.array_equal(whole, uniforms(8, "grid", first=0, count=1000))
    assert not np.array_equal(whole, uniforms(7, "price", first=0, count=1000))


def test_distributions_have_the_points_they_are_given() -> None:
    normal, triangle, late = read_factors(
        [
            {"id": "a", "kind": "ef", "distribution": "normal", "low": 0.8, "high": 1.2},
            {"id": "b", "kind": "price", "low": 0.5, "typical": 1, "high": 2},
            {"id": "c", "kind": "delay", "weights": [0.5, 0.25, 0.25]},
        ]
    )

    points = quantile(normal, np.array([0.05, 0.5, 0.95]))
    assert points == pytest.approx([0.8, 1.0, 1.2])
    assert quantile(triangle, np.array([0.0, 1 / 3, 1.0])) == pytest.approx([0.5, 1.0, 2.0])
    assert list(quantile(late, np.array([0.49, 0.51, 0.99]))) == [0, 1, 2]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"id": "a", "kind": "price", "low": 2, "high": 3}, "CASE_RANGE_ORDER"),
        ({"id": "a", "kind": "delay"}, "CASE_WEIGHTS"),
        ({"id": "a", "kind": "delay", "weights": [-1, 2]}, "CASE_WEIGHTS"),
        ({"id": "a", "kind": "weather"}, "CASE_CHOICE"),
        ({"id": "a", "kind": "ef", "lowest": 1}, "CASE_KEY_UNKNOWN"),
    ],
)
def test_a_faulty_factor_is_named(row: dict[str, Any], code: str) -> None:
    with pytest.raises(TanluError) as caught:
        read_factors([row])

    assert [finding.code for finding in caught.value.findings] == [code]


def test_a_future_is_drawn_by_its_number_alone() -> None:
    problem = read_case(load("v1.json"))
    factors = read_factors([GROWTH])

    first = [future_of(problem, factors, seed=1, index=i) for i in range(6)]

    again = future_of(problem, factors, seed=1, index=5)
    assert again.end_uses == first[5].end_uses
    assert len({next(iter(p.end_uses.values())).demand for p in first}) == 6


def test_a_plan_that_fails_somewhere_is_never_the_choice() -> None:
    found = make_regret([(1, None), (5, 9)])

    assert found.largest == (None, 4)
    assert found.choice == 1
    assert found.expected == (None, 7)


def test_weights_must_fit_the_scenarios() -> None:
    with pytest.raises(TanluError) as caught:
        make_regret([(1, 2)], [1])

    assert caught.value.code == "plan.scenario-weights"


def test_the_margin_reaches_the_probability_and_less_does_not() -> None:
    """Certificates buy any level; activity is even over 0.9 to 1.1: 90 % needs 1.08 of room."""
    case: dict[str, Any] = {
        "years": {"first": 2030, "last": 2030},
        "discount_rate": 0,
        "carriers": [{"id": "power", "electricity": True, "ef": 1, "price": 1}],
        "sites": [{"id": "p"}],
        "end_uses": [{"id": "u", "site": "p", "carrier": "power", "demand": 1000}],
        "contracts": [{"id": "green", "kind": "green_power", "sites": ["p"], "premium": 1}],
        "targets": [{"id": "cap", "levels": {"2030": 500}, "scope": "2"}],
    }
    problem = read_case(case)

    def plan(tight: Any) -> Solved | None:
        found = solve_problem(tight, Options(explain=False))
        return found if isinstance(found, Solved) else None

    margin = find_margin(
        problem, plan, read_factors([GROWTH]), wanted=0.9, target="cap", steps=9, count=4000
    )

    assert margin is not None
    assert margin.probability >= 0.9
    assert margin.share == pytest.approx(80 / 500, abs=0.005)  # 1080 used, 580 claimed
