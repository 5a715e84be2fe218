"""What a plan costs with a unit or stock moved: the best of some ways, in warm linear models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.moves import Broken, RowCheck
from tanlu.roadmap.recourse import Recourse
from tanlu.roadmap.stock_moves import StockMoves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scipy.sparse import csr_array

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.solved import Solved

ALL: frozenset[str] = frozenset()
CAPACITY_FAMILIES = ("capacity", "reserve", "stock")
NOISE = 1e-6


@dataclass(slots=True)
class StockTrials:
    """Runs moved plans against the plan itself.

    Parameters
    ----------
    solved : Solved
        The plan.
    """

    solved: Solved
    moves: StockMoves = field(init=False)
    _models: dict[frozenset[str], tuple[Recourse, float]] = field(default_factory=dict)
    _columns: IntArray = field(init=False)
    _table: csr_array = field(init=False)
    _limits: IntArray = field(init=False)
    _capacity: IntArray = field(init=False)
    _check: RowCheck = field(init=False)
    _price: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Take the rows of capacity once."""
        assembly = self.solved.assembly
        matrix = assembly.matrix
        self.moves = StockMoves(assembly, self.solved.values)
        self._columns = np.concatenate([assembly.layout.n.ravel(), assembly.layout.y.ravel()])
        self._table = matrix.table().tocsr()
        blocks = {name for family in CAPACITY_FAMILIES for name in assembly.rows_of(family)}
        limits = [n for n in blocks if n.startswith("capacity.") and "capacity.output." not in n]
        self._capacity = self._rows(blocks)
        self._limits = self._rows(limits)
        self._check = RowCheck(assembly)
        self._price = np.zeros(matrix.n_columns)

    def _rows(self, blocks: Iterable[str]) -> IntArray:
        known = self.solved.assembly.matrix.blocks
        found = [known[name].ravel() for name in sorted(blocks)]
        return np.concatenate([np.zeros(0, dtype=np.int64), *found])

    def _model(self, without: frozenset[str]) -> tuple[Recourse, float]:
        if without not in self._models:
            recourse = Recourse(self.solved.assembly, self.solved.values, without=without)
            recourse.hold(self._columns, self.moves.decided[self._columns])
            answer = recourse.run()
            if answer.row_duals is not None and not without:
                slope = self._table.T @ answer.row_duals
                self._price = self.solved.assembly.matrix.cost - slope
            base = np.nan if answer.objective is None else answer.objective
            self._models[without] = recourse, base
        return self._models[without]

    def delta(
        self, values: FloatArray, without: frozenset[str] = ALL, *, lent: FloatArray | None = None
    ) -> float | None:
        """Return the extra cost of moved columns [MCNY]; None when a rule is then broken.

        Parameters
        ----------
        values : FloatArray
            Columns with units or stock moved.
        without : frozenset of str, optional
            Families left out, of the plan that it is compared with too.
        lent : FloatArray, optional
            By how much rows are widened [row units].
        """
        recourse, base = self._model(without)
        if self._breaks_limits(values, lent):
            return None
        changed = np.flatnonzero(values != self.moves.decided)
        recourse.hold(changed, values[changed])
        if lent is not None:
            recourse.lend(lent)
        objective = recourse.run().objective
        recourse.hold(changed, self.moves.decided[changed])
        if lent is not None:
            recourse.lend(np.zeros_like(lent))
        return None if objective is None or np.isnan(base) else objective - base

    def best(self, ways: Iterable[FloatArray], without: frozenset[str] = ALL) -> float | None:
        """Return the least extra cost of some ways [MCNY]; None when none can be."""
        found = [delta for values in ways if (delta := self.delta(values, without)) is not None]
        return min(found, default=None)

    def least(self, values: FloatArray) -> float:
        """Return a lower bound of the extra cost of moved columns [MCNY].

        The least cost of the rest is convex in what is fixed, so its slope bounds it from below.
        """
        self._model(ALL)
        return float(self._price @ (values - self.moves.decided))

    def lacking(self, values: FloatArray) -> FloatArray:
        """Return by how much moved columns take capacity away, in the rows of capacity."""
        rows, lacking = self._capacity, np.zeros(self.solved.assembly.matrix.n_rows)
        lacking[rows] = self._table[rows] @ (values - self.moves.decided)
        return lacking

    def over_budget(self, values: FloatArray) -> tuple[Broken, ...]:
        """Return the years whose investment is then above the budget."""
        return self._check.over_budget(values)

    def money(self, short: Iterable[Broken]) -> FloatArray:
        """Return what widens the budget by what is short, in the model's rows."""
        return self._check.money(short)

    def _breaks_limits(self, values: FloatArray, lent: FloatArray | None) -> bool:
        """Say whether a technology then has less or more capacity than it must or may."""
        matrix, rows = self.solved.assembly.matrix, self._limits
        more = np.zeros(len(rows)) if lent is None else lent[rows]
        activity = self._table[rows] @ values
        low = matrix.row_lo[rows] + np.minimum(more, 0.0) - activity
        high = activity - matrix.row_up[rows] - np.maximum(more, 0.0)
        return bool(np.any(low > NOISE) or np.any(high > NOISE))
