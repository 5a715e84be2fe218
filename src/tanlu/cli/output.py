"""What a command prints: one JSON object, or a text made for a terminal; and the exit code."""

from __future__ import annotations

import json
import sys
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

    message = say.error(error)
    findings = finding_bodies(error.findings, say)
    if call.as_json:
        facts = dict(error.facts)
        body = {"ok": False, "code": error.code, "message": message, "facts": facts}
        print_json({**body, "findings": findings})
    else:
        err = console(call, stderr=True)
        layout.line(err, f"{say('cli.error')} [{error.code}] {message}", style="red")
        for finding in error.findings:
            layout.line(err, "  · " + say.finding(finding))
    return Exit.INPUT


def show_bug(error: BaseException, call: Call, say: Say) -> Exit:
    """Print what is not anticipated, with its trace, and ask for a report."""
    trace = "".join(traceback.format_exception(error))
    message = say("cli.bug", found=f"{type(error).__name__}: {error}")
    if call.as_json:
        print_json({"ok": False, "code": "cli.bug", "message": message, "findings": []})
    sys.stderr.write(trace if call.as_json else f"{trace}\n{message}\n")
    return Exit.BUG
