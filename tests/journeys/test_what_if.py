"""What-if on a company's plan, and decisions locked from the command line."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import pytest

from tanlu.app import approvals
from tanlu.app.what_ifs import WhatIf
from tanlu.app.workspaces import open_workspace
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from pathlib import Path

V1 = str(resources.files("tanlu") / "data" / "plan_cases" / "v1.json")


def test_a_plan_under_a_change_is_kept_only_when_asked_for(own: Path) -> None:
    in_workspace(own)("plan", "--gap", "0.01")
    with open_workspace(own) as workspace, WhatIf.open(workspace, say=Say("zh")) as what_if:
        before = approvals.stored_plan(workspace)
        estimate = what_if.estimate({"carbon_price": 200})
        plan = what_if.plan({"carbon_price": 200})
        untouched = approvals.stored_plan(workspace)
        kept = what_if.keep(workspace, {"carbon_price": 200})
        after = approvals.stored_plan(workspace)

    assert before == untouched
    assert after is not None
    assert after["cost_npv"] == plan["cost_npv"] == kept["cost_npv"]
    assert after["changes"] == ["carbon_price=200"]
    assert any(row["why"] for row in after["adoptions"])
    assert sum(plan["carbon_cost"]) > 0
    assert all("→" in move["text"] for move in plan["moves"])
    assert estimate["bound_npv"] <= plan["cost_npv"]
    names = estimate["names"]
    assert all(wedge["measure"].partition("@")[0] in names or wedge["measure"] in names
               for wedge in estimate["wedges"])  # fmt: skip


def test_a_what_if_of_figures_that_changed_is_not_kept(own: Path) -> None:
    with open_workspace(own) as workspace, WhatIf.open(workspace, say=Say("en")) as what_if:
        in_workspace(own)("target", "add", "cut", "--kind", "absolute", "--year", "2030",
                          "--base-year", "2023", "--reduction", "10%")  # fmt: skip
        with pytest.raises(TanluError) as caught:
            what_if.keep(workspace, {})

    assert caught.value.code == "plan.stale"


def test_a_measure_is_locked_and_banned_from_the_command_line() -> None:
    plan = run("--json", "plan", "--case", V1, "--lock", "A=2028", "--ban", "B").body
    unknown = run("--json", "plan", "--case", V1, "--lock", "Q=2028")
    unread = run("--json", "plan", "--case", V1, "--lock", "A")

    years = {row["id"]: row["year"] for row in plan["adoptions"]}
    assert years["A"] == 2028
    assert "B" not in years
    assert (unknown.code, unknown.body["code"]) == (2, "plan.lock-unknown")
    assert (unread.code, unread.body["code"]) == (2, "plan.lock")
