"""Terminal views of inventory, explain, hotspots and claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from tanlu.i18n.say import Say

_TOP = 12
_RUN = 12


def inventory(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show totals, sites, coverage, uncertainty and the run."""
    figures = body["figures"]
    rows = [
        ("cli.scope1", body["scope1_t"], figures["scope1_t"]),
        ("cli.scope2_location", body["scope2_t"]["location"], figures["scope2_t.location"]),
        ("cli.scope2_market", body["scope2_t"]["market"], figures["scope2_t.market"]),
        ("cli.scope3", body["scope3_t"], figures["scope3_t"]),
        ("cli.total_location", body["total_t"]["location"], figures["total_t.location"]),
        ("cli.total_market", body["total_t"]["market"], figures["total_t.market"]),
    ]
    layout.heading(console, f"{body['year']} · {say('cli.emissions')} (CO2e)")
    layout.table(
        console,
        ["", say("cli.figure"), say("cli.emissions")],
        [(say(code), figure, say.mass(value)) for code, value, figure in rows],
        right=1,
    )
    heads = [say("cli.site_name"), say("cli.scope1"), say("cli.scope2_market"), say("cli.scope3")]
    sites = [
        (layout.group(row["site"], say), say.mass(row["scope1_t"]),
         say.mass(row["scope2_market_t"]), say.mass(row["scope3_t"]))
        for row in body["by_site"]
    ]  # fmt: skip
    layout.table(console, heads, sites, right=3)
    coverage(console, say, body)
    layout.findings(console, body["findings"], say, notes=False)


def coverage(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what the totals cover, their interval and the run they come from."""
    covered = body["coverage"]
    layout.line(console, say("cli.coverage", ok=covered["ok"], rows=covered["rows"]))
    if not covered["complete"]:
        codes = sorted({reason["code"] for reason in covered["reasons"]})
        told = f"{say('cli.incomplete')} {say.listed(codes)}"
        layout.line(console, told, style="yellow")
    interval = body["uncertainty"]
    if interval:
        layout.line(
            console,
            say(
                "cli.uncertainty",
                level=say.percent(interval["level"]),
                low=say.mass(interval["low_t"]),
                high=say.mass(interval["high_t"]),
            ),
        )
    run = body["run"]
    layout.line(
        console,
        say("cli.run", id=run["id"], head=run["ledger_head"][:_RUN], book=run["book_hash"][:_RUN]),
        style="dim",
    )


def explained(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show a figure as a tree: formula, rows, factors, cells."""
    layout.line(console, f"{body['figure']} = {say.mass(body['value'])}", style="bold")
    layout.line(console, f"  {say('cli.formula')}: {body['formula']}")
    layout.line(console, f"  {say('cli.rows_title')}: {say.count(body['n_rows'])}")
    for row in body["rows"]:
        _explained_row(console, say, row)
    left = body["n_rows"] - len(body["rows"])
    if left > 0:
        layout.line(console, "  " + say("cli.more", count=left), style="dim")


def _explained_row(console: Console, say: Say, row: Mapping[str, Any]) -> None:
    source = row["source"] or {}
    place = "!".join(str(source[k]) for k in ("file", "sheet", "cell") if source.get(k))
    amount = say.missing if row["quantity"] is None else say.exact(str(row["quantity"]))
    result = say.missing if row["result_mg"] is None else say.mass(row["result_mg"] / 10**9)
    where = " · ".join(part for part in (row["site"], str(row["item"]), row["month"]) if part)
    layout.line(
        console, f"  ├─ {where}: {amount} {row['unit'] or ''} → {result}  [{row['status']}]"
    )
    layout.line(console, f"  │    {place}  ({row['row_id']})", style="dim")
    factor = row["factor"]
    if factor:
        words = [factor.get("id"), factor.get("value"), factor.get("unit")]
        cited = [factor.get("title"), factor.get("document"), factor.get("locator")]
        layout.line(console, "  │    " + " ".join(str(word) for word in words if word), style="dim")
        if any(cited):
            layout.line(console, "  │    " + " · ".join(str(c) for c in cited if c), style="dim")


def code(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the help of a message code."""
    layout.line(console, body["code"], style="bold")
    layout.line(console, f"  {body['message']}")
    if body["advice"]:
        layout.line(console, f"  {body['advice']}")


def hotspots(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the largest sources as bars, then what drove the change."""
    ranking(console, say, body)
    drivers(console, say, body)


def ranking(console: Console, say: Say, body: Mapping[str, Any], *, top: int = _TOP) -> None:
    """Show the largest sources."""
    heads = [say("cli.site_name"), say("cli.item"), "", say("cli.emissions"), say("cli.share"),
             say("cli.cumulative")]  # fmt: skip
    largest = max((row["share"] for row in body["pareto"]), default=0.0)
    rows = [
        (layout.group(row["site"], say), row["name"], layout.bar(row["share"] / largest),
         say.mass(row["co2e_t"]), say.percent(row["share"]), say.percent(row["cumulative"]))
        for row in body["pareto"][:top]
    ]  # fmt: skip
    layout.table(console, heads, rows, right=3)


def drivers(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the drivers between two years."""
    if not body["drivers"]:
        return
    layout.heading(console, f"{body['vs']} → {body['year']}: {say.mass(body['delta_t'])}")
    largest = max(abs(row["delta_t"]) for row in body["drivers"])
    rows = [
        (say(f"report.driver.{row['driver']}"), say.mass(row["delta_t"]),
         layout.signed_bar(row["delta_t"], largest))
        for row in body["drivers"]
    ]  # fmt: skip
    layout.table(console, [say("cli.driver"), say("cli.change"), ""], rows)


def claim(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show each pair of figures with its verdict and the constants near it."""
    for listed in body.get("claims", ()):
        layout.heading(console, f"▌ {listed['name']}")
        layout.line(console, f"  {listed['note']}", style="dim")
        _pairs(console, say, listed["pairs"], nearest=0)
    if "claims" not in body:
        _pairs(console, say, body["pairs"], nearest=_TOP)


def _pairs(console: Console, say: Say, pairs: Sequence[Mapping[str, Any]], *, nearest: int) -> None:
    for pair in pairs:
        names = [pair["from"], pair["to"]]
        head = " → ".join(name for name in names if name)
        layout.heading(console, f"{head}: {pair['verdict']}")
        layout.line(console, f"  {pair['message']}")
        if pair["implied"] is not None:
            low, high = (say.number(pair[name]) for name in ("low", "high"))
            told = f"{say.number(pair['implied'])} ({low} – {high}) {pair['unit']}"
            layout.line(console, f"  {say('cli.implied')}: {told}")
        for mark, rows in (("✓", pair["matches"][:_TOP]), ("✗", pair["nearest"][:nearest])):
            for row in rows:
                told = f"{row['constant']}  {say.exact(str(row['value']))} {row['unit']}"
                away = say.percent(row["deviation"])
                layout.line(console, f"  {mark} {told}  ({away})  {row['source']}")
