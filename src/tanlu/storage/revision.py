"""Corrections and cancellations: new versions that name what they replace, never an edit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from tanlu.kernel.activity import RowOp
from tanlu.kernel.errors import TanluError
from tanlu.storage import chain, current, folder, schema, segment
from tanlu.storage.entry import Entry, receipt, record_months, record_row, write_entry
from tanlu.storage.model import BatchKind
from tanlu.storage.month import refuse_closed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tanlu.kernel.activity import ActivityRow, Record
    from tanlu.storage.chain import Row, Stamp
    from tanlu.storage.folder import Store
    from tanlu.storage.model import Receipt

    Builder = Callable[[Connection, str], Entry]


@dataclass(frozen=True, slots=True)
class Revision:
    """Who besides the author stands behind a revision, and the id of its batch.

    Parameters
    ----------
    approver : str
        Second person, or empty.
    batch_id : str
        Made by the caller, so that sending it again adds nothing; empty: made from the chain.
    """

    approver: str = ""
    batch_id: str = ""


def correct(
    store: Store, rows: Sequence[ActivityRow], *, revision: Revision, stamp: Stamp
) -> Receipt:
    """Replace rows by new versions.

    Parameters
    ----------
    store : Store
        The workspace.
    rows : sequence of ActivityRow
        The rows as they should be; `row_id` says which is replaced. `op` and `version` are set
        here.
    revision : Revision
        Approver and batch id.
    stamp : Stamp
        When, by whom and why; the reason is required.

    Raises
    ------
    TanluError
        ``storage.no-such-row``, ``storage.row-void``, ``storage.reason-missing``,
        ``storage.period-closed`` for the month left or the month entered.
    """

    def build(conn: Connection, batch_id: str) -> Entry:
        held = _held(store, conn, row_ids=[row.row_id for row in rows])
        versions = dict(zip(held["row_id"].to_pylist(), held["version"].to_pylist(), strict=True))
        fresh = [replace(row, op=RowOp.CORRECT, version=versions[row.row_id] + 1) for row in rows]
        return Entry(batch_id, BatchKind.CORRECT, segment.from_rows(fresh, batch_id))

    return _revise(store, build, revision=revision, stamp=stamp)


def void(store: Store, row_ids: Sequence[str], *, revision: Revision, stamp: Stamp) -> Receipt:
    """Cancel rows; a cancelled row stays cancelled, what replaces it is a new row.

    Raises
    ------
    TanluError
        As `correct`.
    """

    def build(conn: Connection, batch_id: str) -> Entry:
        held = _held(store, conn, row_ids=row_ids)
        return Entry(batch_id, BatchKind.VOID, _voided(held, batch_id))

    return _revise(store, build, revision=revision, stamp=stamp)


def correct_records(
    store: Store, records: Sequence[Record], *, revision: Revision, stamp: Stamp
) -> Receipt:
    """Replace records by new versions; `record_id` says which.

    Raises
    ------
    TanluError
        As `correct`.
    """

    def build(conn: Connection, batch_id: str) -> Entry:
        held = _held_records(conn, [record.record_id for record in records])
        rows = [
            record_row(
                record,
                batch_id=batch_id,
                op=str(RowOp.CORRECT),
                version=held[record.record_id]["version"] + 1,
            )
            for record in records
        ]
        return Entry(batch_id, BatchKind.CORRECT, segment.empty(), rows={"record": rows})

    return _revise(store, build, revision=revision, stamp=stamp)


def void_records(
    store: Store, record_ids: Sequence[str], *, revision: Revision, stamp: Stamp
) -> Receipt:
    """Cancel records.

    Raises
    ------
    TanluError
        As `correct`.
    """

    def build(conn: Connection, batch_id: str) -> Entry:
        held = _held_records(conn, record_ids)
        rows = [_voided_record(held[name], batch_id) for name in record_ids]
        return Entry(batch_id, BatchKind.VOID, segment.empty(), rows={"record": rows})

    return _revise(store, build, revision=revision, stamp=stamp)


def void_batch(store: Store, batch_id: str, *, revision: Revision, stamp: Stamp) -> Receipt:
    """Cancel all rows and records of an import, so that its files may be imported again.

    Raises
    ------
    TanluError
        ``storage.no-such-batch``; ``storage.batch-void``; else as `correct`.
    """

    def build(conn: Connection, new_id: str) -> Entry:
        _refuse_unknown_batch(conn, batch_id)
        table = _living_of_batch(store, conn, batch_id)
        refuse_closed(conn, set(table["ym"].to_pylist()))
        return Entry(
            new_id,
            BatchKind.VOID,
            _voided(table, new_id),
            rows={"record": _void_records(conn, batch_id, new_id=new_id)},
            voids=batch_id,
        )

    return _revise(store, build, revision=revision, stamp=stamp)


def _revise(store: Store, build: Builder, *, revision: Revision, stamp: Stamp) -> Receipt:
    if not stamp.reason.strip():
        raise TanluError("storage.reason-missing")
    written: list[Path] = []
    try:
        with store.database.write() as conn:
            batch_id = revision.batch_id or _made_id(conn)
            first = receipt(conn, batch_id)
            if first is not None:
                return first
            entry = build(conn, batch_id)
            entry = replace(entry, payload={**entry.payload, "approver": revision.approver})
            return write_entry(store, conn, entry=entry, stamp=stamp, written=written)
    except BaseException:
        folder.discard(store, written)
        raise


def _made_id(conn: Connection) -> str:
    last = chain.head(conn)
    return f"revision-{1 if last is None else last.seq + 1}"


def _held(store: Store, conn: Connection, *, row_ids: Sequence[str]) -> pa.Table:
    """Return the newest version of rows that can be revised."""
    if len(set(row_ids)) != len(row_ids):
        msg = "a row is revised once in a batch"
        raise ValueError(msg)
    held = current.with_ids(store, conn, row_ids=row_ids)
    missing = sorted(set(row_ids) - set(held["row_id"].to_pylist()))
    if missing:
        raise TanluError("storage.no-such-row", row=missing[0])
    void_ids = held.filter(pc.equal(held["op"], "void"))["row_id"].to_pylist()
    if void_ids:
        raise TanluError("storage.row-void", row=min(void_ids))
    refuse_closed(conn, set(held["ym"].to_pylist()))
    return held


def _voided(held: pa.Table, batch_id: str) -> pa.Table:
    size = held.num_rows
    table = segment.for_batch(held, batch_id)
    changed = {
        "op": pa.array([str(RowOp.VOID)] * size, pa.string()),
        "version": pc.add(table["version"], pa.scalar(1, pa.int32())),
    }
    for name, column in changed.items():
        at = segment.SCHEMA.get_field_index(name)
        table = table.set_column(at, segment.SCHEMA.field(at), column)
    return table


def _refuse_unknown_batch(conn: Connection, batch_id: str) -> None:
    table = schema.BATCH
    kind = conn.execute(select(table.c.kind).where(table.c.batch_id == batch_id)).scalar()
    if kind != BatchKind.IMPORT:
        raise TanluError("storage.no-such-batch", batch=batch_id)
    if conn.execute(select(table.c.seq).where(table.c.voids == batch_id)).first() is not None:
        raise TanluError("storage.batch-void", batch=batch_id)


def _living_of_batch(store: Store, conn: Connection, batch_id: str) -> pa.Table:
    ids: list[str] = []
    for row in current.segments(conn):
        if row.batch_id == batch_id:
            ids += segment.read(current.segment_path(store, row))["row_id"].to_pylist()
    newest = current.with_ids(store, conn, row_ids=ids)
    return newest.filter(pc.not_equal(newest["op"], "void"))


def _void_records(conn: Connection, batch_id: str, *, new_id: str) -> list[Row]:
    """Return voids of the living records that a batch posted."""
    table = schema.RECORD
    posted = conn.execute(
        select(table.c.record_id)
        .where(table.c.batch_id == batch_id)
        .order_by(table.c.seq, table.c.n)
    ).scalars()
    newest = [row for row in _newest_records(conn, posted).values() if row["op"] != RowOp.VOID]
    return [_voided_record(row, new_id) for row in newest]


def _held_records(conn: Connection, record_ids: Sequence[str]) -> dict[str, Row]:
    """Return the newest version of records that can be revised, their month being open."""
    if len(set(record_ids)) != len(record_ids):
        msg = "a record is revised once in a batch"
        raise ValueError(msg)
    held = _newest_records(conn, record_ids)
    for name in record_ids:
        if name not in held:
            raise TanluError("storage.no-such-row", row=name)
        if held[name]["op"] == RowOp.VOID:
            raise TanluError("storage.row-void", row=name)
    refuse_closed(conn, record_months(held.values()))
    return held


def _newest_records(conn: Connection, record_ids: Iterable[str]) -> dict[str, Row]:
    """Return the newest version, void or not, of the records with these ids."""
    wanted = set(record_ids)
    table = schema.RECORD
    rows = conn.execute(select(table).order_by(table.c.seq, table.c.n)).mappings()
    return {row["record_id"]: dict(row) for row in rows if row["record_id"] in wanted}


def _voided_record(row: Row, batch_id: str) -> Row:
    copy = {name: value for name, value in row.items() if name not in {"seq", "n"}}
    return {
        **copy,
        "batch_id": batch_id,
        "op": str(RowOp.VOID),
        "version": copy["version"] + 1,
    }
