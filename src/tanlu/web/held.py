"""Who is held to sites: what a route asks of such a person before it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.app import access
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from tanlu.app.access import Principal


def demand(principal: Principal, action: str, *, site: str) -> None:
    """Refuse who may not do an action to a site.

    Raises
    ------
    TanluError
        ``gate.denied``.
    """
    if not access.can(principal, action, site=site):
        raise TanluError("gate.denied", action=action, role=principal.role)
