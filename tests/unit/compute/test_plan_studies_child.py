"""The child process makes studies, tells how far it is, and passes errors on."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from tanlu.compute.plan_process import solve_in_child
from tanlu.kernel.errors import TanluError

FOLDER = resources.files("tanlu") / "data" / "plan_cases"
CASE: dict[str, Any] = json.loads((FOLDER / "v1a.json").read_text(encoding="utf-8"))


def test_studies_come_back_with_the_plan_and_progress() -> None:
    told: list[tuple[str, int, int]] = []

    plan = solve_in_child(
        CASE,
        {"explain": False},
        studies={"delay": {"years": [1]}},
        tell=lambda *step: told.append(step),
    )

    assert plan["status"] == "optimal"
    assert plan["studies"]["delay"]["last_year"] == 2027
    assert [step for step in told if step[0] != "plan"] == [("delay", 1, 2), ("delay", 2, 2)]
    assert told[0] == ("plan", 0, 6)


def test_a_fault_of_a_study_is_the_same_error_outside() -> None:
    with pytest.raises(TanluError) as caught:
        solve_in_child(CASE, {}, studies={"what_if": {"set": ["weather=3"]}})

    assert caught.value.code == "plan.change"
