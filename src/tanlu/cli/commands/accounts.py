"""Commands of accounts: user, token."""

import sys
from datetime import date
from typing import Annotated

import typer

from tanlu.cli import views
from tanlu.cli.argv import Call
from tanlu.cli.output import Answer
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError


def add_to(program: typer.Typer, call: Call, say: Say) -> None:
    """Add the commands of this file to the program."""
    users = typer.Typer(help=say("cli.user"), no_args_is_help=True)
    program.add_typer(users, name="user", rich_help_panel=say("cli.panel.trust"))
    _add_users(users, call, say)
    _add_passwords(users, call, say)
    tokens = typer.Typer(help=say("cli.token"), no_args_is_help=True)
    program.add_typer(tokens, name="token", rich_help_panel=say("cli.panel.trust"))
    _add_tokens(tokens, call, say)


def _add_users(users: typer.Typer, call: Call, say: Say) -> None:
    @users.command("add", help=say("cli.user.add"))
    def add(
        name: Annotated[str, typer.Argument(help=say("cli.user.name"))],
        role: Annotated[str, typer.Option("--role", help=say("cli.user.role_is"))],
        site: Annotated[list[str] | None, typer.Option("--site", help=say("cli.user.site"))] = None,
        expires: Annotated[str, typer.Option("--expires", help=say("cli.user.expires"))] = "",
        is_asked: Annotated[bool, typer.Option("--ask", help=say("cli.user.ask"))] = False,
    ) -> Answer:
        from tanlu.app import users as app
        from tanlu.app import workspaces

        last = _day(expires)
        with workspaces.open_workspace(call.workspace) as workspace:
            password = _asked(say) if is_asked else ""
            draft = app.UserDraft(name, role, tuple(site or ()), last, password)
            return Answer(app.add_user(workspace, draft), views.accounts.user)

    @users.command("list", help=say("cli.user.list"))
    def listed() -> Answer:
        from tanlu.app import users as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(app.list_users(workspace), views.accounts.users)

    @users.command("role", help=say("cli.user.role"))
    def role(
        name: Annotated[str, typer.Argument(help=say("cli.user.name"))],
        role: Annotated[str, typer.Argument(help=say("cli.user.role_is"))],
        site: Annotated[list[str] | None, typer.Option("--site", help=say("cli.user.site"))] = None,
    ) -> Answer:
        from tanlu.app import users as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = app.change_role(workspace, name, role, sites=tuple(site or ()))
        return Answer(body, views.accounts.user)

    @users.command("remove", help=say("cli.user.remove"))
    def remove(name: Annotated[str, typer.Argument(help=say("cli.user.name"))]) -> Answer:
        from tanlu.app import users as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(app.remove_user(workspace, name), views.accounts.removed)


def _add_passwords(users: typer.Typer, call: Call, say: Say) -> None:
    @users.command("password", help=say("cli.user.password"))
    def password(
        name: Annotated[str, typer.Argument(help=say("cli.user.name"))],
        is_asked: Annotated[bool, typer.Option("--ask", help=say("cli.user.ask"))] = False,
    ) -> Answer:
        from tanlu.app import users as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            app.user_named(workspace, name)
            typed = _asked(say) if is_asked else ""
            body = app.reset_password(workspace, name, password=typed)
        return Answer(body, views.accounts.user)

    @users.command("logout", help=say("cli.user.logout"))
    def logout(name: Annotated[str, typer.Argument(help=say("cli.user.name"))]) -> Answer:
        from tanlu.app import users as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(app.end_sessions(workspace, name), views.accounts.logged_out)


def _add_tokens(tokens: typer.Typer, call: Call, say: Say) -> None:
    @tokens.command("add", help=say("cli.token.add"))
    def add(
        name: Annotated[str, typer.Argument(help=say("cli.token.user"))],
        allow: Annotated[
            list[str] | None, typer.Option("--allow", help=say("cli.token.allow"))
        ] = None,
        days: Annotated[int | None, typer.Option("--days", help=say("cli.token.days"))] = None,
        label: Annotated[str, typer.Option("--label", help=say("cli.token.label"))] = "",
    ) -> Answer:
        from tanlu.app import tokens as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            body = app.add_token(
                workspace, name, actions=tuple(allow or ("view",)), days=days, label=label
            )
        return Answer(body, views.accounts.token)

    @tokens.command("list", help=say("cli.token.list"))
    def listed(
        name: Annotated[str, typer.Option("--user", help=say("cli.token.of"))] = "",
    ) -> Answer:
        from tanlu.app import tokens as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(app.list_tokens(workspace, name=name), views.accounts.tokens)

    @tokens.command("revoke", help=say("cli.token.revoke"))
    def revoke(
        token_id: Annotated[str, typer.Argument(metavar="ID", help=say("cli.token.id"))],
    ) -> Answer:
        from tanlu.app import tokens as app
        from tanlu.app import workspaces

        with workspaces.open_workspace(call.workspace) as workspace:
            return Answer(app.revoke_token(workspace, token_id), views.accounts.revoked)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise TanluError("app.not-a-date", name="--expires", found=text) from error


def _asked(say: Say) -> str:
    """Ask for a new password twice at a terminal; elsewhere read one line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    first = getpass(f"{say('cli.user.type')} ")
    if getpass(f"{say('cli.user.type_again')} ") != first:
        raise TanluError("accounts.password-differs")
    return first
