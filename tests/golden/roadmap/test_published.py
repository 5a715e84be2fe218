"""Models that others published, restated as plan cases, cost what they printed."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from tanlu.roadmap.planner import plan_json

PRINTED = yaml.safe_load(Path(__file__).with_name("published.yaml").read_text("utf-8"))


@pytest.mark.parametrize("printed", PRINTED, ids=lambda printed: str(printed["case"]))
def test_a_published_model_costs_what_was_printed(printed: dict[str, Any]) -> None:
    folder = resources.files("tanlu") / "data" / "plan_cases"
    case = json.loads((folder / printed["case"]).read_text(encoding="utf-8"))

    plan = plan_json(case, {"explain": False})

    assert plan["status"] == "optimal"
    cost = plan["cost_npv"] / printed["unit"]
    assert cost == pytest.approx(printed["expect"], abs=printed["tolerance"])
    if "emissions_t" in printed:
        emitted = sum(plan["exact_mg"]["emissions"]) / 10**9
        assert emitted == pytest.approx(printed["emissions_t"], abs=1)
