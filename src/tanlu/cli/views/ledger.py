"""Terminal views of import, verify, row, period and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say

_COUNTS = ("rows_in", "accepted", "quarantined", "duplicates", "excluded")


def imported(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what became of each sheet, the totals, and what needs a person."""
    rows = []
    for file in body["files"]:
        name = file["path"].rpartition("/")[2]
        rows += [
            (name, sheet["name"] or "—", say.pick(*_kind(sheet["kind"], say)),
             *(say.count(sheet[count]) for count in _COUNTS))
            for sheet in file["sheets"]
        ]  # fmt: skip
    if rows:
        heads = [say("cli.file"), say("cli.sheet"), say("cli.kind")]
        heads += [say(f"cli.{count}") for count in _COUNTS]
        layout.table(console, heads, rows, right=len(_COUNTS))
    totals(console, say, body)
    layout.findings(console, body["findings"], say)
    layout.line(console)
    for path in body["checked"]:
        layout.line(console, say("cli.checked", path=path), style="yellow")
    if body["dry_run"]:
        layout.line(console, say("cli.dry_run"))
    elif body["batch"] is None:
        layout.line(console, say("cli.nothing_written"), style="red")
    else:
        layout.line(console, f"{say('cli.batch')}: {body['batch']}", style="green")


def _kind(kind: str, say: Say) -> tuple[str, str]:
    code = f"cli.sheet.{kind}"
    return (say(code), say(code)) if say.knows(code) else (kind, kind)


def totals(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the control totals of an import."""
    if not body["totals"]:
        return
    layout.heading(console, say("cli.control_totals"))
    heads = [say("cli.site_name"), say("cli.item"), say("cli.quantity"), say("cli.unit")]
    rows = [
        (row["site"], layout.name_of(row, say), say.exact(str(row["quantity"])), row["unit"])
        for row in body["totals"]
    ]
    layout.table(console, heads, rows, right=2)


def verified(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show whether the ledger is whole, and every difference."""
    if not body["failures"]:
        layout.line(
            console, say("cli.verified", events=body["events"], head=body["head"]), style="green"
        )
    else:
        layout.line(console, say("cli.broken", count=len(body["failures"])), style="red")
        layout.findings(console, body["failures"], say)


def posted(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the acknowledgement of a correction or void."""
    layout.line(
        console,
        f"{say('cli.batch')}: {body['batch']} · {say('cli.rows_title')}: {body['rows']}",
        style="green",
    )


def periods(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the closed months."""
    closed = say.listed(body["closed"]) if body["closed"] else say("cli.none")
    layout.line(console, f"{say('cli.closed')}: {closed}")


def findings(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the findings of the imports with their numbers."""
    if not body["findings"]:
        layout.line(console, f"{say('cli.findings_title')}: {say('cli.none')}")
        return
    for row in body["findings"]:
        place = "!".join(part for part in (row["file"], row["sheet"], row["cell"]) if part)
        layout.line(console, f"{row['batch']} #{row['n']}  {row['code']}  {place}", style="bold")
        layout.line(console, f"    {row['message']}")
        if row["acknowledged"]:
            layout.line(console, f"    ✓ {row['acknowledged']}", style="green")
