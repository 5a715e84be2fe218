"""The calculation: every row of a ledger to milligrams, and one canonical summary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from tanlu.compute import stage2
from tanlu.compute.frames import EngineName, Limits
from tanlu.compute.pipeline import Source, prepared
from tanlu.compute.rows import collect_rows
from tanlu.compute.summary import summary_hash, summary_rows, summary_table
from tanlu.kernel.results import Stream, SummaryRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    import pyarrow as pa

    from tanlu.factors.book import Book
    from tanlu.kernel.findings import Finding


@dataclass(frozen=True)
class Calculation:
    """One run of the engine over a ledger and a book.

    Parameters
    ----------
    tables : Mapping[Stream, pa.Table]
        Exact sums by stream, ordered by site, item, month, unit, factor and status.
    hash : str
        SHA-256 of the canonical summary: the same on every engine and in any order of rows.
    rows : pa.Table or None
        Result rows by stream and row_id, when they were asked for.
    n_rows : int
        Ledger rows in the months of the book.
    findings : tuple of Finding
        Of the factors that were used.
    source : Source
        What it was made of.
    """

    tables: Mapping[Stream, pa.Table]
    hash: str
    rows: pa.Table | None
    n_rows: int
    findings: tuple[Finding, ...]
    source: Source

    @cached_property
    def summary(self) -> tuple[SummaryRow, ...]:
        """The exact sums as rows of the domain, stream by stream."""
        return summary_rows(self.tables.values())

    @property
    def engine(self) -> str:
        """Engine it ran on."""
        return self.source.engine


def calculate(
    activity: pa.Table | Sequence[Path],
    book: Book,
    *,
    market: Mapping[tuple[str, int], Decimal] | None = None,
    engine: str = EngineName.DUCKDB,
    streams: Iterable[Stream] = tuple(Stream),
    limits: Limits | None = None,
    with_rows: bool = True,
) -> Calculation:
    """Calculate the emissions of every ledger row in the months of the book.

    Parameters
    ----------
    activity : pa.Table or sequence of Path
        Current ledger rows, or the Parquet segments that hold them: row_id, site, item, ym,
        ledger_unit, qty_u, supplier.
    book : Book
        Compiled factor book.
    market : Mapping[tuple of str and int, Decimal], optional
        Blended market-based multiplier by site and month [mg per millionth of a kWh]; where
        there is none, the residual factor of the book applies.
    engine : str
        ``duckdb`` or ``polars``.
    streams : iterable of Stream
        Sets of factors to calculate with.
    limits : Limits, optional
        Threads and memory.
    with_rows : bool
        Whether to keep the result rows in memory; `write_rows` streams them to a file instead.

    Returns
    -------
    Calculation
        In the main stream rows in equal rows out; every row has a status.

    Raises
    ------
    TanluError
        ``compute.overflow`` if a sum leaves the range of int64;
        ``compute.unknown-engine`` if there is no such engine.
    """
    ordered = tuple(stream for stream in Stream if stream in set(streams))
    source = Source(activity, book, ordered, market, engine, limits or Limits())
    found: dict[Stream, pa.Table] = {}
    with prepared(source) as run:
        for stream in source.streams:
            tables = run.tables(stream)
            frame = stage2.summary(run.results(tables), tables)
            found[stream] = summary_table(run.run.collect(frame), stream, tables=tables)
        rows = collect_rows(run, source.streams) if with_rows else None
        n_rows = run.n_rows
    _check_complete(found, n_rows=n_rows)
    rids = {rid for table in found.values() for rid in pc.unique(table["rid"]).to_pylist() if rid}
    return Calculation(
        tables=found,
        hash=summary_hash(found.values()),
        rows=rows,
        n_rows=n_rows,
        findings=book.findings_for(rids),
        source=source,
    )


def _check_complete(found: Mapping[Stream, pa.Table], *, n_rows: int) -> None:
    """Raise if the main stream does not hold every row once: a fault of the program."""
    if Stream.MAIN in found:
        counted = pc.sum(found[Stream.MAIN]["n"]).as_py() or 0
        if counted != n_rows:
            msg = f"{n_rows} rows in, {counted} rows out"
            raise AssertionError(msg)
