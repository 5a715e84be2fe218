"""Corrections and cancellations: new versions that name what they replace, never an edit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from tanlu.kernel.activity import RowOp
from tanlu.kernel.errors import TanluError
from tanlu.storage import chain, current, folder, schema, segment
from tanlu.storage.entry import Entry, receipt, record_months, record_row, write_entry
from tanlu.storage.model import BatchContent, BatchKind
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
        return correction(store, conn, rows, batch_id=batch_id)

    return _revise(store, build, revision=revision, stamp=stamp)


def correction(
    store: Store, conn: Connection, rows: Sequence[ActivityRow], *, batch_id: str
) -> Entry:
    """Return the new versions of rows, ready to be written."""
    held = held_rows(store, conn, row_ids=[row.row_id for row in rows])
    versions = dict(zip(held["row_id"].to_pylist(), held["version"].to_pylist(), strict=True))
    fresh = [replace(row, op=RowOp.CORRECT, version=versions[row.row_id] + 1) for row in rows]
    return Entry(batch_id, BatchKind.CORRECT, segment.from_rows(fresh, batch_id))


def void(store: Store, row_ids: Sequence[str], *, revision: Revision, stamp: Stamp) -> Receipt:
    """Cancel rows; a cancelled row stays cancelled, what replaces it is a new row.

    Raises
    ------
    TanluError
        As `correct`.
    """

    def build(conn: Connection, batch_id: str) -> Entry:
        return cancellation(store, conn, row_ids, batch_id=batch_id)

    return _revise(store, build, revision=revision, stamp=stamp)


def cancellation(store: Store, conn: Connection, row_ids: Sequence[str], *, batch_id: str) -> Entry:
    """Return the cancelled versions of rows, ready to be written."""
    held = held_rows(store, conn, row_ids=row_ids)
    return Entry(batch_id, BatchKind.VOID, _voided(held, batch_id))


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
    """Take a batch back; the files of an import may then be imported again.

    Its own rows and records are cancelled; where it gave a row a new version that is still the
    newest, corrected or cancelled, the version before comes back.

    Raises
    ------
    TanluError
        ``storage.no-such-batch``, for what itself took a batch back too; ``storage.batch-void``;
        else as `correct`.
    """

    def build(conn: Connection, new_id: str) -> Entry:
        return taking_back(store, conn, batch_id, new_id=new_id)

    return _revise(store, build, revision=revision, stamp=stamp)


def taking_back(store: Store, conn: Connection, batch_id: str, *, new_id: str) -> Entry:
    """Return what takes a batch back, ready to be written."""
    taken = _taken(store, conn, batch_id)
    refuse_closed(conn, {*taken.cancelled["ym"].to_pylist(), *taken.replaced_months})
    records = [
        *(_voided_record(row, new_id) for row in taken.records),
        *(_restored_record(*pair, new_id) for pair in taken.record_pairs),
    ]
    table = [_voided(taken.cancelled, new_id), _restored(taken.restored, new_id)]
    rows = {"record": records}
    return Entry(new_id, BatchKind.VOID, pa.concat_tables(table), rows=rows, voids=batch_id)


def batch_content(store: Store, conn: Connection, batch_id: str) -> BatchContent:
    """Return what `void_batch` would take back.

    Raises
    ------
    TanluError
        ``storage.no-such-batch``; ``storage.batch-void``.
    """
    taken = _taken(store, conn, batch_id)
    return BatchContent(
        cancelled_rows=taken.cancelled.num_rows,
        restored_rows=taken.restored.num_rows,
        cancelled_records=dict(sorted(Counter(str(r["kind"]) for r in taken.records).items())),
        restored_records=len(taken.record_pairs),
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """What taking a batch back cancels, and the versions that come back."""

    cancelled: pa.Table
    restored: pa.Table
    replaced_months: frozenset[int]
    records: tuple[Row, ...]
    record_pairs: tuple[tuple[Row, Row], ...]


def _taken(store: Store, conn: Connection, batch_id: str) -> _Taken:
    _refuse_unknown_batch(conn, batch_id)
    own = [row for row in current.segments(conn) if row.batch_id == batch_id]
    parts = [segment.read(current.segment_path(store, row)) for row in own]
    posted = pa.concat_tables([segment.empty(), *parts])
    is_new = pc.equal(posted["op"], str(RowOp.NEW))
    living = current.with_ids(store, conn, row_ids=posted.filter(is_new)["row_id"].to_pylist())
    changed = posted.filter(pc.invert(is_new))["row_id"].to_pylist()
    restored, months = _before(current.versions(store, conn, row_ids=changed), batch_id)
    cancelled, pairs = _records_taken(conn, batch_id)
    return _Taken(
        cancelled=living.filter(pc.not_equal(living["op"], str(RowOp.VOID))),
        restored=restored,
        replaced_months=months,
        records=tuple(cancelled),
        record_pairs=tuple(pairs),
    )


def _before(versions: pa.Table, batch_id: str) -> tuple[pa.Table, frozenset[int]]:
    """Return what stood before a batch's versions that are the newest, and the months touched."""
    newest = current.newest(versions)
    mine = newest.filter(pc.equal(newest["batch_id"], batch_id))["row_id"].combine_chunks()
    rest = versions.filter(
        pc.and_(pc.is_in(versions["row_id"], mine), pc.not_equal(versions["batch_id"], batch_id))
    )
    before = current.newest(rest)
    touched = versions.filter(pc.is_in(versions["row_id"], mine))["ym"].to_pylist()
    return before, frozenset(touched)


def _restored(before: pa.Table, batch_id: str) -> pa.Table:
    """Return versions that follow the one taken back and say what the one before it said."""
    return _next_version(before, batch_id, op=RowOp.CORRECT, step=2)


def _records_taken(conn: Connection, batch_id: str) -> tuple[list[Row], list[tuple[Row, Row]]]:
    """Return the living records a batch brought, and pairs of (before, its version)."""
    table = schema.RECORD
    rows = conn.execute(select(table).order_by(table.c.seq, table.c.n)).mappings()
    versions: dict[str, list[Row]] = {}
    for row in rows:
        versions.setdefault(row["record_id"], []).append(dict(row))
    cancelled, pairs = [], []
    for found in versions.values():
        last = found[-1]
        if last["op"] == RowOp.VOID:
            continue
        if found[0]["batch_id"] == batch_id:
            cancelled.append(last)
        elif last["batch_id"] == batch_id:
            pairs.append((found[-2], last))
    return cancelled, pairs


def _restored_record(before: Row, last: Row, batch_id: str) -> Row:
    return {
        **_plain(before),
        "batch_id": batch_id,
        "op": str(RowOp.CORRECT),
        "version": last["version"] + 1,
    }


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


def held_rows(store: Store, conn: Connection, *, row_ids: Sequence[str]) -> pa.Table:
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
    return _next_version(held, batch_id, op=RowOp.VOID)


def _next_version(held: pa.Table, batch_id: str, *, op: RowOp, step: int = 1) -> pa.Table:
    size = held.num_rows
    table = segment.for_batch(held, batch_id)
    changed = {
        "op": pa.array([str(op)] * size, pa.string()),
        "version": pc.add(table["version"], pa.scalar(step, pa.int32())),
    }
    for name, column in changed.items():
        at = segment.SCHEMA.get_field_index(name)
        table = table.set_column(at, segment.SCHEMA.field(at), column)
    return table


def _refuse_unknown_batch(conn: Connection, batch_id: str) -> None:
    table = schema.BATCH
    voids = conn.execute(select(table.c.voids).where(table.c.batch_id == batch_id)).scalar()
    if voids != "":
        raise TanluError("storage.no-such-batch", batch=batch_id)
    if conn.execute(select(table.c.seq).where(table.c.voids == batch_id)).first() is not None:
        raise TanluError("storage.batch-void", batch=batch_id)


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
    return {
        **_plain(row),
        "batch_id": batch_id,
        "op": str(RowOp.VOID),
        "version": row["version"] + 1,
    }


def _plain(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in {"seq", "n"}}
