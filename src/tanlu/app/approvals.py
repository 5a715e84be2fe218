"""The plan solved last, whether it may be approved, and who approved it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace

PLAN_FILE = "plan.json"
_SETTING = "plan_approval"


def stored_plan(workspace: Workspace) -> dict[str, Any] | None:
    """Return the plan solved last, or None."""
    path = workspace.exports / PLAN_FILE
    if not path.is_file():
        return None
    plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return plan


def plan_mark(workspace: Workspace) -> tuple[int, int] | None:
    """Return what tells the plan solved last from another one; None without a plan."""
    path = workspace.exports / PLAN_FILE
    if not path.is_file():
        return None
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def approval(workspace: Workspace, plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether a plan rests on templates, may be approved, or is approved.

    Parameters
    ----------
    workspace : Workspace
        Open workspace; the ledger holds the approval.
    plan : mapping
        Plan in the shape of the contract.

    Returns
    -------
    dict
        ``state``: ``indicative`` while something it builds is a template, ``confirmed`` when
        nothing is, ``approved`` once somebody signed this very plan; ``unconfirmed`` names what
        is built on templates; ``by``, ``at`` of the signature, else null (rule M-104).
    """
    templates = set(plan.get("templates") or ())
    adopted = {row["id"] for row in plan.get("adoptions") or ()}
    unconfirmed = sorted(adopted & templates)
    signed = workspace.settings.other.get(_SETTING)
    mine = isinstance(signed, dict) and signed.get("run") == _run(plan) and not unconfirmed
    state = "approved" if mine else "indicative" if unconfirmed else "confirmed"
    return {
        "state": state,
        "unconfirmed": unconfirmed,
        "by": signed["by"] if mine and isinstance(signed, dict) else None,
        "at": signed["at"] if mine and isinstance(signed, dict) else None,
    }


def approve_plan(workspace: Workspace, *, by: str, reason: str, say: Say) -> dict[str, Any]:
    """Sign the plan solved last, if nothing it builds is a template.

    Parameters
    ----------
    workspace : Workspace
        Open workspace.
    by, reason : str
        Who approves, and on what grounds; both are kept in the ledger.
    say : Say
        Language of the names.

    Returns
    -------
    dict
        The approval and the names of what is unconfirmed.

    Raises
    ------
    TanluError
        ``plan.none-stored``; ``plan.not-approvable`` for an infeasible plan; ``plan.unsigned``
        without name or reason.
    """
    plan = stored_plan(workspace)
    if plan is None:
        raise TanluError("plan.none-stored")
    if plan["status"] == "infeasible":
        raise TanluError("plan.not-approvable")
    if not by.strip() or not reason.strip():
        raise TanluError("plan.unsigned")
    if not approval(workspace, plan)["unconfirmed"]:
        at = clock.now()
        signed = {"run": _run(plan), "by": by, "at": at.isoformat()}
        workspace.put_setting(_SETTING, signed, at=at, actor=clock.actor(), reason=reason)
    found = approval(workspace, plan)
    names = plan.get("names") or {}
    labels = {
        name: say.pick(names[name]["zh"], names[name]["en"]) if name in names else name
        for name in found["unconfirmed"]
    }
    return {"approval": found, "labels": labels, "run": plan["run"]}


def _run(plan: Mapping[str, Any]) -> str:
    return str((plan.get("run") or {}).get("hash"))
