"""The calculation: every row of a ledger to milligrams, and one canonical summary."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tanlu.compute import stage2
from tanlu.compute.frames import EngineName, Limits
from tanlu.compute.pipeline import Source, prepared
from tanlu.compute.rows import collect_rows
from tanlu.factors.gas import BIOGENIC
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import RowStatus, Stream, SummaryRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from tanlu.compute.numbering import Names, StreamTables
    from tanlu.factors.book import Book
    from tanlu.kernel.findings import Finding

_INT64_SAFE = 9 * 10**18


@dataclass(frozen=True, slots=True)
class Calculation:
    """One run of the engine over a ledger and a book.

    Parameters
    ----------
    summary : tuple of SummaryRow
        Exact sums, sorted by stream, site, item, month, unit, factor and status.
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

    summary: tuple[SummaryRow, ...]
    hash: str
    rows: pa.Table | None
    n_rows: int
    findings: tuple[Finding, ...]
    source: Source

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
    source = Source(activity, book, tuple(streams), market, engine, limits or Limits())
    summary: list[SummaryRow] = []
    with prepared(source) as run:
        for stream in source.streams:
            tables = run.tables(stream)
            frame = stage2.summary(run.results(tables), tables)
            collected = run.run.collect(frame)
            summary.extend(_summary_rows(collected, stream, names=run.names, tables=tables))
        rows = collect_rows(run, source.streams) if with_rows else None
        n_rows = run.n_rows
    _check_complete(summary, source.streams, n_rows=n_rows)
    summary.sort(key=_order)
    used = {row.rid for row in summary if row.rid}
    return Calculation(
        summary=tuple(summary),
        hash=summary_hash(summary),
        rows=rows,
        n_rows=n_rows,
        findings=book.findings_for(used),
        source=source,
    )


def _order(row: SummaryRow) -> tuple[object, ...]:
    """Return the canonical place of a summary row."""
    streams = tuple(Stream)
    place = streams.index(row.stream)
    return (place, row.site, row.item, row.ym, row.unit, row.rid is not None, row.rid, row.status)


def _summary_rows(
    collected: pa.Table, stream: Stream, *, names: Names, tables: StreamTables
) -> Iterator[SummaryRow]:
    """Yield the groups of one stream, with their names."""
    order = (*stage2.KEYS, "n", "n_qty", "qty_u", "approx")
    gas_columns = [_integers(collected, f"g{i}") for i in range(len(tables.gases))]
    gas_rows = zip(*gas_columns, strict=True) if gas_columns else ((),) * collected.num_rows
    columns = zip(*(collected.column(name).to_pylist() for name in order), strict=True)
    totals = _integers(collected, "co2e_mg")
    for (site, item, ym, unit, mid, code, n, n_qty, qty, approx), co2e, gases in zip(
        columns, totals, gas_rows, strict=True
    ):
        status = stage2.STATUSES[code]
        is_ok = status is RowStatus.OK
        use = tables.uses[mid - 1] if mid else None
        if is_ok and abs(approx) > _INT64_SAFE:
            raise TanluError("compute.overflow", item=_name(names.items, item), month=ym)
        by_gas = dict(zip(tables.gases, gases, strict=True)) if is_ok and use else {}
        present = {gas: by_gas[gas] for gas in (use.families if is_ok and use else ())}
        yield SummaryRow(
            stream=stream,
            site=_name(names.sites, site),
            item=_name(names.items, item),
            ym=ym,
            unit=_name(names.units, unit),
            rid=use.rid if use else None,
            status=status,
            n=n,
            qty_u=int(qty) if n_qty else None,
            co2e_mg=co2e if is_ok else None,
            biogenic_mg=present.pop(BIOGENIC, 0),
            gases_mg=present,
        )


def _integers(table: pa.Table, column: str) -> list[int | None]:
    """Return sums as Python integers, also where an engine widened them to 128 bits."""
    values = table.column(column)
    if pa.types.is_decimal(values.type):
        return [None if value is None else int(value) for value in values.to_pylist()]
    found: list[int | None] = values.to_pylist()
    return found


def _name(names: Sequence[str], number: int | None) -> str:
    """Return the name of a number; a missing name is empty."""
    return "" if number is None else names[number]


def _check_complete(
    summary: Iterable[SummaryRow], streams: Iterable[Stream], *, n_rows: int
) -> None:
    """Raise if the main stream does not hold every row once: a fault of the program."""
    if Stream.MAIN in streams:
        counted = sum(row.n for row in summary if row.stream is Stream.MAIN)
        if counted != n_rows:
            msg = f"{n_rows} rows in, {counted} rows out"
            raise AssertionError(msg)


def summary_hash(summary: Iterable[SummaryRow]) -> str:
    """Return the SHA-256 of summary rows in their canonical order."""
    digest = hashlib.sha256()
    for row in sorted(summary, key=_order):
        line = [
            row.stream.value,
            row.site,
            row.item,
            row.ym,
            row.unit,
            row.rid,
            row.status.value,
            row.n,
            row.qty_u,
            row.co2e_mg,
            row.biogenic_mg,
            sorted(row.gases_mg.items()),
        ]
        digest.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()
