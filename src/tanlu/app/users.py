"""Who has an account: added, changed and removed; each change is an event of the ledger."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tanlu.app import clock, passwords
from tanlu.app.access import Grant, Role, grants
from tanlu.app.accounts import desk_of, user_key
from tanlu.app.passwords import limit
from tanlu.kernel.errors import TanluError
from tanlu.storage.desk import PeopleRows, StoredUser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.storage import Workspace


_TIME_BOXED = {Role.VERIFIER: "verifier_days", Role.SUPPLIER_GUEST: "guest_days"}
_NEVER_HELD = frozenset({Role.ADMIN, Role.SUPPLIER_GUEST})


@dataclass(frozen=True, slots=True)
class UserDraft:
    """An account as somebody asks for it.

    Parameters
    ----------
    name, role : str
        As typed.
    sites : sequence of str
        Sites the user is held to; data entry needs some.
    expires : date or None
        Last day; verifiers and supplier guests get one anyway.
    password : str
        Chosen by the user; empty makes a one-time password.
    """

    name: str
    role: str
    sites: Sequence[str] = ()
    expires: date | None = None
    password: str = ""


def add_user(workspace: Workspace, draft: UserDraft) -> dict[str, Any]:
    """Add a user; without a password a one-time one is made and told this once.

    Returns
    -------
    dict
        ``user`` and ``password``: the one-time password, or null.

    Raises
    ------
    TanluError
        ``accounts.name``, ``accounts.user-exists``, ``accounts.role-unknown``,
        ``accounts.site-unknown``, ``accounts.sites-needed``, ``accounts.sites-not-for``,
        ``accounts.expires-past``; those of `passwords.check`.
    """
    name = _name(draft.name)
    role = _role(draft.role)
    sites = _sites(workspace, role, draft.sites)
    if draft.password:
        passwords.check(draft.password, name=name)
    now = clock.now()
    secret = draft.password or passwords.one_time()
    user = StoredUser(
        user_key(name),
        name,
        role.value,
        sites,
        passwords.hashed(secret),
        created_at=now,
        one_time_until=None if draft.password else _one_time_until(now),
        expires_at=_expires(role, draft.expires, now),
    )
    if not people_of(workspace).add_user(user):
        raise TanluError("accounts.user-exists", name=name)
    note(workspace, "user-add", name, **_told(user))
    return {"user": _user_body(user, now), "password": None if draft.password else secret}


def list_users(workspace: Workspace) -> dict[str, Any]:
    """Return all users, without anything secret."""
    now = clock.now()
    return {"users": [_user_body(user, now) for user in people_of(workspace).users()]}


def change_role(
    workspace: Workspace, name: str, role: str, *, sites: Sequence[str] = ()
) -> dict[str, Any]:
    """Give a user another role or other sites; the user's sessions end.

    Raises
    ------
    TanluError
        ``accounts.user-unknown``, ``accounts.last-admin``; those of `add_user`.
    """
    user = user_named(workspace, name)
    wanted = _role(role)
    now = clock.now()
    ends = user.expires_at or _expires(wanted, None, now)
    held = _sites(workspace, wanted, sites)
    changed = replace(user, role=wanted.value, sites=held, expires_at=ends)
    if not people_of(workspace).change_user(changed, keep=Role.ADMIN.value, role=user.role):
        raise TanluError("accounts.last-admin", name=user.name)
    note(workspace, "user-role", user.name, before=user.role, **_told(changed))
    return {"user": _user_body(changed, now)}


def remove_user(workspace: Workspace, name: str) -> dict[str, Any]:
    """Take an account away, its sessions and tokens with it; the ledger keeps the name.

    Raises
    ------
    TanluError
        ``accounts.user-unknown``, ``accounts.last-admin``.
    """
    user = user_named(workspace, name)
    if not people_of(workspace).remove_user(user, keep=Role.ADMIN.value):
        raise TanluError("accounts.last-admin", name=user.name)
    note(workspace, "user-remove", user.name, role=user.role)
    return {"user": _user_body(user, clock.now())}


def reset_password(workspace: Workspace, name: str, *, password: str = "") -> dict[str, Any]:
    """Give a user a new password, a one-time one unless it is named; the sessions end.

    Raises
    ------
    TanluError
        ``accounts.user-unknown``; those of `passwords.check`.
    """
    user = user_named(workspace, name)
    if password:
        passwords.check(password, name=user.name)
    now = clock.now()
    secret = password or passwords.one_time()
    until = None if password else _one_time_until(now)
    people = people_of(workspace)
    people.set_password(user.key, passwords.hashed(secret), one_time_until=until)
    note(workspace, "password", user.name, by="admin", one_time=not password)
    body = _user_body(replace(user, one_time_until=until), now)
    return {"user": body, "password": None if password else secret}


def end_sessions(workspace: Workspace, name: str) -> dict[str, Any]:
    """End all sessions of a user.

    Raises
    ------
    TanluError
        ``accounts.user-unknown``.
    """
    user = user_named(workspace, name)
    ended = people_of(workspace).end_sessions(user.key)
    note(workspace, "sessions-end", user.name, ended=ended)
    return {"user": _user_body(user, clock.now()), "ended": ended}


def people_of(workspace: Workspace) -> PeopleRows:
    """Return the rows of users, sessions and tokens."""
    return PeopleRows(desk_of(workspace.folder))


def note(workspace: Workspace, action: str, subject: str, **payload: object) -> None:
    """Tell the ledger what was done to accounts, and by whom."""
    workspace.note(action, subject, payload, at=clock.now(), actor=clock.actor())


def user_named(workspace: Workspace, name: str) -> StoredUser:
    """Return a user.

    Raises
    ------
    TanluError
        ``accounts.user-unknown``.
    """
    user = people_of(workspace).user(user_key(name))
    if user is None:
        raise TanluError("accounts.user-unknown", found=name)
    return user


def _name(typed: str) -> str:
    name = unicodedata.normalize("NFC", typed).strip()
    is_readable = all(char.isprintable() for char in name) and bool(user_key(name))
    if not is_readable or len(name) > limit("name_characters"):
        raise TanluError("accounts.name", most=limit("name_characters"))
    return name


def _role(typed: str) -> Role:
    if typed not in set(Role):
        raise TanluError("accounts.role-unknown", found=typed, known=", ".join(Role))
    return Role(typed)


def _sites(workspace: Workspace, role: Role, named: Sequence[str]) -> frozenset[str]:
    known = [site.id for site in workspace.sites()]
    for site in named:
        if site not in known:
            raise TanluError("accounts.site-unknown", found=site, known=", ".join(known))
    if role in _NEVER_HELD and named:
        raise TanluError("accounts.sites-not-for", role=role.value)
    if grants()["view"][role] is Grant.SITES and not named:
        raise TanluError("accounts.sites-needed", role=role.value)
    return frozenset(named)


def _expires(role: Role, last_day: date | None, now: datetime) -> datetime | None:
    if last_day is None:
        name = _TIME_BOXED.get(role)
        return now + timedelta(days=limit(name)) if name else None
    end = datetime.combine(last_day + timedelta(days=1), time()).astimezone()
    if end <= now:
        raise TanluError("accounts.expires-past", found=last_day)
    return end.astimezone(UTC)


def _one_time_until(now: datetime) -> datetime:
    return now + timedelta(hours=limit("one_time_password_h"))


def _told(user: StoredUser) -> dict[str, object]:
    body = _user_body(user, user.created_at)
    return {name: body[name] for name in ("role", "sites", "expires_at")}


def _user_body(user: StoredUser, now: datetime) -> dict[str, Any]:
    has_ended = user.expires_at is not None and now >= user.expires_at
    state = "ended" if has_ended else "one_time" if user.one_time_until else "active"
    return {
        "name": user.name,
        "role": user.role,
        "sites": sorted(user.sites),
        "state": state,
        "created_at": user.created_at.isoformat(),
        "expires_at": instant(user.expires_at),
        "one_time_until": instant(user.one_time_until),
        "login_at": instant(user.login_at),
    }


def instant(at: datetime | None) -> str | None:
    """Return a time as text, or None."""
    return None if at is None else at.isoformat()
