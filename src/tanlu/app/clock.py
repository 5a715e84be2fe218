"""The only place that reads the clock and names who acts."""

from __future__ import annotations

import getpass
import os
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACTING: ContextVar[str] = ContextVar("acting", default="")


def now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date; ``TANLU_TODAY`` (YYYY-MM-DD) sets it, so that results can be redone.

    Raises
    ------
    TanluError
        ``app.not-a-date`` when the variable holds something else.
    """
    fixed = os.environ.get("TANLU_TODAY")
    if not fixed:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(fixed)
    except ValueError as error:
        raise TanluError("app.not-a-date", name="TANLU_TODAY", found=fixed) from error


def minute(at: str | None) -> str:
    """Return a time as the ledger keeps it, to the minute; empty for none."""
    return (at or "")[:16].replace("T", " ")


def actor() -> str:
    """Return the name under which changes are written.

    Whom `acting` names; else ``TANLU_ACTOR`` or the system's user.
    """
    named = _ACTING.get() or os.environ.get("TANLU_ACTOR")
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "owner"


@contextmanager
def acting(name: str) -> Iterator[None]:
    """Write whatever is changed inside under a person's name; other threads keep theirs.

    Parameters
    ----------
    name : str
        Of the person; empty leaves the name as it is without `acting`.
    """
    token = _ACTING.set(name)
    try:
        yield
    finally:
        _ACTING.reset(token)
