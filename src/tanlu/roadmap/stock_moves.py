"""How a unit of a technology, or stock taken out early, is moved to another year of a plan.

It moves alone, together with the stock that it takes the place of, or with the units that follow
it as well. What a move costs is another matter: see `stock_reasons`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.recourse import whole
from tanlu.roadmap.retirement import open_to_retire, retirable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.problem import Technology

NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class Owner:
    """What is moved: a technology's unit, or a part of the stock.

    Parameters
    ----------
    name : str
        Id of the technology or of the part.
    technology : Technology
        Whose it is.
    is_retired : bool
        It is stock taken out, not a unit built.
    columns : IntArray, shape (T,)
        Units started in each year, or stock taken out by each year.
    """

    name: str
    technology: Technology
    is_retired: bool
    columns: IntArray

    def shares_with(self, other: Owner) -> bool:
        """Say whether two serve the same at the same site."""
        mine, theirs = self.technology, other.technology
        return (mine.serves, mine.site) == (theirs.serves, theirs.site)


@dataclass(slots=True)
class StockMoves:
    """The units and retirements of a plan, and the columns of the plan with one of them moved.

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
    owners: dict[str, Owner] = field(init=False)
    _steps: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Name the owners and the years open to each."""
        layout = self.assembly.layout
        problem = layout.problem
        self.decided = whole(self.assembly, self.values)
        self.owners = {
            name: Owner(name, problem.technologies[name], is_retired=False, columns=layout.n[i])
            for i, name in enumerate(layout.stocks)
        }
        self._steps = {
            name: [int(t) for t in np.flatnonzero(self.most(owner))]
            for name, owner in self.owners.items()
        }
        for place, (technology, cohort) in enumerate(retirable(problem)):
            self.owners[cohort.id] = Owner(
                cohort.id, technology, is_retired=True, columns=layout.y[place]
            )
            free = open_to_retire(problem, cohort)
            self._steps[cohort.id] = [year for year, is_open in enumerate(free) if is_open]

    def most(self, owner: Owner) -> FloatArray:
        """Return how many units may start in each year, shape (T,)."""
        upper: FloatArray = self.assembly.matrix.upper[owner.columns]
        return upper

    def started(self, owner: Owner) -> FloatArray:
        """Return how many start in each year of the plan, shape (T,); stock: how much leaves."""
        path = self.decided[owner.columns]
        return np.diff(path, prepend=0.0) if owner.is_retired else path

    def previous(self, owner: Owner, year: int) -> int | None:
        """Return the last open year index before one, None when there is none."""
        return max((t for t in self._steps[owner.name] if t < year), default=None)

    def following(self, owner: Owner, year: int) -> int:
        """Return the next open year index; past the end when there is none."""
        periods = self.assembly.layout.periods
        return min((t for t in self._steps[owner.name] if t > year), default=periods)

    def open_years(self, owner: Owner) -> list[int]:
        """Return the year indices in which something may start."""
        return list(self._steps[owner.name])

    def alone(self, owner: Owner, year: int, to: int) -> FloatArray:
        """Return the columns with one unit, or one part of the stock, moved to another year."""
        values = self.decided.copy()
        count = min(1.0, float(self.started(owner)[year]))
        self._shift(values, owner, year, by=to - year, count=count)
        return values

    def ways(self, owner: Owner, year: int, to: int) -> list[FloatArray]:
        """Return the allowed ways to move a unit or stock: alone, in exchange, with what follows.

        Parameters
        ----------
        owner : Owner
            Whose unit or stock.
        year, to : int
            Year index of the start in the plan, and the new one; the end of the horizon: never.
        """
        found = [self.alone(owner, year, to)]
        by = to - year
        moved = list(self._exchange(owner, year))
        swap = self.decided.copy()
        for each, count in moved:
            self._shift(swap, each, year, by=by, count=count)
        chain = swap.copy()
        for each, count in moved:
            if not each.is_retired:
                self._follow(chain, each, year, by=by, count=count)
        found += [swap] if len(moved) > 1 else []
        found += [chain] if not np.array_equal(chain, swap) else []
        return [values for values in found if self.is_open(values)]

    def is_open(self, values: FloatArray) -> bool:
        """Say whether units and retirements of some columns fall in years open to them."""
        for owner in self.owners.values():
            path = values[owner.columns]
            if np.array_equal(path, self.decided[owner.columns]):
                continue
            steps = np.diff(path, prepend=0.0) if owner.is_retired else path
            closed = np.ones(len(path), dtype=bool)
            closed[self._steps[owner.name]] = False
            over = path > (1.0 if owner.is_retired else self.most(owner)) + NOISE
            if np.any(steps < -NOISE) or np.any(steps[closed] > NOISE) or np.any(over):
                return False
        return True

    def _exchange(self, owner: Owner, year: int) -> Iterator[tuple[Owner, float]]:
        """Yield what starts in the same year to serve the same, old out and new in."""
        yield owner, 1.0 if owner.is_retired else float(self.started(owner)[year])
        for other in self.owners.values():
            if other.is_retired == owner.is_retired or not other.shares_with(owner):
                continue
            count = float(self.started(other)[year])
            if count > NOISE:
                yield other, min(1.0, count) if owner.is_retired else count
                if owner.is_retired:
                    return

    def _follow(
        self, values: FloatArray, owner: Owner, year: int, *, by: int, count: float
    ) -> None:
        """Move the units that start when some end, and those after them."""
        end = year + owner.technology.life
        if end >= self.assembly.layout.periods:
            return
        for other in self.owners.values():
            if other.is_retired or not other.shares_with(owner):
                continue
            part = min(count, float(self.decided[other.columns[end]]))
            if part > NOISE:
                self._shift(values, other, end, by=by, count=part)
                self._follow(values, other, end, by=by, count=part)
                return

    def _shift(self, values: FloatArray, owner: Owner, year: int, *, by: int, count: float) -> None:
        columns, periods = owner.columns, self.assembly.layout.periods
        if owner.is_retired:
            values[columns] = np.where(np.arange(periods) >= year + by, 1.0, 0.0)
            return
        values[columns[year]] -= count
        if year + by < periods:
            values[columns[max(year + by, 0)]] += count
