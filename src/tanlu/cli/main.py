"""The entry: read the call, run one command, turn what happens into an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

from tanlu.app.languages import workspace_language
from tanlu.cli.argv import read_call
from tanlu.cli.output import Answer, Exit, show, show_bug, show_error
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.cli.argv import Call


_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


def run() -> None:
    """Run the command line and exit with its code."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one call and return its exit code.

    Parameters
    ----------
    argv : sequence of str
        The call without the program's name.
    """
    call = read_call(argv, os.environ, language_of=workspace_language)
    try:
        say = Say(call.lang)
    except TanluError as error:
        return show_error(error, call, Say(read_call([], {**os.environ, "TANLU_LANG": ""}).lang))
    if call.unfinished:
        return show_error(TanluError("cli.value-missing", found=call.unfinished), call, say)
    try:
        code = _dispatch(call, say)
        sys.stdout.flush()
    except TanluError as error:
        return show_error(error, call, say)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except OSError as error:
        return _show_refusal(error, call, say)
    except Exception as error:  # the interface's edge: anything else is a bug
        return show_bug(error, call, say)
    return code


def _show_refusal(error: OSError, call: Call, say: Say) -> Exit:
    """Say what the system refused; where it names no file and no full disk it is our fault."""
    refused = error.filename2 or error.filename or ("-" if error.errno in _NO_ROOM else None)
    if refused is None or error.strerror is None:
        return show_bug(error, call, say)
    if call.trace:
        sys.stderr.write("".join(traceback.format_exception(error)))
    code = f"cli.errno.{errno.errorcode.get(error.errno or 0, '')}"
    reason = say(code) if say.knows(code) else error.strerror
    return show_error(TanluError("cli.refused", found=refused, reason=reason), call, say)


def _dispatch(call: Call, say: Say) -> Exit:
    import typer

    from tanlu.cli.program import build

    # Typer carries its own click and names only some of its errors.
    call_error: Any = next(k for k in typer.BadParameter.__mro__ if k.__name__ == "ClickException")
    program = build(call, say)
    try:
        outcome = program.main(list(call.args), prog_name="tanlu", standalone_mode=False)
    except typer.Abort:
        return Exit.INTERRUPTED
    except call_error as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stdout.write(f"{error.ctx.get_help()}\n")
            return Exit.DONE
        from tanlu.cli.mistakes import explain_mistake

        raise explain_mistake(error, say) from error
    if isinstance(outcome, Answer):
        return show(outcome, call, say)
    return Exit(outcome) if isinstance(outcome, int) else Exit.DONE
