"""The calculation: every row of a ledger to milligrams, and one canonical summary."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, partial
from itertools import repeat
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from tanlu.compute import stage2
from tanlu.compute.frames import EngineName, Limits
from tanlu.compute.pipeline import Source, prepared
from tanlu.compute.rows import collect_rows
from tanlu.factors.gas import BIOGENIC
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import Stream, SummaryRow

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
    ordered = tuple(stream for stream in Stream if stream in set(streams))
    source = Source(activity, book, ordered, market, engine, limits or Limits())
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
    used = {row.rid for row in summary if row.rid}
    return Calculation(
        summary=tuple(summary),
        hash=summary_hash(summary),
        rows=rows,
        n_rows=n_rows,
        findings=book.findings_for(used),
        source=source,
    )


def _summary_rows(
    collected: pa.Table, stream: Stream, *, names: Names, tables: StreamTables
) -> Iterator[SummaryRow]:
    """Yield the groups of one stream in canonical order, with their names."""
    table = _ordered(collected, tables)
    keys = (_named(table, "site_no", names.sites), _named(table, "item_no", names.items))
    plain = [table.column(name).to_pylist() for name in ("ym", "mid", "status", "n", "n_qty")]
    sums = [_integers(table, name) for name in ("qty_u", "co2e_mg")]
    gases = zip(*(_integers(table, f"g{i}") for i in range(len(tables.gases))), strict=True)
    by_gas = gases if tables.gases else repeat((), table.num_rows)
    units = _named(table, "unit_no", names.units)
    uses = (None, *tables.uses)
    _refuse_overflow(table)
    columns = zip(*keys, units, *plain, *sums, by_gas, strict=True)
    for site, item, unit, ym, mid, code, n, n_qty, qty, co2e, mg in columns:
        use = uses[mid or 0]
        found = code == stage2.OK
        pairs = zip(tables.gases, mg, strict=True)
        present = (
            {gas: v for gas, v in pairs if v is not None and gas in use.families}
            if use and found
            else {}
        )
        yield SummaryRow(
            stream=stream,
            site=site,
            item=item,
            ym=ym,
            unit=unit,
            rid=use.rid if use else None,
            status=stage2.STATUSES[code],
            n=n,
            qty_u=qty if n_qty else None,
            co2e_mg=co2e if found else None,
            biogenic_mg=present.pop(BIOGENIC, 0),
            gases_mg=present,
        )


def _ordered(collected: pa.Table, tables: StreamTables) -> pa.Table:
    """Return the groups by site, item, month, unit, factor and status.

    Numbers stand in the order of their names, so no text is compared.
    """
    rids = pa.array([None, *(use.rid for use in tables.uses)], pa.int64())
    rid = rids.take(pc.fill_null(collected.column("mid"), 0))
    order = ("site_no", "item_no", "ym", "unit_no", "rid", "status")
    with_rid = collected.append_column("rid", rid)
    filled = pa.table({name: pc.fill_null(with_rid.column(name), -1) for name in order})
    return with_rid.take(pc.sort_indices(filled, sort_keys=[(name, "ascending") for name in order]))


def _named(table: pa.Table, column: str, names: Sequence[str]) -> list[str]:
    """Return the names of numbers; a missing name is empty."""
    return ["" if number is None else names[number] for number in table.column(column).to_pylist()]


def _refuse_overflow(table: pa.Table) -> None:
    """Raise if a sum left the range of int64, as the sum in doubles shows."""
    largest = pc.max(pc.abs(table.column("approx"))).as_py()
    if largest is not None and largest > _INT64_SAFE:
        raise TanluError("compute.overflow", found=f"{largest:.3e}")


def _integers(table: pa.Table, column: str) -> list[int | None]:
    """Return sums as Python integers, also where an engine widened them to 128 bits."""
    values = table.column(column)
    if pa.types.is_decimal(values.type):
        return [None if value is None else int(value) for value in values.to_pylist()]
    found: list[int | None] = values.to_pylist()
    return found


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
    """Return the SHA-256 of summary rows as they stand: one JSON array per line."""
    digest = hashlib.sha256()
    quoted = cache(partial(json.dumps, ensure_ascii=False))
    for row in summary:
        gases = ",".join(f'["{gas}",{mg}]' for gas, mg in sorted(row.gases_mg.items()))
        line = (
            f'["{row.stream.value}",{quoted(row.site)},{quoted(row.item)},{row.ym},'
            f'{quoted(row.unit)},{_number(row.rid)},"{row.status.value}",{row.n},'
            f"{_number(row.qty_u)},{_number(row.co2e_mg)},{row.biogenic_mg},[{gases}]]\n"
        )
        digest.update(line.encode())
    return digest.hexdigest()


def _number(value: int | None) -> str:
    """Return an integer as JSON."""
    return "null" if value is None else str(value)
