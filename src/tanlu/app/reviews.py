"""What a reviewer works through: open findings, closed months, the events of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.app import audits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.i18n.say import Say
    from tanlu.storage import Workspace
    from tanlu.storage.model import Event

_PAGE = 100
_TOLD = 400  # characters of a payload
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which events of the ledger; empty restricts nothing.

    Parameters
    ----------
    actor, action : str
        Who did it, and what.
    before : int
        Only events before this number; 0 begins at the newest.
    """

    actor: str = ""
    action: str = ""
    before: int = 0

    def passes(self, event: Event) -> bool:
        """Tell whether an event is wanted."""
        return (
            self.actor in ("", event.actor)
            and self.action in ("", event.action)
            and (not self.before or event.seq < self.before)
        )


def log(workspace: Workspace, wanted: LogFilter, *, say: Say) -> dict[str, Any]:
    """Return events of the ledger, the newest first, a page at a time.

    Returns
    -------
    dict
        ``events``; ``actors`` and ``actions`` there are; ``next``: number to go on before, or 0.
    """
    events = workspace.events()
    chosen = [event for event in reversed(events) if wanted.passes(event)]
    shown = chosen[:_PAGE]
    return {
        "events": [_event(event, say) for event in shown],
        "actors": sorted({event.actor for event in events}),
        "actions": [
            {"id": action, "name": _action(action, say)}
            for action in sorted({event.action for event in events})
        ],
        "next": shown[-1].seq if len(chosen) > len(shown) else 0,
        "count": len(events),
    }


def _event(event: Event, say: Say) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "hash": event.hash,
        "at": event.at,
        "actor": event.actor,
        "action": _action(event.action, say),
        "subject": event.subject,
        "reason": event.reason,
        "told": _told(event.payload),
    }


def _action(action: str, say: Say) -> str:
    code = f"web.event.{action}"
    return say(code) if say.knows(code) else action


def _told(payload: Mapping[str, object]) -> str:
    """Return a payload in one line; long ones are cut, the ledger holds them whole."""
    text = " · ".join(
        f"{name}={value}" for name, value in payload.items() if value not in ("", None)
    )
    return text if len(text) <= _TOLD else f"{text[:_TOLD]}…"


def periods(workspace: Workspace, years: tuple[int, ...], *, say: Say) -> list[dict[str, Any]]:
    """Return each year with its closed months and the findings that keep it from being closed."""
    closed = set(audits.periods_body(workspace)["closed"])
    rows = []
    for year in years:
        months = [f"{year}-{month:02d}" for month in range(1, _MONTHS + 1)]
        shut = [month for month in months if month in closed]
        open_findings = audits.findings_body(workspace, every=False, year=year, say=say)
        rows.append(
            {
                "year": year,
                "closed": len(shut),
                "is_closed": len(shut) == _MONTHS,
                "findings": len(open_findings["findings"]),
            }
        )
    return rows
