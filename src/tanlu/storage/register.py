"""Lists of what the workspace holds: batches, originals, runs; and the keeping of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Row, select

from tanlu.kernel.errors import TanluError
from tanlu.storage import chain, durable, folder, schema, segment
from tanlu.storage.chain import Change, Stamp
from tanlu.storage.entry import json_text
from tanlu.storage.model import BatchInfo, BatchKind, RowCounts, SourceInfo, StoredRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tanlu.storage.folder import Store
    from tanlu.storage.model import Event


def batches(conn: Connection) -> tuple[BatchInfo, ...]:
    """Return all batches in order."""
    held = {source.sha256: source for source in sources(conn)}
    files: dict[str, list[Row[Any]]] = {}
    for row in conn.execute(select(schema.BATCH_FILE).order_by("seq", "n")):
        files.setdefault(row.batch_id, []).append(row)
    return tuple(
        _batch(row, event, files=files.get(row.batch_id, []), held=held)
        for row, event in _with_events(conn, schema.BATCH)
    )


def sources(conn: Connection) -> tuple[SourceInfo, ...]:
    """Return the originals kept, in order."""
    rows = conn.execute(select(schema.SOURCE).order_by("seq", "n"))
    return tuple(SourceInfo(row.sha256, row.name, row.size, row.path) for row in rows)


def source_path(store: Store, conn: Connection, sha256: str) -> Path:
    """Return where an original is kept.

    Raises
    ------
    TanluError
        ``storage.no-such-source``.
    """
    table = schema.SOURCE
    path = conn.execute(select(table.c.path).where(table.c.sha256 == sha256)).scalar()
    if path is None:
        raise TanluError("storage.no-such-source", sha256=sha256)
    return store.folder / str(path)


def runs(store: Store, conn: Connection) -> tuple[StoredRun, ...]:
    """Return all runs in order."""
    return tuple(_run(store, row, event) for row, event in _with_events(conn, schema.RUN))


def save_run(
    store: Store, run_id: str, *, meta: Mapping[str, object], rows: pa.Table, stamp: Stamp
) -> StoredRun:
    """Keep a calculation; the same run again changes nothing.

    Parameters
    ----------
    store : Store
        The workspace.
    run_id : str
        Made by the caller from what went in.
    meta : Mapping
        Its description; no floats.
    rows : pyarrow.Table
        Result rows, kept as Parquet under their hash.
    stamp : Stamp
        When and by whom.

    Raises
    ------
    TanluError
        ``storage.run-differs`` when the id is taken by a run with other content.
    """
    text = json_text(meta)
    written: list[Path] = []
    try:
        with store.database.write(needed=rows.nbytes) as conn:
            file = durable.write_named_by_hash(
                store.runs, ".parquet", lambda path: _write_rows(rows, path)
            )
            written.append(file.path)
            found = conn.execute(select(schema.RUN).where(schema.RUN.c.run_id == run_id)).first()
            if found is not None and (found.meta, found.sha256) != (text, file.sha256):
                raise TanluError("storage.run-differs", run=run_id)  # noqa: TRY301 - rolls back
            if found is None:
                row = {
                    "run_id": run_id,
                    "meta": text,
                    "sha256": file.sha256,
                    "path": file.path.relative_to(store.folder).as_posix(),
                    "rows": rows.num_rows,
                }
                chain.append(conn, Change("run", run_id, rows={"run": [row]}), stamp=stamp)
            return next(run for run in runs(store, conn) if run.run_id == run_id)
    except BaseException:
        folder.discard(store, written)
        raise


def _write_rows(rows: pa.Table, path: Path) -> None:
    pq.write_table(
        rows, path, row_group_size=segment.ROWS_PER_GROUP, compression="zstd", version="2.6"
    )


def _with_events(conn: Connection, table: Any) -> Iterator[tuple[Row[Any], Event]]:
    rows = conn.execute(
        select(table, schema.EVENT.c.hash, schema.EVENT.c.body)
        .join(schema.EVENT, schema.EVENT.c.seq == table.c.seq)
        .order_by(table.c.seq, table.c.n)
    )
    for row in rows:
        yield row, chain.decode(row.seq, hash_=row.hash, body=row.body)


def _run(store: Store, row: Row[Any], event: Event) -> StoredRun:
    return StoredRun(
        run_id=row.run_id,
        seq=row.seq,
        at=event.at,
        meta=json.loads(row.meta),
        rows=row.rows,
        sha256=row.sha256,
        path=store.folder / row.path,
    )


def _batch(
    row: Row[Any], event: Event, *, files: list[Row[Any]], held: Mapping[str, SourceInfo]
) -> BatchInfo:
    counts: Any = event.payload["counts"]
    return BatchInfo(
        batch_id=row.batch_id,
        seq=row.seq,
        kind=BatchKind(row.kind),
        at=event.at,
        actor=event.actor,
        reason=event.reason,
        counts=RowCounts(**counts),
        rows=row.rows,
        records=row.records,
        sources=tuple(held[file.sha256] for file in files),
        sheets=tuple(sheet for file in files for sheet in json.loads(file.sheets)),
        open_questions=any(file.open_questions for file in files),
        voids=row.voids,
    )
