"""What a route asks of the one who calls it; a route that asks for nothing fails a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends, Request

from tanlu.app import access
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.app.access import Principal

_OF_NO_SITE = frozenset({"calculate", "jobs", "password", "questionnaire", "token"})


def needs(action: str, *, by_site: bool = False) -> Any:
    """Return a dependency that refuses who may not do an action of the permission table.

    Parameters
    ----------
    action : str
        Action of `data/access/permission.csv`, or ``public`` for what needs no login.
    by_site : bool
        Whether the route itself keeps somebody held to sites to them, with `access.scope` or
        `access.can`. Other routes concern the whole company, and are closed to such people.

    Raises
    ------
    TanluError
        ``gate.login`` for a stranger, ``gate.denied`` for somebody who may not.
    """
    return Depends(_check(action, by_site=by_site))


def may(principal: Principal, action: str, *, by_site: bool = False) -> bool:
    """Tell whether a principal may open a route that needs an action; see `needs`."""
    whole = None if by_site or action in _OF_NO_SITE else access.WHOLE
    return access.can(principal, action, site=whole)


def _check(action: str, *, by_site: bool) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        if action == "public":
            return
        principal = request.state.principal
        if principal is None:
            raise TanluError("gate.login")
        if not may(principal, action, by_site=by_site):
            raise TanluError("gate.denied", action=action, role=principal.role)

    check.action = action  # type: ignore[attr-defined]  # read by the test of all routes
    return check
