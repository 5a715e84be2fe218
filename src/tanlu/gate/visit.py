"""Who asks, in which language, of which year: what the door found out about a request."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"


class Visit:
    """One request, as routes see it.

    Parameters
    ----------
    request : Request
        The request, after `server.guard` has let it in.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.desk: Desk = request.state.desk
        self.principal: Principal = request.state.principal
        self.lang: str = request.state.lang
        self.csrf: str = request.state.csrf
        self.say = Say(self.lang)

    @property
    def year(self) -> int | None:
        """The year asked for, or the newest with rows; None where there are no rows.

        Raises
        ------
        TanluError
            ``gate.year`` for what is no year.
        """
        asked = self.request.query_params.get("year", "")
        if asked and not (asked.isascii() and asked.isdigit() and len(asked) == len("2026")):
            raise TanluError("gate.year", found=asked)
        if asked:
            return int(asked)
        years = self.desk.years() if self.desk.has_workspace else ()
        return years[-1] if years else None


def visit(request: Request) -> Visit:
    """Return the visit of a request, for routes that ask for it."""
    return Visit(request)


Here = Annotated[Visit, Depends(visit)]


async def proven(request: Request) -> None:
    """Refuse a form that was not drawn for this session: its token is missing or another's.

    Raises
    ------
    TanluError
        ``gate.csrf``.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or not request.state.needs_token:
        return
    given = request.headers.get(CSRF_HEADER)
    if given is None and _is_form(request):
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not hmac.compare_digest(given.encode(), request.state.csrf.encode()):
        raise TanluError("gate.csrf")


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("application/x-www-form-urlencoded", "multipart/form-data")
