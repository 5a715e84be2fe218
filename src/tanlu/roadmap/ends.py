"""Where earlier runs of a changing model ended, and which of them is nearest to the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tanlu.roadmap.builder import FloatArray, MatrixModel
    from tanlu.roadmap.solve import Basis

KEPT = 12  # of many the oldest is let go


@dataclass(frozen=True, slots=True)
class End:
    """A basis, and the numbers of its model that ever move."""

    numbers: FloatArray
    basis: Basis
    n_rows: int


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest end.

    Parameters
    ----------
    basis : Basis
        Where it ended.
    n_rows : int
        Number of rows that it speaks of.
    is_last : bool
        Whether it was the last run.
    only_costs : bool
        Whether only costs have moved since.
    """

    basis: Basis
    n_rows: int
    is_last: bool
    only_costs: bool


class Ends:
    """The last ends of a model's runs; only numbers that ever move are kept and compared.

    Parameters
    ----------
    first : MatrixModel
        The model as it begins.
    """

    def __init__(self, first: MatrixModel) -> None:
        self._first = _numbers(first)
        self._costs = len(first.cost)
        self._moving = np.zeros(0, dtype=np.int64)
        self._now = np.zeros(0)
        self._known: list[End] = []

    def move(self, matrix: MatrixModel) -> None:
        """Take the numbers of the model that is to be run next."""
        numbers = _numbers(matrix)
        fresh = np.setdiff1d(np.flatnonzero(numbers != self._first), self._moving)
        if len(fresh):
            self._moving = np.concatenate([self._moving, fresh])
            still = self._first[fresh]
            self._known = [
                replace(end, numbers=np.concatenate([end.numbers, still])) for end in self._known
            ]
        self._now = numbers[self._moving]

    def remember(self, basis: Basis, n_rows: int) -> None:
        """Keep where the run of the model as it stands ended."""
        others = [end for end in self._known if not np.array_equal(end.numbers, self._now)]
        self._known = [*others[1 - KEPT :], End(self._now, basis, n_rows)]

    def nearest(self) -> Near | None:
        """Return the end whose model differs least from the one held, of equals the last."""
        if not self._known:
            return None
        apart = [_apart(self._now, end.numbers) for end in reversed(self._known)]
        place = int(np.argmin(apart))
        end = self._known[-1 - place]
        moved = self._moving[end.numbers != self._now]
        only_costs = bool(len(moved)) and bool(np.all(moved < self._costs))
        return Near(end.basis, end.n_rows, place == 0, only_costs)


def _numbers(matrix: MatrixModel) -> FloatArray:
    """Return all numbers of a model, costs first."""
    parts = (matrix.cost, matrix.lower, matrix.upper, matrix.row_lo, matrix.row_up, matrix.values)
    return np.concatenate(parts)


def _apart(one: FloatArray, other: FloatArray) -> float:
    """Return the sum of relative changes; a side that opens or closes counts as one."""
    moved = one != other
    a, b = one[moved], other[moved]
    with np.errstate(invalid="ignore"):
        part = np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))
    return float(np.sum(np.where(np.isfinite(part), part, 1.0)))
