"""The call as typed: options that may stand anywhere, and the language before any text is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_FLAGS = frozenset({"--json", "--quiet", "--no-color", "--yes", "--trace"})
_VALUED = {"-w": "-w", "--workspace": "-w", "--lang": "--lang"}
_LANGUAGES = {"zh": "zh", "en": "en", "zh-hant": "zh-Hant"}
_OWN_LANG = "report"  # its --lang lists the languages of the documents
_OWN_FOLDER = "verify"  # its argument may name the workspace


@dataclass(frozen=True, slots=True)
class Call:
    """The options every command shares, and the rest of the call.

    Parameters
    ----------
    args : tuple of str
        Command and its own options.
    lang : str
        Language of everything shown.
    workspace : str
        Folder named by ``-w`` or the environment; empty is the current folder.
    as_json, quiet, no_color, yes, trace : bool
        The shared flags.
    unfinished : str
        Option at the end of the call that lacks its value.
    """

    args: tuple[str, ...]
    lang: str
    workspace: str
    as_json: bool
    quiet: bool
    no_color: bool
    yes: bool
    trace: bool
    unfinished: str = ""


def no_language(_: str) -> str:
    """Return the language of no folder: none."""
    return ""


def read_call(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    language_of: Callable[[str], str] = no_language,
) -> Call:
    """Take the shared options out of a call, wherever they stand.

    Parameters
    ----------
    argv : sequence of str
        The call without the program's name.
    environ : Mapping
        Environment: ``TANLU_WORKSPACE``, ``TANLU_LANG``, ``NO_COLOR`` and the locale.
    language_of : callable
        Language of the workspace in a folder, empty for none. It goes before the locale, and
        after ``--lang`` and ``TANLU_LANG``.
    """
    flags: set[str] = set()
    values: dict[str, str] = {}
    rest: list[str] = []
    left = list(argv)
    unfinished = ""
    while left:
        word = left.pop(0)
        name, equals, inline = word.partition("=")
        if word == "--":
            rest += [word, *left]
            break
        if word in _FLAGS:
            flags.add(word)
        elif name in _VALUED and not (name == "--lang" and _OWN_LANG in rest):
            unfinished = "" if equals or left else name
            values[_VALUED[name]] = inline if equals else (left.pop(0) if left else "")
        else:
            rest.append(word)
    workspace = values.get("-w") or environ.get("TANLU_WORKSPACE", "")
    folder = _folder_argument(rest) or workspace
    wanted = values.get("--lang") or environ.get("TANLU_LANG") or language_of(folder)
    return Call(
        args=tuple(rest),
        lang=_language(wanted, environ),
        workspace=workspace,
        as_json="--json" in flags,
        quiet="--quiet" in flags,
        no_color="--no-color" in flags or bool(environ.get("NO_COLOR")),
        yes="--yes" in flags,
        trace="--trace" in flags,
        unfinished=unfinished,
    )


def _folder_argument(words: Sequence[str]) -> str:
    """Return the workspace that a command names as its argument; empty for none."""
    named = words[1] if words[:1] == [_OWN_FOLDER] and len(words) > 1 else ""
    return "" if named.startswith("-") else named


def _language(wanted: str, environ: Mapping[str, str]) -> str:
    """Return the language wanted as the catalogue writes it, else the locale's, else Chinese."""
    if wanted:
        return _LANGUAGES.get(wanted.lower(), wanted)
    system = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG", "")
    code = system.partition(".")[0].lower()
    if code.startswith(("zh_tw", "zh_hk", "zh_mo")):
        return "zh-Hant"
    if code.startswith("en"):
        return "en"
    return "zh"
