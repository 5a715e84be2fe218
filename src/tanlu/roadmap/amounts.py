"""Why an amount starts in its year: roof generation, green power, certificates.

An amount is no yes or no, so it is moved to the year before or after with everything else as
planned. A rule is named only where the moved plan is cheaper without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.cheapest import TOLERANCE, cheapest_year
from tanlu.roadmap.explain import Reason, Why
from tanlu.roadmap.families import TARGET_FAMILIES
from tanlu.roadmap.layout import KILO, MEGA
from tanlu.roadmap.recourse import Recourse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.solved import Solved

_ALL: frozenset[str] = frozenset()
_NO_BUDGET = frozenset({"budget"})


def why_amounts(solved: Solved, starts: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Why]:
    """Return the reasons of amounts by id and calendar year of their start.

    Parameters
    ----------
    solved : Solved
        The plan.
    starts : iterable of (str, int)
        Id of a generator, or ``contract@site``, with the year; other ids are passed over.
    """
    mover = _Mover(solved)
    return {
        (name, year): mover.why(name, solved.problem.years.index(year))
        for name, year in starts
        if name in mover.columns
    }


@dataclass(slots=True)
class _Mover:
    """Moves one amount at a time in linear models that keep the rest of the plan."""

    solved: Solved
    columns: dict[str, IntArray] = field(init=False)
    _open: dict[str, IntArray] = field(init=False)
    _models: dict[frozenset[str], tuple[Recourse, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        layout = self.solved.assembly.layout
        generators = {name: layout.q[index] for index, name in enumerate(layout.pv)}
        bought = {f"{name}@{site}": layout.g[i] for i, (name, site) in enumerate(layout.claims)}
        self.columns = {**generators, **bought}
        self._open = {name: layout.z[layout.decisions_of(name)[0]] for name in layout.pv}

    def why(self, name: str, start: int) -> Why:
        """Return what moving costs, and the rules that decide the year."""
        path = self.solved.values[self.columns[name]]
        before, after = self._neighbours(name, start)
        later = self._later(path, start, after)
        if before is None:
            told = [Reason("EARLIEST_POSSIBLE", {"measure": name, "year": self._year(start)})]
            return Why(name, start, None, self._cny(name, later), None, tuple(told))
        earlier = path.copy()
        earlier[before:start] = path[start]
        costs = [self._delta(name, moved, _ALL) for moved in (earlier, later)]
        reasons = [*self._budget(name, earlier, before), *self._target(name, later, start)]
        if not reasons and (plain := cheapest_year(*costs)):
            facts = {"measure": name, "year": self._year(start), **plain[1]}
            reasons.append(Reason(plain[0], facts))
        shown = [None if cost is None else float(round(cost * MEGA)) for cost in costs]
        return Why(name, start, shown[0], shown[1], None, tuple(reasons))

    def _year(self, index: int) -> str:
        return str(self.solved.problem.years[index])

    def _neighbours(self, name: str, start: int) -> tuple[int | None, int]:
        """Return the year before in which the amount could start, and the year after."""
        steps = self._steps(name)
        before = max((i for i in steps if i < start), default=None)
        return before, min((i for i in steps if i > start), default=self.solved.problem.periods)

    def _steps(self, name: str) -> list[int]:
        """Return the year indices in which an amount may start."""
        problem = self.solved.problem
        option = problem.pv.get(name)
        if option is None:
            first = problem.contracts[name.rpartition("@")[0]].first_year
            return [i for i, year in enumerate(problem.years) if year >= first]
        first = option.first_year + option.lead_years
        frozen = max(problem.frozen_until, option.lead_years)
        allowed = problem.decision_years
        return [
            i for i, y in enumerate(problem.years) if y >= first and i >= frozen and y in allowed
        ]

    @staticmethod
    def _later(path: FloatArray, start: int, after: int) -> FloatArray:
        moved = path.copy()
        moved[start:after] = path[start - 1] if start else 0.0
        return moved

    def _cny(self, name: str, path: FloatArray) -> float | None:
        cost = self._delta(name, path, _ALL)
        return None if cost is None else float(round(cost * MEGA))

    def _model(self, without: frozenset[str]) -> tuple[Recourse, float]:
        if without not in self._models:
            recourse = Recourse(self.solved.assembly, self.solved.values, without=without)
            for columns in self.columns.values():
                planned = self.solved.values[columns]
                recourse.hold(columns, planned)
            answer = recourse.run().objective
            self._models[without] = recourse, np.nan if answer is None else answer
        return self._models[without]

    def _fix(self, recourse: Recourse, name: str, path: FloatArray) -> None:
        """Fix an amount, and with a generator whether it is there."""
        recourse.hold(self.columns[name], path)
        if name in self._open:
            there = np.where(path > 0, 1.0, 0.0)
            recourse.hold(self._open[name], there)

    def _delta(self, name: str, path: FloatArray, without: frozenset[str]) -> float | None:
        """Return the extra cost of a moved amount [MCNY]; None when a rule is then broken."""
        recourse, base = self._model(without)
        self._fix(recourse, name, path)
        objective = recourse.run().objective
        self._fix(recourse, name, self.solved.values[self.columns[name]])
        return None if objective is None or np.isnan(base) else objective - base

    def _budget(self, name: str, earlier: FloatArray, before: int) -> list[Reason]:
        """Say that money lacks a year before, where it does and the move would save."""
        option, budget = self.solved.problem.pv.get(name), self.solved.problem.budget
        if option is None or budget is None:
            return []
        saves = self._delta(name, earlier, _NO_BUDGET)
        if saves is None or saves > -TOLERANCE:
            return []
        paid = max(before - option.lead_years, 0)
        added = earlier[before] - self.solved.values[self.columns[name]][before]
        short = added * float(option.capex[paid]) * KILO / MEGA - self._left(paid)
        if short <= TOLERANCE:
            return []
        facts = {
            "measure": name, "year": self._year(before), "when": self._year(paid),
            "amount": str(round(short * MEGA)), "saves": str(round(-saves * MEGA)),
        }  # fmt: skip
        return [Reason("BUDGET_FULL", facts)]

    def _left(self, year: int) -> float:
        """Return what is left of the budget at the end of a year [MCNY]."""
        budget, values = self.solved.problem.budget, self.solved.values
        assert budget is not None  # noqa: S101 (the caller has checked)
        left = 0.0
        for index in range(year + 1):
            limit = budget.limits[index]
            kept = left if budget.carry_over else 0.0
            spent = float(values[self.solved.assembly.layout.inv[index]])
            left = np.inf if limit is None else kept + float(limit) / MEGA - spent
        return left

    def _target(self, name: str, later: FloatArray, start: int) -> list[Reason]:
        """Say that a target asks for the amount, where waiting would save without targets."""
        if not self.solved.problem.targets:
            return []
        with_targets = self._delta(name, later, _ALL)
        saves = self._delta(name, later, TARGET_FAMILIES)
        binds = with_targets is None or with_targets > TOLERANCE
        if not binds or saves is None or saves > -TOLERANCE:
            return []
        facts = {
            "measure": name, "year": self._year(start), "saves": str(round(-saves * MEGA)),
        }  # fmt: skip
        return [Reason("TARGET_BINDS", facts)]
