"""Put the commands together in the chosen language."""

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from tanlu.cli.commands import (
    accounts,
    analysis,
    documents,
    equipment,
    factors,
    goals,
    ledger,
    measures,
    server,
    setup,
    system,
)

if TYPE_CHECKING:
    from tanlu.cli.argv import Call
    from tanlu.i18n.say import Say


class Command(TyperCommand):
    """A command whose help page is ours."""

    def get_help(self, ctx: Any) -> str:
        """Return the page of the command in the language of the call."""
        return _page(self, ctx)


class Group(TyperGroup):
    """A group of commands whose help page is ours."""

    def get_help(self, ctx: Any) -> str:
        """Return the page of the group in the language of the call."""
        return _page(self, ctx)


def _page(command: Any, ctx: Any) -> str:
    from tanlu.cli.pages import help_page

    call, say = ctx.find_root().obj
    return help_page(command, ctx.command_path, call=call, say=say)


def build(call: "Call", say: "Say") -> Any:
    """Return the whole program; help texts are in the language of the call."""
    program = typer.Typer(
        help=say("cli.program"),
        epilog=say("cli.epilog"),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "obj": (call, say)},
    )

    @program.callback(invoke_without_command=False)
    def shared() -> None:
        pass

    shared.__doc__ = say("cli.program")
    for room in (
        setup, analysis, factors, goals, equipment, measures, documents, ledger, accounts, server,
        system,
    ):  # fmt: skip
        room.add_to(program, call, say)
    _use_own_pages(program)
    return get_command(program)


def _use_own_pages(program: typer.Typer) -> None:
    """Let every command and group of the program show its help as `pages` writes it."""
    groups = [group.typer_instance for group in program.registered_groups]
    for level in (program, *[group for group in groups if group]):
        level.info.cls = Group
        for command in level.registered_commands:
            command.cls = Command
    for group in program.registered_groups:
        group.cls = Group
