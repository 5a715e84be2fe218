"""Result rows: all of them, those of one figure, or streamed to a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from tanlu.compute import stage2
from tanlu.compute.numbering import column_of
from tanlu.compute.pipeline import prepared
from tanlu.factors.gas import BIOGENIC, FAMILIES
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tanlu.compute.frames import Frame
    from tanlu.compute.numbering import StreamTables
    from tanlu.compute.pipeline import Prepared, Source

_GAS_COLUMNS = tuple(column_of(gas) for gas in (*FAMILIES, BIOGENIC))
_HEAD = (
    ("row_id", pa.string()),
    ("stream", pa.string()),
    ("rid", pa.int64()),
    ("unit", pa.string()),
    ("status", pa.string()),
    ("co2e_mg", pa.int64()),
)


class HasSource(Protocol):
    """A calculation, of which only what it was made of matters here."""

    @property
    def source(self) -> Source:
        """Return what it was made of."""
        ...


def collect_rows(run: Prepared, streams: Iterable[Stream]) -> pa.Table:
    """Return the result rows of some streams, sorted by stream and row_id."""
    parts = [(stream, run.tables(stream)) for stream in streams]
    schema = _schema([tables for _, tables in parts])
    found = []
    for stream, tables in parts:
        frame = _result_rows(run, tables)
        table = run.run.collect(frame).sort_by("row_id")
        found.append(_shaped(table, stream, schema))
    return pa.concat_tables(found)


def write_rows(source: Source, path: Path) -> int:
    """Stream the result rows of a source to a Parquet file.

    On DuckDB they stand in the order of the ledger, so that equal ledgers give equal files: one
    thread, because several hand over their rows as they finish.

    Returns
    -------
    int
        Number of rows written.
    """
    written = 0
    ordered = replace(source, limits=replace(source.limits, threads=1))
    with prepared(ordered) as run:
        parts = [(stream, run.tables(stream)) for stream in source.streams]
        schema = _schema([tables for _, tables in parts])
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for stream, tables in parts:
                for batch in run.run.batches(_result_rows(run, tables)):
                    table = _shaped(pa.Table.from_batches([batch]), stream, schema)
                    writer.write_table(table)
                    written += table.num_rows
    return written


def rows_of(
    calculation: HasSource,
    *,
    stream: Stream = Stream.MAIN,
    site: str | None = None,
    item: str | None = None,
    year_months: tuple[int, int] | None = None,
    rid: int | None = None,
    status: str | None = None,
    limit: int | None = None,
) -> pa.Table:
    """Return the ledger rows behind a figure, each with its factor, status and result.

    Parameters
    ----------
    calculation : HasSource
        The run the figure belongs to.
    stream, site, item, rid, status
        What the figure sums over; None takes all.
    year_months : tuple of int, optional
        First and last ledger month.
    limit : int, optional
        At most so many rows, the first by row_id.

    Returns
    -------
    pa.Table
        Columns of the ledger, then stream, rid, status, co2e_mg and one column per gas.
    """
    with prepared(calculation.source) as run:
        tables = run.tables(stream)
        ledger = _filtered(run.ledger, site=site, item=item, year_months=year_months)
        columns = [c for c in ledger.collect_schema().names() if c not in stage2.COLUMNS]
        rows = run.results(tables, ledger=ledger, keep=columns)
        named = rows.join(run.statuses(), on="status", how="left")
        if rid is not None:
            named = named.filter(nw.col("rid") == rid)
        if status is not None:
            named = named.filter(nw.col("status_name") == status)
        gases = [nw.col(f"g{i}").alias(name) for i, name in enumerate(tables.columns)]
        frame = named.select(
            *stage2.COLUMNS,
            *columns,
            "rid",
            nw.col("status_name").alias("status"),
            "co2e_mg",
            *gases,
        )
        table = run.run.collect(frame).sort_by("row_id")
    table = table.append_column("stream", pa.array([stream.value] * table.num_rows, pa.string()))
    return table if limit is None else table.slice(0, limit)


def _filtered(
    ledger: Frame, *, site: str | None, item: str | None, year_months: tuple[int, int] | None
) -> Frame:
    """Return the ledger rows of a site, an item and a range of months."""
    if site is not None:
        ledger = ledger.filter(nw.col("site") == site)
    if item is not None:
        ledger = ledger.filter(nw.col("item") == item)
    if year_months is not None:
        ledger = stage2.months(ledger, first=year_months[0], last=year_months[1])
    return ledger


def _result_rows(run: Prepared, tables: StreamTables) -> Frame:
    """Return the lazy result rows of a stream."""
    rows = run.results(tables, keep=("row_id",))
    return stage2.result_rows(rows, tables, statuses=run.statuses())


def _schema(tables: Sequence[StreamTables]) -> pa.Schema:
    """Return one schema for all streams: only gases that occur, in printed order."""
    present = {name for one in tables for name in one.columns}
    gases = [(name, pa.int64()) for name in _GAS_COLUMNS if name in present]
    return pa.schema([*_HEAD, *gases])


def _shaped(table: pa.Table, stream: Stream, schema: pa.Schema) -> pa.Table:
    """Return a table with the stream's name and every column of the schema."""
    n = table.num_rows
    columns: dict[str, Any] = {name: table.column(name) for name in table.column_names}
    columns["stream"] = pa.array([stream.value] * n, pa.string())
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(n, field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)
