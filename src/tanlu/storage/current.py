"""Which rows count now: the highest version of each, unless it is a void."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Row, select

from tanlu.kernel.activity import Record, RecordKind, SourceCell
from tanlu.kernel.errors import TanluError
from tanlu.storage import durable, schema, segment
from tanlu.storage.model import BatchKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from tanlu.storage.folder import Store


def segments(conn: Connection, *, as_of_seq: int | None = None) -> list[Row[Any]]:
    """Return the segment rows up to an event, in order."""
    wanted = select(schema.SEGMENT).order_by(schema.SEGMENT.c.seq, schema.SEGMENT.c.n)
    if as_of_seq is not None:
        wanted = wanted.where(schema.SEGMENT.c.seq <= as_of_seq)
    return list(conn.execute(wanted))


def segment_path(store: Store, row: Row[Any]) -> Path:
    """Return the path of a segment whose bytes are those that were written.

    Raises
    ------
    TanluError
        ``storage.damaged`` when the file is missing or its hash differs.
    """
    path: Path = store.folder / row.path
    if not path.is_file() or durable.sha256_file(path) != row.sha256:
        raise TanluError("storage.damaged", folder=store.folder, reason=row.path)
    return path


def activity(store: Store, conn: Connection, *, as_of_seq: int | None = None) -> pa.Table:
    """Return the current activity rows; without corrections no row is looked at."""
    rows = segments(conn, as_of_seq=as_of_seq)
    plain = [segment.read(segment_path(store, row)) for row in rows if not row.changes]
    changed = [segment.read(segment_path(store, row)) for row in rows if row.changes]
    base = pa.concat_tables([segment.empty(), *plain])
    if not changed:
        return base
    changes = newest(pa.concat_tables(changed))
    untouched = base.filter(pc.invert(pc.is_in(base["row_id"], _set(changes["row_id"]))))
    living = changes.filter(pc.not_equal(changes["op"], "void"))
    return pa.concat_tables([untouched, living])


def near(
    store: Store,
    conn: Connection,
    *,
    sites: Collection[str],
    items: Collection[str],
    sha256: str,
) -> pa.Table:
    """Return the current rows of a source, and those of any of the sites and of the items."""
    rows = activity(store, conn)
    named = pc.and_(
        pc.is_in(rows["site"], pa.array(sorted(sites), pa.string())),
        pc.is_in(rows["item"], pa.array(sorted(items), pa.string())),
    )
    return rows.filter(pc.or_(named, pc.equal(rows["sha256"], sha256)))


def newest(table: pa.Table) -> pa.Table:
    """Keep the highest version of each row id."""
    highest = table.group_by("row_id", use_threads=False).aggregate([("version", "max")])
    keys = highest.rename_columns(["row_id", "version"])
    return (
        table.join(
            keys.cast(pa.schema([SCHEMA_ID, SCHEMA_VERSION])),
            keys=["row_id", "version"],
            join_type="inner",
            use_threads=False,
        )
        .select(segment.SCHEMA.names)
        .cast(segment.SCHEMA)
    )


def with_ids(store: Store, conn: Connection, *, row_ids: Iterable[str]) -> pa.Table:
    """Return the newest version, void or not, of the rows with these ids."""
    return newest(versions(store, conn, row_ids=row_ids))


def versions(store: Store, conn: Connection, *, row_ids: Iterable[str]) -> pa.Table:
    """Return every version of the rows with these ids."""
    wanted = pa.array(sorted(set(row_ids)), pa.string())
    found = [
        part.filter(pc.is_in(part["row_id"], wanted))
        for part in (segment.read(segment_path(store, row)) for row in segments(conn))
    ]
    return pa.concat_tables([segment.empty(), *found])


def revised(store: Store, conn: Connection) -> pa.Table:
    """Return every version of the rows that have more than one."""
    parts = [segment.read(segment_path(store, row)) for row in segments(conn) if row.changes]
    changed = pa.concat_tables([segment.empty(), *parts])
    ids = changed.filter(pc.not_equal(changed["op"], "new"))["row_id"]
    return versions(store, conn, row_ids=ids.to_pylist()) if len(ids) else segment.empty()


def records(
    conn: Connection, *, kind: RecordKind | None = None, as_of_seq: int | None = None
) -> tuple[Record, ...]:
    """Return the current records, in the order they were first posted."""
    table = schema.RECORD
    wanted = select(table).order_by(table.c.seq, table.c.n)
    if kind is not None:
        wanted = wanted.where(table.c.kind == str(kind))
    if as_of_seq is not None:
        wanted = wanted.where(table.c.seq <= as_of_seq)
    latest: dict[str, Row[Any]] = {}
    for row in conn.execute(wanted):
        latest[row.record_id] = row
    return tuple(record(row) for row in latest.values() if row.op != "void")


def record_versions(conn: Connection) -> dict[str, list[Record]]:
    """Return all versions of each living record, first to last."""
    table = schema.RECORD
    found: dict[str, list[Row[Any]]] = {}
    for row in conn.execute(select(table).order_by(table.c.seq, table.c.n)):
        found.setdefault(row.record_id, []).append(row)
    return {
        name: [record(row) for row in rows] for name, rows in found.items() if rows[-1].op != "void"
    }


def corrected_by_hand(store: Store, conn: Connection) -> frozenset[str]:
    """Return the ids of rows and records whose newest version is of a correction, not an import."""
    batches = schema.BATCH
    query = select(batches.c.batch_id).where(batches.c.kind == str(BatchKind.CORRECT))
    corrections = set(conn.execute(query).scalars())
    if not corrections:
        return frozenset()
    latest = newest(revised(store, conn)).select(["row_id", "batch_id"]).to_pylist()
    by = {row["row_id"]: row["batch_id"] for row in latest}
    table = schema.RECORD
    rows = conn.execute(select(table).order_by(table.c.seq, table.c.n))
    by |= {row.record_id: row.batch_id for row in rows}
    return frozenset(name for name, batch_id in by.items() if batch_id in corrections)


def record(row: Row[Any]) -> Record:
    """Read a record back from its table row."""
    return Record(
        record_id=row.record_id,
        kind=RecordKind(row.kind),
        fields=json.loads(row.fields),
        source=SourceCell(row.file, row.sha256, row.sheet, row.cell),
        cells=json.loads(row.cells),
    )


SCHEMA_ID = segment.SCHEMA.field("row_id")
SCHEMA_VERSION = segment.SCHEMA.field("version")


def _set(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
