"""Terminal views of import, verify, row, period and findings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say

_COUNTS = ("rows_in", "accepted", "quarantined", "duplicates", "excluded")
_TOTALS = 40
_MONTHS = 12


def imported(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what became of each sheet, the totals, and what needs a person."""
    _sheets(console, say, body)
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
        layout.line(console, layout.labelled(say, "cli.batch", body["batch"]), style="green")


def _sheets(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    for file in body["files"]:
        name = layout.base_name(file["path"])
        if file.get("rejected"):
            layout.line(console, say("cli.not_read", file=name), style="red")
            continue
        layout.heading(console, name)
        rows = [
            (sheet["name"] or say.missing, layout.word("cli.sheet", sheet["kind"], say),
             *(say.count(sheet[count]) for count in _COUNTS))
            for sheet in file["sheets"]
        ]  # fmt: skip
        heads = [say("cli.sheet"), say("cli.kind"), *(say(f"cli.{count}") for count in _COUNTS)]
        layout.table(console, heads, rows, right=len(_COUNTS))


def totals(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the control totals of an import."""
    if not body["totals"]:
        return
    layout.heading(console, say("cli.control_totals"))
    heads = [say("cli.site_name"), say("cli.item"), say("cli.quantity"), say("cli.unit")]
    rows = [
        (row["site"], layout.named(row, say), say.exact(str(row["quantity"])), row["unit"])
        for row in body["totals"]
    ]
    layout.table(console, heads, rows[:_TOTALS], right=2)
    layout.more(console, say, len(rows) - _TOTALS)


def verified(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show whether the ledger is whole, what was checked, and every difference."""
    failures = body["failures"]
    if failures:
        layout.line(console, f"✗ {say('cli.broken', count=len(failures))}", style="red")
        layout.findings(console, failures, say)
        layout.line(console)
    else:
        told = say("cli.verified", events=say.count(body["events"]), head=body["head"])
        layout.line(console, f"✓ {told}", style="green")
    counts = [
        f"{layout.word('cli.checked_kind', name, say)} {say.count(count)}"
        for name, count in body["checked"].items()
    ]
    layout.paragraph(
        console, layout.labelled(say, "cli.checked_parts", say.listed(counts)), style="dim"
    )


def posted(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the acknowledgement of a correction or void."""
    told = [
        layout.labelled(say, "cli.batch", body["batch"]),
        layout.labelled(say, "cli.rows_title", say.count(body["rows"])),
        layout.labelled(say, "cli.ledger_head", layout.short_head(body["head"])),
    ]
    layout.line(console, "✓ " + " · ".join(told), style="green")
    changed = body.get("changed")
    if changed:
        missing = say("row_field.empty")
        values = {name: changed[name] or missing for name in ("field", "before", "after")}
        layout.paragraph(console, say("cli.row.changed", row=changed["row"], **values), indent=2)


def voided(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the acknowledgement of a voided import and what it took back."""
    posted(console, say, body)
    layout.paragraph(console, say("cli.void.done", content=body["content"]), indent=2)


def periods(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the closed months, a whole year as one."""
    by_year: dict[str, list[str]] = defaultdict(list)
    for month in body["closed"]:
        by_year[month[:4]].append(month)
    names = [
        name
        for year, months in sorted(by_year.items())
        for name in ([year] if len(months) == _MONTHS else sorted(months))
    ]
    closed = say.listed(names) if names else say("cli.none")
    layout.paragraph(console, layout.labelled(say, "cli.closed", closed), indent=0)


def acknowledged(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show how many findings were accepted, and those that are left."""
    told = say("cli.findings.accepted", count=say.count(body["accepted"]))
    layout.line(console, f"✓ {told}", style="green")
    findings(console, say, body)


def findings(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the findings of the imports with their numbers."""
    rows = body["findings"]
    if not rows:
        layout.line(console, layout.labelled(say, "cli.findings_title", say("cli.none")))
        return
    layout.line(
        console, layout.labelled(say, "cli.findings_title", say.count(len(rows))), style="bold"
    )
    for row in rows[: layout.SHOWN]:
        layout.finding(console, row, before=f"{row['batch']} #{row['n']}  ")
        if row["acknowledged"]:
            layout.paragraph(console, f"✓ {row['acknowledged']}", indent=4, style="green")
    layout.more(console, say, len(rows) - layout.SHOWN)
