"""A roof and certificates are given a year's reason that holds when its rule is taken away."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from tanlu.roadmap.cheapest import cheapest_year
from tanlu.roadmap.studies import plan_with_studies

FOLDER = resources.files("tanlu") / "data" / "plan_cases"


def case(**changes: Any) -> dict[str, Any]:
    """Return the published roof case with changes."""
    read: dict[str, Any] = json.loads((FOLDER / "p1-own.json").read_text(encoding="utf-8"))
    return read | changes


def why(given: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the reason of the first adoption of a kind."""
    plan = plan_with_studies(given, {}, {})
    first = next(a for a in plan["adoptions"] if a["kind"] == kind)
    found: dict[str, Any] = first["why"] | {"year": first["year"]}
    return found


def test_a_roof_that_pays_starts_at_once() -> None:
    assert why(case(), "pv_own")["binding"] == ["EARLIEST_POSSIBLE"]


def test_a_year_that_no_rule_decides_is_told_by_what_another_costs() -> None:
    assert cheapest_year(2e-3, 5e-3) == ("CHEAPEST_YEAR", {"earlier": "2000", "later": "5000"})
    assert cheapest_year(None, 5e-3) == ("EARLIER_BREAKS", {"later": "5000"})
    assert cheapest_year(2e-3, None) == ("LATER_BREAKS", {"earlier": "2000"})
    assert cheapest_year(None, None) == ("NO_OTHER_YEAR", {})
    assert cheapest_year(-2e-3, 5e-3) is None


def years_of(**changes: Any) -> dict[str, Any]:
    """Return the roof case over five years, its panels at a price."""
    given = case(years={"first": 2026, "last": 2030}, discount_rate="0.05", **changes)
    given.pop("expect")
    given["pv"] = [{**given["pv"][0], "capex": 2900, "life": 25}]
    return given | {"salvage": "straight_line"}


def test_a_part_of_the_roof_waits_for_the_budget() -> None:
    given = years_of(budget={"per_year": 30_000_000, "carry_over": True})
    plan = plan_with_studies(given, {}, {})
    parts = [a for a in plan["adoptions"] if a["kind"] == "pv_own"]

    assert [part["year"] for part in parts] == [2026, 2027, 2028]
    assert parts[0]["why"]["binding"] == ["EARLIEST_POSSIBLE"]
    for part in parts[1:]:
        (reason,) = part["why"]["reasons"]
        assert reason["code"] == "BUDGET_FULL"
        assert part["why"]["earlier"] is None
        # Nothing is left the year before, so the whole part's price is short.
        assert abs(float(reason["facts"]["amount"]) - part["size"] * 2900) < 1000
        assert float(reason["facts"]["saves"]) > 0


def test_certificates_start_when_a_target_asks_for_them() -> None:
    given = years_of()
    given["pv"] = []
    given["contracts"] = [
        {"id": "gec", "kind": "gec", "sites": ["plant"], "premium": 30, "first_year": 2026,
         "limit": 100000}
    ]  # fmt: skip
    given["targets"] = [
        {
            "id": "share",
            "kind": "renewable_share",
            "levels": {"2028": 0.5, "2029": 0.5, "2030": 0.5},
        }
    ]

    told = why(given, "gec")

    assert told["year"] == 2028
    assert told["binding"] == ["TARGET_BINDS"]
    # 50 GWh a year at 30 CNY per MWh, of the third year: discounted twice at 5 %.
    assert abs(float(told["reasons"][0]["facts"]["saves"]) - 1_500_000 / 1.05**2) < 10
    assert told["later"] is None
    assert told["earlier"] > 0
