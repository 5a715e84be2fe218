"""Mend and improve a plan: leave out, move or add a measure where that is cheaper."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.estimate import Estimate
from tanlu.roadmap.moves import RowCheck
from tanlu.roadmap.paths import Paths
from tanlu.roadmap.recourse import Recourse, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray

    Rows = dict[int, FloatArray]

CNY = 1e-6  # in MCNY
WORTH = 1e-5  # of the cost: a move that may gain less is not tried
MOST_TRIALS = 250
MISSED = 1e-9  # kt, GWh or MCNY


def repair(
    assembly: Assembly, values: FloatArray, *, seed: int = 0, trials: int = MOST_TRIALS
) -> FloatArray | None:
    """Return a polished plan near decisions that may miss targets or budget; None without one.

    Parameters
    ----------
    assembly : Assembly
        Model.
    values : FloatArray
        Columns whose decisions keep the rules among themselves.
    seed : int
        Seed of the solver.
    trials : int
        Most moves to try.

    Notes
    -----
    Targets and budget may be missed at a high price at first, then every move of one measure that
    makes the plan cheaper is made. The cost of the continuous rest is convex in what is fixed, so
    the duals bound the gain of a move from above: only moves that may gain are tried.
    """
    polisher = _Polisher(assembly, values, seed, trials)
    found = polisher.run()
    return found if polisher.missed <= MISSED else None


@dataclass(slots=True)
class _Polisher:
    assembly: Assembly
    values: FloatArray
    seed: int
    trials: int
    missed: float = np.inf
    _trials: int = 0
    _check: RowCheck = field(init=False)
    _estimate: Estimate = field(init=False)
    _cost: float = field(init=False)
    _worth: float = field(init=False)
    _failed: dict[str, float] = field(default_factory=dict)

    def run(self) -> FloatArray:
        self._check = RowCheck(self.assembly)
        self._estimate = Estimate(self.assembly)
        while self._trials < self.trials:
            paths = Paths(self.assembly, self.values)
            recourse = Recourse(self.assembly, paths.decided, self.seed, is_elastic=True)
            if not self._look(recourse) or not self._improve(paths, recourse):
                break
        return self.values

    def _look(self, recourse: Recourse) -> bool:
        """Take the cost and the prices of the plan as it stands."""
        answer = recourse.run()
        if answer.objective is None or answer.values is None or answer.row_duals is None:
            return False
        self._cost, self.values = answer.objective, whole(self.assembly, answer.values)
        self.missed = recourse.missed
        self._worth = max(WORTH * abs(self._cost), CNY)
        self._estimate.at(answer)
        return True

    def _improve(self, paths: Paths, recourse: Recourse) -> bool:
        """Make every move that gains, the most promising first; say whether one did."""
        least = self._estimate.least
        gains = [(least(paths, self.values, rows), n, rows) for n, rows in self._moves(paths)]
        found = False
        touched: set[int] = set()
        for estimate, name, rows in sorted(gains, key=lambda entry: entry[:2]):
            if estimate > -self._worth or self._trials >= self.trials:
                break
            if touched & rows.keys() or estimate > self._failed.get(name, 0.0) - self._worth:
                continue  # moved already, or no more promising than when it failed
            self._trials += 1
            was_missed = self.missed
            if self._accept(rows, recourse):
                touched |= rows.keys()
                found = True
                if was_missed > MISSED:
                    break  # a target nearer to being kept changes what is promising
            else:
                self._failed[name] = estimate
        return found

    def _accept(self, rows: Rows, recourse: Recourse) -> bool:
        values = self.values.copy()
        for index, path in rows.items():
            values[self.assembly.layout.z[index]] = path
        if self._check.broken(values):
            return False
        recourse.move(rows)
        answer = recourse.run()
        if answer.objective is None or answer.values is None or answer.objective > self._cost - CNY:
            recourse.back()
            return False
        self._cost, self.values = answer.objective, whole(self.assembly, answer.values)
        self.missed = recourse.missed
        recourse.values = self.values
        return True

    def _moves(self, paths: Paths) -> Iterator[tuple[str, Rows]]:
        locked = {lock.measure for lock in paths.problem.locks}
        for measure in paths.problem.measures.values():
            if measure.continuous or measure.id in locked:
                continue
            start = paths.start(measure.id)
            if start is None:
                for year in paths.candidates(measure):
                    yield f"{measure.id}@{year}", paths.moved(measure.id, year)
                continue
            yield measure.id, paths.moved(measure.id, None)
            yield f"{measure.id}+", paths.moved(measure.id, paths.following(start))
            before = paths.previous(start)
            if before is not None:
                yield f"{measure.id}-", paths.moved(measure.id, before)
