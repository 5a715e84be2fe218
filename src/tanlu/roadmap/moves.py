"""Which rules a moved decision breaks, read from the model's own rows: quick, in floats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scipy.sparse import csr_array

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray

DECISION_FAMILIES = (
    "adoption", "blocks", "exclusion", "lock", "prerequisite", "rollout",
)  # fmt: skip
NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule broken by a moved decision: family, key, year label and amount in row units."""

    family: str
    key: str
    year: str
    amount: float


@dataclass(slots=True)
class RowCheck:
    """The rows that follow from decisions alone, and the investment rows."""

    assembly: Assembly
    _rows: csr_array = field(init=False)
    _labels: list[tuple[str, str]] = field(init=False)
    _index: IntArray = field(init=False)

    def __post_init__(self) -> None:
        """Pick the rows once."""
        matrix = self.assembly.matrix
        rows: list[int] = []
        labels: list[tuple[str, str]] = []
        for family in DECISION_FAMILIES:
            for name, keys in self.assembly.rows_of(family).items():
                rows.extend(int(row) for row in matrix.blocks[name])
                labels.extend((family, key) for key in keys)
        rows.extend(int(row) for row in matrix.blocks["budget.investment"])
        whole = csc_array(
            (matrix.values, matrix.indices, matrix.starts),
            shape=(matrix.n_rows, matrix.n_columns),
        ).tocsr()
        self._rows = whole[rows]
        self._index = np.array(rows, dtype=np.int64)
        self._labels = labels

    def broken(self, values: FloatArray) -> tuple[Broken, ...]:
        """Return the decision rules that some columns break."""
        matrix, count = self.assembly.matrix, len(self._labels)
        index = self._index[:count]
        activity = (self._rows @ values)[:count]
        over = np.maximum(activity - matrix.row_up[index], matrix.row_lo[index] - activity)
        found = []
        for position in np.flatnonzero(over > NOISE):
            family, key = self._labels[position]
            name, _, year = key.rpartition(",")
            found.append(Broken(family, name or key, year, float(over[position])))
        return tuple(found)

    def over_budget(self, values: FloatArray) -> tuple[Broken, ...]:
        """Return the years whose investment is above the limit and what was carried [MCNY]."""
        problem = self.assembly.layout.problem
        if problem.budget is None:
            return ()
        layout = self.assembly.layout
        private = values.copy()
        private[layout.inv] = 0.0
        investment = -(self._rows @ private)[len(self._labels) :]
        carried, found = 0.0, []
        for year, limit in enumerate(problem.budget.limits):
            if limit is None:
                carried = np.inf if problem.budget.carry_over else 0.0
                continue
            rest = float(limit) / 1e6 + carried - investment[year]
            if rest < -NOISE:
                found.append(Broken("budget", "budget", layout.years[year], float(-rest)))
            carried = max(rest, 0.0) if problem.budget.carry_over else 0.0
        return tuple(found)

    def money(self, short: Iterable[Broken]) -> FloatArray:
        """Return what widens the budget of some years by what is short [row units], by row."""
        matrix, years = self.assembly.matrix, self.assembly.layout.years
        lent = np.zeros(matrix.n_rows)
        for broken in short:
            lent[matrix.blocks["budget.limit"][years.index(broken.year)]] += broken.amount + NOISE
        return lent
