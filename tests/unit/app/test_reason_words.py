"""Reasons of units and old stock are told with names, in both languages, never with ids."""

from __future__ import annotations

import pytest

from tanlu.app.plans import told
from tanlu.i18n.say import Say
from tanlu.roadmap.planner import plan_json
from tests.unit.roadmap.test_stock_reasons import UNIT, case

SENTENCES = {
    "zh": {
        "old": "停用旧锅炉 定在 2028 年：旧锅炉 再用下去，当年维护费要多花 600,000 元（大修）；"
        "没有这笔支出，推迟更省",
        "new": "气锅炉 定在 2028 年：旧锅炉 再用下去，当年维护费要多花 600,000 元（大修）；"
        "没有这笔支出，推迟更省",
        "dear": "电锅炉 未采用：最好的年份也要多花 8,300,000 元",  # 9 M less 0.4 M and twice 0.15 M
    },
    "en": {
        "old": "Taking Old boiler out falls in 2028: kept on, Old boiler would cost "
        "600,000 CNY more upkeep then (an overhaul); without that, waiting would be cheaper",
        "new": "Gas boiler falls in 2028: kept on, Old boiler would cost "
        "600,000 CNY more upkeep then (an overhaul); without that, waiting would be cheaper",
        "dear": "Electric boiler is not taken: even in its best year it would cost "
        "8,300,000 CNY more",
    },
}


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_units_and_old_stock_are_told_by_name(language: str) -> None:
    old = {"existing": UNIT, "existing_om": [1e5, 1e5, 7e5, 1e5], "retire_cost": 0}
    new = {"capex": 400_000, "om": 150_000, "name_zh": "气锅炉", "name_en": "Gas boiler"}
    given = case(old | {"name_zh": "旧锅炉", "name_en": "Old boiler"}, new, gas=300)
    dear = given["technologies"][1] | {"id": "dear", "capex": 9_000_000, "om": 0}
    dear |= {"name_zh": "电锅炉", "name_en": "Electric boiler"}

    plan = told(plan_json(given | {"technologies": [*given["technologies"], dear]}), Say(language))

    rows = [*plan["adoptions"], *plan["not_adopted"]]
    assert {row["measure"]: row["why"]["text"] for row in rows} == SENTENCES[language]
