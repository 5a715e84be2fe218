"""What a command prints: one JSON object, or a text made for a terminal; and the exit code."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from tanlu.cli.argv import Call
    from tanlu.i18n.say import Say
    from tanlu.kernel.errors import TanluError

    View = Callable[["Console", Say, Mapping[str, Any]], None]


_LONGEST = 200


class Exit(IntEnum):
    """Exit codes of the contract."""

    DONE = 0
    NOT_MET = 1
    INPUT = 2
    BUG = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answers: its JSON body, how to show it, and its exit code."""

    body: Mapping[str, Any]
    view: View
    code: Exit = Exit.DONE


def show(answer: Answer, call: Call, say: Say) -> Exit:
    """Print an answer and return its exit code."""
    if call.as_json:
        body = {"ok": answer.code in (Exit.DONE, Exit.NOT_MET), **answer.body}
        print_json(body)
    else:
        answer.view(console(call), say, answer.body)
    return answer.code


def console(call: Call, *, stderr: bool = False) -> Console:
    """Return a terminal that knows the call's wishes about color."""
    from rich.console import Console

    return Console(stderr=stderr, no_color=call.no_color, highlight=False, soft_wrap=True)


def print_json(body: Mapping[str, Any]) -> None:
    """Print one JSON object; exact decimals become plain numbers."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, default=float)
    sys.stdout.write(text + "\n")


def show_error(error: TanluError, call: Call, say: Say) -> Exit:
    """Print an anticipated error: what is wrong, where, and what to do."""
    from tanlu.app.findings import finding_bodies
    from tanlu.cli.views import layout

    message = say.sentences(error.code, {name: _cut(text) for name, text in error.facts.items()})
    findings = finding_bodies(error.findings, say)
    if call.as_json:
        facts = dict(error.facts)
        body = {"ok": False, "code": error.code, "message": message, "facts": facts}
        print_json({**body, "findings": findings})
    else:
        err = console(call, stderr=True)
        layout.line(err, f"{say('cli.error')} [{error.code}] {message}", style="red")
        for row in findings:
            layout.finding(err, row, before="· ")
    return Exit.INPUT


def _cut(text: str) -> str:
    """Shorten a word too long to read, as typed by mistake; lists stay whole."""
    is_list = ", " in text or "\N{IDEOGRAPHIC COMMA}" in text
    return text if is_list or len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def show_bug(error: BaseException, call: Call, say: Say) -> Exit:
    """Print what is not anticipated: its trace, what it is, where the log is, what to do."""
    trace = "".join(traceback.format_exception(error))
    facts = {"found": f"{type(error).__name__}: {error}", "log": _write_log(trace, call, say)}
    message = say.sentences("cli.bug", facts)
    sys.stderr.write(f"{trace}\n")
    if call.as_json:
        body = {"ok": False, "code": "cli.bug", "message": message, "facts": facts, "findings": []}
        print_json(body)
    else:
        from tanlu.cli.views import layout

        layout.line(console(call, stderr=True), f"{say('cli.error')} [cli.bug] {message}")
    return Exit.BUG


def _write_log(trace: str, call: Call, say: Say) -> str:
    """Write what a developer needs to see, and return its path."""
    from tanlu._version import __version__

    told = [f"tanlu {__version__}", f"Python {sys.version}", sys.platform, " ".join(call.args)]
    try:
        number, path = tempfile.mkstemp(prefix="tanlu-fault-", suffix=".txt")
        with open(number, "w", encoding="utf-8", errors="replace") as log:  # noqa: PTH123 (handle)
            log.write("\n".join([*told, "", trace]))
    except OSError:
        return say("cli.bug.no_log")
    return path
