"""The planning child tells how far it is, and is stopped with the best plan it has."""

from __future__ import annotations

import json
import threading
import time
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.compute.plan_process import STOP_SECONDS, solve_in_child
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from tanlu.compute.plan_process import PlanStep

DATA = resources.files("tanlu") / "data"
STAGES = ["model", "bound", "search", "exact", "reasons"]
KILLED = 2.0  # seconds within which a stopped run must be over


def _case(folder: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / folder / f"{name}.json").read_text("utf-8"))
    return found


STEEL = _case("sector_cases", "steel")


def test_each_stage_is_told_with_bound_and_gap() -> None:
    steps: list[PlanStep] = []
    told: list[tuple[str, int, int]] = []

    plan = solve_in_child(
        _case("plan_cases", "v1"), {}, watch=steps.append, tell=lambda *step: told.append(step)
    )

    assert [step.stage for step in steps] == STAGES
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert told == [("plan", step.done, step.steps) for step in steps]
    bound = steps[2].bound_npv
    assert bound is not None
    assert steps[2].cost_npv is None
    assert bound <= plan["cost_npv"]
    assert steps[-1].cost_npv == plan["cost_npv"]
    assert steps[-1].gap == pytest.approx(plan["gap"], abs=1e-12)


def test_stopped_before_there_is_a_plan_it_says_so() -> None:
    stop = threading.Event()
    stop.set()
    began = time.monotonic()

    with pytest.raises(TanluError) as caught:
        solve_in_child(STEEL, {}, cancel=stop)

    assert caught.value.code == "plan.cancelled"
    assert time.monotonic() - began < KILLED


def test_stopped_with_a_plan_it_answers_with_that_plan() -> None:
    """The whole cost of the plan that was found is kept, without its reasons."""
    whole = solve_in_child(STEEL, {"explain": False})
    last: list[str] = []

    plan = solve_in_child(
        STEEL,
        {},
        studies={"delay": {"years": [1]}},
        watch=lambda step: last.append(step.stage),
        cancel=lambda: last[-1:] == ["reasons"],
    )

    assert plan["cost_npv"] == whole["cost_npv"]
    assert plan["adoptions"]
    assert all(row["why"] is None for row in plan["adoptions"])
    assert plan["studies"] == {"delay": None}


def test_a_search_that_is_stopped_names_what_limits_its_plan() -> None:
    """The sector case is found whole; the plan before its exact rounding is the best so far."""
    last: list[str] = []

    plan = solve_in_child(
        STEEL,
        {"explain": False},
        watch=lambda step: last.append(step.stage),
        cancel=lambda: "exact" in last,
    )

    assert plan["status"] in {"optimal", "feasible"}
    assert plan["limit"] in {None, "cancelled"}  # it may have been over when it was stopped
    assert plan["emissions_t"] is not None


def test_a_child_without_memory_is_an_error() -> None:
    with pytest.raises(TanluError) as caught:
        solve_in_child(STEEL, {}, memory_bytes=1 << 28)

    assert caught.value.code == "plan.process-ended"


def test_the_grace_of_a_stop_is_within_two_seconds() -> None:
    assert STOP_SECONDS < KILLED
