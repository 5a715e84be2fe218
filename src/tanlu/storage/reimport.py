"""A file that was imported before: what of it the ledger holds, and what is new this time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.storage import current, schema, segment
from tanlu.storage.canonical import row_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.kernel.activity import Record
    from tanlu.storage.folder import Store
    from tanlu.storage.model import FileDraft

_SAID = slice(3, 10)  # site to voucher, in a canonical line


@dataclass(frozen=True, slots=True)
class NewParts:
    """What of a file is still to be posted."""

    table: pa.Table
    records: tuple[Record, ...]
    known_rows: int


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


def is_complete(row: Any) -> bool:
    """Whether a file was posted with nothing left to answer."""
    return not row.open_questions and not row.quarantined


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
        ``storage.file-already-imported`` when nothing would be added;
        ``storage.row-changed`` when a row is now read differently.
    """
    before = posted_batches(conn, file.sha256)
    rows = _rows_of_source(store, conn, sha256=file.sha256)
    records = _records_of_source(conn, file.sha256)
    if not rows and not records and not before:
        return NewParts(table, tuple(file.records), 0)
    if before and not force and is_complete(before[-1]):
        raise already_imported(file, before[-1].batch_id)
    ids, known = _new_ids(table, rows, file=file, force=force)
    fresh = _renamed(table, ids)
    parts = NewParts(fresh, _new_records(file.records, records, force=force), known)
    if before and not force and _adds_nothing(parts, file, before=before[-1]):
        raise already_imported(file, before[-1].batch_id)
    return parts


def _rows_of_source(store: Store, conn: Connection, *, sha256: str) -> dict[str, Mapping[str, Any]]:
    table = schema.BATCH_FILE
    batches = select(table.c.batch_id).where(table.c.sha256 == sha256)
    held = set(conn.execute(batches).scalars())
    ids: set[str] = set()
    for row in current.segments(conn):
        if row.batch_id in held:
            part = segment.read(current.segment_path(store, row))
            ids.update(part.filter(pc.equal(part["sha256"], sha256))["row_id"].to_pylist())
    if not ids:
        return {}
    newest = current.with_ids(store, conn, row_ids=ids)
    return {row["row_id"]: row for row in newest.to_pylist()}


def _records_of_source(conn: Connection, sha256: str) -> dict[str, str]:
    table = schema.RECORD
    rows = conn.execute(
        select(table.c.record_id, table.c.op)
        .where(table.c.sha256 == sha256)
        .order_by(table.c.seq, table.c.n)
    )
    return {row.record_id: row.op for row in rows}


def _new_ids(
    table: pa.Table, rows: Mapping[str, Mapping[str, Any]], *, file: FileDraft, force: bool
) -> tuple[list[str | None], int]:
    """Return the id each row is posted under (None: the ledger holds it), and how many it holds."""
    ids: list[str | None] = []
    for row in table.to_pylist():
        held = _living(row["row_id"], rows)
        if held is None or force:
            ids.append(_free_id(row["row_id"], rows))
            continue
        if held["version"] == 1 and _said(held) != _said(row):
            cell = f"{row['sheet']}!{row['cell']}"
            raise TanluError("storage.row-changed", file=file.name, cell=cell)
        ids.append(None)
    return ids, ids.count(None)


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


def _renamed(table: pa.Table, ids: Sequence[str | None]) -> pa.Table:
    names = pa.array(ids, pa.string())
    at = segment.SCHEMA.get_field_index("row_id")
    kept = table.filter(names.is_valid())
    return kept.set_column(at, segment.SCHEMA.field(at), names.drop_null())


def _new_records(
    drafted: Sequence[Record], held: Mapping[str, str], *, force: bool
) -> tuple[Record, ...]:
    fresh = []
    for record in drafted:
        living = any(
            op != "void"
            for name, op in held.items()
            if name == record.record_id or name.startswith(f"{record.record_id}#")
        )
        if force or not living:
            fresh.append(replace(record, record_id=_free_id(record.record_id, held)))
    return tuple(fresh)


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
