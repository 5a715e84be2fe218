"""Writing one batch inside a transaction: its segment, its rows, its event, its receipt."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from tanlu.kernel.activity import RowOp
from tanlu.kernel.periods import Period
from tanlu.storage import chain, durable, schema, segment
from tanlu.storage.canonical import canonical_json, rows_hash
from tanlu.storage.chain import Change, Row, Stamp
from tanlu.storage.model import PostedTotal, Receipt, RowCounts
from tanlu.storage.month import refuse_closed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from sqlalchemy import Connection

    from tanlu.kernel.activity import Record, SourceCell
    from tanlu.storage.folder import Store
    from tanlu.storage.model import BatchKind


@dataclass(frozen=True, slots=True)
class Entry:
    """The rows of a batch and what describes it, ready to be written.

    Parameters
    ----------
    batch_id : str
        Id of the batch.
    kind : BatchKind
        What it does.
    table : pyarrow.Table
        Activity rows to write, of the segment schema.
    rows : Mapping
        Rows of the small tables.
    payload : Mapping
        Further content of the event.
    counts : RowCounts
        As read.
    known_rows : int
        Rows the ledger already held.
    voids : str
        Id of the batch that this one cancels.
    """

    batch_id: str
    kind: BatchKind
    table: pa.Table
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    payload: Mapping[str, object] = field(default_factory=dict)
    counts: RowCounts = field(default_factory=RowCounts)
    known_rows: int = 0
    voids: str = ""


def write_entry(
    store: Store, conn: Connection, *, entry: Entry, stamp: Stamp, written: list[Path]
) -> Receipt:
    """Write the segment and the event of a batch.

    Parameters
    ----------
    store : Store
        The workspace.
    conn : Connection
        Holds the write lock.
    entry : Entry
        What is written.
    stamp : Stamp
        When, by whom and why.
    written : list of Path
        Gets the segment's path, so that the caller can remove it when the commit fails.

    Raises
    ------
    TanluError
        ``storage.period-closed``.
    """
    months = Counter(entry.table["ym"].to_pylist())
    refuse_closed(conn, {*months, *record_months(entry.rows.get("record", ()))})
    rows = dict(entry.rows)
    payload = dict(entry.payload)
    if entry.table.num_rows:
        row = _write_segment(store, entry, written)
        rows["segment"] = [row]
        payload |= {"segment": row["sha256"], "canonical_rows": rows_hash(entry.table)}
    rows["posted_month"] = [
        {"batch_id": entry.batch_id, "ym": ym, "rows": n} for ym, n in sorted(months.items())
    ]
    rows["batch"] = [_batch_row(entry)]
    payload |= _summary(entry)
    change = Change(str(entry.kind), entry.batch_id, rows=rows, payload=payload)
    link = chain.append(conn, change, stamp=stamp)
    return _receipt(entry.batch_id, link.seq, hash_=link.hash, payload=payload)


def receipt(conn: Connection, batch_id: str) -> Receipt | None:
    """Return the receipt of a batch that is in the ledger, marked as repeated."""
    seq = conn.execute(
        select(schema.BATCH.c.seq).where(schema.BATCH.c.batch_id == batch_id)
    ).scalar()
    if seq is None:
        return None
    event = next(chain.read(conn, seq=seq))
    first = _receipt(batch_id, event.seq, hash_=event.hash, payload=event.payload)
    return replace(first, repeated=True)


def posted_totals(table: pa.Table) -> tuple[PostedTotal, ...]:
    """Sum `qty_u` by site, item and ledger unit, exactly (M-53)."""
    if not table.num_rows:
        return ()
    wide = table.select(["site", "item", "ledger_unit"]).append_column(
        "qty_u", table["qty_u"].cast(pa.decimal128(38, 0))
    )
    sums = wide.group_by(["site", "item", "ledger_unit"], use_threads=False).aggregate(
        [("qty_u", "sum"), ("qty_u", "count"), ([], "count_all")]
    )
    totals = [
        PostedTotal(
            site=row["site"],
            item=row["item"],
            unit=row["ledger_unit"],
            qty_u=int(row["qty_u_sum"] or 0),
            rows=row["count_all"],
            out_of_range=row["count_all"] - row["qty_u_count"],
        )
        for row in sums.to_pylist()
    ]
    return tuple(sorted(totals, key=lambda total: (total.site, total.item, total.unit)))


def record_row(record: Record, *, batch_id: str, op: str = "new", version: int = 1) -> Row:
    """Lay a record out as a table row."""
    return {
        "batch_id": batch_id,
        "record_id": record.record_id,
        "version": version,
        "op": op,
        "kind": str(record.kind),
        "fields": json_text(record.fields),
        "cells": json_text(record.cells),
        **cell_columns(record.source),
    }


def cell_columns(source: SourceCell) -> Row:
    """Lay a source cell out as columns."""
    return {
        "file": source.file,
        "sha256": source.sha256,
        "sheet": source.sheet,
        "cell": source.cell,
    }


def json_text(value: object) -> str:
    """Return canonical JSON as text, for a column."""
    return canonical_json(value).decode("utf-8")


def record_months(records: Iterable[Row]) -> set[int]:
    """Return the months that dated records belong to; a record of a year, all twelve."""
    months: set[int] = set()
    for row in records:
        fields = json.loads(row["fields"])
        year, month = _whole(fields.get("year")), _whole(fields.get("month"))
        if year is not None:
            period = Period.of_year(year) if month is None else Period.of_month(year, month)
            months.update(ym for ym, _ in period.months())
    return months


def _whole(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isdecimal() and text.isascii() else None


def _write_segment(store: Store, entry: Entry, written: list[Path]) -> Row:
    file = durable.write_named_by_hash(
        store.segments, ".parquet", lambda path: segment.write(entry.table, path)
    )
    written.append(file.path)
    return {
        "batch_id": entry.batch_id,
        "sha256": file.sha256,
        "path": file.path.relative_to(store.folder).as_posix(),
        "rows": entry.table.num_rows,
        "changes": pc.sum(pc.not_equal(entry.table["op"], str(RowOp.NEW))).as_py(),
        "size": file.size,
    }


def _batch_row(entry: Entry) -> Row:
    return {
        "batch_id": entry.batch_id,
        "kind": str(entry.kind),
        "voids": entry.voids,
        "rows": entry.table.num_rows,
        "records": len(entry.rows.get("record", ())),
    }


def _summary(entry: Entry) -> dict[str, object]:
    return {
        "counts": asdict(entry.counts),
        "new_rows": entry.table.num_rows,
        "new_records": len(entry.rows.get("record", ())),
        "known_rows": entry.known_rows,
        "totals": [asdict(total) for total in posted_totals(entry.table)],
    }


def _receipt(batch_id: str, seq: int, *, hash_: str, payload: Mapping[str, Any]) -> Receipt:
    return Receipt(
        batch_id=batch_id,
        seq=seq,
        head=str(chain.Link(seq, hash_)),
        counts=RowCounts(**payload["counts"]),
        new_rows=payload["new_rows"],
        new_records=payload["new_records"],
        known_rows=payload["known_rows"],
        totals=tuple(PostedTotal(**total) for total in payload["totals"]),
    )
