"""Printed numbers of the studies around a plan: V6, V8, V9, V1d."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tanlu.roadmap.case import read_case
from tanlu.roadmap.delay import cost_of_delay
from tanlu.roadmap.planner import plan_json, solve_problem
from tanlu.roadmap.probability import assess, wilson
from tanlu.roadmap.regret import make_regret
from tanlu.roadmap.search import Options
from tanlu.roadmap.simulate import nothing
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.uncertain import read_factors

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = yaml.safe_load(Path(__file__).with_name("studies.yaml").read_text(encoding="utf-8"))
FOLDER = resources.files("tanlu") / "data" / "plan_cases"
Z95 = 1.6448536269514722  # standard normal at 95 %


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def regret(given: dict[str, Any]) -> dict[str, Any]:
    found = make_regret(given["costs"])
    return {
        "largest": list(found.largest),
        "choice": found.choice,
        "perfect_information": found.perfect_information,
    }


def probability(given: dict[str, Any]) -> dict[str, Any]:
    problem = read_case(
        {
            "years": {"first": 2030, "last": 2030},
            "discount_rate": 0,
            "carriers": [{"id": "gas", "unit": "MWh", "ef": 1, "price": 1}],
            "sites": [{"id": "p"}],
            "end_uses": [{"id": "u", "site": "p", "carrier": "gas", "demand": given["mean"]}],
            "targets": [{"id": "cap", "levels": {"2030": given["cap"]}, "scope": "1"}],
        }
    )
    reach = Z95 * given["sd"] / given["mean"]
    rows = [
        {"id": "activity", "kind": "activity", "distribution": "normal",
         "low": 1 - reach, "high": 1 + reach},
    ]  # fmt: skip
    risk = assess(problem, nothing(problem), read_factors(rows), count=given["draws"])
    assert risk.chances[0].low < 0.8413 < risk.chances[0].high
    return {"p": risk.chances[0].probability}


def interval(given: dict[str, Any]) -> dict[str, Any]:
    low, high = wilson(given["hits"], given["count"])
    return {"low": low, "high": high}


def delay(given: dict[str, Any]) -> dict[str, Any]:
    problem = read_case({**load(given["case"]), "freeze_years": 0})
    solved = solve_problem(problem, Options(explain=False))
    assert isinstance(solved, Solved)
    found = cost_of_delay(problem, solved, years=given["years"])
    first = found.delays[0]
    assert first.cost_cny is not None
    assert first.extra_cny is not None
    return {
        "cost": first.cost_cny / 1e6,
        "extra": first.extra_cny / 1e6,
        "feasible": [row.is_feasible for row in found.delays],
        "last_year": found.last_year,
    }


def shadow(given: dict[str, Any]) -> dict[str, Any]:
    prices = [row["per_t"] for row in plan_json(load(given["case"]))["shadow_price"]]
    shown = [price for price in prices if price]
    return {"ratios": [price / shown[0] for price in shown]}


CALLS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "make_regret": regret,
    "probability": probability,
    "wilson": interval,
    "delay": delay,
    "shadow": shadow,
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_study_gives_its_printed_number(case: dict[str, Any]) -> None:
    found = CALLS[case["call"]](case["given"])

    for name, wanted in case["expect"].items():
        assert found[name] == pytest.approx(wanted, abs=case["tolerance"], rel=0), name
