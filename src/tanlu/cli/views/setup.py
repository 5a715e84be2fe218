"""Terminal views of init, template, site and settings."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say


def created(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show a new workspace, its sites, and what to do next."""
    layout.line(console, layout.labelled(say, "cli.created", body["workspace"]), style="green")
    if body["sites"]:
        sites(console, say, body)
    folder = shlex.quote(layout.plain(body["workspace"]))
    call = f"tanlu -w {folder} import {say('cli.file')}.xlsx"
    layout.line(console, layout.labelled(say, "cli.next", call))


def template(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show where the template is and what it holds."""
    layout.line(console, layout.labelled(say, "cli.template_written", body["path"]), style="green")
    names = say.listed([str(name) for name in body["sheets"]])
    if names:
        layout.paragraph(console, layout.labelled(say, "cli.sheet", names))


def sites(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the sites with their provinces."""
    if not body["sites"]:
        layout.line(console, layout.labelled(say, "cli.site_name", say("cli.none")))
        return
    heads = [say("cli.site_name"), say("cli.site.english"), say("cli.province_head")]
    rows = [
        (
            row["site"],
            row["name_en"] or say.missing,
            say.pick(row["province_zh"] or "", row["province_en"] or "") or say.missing,
        )
        for row in body["sites"]
    ]
    layout.table(console, heads, rows)


def settings(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show what is stated for the report, and what each of the others is for."""
    heads = [
        say("cli.name"),
        say("cli.settings.stated"),
        say("cli.settings.clause"),
        say("cli.settings.name"),
    ]
    rows = [
        (
            row["name"],
            _stated(row, say),
            row["clause"],
            row["key"],
        )
        for row in body["settings"]
    ]
    styles = ["" if row["value"] else "dim" for row in body["settings"]]
    layout.table(console, heads, rows, styles=styles)


def _stated(row: Mapping[str, Any], say: Say) -> str:
    """Return what is stated, in English where it is given; else what the statement is for."""
    if not row["value"]:
        return say("cli.settings.not_stated", meaning=row["meaning"])
    return say.pick(row["value"], row["english"] or row["value"])
