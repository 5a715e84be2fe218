"""Letting people and programs in: login with back-off, sessions, API tokens.

Who has an account is the matter of `users`; what a principal may do, of `access`.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from tanlu.app import clock, passwords
from tanlu.app.access import Kind, Principal, Role
from tanlu.app.passwords import limit
from tanlu.kernel.errors import TanluError
from tanlu.storage.desk import Backoff, DeskFile, LoginRows, PeopleRows

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.storage import Workspace
    from tanlu.storage.desk import StoredUser

TOKEN_PREFIX = "tnl_"  # noqa: S105 - the mark by which a leaked token is found
ONLY_PASSWORD = frozenset({"password"})
_ID_BYTES = 32  # 256 bits
_LONGEST_ID = 128
_SHOWN_ADDRESSES = 20


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is good now.

    Parameters
    ----------
    principal : Principal
        Whose it is; with a one-time password it may do nothing but choose another.
    csrf : str
        Token its forms carry; it cannot be worked back to the id.
    created_at, ends_at : datetime
        When it began and when it ends at the latest.
    must_change : bool
        Whether the user still has a one-time password.
    """

    principal: Principal
    csrf: str
    created_at: datetime
    ends_at: datetime
    must_change: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session with its id, which is known to the browser alone."""

    id: str
    session: Session


def login(
    workspace: Workspace, name: str, password: str, *, address: str, now: datetime, old: str = ""
) -> Opened:
    """Open a session for a user who knows the password.

    Parameters
    ----------
    workspace : Workspace
        Its ledger is told of failed logins, in sums.
    name, password : str
        As typed.
    address : str
        Where the request comes from.
    now : datetime
    old : str
        Id of the session the browser had; it ends, and the new one has another id.

    Raises
    ------
    TanluError
        ``accounts.login`` whatever is wrong: name, password or an account that has ended;
        ``accounts.wait`` after many failures; ``accounts.busy``.
    """
    now = now.astimezone(UTC)
    desk = desk_of(workspace.folder)
    people, logins = PeopleRows(desk), LoginRows(desk)
    key = user_key(name)
    narrow, wide = f"pair {key} {address}", (f"user {key}", f"address {address}")
    free = {narrow: limit("login_free_pair")} | dict.fromkeys(wide, limit("login_free_wide"))
    wait = logins.charge(free, backoff=_backoff(), at=now)
    if wait:
        raise TanluError("accounts.wait", seconds=math.ceil(wait))
    user = people.user(key)
    is_right = passwords.matches(password, user.password_hash if user else "")
    if user is None or not is_right or _has_ended(user, now) or _is_stale(user, now):
        logins.failed(user.key if user else "", address, at=now)
        _tell_failures(workspace, now=now, after_s=limit("failures_told_s"))
        raise TanluError("accounts.login")
    logins.forgive([narrow, wide[0]], uncount=[wide[1]])
    _tell_failures(workspace, now=now)
    is_old = passwords.needs_rehash(user.password_hash)
    hash_ = passwords.hashed(password) if is_old else user.password_hash
    people.mark_login(key, at=now, hash_=hash_)
    logout(workspace.folder, old)
    return _open(workspace.folder, user, now=now)


def session(folder: Path, session_id: str, *, now: datetime) -> Session | None:
    """Return the session of an id, if it is good; its idle time begins anew."""
    now = now.astimezone(UTC)
    desk = desk_of(folder)
    if not (session_id and len(session_id) <= _LONGEST_ID and desk.exists):
        return None
    people = PeopleRows(desk)
    found = people.session(_digest(session_id))
    if found is None or _has_ended(found.user, now):
        return None
    ends_at = found.created_at + timedelta(hours=limit("session_absolute_h"))
    idle_at = found.seen_at + timedelta(minutes=limit("session_idle_min"))
    back = timedelta(seconds=limit("login_clock_back_s"))
    if not found.created_at - back <= now < min(ends_at, idle_at):
        people.end_session(_digest(session_id))
        return None
    if now - found.seen_at >= timedelta(seconds=limit("session_touch_s")):
        people.touch_session(_digest(session_id), at=now)
    return _session(found.user, session_id, created_at=found.created_at)


def logout(folder: Path, session_id: str) -> None:
    """End a session here, whatever the browser keeps."""
    if session_id and len(session_id) <= _LONGEST_ID:
        PeopleRows(desk_of(folder)).end_session(_digest(session_id))


def change_password(
    workspace: Workspace, session_id: str, *, old: str, new: str, now: datetime
) -> Opened:
    """Let the user of a session choose a password; all the user's sessions end but a new one.

    Raises
    ------
    TanluError
        ``accounts.session`` when the session is not good; ``accounts.password-wrong``;
        ``accounts.password-same``; ``accounts.wait``; those of `passwords.check`.
    """
    now = now.astimezone(UTC)
    found = session(workspace.folder, session_id, now=now)
    if found is None:
        raise TanluError("accounts.session")
    desk = desk_of(workspace.folder)
    people, logins = PeopleRows(desk), LoginRows(desk)
    key = user_key(found.principal.name)
    streak = f"password {key}"
    free = {streak: limit("login_free_pair")}
    wait = logins.charge(free, backoff=_backoff(), at=now)
    if wait:
        raise TanluError("accounts.wait", seconds=math.ceil(wait))
    user = people.user(key)
    if user is None or not passwords.matches(old, user.password_hash):
        raise TanluError("accounts.password-wrong")
    logins.forgive([streak], uncount=[])
    if _same(old, new):
        raise TanluError("accounts.password-same")
    passwords.check(new, name=user.name)
    people.set_password(key, passwords.hashed(new), one_time_until=None)
    workspace.note("password", user.name, {"by": "user"}, at=now, actor=user.name)
    changed = people.user(key)
    if changed is None:  # removed at this very moment
        raise TanluError("accounts.session")
    return _open(workspace.folder, changed, now=now)


def token_principal(folder: Path, token: str, *, now: datetime) -> Principal | None:
    """Return who an API token acts for, if it is good; its use is written down."""
    now = now.astimezone(UTC)
    desk = desk_of(folder)
    is_one = token.startswith(TOKEN_PREFIX) and len(token) <= _LONGEST_ID
    if not (is_one and desk.exists):
        return None
    people = PeopleRows(desk)
    found = people.token(_digest(token))
    if found is None or now >= found.expires_at or _has_ended(found.user, now):
        return None
    used = found.used_at
    if used is None or now - used >= timedelta(seconds=limit("session_touch_s")):
        people.touch_token(found.id, at=now)
    user = found.user
    return Principal(user.name, Role(user.role), user.sites, Kind.TOKEN, found.actions)


def token_hash(token: str) -> str:
    """Return what is kept of a token; it has 256 random bits, so that a plain hash is enough."""
    return _digest(token)


def user_key(name: str) -> str:
    """Return a name as it is compared: case, width and composition do not matter."""
    readable = name.encode("utf-8", "replace").decode("utf-8")
    folded = unicodedata.normalize("NFKC", readable).strip().casefold()
    return folded[: 2 * limit("name_characters")]


@cache
def desk_of(folder: Path) -> DeskFile:
    """Return the desk of a workspace folder; opened at its first use and kept."""
    return DeskFile(folder)


def _open(folder: Path, user: StoredUser, *, now: datetime) -> Opened:
    session_id = secrets.token_urlsafe(_ID_BYTES)
    oldest = now - timedelta(hours=limit("session_absolute_h"))
    PeopleRows(desk_of(folder)).add_session(_digest(session_id), user.key, at=now, oldest=oldest)
    return Opened(session_id, _session(user, session_id, created_at=now))


def _session(user: StoredUser, session_id: str, *, created_at: datetime) -> Session:
    role = Role(user.role)
    must_change = user.one_time_until is not None
    principal = Principal(
        user.name,
        role,
        user.sites,
        Kind.GUEST if role is Role.SUPPLIER_GUEST else Kind.USER,
        ONLY_PASSWORD if must_change else None,
    )
    ends_at = created_at + timedelta(hours=limit("session_absolute_h"))
    return Session(principal, _digest(f"form {session_id}"), created_at, ends_at, must_change)


def _has_ended(user: StoredUser, now: datetime) -> bool:
    return user.expires_at is not None and now >= user.expires_at


def _is_stale(user: StoredUser, now: datetime) -> bool:
    return user.one_time_until is not None and now >= user.one_time_until


def _tell_failures(workspace: Workspace, *, now: datetime, after_s: int = 0) -> None:
    """Write the sums of failed logins as one event, once they are old enough."""
    logins = LoginRows(desk_of(workspace.folder))
    since = logins.failing_since()
    if since is None or now - since < timedelta(seconds=after_s):
        return
    sums = logins.take_failures()
    users: dict[str, int] = {}
    for one in sums:
        users[one.user_key] = users.get(one.user_key, 0) + one.count
    addresses = sorted({one.address for one in sums})
    payload = {
        "count": sum(users.values()),
        "unknown": users.pop("", 0),
        "users": users,
        "addresses": addresses[:_SHOWN_ADDRESSES],
        "addresses_in_all": len(addresses),
        "since": since.isoformat(),
    }
    workspace.note("login-failures", "login", payload, at=now, actor=clock.actor())


def _backoff() -> Backoff:
    return Backoff(limit("login_wait_s"), limit("login_wait_longest_s"), limit("login_quiet_s"))


def _same(old: str, new: str) -> bool:
    return unicodedata.normalize("NFC", old) == unicodedata.normalize("NFC", new)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
