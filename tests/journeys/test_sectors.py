"""The five sectors as a user meets them: a shipped plan, a workbook filled in, levels, a fleet."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tanlu.roadmap.planner import plan_json
from tests.journeys.conftest import in_workspace, run

YEAR = 2024
# item as the list of the template names it, a month's amount, unit
USED: dict[str, list[tuple[str, float, str]]] = {
    "steel": [("外购电力", 100_000, "MWh"), ("焦炭", 160_000, "t"), ("烟煤", 110_000, "t"),
              ("天然气", 5_000_000, "Nm3"), ("石灰石", 75_000, "t")],
    "nonferrous": [("外购电力", 560_000, "MWh"), ("天然气", 1_250_000, "Nm3")],
    "cement": [("外购电力", 39_000, "MWh"), ("烟煤", 51_000, "t"), ("石灰石", 465_000, "t")],
    "chemicals": [("外购电力", 9_000, "MWh"), ("外购蒸汽", 330_000, "GJ"),
                  ("天然气", 7_500_000, "Nm3"), ("炼厂干气", 25_000, "t")],
    "electronics": [("外购电力", 53_000, "MWh"), ("天然气", 500_000, "Nm3"),
                    ("三氟化氮", 2_500, "kg")],
}  # fmt: skip
# what is taken there when carbon costs 400 CNY/t: the sector's own measures
TAKEN = {
    "steel": {"st_trt", "st_h2_bf", "st_furnace"},
    "nonferrous": {"al_cathode", "nf_regen"},
    "cement": {"ce_whr", "ce_af", "ce_carbide_slag", "ce_preheater"},
    "chemicals": {"pc_heatint", "pc_heatpump", "pc_edrive"},
    "electronics": {"el_fgas", "el_fab_chiller"},
}
# scope 1 in tonnes, by hand: amount x 12 x factor of the 24 guides, stoichiometry or GWP
STEEL_SCOPE1 = 12 * (
    160_000 * 28.446 * 0.0294 * 0.93 * 44 / 12
    + 110_000 * 23.204 * 0.02618 * 0.93 * 44 / 12
    + 500 * 389.31 * 0.0153 * 0.99 * 44 / 12
    + 75_000 * 0.4397
)


def fill(path: Path, sector: str) -> None:
    """Write a year into the first sheet of a template, under the heads that are there."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [str(cell.value).split("\n", maxsplit=1)[0] for cell in sheet[1]]
    place = 2
    for item, amount, unit in USED[sector]:
        for month in range(1, 13):
            row: dict[str, Any] = {
                "期间": f"{YEAR}-{month:02d}", "厂区": "一厂", "活动": item, "数量": amount,
                "单位": unit, "省份": "河北",
            }  # fmt: skip
            for head, value in row.items():
                sheet.cell(place, heads.index(head) + 1, value)
            place += 1
    book.save(path)


@pytest.mark.parametrize("sector", sorted(USED))
def test_a_filled_workbook_becomes_an_inventory_and_a_plan(sector: str, tmp_path: Path) -> None:
    folder, workbook = tmp_path / "ws", tmp_path / "filled.xlsx"
    assert run("template", sector, "-o", str(workbook)).code == 0
    fill(workbook, sector)
    made = run("init", str(folder), "--name", "厂", "--sector", sector, "--province", "河北")
    assert made.code == 0, made.error
    call = in_workspace(folder)

    imported = call("import", str(workbook))
    inventory = call("inventory", str(YEAR))
    plan = call("plan", "--gap", "0.01", "--set", "ets={price: 400}")

    assert imported["accepted"] == 12 * len(USED[sector])
    assert imported["quarantined"] == 0
    assert inventory["coverage"]["rows"] == inventory["coverage"]["ok"]
    assert plan["status"] in {"optimal", "feasible"}
    assert plan["indicative"] is True
    assert {row["measure"] for row in plan["adoptions"]} >= TAKEN[sector]
    if sector == "steel":
        assert inventory["scope1_t"] == pytest.approx(STEEL_SCOPE1, rel=2e-4)


def test_an_energy_without_a_price_is_named(tmp_path: Path) -> None:
    folder, table = tmp_path / "ws", tmp_path / "用能.csv"
    rows = [f"{YEAR}-{month:02d},一厂,{item},1000,{unit}" for month in range(1, 13)
            for item, unit in (("褐煤", "t"), ("焦炭", "t"))]  # fmt: skip
    table.write_text("\n".join(["期间,厂区,活动,数量,单位", *rows]), encoding="utf-8")
    assert run("init", str(folder), "--name", "厂", "--sector", "steel").code == 0
    call = in_workspace(folder)
    call("import", str(table))

    found = {row["code"]: row for row in call("plan")["findings"]}

    assert found["PLAN_PRICE_MISSING"]["facts"]["carriers"] == "lignite"


GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "sectors.md"


@pytest.mark.parametrize("sector", sorted(USED))
def test_the_guide_says_what_the_plan_of_a_sector_leaves_to_offset(sector: str) -> None:
    guide, plan = GUIDE.read_text(encoding="utf-8"), _plan_of(sector)
    left = max(plan["offsets_t"]) / 1000

    assert f"剩余 {left / 10:.1f} 万吨" in guide
    assert f"the {left:.0f} kt left" in guide


def test_the_guide_says_what_the_steel_plant_offsets_and_builds_without_price() -> None:
    guide, plan = GUIDE.read_text(encoding="utf-8"), _plan_of("steel")
    share = max(plan["offsets_t"]) / plan["baseline_t"][0]
    bare = _plan_of("steel", targets=[], ets={"price": 0})

    assert f"{share * 100:.1f} %" in guide
    built = {row["measure"] for row in bare["adoptions"] if row["kind"] != "retirement"}
    assert built == {"roof", "st_bf_efficient", "x_vfd", "x_comp_vsd", "x_motor_ie5"}
    assert "没有一座换路线" in guide
    assert "no furnace changes its route" in guide


def _plan_of(sector: str, **changes: Any) -> dict[str, Any]:
    """Return the plan of a shipped case without reasons, some parts of it replaced."""
    folder = resources.files("tanlu") / "data" / "sector_cases"
    case = json.loads((folder / f"{sector}.json").read_text(encoding="utf-8"))
    changes = {
        name: {**case[name], **part} if isinstance(part, dict) else part
        for name, part in changes.items()
    }
    return plan_json(case | changes, {"explain": False})


def test_a_shipped_case_is_solved_by_its_name(tmp_path: Path) -> None:
    told = run("--json", "plan", "--case", "electronics")

    assert told.code == 0, told.text
    names = {row["name"]["zh"] for row in told.body["adoptions"] if row["kind"] == "technology"}
    assert "外壳：再生塑料（含闭环）" in names

    own = tmp_path / "own.json"
    assert run("template", "electronics", "-o", str(own)).code == 0
    again = run("--json", "plan", "--case", str(own))
    assert again.body["cost_npv"] == told.body["cost_npv"]


@pytest.mark.parametrize(("lang", "said"), [("zh", "没有随附算例"), ("en", "No case")])
def test_an_unknown_case_names_near_ones(lang: str, said: str) -> None:
    told = run("--lang", lang, "plan", "--case", "stele")

    assert told.code == 2
    assert said in told.error
    assert "steel" in told.error


def test_a_file_that_is_not_there_is_missing() -> None:
    told = run("--json", "plan", "--case", "mine.json")

    assert (told.code, told.body["code"]) == (2, "app.file-missing")


def test_a_fleet_is_calculated_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "fleet.json"
    path.write_text(json.dumps({"count": 20}), encoding="utf-8")

    told = run("--json", "measures", "calc", "fleet-truck", "--input", str(path))

    assert told.code == 0, told.text
    saved = told.body["outputs"]["fraction_emission_saved"]["value"]
    assert saved == pytest.approx(0.247, abs=0.0005)
    assert told.body["confidence"] == "template"
