"""Sessions of browsers: of the one user of a local server, or of people who logged in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from tanlu.app import access, accounts, clock
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Message, Send

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.server.door import Door

_SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a request comes from.

    Parameters
    ----------
    principal : Principal or None
        The person; None for a stranger.
    session : str
        Id of the session, empty for a program.
    csrf : str
        Token the forms of this session carry.
    is_bearer : bool
        Whether a token in a header, which no browser sends by itself, proves who it is.
    cookie : tuple of str or None
        Name and value of a cookie to set.
    is_encrypted : bool
        Whether that cookie is for encrypted connections only.
    """

    principal: Principal | None
    session: str = ""
    csrf: str = ""
    is_bearer: bool = False
    cookie: tuple[str, str] | None = None
    is_encrypted: bool = False

    def remembered(self, send: Send) -> Send:
        """Return a send that also sets the visitor's cookie."""
        if self.cookie is None:
            return send
        name, value = self.cookie
        text = f"{name}={value}; Path=/; HttpOnly; SameSite=Lax"
        text += "; Secure" if self.is_encrypted else ""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", text)
            await send(message)

        return sent


class Sessions:
    """Finds the visitor of a request.

    Parameters
    ----------
    desk : Desk
        Its folder holds the accounts.
    door : Door
        Local or with accounts.
    """

    def __init__(self, desk: Desk, door: Door) -> None:
        self._desk = desk
        self._door = door
        self._secret = secrets.token_bytes(32)

    @property
    def cookie_name(self) -> str:
        """Name of the cookie; the prefix makes browsers keep it to encrypted connections."""
        return "__Host-tanlu" if self._door.is_encrypted else f"tanlu-{self._door.port}"

    def visitor(self, request: Request, *, is_trusted: bool) -> Visitor:
        """Return who a request comes from.

        Parameters
        ----------
        request : Request
        is_trusted : bool
            Whether the system says that it comes from the user who started a local server.
        """
        bearer = _bearer(request)
        if bearer:
            return Visitor(self._by_token(bearer), is_bearer=True)
        if self._door.has_accounts:
            return self._account(request)
        return self._local(request, is_trusted=is_trusted)

    def _by_token(self, bearer: str) -> Principal:
        if not self._door.has_accounts and secrets.compare_digest(
            bearer.encode(), self._door.token.encode()
        ):
            return access.owner(clock.actor())
        found = accounts.token_principal(self._desk.folder, bearer, now=clock.now())
        if found is None:
            raise TanluError("gate.login")
        return found

    def _account(self, request: Request) -> Visitor:
        session = request.cookies.get(self.cookie_name, "")
        found = accounts.session(self._desk.folder, session, now=clock.now()) if session else None
        if found is None:
            return Visitor(None, csrf=self.form_token(""))
        return Visitor(found.principal, session, found.csrf)

    def _local(self, request: Request, *, is_trusted: bool) -> Visitor:
        """Let the user of the machine in: known by the system, by a cookie, or by the token."""
        session = request.cookies.get(self.cookie_name, "")
        if self._is_ours(session):
            return Visitor(access.owner(clock.actor()), session, self.form_token(session))
        opened = request.query_params.get("token", "")
        if not is_trusted and not secrets.compare_digest(
            opened.encode(), self._door.token.encode()
        ):
            raise TanluError("gate.token")
        fresh = self._signed(secrets.token_urlsafe(32))
        return Visitor(
            access.owner(clock.actor()), fresh, self.form_token(fresh),
            cookie=(self.cookie_name, fresh), is_encrypted=self._door.is_encrypted,
        )  # fmt: skip

    def form_token(self, session: str) -> str:
        """Return the token of a session's forms."""
        return self._mac(f"form{_SEPARATOR}{session}")

    def _signed(self, text: str) -> str:
        return f"{text}{_SEPARATOR}{self._mac(text)}"

    def _is_ours(self, session: str) -> bool:
        text, _, mac = session.rpartition(_SEPARATOR)
        return bool(text) and hmac.compare_digest(mac.encode(), self._mac(text).encode())

    def _mac(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
