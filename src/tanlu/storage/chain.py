"""The chain of events: each change is one event whose hash covers all that came before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text

from tanlu.storage.canonical import canonical_json, instant, sha256_of
from tanlu.storage.model import Event
from tanlu.storage.schema import EVENT, METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_LEDGER_TAG = b"tanlu-ledger-1\0"
_EVENT_TAG = b"tanlu-event-1\0"
_SEQ_BYTES = 8
_LENGTH_BYTES = 4

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stamp:
    """When, by whom and why."""

    at: datetime
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what is done to what, its payload and the rows it writes.

    Parameters
    ----------
    action : str
        ``import``, ``correct``, ``set``, ``close``, ...
    subject : str
        Id of what it is done to.
    rows : Mapping
        Table name to the rows it gets, without ``seq`` and ``n``.
    payload : Mapping
        What else the event holds; no floats.
    """

    action: str
    subject: str
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    payload: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """Position in the chain."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def genesis(workspace_id: str) -> str:
    """Return h0, the hash before the first event (M-50)."""
    return hashlib.sha256(_LEDGER_TAG + workspace_id.encode("utf-8")).hexdigest()


def event_hash(prev: str, *, seq: int, body: bytes) -> str:
    """Return the hash of an event.

    Notes
    -----
    ``h(n) = SHA256("tanlu-event-1" NUL, h(n-1) as 32 bytes, seq as 8 bytes big-endian, length
    of the body as 4 bytes big-endian, body)`` (M-50).
    """
    framed = seq.to_bytes(_SEQ_BYTES, "big") + len(body).to_bytes(_LENGTH_BYTES, "big") + body
    return hashlib.sha256(_EVENT_TAG + bytes.fromhex(prev) + framed).hexdigest()


def rows_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Hash table rows in order of ``n``: canonical JSON of their columns that are not null."""
    return sha256_of(
        canonical_json({name: value for name, value in row.items() if value is not None})
        for row in rows
    )


def head(conn: Connection) -> Link | None:
    """Return the last link, or None in an empty database."""
    found = conn.execute(
        select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)
    ).first()
    return None if found is None else Link(found.seq, found.hash)


def append(conn: Connection, change: Change, *, stamp: Stamp, first: str = "") -> Link:
    """Extend the chain by one event and write the rows it covers, in the caller's transaction.

    Parameters
    ----------
    conn : Connection
        Holds the write lock.
    change : Change
        What is done.
    stamp : Stamp
        When, by whom and why.
    first : str
        Workspace id, for the very first event.
    """
    last = head(conn)
    if last is None:
        last = Link(0, genesis(first))
    seq = last.seq + 1
    numbered = {
        table: [{"seq": seq, "n": n, **row} for n, row in enumerate(rows)]
        for table, rows in sorted(change.rows.items())
        if rows
    }
    body = _body(change, stamp=stamp, seq=seq, rows=numbered)
    link = Link(seq, event_hash(last.hash, seq=seq, body=body))
    conn.execute(insert(EVENT), [{"seq": seq, "prev": last.hash, "hash": link.hash, "body": body}])
    for name, rows in numbered.items():
        conn.execute(insert(METADATA.tables[name]), rows)
    return link


def read(conn: Connection, *, after: int = 0, seq: int | None = None) -> Iterator[Event]:
    """Yield events in order; only one when `seq` is given."""
    wanted = select(EVENT).where(EVENT.c.seq > after).order_by(EVENT.c.seq)
    if seq is not None:
        wanted = select(EVENT).where(EVENT.c.seq == seq)
    for row in conn.execute(wanted):
        yield decode(row.seq, hash_=row.hash, body=row.body)


def decode(seq: int, *, hash_: str, body: bytes) -> Event:
    """Read an event's bytes."""
    content = json.loads(body)
    return Event(
        seq=seq,
        hash=hash_,
        at=content["at_utc"],
        actor=content["actor"],
        action=content["action"],
        subject=content["object"],
        reason=content["reason"],
        payload=content["payload"],
    )


def broken_tail(conn: Connection, *, length: int) -> int | None:
    """Return the first event among the last `length` whose hash does not follow, or None."""
    newest = text("SELECT seq, prev, hash, body FROM event ORDER BY seq DESC LIMIT :length")
    rows = list(reversed(conn.execute(newest, {"length": length}).all()))
    before = Link(0, "") if not rows else Link(rows[0].seq - 1, rows[0].prev)
    for row in rows:
        sound = isinstance(row.body, bytes) and (row.prev, row.seq) == (before.hash, before.seq + 1)
        if not sound or row.hash != event_hash(row.prev, seq=row.seq, body=row.body):
            return before.seq + 1
        before = Link(row.seq, row.hash)
    return None


def count(conn: Connection) -> int:
    """Return the number of events."""
    return int(conn.execute(select(func.count()).select_from(EVENT)).scalar_one())


def _body(change: Change, *, stamp: Stamp, seq: int, rows: Mapping[str, list[Row]]) -> bytes:
    digests = {name: [len(some), rows_digest(some)] for name, some in rows.items()}
    return canonical_json(
        {
            "seq": seq,
            "at_utc": instant(stamp.at),
            "actor": stamp.actor,
            "action": change.action,
            "object": change.subject,
            "reason": stamp.reason,
            "payload": {**change.payload, "tables": digests},
        }
    )
