"""Terminal views of report, demo, doctor and version."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from tanlu.cli.views import analysis, goals, layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say

_WHY = 4
_TOP = 8
_MEASURES = 16
_EARLIEST = "EARLIEST_POSSIBLE"
_NEXT = ("explain", "plan", "verify")


def reports(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show where the reports are."""
    layout.heading(console, say("cli.reports_title"))
    for row in body["reports"]:
        layout.line(console, f"  {row['lang']:<8}{row['path']}", style="green")


def block(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show a table of the report, and the figure that opens each row."""
    layout.heading(console, body["name"])
    heads = [*body["table"]["columns"], say("cli.figure_id")]
    rows = [(*row["cells"], row["figure"] or say.missing) for row in body["table"]["rows"]]
    layout.table(console, heads, rows, right=1)
    layout.more(console, say, body["n_rows"] - len(rows))


def demo(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show a whole worked company: what came in, what it emits, why, and what to do when."""
    names = {"site_names": body.get("site_names", {})}
    _company(console, say, body)
    taken = {**body["inventory"], **names}
    analysis.totals(console, say, taken)
    layout.line(console)
    analysis.by_site(console, say, taken)
    layout.line(console)
    analysis.coverage(console, say, taken)
    hotspots = {**body["hotspots"], **names}
    layout.heading(console, say("report.section.hotspots"))
    analysis.ranking(console, say, hotspots, top=_TOP)
    analysis.drivers(console, say, hotspots)
    layout.heading(console, say("cli.target"))
    goals.checks(console, say, {"targets": body["targets"]})
    layout.heading(console, say("cli.plan"))
    goals.plan(console, say, {**body["plan"], **names}, most=_MEASURES)
    _reasons(console, say, body["plan"])
    reports(console, say, body)
    _next(console, say, body)


def _company(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    company = body.get("company")
    if company:
        layout.line(console, say.pick(company["zh"], company["en"]), style="bold")
    layout.paragraph(console, say("cli.demo_note"), indent=0, style="dim")
    layout.line(console, layout.labelled(say, "cli.workspace", body["workspace"]))
    read = body.get("import")
    if read:
        files, findings = len(read["files"]), len(read["findings"])
        rows, accepted = say.count(read["rows_in"]), say.count(read["accepted"])
        layout.line(
            console,
            say("cli.demo_import", files=files, rows=rows, accepted=accepted, findings=findings),
        )


def _reasons(console: Console, say: Say, plan: Mapping[str, Any]) -> None:
    """Tell why the largest measures fall in their year, where the table's word is not enough."""
    told: dict[str, float] = {}
    for row in plan["adoptions"]:
        why = row["why"] or {}
        if why.get("text") and why.get("binding") != [_EARLIEST]:
            told[why["text"]] = max(told.get(why["text"], 0), row["abatement_t_total"] or 0)
    if told:
        layout.heading(console, say("cli.why"))
    for text in sorted(told, key=lambda sentence: -told[sentence])[:_WHY]:
        layout.paragraph(console, f"· {text}")


def _next(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show commands to copy; a folder with spaces is quoted."""
    layout.heading(console, say("cli.next"))
    folder = shlex.quote(layout.plain(body["workspace"]))
    figure = body["inventory"]["figures"]["total_t.market"]
    for step in _NEXT:
        layout.line(console, f"  {say(f'cli.next.{step}')}", style="dim")
        layout.line(console, f"    tanlu -w {folder} {say(f'cli.next.{step}.call', figure=figure)}")


def doctor(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what works on this machine."""
    rows = [
        (f"{layout.MARKS[row['passed']]} {say('cli.passed' if row['passed'] else 'cli.failed')}",
         layout.word("cli.doctor_check", row["check"], say), row["found"])
        for row in body["checks"]
    ]  # fmt: skip
    styles = [layout.STYLES[row["passed"]] for row in body["checks"]]
    heads = [say("cli.verdict"), say("cli.checked_parts"), say("cli.found")]
    layout.table(console, heads, rows, styles=styles)


def version(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the version."""
    layout.line(console, f"{say('cli.version_head')} {body['version']}")
