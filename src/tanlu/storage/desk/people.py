"""Users, their sessions and their API tokens as rows of the desk; secrets only as hashes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from tanlu.storage.desk.tables import SESSION, TOKEN, USER

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from tanlu.storage.desk.file import DeskFile


@dataclass(frozen=True, slots=True)
class StoredUser:
    """One user.

    Parameters
    ----------
    key : str
        The name as it is compared; the primary key.
    name, role : str
        As shown.
    sites : frozenset of str
        Sites the user is held to.
    password_hash : str
        Of argon2.
    created_at : datetime
    one_time_until : datetime or None
        Until when the one-time password lets in; None once the user has chosen one.
    expires_at : datetime or None
        End of the account.
    login_at : datetime or None
        Last login.
    """

    key: str
    name: str
    role: str
    sites: frozenset[str]
    password_hash: str
    created_at: datetime
    one_time_until: datetime | None = None
    expires_at: datetime | None = None
    login_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One session and whose it is."""

    user: StoredUser
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class StoredToken:
    """One API token and whose it is; ``actions`` None is all that the role may do."""

    id: str
    user: StoredUser
    label: str
    actions: frozenset[str] | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class PeopleRows:
    """The users, sessions and tokens of one desk."""

    def __init__(self, desk: DeskFile) -> None:
        self._desk = desk

    def users(self) -> tuple[StoredUser, ...]:
        """Return all users in order of name."""
        with self._desk.read() as conn:
            return tuple(_user(row) for row in conn.execute(select(USER).order_by(USER.c.key)))

    def user(self, key: str) -> StoredUser | None:
        """Return one user, or None."""
        with self._desk.read() as conn:
            row = conn.execute(select(USER).where(USER.c.key == key)).first()
            return None if row is None else _user(row)

    def add_user(self, user: StoredUser) -> bool:
        """Write a new user; False where the name is taken."""
        with self._desk.write() as conn:
            if conn.execute(select(USER.c.key).where(USER.c.key == user.key)).first():
                return False
            conn.execute(insert(USER).values(_user_row(user)))
            return True

    def change_user(self, user: StoredUser, *, keep: str, role: str) -> bool:
        """Write a user anew and end the sessions; False where no other user has the role `keep`.

        Parameters
        ----------
        user : StoredUser
            As it shall be.
        keep : str
            Role that somebody must have, checked when the user loses it.
        role : str
            The user's role until now.
        """
        with self._desk.write() as conn:
            if role == keep != user.role and not _others(conn, user.key, role=keep):
                return False
            row = _user_row(user)
            conn.execute(update(USER).where(USER.c.key == user.key).values(row))
            _end_sessions(conn, user.key)
            return True

    def set_password(self, key: str, hash_: str, *, one_time_until: datetime | None) -> None:
        """Write a new password hash and end the user's sessions."""
        with self._desk.write() as conn:
            values = {"password_hash": hash_, "one_time_until": _text(one_time_until)}
            conn.execute(update(USER).where(USER.c.key == key).values(values))
            _end_sessions(conn, key)

    def mark_login(self, key: str, *, at: datetime, hash_: str) -> None:
        """Write when a user logged in, and the hash as it is made now."""
        with self._desk.write() as conn:
            values = {"login_at": at.isoformat(), "password_hash": hash_}
            conn.execute(update(USER).where(USER.c.key == key).values(values))

    def remove_user(self, user: StoredUser, *, keep: str) -> bool:
        """Remove a user with sessions and tokens; False for the last one with the role `keep`."""
        with self._desk.write() as conn:
            if user.role == keep and not _others(conn, user.key, role=keep):
                return False
            _end_sessions(conn, user.key)
            conn.execute(delete(TOKEN).where(TOKEN.c.user_key == user.key))
            conn.execute(delete(USER).where(USER.c.key == user.key))
            return True

    def add_session(self, id_hash: str, key: str, *, at: datetime, oldest: datetime) -> None:
        """Write a new session; those of all users that began before `oldest` are let go."""
        row = {"id_hash": id_hash, "user_key": key}
        with self._desk.write() as conn:
            conn.execute(delete(SESSION).where(SESSION.c.created_at < oldest.isoformat()))
            times = {"created_at": at.isoformat(), "seen_at": at.isoformat()}
            conn.execute(insert(SESSION).values(**row, **times))

    def session(self, id_hash: str) -> StoredSession | None:
        """Return a session and its user, or None."""
        joined = select(USER, SESSION.c.created_at.label("began_at"), SESSION.c.seen_at)
        with self._desk.read() as conn:
            row = conn.execute(
                joined.join(SESSION, SESSION.c.user_key == USER.c.key).where(
                    SESSION.c.id_hash == id_hash
                )
            ).first()
        if row is None:
            return None
        began, seen = datetime.fromisoformat(row.began_at), datetime.fromisoformat(row.seen_at)
        return StoredSession(_user(row), began, seen)

    def touch_session(self, id_hash: str, *, at: datetime) -> None:
        """Write that a session was used."""
        with self._desk.write() as conn:
            mine = SESSION.c.id_hash == id_hash
            conn.execute(update(SESSION).where(mine).values(seen_at=at.isoformat()))

    def end_session(self, id_hash: str) -> None:
        """Forget a session."""
        with self._desk.write() as conn:
            conn.execute(delete(SESSION).where(SESSION.c.id_hash == id_hash))

    def end_sessions(self, key: str) -> int:
        """Forget all sessions of a user; return how many there were."""
        with self._desk.write() as conn:
            return _end_sessions(conn, key)

    def add_token(self, token: StoredToken, *, hash_: str) -> None:
        """Write a new token."""
        row = {
            "token_id": token.id,
            "hash": hash_,
            "user_key": token.user.key,
            "label": token.label,
            "actions": "" if token.actions is None else json.dumps(sorted(token.actions)),
            "created_at": token.created_at.isoformat(),
            "expires_at": token.expires_at.isoformat(),
        }
        with self._desk.write() as conn:
            conn.execute(insert(TOKEN).values(row))

    def token(self, hash_: str) -> StoredToken | None:
        """Return the token with a hash and its user, or None."""
        with self._desk.read() as conn:
            row = conn.execute(_TOKENS.where(TOKEN.c.hash == hash_)).first()
            return None if row is None else _token(row)

    def tokens(self) -> tuple[StoredToken, ...]:
        """Return all tokens, oldest first."""
        with self._desk.read() as conn:
            rows = conn.execute(_TOKENS.order_by(TOKEN.c.created_at, TOKEN.c.token_id))
            return tuple(_token(row) for row in rows)

    def touch_token(self, token_id: str, *, at: datetime) -> None:
        """Write that a token was used."""
        with self._desk.write() as conn:
            mine = TOKEN.c.token_id == token_id
            conn.execute(update(TOKEN).where(mine).values(used_at=at.isoformat()))

    def revoke_token(self, token_id: str) -> bool:
        """Forget a token; False where there is none."""
        with self._desk.write() as conn:
            return conn.execute(delete(TOKEN).where(TOKEN.c.token_id == token_id)).rowcount == 1


_TOKENS = select(
    USER,
    TOKEN.c.token_id,
    TOKEN.c.label,
    TOKEN.c.actions,
    TOKEN.c.created_at.label("made_at"),
    TOKEN.c.expires_at.label("ends_at"),
    TOKEN.c.used_at,
).join(TOKEN, TOKEN.c.user_key == USER.c.key)


def _others(conn: Connection, key: str, *, role: str) -> int:
    counted = select(func.count()).select_from(USER).where(USER.c.role == role, USER.c.key != key)
    return int(conn.execute(counted).scalar_one())


def _end_sessions(conn: Connection, key: str) -> int:
    return conn.execute(delete(SESSION).where(SESSION.c.user_key == key)).rowcount


def _user_row(user: StoredUser) -> dict[str, Any]:
    return {
        "key": user.key,
        "name": user.name,
        "role": user.role,
        "sites": json.dumps(sorted(user.sites), ensure_ascii=False),
        "password_hash": user.password_hash,
        "created_at": user.created_at.isoformat(),
        "one_time_until": _text(user.one_time_until),
        "expires_at": _text(user.expires_at),
        "login_at": _text(user.login_at) or "",
    }


def _user(row: Row[Any]) -> StoredUser:
    return StoredUser(
        key=row.key,
        name=row.name,
        role=row.role,
        sites=frozenset(json.loads(row.sites)),
        password_hash=row.password_hash,
        created_at=datetime.fromisoformat(row.created_at),
        one_time_until=_time(row.one_time_until),
        expires_at=_time(row.expires_at),
        login_at=_time(row.login_at),
    )


def _token(row: Row[Any]) -> StoredToken:
    return StoredToken(
        id=row.token_id,
        user=_user(row),
        label=row.label,
        actions=frozenset(json.loads(row.actions)) if row.actions else None,
        created_at=datetime.fromisoformat(row.made_at),
        expires_at=datetime.fromisoformat(row.ends_at),
        used_at=_time(row.used_at),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
