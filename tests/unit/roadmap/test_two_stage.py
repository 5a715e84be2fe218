"""Plans for several futures: printed cases, and every combination of starts tried."""

from __future__ import annotations

import itertools
import json
from importlib import resources
from typing import Any

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import plan_json
from tanlu.roadmap.studies import plan_with_studies
from tanlu.roadmap.two_stage import tail_mean

Case = dict[str, Any]
QUICK = {"explain": False}
FOLDER = resources.files("tanlu") / "data" / "plan_cases"
HEDGED = sorted(
    entry.name
    for entry in FOLDER.iterdir()
    if entry.name.endswith(".json") and "robust" in json.loads(entry.read_text(encoding="utf-8"))
)


def load(name: str) -> Case:
    loaded: Case = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def hedged(case: Case, **arguments: Any) -> Case:
    body = plan_with_studies(case, QUICK, {"robust": arguments})
    found: Case = body["studies"]["robust"]
    return found


def test_there_are_cases_for_several_futures() -> None:
    assert len(HEDGED) >= 4


@pytest.mark.parametrize("name", HEDGED)
def test_a_case_gives_its_printed_common_plan(name: str) -> None:
    case = load(name)

    found = hedged(case)

    for key, wanted in case["expect"]["robust"].items():
        if key == "decided":
            assert [[row["id"], row["year"]] for row in found["decided"]] == wanted
        elif key == "status":
            assert found["status"] == wanted
        else:
            assert found[key] == pytest.approx(wanted, abs=2)
    assert 0 <= found["gap"] <= 1e-6


def v1(power: float) -> Case:
    """Return V1 with less power bought, so that what pays depends on the price."""
    case = load("v1.json")
    case["carriers"][0]["price"] = power
    return case


def by_enumeration(prices: list[float], shares: list[float], lock: int) -> float:
    """Return the least mean cost over all starts that agree before a year."""
    years = [2026, 2027, 2028, None]
    tables: list[dict[tuple[int | None, ...], float]] = []
    for price in prices:
        table = {}
        for begun in itertools.product(years, repeat=3):
            case = v1(price)
            case["locks"] = [
                {"measure": name, "never": True}
                if year is None
                else {"measure": name, "year": year}
                for name, year in zip("ABC", begun, strict=True)
            ]
            plan = plan_json(case, QUICK)
            if plan["cost_npv"] is not None:
                table[begun] = plan["cost_npv"]
        tables.append(table)

    def early(begun: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return tuple(year if year is not None and year < lock else None for year in begun)

    best = float("inf")
    for stage in {early(begun) for begun in tables[0]}:
        costs = [
            min((c for begun, c in table.items() if early(begun) == stage), default=float("inf"))
            for table in tables
        ]
        best = min(best, sum(p * c for p, c in zip(shares, costs, strict=True)))
    return best


@pytest.fixture(scope="module")
def futures() -> Case:
    """Return V1 at a low price of power, and a future in which it is seven times as high."""
    return v1(90) | {"scenarios": [{"id": "dear", "weight": 0.4, "set": ["power_price=x7"]}]}


@pytest.mark.parametrize("lock", [2026, 2027, 2028, 2029])
def test_the_common_plan_is_the_best_of_all_that_agree_before_the_lock(
    futures: Case, lock: int
) -> None:
    found = hedged(futures, lock_year=lock)

    shares = [1 / 1.4, 0.4 / 1.4]
    assert found["expected"] == pytest.approx(by_enumeration([90, 630], shares, lock), abs=3)
    assert found["status"] == "optimal"
    assert found["better_data"] >= -2


def test_the_later_the_lock_the_more_better_data_are_worth(futures: Case) -> None:
    worth = [hedged(futures, lock_year=lock)["better_data"] for lock in (2026, 2027, 2028, 2029)]

    assert worth[0] == pytest.approx(0, abs=2)
    assert worth == sorted(worth)
    assert worth[-1] > 1000


def test_who_shuns_the_worst_pays_more_on_average(futures: Case) -> None:
    calm, careful = (hedged(futures, lock_year=2029, aversion=k, tail=0.8) for k in (0, 1))

    assert careful["expected"] >= calm["expected"] - 2
    assert careful["cvar"] <= calm["cvar"] + 2
    assert careful["costs"][1] == pytest.approx(careful["cvar"], abs=2)


def test_a_future_without_a_plan_is_named() -> None:
    case = load("two-stage-now.json")
    case["scenarios"][0]["set"] = ["cap=x0.01"]

    found = hedged(case)

    assert (found["status"], found["impossible"]) == ("infeasible", ["strict"])
    assert found["expected"] is None


def test_the_worst_part_of_some_costs() -> None:
    assert tail_mean([5, 1], [0.5, 0.5], 0) == 3
    assert tail_mean([5, 1], [0.5, 0.5], 0.5) == 5
    assert tail_mean([0, 26], [2 / 3, 1 / 3], 0.5) == pytest.approx(26 / 1.5)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"robust": {"lock_year": 2050}}, "CASE_YEAR_OUTSIDE"),
        ({"robust": {"lock_year": 2027, "tail": 1}}, "CASE_SHARE"),
        ({"robust": {"lock_year": 2027, "aversion": 2}}, "CASE_SHARE"),
        ({"robust": {"year": 2027}}, "CASE_KEY_MISSING"),
        ({"scenarios": [{"id": "x"}]}, "CASE_KEY_MISSING"),
        ({"scenarios": [{"id": "x", "sets": ["cap=x2"]}]}, "CASE_KEY_UNKNOWN"),
    ],
)
def test_a_wrong_key_of_the_futures_is_named(keys: Case, code: str) -> None:
    with pytest.raises(TanluError) as caught:
        read_case(load("v1.json") | keys)

    assert code in {finding.code for finding in caught.value.findings}


def test_without_a_lock_year_nothing_is_asked() -> None:
    with pytest.raises(TanluError) as caught:
        hedged(v1(90) | {"scenarios": [{"id": "x", "set": ["cap=x2"]}]})

    assert caught.value.code == "plan.robust-missing"


def test_futures_that_decide_on_different_things_are_refused() -> None:
    case = load("v8.json")
    case["scenarios"][0]["case"]["measures"].pop()

    with pytest.raises(TanluError) as caught:
        hedged(case)

    assert caught.value.code == "plan.scenario-structure"


def test_a_large_model_fixes_what_its_relaxation_decided(
    futures: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = hedged(futures, lock_year=2028)
    monkeypatch.setattr("tanlu.roadmap.two_stage.SMALL", 3)

    found = hedged(futures, lock_year=2028)

    assert found["status"] == "feasible"
    assert found["expected"] >= exact["expected"] - 2
    assert found["expected"] == pytest.approx(exact["expected"], rel=0.01)
    assert found["bound"] <= exact["expected"] + 2
    assert found["better_data"] >= 0


def test_generation_and_continuous_measures_of_the_first_stage_are_common() -> None:
    case = load("p1-own.json")
    case["years"] = {"first": 2026, "last": 2028}
    case["end_uses"][0].pop("growth", None)
    case["scenarios"] = [{"id": "dear", "set": ["power_price=x2"]}]

    found = hedged(case, lock_year=2027)

    sizes = [row["size"] for row in found["decided"] if row["id"] in {o["id"] for o in case["pv"]}]
    assert found["status"] == "optimal"
    assert sizes == [float(case["pv"][0]["max_kw"])]
