"""The help pages: usage, arguments, options, commands, and the options every command takes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from tanlu.cli.views import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from tanlu.cli.argv import Call
    from tanlu.i18n.say import Say

    Entry = tuple[str, str]

SHARED = (
    ("-w, --workspace", "folder"), ("--lang", "lang"), ("--json", ""), ("--quiet", ""),
    ("--no-color", ""), ("--yes", ""), ("--trace", ""), ("-h, --help", ""),
)  # fmt: skip
_KINDS = {int: "whole", float: "number", Path: "path", datetime: "date"}


def help_page(command: Any, path: str, *, call: Call, say: Say) -> str:
    """Return the help of a command or group as it is printed.

    Parameters
    ----------
    command : TyperCommand or TyperGroup
        What is asked about.
    path : str
        The words that lead to it, such as ``tanlu target add``.
    call : Call
        The call: its wish about color.
    say : Say
        Language of the page.
    """
    from tanlu.cli.output import console

    screen = console(call)
    with screen.capture() as capture:
        _write(screen, command, path, say=say)
    return capture.get().rstrip("\n")


def _write(screen: Console, command: Any, path: str, *, say: Say) -> None:
    below = getattr(command, "commands", {})
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    words = [path, *[_argument(p) for p in arguments]]
    words += [say("cli.help.command_word")] if below else []
    words += [say("cli.help.options_word")]
    layout.line(screen, layout.labelled(say, "cli.help.usage", " ".join(words)), style="bold")
    layout.line(screen)
    layout.paragraph(screen, command.help or "")
    _section(screen, say("cli.help.arguments"), [_entry(p, say) for p in arguments])
    _section(screen, say("cli.help.options"), [_entry(p, say) for p in options])
    for panel in dict.fromkeys(child.rich_help_panel for child in below.values()):
        listed = [
            (name, child.help or "")
            for name, child in below.items()
            if child.rich_help_panel == panel
        ]
        _section(screen, panel or say("cli.help.commands"), listed)
    _section(screen, say("cli.help.shared"), list(shared_options(say)))
    if command.epilog:
        layout.line(screen)
        layout.paragraph(screen, command.epilog)


def _section(screen: Console, title: str, entries: Sequence[Entry]) -> None:
    if entries:
        layout.heading(screen, title)
        layout.entries(screen, entries)


def shared_options(say: Say) -> Iterator[Entry]:
    """Yield the options every command takes, with what each does."""
    for names, value in SHARED:
        word = f" {say(f'cli.help.{value}_word')}" if value else ""
        yield f"{names}{word}", say(f"cli.shared.{names.rpartition('--')[2]}")


def _argument(parameter: Any) -> str:
    name = argument_name(parameter) + ("…" if parameter.nargs != 1 else "")
    return name if parameter.required else f"[{name}]"


def argument_name(parameter: Any) -> str:
    """Return an argument as usage writes it."""
    return str(parameter.metavar or parameter.name.upper())


def _entry(parameter: Any, say: Say) -> Entry:
    """Return an argument or option with its kind of value, and its help."""
    told = parameter.help or ""
    if parameter.name in ("install_completion", "show_completion"):
        told = say(f"cli.help.{parameter.name}")
    if parameter.param_type_name == "argument":
        return argument_name(parameter), _noted(parameter, told, say)
    names = ", ".join(sorted(parameter.opts, key=len))
    word = "" if parameter.is_flag else f" {parameter.metavar or _kind(parameter, say)}"
    return f"{names}{word}", told if parameter.is_flag else _noted(parameter, told, say)


def _noted(parameter: Any, told: str, say: Say) -> str:
    """Add to a help whether the value must be given, may be given again, and what it is else."""
    if parameter.required and parameter.param_type_name == "option":
        return say("cli.help.required", text=told)
    if parameter.default not in (None, "", ()) and not parameter.multiple:
        return say("cli.help.default", text=told, value=parameter.default)
    return told


def _kind(parameter: Any, say: Say) -> str:
    annotation = parameter.type_descriptor.annotation
    inner = get_args(annotation)
    return say(f"cli.help.{_KINDS.get(inner[0] if inner else annotation, 'text')}_word")
