"""Failed logins: how long the next try has to wait, and sums of them for the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from tanlu.storage.desk.tables import LOGIN_FAILURE, LOGIN_STREAK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from tanlu.storage.desk.file import DeskFile

_MOST_DOUBLINGS = 30  # beyond, the longest wait is reached whatever the first one is


@dataclass(frozen=True, slots=True)
class Backoff:
    """How waiting grows: `first_s` after the free tries, doubled each time up to `longest_s`.

    After `quiet_s` without a failure all is forgotten.
    """

    first_s: int
    longest_s: int
    quiet_s: int

    def wait_s(self, failures: int, *, free: int) -> float:
        """Return how long after the last failure the next try may come [s]."""
        if failures < free:
            return 0.0
        grown = self.first_s * 2 ** min(failures - free, _MOST_DOUBLINGS)
        return float(min(grown, self.longest_s))


@dataclass(frozen=True, slots=True)
class FailureSum:
    """Failed logins of one user, or of nobody known, from one address."""

    user_key: str
    address: str
    count: int
    first_at: datetime
    last_at: datetime


class LoginRows:
    """The failed logins of one desk."""

    def __init__(self, desk: DeskFile) -> None:
        self._desk = desk

    def charge(self, free: Mapping[str, int], *, backoff: Backoff, at: datetime) -> float:
        """Count a try as failed before it is looked at, or say how long it has to wait.

        Parameters
        ----------
        free : Mapping
            Key of each streak the try belongs to, and how many failures in it are free.
        backoff : Backoff
        at : datetime
            Now.

        Returns
        -------
        float
            Seconds to wait; 0 when the try may be made, and only then it is counted.
        """
        with self._desk.write() as conn:
            quiet = at.timestamp() - backoff.quiet_s
            _forget_before(conn, datetime.fromtimestamp(quiet, tz=at.tzinfo))
            streaks = {
                row.key: row
                for row in conn.execute(select(LOGIN_STREAK).where(LOGIN_STREAK.c.key.in_(free)))
            }
            wait = 0.0
            for key, row in streaks.items():
                needed = backoff.wait_s(row.failures, free=free[key])
                passed = at.timestamp() - datetime.fromisoformat(row.failed_at).timestamp()
                wait = max(wait, min(needed, needed - passed))
            if wait <= 0:
                for key in free:
                    _count(conn, key, known=key in streaks, at=at)
            return max(wait, 0.0)

    def forgive(self, forget: Iterable[str], *, uncount: Iterable[str]) -> None:
        """After a good try: forget some streaks, take the one try out of others."""
        with self._desk.write() as conn:
            conn.execute(delete(LOGIN_STREAK).where(LOGIN_STREAK.c.key.in_(list(forget))))
            less = {"failures": LOGIN_STREAK.c.failures - 1}
            conn.execute(
                update(LOGIN_STREAK).where(LOGIN_STREAK.c.key.in_(list(uncount))).values(less)
            )
            conn.execute(delete(LOGIN_STREAK).where(LOGIN_STREAK.c.failures <= 0))

    def failed(self, user_key: str, address: str, *, at: datetime) -> None:
        """Add a failure to the sums."""
        mine = (LOGIN_FAILURE.c.user_key == user_key, LOGIN_FAILURE.c.address == address)
        more = {"failures": LOGIN_FAILURE.c.failures + 1, "last_at": at.isoformat()}
        with self._desk.write() as conn:
            if conn.execute(update(LOGIN_FAILURE).where(*mine).values(more)).rowcount == 0:
                row = {"user_key": user_key, "address": address, "failures": 1}
                times = {"first_at": at.isoformat(), "last_at": at.isoformat()}
                conn.execute(insert(LOGIN_FAILURE).values(**row, **times))

    def failing_since(self) -> datetime | None:
        """Return when the first failure of the sums was, or None."""
        with self._desk.read() as conn:
            first = conn.execute(select(func.min(LOGIN_FAILURE.c.first_at))).scalar()
            return None if first is None else datetime.fromisoformat(first)

    def take_failures(self) -> tuple[FailureSum, ...]:
        """Return the sums and begin anew."""
        with self._desk.write() as conn:
            order = (LOGIN_FAILURE.c.user_key, LOGIN_FAILURE.c.address)
            rows = conn.execute(select(LOGIN_FAILURE).order_by(*order)).all()
            conn.execute(delete(LOGIN_FAILURE))
        return tuple(
            FailureSum(
                row.user_key,
                row.address,
                row.failures,
                datetime.fromisoformat(row.first_at),
                datetime.fromisoformat(row.last_at),
            )
            for row in rows
        )


def _forget_before(conn: Connection, quiet: datetime) -> None:
    conn.execute(delete(LOGIN_STREAK).where(LOGIN_STREAK.c.failed_at < quiet.isoformat()))


def _count(conn: Connection, key: str, *, known: bool, at: datetime) -> None:
    if known:
        more = {"failures": LOGIN_STREAK.c.failures + 1, "failed_at": at.isoformat()}
        conn.execute(update(LOGIN_STREAK).where(LOGIN_STREAK.c.key == key).values(more))
    else:
        row = {"key": key, "failures": 1, "failed_at": at.isoformat()}
        conn.execute(insert(LOGIN_STREAK).values(row))
