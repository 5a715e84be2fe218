"""Blocks of the studies: a fan, a tornado and a front from bodies of the studies."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from tanlu.i18n.say import Say
from tanlu.render import charts
from tanlu.report.sections.studies import study_blocks
from tanlu.report.source import Source
from tanlu.report.tree import Figure

PLAN: dict[str, Any] = {"years": [2024, 2025, 2026], "names": {}, "site_names": {}}
POINT: dict[str, Any] = {"name": "0", "factor": 1.0, "status": "feasible", "gap": 0.01}


def figure(name: str, study: dict[str, Any]) -> Figure:
    source = Source(cast("Any", {"targets": [], "names": {}, "plan": None}))
    blocks = study_blocks(source, PLAN, name, study)
    return next(block for block in blocks if isinstance(block, Figure))


def points(count: int) -> list[dict[str, Any]]:
    return [
        POINT
        | {
            "name": str(n), "bound_npv": 1e9 + n * 1e7, "cost_npv": 1e9 + n * 1e7,
            "total_t": 3e5 - n * 1e3, "emissions_t": [1e5, 1e5 - n * 100, 9e4 - n * 200],
        }
        for n in range(count)
    ]  # fmt: skip


def test_the_fan_holds_the_quantiles_of_the_futures() -> None:
    found = figure("scenarios", {"points": points(21), "infeasible": 0})

    band, inner = found.data["bands"]
    assert band["low"][2] == pytest.approx(9e4 - 19 * 200)
    assert band["high"][2] == pytest.approx(9e4 - 1 * 200)
    assert inner["low"][2] == pytest.approx(9e4 - 15 * 200)
    assert found.data["lines"][0]["values"][2] == pytest.approx(9e4 - 10 * 200)


def test_the_tornado_begins_with_what_moves_most() -> None:
    rows = [
        {"id": "a", "kind": "price", "applies_to": "electricity", "from": 0.8, "to": 1.3,
         "low": -1e6, "high": 2e6},
        {"id": "b", "kind": "activity", "applies_to": "*", "from": 0.8, "to": 1.2,
         "low": -9e6, "high": 8e6},
        {"id": "c", "kind": "activity", "applies_to": "*", "from": 0.8, "to": 1.2,
         "low": None, "high": 8e6},
    ]  # fmt: skip

    found = figure("tornado", {"bound_npv": 1e9, "factors": rows})

    assert [row["low"] for row in found.data["rows"]] == [-9e6, -1e6]


@pytest.mark.parametrize("lang", ["zh", "en", "zh-Hant"])
@pytest.mark.parametrize("width", [340, 720])
def test_the_charts_of_studies_are_plain_json_with_units(lang: str, width: int) -> None:
    say = Say(lang).typographic()
    swung = {"id": "b", "kind": "activity", "applies_to": "*", "from": 0.8, "to": 1.2}
    studies: dict[str, dict[str, Any]] = {
        "scenarios": {"points": points(21), "infeasible": 0},
        "pareto": {"axis": "caps", "points": points(4)},
        "tornado": {"bound_npv": 1e9, "factors": [swung | {"low": -9e6, "high": 8e6}]},
    }

    for name, study in studies.items():
        option = charts.option(figure(name, study), say=say, width=width)
        json.dumps(option, allow_nan=False)
        assert "study." not in option["title"]["text"]
        assert option["xAxis"].get("name") or option["yAxis"].get("name")
        assert charts.svg(option, width=width, height=330).startswith("<svg")
