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

if TYPE_CHECKING:
    from collections.abc import Iterable
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


def newest(versions: pa.Table) -> pa.Table:
    """Keep the highest version of each row id."""
    highest = versions.group_by("row_id", use_threads=False).aggregate([("version", "max")])
    keys = highest.rename_columns(["row_id", "version"])
    return (
        versions.join(
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
    wanted = pa.array(sorted(set(row_ids)), pa.string())
    found = [
        part.filter(pc.is_in(part["row_id"], wanted))
        for part in (segment.read(segment_path(store, row)) for row in segments(conn))
    ]
    return newest(pa.concat_tables([segment.empty(), *found]))


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
    versions: dict[str, Row[Any]] = {}
    for row in conn.execute(wanted):
        versions[row.record_id] = row
    return tuple(record(row) for row in versions.values() if row.op != "void")


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
