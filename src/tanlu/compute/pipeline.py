"""Opens an engine over a ledger and hands out the frames of each stream."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tanlu.compute import stage1, stage2
from tanlu.compute.frames import Limits, open_engine
from tanlu.compute.numbering import Market, Names, is_purchased_power, stream_tables
from tanlu.factors.model import Level
from tanlu.factors.multiplier import rounded
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from tanlu.compute.frames import Engine, Frame
    from tanlu.compute.numbering import StreamTables
    from tanlu.factors.book import Book


@dataclass(frozen=True, slots=True)
class Source:
    """What a calculation is made of.

    Parameters
    ----------
    activity : pa.Table or sequence of Path
        Current ledger rows, or the Parquet segments that hold them.
    book : Book
        Compiled factor book.
    streams : tuple of Stream
        Sets of factors to calculate with.
    market : Mapping[tuple of str and int, Decimal] or None
        Blended market-based multiplier by site and month [mg per millionth of a kWh].
    engine : str
        ``duckdb`` or ``polars``.
    limits : Limits
        Threads and memory.
    """

    activity: pa.Table | Sequence[Path]
    book: Book
    streams: tuple[Stream, ...] = tuple(Stream)
    market: Mapping[tuple[str, int], Decimal] | None = None
    engine: str = "duckdb"
    limits: Limits = Limits()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ledger inside an open engine, with its names numbered."""

    run: Engine
    ledger: Frame
    names: Names
    n_rows: int
    book: Book
    market: Market | None

    def tables(self, stream: Stream) -> StreamTables:
        """Return the small tables of a stream."""
        return stream_tables(self.book, stream, names=self.names, market=self.market)

    def results(
        self, tables: StreamTables, *, ledger: Frame | None = None, keep: Sequence[str] = ()
    ) -> Frame:
        """Return the rows of a stream with status and mg per gas."""
        rows = self.ledger if ledger is None else ledger
        joins = stage2.JoinFrames.of(self.run, tables)
        return stage2.results(stage2.resolve(rows, tables, joins, keep=keep), tables)

    def statuses(self) -> Frame:
        """Return the number of each status with its name."""
        numbers = pa.array(range(len(stage2.STATUSES)), pa.int64())
        names = pa.array([status.value for status in stage2.STATUSES], pa.string())
        return self.run.table(pa.table({"status": numbers, "status_name": names}))


@contextmanager
def prepared(source: Source) -> Iterator[Prepared]:
    """Open the engine of a source, read the distinct names, and close it afterwards."""
    book = source.book
    with open_engine(source.engine, source.limits) as run:
        every = stage1.typed(run.scan(source.activity))
        ledger = stage2.months(every, first=min(book.months), last=max(book.months))
        names, n_rows = _names(run, ledger, book)
        yield Prepared(
            run=run,
            ledger=ledger,
            names=names,
            n_rows=n_rows,
            book=book,
            market=_market(source.market, book, names),
        )


def _names(run: Engine, ledger: Frame, book: Book) -> tuple[Names, int]:
    """Return the distinct names that occur, and the number of rows."""
    found = {
        column: run.collect(stage1.distinct(ledger, column)).to_pydict()
        for column in ("site", "item", "ledger_unit")
    }
    has_suppliers = any(key.level is Level.SUPPLIER for key in book.keys)
    found["supplier"] = (
        run.collect(stage1.distinct(ledger, "supplier")).to_pydict()
        if has_suppliers
        else {"supplier": []}
    )
    listed = {column: _sorted(table[column]) for column, table in found.items()}
    names = Names(
        sites=listed["site"],
        items=listed["item"],
        units=listed["ledger_unit"],
        suppliers=listed["supplier"],
    )
    return names, sum(found["ledger_unit"]["n"])


def _sorted(values: list[str | None]) -> tuple[str, ...]:
    """Return names in order; a missing name has no number."""
    return tuple(sorted(value for value in values if value is not None))


def _market(
    given: Mapping[tuple[str, int], Decimal] | None, book: Book, names: Names
) -> Market | None:
    """Return blended multipliers per ledger unit, from those per kWh."""
    if given is None:
        return None

    per_unit = {unit: book.kwh_per_unit[unit] for unit in names.units if unit in book.kwh_per_unit}
    values = {
        (site, ym, unit): rounded(value, per_unit=ratio)
        for (site, ym), value in given.items()
        for unit, ratio in per_unit.items()
    }
    return Market(values, _market_gas(book))


def _market_gas(book: Book) -> str:
    """Return the gas family of the residual factor: CO2, or CO2e where it is not split."""
    for use in book.resolved:
        item = book.items[use.item]
        if use.stream is Stream.MARKET and is_purchased_power(item):
            return next(iter(use.factor.gases))
    return "CO2"
