"""Recompute everything the chain covers, and name the first event that is not as it was written."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import DBAPIError

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.storage import chain, durable, schema, segment
from tanlu.storage.canonical import rows_hash
from tanlu.storage.database import DATABASE_NAME, Access, Database
from tanlu.storage.entry import posted_totals
from tanlu.storage.model import MonthState, VerifyReport
from tanlu.storage.month import month_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa
    from sqlalchemy import Table

    from tanlu.storage.folder import Store

_NO_SEQ = 1 << 62
# A head as printed, its hash whole or shortened: eight digits are beyond a slip of the pen.
_HEAD = re.compile(r"([0-9]+):([0-9a-f]{8,64})")
_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


def verify(folder: Path | str, *, expect_head: str | None = None) -> VerifyReport:
    """Check chain, table rows, originals, segments, runs and sums of a workspace (M-59).

    Parameters
    ----------
    folder : Path or str
        The workspace; nothing in it is written.
    expect_head : str, optional
        A head ``seq:hash`` printed earlier, whole or at least the hash's first 8 digits, which
        must still be in the chain. Without one a chain that was rewritten whole, or cut at its
        end, cannot be told from a true one.

    Returns
    -------
    VerifyReport
        With every failure, the first bad event first.

    Raises
    ------
    TanluError
        ``storage.head-format`` for a head that is not written as one;
        ``storage.not-a-workspace`` when there is no database at all.
    """
    head = None if expect_head is None else read_head(expect_head)
    path = Path(folder)
    file = path / DATABASE_NAME
    if not file.is_file():
        raise TanluError("storage.not-a-workspace", folder=path)
    writable = os.access(file, os.W_OK) and os.access(path, os.W_OK)
    database = Database(file, access=Access.INSPECT if writable else Access.READ_ONLY)
    check = _Check(path)
    try:
        with database.read() as conn:
            _run(check, conn, expect_head=head)
    except TanluError as error:
        check.fail("LEDGER_UNREADABLE", reason=error.facts.get("reason", error.code))
    except DBAPIError as error:
        check.fail("LEDGER_UNREADABLE", reason=str(error.orig))
    finally:
        database.close()
    return check.report()


def require(store: Store) -> None:
    """Verify a workspace and raise when anything is found.

    Raises
    ------
    TanluError
        ``storage.verify-failed``, with the failures as findings.
    """
    report = verify(store.folder)
    if not report.ok:
        first = report.failures[0]
        raise TanluError(
            "storage.verify-failed",
            findings=report.failures,
            folder=store.folder,
            count=len(report.failures),
            first=first.code,
        )


@dataclass(slots=True)
class _Check:
    """What was found so far."""

    folder: Path
    head: chain.Link = field(default_factory=lambda: chain.Link(0, ""))
    hashes: dict[int, str] = field(default_factory=dict)
    payloads: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, Finding]] = field(default_factory=list)

    def fail(self, code: str, *, seq: int | None = None, file: str = "", **facts: object) -> None:
        """Keep a failure."""
        words = {name: str(value) for name, value in facts.items()}
        words["seq"] = "" if seq is None else str(seq)
        finding = Finding(code, Outcome.REJECT, file=file, facts=words)
        self.failures.append((_NO_SEQ if seq is None else seq, finding))

    def report(self) -> VerifyReport:
        """Return all of it, in order of event."""
        ordered = sorted(self.failures, key=itemgetter(0))
        return VerifyReport(
            events=len(self.hashes),
            head=str(self.head),
            checked=dict(self.checked),
            failures=tuple(finding for _, finding in ordered),
        )


def read_head(text: str) -> chain.Link:
    """Read a head, its hash perhaps shortened."""
    written = _HEAD.fullmatch(text.strip().lower())
    if written is None:
        raise TanluError("storage.head-format", found=text)
    return chain.Link(int(written[1]), written[2])


def _run(check: _Check, conn: Connection, *, expect_head: chain.Link | None) -> None:
    _check_schema(check, conn)
    _check_integrity(check, conn)
    _check_chain(check, conn)
    for table in schema.LEDGER_TABLES:
        try:
            _check_rows(check, conn, table)
        except (DBAPIError, UnicodeDecodeError) as error:
            check.fail("LEDGER_UNREADABLE", reason=f"{table.name}: {error}")
    _check_files(check, conn, schema.SOURCE, missing="SOURCE_MISSING", changed="SOURCE_CHANGED")
    _check_files(check, conn, schema.RUN, missing="RUN_MISSING", changed="RUN_CHANGED")
    _check_files(check, conn, schema.SEGMENT, missing="SEGMENT_MISSING", changed="SEGMENT_CHANGED")
    _check_identity(check, conn)
    _check_closed(check, conn)
    if expect_head is not None:
        _check_head(check, expect_head)


def _check_schema(check: _Check, conn: Connection) -> None:
    """Compare tables, indexes and triggers with those a new workspace gets."""
    wanted = _fresh_objects()
    found = {tuple(row) for row in conn.execute(text(_OBJECTS))}
    for kind, name, *_ in sorted(wanted ^ found, key=str):
        check.fail("LEDGER_SCHEMA", kind=kind, name=name)
    check.checked["schema"] += len(wanted)


@cache
def _fresh_objects() -> frozenset[tuple[object, ...]]:
    """Return the tables, indexes and triggers of a new database."""
    engine = create_engine("sqlite://")
    with engine.begin() as fresh:
        schema.create(fresh)
        objects = frozenset(tuple(row) for row in fresh.execute(text(_OBJECTS)))
    engine.dispose()
    return objects


def _check_integrity(check: _Check, conn: Connection) -> None:
    for message in conn.execute(text("PRAGMA integrity_check(10)")).scalars():
        if message != "ok":
            check.fail("LEDGER_INTEGRITY", reason=message)


def _check_chain(check: _Check, conn: Connection) -> None:
    before = chain.Link(0, _genesis(conn))
    for seq, prev, hash_, body in conn.execute(
        text("SELECT seq, prev, hash, body FROM event ORDER BY seq")
    ):
        if not isinstance(seq, int):
            check.fail("LEDGER_CHAIN", seq=before.seq + 1)
            continue
        if seq != before.seq + 1:
            check.fail("LEDGER_GAP", seq=before.seq + 1, found=seq)
        sound = isinstance(body, bytes) and prev == before.hash
        if not sound or hash_ != _hash(prev, seq=seq, body=body):
            check.fail("LEDGER_CHAIN", seq=seq)
            check.payloads[seq] = {}
        else:
            check.payloads[seq] = _payload(check, seq, body)
        check.hashes[seq] = hash_
        before = chain.Link(seq, hash_)
    check.head = before
    check.checked["events"] = len(check.hashes)
    if not check.hashes:
        check.fail("LEDGER_GAP", seq=1, found="")


def _genesis(conn: Connection) -> str:
    workspace_id = conn.execute(text("SELECT id FROM workspace ORDER BY seq, n")).scalar()
    return chain.genesis(str(workspace_id))


def _hash(prev: object, *, seq: int, body: bytes) -> str:
    try:
        return chain.event_hash(str(prev), seq=seq, body=body)
    except (ValueError, OverflowError):
        return ""


def _payload(check: _Check, seq: int, body: bytes) -> Mapping[str, Any]:
    content = json.loads(body)
    if content["seq"] != seq:
        check.fail("LEDGER_CHAIN", seq=seq)
    payload: Mapping[str, Any] = content["payload"]
    return payload


def _check_rows(check: _Check, conn: Connection, table: Table) -> None:
    """Compare each event's rows of one table with the digest in the event."""
    promised = {
        seq: payload["tables"][table.name]
        for seq, payload in check.payloads.items()
        if table.name in payload.get("tables", ())
    }
    rows = conn.execute(select(table).order_by(table.c.seq, table.c.n)).mappings()
    for seq, group in groupby(rows, key=itemgetter("seq")):
        found = [dict(row) for row in group]
        check.checked["rows"] += len(found)
        known = seq if isinstance(seq, int) else None
        if known is not None and known in check.payloads and not check.payloads[known]:
            continue  # the event itself is bad and named already
        if promised.pop(seq, None) != [len(found), _digest(found)]:
            check.fail("LEDGER_ROWS", seq=known, table=table.name)
    for seq in promised:
        check.fail("LEDGER_ROWS", seq=seq, table=table.name)


def _digest(rows: list[dict[str, Any]]) -> str:
    try:
        return chain.rows_digest(rows)
    except (TypeError, ValueError):
        return ""


def _check_files(
    check: _Check, conn: Connection, table: Table, *, missing: str, changed: str
) -> None:
    for row in map(dict, conn.execute(select(table).order_by(table.c.seq, table.c.n)).mappings()):
        check.checked[f"{table.name}s"] += 1
        seq, name = row["seq"], str(row["path"])
        path = check.folder / name
        if not path.is_file():
            check.fail(missing, seq=seq, file=name)
        elif durable.sha256_file(path) != row["sha256"]:
            check.fail(changed, seq=seq, file=name)
        elif table is schema.SEGMENT:
            _check_segment(check, conn, row, path)


def _check_segment(check: _Check, conn: Connection, row: Mapping[str, Any], path: Path) -> None:
    """Recompute canonical rows, sums and months of a segment whose bytes are right."""
    payload = check.payloads.get(row["seq"], {})
    rows = segment.read(path)
    months = Counter(rows["ym"].to_pylist())
    table = schema.POSTED_MONTH
    posted = conn.execute(select(table.c.ym, table.c.rows).where(table.c.seq == row["seq"]))
    agree = (
        rows.num_rows == row["rows"]
        and row["sha256"] == payload.get("segment")
        and rows_hash(rows) == payload.get("canonical_rows")
        and [asdict(total) for total in posted_totals(rows)] == payload.get("totals")
        and {row.ym: row.rows for row in posted} == months
        and _only(rows["batch_id"], row["batch_id"])
    )
    if payload and not agree:
        check.fail("SEGMENT_ROWS", seq=row["seq"], file=row["path"])
    check.checked["activity_rows"] += rows.num_rows


def _only(column: pa.ChunkedArray, value: str) -> bool:
    return bool(column.unique().to_pylist() == [value])


def _check_identity(check: _Check, conn: Connection) -> None:
    table = schema.BATCH_FILE
    for row in conn.execute(select(table).order_by(table.c.seq, table.c.n)):
        parts = row.accepted + row.quarantined + row.duplicates + row.excluded
        if row.rows_in != parts:
            check.fail("ROW_IDENTITY", seq=row.seq, file=row.name, found=parts, rows_in=row.rows_in)
        check.checked["identities"] += 1


def _check_closed(check: _Check, conn: Connection) -> None:
    """Replay closes and postings in order: nothing may enter a month while it is closed."""
    closed: set[int] = set()
    for seq, ym, state in _month_history(conn):
        if state == MonthState.CLOSED:
            closed.add(ym)
        elif state == MonthState.OPEN:
            closed.discard(ym)
        elif ym in closed:
            check.fail("CLOSED_PERIOD_WRITE", seq=seq, month=month_text(ym))


def _month_history(conn: Connection) -> Iterator[tuple[int, int, str]]:
    posted, state = schema.POSTED_MONTH, schema.MONTH_STATE
    rows: Iterable[tuple[int, int, str]] = [
        *((row.seq, row.ym, "") for row in conn.execute(select(posted))),
        *((row.seq, row.ym, row.state) for row in conn.execute(select(state))),
    ]
    yield from sorted(rows, key=str if not _all_whole(rows) else itemgetter(0, 1))


def _all_whole(rows: Iterable[tuple[Any, Any, Any]]) -> bool:
    return all(isinstance(seq, int) and isinstance(ym, int) for seq, ym, _ in rows)


def _check_head(check: _Check, expected: chain.Link) -> None:
    known = str(check.hashes.get(expected.seq, ""))
    if not known.startswith(expected.hash):
        check.fail("LEDGER_HEAD", expected=str(expected), found=str(check.head))
