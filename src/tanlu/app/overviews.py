"""The overview of a year: key figures, actual against target, what is to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.report.sections.summary import summary
from tanlu.report.sections.targets import targets

if TYPE_CHECKING:
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say


def overview(desk: Desk, year: int | None, *, say: Say) -> dict[str, Any]:
    """Return the blocks of the overview and the tasks that wait.

    Parameters
    ----------
    desk : Desk
        The workspace.
    year : int or None
        Year of the inventory; None is the newest with rows.
    say : Say
        Language of the tasks.
    """
    source = desk.source(year)
    return {
        "year": source.year,
        "blocks": [
            block for section in (*summary(source), *targets(source)) for block in section.blocks
        ],
        "tasks": _tasks(source.inventory, say),
    }


def _tasks(inventory: Any, say: Say) -> list[dict[str, Any]]:
    """Return what keeps the total from being whole, each with the screen where it is settled."""
    coverage = inventory["coverage"]
    waiting = [
        ("quarantined", coverage.get("quarantined") or 0, "/import"),
        ("missing_months", coverage.get("missing_months") or 0, "/quality"),
        ("silent_sites", len(coverage.get("silent_sites") or ()), "/quality"),
        ("findings", len(inventory.get("findings") or ()), "/review"),
    ]
    return [
        {"text": say(f"web.task.{name}", n=number), "href": href}
        for name, number, href in waiting
        if number
    ]
