"""The sole door to HiGHS: load a matrix, change it, run it, and read nothing before the status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.builder import summed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from tanlu.roadmap.builder import Block, FloatArray, IntArray, MatrixModel
    from tanlu.roadmap.condense import Condensed


MANY = 2**31 - 1  # no limit
Basis = Any  # the library's, without types


class Status(StrEnum):
    """What the solver says about a model."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    TIME = "time"
    NODES = "nodes"
    FAILED = "failed"


_STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME,
    highspy.HighsModelStatus.kSolutionLimit: Status.NODES,
    highspy.HighsModelStatus.kInterrupt: Status.TIME,
}

_LIMITED = {Status.TIME, Status.NODES}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run gave; numbers are None unless the status allows them.

    Parameters
    ----------
    status : Status
        Model status, read first.
    objective, bound : float or None
        Value of `values`, and proved lower bound.
    values, row_duals, reduced : FloatArray or None
        Columns; duals of the rows and reduced costs of the columns (continuous models only). Of
        columns that are one in the solver, the first has the reduced cost of all.
    """

    status: Status
    objective: float | None = None
    bound: float | None = None
    values: FloatArray | None = None
    row_duals: FloatArray | None = None
    reduced: FloatArray | None = None

    @property
    def found(self) -> bool:
        """Whether there is a feasible point."""
        return self.values is not None


TOLERANCE = 1e-9


class _QuietHighs(highspy.Highs):
    """HiGHS without callbacks, whose set-up prints a banner to standard output."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the library's name
        """Leave callbacks off."""


_new_solver: Any = _QuietHighs  # the library's constructor has no types


def solver_version() -> str:
    """Return the name and version of the solver."""
    return f"HiGHS {_new_solver().version()}"


class Engine:
    """One model in one solver object, single-threaded and seeded.

    Parameters
    ----------
    matrix : MatrixModel
        Model to load.
    integer : bool
        Whether integer columns are kept integer.
    seed : int
        Random seed of the solver.
    small : Condensed, optional
        Smaller model that is solved in place of it; columns, rows and answers are those of the
        whole one, whose dropped rows have a dual of zero.
    tolerance : float
        Of rows, whole numbers and duals.
    """

    def __init__(
        self,
        matrix: MatrixModel,
        *,
        integer: bool,
        seed: int = 0,
        small: Condensed | None = None,
        tolerance: float = TOLERANCE,
    ) -> None:
        self._solver: Any = _new_solver()
        self._small = small
        self._base_rows = matrix.n_rows
        if small is not None:
            self._column = small.column
            self._place = np.full(matrix.n_rows, -1, dtype=np.int64)
            self._place[small.kept] = np.arange(len(small.kept))
            matrix = small.matrix(matrix)
        self._integer = np.array(matrix.integer)
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", seed),
            ("mip_feasibility_tolerance", tolerance),
            ("primal_feasibility_tolerance", tolerance),
            ("dual_feasibility_tolerance", tolerance),
        ):
            self._set(name, value)
        self._must(_pass(self._solver, matrix, integer=integer))
        self.is_integer = integer and bool(self._integer.any())
        self.n_columns = matrix.n_columns
        self.n_rows = matrix.n_rows

    def _columns(self, columns: IntArray) -> IntArray:
        """Return where columns of the whole model are in the one that is loaded."""
        index = np.asarray(columns, dtype=np.int64).ravel()
        return index if self._small is None else self._column[index]

    def _set(self, name: str, value: float | str | bool) -> None:
        self._must(self._solver.setOptionValue(name, value))

    @staticmethod
    def _must(status: Any) -> None:
        if status == highspy.HighsStatus.kError:
            raise TanluError("plan.solver-refused")

    def add(self, block: Block) -> None:
        """Add rows to the loaded model."""
        starts, columns, values = _row_wise(block, self._columns)
        count = len(block.keys)
        low = np.broadcast_to(np.asarray(block.lo, dtype=np.float64), (count,))
        high = np.broadcast_to(np.asarray(block.up, dtype=np.float64), (count,))
        self._must(
            self._solver.addRows(
                count, low.copy(), high.copy(), len(columns), starts, columns, values
            )
        )
        self.n_rows += count

    def drop(self, rows: IntArray) -> None:
        """Take rows out; the index of those behind them moves up, if there is no smaller model."""
        if self._small is not None:
            places = self._place[rows]
            self._place[rows] = -1
            rows = places[places >= 0]
            stay = np.flatnonzero(self._place >= 0)
            self._place[stay] = np.arange(len(stay))
        if len(rows):
            self._must(self._solver.deleteRows(len(rows), rows.astype(np.int32)))
            self.n_rows -= len(rows)

    def add_column(self, *, cost: float, rows: IntArray, values: FloatArray) -> int:
        """Add a non-negative continuous column and return its index in the solver."""
        if self._small is not None:
            rows = self._place[rows]
        self._must(
            self._solver.addCol(
                cost, 0.0, np.inf, len(rows), rows.astype(np.int32), values.astype(np.float64)
            )
        )
        self.n_columns += 1
        return int(self._solver.getNumCol()) - 1

    def set_bounds(self, columns: IntArray, low: ArrayLike, high: ArrayLike) -> None:
        """Change the bounds of some columns."""
        every = self._columns(columns)
        lower = np.broadcast_to(np.asarray(low, dtype=np.float64), every.shape)
        upper = np.broadcast_to(np.asarray(high, dtype=np.float64), every.shape)
        index, first = np.unique(every, return_index=True)  # columns that are one have one bound
        self._must(
            self._solver.changeColsBounds(
                len(index), index.astype(np.int32), lower[first], upper[first]
            )
        )

    def set_row(self, row: int, low: float, high: float) -> None:
        """Change the bounds of one row; one that is left out stays so.

        Added rows are counted on from the rows of the whole model.
        """
        if self._small is not None:
            added = row - self._base_rows
            row = int(self._place[row]) if added < 0 else int(np.sum(self._place >= 0)) + added
            if row < 0:
                return
        self._must(self._solver.changeRowBounds(int(row), float(low), float(high)))

    def set_rows(self, rows: IntArray, low: FloatArray, high: FloatArray) -> None:
        """Change the bounds of some rows of a model that is loaded whole."""
        index = rows.astype(np.int32)
        self._must(self._solver.changeRowsBounds(len(index), index, low, high))

    def set_costs(self, costs: FloatArray) -> None:
        """Replace the whole objective."""
        if self._small is not None:
            costs = summed(self._column, costs, self._small.n_columns)
        index = np.arange(len(costs), dtype=np.int32)
        self._must(self._solver.changeColsCost(len(index), index, costs.astype(np.float64)))

    @property
    def iterations(self) -> int:
        """Simplex iterations of the last run."""
        return int(self._solver.getInfo().simplex_iteration_count)

    @property
    def loaded_rows(self) -> int:
        """Number of rows that the solver holds."""
        return int(self._solver.getNumRow())

    def basis(self) -> Basis:
        """Return where the last run of a continuous model ended."""
        return self._solver.getBasis()  # a copy: it does not keep the solver alive

    def start_at(self, basis: Basis) -> None:
        """Start the next run of the same rows and columns where another one ended."""
        self._must(self._solver.setBasis(basis))

    def start_near(self, basis: Basis, rows: NDArray[np.bool_]) -> None:
        """Start the next run where another one ended that had more rows, or fewer.

        Parameters
        ----------
        basis : Basis
            Of a run with the same columns.
        rows : ndarray of bool
            Which of its rows this model has, in their order; further rows of this model, at the
            end, are taken as not binding.
        """
        known = highspy.HighsBasis()
        known.col_status = basis.col_status
        kept = [status for status, stays in zip(basis.row_status, rows, strict=True) if stays]
        more = self.loaded_rows - len(kept)
        known.row_status = kept + [highspy.HighsBasisStatus.kBasic] * more
        known.valid = True
        self._must(self._solver.setBasis(known))

    def run(
        self,
        *,
        gap: float = 0.0,
        seconds: float | None = None,
        nodes: int | None = None,
        start: FloatArray | None = None,
        improvements: int | None = None,
        below: float | None = None,
    ) -> Answer:
        """Run once; the time limit counts from now.

        Parameters
        ----------
        gap : float
            Relative gap at which an integer run stops [-].
        seconds : float, optional
            Time limit [s].
        nodes : int, optional
            Node limit.
        start : FloatArray, optional
            Known point to start an integer run from.
        improvements : int, optional
            Stop an integer run after so many better plans.
        below : float, optional
            Look only for plans of less than this cost; infeasible where there is none.
        """
        limit = np.inf if seconds is None else self._solver.getRunTime() + seconds
        self._set("time_limit", float(limit))
        self._set("mip_max_nodes", MANY if nodes is None else nodes)
        self._set("mip_max_improving_sols", MANY if improvements is None else improvements)
        self._set("mip_rel_gap", gap)
        self._set("mip_abs_gap", 0.0 if gap else 1e-9)
        self._set("objective_bound", np.inf if below is None else below)
        if start is not None and self.is_integer:
            solution = highspy.HighsSolution()
            solution.col_value = list(self._inward(start))
            self._solver.setSolution(solution)
        self._must(self._solver.run())
        return self._answer()

    def _inward(self, values: FloatArray) -> FloatArray:
        if self._small is None:
            return values
        found = np.zeros(self._small.n_columns)
        found[self._column] = values
        return found

    def _answer(self) -> Answer:
        status = _STATUS.get(self._solver.getModelStatus(), Status.FAILED)
        if status is Status.FAILED and self._solver.getModelStatus() == (
            highspy.HighsModelStatus.kModelEmpty
        ):
            status = Status.OPTIMAL
        info = self._solver.getInfo()
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if status is not Status.OPTIMAL and not (status in _LIMITED and feasible):
            bound = float(info.mip_dual_bound) if self.is_integer and status in _LIMITED else None
            return Answer(status, bound=bound)
        solution = self._solver.getSolution()
        objective = float(info.objective_function_value)
        bound = float(info.mip_dual_bound) if self.is_integer else objective
        if not self.is_integer and status is not Status.OPTIMAL:
            return Answer(status)
        values = np.array(solution.col_value, dtype=np.float64)
        if self.is_integer:
            return Answer(status, objective, bound, self._whole(values))
        duals = self._outward(np.array(solution.row_dual, dtype=np.float64))
        reduced = self._first(np.array(solution.col_dual, dtype=np.float64))
        return Answer(status, objective, bound, self._whole(values), duals, reduced)

    def _whole(self, values: FloatArray) -> FloatArray:
        """Return the columns of the whole model."""
        return values if self._small is None else values[self._column]

    def _first(self, reduced: FloatArray) -> FloatArray:
        """Return the reduced costs of the whole model, those of one column on its first."""
        if self._small is None:
            return reduced
        found = np.zeros(len(self._column))
        places, first = np.unique(self._column, return_index=True)
        found[first] = reduced[places]
        return found

    def _outward(self, duals: FloatArray) -> FloatArray:
        """Return a dual for each row of the whole model and those added."""
        if self._small is None:
            return duals
        kept = np.flatnonzero(self._place >= 0)
        found = np.zeros(self._base_rows)
        found[kept] = duals[: len(kept)]
        return np.concatenate([found, duals[len(kept) :]])


def _pass(solver: Any, matrix: MatrixModel, *, integer: bool) -> Any:
    """Load a model, column-wise, from arrays."""
    return solver.passModel(
        matrix.n_columns,
        matrix.n_rows,
        len(matrix.values),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        matrix.cost,
        matrix.lower,
        matrix.upper,
        matrix.row_lo,
        matrix.row_up,
        matrix.starts.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.values,
        (matrix.integer & integer).astype(np.int32),
    )


def _row_wise(block: Block, place: Callable[[IntArray], IntArray]) -> tuple[Any, Any, FloatArray]:
    """Return the rows of a block as starts, column indices and values; cells added up."""
    count = len(block.keys)
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    values: list[FloatArray] = []
    for term in block.terms:
        at = np.asarray(term.columns, dtype=np.int64)
        weight = np.asarray(term.coefficient, dtype=np.float64)
        if weight.ndim == 1 and at.ndim == 2:  # noqa: PLR2004 - a value per row
            weight = weight[:, None]
        weight = np.broadcast_to(weight, at.shape)
        index = np.arange(count) if at.ndim == 1 else np.arange(count)[:, None]
        keep = (at >= 0) & (weight != 0)
        rows.append(np.broadcast_to(index, at.shape)[keep])
        columns.append(place(at[keep]))
        values.append(weight[keep])
    row, column = np.concatenate(rows), np.concatenate(columns)
    width = int(column.max(initial=0)) + 1
    cells, inverse = np.unique(row * width + column, return_inverse=True)
    sums = summed(inverse, np.concatenate(values), len(cells))
    starts = np.searchsorted(cells, np.arange(count) * width)
    return starts.astype(np.int32), (cells % width).astype(np.int32), sums
