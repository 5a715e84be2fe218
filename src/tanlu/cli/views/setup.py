"""Terminal views of init, template and site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say


def created(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show a new workspace and what to do next."""
    layout.line(console, f"{say('cli.created')}: {body['workspace']}", style="green")
    layout.line(console, f"{say('cli.next')}: tanlu -w {body['workspace']} import …")


def template(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show where the template is."""
    layout.line(console, f"{say('cli.template')}: {body['path']}", style="green")
    layout.line(console, f"{say('cli.sheet')}: {say.listed([str(s) for s in body['sheets']])}")


def sites(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show the sites with their provinces."""
    heads = [say("cli.site_name"), say("cli.province_head")]
    rows = [(row["site"], row["province"] or say.missing) for row in body["sites"]]
    layout.table(console, heads, rows)
