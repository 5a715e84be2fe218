"""What-if in the hand: estimates and plans of a real child that holds a case."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.plan_locks import with_locks
from tanlu.app.what_ifs import WhatIf, knob_rows
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.roadmap.change import Knob

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = resources.files("tanlu") / "data"
EN = Say("en")


def _case(folder: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / folder / f"{name}.json").read_text("utf-8"))
    return found


V1, STEEL = _case("plan_cases", "v1"), _case("sector_cases", "steel")


@pytest.fixture(name="v1", scope="module")
def published_case() -> Iterator[WhatIf]:
    with WhatIf.open(V1, say=EN) as opened:
        yield opened


@pytest.fixture(name="steel", scope="module")
def steel_works() -> Iterator[WhatIf]:
    with WhatIf.open(STEEL, say=EN) as opened:
        yield opened


def _adds_up(plan: dict[str, Any]) -> bool:
    exact = plan["exact_mg"]
    saved = [sum(year) for year in zip(*exact["wedges"].values(), strict=True)]
    saved = saved or [0] * len(plan["years"])
    left = [a - b for a, b in zip(exact["baseline"], saved, strict=True)]
    return bool(left == exact["emissions"])


@pytest.mark.parametrize("knobs", [{}, {"carbon_price": 300}, {"grid_speed": 1.5}])
def test_an_estimate_has_what_charts_need_and_adds_up(
    steel: WhatIf, knobs: dict[str, float]
) -> None:
    found = steel.estimate(knobs)

    assert (found["stage"], found["status"]) == ("estimate", "estimate")
    assert any(sum(wedge["t"]) > 0 for wedge in found["wedges"])
    assert _adds_up(found)
    for name in ("capex", "opex", "carbon_cost", "baseline_t"):
        assert len(found[name]) == len(found["years"]), name
    assert found["bound_npv"] == pytest.approx(found["cost_npv"], rel=2e-2)


def test_the_plan_costs_no_less_than_its_estimate_and_says_what_moved(v1: WhatIf) -> None:
    as_planned = v1.plan()
    estimate, plan = (ask({"budget": 41_000_000}) for ask in (v1.estimate, v1.plan))

    assert as_planned["moves"] == []
    assert plan["cost_npv"] == pytest.approx(141_960_965, abs=1)  # published: all in 2026
    assert estimate["bound_npv"] <= plan["cost_npv"]
    assert {(m["id"], m["before"], m["after"]) for m in plan["moves"]} == {
        ("A", 2027, 2026),
        ("C", 2027, 2026),
    }
    assert "2027 → 2026" in plan["moves"][0]["text"]
    assert _adds_up(plan)


def test_locked_and_banned_measures_stay_where_they_are_put(v1: WhatIf) -> None:
    locked = v1.plan(lock=["A=2028"])
    banned = v1.plan(ban=["B"])
    estimate = v1.estimate(ban=["B"])

    assert {row["id"]: row["year"] for row in locked["adoptions"]}["A"] == 2028
    assert "B" not in {row["id"] for row in banned["adoptions"]}
    assert locked["cost_npv"] > v1.plan()["cost_npv"]
    assert sum(sum(w["t"]) for w in estimate["wedges"] if w["measure"] == "B") == 0


@pytest.mark.parametrize(
    ("lock", "code"),
    [("A", "plan.lock"), ("A=soon", "plan.lock"), ("Z=2027", "plan.lock-unknown"),
     ("A=2099", "plan.case-invalid")],
)  # fmt: skip
def test_a_lock_that_cannot_be_is_an_error(v1: WhatIf, lock: str, code: str) -> None:
    with pytest.raises(TanluError) as caught:
        v1.plan(lock=[lock])

    assert caught.value.code == code


def test_a_lock_takes_the_place_of_the_cases_own() -> None:
    case = V1 | {"locks": [{"measure": "A", "year": 2027}, {"measure": "B", "never": True}]}

    assert with_locks(case, locks=["A=2028"])["locks"] == [
        {"measure": "B", "never": True},
        {"measure": "A", "year": 2028},
    ]


def test_no_plan_is_told_in_words(v1: WhatIf) -> None:
    with WhatIf.open(_case("plan_cases", "v1a"), say=EN) as what_if:
        found = what_if.plan({"cap": "x0.99"})
        estimate = what_if.estimate({"cap": "x0.5"})

    assert found["status"] == "infeasible"
    assert "short by 342" in found["infeasible"]["text"]  # 34.2 kt, a cap of 33.858
    assert found["infeasible"]["helps"]
    assert (estimate["stage"], estimate["status"]) == ("estimate", "infeasible")
    assert estimate["cost_npv"] is None
    assert len(estimate["baseline_t"]) == len(estimate["years"])
    assert v1.estimate()["status"] == "estimate"


def test_knobs_are_those_of_the_table_and_say_where_they_stand(v1: WhatIf, steel: WhatIf) -> None:
    mine = {row["id"]: row for row in v1.knobs()}
    theirs = {row["id"]: row for row in steel.knobs()}

    assert list(mine) == [row["id"] for row in knob_rows()]
    assert set(mine) <= set(Knob)
    assert all(row["low"] < row["high"] for row in mine.values())
    assert mine["budget"]["value"] == 30_000_000
    assert not theirs["budget"]["is_offered"]
    assert theirs["carbon_price"]["value"][0] == pytest.approx(79.888)
    assert theirs["carbon_price"]["label"] == "Carbon price"


def test_an_unknown_knob_is_an_error_that_the_child_survives(v1: WhatIf) -> None:
    v1.estimate()
    child = v1.pid

    with pytest.raises(TanluError) as caught:
        v1.estimate({"weather": 3})

    assert caught.value.code == "plan.change"
    assert v1.estimate()["status"] == "estimate"
    assert v1.pid == child


def test_a_child_that_was_killed_is_started_again(v1: WhatIf) -> None:
    before = v1.plan()
    child = v1.pid
    assert child is not None
    os.kill(child, signal.SIGKILL)

    after = v1.plan()

    assert v1.pid != child
    assert after["cost_npv"] == before["cost_npv"]


def test_a_child_that_nobody_asks_is_let_go() -> None:
    with WhatIf.open(V1, say=EN, idle_seconds=0.2) as what_if:
        first = what_if.estimate()
        until = time.monotonic() + 10
        while what_if.pid is not None and time.monotonic() < until:
            time.sleep(0.05)
        assert what_if.pid is None
        assert what_if.estimate()["cost_npv"] == first["cost_npv"]


def test_many_at_once_get_the_answers_of_one_after_another(v1: WhatIf) -> None:
    prices = [20, 60, 100, 140, 180, 220]
    expected = [v1.plan({"carbon_price": price})["cost_npv"] for price in prices]

    def ask(price: int) -> Any:
        return v1.plan({"carbon_price": price}, who=str(price))["cost_npv"]

    with ThreadPoolExecutor(len(prices)) as pool:
        assert list(pool.map(ask, prices)) == expected


def test_a_newer_question_overtakes_a_plan_that_is_being_solved(steel: WhatIf) -> None:
    steel.knobs()
    ended: list[str] = []

    def plan() -> None:
        try:
            ended.append(steel.plan({"growth": "1%"})["stage"])
        except TanluError as error:
            ended.append(error.code)

    solving = threading.Thread(target=plan)
    solving.start()
    time.sleep(0.5)  # the search takes longer
    estimate = steel.estimate({"carbon_price": 200})
    solving.join()

    assert ended == ["plan.overtaken"]
    assert estimate["stage"] == "estimate"
    assert steel.plan({"carbon_price": 200})["stage"] == "plan"


def test_what_is_closed_answers_no_more() -> None:
    what_if = WhatIf.open(V1, say=EN)
    what_if.close()

    with pytest.raises(TanluError) as caught:
        what_if.estimate()

    assert caught.value.code == "plan.what-if-closed"
