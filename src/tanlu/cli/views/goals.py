"""Terminal views of target, measures and plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say

_WORDS = {True: "cli.met", False: "cli.not_met", None: "cli.unknown"}
_MARKS = {True: "✓", False: "✗", None: "?"}
_ADOPTIONS = 40


def targets(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the targets."""
    heads = [say("cli.target_title"), say("cli.name"), say("cli.kind"), say("cli.target.year"),
             say("cli.required")]  # fmt: skip
    rows = [
        (row["id"], row["label"], row["kind"], row["year"], _asked(row, say))
        for row in body["targets"]
    ]
    layout.table(console, heads, rows, right=2)


def _asked(row: Mapping[str, Any], say: Say) -> str:
    if row["reduction"] is not None:
        return f"-{say.percent(row['reduction'])}"
    return _value(row["level"], row["unit"], say)


def _value(value: float | None, unit: str | None, say: Say) -> str:
    if value is None:
        return say.missing
    if unit == "t":
        return say.mass(value)
    if unit in ("fraction", "1", "fraction_per_year"):
        return say.percent(value)
    if unit == "year":
        return str(int(value))
    return f"{say.number(value)} {unit}"


def checks(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show each target against its path and every rule, in words and marks."""
    last = None
    for row in body["targets"]:
        if row["id"] != last:
            layout.heading(console, row["label"])
            last = row["id"]
        found = _value(row["value"], row["unit"], say)
        asked = _value(row["required"], row["unit"], say)
        told = f"{row['rule_label']}: {found} / {asked}"
        style = {True: "green", False: "red", None: "dim"}[row["met"]]
        layout.line(
            console, f"  {_MARKS[row['met']]} {say(_WORDS[row['met']])}  {told}", style=style
        )
        layout.line(console, f"      {row['message']}", style="dim")


def measures(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show measures of the catalogue."""
    heads = [say("cli.measure"), say("cli.name"), say("cli.kind"), say("cli.confidence")]
    rows = [(row["id"], row["label"], row["effect"], row["confidence"]) for row in body["measures"]]
    layout.table(console, heads, rows)


def plan(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show status, cost, adoptions by year with their reasons, and what is missed."""
    layout.line(console, say("cli.plan_status", status=body["status"]), style="bold")
    if body["status"] == "infeasible":
        short = body["infeasible"] or {}
        layout.line(
            console,
            say("cli.infeasible", target=short.get("target") or say.missing,
                short=_value(short.get("short_t"), short.get("unit"), say)),
            style="red",
        )  # fmt: skip
        for row in short.get("would_be_met_by", []):
            layout.line(console, f"  · {row['family']}: {row['amount']}")
        return
    gap = say.missing if body["gap"] is None else f"{body['gap'] * 100:.4f}%"
    cost, bound = say.money(body["cost_npv"]), say.money(body["bound_npv"])
    layout.line(console, say("cli.plan_cost", cost=cost, bound=bound, gap=gap))
    if body.get("indicative"):
        layout.line(console, say("cli.indicative"), style="yellow")
    adoptions(console, say, body)


def adoptions(
    console: Console, say: Say, body: Mapping[str, Any], *, most: int = _ADOPTIONS
) -> None:
    """Show what is built, by year, with its reasons."""
    rows = sorted(body["adoptions"], key=lambda row: (row["year"], -(row["capex"] or 0)))
    heads = [say("cli.year"), say("cli.measure"), say("cli.site_name"), say("cli.cost"),
             say("cli.abatement")]  # fmt: skip
    table = [
        (row["year"], _name(row, say), row["site"] or say("cli.group"),
         say.money(row["capex"]), say.mass(row["abatement_t_total"]))
        for row in rows[:most]
    ]  # fmt: skip
    layout.table(console, heads, table, right=2)
    if len(rows) > most:
        layout.line(console, say("cli.more", count=len(rows) - most), style="dim")


def _name(row: Mapping[str, Any], say: Say) -> str:
    name = row.get("name") or {}
    return say.pick(name.get("zh", ""), name.get("en", "")) or str(row["measure"])
