"""What is wrong with a call, in the chosen language: the parser's own words are English."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from tanlu.cli.pages import SHARED, argument_name
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from tanlu.i18n.say import Say

_COMMAND = re.compile(r"No such command '(.*?)'", re.DOTALL)
_EXTRA = re.compile(r"unexpected extra arguments?(?:\(s\))? \((.*)\)", re.DOTALL)
_BOUNDS = {"greater_than_equal": ("at_least", "ge"), "less_than_equal": ("at_most", "le")}
_EXPECTED = {"int_parsing": "whole", "float_parsing": "number", "value_error": "date"}
_SHOWN = 80


def explain_mistake(error: Any, say: Say) -> TanluError:
    """Return the parser's error as ours.

    Parameters
    ----------
    error : ClickException
        What the parser raised.
    say : Say
        Language of the sentence.

    Returns
    -------
    TanluError
        ``cli.call``: what was found, what was expected, and where the usage is told.
    """
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx else "tanlu"
    tell = _TOLD.get(type(error).__name__, _usage)
    return TanluError("cli.call", found=tell(error, say), usage=f"{path} --help")


def _option(error: Any, say: Say) -> str:
    known = {opt for p in error.ctx.command.params for opt in p.opts if opt.startswith("-")}
    known |= {name for names, _ in SHARED for name in names.split(", ")}
    return _with_near(say("cli.call.option", found=_cut(error.option_name)), known, error, say)


def _with_near(told: str, known: set[str], error: Any, say: Say) -> str:
    word = getattr(error, "option_name", None) or _match(_COMMAND, error)
    near = difflib.get_close_matches(word, sorted(known), n=3, cutoff=0.5)
    listed = say.listed(near or sorted(known))
    return say("cli.call.near" if near else "cli.call.known", text=told, known=listed)


def _missing(error: Any, say: Say) -> str:
    return say("cli.call.missing", name=_name(error.param), help=error.param.help or "")


def _value(error: Any, say: Say) -> str:
    """Say which value is wrong, and of what kind or within which bound it has to be."""
    first = _first_fault(error.__cause__)
    found = _cut(first.get("input", error.message))
    expected = say("cli.call.as_help", help=error.param.help or "")
    fault = first.get("type", "")
    if fault in _BOUNDS:
        name, bound = _BOUNDS[fault]
        expected = say(f"cli.call.{name}", bound=f"{first['ctx'][bound]:g}")
    elif fault in _EXPECTED:
        expected = say(f"cli.call.{_EXPECTED[fault]}")
    return say("cli.call.value", name=_name(error.param), found=found, expected=expected)


def _first_fault(cause: Any) -> dict[str, Any]:
    """Return the first entry of a validation error; nothing where it is another error."""
    entries = cause.errors() if hasattr(cause, "errors") else []
    return dict(entries[0]) if entries else {}


def _use_of_option(error: Any, say: Say) -> str:
    takes_none = "does not take" in error.message
    code = "cli.call.no_value" if takes_none else "cli.call.needs_value"
    return say(code, name=error.option_name)


def _usage(error: Any, say: Say) -> str:
    """Say which command or word is unknown; what the parser says otherwise comes as it is."""
    if word := _match(_COMMAND, error):
        known = set(error.ctx.command.commands)
        return _with_near(say("cli.call.command", found=_cut(word)), known, error, say)
    if words := _match(_EXTRA, error):
        return say("cli.call.extra", found=_cut(words))
    return str(error.format_message())


def _match(pattern: re.Pattern[str], error: Any) -> str:
    found = pattern.search(error.message)
    return found.group(1) if found else ""


def _name(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    return max(parameter.opts, key=len) if is_option else argument_name(parameter)


def _cut(text: object) -> str:
    whole = str(text)
    return whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}…"


_TOLD = {
    "NoSuchOption": _option,
    "MissingParameter": _missing,
    "BadParameter": _value,
    "BadOptionUsage": _use_of_option,
}
