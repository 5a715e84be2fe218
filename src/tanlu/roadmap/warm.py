"""A linear model that is changed and run again from where it stood."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.solve import Engine, Status

if TYPE_CHECKING:
    from tanlu.roadmap.builder import IntArray, MatrixModel
    from tanlu.roadmap.solve import Answer

WARM_SHARE = 16  # a warm run is given up at this part of the cold run's iterations
UNLIMITED = 2**31 - 1


class Simplex(IntEnum):
    """Which simplex stays feasible after a change."""

    DUAL = 1  # bounds or right sides were moved
    PRIMAL = 4  # costs were moved


class WarmEngine(Engine):
    """A continuous model that keeps its basis between runs.

    Parameters
    ----------
    matrix : MatrixModel
        Model to load; `apply` moves it to another with the same rows and columns.
    seed : int
        Random seed of the solver.
    without : IntArray, optional
        Rows left out; they must be the same in every model that is applied.
    """

    def __init__(
        self, matrix: MatrixModel, *, seed: int = 0, without: IntArray | None = None
    ) -> None:
        super().__init__(matrix, integer=False, seed=seed)
        self.matrix = matrix
        left_out = np.zeros(0, dtype=np.int64) if without is None else without
        self.drop(left_out)
        self._kept = np.setdiff1d(np.arange(matrix.n_rows), left_out)
        self._place = np.full(matrix.n_rows, -1, dtype=np.int64)
        self._place[self._kept] = np.arange(len(self._kept))
        self.cold_iterations = 0
        self.cold_runs = 0
        self._simplex = Simplex.DUAL

    def apply(self, matrix: MatrixModel) -> None:
        """Send the solver what differs from the model that it holds."""
        now = self.matrix
        columns = np.flatnonzero((matrix.lower != now.lower) | (matrix.upper != now.upper))
        if len(columns):
            self.set_bounds(columns, matrix.lower[columns], matrix.upper[columns])
        rows = np.flatnonzero((matrix.row_lo != now.row_lo) | (matrix.row_up != now.row_up))
        for row in rows:
            self.set_row(int(self._place[row]), matrix.row_lo[row], matrix.row_up[row])
        cells = np.flatnonzero(matrix.values != now.values)
        owner = np.searchsorted(matrix.starts, cells, side="right") - 1
        for cell, column in zip(cells, owner, strict=True):
            self._must(
                self._solver.changeCoeff(
                    int(self._place[matrix.indices[cell]]),
                    int(column),
                    float(matrix.values[cell]),
                )
            )
        priced = np.flatnonzero(matrix.cost != now.cost)
        if len(priced):
            index = priced.astype(np.int32)
            self._must(self._solver.changeColsCost(len(index), index, matrix.cost[priced]))
        only_costs = len(priced) and not (len(columns) or len(rows) or len(cells))
        self._simplex = Simplex.PRIMAL if only_costs else Simplex.DUAL
        self.matrix = matrix

    def run_cold(self) -> Answer:
        """Forget the basis and run; its iterations are the measure of later warm runs."""
        self._must(self._solver.clearSolver())
        self._set("simplex_strategy", int(Simplex.DUAL))
        self._set("simplex_iteration_limit", UNLIMITED)
        answer = self.run()
        self.cold_runs += 1
        self.cold_iterations = max(self.iterations, 1)
        return self._whole(answer)

    def _whole(self, answer: Answer) -> Answer:
        """Return an answer with a dual for each row of the model, zero where it is left out."""
        if answer.row_duals is None:
            return answer
        duals = np.zeros(self.matrix.n_rows)
        duals[self._kept] = answer.row_duals[: len(self._kept)]
        return replace(answer, row_duals=duals)

    def run_warm(self) -> Answer:
        """Run from the last basis: primal after costs, dual after bounds; cold when it drags."""
        if not self.cold_iterations:
            return self.run_cold()
        self._set("simplex_strategy", int(self._simplex))
        self._set("simplex_iteration_limit", max(self.cold_iterations // WARM_SHARE, 1))
        answer = self.run()
        self._simplex = Simplex.DUAL  # what follows adds rows
        if answer.status in {Status.OPTIMAL, Status.INFEASIBLE}:
            return self._whole(answer)
        known = self.cold_iterations
        answer = self.run_cold()
        self.cold_iterations = max(known, self.cold_iterations)
        return answer

    @property
    def iterations(self) -> int:
        """Simplex iterations of the last run."""
        return int(self._solver.getInfo().simplex_iteration_count)
