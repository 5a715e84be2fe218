"""Terminal view of what the technologies of a plan serve and make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say

_PREFIX = "made:"
_YEARS = 5  # at most so many are shown, the ends among them
_LISTED = 40


def made(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what each technology serves or makes in some years, where the plan says so."""
    series = body.get("series") or {}
    names = [name for name in series if name.startswith(_PREFIX) and "/" not in name]
    used = [name for name in names if any(series[name])]
    if not used:
        return
    chosen = _chosen(len(body["years"]))
    heads = [say("cli.made.technology"), *(str(body["years"][index]) for index in chosen)]
    rows = [
        (name.removeprefix(_PREFIX), *(say.number(series[name][index]) for index in chosen))
        for name in used[:_LISTED]
    ]
    layout.line(console)
    layout.line(console, say("cli.made"), style="bold")
    layout.table(console, heads, rows, right=len(chosen))
    layout.more(console, say, len(used) - len(rows))


def _chosen(count: int) -> list[int]:
    """Return the places of a few years at even distances, the first and the last among them."""
    if count <= _YEARS:
        return list(range(count))
    return [round(step * (count - 1) / (_YEARS - 1)) for step in range(_YEARS)]
