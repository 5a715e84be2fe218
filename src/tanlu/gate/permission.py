"""What a route asks of the one who calls it; a route that asks for nothing fails a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends, Request

from tanlu.app import access
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable


def needs(action: str) -> Any:
    """Return a dependency that refuses who may not do an action of the permission table.

    Parameters
    ----------
    action : str
        Action of `data/access/permission.csv`, or ``public`` for what needs no login.

    Raises
    ------
    TanluError
        ``gate.login`` for a stranger, ``gate.denied`` for somebody who may not.
    """
    return Depends(_check(action))


def _check(action: str) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        if action == "public":
            return
        principal = request.state.principal
        if principal is None:
            raise TanluError("gate.login")
        if not access.can(principal, action):
            raise TanluError("gate.denied", action=action, role=principal.role)

    check.action = action  # type: ignore[attr-defined]  # read by the test of all routes
    return check
