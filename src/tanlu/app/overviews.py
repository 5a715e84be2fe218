"""The overview of a year: key figures, what waits, the way to the targets, where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.report.sections.results import results
from tanlu.report.sections.summary import summary
from tanlu.report.sections.targets import targets
from tanlu.report.tree import Figure, Kpis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.report.tree import Block, Section


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

    Returns
    -------
    dict
        ``cards``, ``notes`` and ``charts``: blocks; ``tasks``: text and address of each.
    """
    source = desk.source(year)
    told = _blocks(summary(source))
    return {
        "year": source.year,
        "cards": [block for block in told if isinstance(block, Kpis)],
        "notes": [block for block in told if not isinstance(block, Kpis)],
        "charts": [
            block
            for block in (*_blocks(targets(source)), *_blocks(results(source)))
            if isinstance(block, Figure)
        ],
        "tasks": _tasks(source.inventory, say),
    }


def _blocks(sections: Iterable[Section]) -> list[Block]:
    return [block for section in sections for block in section.blocks]


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
