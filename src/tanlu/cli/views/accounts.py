"""Terminal views of users and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tanlu.i18n.say import Say


def user(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show one user, and the one-time password this once."""
    row = body["user"]
    layout.line(console, f"{row['name']} · {layout.word('accounts.role', row['role'], say)}")
    told = [
        ("cli.user.sites", say.listed(row["sites"])),
        ("cli.user.ends", _when(row["expires_at"], say) if row["expires_at"] else ""),
    ]
    for code, text in told:
        if text:
            layout.line(console, layout.labelled(say, code, text))
    if body.get("password"):
        layout.line(console, layout.labelled(say, "cli.user.one_time", body["password"]))
        until = _when(row["one_time_until"], say)
        layout.paragraph(console, say("cli.user.one_time_how", until=until), indent=0)


def users(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show all users."""
    if not body["users"]:
        layout.paragraph(console, say("cli.user.nobody"), indent=0)
        return
    codes = ("cli.user.name_head", "cli.user.role_head", "cli.user.sites", "cli.user.state",
             "cli.user.login", "cli.user.ends")  # fmt: skip
    layout.table(
        console,
        [say(code) for code in codes],
        [
            (row["name"], layout.word("accounts.role", row["role"], say),
             say.listed(row["sites"]) or say.missing,
             layout.word("accounts.state", row["state"], say),
             _day(row["login_at"], say), _day(row["expires_at"], say))
            for row in body["users"]
        ],
    )  # fmt: skip


def removed(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Say that an account is gone."""
    layout.line(console, say("cli.user.removed", name=body["user"]["name"]), style="green")


def logged_out(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Say how many sessions ended."""
    count = say.count(body["ended"])
    layout.line(console, say("cli.user.logged_out", name=body["user"]["name"], count=count))


def token(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show a new token, this once."""
    row = body["token"]
    layout.line(console, layout.labelled(say, "cli.token.secret", body["secret"]))
    until = _when(row["expires_at"], say)
    actions = say.listed(row["actions"])
    told = say("cli.token.how", name=row["user"], actions=actions, until=until, id=row["id"])
    layout.paragraph(console, told, indent=0)


def tokens(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Show all tokens, never themselves."""
    if not body["tokens"]:
        layout.paragraph(console, say("cli.token.none"), indent=0)
        return
    codes = ("cli.token.id_head", "cli.user.name_head", "cli.token.label_head",
             "cli.token.actions", "cli.token.used", "cli.user.ends")  # fmt: skip
    layout.table(
        console,
        [say(code) for code in codes],
        [
            (row["id"], row["user"], row["label"] or say.missing, say.listed(row["actions"]),
             _day(row["used_at"], say), _day(row["expires_at"], say))
            for row in body["tokens"]
        ],
    )  # fmt: skip


def revoked(console: Console, say: Say, body: Mapping[str, Any]) -> None:
    """Say that a token is worthless now."""
    row = body["token"]
    layout.line(console, say("cli.token.revoked", id=row["id"], name=row["user"]), style="green")


def _day(instant: str | None, say: Say) -> str:
    return _when(instant, say).partition(" ")[0]


def _when(instant: str | None, say: Say) -> str:
    """Return a time on the clock of this machine, to the minute."""
    if instant is None:
        return say.missing
    return f"{datetime.fromisoformat(instant).astimezone():%Y-%m-%d %H:%M}"
