"""The long work of a desk: each kind started as a job, and told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import approvals, demo, plans, reports
from tanlu.app.findings import facts_in_words
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.app.jobs import Job, JobEvent, Progress
    from tanlu.app.plans import PlanOptions, PreparedPlan
    from tanlu.app.what_if_board import Change
    from tanlu.compute.plan_process import PlanStep
    from tanlu.i18n.say import Say


def start_demo(desk: Desk, principal: Principal, *, case: str, say: Say) -> Job:
    """Build a worked company in the desk's folder, and solve its plan.

    Raises
    ------
    TanluError
        ``demo.unknown``, ``storage.exists``.
    """
    demo.check_case(case)
    if desk.has_workspace:
        raise TanluError("storage.exists", folder=desk.folder)

    def run(progress: Progress) -> dict[str, Any]:
        demo.build_company(case, desk.folder, say=say, progress=progress.tell)
        progress.stop_if_cancelled()
        prepared = plans.prepare(desk.workspace, options=demo.FIRST_LOOK)
        _solve(desk, prepared, demo.FIRST_LOOK, progress=progress, say=say)
        return {"url": "/"}

    return desk.jobs.start("demo", {"case": case}, principal=principal, run=run)


def start_plan(
    desk: Desk,
    principal: Principal,
    *,
    settings: Mapping[str, Any] | None = None,
    gap: float | None = None,
    time_limit: float | None = None,
    say: Say,
) -> Job:
    """Solve the plan of a workspace and keep it.

    Parameters
    ----------
    desk, principal : Desk, Principal
    settings : Mapping, optional
        As ``tanlu plan --set``.
    gap, time_limit : float, optional
        Limits of the search [-], [s].
    say : Say
        Language of the reasons.
    """
    changes = tuple(f"{key}={value}" for key, value in (settings or {}).items())
    options = plans.PlanOptions(settings=changes, gap=gap, time_limit=time_limit)
    prepared = plans.prepare(desk.workspace, options=options)  # a wrong call is told at once

    def run(progress: Progress) -> dict[str, Any]:
        found = _solve(desk, prepared, options, progress=progress, say=say)
        return {"url": "/roadmap", **found}

    arguments = {"settings": list(changes), "gap": gap, "time_limit": time_limit}
    return desk.jobs.start("plan", arguments, principal=principal, run=run)


def start_keep(desk: Desk, principal: Principal, *, change: Change, say: Say) -> Job:
    """Make the plan under a change of the sliders the plan of the workspace.

    Raises
    ------
    TanluError
        Those of `WhatIf.keep` are the job's.
    """

    def run(progress: Progress) -> dict[str, Any]:
        progress.tell("cli.stage.plan")
        plan = desk.what_if(say).keep(
            desk.workspace, change.knobs, lock=change.lock, ban=change.ban
        )
        return {"url": "/roadmap", "status": plan["status"], "gap": plan["gap"]}

    arguments = {"knobs": dict(change.knobs), "lock": change.lock, "ban": change.ban}
    return desk.jobs.start("plan", arguments, principal=principal, run=run)


def _solve(
    desk: Desk, prepared: PreparedPlan, options: PlanOptions, *, progress: Progress, say: Say
) -> dict[str, Any]:
    """Solve and keep the plan; one cut short does not replace the plan that was there."""
    progress.tell("cli.stage.plan")
    solved = plans.solve(
        prepared, options=options, watch=_watcher(progress), cancel=progress.cancelled
    )
    if not progress.cancelled.is_set() or approvals.stored_plan(desk.workspace) is None:
        plans.keep(desk.workspace, prepared, solved, options=options, say=say)
    return {"status": solved["status"], "gap": solved["gap"]}


def _watcher(progress: Progress) -> Callable[[PlanStep], None]:
    """Return what passes the steps of a search on to a job."""

    def watch(step: PlanStep) -> None:
        progress.tell(f"plan.stage.{step.stage}", fraction=step.done / step.steps, gap=step.gap)

    return watch


def start_report(
    desk: Desk, principal: Principal, *, options: reports.ReportOptions, say: Say
) -> Job:
    """Write reports into the workspace's exports.

    Raises
    ------
    TanluError
        Those of `reports.write_reports` are the job's.
    """

    def run(progress: Progress) -> dict[str, Any]:
        written = reports.write_reports(desk.workspace, options=options, progress=progress.tell)
        return {"url": "/reports", **written}

    arguments = {
        "year": options.year,
        "languages": list(options.languages),
        "formats": list(options.formats),
        "lang": say.lang,
    }
    return desk.jobs.start("report", arguments, principal=principal, run=run)


def job_told(job: Job, say: Say) -> dict[str, Any]:
    """Return a job in words: what it is, how far, its result or what went wrong."""
    told = job.told
    ending = job.ending
    error = None
    if ending.error_code:
        facts = facts_in_words(ending.error_facts, say)
        error = {
            "code": ending.error_code,
            "message": say.sentences(ending.error_code, facts),
            "findings": list(ending.findings),
        }
    return {
        "id": job.id,
        "kind": job.kind,
        "kind_name": say(f"web.job.{job.kind}"),
        "state": job.state.value,
        "state_name": say(f"web.job_state.{job.state.value}"),
        "by": job.by,
        "created_at": _time(job.created_at),
        "started_at": _time(job.started_at),
        "ended_at": _time(job.ended_at),
        "progress": {
            "pct": None if told.fraction is None else round(100 * told.fraction, 1),
            "gap": told.gap,
            "text": say(told.stage, **told.facts) if told.stage else "",
        },
        "result": None if ending.result is None else dict(ending.result),
        "error": error,
    }


def event_told(event: JobEvent, say: Say) -> dict[str, Any]:
    """Return what a listener of a job gets of one event, in words."""
    body = dict(event.body)
    if body.get("stage"):
        body["text"] = say(str(body["stage"]), **(body.get("facts") or {}))
    if body.get("fraction") is not None:
        body["pct"] = round(100 * body["fraction"], 1)
    if body.get("code"):
        body["message"] = say.sentences(
            str(body["code"]), facts_in_words(body.get("facts") or {}, say)
        )
    return body


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
