"""The only place that reads the clock and names who acts."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, date, datetime

from tanlu.kernel.errors import TanluError


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


def actor() -> str:
    """Return the name under which changes are written: ``TANLU_ACTOR`` or the system's user."""
    named = os.environ.get("TANLU_ACTOR")
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "owner"
