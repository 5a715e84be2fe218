"""An answer without a plan names what would make one possible."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from tanlu.roadmap.studies import plan_with_studies

FOLDER = resources.files("tanlu") / "data" / "plan_cases"


def helps(given: dict[str, Any]) -> dict[str, float | None]:
    """Return what would make a plan of a case possible."""
    plan = plan_with_studies(given, {}, {})
    assert plan["status"] == "infeasible"
    return {row["family"]: row["amount"] for row in plan["infeasible"]["would_be_met_by"]}


def read(name: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    given.pop("expect", None)
    return given


def plant(**changes: Any) -> dict[str, Any]:
    """Return 100 GWh a year at 0.5306 t/MWh; certificates may be had from 2028 on."""
    given = read("p1-own.json") | {"years": {"first": 2026, "last": 2030}, "method": "market"}
    given["contracts"] = [
        {"id": "gec", "kind": "gec", "sites": ["plant"], "premium": 30, "first_year": 2028,
         "limit": 90000}
    ]  # fmt: skip
    return given | {"pv": []} | changes


def test_measures_beyond_the_catalogue_are_asked_for_when_no_rule_is_in_the_way() -> None:
    assert helps(read("v1a-infeasible.json")) == {"measures": pytest.approx(200)}


def test_the_first_year_that_works_is_named() -> None:
    levels = {str(year): 10_000 for year in range(2026, 2031)}
    target = {"id": "cut", "kind": "absolute", "scope": "1+2", "levels": levels}

    assert helps(plant(targets=[target]))["target_year"] == 2028


def test_a_wider_bound_on_offsets_is_priced_in_tonnes() -> None:
    target = {"id": "zero", "kind": "neutrality", "scope": "1+2", "year": 2028, "base_t": 10_000}

    found = helps(plant(targets=[target], offsets={"price": 100, "max_share": "0.1"}))

    # 10 GWh without certificate emit 5,306 t; a tenth of the base of 10,000 t may be offset.
    assert found["offsets"] == pytest.approx(5306 - 1000)
