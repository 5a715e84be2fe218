"""What a refused request gets: JSON under ``/api``, else a page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from tanlu.app.accounts import ONLY_PASSWORD
from tanlu.gate.refusal import refusal_body, status_of
from tanlu.i18n.say import Say
from tanlu.web.pages import refusal_page

if TYPE_CHECKING:
    from starlette.requests import Request

    from tanlu.kernel.errors import TanluError

_RETRY_SECONDS = "5"


class BodyTooLarge(HTTPException):
    """Carries the refusal of a body through the framework that reads it."""

    def __init__(self, told: TanluError) -> None:
        super().__init__(status_of(told))
        self.told = told


def refused(error: TanluError, request: Request, *, status: int = 0) -> Response:
    """Return the answer to a request that is refused, in its language."""
    say = Say(request.state.lang)
    status = status or status_of(error)
    is_program = request.url.path.startswith("/api/")
    way = None if is_program else _way_out(error, request)
    if way is not None:
        return RedirectResponse(way, status_code=303)
    if is_program:
        answer: Response = JSONResponse(refusal_body(error, say), status_code=status)
    else:
        answer = refusal_page(request, error, status=status)
    if status in (429, 503):
        answer.headers["Retry-After"] = _RETRY_SECONDS
    return answer


def _way_out(error: TanluError, request: Request) -> str | None:
    """Return the page a refused person must go to first: to log in, or to choose a password."""
    if error.code == "gate.login":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return f"/login?{urlencode({'next': here if request.method == 'GET' else '/'})}"
    principal = getattr(request.state, "principal", None)
    if error.code == "gate.denied" and principal is not None and principal.actions is not None:
        return "/password" if principal.actions == ONLY_PASSWORD else None
    return None
