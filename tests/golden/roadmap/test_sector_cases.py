"""The worked plants of the sectors: their routes, and plans that make engineering sense."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tanlu.app.plans import PlanOptions, read_case_file
from tanlu.catalog.tables import read
from tanlu.roadmap.planner import plan_json

ROOT = Path(__file__).resolve().parents[3]
SECTORS = ("cement", "chemicals", "electronics", "nonferrous", "steel")
GRID_2023 = 0.5306  # tCO2/MWh, the year of the published ranges
RELINES = {2027, 2030, 2033, 2036, 2039}  # sixteen years after 2011, 2014, 2017, 2020, 2023


def case(sector: str, *settings: str) -> dict[str, Any]:
    return read_case_file(Path(sector), options=PlanOptions(settings=settings))


@cache
def solved(sector: str, *settings: str) -> dict[str, Any]:
    return plan_json(case(sector, *settings))


def started(plan: dict[str, Any], name: str) -> int:
    """Return the first year of a route; a year after the horizon where it is not built."""
    years: list[int] = [row["year"] for row in plan["adoptions"] if row["measure"] == name]
    return min(years, default=plan["years"][-1] + 1)


def test_the_shipped_cases_are_those_of_the_tables() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "make_sector_cases.py"), "--check"]

    assert subprocess.run(tool, capture_output=True, text=True, check=False).stdout == ""


def test_routes_and_inputs_belong_together() -> None:
    routes = {row["id"] for row in read("route")}
    carriers = {row["id"] for row in read("route_carrier")}
    inputs = read("route_input")

    assert {row["route"] for row in inputs} == routes
    assert {row["carrier"] for row in inputs} <= carriers
    assert all(row["low"] <= row["typical"] <= row["high"] for row in inputs)
    assert all(row["id"] == f"{row['route']}:{row['carrier']}" for row in inputs)
    assert all(
        row["capex_low"] <= row["capex_typical"] <= row["capex_high"] for row in read("route")
    )


@pytest.mark.parametrize(
    "row", [row for row in read("route") if row["intensity_low"]], ids=lambda row: row["id"]
)
def test_a_route_emits_what_is_published_of_it(row: dict[str, Any]) -> None:
    """Scope 1 and 2 per product on the grid of 2023, in the range the table cites."""
    rows = {one["id"]: one for one in read("route_carrier")}
    used = {
        one["carrier"]: float(one["typical"])
        for one in read("route_input")
        if one["route"] == row["id"]
    }
    direct = float(row["process_t"]) + sum(
        use * float(rows[name]["co2_t"]) for name, use in used.items()
    )
    intensity = direct * (1 - float(row["capture_share"]))
    intensity += used.get("electricity", 0) * GRID_2023

    assert float(row["intensity_low"]) <= intensity <= float(row["intensity_high"])


@pytest.mark.parametrize("sector", SECTORS)
def test_a_worked_plan_is_found_and_keeps_its_targets(sector: str) -> None:
    plan, given = solved(sector), case(sector)
    own = [
        first + second
        for first, second in zip(
            plan["emissions_t"]["scope1"], plan["emissions_t"]["scope2_market"], strict=True
        )
    ]
    peak = next(t["year"] for t in given["targets"] if t["kind"] == "peak")
    base = next(t["base_t"] for t in given["targets"] if t["kind"] == "neutrality")
    after = own[plan["years"].index(peak) :]

    assert plan["status"] == "optimal"
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(after))
    assert own[-1] <= 0.1 * base + 1e-6
    assert plan["indicative"]


@pytest.mark.parametrize("sector", SECTORS)
def test_the_base_of_neutrality_is_the_first_year_without_measures(sector: str) -> None:
    plan, given = solved(sector), case(sector)
    base = next(t["base_t"] for t in given["targets"] if t["kind"] == "neutrality")
    supply = {row["id"] for row in given["carriers"] if row.get("ef_scope3")}

    if not supply:  # the baseline then holds scopes 1 and 2 alone
        assert plan["baseline_t"][0] == pytest.approx(base, abs=1)


def test_a_furnace_leaves_when_its_campaign_ends() -> None:
    plan = solved("steel")
    leaving = {row["year"] for row in plan["adoptions"] if row["kind"] == "retirement"}

    assert leaving == RELINES


def test_a_higher_carbon_price_brings_the_short_route_forward() -> None:
    """Twice the carbon price: scrap furnaces and hydrogen come at earlier relines."""
    path = case("steel")["ets"]["price"]
    twice = json.dumps({year: 2 * float(value) for year, value in path.items()})

    now, dear = solved("steel"), solved("steel", f"ets.price={twice}")

    assert started(dear, "st_scrap_eaf") < started(now, "st_scrap_eaf") - 5
    assert started(dear, "st_h2_dri") < started(now, "st_h2_dri") - 5
    assert sum(dear["emissions_t"]["scope1"]) < 0.8 * sum(now["emissions_t"]["scope1"])


def test_hydrogen_comes_as_its_price_allows() -> None:
    """At 10 CNY/kg hydrogen replaces campaigns from the forties; at 35 it waits for 2060."""
    cheap = solved("steel", "carriers.hydrogen.price=10000")
    now = solved("steel")
    dear = solved("steel", "carriers.hydrogen.price=35000")

    order = [started(plan, "st_h2_dri") for plan in (cheap, now, dear)]
    assert order == sorted(order)
    assert order[0] < order[1]
    assert cheap["cost_npv"] < now["cost_npv"] < dear["cost_npv"]


def test_without_carbon_price_and_targets_the_plant_only_relines() -> None:
    plan = plan_json(case("steel", "targets=[]", "ets.price=0"))

    assert started(plan, "st_scrap_eaf") == started(plan, "st_h2_dri") == 2061
    assert started(plan, "st_bf_efficient") <= 2030
