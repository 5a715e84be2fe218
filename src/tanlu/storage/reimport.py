"""A file that was imported before: what of it the ledger holds, and what is new this time."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from tanlu.kernel.activity import RowOp
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.storage import current, schema, segment
from tanlu.storage.canonical import row_line
from tanlu.storage.entry import record_months

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.kernel.activity import Record
    from tanlu.storage.folder import Store
    from tanlu.storage.model import FileDraft

_SAID = slice(3, 10)  # site to voucher, in a canonical line


@dataclass(frozen=True, slots=True)
class NewParts:
    """What of a file is still to be posted.

    Parameters
    ----------
    table : pyarrow.Table
        New rows, and new versions of rows the ledger holds.
    records : tuple of (Record, str, int)
        The same of its records, each with operation and version.
    known_rows : int
        Rows the ledger holds already.
    months_left : frozenset of int
        Months in which a row or record stood that is replaced.
    """

    table: pa.Table
    records: tuple[tuple[Record, str, int], ...]
    known_rows: int
    months_left: frozenset[int] = frozenset()


def posted_batches(conn: Connection, sha256: str) -> list[Any]:
    """Return the batch_file rows of a source whose batch was not cancelled, in order."""
    table = schema.BATCH_FILE
    cancelled = select(schema.BATCH.c.voids)
    return list(
        conn.execute(
            select(table)
            .where(table.c.sha256 == sha256, table.c.batch_id.not_in(cancelled))
            .order_by(table.c.seq, table.c.n)
        )
    )


def new_parts(
    store: Store, conn: Connection, *, file: FileDraft, table: pa.Table, force: bool
) -> NewParts:
    """Tell new rows from those the ledger holds.

    Parameters
    ----------
    store, conn
        The workspace, with the write lock held.
    file : FileDraft
        The file as read now.
    table : pyarrow.Table
        Its rows.
    force : bool
        Post all of it again, under new ids (``#2``, ``#3``, ...).

    Raises
    ------
    TanluError
        ``storage.file-already-imported`` when nothing would be added; ``storage.row-void`` for
        a new version of what is void or not there.

    Notes
    -----
    A row whose id the ledger holds with other content becomes its next version: the same cell
    read with other answers, or a row drafted as a correction of another source's. What was
    corrected by hand is replaced only where it is drafted as a correction.
    """
    before = posted_batches(conn, file.sha256)
    rows = _held_rows(store, conn, sha256=file.sha256, table=table)
    records = _held_records(conn, file)
    settled = [_settle(row, rows, force=force) for row in table.to_pylist()] if rows else None
    fresh = table if settled is None else _renamed(table, settled)
    settled_records = [_settle_record(record, records, force=force) for record in file.records]
    parts = NewParts(
        fresh,
        tuple(settled_record for settled_record in settled_records if settled_record),
        table.num_rows - fresh.num_rows,
        _months_left(fresh, rows) | _record_months_left(settled_records, records),
    )
    if before and not force and _adds_nothing(parts, file, before=before[-1]):
        raise already_imported(file, before[-1].batch_id)
    return parts


def _held_rows(
    store: Store, conn: Connection, *, sha256: str, table: pa.Table
) -> dict[str, Mapping[str, Any]]:
    """Return the newest versions of the rows of a source and of those drafted as corrections."""
    drafted = table.filter(pc.equal(table["op"], str(RowOp.CORRECT)))["row_id"].to_pylist()
    ids = {*_ids_of_source(store, conn, sha256=sha256), *drafted}
    if not ids:
        return {}
    return {row["row_id"]: row for row in current.with_ids(store, conn, row_ids=ids).to_pylist()}


def _ids_of_source(store: Store, conn: Connection, *, sha256: str) -> set[str]:
    table = schema.BATCH_FILE
    batches = select(table.c.batch_id).where(table.c.sha256 == sha256)
    held = set(conn.execute(batches).scalars())
    ids: set[str] = set()
    for row in current.segments(conn):
        if row.batch_id in held:
            part = segment.read(current.segment_path(store, row))
            ids.update(part.filter(pc.equal(part["sha256"], sha256))["row_id"].to_pylist())
    return ids


def _held_records(conn: Connection, file: FileDraft) -> dict[str, Mapping[str, Any]]:
    """Return the newest versions of the records of a source and of those drafted by their id."""
    drafted = {record.record_id for record in file.records}
    table = schema.RECORD
    rows = conn.execute(select(table).order_by(table.c.seq, table.c.n)).mappings()
    return {
        row["record_id"]: dict(row)
        for row in rows
        if row["sha256"] == file.sha256 or row["record_id"] in drafted
    }


def _settle(
    row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], *, force: bool
) -> tuple[str, int, str] | None:
    """Return id, version and operation a row is posted with; None when the ledger holds it."""
    living = _living(row["row_id"], rows)
    if row["op"] == RowOp.CORRECT:
        if living is None:
            raise TanluError("storage.row-void", row=row["row_id"])
        return living["row_id"], living["version"] + 1, str(RowOp.CORRECT)
    if living is None or force:
        return _free_id(row["row_id"], rows), 1, str(RowOp.NEW)
    if living["version"] == 1 and _said(living) != _said(row):
        return living["row_id"], living["version"] + 1, str(RowOp.CORRECT)
    return None


def _settle_record(
    record: Record, held: Mapping[str, Mapping[str, Any]], *, force: bool
) -> tuple[Record, str, int] | None:
    """Return a record with its operation and version; None when the ledger holds it."""
    living = _living(record.record_id, held)
    if living is None or force:
        return replace(record, record_id=_free_id(record.record_id, held)), str(RowOp.NEW), 1
    if json.loads(living["fields"]) == dict(record.fields):
        return None
    named = replace(record, record_id=living["record_id"])
    return named, str(RowOp.CORRECT), living["version"] + 1


def _months_left(table: pa.Table, rows: Mapping[str, Mapping[str, Any]]) -> frozenset[int]:
    changed = table.filter(pc.equal(table["op"], str(RowOp.CORRECT)))["row_id"].to_pylist()
    return frozenset(rows[name]["ym"] for name in changed)


def _record_months_left(
    settled: Sequence[tuple[Record, str, int] | None], held: Mapping[str, Mapping[str, Any]]
) -> frozenset[int]:
    changed = [dict(held[one[0].record_id]) for one in settled if one and one[1] == RowOp.CORRECT]
    return frozenset(record_months(changed))


def _living(row_id: str, rows: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    name, n = row_id, 1
    living = None
    while name in rows:
        if rows[name]["op"] != "void":
            living = rows[name]
        n += 1
        name = f"{row_id}#{n}"
    return living


def _free_id(row_id: str, taken: Mapping[str, object]) -> str:
    name, n = row_id, 1
    while name in taken:
        n += 1
        name = f"{row_id}#{n}"
    return name


def _said(row: Mapping[str, Any]) -> list[str]:
    return row_line(row).split("|")[_SAID]


def _renamed(table: pa.Table, settled: Sequence[tuple[str, int, str] | None]) -> pa.Table:
    kept = table.filter(pa.array([one is not None for one in settled], pa.bool_()))
    posted = [one for one in settled if one is not None]
    for place, name in enumerate(("row_id", "version", "op")):
        at = segment.SCHEMA.get_field_index(name)
        column = pa.array([one[place] for one in posted], segment.SCHEMA.field(at).type)
        kept = kept.set_column(at, segment.SCHEMA.field(at), column)
    return kept


def _adds_nothing(parts: NewParts, file: FileDraft, *, before: Any) -> bool:
    """Whether the file says no more than last time, so that importing it again changes nothing."""
    return (
        not parts.table.num_rows
        and not parts.records
        and file.counts.quarantined >= before.quarantined
        and int(file.open_questions) >= before.open_questions
    )


def already_imported(file: FileDraft, batch_id: str) -> TanluError:
    """Make the error for a file the ledger holds, with its finding."""
    finding = Finding("FILE_ALREADY_IMPORTED", Outcome.REJECT, file=file.name)
    return TanluError(
        "storage.file-already-imported", findings=(finding,), file=file.name, batch=batch_id
    )
