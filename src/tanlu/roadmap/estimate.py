"""Bound what a move would cost before it is tried: prices of a plan with its decisions fixed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csc_array

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Saving
    from tanlu.roadmap.paths import Paths
    from tanlu.roadmap.solve import Answer


@dataclass(slots=True)
class Estimate:
    """Reduced costs of the fixed columns; a move's cost is at least what they say.

    Parameters
    ----------
    assembly : Assembly
        Model.

    Notes
    -----
    The least cost of the continuous rest is convex in what is fixed, decisions and flows, so its
    slope at the plan bounds it from below everywhere.
    """

    assembly: Assembly
    _table: csc_array = field(init=False)
    _price: FloatArray = field(init=False)
    _savings: dict[int, list[Saving]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the matrix once."""
        matrix = self.assembly.matrix
        self._table = matrix.table()
        self._price = np.zeros(matrix.n_columns)
        for saving in self.assembly.layout.savings:
            self._savings.setdefault(saving.decision, []).append(saving)

    def at(self, answer: Answer) -> None:
        """Take the prices of a solved rest."""
        if answer.row_duals is not None:
            self._price = self.assembly.matrix.cost - self._table.T @ answer.row_duals

    def least(self, paths: Paths, flows: FloatArray, rows: dict[int, FloatArray]) -> float:
        """Return a lower bound of a move's cost [MCNY].

        Parameters
        ----------
        paths : Paths
            Decisions of the plan.
        flows : FloatArray
            Columns of the plan, for its end uses.
        rows : dict of int to FloatArray
            Moved decisions and their new paths.
        """
        layout = self.assembly.layout
        total = 0.0
        change: dict[int, FloatArray] = {}
        for index, path in rows.items():
            step = path - paths.path(index)
            total += float(self._price[layout.z[index]] @ step)
            for saving in self._savings.get(index, ()):
                known = change.get(saving.end_use, 0.0)
                change[saving.end_use] = known + saving.of(step)
        for end_use, log in sorted(change.items()):
            now = flows[layout.f[end_use]]
            total += float(self._price[layout.f[end_use]] @ (now * np.expm1(log)))
        return total
