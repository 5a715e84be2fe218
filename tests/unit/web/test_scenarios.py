"""Scenarios and risk: the tables, a study as a job, its results with the plan they rest on."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app import approvals, plans
from tanlu.i18n.say import Say
from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser


def test_scenarios_stand_side_by_side_with_what_changed(reading: Browser) -> None:
    every = text_of(reading.get("/scenarios", lang="en"))
    fast = text_of(reading.get("/scenarios", lang="en", against="fast-grid"))
    unknown = reading.get("/scenarios", lang="en", against="none")

    assert "Grid factor kg/kWh Base" in every
    assert "Slow grid" in every
    assert "What changed against the base" in fast
    assert "Fast grid Grid factor 2030 0.4200 0.3600 −14.3%" in fast
    assert unknown.status_code == 422


def test_the_same_in_chinese(reading: Browser) -> None:
    told = text_of(reading.get("/scenarios", lang="zh"))

    assert "电网因子" in told
    assert "还没有研究结果" in told


def _followed(browser: Browser, job: str) -> dict[str, Any]:
    for _ in range(400):
        found: dict[str, Any] = browser.get(f"/api/jobs/{job}").json()
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.25)
    pytest.fail("the job does not end")


def test_a_study_runs_as_a_job_and_keeps_its_plan(writing: Browser) -> None:
    started = writing.post("/scenarios", tornado="1", delay="")
    job = writing.desk.jobs.list()[0]
    running = writing.get("/scenarios", lang="en").text
    ended = _followed(writing, job.id)
    page = writing.get("/scenarios", lang="en")
    told = text_of(page)

    assert started.status_code == 303
    assert f'data-job="{job.id}"' in running
    assert ended["state"] == "done", ended
    assert "moves the cost most" in told
    assert "the roadmap as it is" in told
    assert 'id="figure-study-tornado"' in page.text
    assert writing.get("/figure/study-tornado.svg").text.startswith("<svg")

    plan = approvals.stored_plan(writing.desk.workspace)
    assert plan is not None
    swung = plan["studies"]["tornado"]["factors"]
    assert {row["id"] for row in swung} >= {"activity", "price:electricity"}
    assert all(row["low"] <= row["high"] for row in swung)
    kept = writing.get("/api/studies").json()
    assert kept["plan"]["run"]["hash"] == plan["run"]["hash"]
    assert kept["studies"]["tornado"]["found"] == json.loads(json.dumps(plan["studies"]["tornado"]))

    _another_plan(writing)
    other = text_of(writing.get("/scenarios", lang="en"))
    assert "not the roadmap as it is" in other


def _another_plan(browser: Browser) -> None:
    """Make another plan the roadmap: the studies stay with the one they rest on."""
    plan = approvals.stored_plan(browser.desk.workspace) or {}
    plan.pop("studies")
    plan["run"] = plan["run"] | {"hash": "0" * 64}
    plans.keep_plan(browser.desk.workspace, plan)


def test_a_study_is_cancelled(writing: Browser) -> None:
    writing.post("/scenarios", pareto="1", points="40", scenarios="1", count="1000")
    job = writing.desk.jobs.list()[0]
    time.sleep(2)
    writing.post(f"/jobs/{job.id}/cancel")

    ended = _followed(writing, job.id)

    assert ended["state"] == "cancelled"
    assert approvals.stored_plan(writing.desk.workspace) is None


def test_without_a_plan_there_is_nothing_to_study(writing: Browser) -> None:
    target = {"kind": "absolute", "scope": "1+2", "basis": "market", "year": "2025", "level": "1"}
    writing.post("/targets/edit", **target)
    writing.post("/scenarios", tornado="1")

    ended = _followed(writing, writing.desk.jobs.list()[0].id)

    assert ended["state"] == "failed"
    assert ended["error"]["code"] == "study.no-plan"


def test_what_is_asked_must_make_sense(reading: Browser) -> None:
    nothing = reading.post("/scenarios?lang=en")
    many = reading.post("/scenarios?lang=en", pareto="1", points="4000")
    hostile = reading.post("/scenarios?lang=en", risk="1", chance=HOSTILE[0])

    assert nothing.status_code == many.status_code == hostile.status_code == 422
    assert "No study is chosen" in text_of(nothing)
    assert "4000" in text_of(many)
    assert "<img src=x" not in hostile.text


def test_the_api_refuses_and_starts_the_same(reading: Browser, empty: Browser) -> None:
    nothing = reading.send("/api/studies", {})
    wrong = reading.send("/api/studies", {"pareto": 10**9})
    none = reading.get("/api/studies")

    assert nothing.status_code == 422
    assert nothing.json()["code"] == "study.none-asked"
    assert wrong.status_code == 422
    assert none.status_code == 404
    assert "Import activity data first" in text_of(empty.get("/scenarios", lang="en"))


def test_targets_are_set_over_the_api(writing: Browser) -> None:
    body = {
        "id": "api-cut",
        "kind": "absolute",
        "year": 2035,
        "base_year": 2023,
        "reduction": "45%",
    }

    made = writing.send("/api/targets", body)
    wrong = writing.send("/api/targets", body | {"kind": "none"})

    assert made.status_code == 200
    assert any(row["id"] == "api-cut" for row in made.json()["targets"])
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "target.kind"
    assert Say("en").knows("target.kind")
