"""Groups for the Monte Carlo: what each factor carries, and how scattered its rows are.

These sums are doubles: they feed a random draw and never flow back into the ledger.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from tanlu.compute import stage2
from tanlu.compute.frames import Limits
from tanlu.compute.pipeline import Source, prepared
from tanlu.kernel.periods import year_month, year_of
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path

    from tanlu.compute.frames import Frame
    from tanlu.compute.numbering import StreamTables
    from tanlu.compute.pipeline import Prepared
    from tanlu.factors.book import Book

_MG_PER_T = 10**9
_FEW_ROWS = 30
_LARGE_SHARE = 0.2
_KEYS = ("item_no", "year", "mid")


@dataclass(frozen=True, slots=True)
class UncertaintyGroup:
    """Rows of one factor, item and year.

    Parameters
    ----------
    stream : Stream
        Factors used.
    item : str
        Item of the rows; decides the scope.
    year : int
        Inventory year.
    rid : int
        Resolved factor; its factor's `gsd` and `corr_group` decide the draw. 0 is a blended
        market-based multiplier.
    unit : str
        Ledger unit of the rows.
    n : int
        Number of rows, with those drawn one by one.
    total_t : float
        Sum of the rows, W of the method [tCO2e].
    variance_t2 : float
        Sum of the squared activity uncertainty of the rows, V of the method, without those
        drawn one by one [t2].
    single_t, single_u : tuple of float
        Result and relative uncertainty of the rows to draw one by one [tCO2e], [-]: all rows of a
        group of fewer than 30, and any row that is more than a fifth of its group's variance.
    """

    stream: Stream
    item: str
    year: int
    rid: int
    unit: str
    n: int
    total_t: float
    variance_t2: float
    single_t: tuple[float, ...] = ()
    single_u: tuple[float, ...] = ()


def uncertainty_groups(
    activity: pa.Table | Sequence[Path],
    book: Book,
    *,
    relative_by_quality: Mapping[str, float],
    market: Mapping[tuple[str, int], Decimal] | None = None,
    streams: Iterable[Stream] = (Stream.MAIN,),
    engine: str = "duckdb",
    limits: Limits | None = None,
) -> tuple[UncertaintyGroup, ...]:
    """Group the rows with a result by factor, item and year for the Monte Carlo.

    Parameters
    ----------
    activity : pa.Table or sequence of Path
        Current ledger rows, with the column quality.
    book : Book
        Compiled factor book.
    relative_by_quality : Mapping[str, float]
        Relative standard uncertainty of a quantity by its evidence [-]; the key ``""`` serves
        every quality that is not named.
    market, streams, engine, limits
        As in `calculate`.

    Returns
    -------
    tuple of UncertaintyGroup
        Sorted by stream, item, year and rid.
    """
    source = Source(activity, book, tuple(streams), market, engine, limits or Limits())
    out: list[UncertaintyGroup] = []
    with prepared(source) as run:
        for stream in source.streams:
            tables = run.tables(stream)
            rows = _scattered(run, tables, relative_by_quality)
            sums = run.run.collect(_sums(rows)).to_pydict()
            single = _single_rows(run, rows, sums)
            out.extend(_groups(stream, sums, single, names=run.names.item.listed, tables=tables))
    return tuple(out)


def _scattered(run: Prepared, tables: StreamTables, relative: Mapping[str, float]) -> Frame:
    """Return the rows with a result, in tonnes, with the square of their uncertainty."""
    named = {name: value for name, value in relative.items() if name}
    quality = pa.table(
        {
            "quality": pa.array(list(named), pa.string()),
            "relative": pa.array(list(named.values()), pa.float64()),
        }
    )
    tonnes = nw.col("co2e_mg").cast(nw.Float64) * (1 / _MG_PER_T)
    found = (
        run.results(tables, keep=("row_id", "quality"))
        .filter(nw.col("status") == stage2.OK)
        .join(run.run.table(quality), on="quality", how="left")
        .with_columns(
            t=tonnes, year=_year(tables), u=nw.coalesce(nw.col("relative"), nw.lit(relative[""]))
        )
    )
    scatter = nw.col("t") * nw.col("u")
    return found.with_columns(v=scatter * scatter)


def _sums(rows: Frame) -> Frame:
    """Return number, W and V by item, year and factor."""
    return rows.group_by(*_KEYS).agg(
        nw.len().alias("n"), nw.col("t").sum().alias("t"), nw.col("v").sum().alias("v")
    )


def _year(tables: StreamTables) -> nw.Expr:
    """Return the year of each row, by comparison with the first month of each year."""
    last = tables.first_month + tables.n_months - 1
    years = range(year_of(tables.first_month), year_of(last) + 1)
    result = nw.lit(years[0])
    for year in years[1:]:
        starts = nw.col("ym") >= year_month(year, 1)
        result = nw.when(starts).then(nw.lit(year)).otherwise(result)
    return result.cast(nw.Int64)


def _single_rows(
    run: Prepared, rows: Frame, sums: Mapping[str, list[Any]]
) -> dict[tuple[int, int, int], list[tuple[float, float, float]]]:
    """Return the rows to draw one by one, by group: result, uncertainty, squared product."""
    limits = [
        -1.0 if n < _FEW_ROWS else _LARGE_SHARE * v
        for n, v in zip(sums["n"], sums["v"], strict=True)
    ]
    keys = {name: pa.array(sums[name], pa.int64()) for name in _KEYS}
    table = pa.table({**keys, "limit": pa.array(limits, pa.float64())})
    large = (
        rows.join(run.run.table(table), on=list(_KEYS), how="left")
        .filter(nw.col("v") > nw.col("limit"))
        .select(*_KEYS, "row_id", "t", "u", "v")
    )
    found = run.run.collect(large).sort_by("row_id").to_pydict()
    out: dict[tuple[int, int, int], list[tuple[float, float, float]]] = defaultdict(list)
    for *key, t, u, v in zip(*(found[name] for name in (*_KEYS, "t", "u", "v")), strict=True):
        out[key[0], key[1], key[2]].append((t, u, v))
    return out


def _groups(
    stream: Stream,
    sums: Mapping[str, list[Any]],
    single: Mapping[tuple[int, int, int], list[tuple[float, float, float]]],
    *,
    names: Sequence[str],
    tables: StreamTables,
) -> list[UncertaintyGroup]:
    """Return the groups of a stream in order."""
    out = []
    for *key, n, t, v in zip(*(sums[name] for name in (*_KEYS, "n", "t", "v")), strict=True):
        item, year, mid = key
        rows = single.get((item, year, mid), [])
        rest = 0.0 if len(rows) == n else v - math.fsum(row[2] for row in rows)
        group = UncertaintyGroup(
            stream=stream,
            item=names[item],
            year=year,
            rid=tables.uses[mid - 1].rid,
            unit=tables.uses[mid - 1].unit,
            n=n,
            total_t=_stated(t),
            variance_t2=_stated(max(rest, 0.0)),
            single_t=tuple(row[0] for row in rows),
            single_u=tuple(row[1] for row in rows),
        )
        out.append(group)
    return sorted(out, key=lambda g: (g.item, g.year, g.rid, g.unit, g.total_t))


def _stated(value: float) -> float:
    """Return a sum of doubles to 10 digits: the order in which threads add does not show."""
    return float(f"{value:.9e}")
