"""Terminal views of factors."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say


def editions(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the published factors of an item."""
    layout.paragraph(console, body["label"], indent=0)
    heads = [say("cli.factor.id"), say("cli.factor.worth"), say("cli.source")]
    rows = [
        (row["id"], f"{row['value']} {row['unit']}", say.pick(row["title"], row["title_en"]))
        for row in body["factors"]
    ]
    layout.table(console, heads, rows)


def own(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the project factors, and what the last change does."""
    heads = [say("cli.factor.id"), say("cli.factor.worth"), say("cli.factor.where"),
             say("cli.factor.years"), say("cli.source"), say("cli.factor.by")]  # fmt: skip
    rows = [
        (row["id"], worth(row), row["site"] or say("cli.factor.all-sites"), years(row, say),
         row["source"], f"{row['by']} {row['at'][:10]}")
        for row in body["factors"]
    ]  # fmt: skip
    if rows:
        layout.table(console, heads, rows)
    else:
        layout.paragraph(console, say("cli.factor.none"), indent=0)
    for one in body.get("effect") or ():
        _effect(console, say, one)


def _effect(console: Console, say: Say, one: Mapping[str, Any]) -> None:
    """Show what a year's totals become; location-based apart where it moves otherwise."""
    methods = ["market"]
    if one["location"]["delta_t"] != one["market"]["delta_t"]:
        methods.append("location")
    for method in methods:
        told = say(
            f"cli.factor.effect.{method}",
            year=one["year"],
            rows=say.count(one["rows"]),
            before=say.mass(one[method]["before_t"]),
            after=say.mass(one[method]["after_t"]),
            delta=say.mass(one[method]["delta_t"]),
        )
        layout.paragraph(console, told, indent=0)


def worth(row: Mapping[str, Any]) -> str:
    """Return the value of a project factor with its unit."""
    amounts = [f"{float(Fraction(value)):.9g} kg{gas}" for gas, value in row["gases"].items()]
    return f"{' + '.join(amounts)}/{row['unit']}"


def years(row: Mapping[str, Any], say: Say) -> str:
    """Return the years a project factor is for."""
    first, last = row.get("first_year") or "", row.get("last_year") or ""
    return f"{first}\N{EN DASH}{last}" if first or last else say.missing
