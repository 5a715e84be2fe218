"""The door of every request: host, origin, size, session, language; and of every answer.

Answers leave with the headers that keep a page from running or sending anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from tanlu.app import clock
from tanlu.i18n.say import LANGUAGES
from tanlu.kernel.errors import TanluError
from tanlu.server.peer import is_same_user
from tanlu.server.refuse import BodyTooLarge, refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tanlu.app.desk import Desk
    from tanlu.server.door import Door
    from tanlu.server.session import Sessions, Visitor

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # none at all makes browsers send their forms from "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME = frozenset({"same-origin", "none"})
_UPLOADS = ("/import", "/api/import", "/evidence")
_BODY, _UPLOAD = 2 << 20, 256 << 20
LANG_COOKIE = "tanlu-lang"


class Guard:
    """Middleware around the whole application.

    Parameters
    ----------
    app : ASGI application
    desk : Desk
    door : Door
    sessions : Sessions
    """

    def __init__(self, app: ASGIApp, *, desk: Desk, door: Door, sessions: Sessions) -> None:
        self.app = app
        self.desk = desk
        self.door = door
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope)
        outgoing = _with_headers(send, is_encrypted=self.door.is_encrypted)
        state = scope.setdefault("state", {})
        state |= {
            "desk": self.desk,
            "door": self.door,
            "lang": self._language(request),
            "cookie": self.sessions.cookie_name,
        }
        try:
            self._check_door(request)
            visitor = self.sessions.visitor(request, is_trusted=self._is_trusted(request))
            state |= _facts(visitor, request)
            limited = _limited(request, receive)
        except TanluError as error:
            await refused(error, request)(scope, receive, outgoing)
            return
        with clock.acting(visitor.principal.name if visitor.principal else ""):
            await self.app(scope, limited, visitor.remembered(outgoing))

    def _check_door(self, request: Request) -> None:
        host = request.headers.get("host", "")
        if not self.door.admits_host(host):
            raise TanluError("gate.host", found=host)
        if request.method in _SAFE:
            return
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            raise TanluError("gate.origin", found=origin)
        site = request.headers.get("sec-fetch-site")
        if site is not None and site not in _SAME:
            raise TanluError("gate.origin", found=site)

    def _is_trusted(self, request: Request) -> bool:
        """Tell whether the caller is the very user who started a local server."""
        if self.door.has_accounts or not self.door.is_local or request.client is None:
            return False
        return is_same_user(request.client.port, self.door.port)

    def _language(self, request: Request) -> str:
        asked = request.query_params.get("lang") or request.cookies.get(LANG_COOKIE, "")
        if asked in LANGUAGES:
            return asked
        if not self.desk.has_workspace or request.headers.get("accept-language"):
            return _accepted(request.headers.get("accept-language", ""))
        return self.desk.workspace.settings.language


def _accepted(header: str) -> str:
    """Return the first language of the browser's list that there is; else Chinese."""
    for part in header.split(","):
        name = part.partition(";")[0].strip().lower()
        if name.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
            return "zh-Hant"
        if name[:2] in ("zh", "en"):
            return name[:2]
    return "zh"


def _facts(visitor: Visitor, request: Request) -> dict[str, Any]:
    """Return what routes read of the visitor."""
    is_browser = any(
        name in request.headers for name in ("cookie", "origin", "sec-fetch-site")
    ) or not request.url.path.startswith("/api/")
    return {
        "principal": visitor.principal,
        "session": visitor.session,
        "csrf": visitor.csrf,
        "needs_token": is_browser and not visitor.is_bearer,
    }


def _limited(request: Request, receive: Receive) -> Receive:
    """Return a receive that counts the body and stops at its limit.

    Raises
    ------
    TanluError
        ``gate.body`` at once where the length is told and too large, or no number.
    """
    limit = _UPLOAD if request.url.path.startswith(_UPLOADS) else _BODY
    told = request.headers.get("content-length")
    if told is not None and not (told.isascii() and told.isdigit() and int(told) <= limit):
        raise TanluError("gate.body", found=told, limit=limit)
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise BodyTooLarge(TanluError("gate.body", found=seen, limit=limit))
        return message

    return counted


def _with_headers(send: Send, *, is_encrypted: bool) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            if is_encrypted:
                headers["Strict-Transport-Security"] = "max-age=31536000"
        await send(message)

    return sent
