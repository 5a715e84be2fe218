"""Result rows behind a figure: restricted, summed and the largest of them, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ResultTable: TypeAlias = pa.Table  # what app calls the rows, without knowing whose table it is


@dataclass(frozen=True, slots=True)
class RowSums:
    """What rows add up to.

    Parameters
    ----------
    n, n_ok : int
        Rows, and those with a result.
    co2e_mg : int or None
        Their sum [mg]; None where no row has a result.
    by_factor : Mapping of int to (int, int or None)
        Rows and sum of each number of the factor book; 0 is rows without a factor.
    batches, originals : tuple of str
        Batches of the ledger and SHA-256 of the files the rows come from.
    """

    n: int
    n_ok: int
    co2e_mg: int | None
    by_factor: Mapping[int, tuple[int, int | None]]
    batches: tuple[str, ...]
    originals: tuple[str, ...]


def rows_among(
    table: pa.Table, items: Collection[str], *, site: str | None, ym: tuple[int, int]
) -> pa.Table:
    """Return the rows of some items, of one site or all, and of a range of months."""
    kept = pc.is_in(table["item"], pa.array(sorted(items), pa.string()))
    if site is not None:
        kept = pc.and_(kept, pc.equal(table["site"], site))
    first, last = ym
    months = pc.and_(pc.greater_equal(table["ym"], first), pc.less_equal(table["ym"], last))
    return table.filter(pc.and_(kept, months))


def rows_with_id(table: pa.Table, row_id: str) -> list[dict[str, Any]]:
    """Return the row of an id."""
    found: list[dict[str, Any]] = table.filter(pc.equal(table["row_id"], row_id)).to_pylist()
    return found


def rows_with_rid(table: pa.Table, rid: int, most: int) -> list[dict[str, Any]]:
    """Return the first rows that use a number of the factor book; 0 is no factor."""
    mine = pc.equal(pc.fill_null(table["rid"], 0), rid)
    found: list[dict[str, Any]] = table.filter(mine).slice(0, most).to_pylist()
    return found


def sums_of(table: pa.Table, column: str) -> RowSums:
    """Return what the rows of a table add up to in one of its result columns.

    Parameters
    ----------
    table : pa.Table
        As `rows_of` gives it.
    column : str
        ``co2e_mg`` or the column of a gas; one that is not there has no results.
    """
    results = _results(table, column)
    rids = table["rid"].combine_chunks().fill_null(0)
    pairs = pa.table({"rid": rids, "mg": results})
    grouped = pairs.group_by("rid").aggregate([("mg", "sum"), ([], "count_all")])
    return RowSums(
        n=table.num_rows,
        n_ok=table.num_rows - results.null_count,
        co2e_mg=pc.sum(results).as_py(),
        by_factor={row["rid"]: (row["count_all"], row["mg_sum"]) for row in grouped.to_pylist()},
        batches=tuple(sorted(pc.unique(table["batch_id"]).to_pylist())),
        originals=tuple(sorted(pc.unique(table["sha256"]).to_pylist())),
    )


def largest(table: pa.Table, column: str, most: int) -> list[dict[str, Any]]:
    """Return the rows with the largest results, those without one last, with ``result_mg``."""
    held = table.append_column("result_mg", _results(table, column))
    keys = [("result_mg", "descending"), ("row_id", "ascending")]
    order = pc.sort_indices(held, sort_keys=keys)
    found: list[dict[str, Any]] = held.take(order.slice(0, most)).to_pylist()
    return found


def _results(table: pa.Table, column: str) -> pa.ChunkedArray:
    if column in table.column_names:
        return table[column]
    return pa.chunked_array([pa.nulls(table.num_rows, pa.int64())])
