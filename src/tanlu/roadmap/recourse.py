"""With the whole-number decisions fixed and savings exact, the best of everything continuous."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array

from tanlu.kernel.plan import Effect
from tanlu.roadmap.assembly import FOLLOWING
from tanlu.roadmap.families import TARGET_FAMILIES
from tanlu.roadmap.solve import Answer, Engine, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray, MatrixModel
    from tanlu.roadmap.layout import Layout


def log_savings(layout: Layout, values: FloatArray) -> FloatArray:
    """Return the log of the remaining share of each end use, shape (E, T)."""
    total = np.zeros((len(layout.end_uses), layout.periods))
    for saving in layout.savings:
        total[saving.end_use] += saving.of(values[layout.z[saving.decision]])
    return total


def whole(assembly: Assembly, values: FloatArray) -> FloatArray:
    """Return the columns with the integer ones rounded to whole numbers."""
    rounded = values.copy()
    rounded[assembly.matrix.integer] = np.round(rounded[assembly.matrix.integer])
    return rounded


PENALTY = 1e3  # MCNY per kt, GWh or MCNY missed
ELASTIC = 1e2  # the same, where a plan is to be mended: far above any price of keeping a target
NOISE = 1e-9  # by which bounds may cross


@dataclass(slots=True)
class Recourse:
    """A linear model whose decisions are bounds: move one and run again, warm.

    Parameters
    ----------
    assembly : Assembly
        Model with the rows to keep.
    values : FloatArray
        Columns of the incumbent.
    seed : int
        Seed of the solver.
    without : frozenset of str
        Families whose rows do not bind, to ask what they cost.
    is_elastic : bool
        Whether targets and budget may be missed at a price, which is part of the objective.

    Notes
    -----
    The solver sees the free columns alone: what is fixed moves the sides of the rows, and a row
    with one free column is a bound. Their duals are put back from the reduced costs.
    """

    assembly: Assembly
    values: FloatArray
    seed: int = 0
    without: frozenset[str] = frozenset()
    is_elastic: bool = False
    engine: Engine = field(init=False)
    missed: float = field(init=False, default=0.0)
    _fixed: FloatArray = field(init=False)
    _columns: IntArray = field(init=False)
    _priced: IntArray = field(init=False)
    _rows: IntArray = field(init=False)
    _singles: IntArray = field(init=False)
    _bounded: IntArray = field(init=False)
    _weight: FloatArray = field(init=False)
    _table: csr_array = field(init=False)
    _rest: csr_array = field(init=False)
    _own: tuple[FloatArray, FloatArray] = field(init=False)
    _sides: tuple[FloatArray, FloatArray] = field(init=False)
    _bounds: tuple[FloatArray, FloatArray] = field(init=False)
    _lent: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Fix integers and flows at the incumbent; keep the rows that still bind something."""
        matrix = self.assembly.matrix
        free = ~matrix.integer
        free[self.assembly.layout.f.ravel()] = False  # fixed at the exact product
        self._columns = np.flatnonzero(free)
        self._priced = np.flatnonzero(~free & (matrix.cost != 0))
        table = csc_array(
            (matrix.values, matrix.indices, matrix.starts),
            shape=(matrix.n_rows, matrix.n_columns),
        ).tocsr()
        inside = table[:, self._columns]
        filled = np.diff(inside.indptr)
        keep = (filled > 0) & ~self._left_out()
        single = keep & (filled == 1) & ~self._never_bounds()
        self._singles, self._rows = np.flatnonzero(single), np.flatnonzero(keep & ~single)
        self._bounded = inside.indices[inside.indptr[self._singles]].astype(np.int64)
        self._weight = inside.data[inside.indptr[self._singles]]
        self._table = inside[self._rows]
        self._lent = np.zeros(matrix.n_rows)
        fixed = np.where(free, 0.0, 1.0)
        self._rest = table[np.concatenate([self._rows, self._singles])].multiply(fixed).tocsr()
        self._own = matrix.lower[self._columns].copy(), matrix.upper[self._columns].copy()
        self._fixed = self._exact(whole(self.assembly, self.values))
        self._sides, self._bounds = self._right_sides()
        self.engine = Engine(self._model(), integer=False, seed=self.seed)
        if self.is_elastic:
            self._loosen(TARGET_FAMILIES | {"budget"}, ELASTIC)

    def _model(self) -> MatrixModel:
        matrix, table = self.assembly.matrix, self._table.tocsc()
        table.sort_indices()
        return replace(
            matrix,
            cost=matrix.cost[self._columns],
            lower=self._bounds[0],
            upper=np.maximum(*self._bounds),
            integer=np.zeros(len(self._columns), dtype=bool),
            row_lo=self._sides[0],
            row_up=self._sides[1],
            starts=table.indptr.astype(np.int64),
            indices=table.indices.astype(np.int64),
            values=table.data,
            columns={},
            labels={},
            blocks={},
            keys={},
        )

    def _left_out(self) -> NDArray[np.bool_]:
        """Return the rows of savings, of what follows from others, and of families left out."""
        return self._of("savings", *FOLLOWING, *self.without)

    def _never_bounds(self) -> NDArray[np.bool_]:
        """Return the rows that may be tightened or missed, and so stay rows."""
        return self._of("budget", *TARGET_FAMILIES)

    def _of(self, *families: str) -> NDArray[np.bool_]:
        matrix = self.assembly.matrix
        found = np.zeros(matrix.n_rows, dtype=bool)
        for family in families:
            for name in self.assembly.rows_of(family):
                found[matrix.blocks[name]] = True
        return found

    def _exact(self, values: FloatArray) -> FloatArray:
        """Return columns with flows at the exact product."""
        layout = self.assembly.layout
        values[layout.f] = np.exp(log_savings(layout, values))
        return values

    def _right_sides(
        self,
    ) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
        """Return the sides of the rows and the bounds of the columns at what is fixed."""
        matrix, count = self.assembly.matrix, len(self._rows)
        taken = self._rest @ self._fixed
        more = np.maximum(self._lent, 0.0)[self._rows] - taken[:count]
        less = np.minimum(self._lent, 0.0)[self._rows] - taken[:count]
        sides = matrix.row_lo[self._rows] + less, matrix.row_up[self._rows] + more
        low, high = self._own[0].copy(), self._own[1].copy()
        least, most = self._single_bounds(taken[count:])
        np.maximum.at(low, self._bounded, least)
        np.minimum.at(high, self._bounded, most)
        crossed = (low > high) & (low <= high + NOISE)
        high[crossed] = low[crossed]
        return sides, (low, high)

    def _single_bounds(self, taken: FloatArray) -> tuple[FloatArray, FloatArray]:
        matrix = self.assembly.matrix
        lent = self._lent[self._singles]
        one = (matrix.row_lo[self._singles] + np.minimum(lent, 0.0) - taken) / self._weight
        other = (matrix.row_up[self._singles] + np.maximum(lent, 0.0) - taken) / self._weight
        return np.minimum(one, other), np.maximum(one, other)

    def _send(self) -> None:
        """Tell the solver what has changed."""
        (low, high), (lower, upper) = self._right_sides()
        upper_sent = np.maximum(lower, upper)
        rows = np.flatnonzero((low != self._sides[0]) | (high != self._sides[1]))
        self.engine.set_rows(rows, low[rows], high[rows])
        columns = np.flatnonzero((lower != self._bounds[0]) | (upper != self._bounds[1]))
        self.engine.set_bounds(columns, lower[columns], upper_sent[columns])
        self._sides, self._bounds = (low, high), (lower, upper)

    def move(self, rows: dict[int, FloatArray]) -> None:
        """Fix some decisions' paths, shape (T,), and the flows that they touch."""
        layout = self.assembly.layout
        values = whole(self.assembly, self.values)
        for index, path in rows.items():
            values[layout.z[index]] = path
        self._fixed = self._exact(values)
        self._send()

    def back(self) -> None:
        """Return to the incumbent."""
        self.move({})

    def hold(self, columns: IntArray, path: FloatArray) -> None:
        """Keep some columns at given values, free ones and decisions alike."""
        index, level = columns.ravel(), np.asarray(path, dtype=np.float64).ravel()
        places = np.searchsorted(self._columns, index)
        inside = places < len(self._columns)
        inside[inside] = self._columns[places[inside]] == index[inside]
        for own in self._own:
            own[places[inside]] = level[inside]
        if not inside.all():
            self._fixed[index[~inside]] = level[~inside]
            self._fixed = self._exact(self._fixed)
        self._send()

    def lend(self, amounts: FloatArray) -> None:
        """Widen the rows of the model: the upper side by what is positive, the lower by the rest.

        Parameters
        ----------
        amounts : FloatArray, shape (rows,)
            By how much [row units]; what was lent before is taken back.
        """
        self._lent = amounts
        self._send()

    def run(self) -> Answer:
        """Solve the continuous rest; the duals are those of the model's rows."""
        if np.any(self._bounds[0] > self._bounds[1]):
            return Answer(Status.INFEASIBLE)
        answer = self.engine.run()
        if answer.values is None or answer.row_duals is None or answer.objective is None:
            return answer
        values = self._fixed.copy()
        values[self._columns] = answer.values[: len(self._columns)]
        self.missed = float(np.sum(answer.values[len(self._columns) :]))
        decided = self._priced
        still = float(np.sum(self.assembly.matrix.cost[decided] * self._fixed[decided]))
        objective = answer.objective + still
        return Answer(answer.status, objective, objective, values, self._duals(answer.row_duals))

    def _duals(self, known: FloatArray) -> FloatArray:
        """Return a dual for each row of the model; a bound's is its column's reduced cost."""
        matrix = self.assembly.matrix
        duals = np.zeros(matrix.n_rows)
        duals[self._rows] = known[: len(self._rows)]
        reduced = matrix.cost[self._columns] - self._table.T @ known[: len(self._rows)]
        mine = reduced[self._bounded]
        taken = (self._rest @ self._fixed)[len(self._rows) :]
        least, most = self._single_bounds(taken)
        low, high = self._bounds[0][self._bounded], self._bounds[1][self._bounded]
        binds = ((mine > 0) & (least >= low) & (least > self._own[0][self._bounded])) | (
            (mine < 0) & (most <= high) & (most < self._own[1][self._bounded])
        )
        first = np.unique(self._bounded[binds], return_index=True)[1]  # one row has the dual
        chosen = np.flatnonzero(binds)[first]
        duals[self._singles[chosen]] = mine[chosen] / self._weight[chosen]
        return duals

    def missing(self, families: frozenset[str]) -> dict[int, float]:
        """Return by how much each row of some families is missed at least [row units].

        The engine keeps the slack columns: use it for nothing else afterwards.
        """
        slack = self._loosen(families, PENALTY)
        answer = self.engine.run()
        if answer.values is None:
            return {}
        amounts = answer.values[len(self._columns) :]
        return {row: float(v) for row, v in zip(slack, amounts, strict=True) if v > 0}

    def _loosen(self, families: frozenset[str], penalty: float) -> list[int]:
        """Let the rows of some families be missed; return them."""
        matrix, found = self.assembly.matrix, []
        loose = self._of(*sorted(families)) & (matrix.row_lo < matrix.row_up)
        for place in np.flatnonzero(loose[self._rows]):
            sign = -1.0 if np.isfinite(matrix.row_up[self._rows[place]]) else 1.0
            self.engine.add_column(cost=penalty, rows=np.array([place]), values=np.array([sign]))
            found.append(int(self._rows[place]))
        return found

    def tighten(self, row: int, amount: float) -> None:
        """Pull the finite sides of a row in by an amount [row units]."""
        matrix = self.assembly.matrix
        matrix.row_up[row] -= amount
        low = matrix.row_lo[row]
        if np.isfinite(low) and not np.isfinite(matrix.row_up[row]):
            matrix.row_lo[row] = low + amount
        self._send()


def closes(layout: Layout, index: int) -> bool:
    """Say whether a decision switches a route."""
    measure = layout.problem.measures.get(layout.decisions[index].owner)
    return measure is not None and measure.effect is Effect.SWITCH


def rows_at(assembly: Assembly, family: str, *, key: str, year: str) -> IntArray:
    """Return the rows of a family that speak of a key and a year."""
    wanted = {f"{key},{year}", year if family == "budget" else ""}
    found = [
        int(row)
        for name, keys in assembly.rows_of(family).items()
        if name != "budget.investment"
        for row, label in zip(assembly.matrix.blocks[name], keys, strict=True)
        if label in wanted
    ]
    return np.array(found, dtype=np.int64)
