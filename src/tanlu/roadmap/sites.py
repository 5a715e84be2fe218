"""Take a model of many sites apart: what belongs to one site, and what ties the sites together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array, csr_array, vstack

from tanlu.roadmap.builder import Builder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import Block, FloatArray, IntArray, MatrixModel

NONE = -1  # the group's
MIXED = -2
FAR = 1e4  # stands for a bound where a column of the group has none [matrix units]


@dataclass(frozen=True, slots=True)
class Part:
    """Some columns of the whole with the rows that hold no others, and their share of the ties.

    Parameters
    ----------
    name : str
        Id of the site; empty for the group.
    columns : IntArray
        Columns in the whole model.
    matrix : MatrixModel
        Model of its own rows.
    ties : csr_array, shape (R, len(columns))
        Coefficients in the rows that tie the parts together.
    """

    name: str
    columns: IntArray
    matrix: MatrixModel
    ties: csr_array

    def priced(self, price: FloatArray) -> FloatArray:
        """Return the costs of the columns with prices, shape (R,), on the ties."""
        cost: FloatArray = self.matrix.cost - self.ties.T @ price
        return cost


@dataclass(frozen=True, slots=True)
class Parts:
    """A whole model as sites, a group, and the rows that tie them.

    Parameters
    ----------
    sites : tuple of Part
        One each.
    group : Part
        What belongs to no site.
    rows : IntArray, shape (R,)
        The ties' rows in the whole model.
    low, high : FloatArray, shape (R,)
        Their bounds.
    """

    sites: tuple[Part, ...]
    group: Part
    rows: IntArray
    low: FloatArray
    high: FloatArray

    def valid(self, price: FloatArray) -> FloatArray:
        """Return prices without those of a side that has no bound."""
        kept = np.where((price > 0) & ~np.isfinite(self.low), 0.0, price)
        return np.where((kept < 0) & ~np.isfinite(self.high), 0.0, kept)

    def constant(self, price: FloatArray) -> float:
        """Return what ties and group add to the sites' least costs at some prices [MCNY].

        Notes
        -----
        Lagrangian relaxation (rule M-97): with valid prices `y` on the ties ``a x >= b``,
        ``min c x >= y b + sum over parts of min (c - y a) x``.
        """
        up, down = price > 0, price < 0
        due = float(price[up] @ self.low[up] + price[down] @ self.high[down])
        matrix, cost = self.group.matrix, self.group.priced(price)
        low, high = np.maximum(matrix.lower, -FAR), np.minimum(matrix.upper, FAR)
        return due + float(np.minimum(cost * low, cost * high).sum())


def take_apart(assembly: Assembly) -> Parts:
    """Return a model as its sites and the group.

    Parameters
    ----------
    assembly : Assembly
        The whole model.
    """
    matrix = assembly.matrix
    by_column = matrix.table()
    table = by_column.tocsr()
    owner = _owners(assembly, table)
    row_owner = _row_owners(table, owner)
    ties = np.flatnonzero(row_owner < 0)
    numbers = range(len(assembly.layout.sites))
    columns = _grouped(owner, len(numbers))
    rows = _grouped(row_owner, len(numbers))
    tied = table[ties].tocsc()
    nothing = np.zeros(0, dtype=np.int64)
    sites = tuple(
        Part(
            name,
            columns[n],
            _cut(matrix, by_column, columns[n], rows[n]),
            tied[:, columns[n]].tocsr(),
        )
        for n, name in enumerate(assembly.layout.sites)
    )
    alone = np.flatnonzero(owner < 0)
    group = Part("", alone, _cut(matrix, by_column, alone, nothing), tied[:, alone].tocsr())
    return Parts(sites, group, ties, matrix.row_lo[ties], matrix.row_up[ties])


def rows_of(matrix: MatrixModel) -> csr_array:
    """Return the rows of a model."""
    return matrix.table().tocsr()


def with_rows(matrix: MatrixModel, blocks: Sequence[Block]) -> MatrixModel:
    """Return a model with rows added at its end."""
    builder = Builder(n=matrix.n_columns)
    for block in blocks:
        builder.con(block)
    added = builder.matrix()
    table = csc_array(vstack([rows_of(matrix), rows_of(added)], format="csc"))
    return replace(
        matrix,
        row_lo=np.concatenate([matrix.row_lo, added.row_lo]),
        row_up=np.concatenate([matrix.row_up, added.row_up]),
        starts=table.indptr.astype(np.int64),
        indices=table.indices.astype(np.int64),
        values=table.data,
    )


def _grouped(label: IntArray, count: int) -> list[IntArray]:
    """Return the places of each label 0 ... count - 1, in order."""
    order = np.argsort(label, kind="stable")
    edges = np.searchsorted(label[order], np.arange(count + 1))
    return [order[edges[n] : edges[n + 1]] for n in range(count)]


def _cut(matrix: MatrixModel, table: csc_array, columns: IntArray, rows: IntArray) -> MatrixModel:
    own = csc_array(table[:, columns].tocsr()[rows])
    return replace(
        matrix,
        cost=matrix.cost[columns],
        lower=matrix.lower[columns],
        upper=matrix.upper[columns],
        integer=matrix.integer[columns],
        row_lo=matrix.row_lo[rows],
        row_up=matrix.row_up[rows],
        starts=own.indptr.astype(np.int64),
        indices=own.indices.astype(np.int64),
        values=own.data,
        columns={},
        labels={},
        blocks={},
        keys={},
    )


def _owners(assembly: Assembly, table: csr_array) -> IntArray:
    """Return the site of each column, NONE for those of the group.

    Known are the columns of emissions, electricity and end uses; what shares its rows with one
    site alone belongs to it.
    """
    layout = assembly.layout
    index = {site: number for number, site in enumerate(layout.sites)}
    owner = np.full(table.shape[1], NONE, dtype=np.int64)
    for columns in layout.em.values():
        owner[columns] = np.arange(len(layout.sites))[:, None]
    for site, columns in zip(layout.grid_sites, layout.e, strict=True):
        owner[columns] = index[site]
    for use, columns in zip(layout.end_uses, layout.f, strict=True):
        owner[columns] = index[layout.problem.end_uses[use].site]
    group = np.zeros(len(owner), dtype=bool)
    for columns in (layout.off, layout.inv, layout.bank, layout.ccer):
        group[columns] = True
    by_column = table.T.tocsr()
    while True:
        seen = _agreed(by_column, _agreed(table, owner))
        new = (owner == NONE) & (seen >= 0) & ~group
        if not new.any():
            return owner
        owner[new] = seen[new]


def _row_owners(table: csr_array, owner: IntArray) -> IntArray:
    """Return the site that all columns of a row belong to, MIXED where they do not."""
    alone = _agreed(table, owner)
    row = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    alone[row[owner[table.indices] == NONE]] = MIXED
    return alone


def _agreed(table: csr_array, label: IntArray) -> IntArray:
    """Return for each row the one label of its entries, NONE without one, MIXED with several."""
    entry = label[table.indices]
    known = entry >= 0
    row = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))[known]
    least = np.full(table.shape[0], np.iinfo(np.int64).max)
    most = np.full(table.shape[0], NONE, dtype=np.int64)
    np.minimum.at(least, row, entry[known])
    np.maximum.at(most, row, entry[known])
    return np.where(most < 0, NONE, np.where(least == most, most, MIXED))
