"""Put the commands together in the chosen language."""

from typing import TYPE_CHECKING, Any

import typer
from typer.main import get_command

from tanlu.cli.commands import analysis, documents, goals, ledger, setup, system

if TYPE_CHECKING:
    from tanlu.cli.argv import Call
    from tanlu.i18n.say import Say


def build(call: "Call", say: "Say") -> Any:
    """Return the whole program; help texts are in the language of the call."""
    program = typer.Typer(
        help=say("cli.program"),
        epilog=say("cli.epilog"),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @program.callback(invoke_without_command=False)
    def shared() -> None:
        pass

    shared.__doc__ = say("cli.program")
    for room in (setup, analysis, goals, documents, ledger, system):
        room.add_to(program, call, say)
    return get_command(program)
