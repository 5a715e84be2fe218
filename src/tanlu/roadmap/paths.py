"""The paths of decisions in a plan: when each starts, and what moves with it when it is moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.recourse import whole

if TYPE_CHECKING:
    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.problem import Measure, Problem

HALF = 0.5


@dataclass(slots=True)
class Paths:
    """Decisions of a plan and how they can be moved.

    Parameters
    ----------
    assembly : Assembly
        Model.
    values : FloatArray
        Columns of the plan.
    """

    assembly: Assembly
    values: FloatArray
    decided: FloatArray = field(init=False)
    _rows: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Round the decisions once."""
        self.decided = whole(self.assembly, self.values)
        self._rows = {}
        for index, decision in enumerate(self.assembly.layout.decisions):
            self._rows.setdefault(decision.owner, []).append(index)

    @property
    def problem(self) -> Problem:
        """What is planned."""
        return self.assembly.layout.problem

    def path(self, index: int) -> FloatArray:
        """Return the path of one decision, shape (T,)."""
        columns: IntArray = self.assembly.layout.z[index]
        taken: FloatArray = self.decided[columns]
        return taken

    def start(self, measure: str) -> int | None:
        """Return the first year index in operation, None when it never is."""
        running = np.flatnonzero(self.path(self._rows[measure][0]) > HALF)
        return int(running[0]) if len(running) else None

    def allowed(self) -> list[int]:
        """Return the year indices in which something may start."""
        years = self.problem.years
        return [i for i, year in enumerate(years) if year in self.problem.decision_years]

    def previous(self, start: int) -> int | None:
        """Return the decision year before a year index, None when there is none."""
        return max((i for i in self.allowed() if i < start), default=None)

    def following(self, start: int) -> int:
        """Return the decision year after a year index; past the end when there is none."""
        end = len(self.problem.years)
        return min((i for i in self.allowed() if i > start), default=end)

    def candidates(self, measure: Measure) -> list[int]:
        """Return the first and the middle year in which a measure could start."""
        open_ = self.open_years(measure)
        return sorted({open_[0], open_[len(open_) // 2]}) if open_ else []

    def open_years(self, measure: Measure) -> list[int]:
        """Return the year indices in which a measure could start."""
        years = self.problem.years
        ready = measure.first_year + measure.lead_years
        frozen = max(self.problem.frozen_until, measure.lead_years)
        allowed = self.problem.decision_years
        return [i for i, y in enumerate(years) if y >= ready and i >= frozen and y in allowed]

    def moved(self, measure: str, start: int | None) -> dict[int, FloatArray]:
        """Return the paths of a measure moved to a start, with those that need it."""
        rows: dict[int, FloatArray] = {}
        now = self.start(measure)
        shift = 0 if start is None or now is None else start - now
        for owner in (measure, *self.dependents(measure)):
            for index in self._rows[owner]:
                path = self.path(index)
                if start is None:
                    rows[index] = np.zeros_like(path)
                elif owner == measure:
                    rows[index] = _shifted(path, shift, start if now is None else None)
                else:
                    closed = np.arange(len(path)) < start
                    rows[index] = np.where(closed, 0.0, path)
        return rows

    def dependents(self, measure: str) -> tuple[str, ...]:
        """Return the measures that need one, directly or not."""
        found: set[str] = set()
        queue = [measure]
        while queue:
            needed = queue.pop()
            for other in self.problem.measures.values():
                if needed in other.requires and other.id not in found:
                    found.add(other.id)
                    queue.append(other.id)
        return tuple(sorted(found))


def _shifted(path: FloatArray, shift: int, start: int | None) -> FloatArray:
    if start is not None:
        return np.where(np.arange(len(path)) >= start, 1.0, 0.0)
    if shift >= len(path):
        return np.zeros_like(path)
    if shift < 0:
        return np.append(path[-shift:], np.full(-shift, path[-1]))
    return np.concatenate([np.zeros(shift), path[: len(path) - shift]])
