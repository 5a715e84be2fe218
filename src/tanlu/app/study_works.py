"""Studies around a plan as long work: started, followed, kept with the plan they rest on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tanlu.app import approvals, clock, own_measures, plan_studies, plans, situations
from tanlu.app.workspaces import site_names
from tanlu.compute.plan_process import PLAN, solve_in_child
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.app.jobs import Job, Progress
    from tanlu.app.plan_studies import StudyOptions
    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

STUDIES_FILE = "studies.json"
_FIRST_GAP = 0.02  # of a plan that studies need before there is one


def start_study(desk: Desk, principal: Principal, *, studies: StudyOptions, say: Say) -> Job:
    """Study the plan of a workspace; results join those of the same plan.

    Parameters
    ----------
    desk, principal : Desk, Principal
    studies : StudyOptions
        Which.
    say : Say
        Language of the reasons.

    Raises
    ------
    TanluError
        ``study.none-asked``; those of `plan_studies.prepare_studies`. The job's are those of
        `solve_in_child`, and ``study.no-plan`` where no plan keeps the targets.
    """
    asked = studies.asked
    if not asked:
        raise TanluError("study.none-asked")
    options = _as_before(desk.workspace)
    prepared, case = plan_studies.prepare_studies(desk.workspace, options=options, studies=studies)

    def run(progress: Progress) -> dict[str, Any]:
        solved = solve_in_child(
            case, options.search, studies=asked, tell=_teller(progress), cancel=progress.cancelled
        )
        progress.stop_if_cancelled()
        if solved["status"] == "infeasible":
            raise TanluError("study.no-plan")
        found = solved["studies"]
        _keep(desk.workspace, prepared, solved, options=options, say=say)
        return {"url": "/scenarios", "status": solved["status"], "studies": sorted(found)}

    return desk.jobs.start("study", {"studies": asked}, principal=principal, run=run)


def _as_before(workspace: Workspace) -> plans.PlanOptions:
    """Return the limits of the plan solved last, so that a study rests on the same plan."""
    stored = approvals.stored_plan(workspace)
    if stored is None:
        return plans.PlanOptions(gap=_FIRST_GAP)
    known = (stored.get("run") or {}).get("options") or {}
    return plans.PlanOptions(gap=known.get("gap"), time_limit=known.get("seconds"))


def _teller(progress: Progress) -> Callable[[str, int, int], None]:
    def tell(study: str, done: int, steps: int) -> None:
        fraction = done / steps if steps else None
        code = "cli.stage.plan" if study == PLAN else f"web.study.stage.{study}"
        facts = {} if study == PLAN else {"done": done, "steps": steps}
        progress.tell(code, fraction=fraction, facts=facts)

    return tell


def _keep(
    workspace: Workspace,
    prepared: plans.PreparedPlan,
    solved: dict[str, Any],
    *,
    options: plans.PlanOptions,
    say: Say,
) -> None:
    """Keep the studies with the plan they rest on; of the roadmap's own plan they join it."""
    found = {name: study for name, study in solved.pop("studies").items() if study is not None}
    stored = approvals.stored_plan(workspace)
    if stored is None:
        plan = plans.keep(workspace, prepared, solved, options=options, say=say)
    elif _run(stored) == _run(solved):
        plan = stored
    else:
        _write(workspace, found, _resting(workspace, prepared, solved))
        return
    plan["studies"] = (plan.get("studies") or {}) | found
    plans.keep_plan(workspace, plan)
    _write(workspace, found, plan)


def _resting(
    workspace: Workspace, prepared: plans.PreparedPlan, solved: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a plan that is not the roadmap, with the names its studies are told in."""
    names = situations.measure_names(dict(solved), own_measures.own_measures(workspace))
    return dict(solved) | {"names": names, "site_names": site_names(workspace),
                           "basis": prepared.basis}  # fmt: skip


_PLAN_PARTS = ("run", "status", "cost_npv", "bound_npv", "gap", "limit", "currency", "price_year",
               "years", "names", "site_names", "basis")  # fmt: skip


def _write(workspace: Workspace, found: Mapping[str, Any], plan: Mapping[str, Any]) -> None:
    """Add studies to those kept of the same plan; those of another plan are replaced."""
    before = kept_studies(workspace)
    same = before is not None and _run(before["plan"]) == _run(plan)
    at = clock.now().isoformat(timespec="seconds")
    told = {name: {"at": at, "by": clock.actor(), "found": study} for name, study in found.items()}
    body = {
        "plan": {name: plan.get(name) for name in _PLAN_PARTS},
        "head": workspace.head(),
        "studies": (before["studies"] if same and before else {}) | told,
    }
    workspace.exports.mkdir(parents=True, exist_ok=True)
    temporary = workspace.exports / f"{STUDIES_FILE}.tmp"
    temporary.write_text(json.dumps(body, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    temporary.replace(workspace.exports / STUDIES_FILE)


def kept_studies(workspace: Workspace) -> dict[str, Any] | None:
    """Return the studies kept, with the plan they rest on; None before there are any.

    Those made on the command line are kept in the plan itself.
    """
    path = workspace.exports / STUDIES_FILE
    plan = approvals.stored_plan(workspace)
    told = {name: {"at": None, "by": None, "found": study}
            for name, study in ((plan or {}).get("studies") or {}).items() if study}  # fmt: skip
    if path.is_file():
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if plan is None or not told or _run(body["plan"]) == _run(plan):
            return body | {"studies": told | body["studies"]}
    if plan is None or not told:
        return None
    parts = {name: plan.get(name) for name in _PLAN_PARTS}
    return {"plan": parts, "head": "", "studies": told}


def _run(plan: Mapping[str, Any]) -> str:
    return str((plan.get("run") or {}).get("hash"))
