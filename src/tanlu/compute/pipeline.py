"""Opens an engine over a ledger and hands out the frames of each stream."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tanlu.compute import stage1, stage2
from tanlu.compute.frames import Limits, open_engine
from tanlu.compute.numbering import LedgerNames, Market, Names, is_purchased_power, stream_tables
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
    names: LedgerNames
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
        if any("" in column.listed for column in (names.site, names.item, names.unit)):
            ledger = stage1.named(ledger)
        yield Prepared(
            run=run,
            ledger=ledger,
            names=names,
            n_rows=n_rows,
            book=book,
            market=_market(source.market, book, names),
        )


def _names(run: Engine, ledger: Frame, book: Book) -> tuple[LedgerNames, int]:
    """Return the distinct names that occur, and the number of rows."""

    def found(column: str) -> dict[str, int]:
        table = run.collect(stage1.distinct(ledger, column))
        return dict(zip(table["name"].to_pylist(), table["n"].to_pylist(), strict=True))

    own = {key.key for key in book.keys if key.level is Level.SUPPLIER}
    units = found("ledger_unit")
    names = LedgerNames(
        site=Names.of(found("site"), book.places),
        item=Names.of(found("item"), book.items),
        unit=Names.of(units, book.units),
        supplier=Names.of(found("supplier") if own else (), own),
    )
    return names, sum(units.values())


def _market(
    given: Mapping[tuple[str, int], Decimal] | None, book: Book, names: LedgerNames
) -> Market | None:
    """Return blended multipliers per ledger unit, from those per kWh."""
    if given is None:
        return None

    per_unit = {
        unit: book.kwh_per_unit[unit] for unit in names.unit.listed if unit in book.kwh_per_unit
    }
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
