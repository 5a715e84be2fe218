"""A linear model that is changed and run again from where it stood."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.condense import whole_model
from tanlu.roadmap.ends import Ends
from tanlu.roadmap.solve import Answer, Engine, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tanlu.roadmap.builder import MatrixModel
    from tanlu.roadmap.condense import Condensed

UNLIMITED = 2**31 - 1


class Simplex(IntEnum):
    """Which simplex stays feasible after a change."""

    DUAL = 1  # bounds or right sides were moved
    PRIMAL = 4  # costs were moved


_SETTLED = {Status.OPTIMAL, Status.INFEASIBLE}
# A warm run is given up at this part of the cold run's iterations, which are quicker each: the
# cold run's model is presolved, which gains more the larger it is.
WARM_SHARE, WARM_SHARE_LARGE = 2, 4
LARGE = 10_000  # iterations of the cold run


class WarmEngine(Engine):
    """A continuous model that keeps its basis between runs.

    Parameters
    ----------
    matrix : MatrixModel
        Model to load; `apply` moves it to another with the same rows and columns.
    seed : int
        Random seed of the solver.
    small : Condensed, optional
        Smaller model, which must be the same for every model that is applied.
    """

    def __init__(
        self, matrix: MatrixModel, *, seed: int = 0, small: Condensed | None = None
    ) -> None:
        self._model = small or whole_model(matrix)
        super().__init__(matrix, integer=False, seed=seed, small=self._model)
        self._now = self._model.matrix(matrix)
        self.cold_iterations = 0
        self.cold_runs = 0
        self._simplex = Simplex.DUAL
        self._is_solved = False
        self._ends = Ends(self._now)

    def apply(self, matrix: MatrixModel) -> None:
        """Send the solver what differs from the model that it holds."""
        if self._is_solved:
            self._ends.remember(self.basis(), self.loaded_rows)
        now, matrix = self._now, self._model.matrix(matrix)
        columns = np.flatnonzero((matrix.lower != now.lower) | (matrix.upper != now.upper))
        if len(columns):
            self._must(
                self._solver.changeColsBounds(
                    len(columns),
                    columns.astype(np.int32),
                    matrix.lower[columns],
                    matrix.upper[columns],
                )
            )
        rows = np.flatnonzero((matrix.row_lo != now.row_lo) | (matrix.row_up != now.row_up))
        for row in rows:
            self._must(
                self._solver.changeRowBounds(
                    int(row), float(matrix.row_lo[row]), float(matrix.row_up[row])
                )
            )
        cells = np.flatnonzero(matrix.values != now.values)
        owner = np.searchsorted(matrix.starts, cells, side="right") - 1
        for cell, column in zip(cells, owner, strict=True):
            self._must(
                self._solver.changeCoeff(
                    int(matrix.indices[cell]), int(column), float(matrix.values[cell])
                )
            )
        priced = np.flatnonzero(matrix.cost != now.cost)
        if len(priced):
            index = priced.astype(np.int32)
            self._must(self._solver.changeColsCost(len(index), index, matrix.cost[priced]))
        self._now = matrix
        self._ends.move(matrix)
        self._begin_near()

    def _begin_near(self) -> None:
        """Begin the next run where that of the nearest model ended."""
        near = self._ends.nearest()
        if near is None:
            return
        if not (near.is_last and self._is_solved):
            if near.n_rows == self.loaded_rows:
                self.start_at(near.basis)
            else:  # rows were added since
                self.start_near(near.basis, np.ones(near.n_rows, dtype=bool))
        self._simplex = Simplex.PRIMAL if near.only_costs else Simplex.DUAL

    def run_cold(self) -> Answer:
        """Forget the basis and run; its iterations are the measure of later warm runs."""
        self._must(self._solver.clearSolver())
        self._set("simplex_strategy", int(Simplex.DUAL))
        self._set("simplex_iteration_limit", UNLIMITED)
        answer = self.run()
        self._is_solved = answer.status is Status.OPTIMAL
        self.cold_runs += 1
        self.cold_iterations = max(self.iterations, 1)
        return answer

    def run_near(self, other: Engine, rows: NDArray[np.bool_]) -> Answer:
        """Run for the first time, from where another run ended.

        Its iterations are the measure of later warm runs.

        Parameters
        ----------
        other : Engine
            A model with the same columns that has run.
        rows : ndarray of bool
            Which of its rows this model has.
        """
        self.cold_iterations = max(other.iterations, 1)
        self.start_near(other.basis(), rows)
        self._set("simplex_strategy", int(Simplex.DUAL))
        answer = self._run_or_fail()
        return answer if answer.status is Status.OPTIMAL else self.run_cold()

    def run_warm(self) -> Answer:
        """Run from the nearest basis: primal after costs, dual after bounds; cold when it drags."""
        if not self.cold_iterations:
            return self.run_cold()
        kind, self._simplex = self._simplex, Simplex.DUAL  # what follows adds rows
        self._set("simplex_strategy", int(kind))
        share = WARM_SHARE if self.cold_iterations < LARGE else WARM_SHARE_LARGE
        self._set("simplex_iteration_limit", max(self.cold_iterations // share, 1))
        answer = self._run_or_fail()
        return answer if answer.status in _SETTLED else self._begin_anew()

    def _begin_anew(self) -> Answer:
        known = self.cold_iterations
        answer = self.run_cold()
        self.cold_iterations = max(known, self.cold_iterations)
        return answer

    def rerun(self) -> Answer:
        """Run again after rows were added: the basis is near."""
        self._set("simplex_strategy", int(Simplex.DUAL))
        self._set("simplex_iteration_limit", UNLIMITED)
        answer = self._run_or_fail()
        return answer if answer.status in _SETTLED else self._begin_anew()

    def _run_or_fail(self) -> Answer:
        self._is_solved = False
        try:
            answer = self.run()
        except TanluError:  # a basis that the changed model makes useless
            return Answer(Status.FAILED)
        self._is_solved = answer.status is Status.OPTIMAL
        return answer
