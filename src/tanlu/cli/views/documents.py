"""Terminal views of report, demo, doctor and version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.cli.views import analysis, goals, layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say

_WHY = 6
_TOP = 8


def reports(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show where the reports are."""
    layout.heading(console, say("cli.reports_title"))
    for row in body["reports"]:
        layout.line(console, f"  {row['lang']:<8} {row['path']}", style="green")


def demo(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show a whole worked company: what came in, what it emits, why, and what to do when."""
    layout.line(console, say.pick(body["company"]["zh"], body["company"]["en"]), style="bold")
    layout.line(console, say("cli.demo_note"), style="dim")
    read = body["import"]
    layout.line(
        console,
        say("cli.demo_import", files=len(read["files"]), rows=say.count(read["rows_in"]),
            accepted=say.count(read["accepted"]), findings=len(read["findings"])),
    )  # fmt: skip
    analysis.inventory(console, say, {**body["inventory"], "findings": []})
    layout.heading(console, say("cli.hotspots"))
    analysis.ranking(console, say, body["hotspots"], top=_TOP)
    analysis.drivers(console, say, body["hotspots"])
    layout.heading(console, say("cli.target"))
    goals.checks(console, say, {"targets": body["targets"]})
    layout.heading(console, say("cli.plan"))
    goals.plan(console, say, body["plan"])
    _reasons(console, say, body["plan"])
    reports(console, say, body)
    layout.line(console)
    folder = body["workspace"]
    layout.line(console, f"{say('cli.next')}: tanlu -w {folder} explain inv/2024/scope2/market")
    layout.line(console, f"    tanlu -w {folder} verify")


def _reasons(console: Console, say: Say, plan: Mapping[str, Any]) -> None:
    """Show why the largest measures fall in their year."""
    told = [row for row in plan["adoptions"] if (row.get("why") or {}).get("text")]
    told.sort(key=lambda row: -(row["abatement_t_total"] or 0))
    if told:
        layout.heading(console, say("cli.why"))
    for row in told[:_WHY]:
        name = say.pick(row["name"]["zh"], row["name"]["en"])
        layout.line(console, f"  {row['year']} {name} · {row['site'] or say('cli.group')}")
        layout.line(console, f"      {row['why']['text']}", style="dim")


def doctor(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what works on this machine."""
    for row in body["checks"]:
        mark, word = ("✓", "cli.passed") if row["passed"] else ("✗", "cli.failed")
        style = "green" if row["passed"] else "red"
        layout.line(console, f"{mark} {row['check']:<10} {say(word)}  {row['found']}", style=style)


def version(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the version."""
    layout.line(console, f"{say('cli.version_head')} {body['version']}")
