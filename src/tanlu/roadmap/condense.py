"""Make a model smaller without changing what it says: columns that are equal become one.

Years between decision years share their decisions, and end uses whose savings are the same in
two years share what remains; rows that then say the same are kept once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array

from tanlu.roadmap.builder import summed

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray, MatrixModel

# Rows of decisions and savings alone: no change of a price, factor, demand or target moves them.
FIXED_FAMILIES = ("adoption", "blocks", "exclusion", "prerequisite", "rollout", "savings")
SEED = 0  # of the weights by which equal rows are found
PAIR = 2  # entries of a row that says that two columns are equal


@dataclass(frozen=True, slots=True)
class Condensed:
    """Where the columns and rows of a model are in the smaller one.

    Parameters
    ----------
    column : IntArray, shape (n,)
        Place of each column.
    kept : IntArray
        Rows that are kept, ascending.
    cell : IntArray
        Place of each entry among the smaller model's entries; -1 where its row is dropped.
    starts, indices : IntArray
        Pattern of the smaller model, column-wise.
    """

    column: IntArray
    kept: IntArray
    cell: IntArray
    starts: IntArray
    indices: IntArray

    @property
    def n_columns(self) -> int:
        """Number of columns of the smaller model."""
        return len(self.starts) - 1

    def matrix(self, whole: MatrixModel) -> MatrixModel:
        """Return the smaller model with the values of a whole one; it has no names.

        Parameters
        ----------
        whole : MatrixModel
            Any model with the rows and columns that this was made of.
        """
        count = self.n_columns
        low, high = np.full(count, -np.inf), np.full(count, np.inf)
        np.maximum.at(low, self.column, whole.lower)
        np.minimum.at(high, self.column, whole.upper)
        integer = np.zeros(count, dtype=bool)
        integer[self.column] = whole.integer
        used = self.cell >= 0
        sums = summed(self.cell[used], whole.values[used], len(self.indices))
        return replace(
            whole,
            cost=summed(self.column, whole.cost, count),
            lower=low,
            upper=high,
            integer=integer,
            row_lo=whole.row_lo[self.kept],
            row_up=whole.row_up[self.kept],
            starts=self.starts,
            indices=self.indices,
            values=sums,
            columns={},
            labels={},
            blocks={},
            keys={},
        )

    def without(self, rows: IntArray) -> Condensed:
        """Return a smaller model that leaves out more rows of the whole one."""
        stays = ~np.isin(self.kept, rows)
        place = np.where(stays, np.cumsum(stays) - 1, -1)
        inside = stays[self.indices]
        counts = np.diff(np.concatenate([[0], np.cumsum(inside)])[self.starts])
        moved = np.append(np.where(inside, np.cumsum(inside) - 1, -1), -1)  # of -1: -1
        return Condensed(
            self.column,
            self.kept[stays],
            moved[self.cell],
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            place[self.indices[inside]],
        )


def whole_model(matrix: MatrixModel) -> Condensed:
    """Return the identity: every column and row where it is."""
    return Condensed(
        np.arange(matrix.n_columns),
        np.arange(matrix.n_rows),
        np.arange(len(matrix.values)),
        matrix.starts,
        matrix.indices,
    )


def condense(assembly: Assembly) -> Condensed:
    """Return the smaller model of an assembly; the identity when no columns are equal.

    Parameters
    ----------
    assembly : Assembly
        Model.

    Notes
    -----
    Two decisions are one where a row says that they are equal. Two remaining shares are one
    where every row of their savings is the same but for them: they are the same product.
    """
    matrix = assembly.matrix
    fixed = np.zeros(matrix.n_rows, dtype=bool)
    for family in FIXED_FAMILIES:
        for name in assembly.rows_of(family):
            fixed[matrix.blocks[name]] = True
    table = csc_array(
        (matrix.values, matrix.indices, matrix.starts), shape=(matrix.n_rows, matrix.n_columns)
    )
    owner = _equal_decisions(matrix, table.tocsr(), fixed)
    if np.array_equal(owner, np.arange(matrix.n_columns)):
        return whole_model(matrix)
    owner = _equal_shares(assembly, table, owner)
    return _condensed(matrix, owner, fixed)


def _equal_decisions(matrix: MatrixModel, rows: csr_array, fixed: NDArray[np.bool_]) -> IntArray:
    """Return for each column the first one that rows ``x - y = 0`` make it equal to."""
    owner = np.arange(matrix.n_columns)
    says_zero = (matrix.row_lo == 0) & (matrix.row_up == 0)
    pairs = np.flatnonzero(fixed & says_zero & (np.diff(rows.indptr) == PAIR))
    at = rows.indptr[pairs]
    at = at[rows.data[at] + rows.data[at + 1] == 0]
    for first, second in zip(rows.indices[at], rows.indices[at + 1], strict=True):
        low, high = min(first, second), max(first, second)
        if owner[high] == high and matrix.integer[low] == matrix.integer[high]:
            owner[high] = low
    return _roots(owner)


def _roots(owner: IntArray) -> IntArray:
    while True:
        above = owner[owner]
        if np.array_equal(above, owner):
            return owner
        owner = above


def _weights(count: int) -> FloatArray:
    """Return two random numbers for each column: rows with equal sums of them are the same."""
    return np.random.default_rng(SEED).random((count, 2)) + 1


def _equal_shares(assembly: Assembly, table: csc_array, owner: IntArray) -> IntArray:
    """Return the columns with remaining shares merged whose savings rows are the same."""
    matrix, layout = assembly.matrix, assembly.layout
    is_share = np.zeros(matrix.n_columns, dtype=bool)
    is_share[layout.f] = True
    weights = np.where(is_share[:, None], 0.0, _weights(matrix.n_columns)[owner])
    place = np.where(is_share, np.arange(matrix.n_columns), 0)
    signs = np.column_stack(
        [table @ weights, table @ is_share.astype(np.float64), matrix.row_lo, matrix.row_up]
    )
    end_use, year = np.zeros_like(owner), np.zeros_like(owner)
    end_use[layout.f] = np.arange(len(layout.end_uses))[:, None]
    year[layout.f] = np.arange(layout.periods)
    share_of = np.asarray(abs(table).sign() @ place).astype(np.int64)
    same = matrix.lower[layout.f[:, 1:]] == matrix.lower[layout.f[:, :-1]]
    same &= matrix.upper[layout.f[:, 1:]] == matrix.upper[layout.f[:, :-1]]
    touched = np.zeros(len(layout.end_uses), dtype=bool)
    for name in assembly.rows_of("savings"):
        rows = matrix.blocks[name]
        columns = share_of[rows]
        use = end_use[columns[0]]
        path = np.full((layout.periods, signs.shape[1]), np.inf)
        path[year[columns]] = signs[rows]
        same[use] &= np.all(path[1:] == path[:-1], axis=1)
        touched[use] = True
    merged = owner.copy()
    for use in np.flatnonzero(touched):
        for t in np.flatnonzero(same[use]):
            merged[layout.f[use, t + 1]] = merged[layout.f[use, t]]
    return merged


def _condensed(matrix: MatrixModel, owner: IntArray, fixed: NDArray[np.bool_]) -> Condensed:
    """Merge columns by their owners, and leave out rows that are empty or said before."""
    _, column = np.unique(owner, return_inverse=True)
    column = column.astype(np.int64)
    row = matrix.indices
    wide = np.repeat(column, np.diff(matrix.starts))
    cells, place = np.unique(wide * matrix.n_rows + row, return_inverse=True)
    sums = summed(place, matrix.values, len(cells))
    dropped = _said_before(matrix, cells, sums, fixed)
    stays = ~dropped[cells % matrix.n_rows]
    moved = np.where(stays, np.cumsum(stays) - 1, -1)
    kept = np.flatnonzero(~dropped)
    counts = np.bincount(cells[stays] // matrix.n_rows, minlength=int(column.max()) + 1)
    return Condensed(
        column,
        kept,
        moved[place],
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.searchsorted(kept, cells[stays] % matrix.n_rows),
    )


def _said_before(
    matrix: MatrixModel, cells: IntArray, sums: FloatArray, fixed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the rows of decisions and savings without entries, or equal to one before."""
    count = int(cells[-1] // matrix.n_rows) + 1
    table = csc_array(
        (sums, (cells % matrix.n_rows, cells // matrix.n_rows)), shape=(matrix.n_rows, count)
    ).tocsr()
    table.eliminate_zeros()
    filled = np.diff(table.indptr)
    sums_of = np.asarray(table @ _weights(count))
    keys = np.column_stack([sums_of, filled, matrix.row_lo, matrix.row_up])
    rows = np.flatnonzero(fixed & (filled > 0))
    _, first, inverse = np.unique(keys[rows], axis=0, return_index=True, return_inverse=True)
    model = rows[first[inverse.ravel()]]
    again = model != rows
    difference = table[rows[again]] - table[model[again]]
    differs = np.diff(difference.indptr) > 0
    dropped: NDArray[np.bool_] = fixed & (filled == 0) & (matrix.row_lo <= 0) & (matrix.row_up >= 0)
    dropped[rows[again][~differs]] = True
    return dropped
