"""With the whole-number decisions fixed and savings exact, the best of everything continuous."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Effect
from tanlu.roadmap.assembly import FOLLOWING
from tanlu.roadmap.builder import rows_kept
from tanlu.roadmap.solve import Answer, Engine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout


def log_savings(layout: Layout, values: FloatArray) -> FloatArray:
    """Return the log of the remaining share of each end use, shape (E, T)."""
    total = np.zeros((len(layout.end_uses), layout.periods))
    for saving in layout.savings:
        total[saving.end_use] += saving.log * values[layout.z[saving.decision]]
    return total


def whole(assembly: Assembly, values: FloatArray) -> FloatArray:
    """Return the columns with the integer ones rounded to whole numbers."""
    rounded = values.copy()
    rounded[assembly.matrix.integer] = np.round(rounded[assembly.matrix.integer])
    return rounded


PENALTY = 1e3  # MCNY per kt or GWh missed


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
    """

    assembly: Assembly
    values: FloatArray
    seed: int = 0
    without: frozenset[str] = frozenset()
    engine: Engine = field(init=False)

    _kept: IntArray = field(init=False)

    def __post_init__(self) -> None:
        """Fix integers and flows at the incumbent; keep the rows that still bind something."""
        keep = self._binding()
        self._kept = np.flatnonzero(keep)
        self.engine = Engine(rows_kept(self.assembly.matrix, keep), integer=False, seed=self.seed)
        self.fix(whole(self.assembly, self.values))

    def _binding(self) -> NDArray[np.bool_]:
        """Return the rows with a free column, those of the families left out excepted."""
        matrix = self.assembly.matrix
        free = ~matrix.integer
        free[self.assembly.layout.f.ravel()] = False  # fixed at the exact product
        owner = np.repeat(np.arange(matrix.n_columns), np.diff(matrix.starts))
        keep = np.zeros(matrix.n_rows, dtype=bool)
        keep[matrix.indices[free[owner]]] = True
        for family in ("savings", *FOLLOWING, *self.without):
            for name in self.assembly.rows_of(family):
                keep[matrix.blocks[name]] = False
        return keep

    def _place(self, row: int) -> int | None:
        """Return where a row of the model is among those kept."""
        at = int(np.searchsorted(self._kept, row))
        return at if at < len(self._kept) and self._kept[at] == row else None

    def fix(self, values: FloatArray) -> None:
        """Fix integer columns at whole values, and flows at the exact product."""
        integers = np.flatnonzero(self.assembly.matrix.integer)
        self.engine.set_bounds(integers.astype(np.int64), values[integers], values[integers])
        layout = self.assembly.layout
        exact = np.exp(log_savings(layout, values))
        self.engine.set_bounds(layout.f, exact.ravel(), exact.ravel())

    def move(self, rows: dict[int, FloatArray]) -> None:
        """Fix some decisions' paths, shape (T,), and the flows that they touch."""
        layout = self.assembly.layout
        values = whole(self.assembly, self.values)
        for index, path in rows.items():
            values[layout.z[index]] = path
            self.engine.set_bounds(layout.z[index], path, path)
        self._refresh(layout, values, set(rows))

    def _refresh(self, layout: Layout, values: FloatArray, decisions: set[int]) -> None:
        touched = sorted({s.end_use for s in layout.savings if s.decision in decisions})
        if touched:
            exact = np.exp(log_savings(layout, values))[touched]
            self.engine.set_bounds(layout.f[touched], exact.ravel(), exact.ravel())

    def back(self, decisions: set[int]) -> None:
        """Return some decisions to the incumbent."""
        layout = self.assembly.layout
        values = whole(self.assembly, self.values)
        self.move({index: values[layout.z[index]] for index in decisions})

    def run(self) -> Answer:
        """Solve the continuous rest; the duals are those of the model's rows."""
        answer = self.engine.run()
        if answer.row_duals is None:
            return answer
        duals = np.zeros(self.assembly.matrix.n_rows)
        duals[self._kept] = answer.row_duals[: len(self._kept)]
        return replace(answer, row_duals=duals)

    def missing(self, families: frozenset[str]) -> dict[int, float]:
        """Return by how much each row of some families is missed at least [row units].

        The engine keeps the slack columns: use it for nothing else afterwards.
        """
        matrix = self.assembly.matrix
        slack: dict[int, int] = {}
        for family in sorted(families):
            for name in self.assembly.rows_of(family):
                for row in matrix.blocks[name]:
                    place = self._place(int(row))
                    if place is None:
                        continue
                    sign = -1.0 if np.isfinite(matrix.row_up[row]) else 1.0
                    slack[int(row)] = self.engine.add_column(
                        cost=PENALTY, rows=np.array([place]), values=np.array([sign])
                    )
        answer = self.run()
        if answer.values is None:
            return {}
        return {row: float(answer.values[c]) for row, c in slack.items() if answer.values[c] > 0}

    def tighten(self, row: int, amount: float) -> None:
        """Pull the finite sides of a row in by an amount [row units]."""
        matrix = self.assembly.matrix
        matrix.row_up[row] -= amount
        low = matrix.row_lo[row]
        if np.isfinite(low) and not np.isfinite(matrix.row_up[row]):
            matrix.row_lo[row] = low + amount
        place = self._place(row)
        if place is not None:
            self.engine.set_row(place, matrix.row_lo[row], matrix.row_up[row])


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
