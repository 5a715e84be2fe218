"""Assemble a sparse linear model from named blocks; knows neither solver nor meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    IntArray = NDArray[np.int64]
    FloatArray = NDArray[np.float64]

ABSENT = -1  # a column index that stands for "no term here"


@dataclass(frozen=True, slots=True)
class Term:
    """Columns of one term, shape (rows,) or (rows, k), with a coefficient that broadcasts."""

    columns: IntArray
    coefficient: ArrayLike = 1.0


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that share a name: ``lo <= sum of terms <= up``.

    Parameters
    ----------
    name : str
        Stable name of the block inside its family.
    keys : tuple of str, shape (rows,)
        What each row is for, usually a year or a measure and a year.
    terms : tuple of Term
        Left side.
    lo, up : ArrayLike, broadcastable to (rows,)
        Bounds; infinite where there is none.
    """

    name: str
    keys: tuple[str, ...]
    terms: tuple[Term, ...]
    lo: ArrayLike = -np.inf
    up: ArrayLike = np.inf


@dataclass(frozen=True, slots=True)
class MatrixModel:
    """A model ready for the solver, column-wise, with its name maps."""

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: NDArray[np.bool_]
    row_lo: FloatArray
    row_up: FloatArray
    starts: IntArray
    indices: IntArray
    values: FloatArray
    columns: dict[str, IntArray]
    labels: dict[str, tuple[tuple[str, ...], ...]]
    blocks: dict[str, IntArray]
    keys: dict[str, tuple[str, ...]]

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lo)

    def table(self) -> csc_array:
        """Return the coefficients, shape (rows, columns)."""
        shape = (self.n_rows, len(self.starts) - 1)
        return csc_array((self.values, self.indices, self.starts), shape=shape)


def summed(place: IntArray, weights: FloatArray, count: int) -> FloatArray:
    """Return the sums of weights that have the same place, shape (count,)."""
    return np.bincount(place, weights=weights, minlength=count).astype(np.float64)


@dataclass(slots=True)
class Builder:
    """Collect columns and rows in the order they are given, then build the matrix."""

    n: int = 0
    m: int = 0
    _lower: list[FloatArray] = field(default_factory=list)
    _upper: list[FloatArray] = field(default_factory=list)
    _cost: list[FloatArray] = field(default_factory=list)
    _integer: list[NDArray[np.bool_]] = field(default_factory=list)
    _rows: list[IntArray] = field(default_factory=list)
    _cols: list[IntArray] = field(default_factory=list)
    _vals: list[FloatArray] = field(default_factory=list)
    _lo: list[FloatArray] = field(default_factory=list)
    _up: list[FloatArray] = field(default_factory=list)
    columns: dict[str, IntArray] = field(default_factory=dict)
    labels: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    blocks: dict[str, IntArray] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def var(
        self,
        name: str,
        shape: tuple[int, ...],
        *,
        lb: ArrayLike = 0.0,
        ub: ArrayLike = np.inf,
        cost: ArrayLike = 0.0,
        integer: ArrayLike = False,
        labels: tuple[Sequence[str], ...] = (),
    ) -> IntArray:
        """Add a block of columns and return their indices in the given shape."""
        size = int(np.prod(shape))
        index = np.arange(self.n, self.n + size, dtype=np.int64).reshape(shape)
        self.n += size
        self._lower.append(_flat(lb, shape))
        self._upper.append(_flat(ub, shape))
        self._cost.append(_flat(cost, shape))
        self._integer.append(np.broadcast_to(np.asarray(integer, dtype=bool), shape).ravel())
        self.columns[name] = index
        self.labels[name] = tuple(tuple(axis) for axis in labels)
        return index

    def con(self, block: Block) -> IntArray:
        """Add the rows of a block and return their indices."""
        count = len(block.keys)
        rows = np.arange(self.m, self.m + count, dtype=np.int64)
        self.m += count
        for term in block.terms:
            self._add_term(rows, term)
        self._lo.append(_flat(block.lo, (count,)))
        self._up.append(_flat(block.up, (count,)))
        self.blocks[block.name] = rows
        self.keys[block.name] = block.keys
        return rows

    def _add_term(self, rows: IntArray, term: Term) -> None:
        columns = np.asarray(term.columns, dtype=np.int64)
        coefficient = np.asarray(term.coefficient, dtype=np.float64)
        if columns.ndim == 2:  # noqa: PLR2004 - several columns per row
            rows = np.repeat(rows, columns.shape[1])
            if coefficient.ndim == 1:
                coefficient = coefficient[:, None]
        values = _flat(coefficient, columns.shape)
        columns = columns.ravel()
        keep = (columns != ABSENT) & (values != 0)
        if not keep.all():
            rows, columns, values = rows[keep], columns[keep], values[keep]
        self._rows.append(rows)
        self._cols.append(columns)
        self._vals.append(values)

    def matrix(self) -> MatrixModel:
        """Return the finished model; entries of one cell are added up."""
        shape = (self.m, self.n)
        data = _floats(self._vals)
        where = (_integers(self._rows), _integers(self._cols))
        csc = coo_array((data, where), shape=shape).tocsc()
        csc.sum_duplicates()
        csc.eliminate_zeros()
        return MatrixModel(
            cost=_floats(self._cost),
            lower=_floats(self._lower),
            upper=_floats(self._upper),
            integer=np.concatenate(self._integer) if self._integer else np.zeros(0, dtype=bool),
            row_lo=_floats(self._lo),
            row_up=_floats(self._up),
            starts=np.asarray(csc.indptr, dtype=np.int64),
            indices=np.asarray(csc.indices, dtype=np.int64),
            values=np.asarray(csc.data, dtype=np.float64),
            columns=dict(self.columns),
            labels=dict(self.labels),
            blocks=dict(self.blocks),
            keys=dict(self.keys),
        )


def _flat(value: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    full = np.empty(shape)
    full[...] = value
    return full.ravel()


def _floats(parts: Sequence[FloatArray]) -> FloatArray:
    return np.concatenate(parts) if parts else np.zeros(0)


def _integers(parts: Sequence[IntArray]) -> IntArray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
