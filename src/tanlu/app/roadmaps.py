"""The roadmap as a page shows it: the plan solved last, and whether it is still that of today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import approvals, plans
from tanlu.report.sections.plan import plan
from tanlu.report.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.desk import Desk
    from tanlu.report.tree import Block


def roadmap(desk: Desk) -> dict[str, Any] | None:
    """Return the plan solved last as blocks; None before there is one.

    Returns
    -------
    dict or None
        ``blocks``; ``is_stale``: whether figures, machines, targets or own measures changed since.
    """
    stored = approvals.stored_plan(desk.workspace)
    if stored is None:
        return None
    return {"blocks": plan_blocks(desk, stored), "is_stale": stored.get("basis") != _basis(desk)}


def plan_blocks(desk: Desk, found: Mapping[str, Any]) -> list[Block]:
    """Return a plan of this workspace as blocks of a report, whether it is kept or not."""
    payload = desk.payload() | {"plan": dict(found)}
    source = Source(payload)  # type: ignore[arg-type]  # the sections check the shape
    return [block for section in plan(source) for block in section.blocks]


def _basis(desk: Desk) -> str:
    """Return what the workspace gives a plan today."""
    options = plans.PlanOptions()
    return desk.kept("basis", lambda: plans.prepare(desk.workspace, options=options).basis)
