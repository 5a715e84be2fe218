"""No plan is called impossible before the whole model has said so."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from tanlu.roadmap import search as searching
from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.search import Options, search
from tanlu.roadmap.solve import Answer, Status

FOLDER = resources.files("tanlu") / "data" / "plan_cases"


def model(name: str) -> Assembly:
    """Return the model of a published case."""
    return assemble(read_case(json.loads((FOLDER / name).read_text(encoding="utf-8"))))


@pytest.fixture(autouse=True)
def _taken_for_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every model be fixed first and proved on the whole."""
    monkeypatch.setattr(searching, "SMALL", 0)


def test_neighborhoods_without_a_plan_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, calls = searching._exact_enough, []  # noqa: SLF001 (the step that is made to fail)

    def fails_twice(*given: Any, **named: Any) -> Answer:
        calls.append(given)
        return Answer(Status.INFEASIBLE) if len(calls) < 3 else whole(*given, **named)

    monkeypatch.setattr(searching, "_exact_enough", fails_twice)

    found = search(model("v1.json"), Options())

    assert found.status == "feasible"
    assert found.values is not None


def test_neighborhoods_that_all_fail_are_no_proof_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_exact_enough", lambda *_, **__: Answer(Status.INFEASIBLE))

    assert search(model("v1.json"), Options()).status == "failed"


def test_the_whole_model_proves_that_there_is_no_plan() -> None:
    assert search(model("v1a-infeasible.json"), Options()).status == "infeasible"
