"""The sole door to HiGHS: load a matrix, change it, run it, and read nothing before the status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from tanlu.roadmap.builder import Block, FloatArray, IntArray, MatrixModel


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
    values, row_duals : FloatArray or None
        Columns; duals of the rows (continuous models only).
    """

    status: Status
    objective: float | None = None
    bound: float | None = None
    values: FloatArray | None = None
    row_duals: FloatArray | None = None

    @property
    def found(self) -> bool:
        """Whether there is a feasible point."""
        return self.values is not None


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
    """

    def __init__(self, matrix: MatrixModel, *, integer: bool, seed: int = 0) -> None:
        self._solver: Any = _new_solver()
        self._integer = np.array(matrix.integer)
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", seed),
            ("mip_feasibility_tolerance", 1e-9),
            ("primal_feasibility_tolerance", 1e-9),
            ("dual_feasibility_tolerance", 1e-9),
        ):
            self._set(name, value)
        self._must(self._solver.passModel(_highs_lp(matrix, integer=integer)))
        self.is_integer = integer and bool(self._integer.any())
        self.n_columns = matrix.n_columns
        self.n_rows = matrix.n_rows

    def _set(self, name: str, value: float | str | bool) -> None:
        self._must(self._solver.setOptionValue(name, value))

    @staticmethod
    def _must(status: Any) -> None:
        if status == highspy.HighsStatus.kError:
            raise TanluError("plan.solver-refused")

    def add(self, block: Block) -> None:
        """Add rows to the loaded model."""
        starts, columns, values = _row_wise(block)
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
        """Take rows out; the index of those behind them moves up."""
        if len(rows):
            self._must(self._solver.deleteRows(len(rows), rows.astype(np.int32)))
            self.n_rows -= len(rows)

    def add_column(self, *, cost: float, rows: IntArray, values: FloatArray) -> int:
        """Add a non-negative continuous column and return its index."""
        self._must(
            self._solver.addCol(
                cost, 0.0, np.inf, len(rows), rows.astype(np.int32), values.astype(np.float64)
            )
        )
        self.n_columns += 1
        return self.n_columns - 1

    def set_bounds(self, columns: IntArray, low: ArrayLike, high: ArrayLike) -> None:
        """Change the bounds of some columns."""
        index = np.asarray(columns, dtype=np.int32).ravel()
        lower = np.broadcast_to(np.asarray(low, dtype=np.float64), index.shape).copy()
        upper = np.broadcast_to(np.asarray(high, dtype=np.float64), index.shape).copy()
        self._must(self._solver.changeColsBounds(len(index), index, lower, upper))

    def set_row(self, row: int, low: float, high: float) -> None:
        """Change the bounds of one row."""
        self._must(self._solver.changeRowBounds(int(row), float(low), float(high)))

    def set_costs(self, costs: FloatArray) -> None:
        """Replace the whole objective."""
        index = np.arange(len(costs), dtype=np.int32)
        self._must(self._solver.changeColsCost(len(index), index, costs.astype(np.float64)))

    def run(
        self,
        *,
        gap: float = 0.0,
        seconds: float | None = None,
        nodes: int | None = None,
        start: FloatArray | None = None,
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
        """
        limit = np.inf if seconds is None else self._solver.getRunTime() + seconds
        self._set("time_limit", float(limit))
        self._set("mip_max_nodes", 2**31 - 1 if nodes is None else nodes)
        self._set("mip_rel_gap", gap)
        self._set("mip_abs_gap", 0.0 if gap else 1e-9)
        if start is not None and self.is_integer:
            solution = highspy.HighsSolution()
            solution.col_value = list(start)
            self._solver.setSolution(solution)
        self._must(self._solver.run())
        return self._answer()

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
        duals = None if self.is_integer else np.array(solution.row_dual, dtype=np.float64)
        return Answer(status, objective, bound, values, duals)


def _highs_lp(matrix: MatrixModel, *, integer: bool) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_ = matrix.n_columns
    lp.num_row_ = matrix.n_rows
    lp.col_cost_ = matrix.cost
    lp.col_lower_ = matrix.lower
    lp.col_upper_ = matrix.upper
    lp.row_lower_ = matrix.row_lo
    lp.row_upper_ = matrix.row_up
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_ = matrix.n_columns
    lp.a_matrix_.num_row_ = matrix.n_rows
    lp.a_matrix_.start_ = matrix.starts.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.values
    if integer:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in matrix.integer]
    return lp


def _row_wise(block: Block) -> tuple[Any, Any, FloatArray]:
    """Return the rows of a block as starts, column indices and values; cells added up."""
    starts, columns, values = [0], [], []
    for row in range(len(block.keys)):
        cells: dict[int, float] = {}
        for term in block.terms:
            index = np.atleast_1d(term.columns[row])
            weight = np.asarray(term.coefficient, dtype=np.float64)
            if weight.ndim == 1 and term.columns.ndim == 2:  # noqa: PLR2004 - a value per row
                weight = weight[:, None]
            weight = np.broadcast_to(weight, term.columns.shape)[row]
            for column, value in zip(index, np.atleast_1d(weight), strict=True):
                if column >= 0 and value:
                    cells[int(column)] = cells.get(int(column), 0.0) + float(value)
        for column in sorted(cells):
            columns.append(column)
            values.append(cells[column])
        starts.append(len(columns))
    return (
        np.array(starts[:-1], dtype=np.int32),
        np.array(columns, dtype=np.int32),
        np.array(values, dtype=np.float64),
    )
