"""One assembled model, changed in value and run again warm: estimates and plans of variants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.change import neutral_in
from tanlu.roadmap.condense import condense
from tanlu.roadmap.layout import MEGA, emission_columns
from tanlu.roadmap.planner import settle
from tanlu.roadmap.problem import Budget
from tanlu.roadmap.search import (
    LP_TOLERANCE,
    ROUNDS,
    SMALL,
    Cuts,
    Found,
    Options,
    search,
    search_near,
)
from tanlu.roadmap.solve import Answer, Engine, Status
from tanlu.roadmap.values import is_same_structure, with_values
from tanlu.roadmap.warm import WarmEngine

if TYPE_CHECKING:
    from tanlu.roadmap.condense import Condensed
    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.solved import Solved

    Relaxed = tuple[Assembly, Answer, Cuts, bool]

GRID = 0.02  # of the log: understates by up to its square over 8, less than the tolerance
NOT_FOUND = "not_found"  # a status: there may be a plan all the same
NEAR_EXCESS = 1e-3  # how much further from the relaxation than the known plan is still good


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the relaxation says of a variant: a bound, not a plan.

    Parameters
    ----------
    status : str
        optimal, infeasible, or what stopped the run.
    cost_cny : float or None
        Lower bound of the cost [CNY].
    emissions_t : tuple of float, shape (T,)
        Emissions of the relaxation under the plan's ledger [tCO2e].
    was_warm : bool
        Whether the run did not have to begin anew.
    """

    status: str
    cost_cny: float | None
    emissions_t: tuple[float, ...]
    was_warm: bool


def with_rows(problem: Problem) -> Problem:
    """Return a problem whose model has the rows that a change may need: budget, neutrality."""
    budget = problem.budget or Budget((None,) * problem.periods, carry_over=True)
    widest = replace(problem, budget=budget)
    return neutral_in(widest, 1) if problem.periods > 1 else widest


@dataclass(slots=True)
class Session:
    """The model of a problem, its relaxation, and the plan that variants start from.

    Parameters
    ----------
    problem : Problem
        The problem as it stands.
    options : Options
        Limits of each search.
    solved : Solved or None
        Known plan of the problem; makes neighboring plans quicker to find.
    """

    problem: Problem
    options: Options = field(default_factory=Options)
    solved: Solved | None = None
    _template: Assembly = field(init=False)
    _cuts: Cuts = field(init=False)
    _engine: WarmEngine = field(init=False)
    _excess: float = field(init=False, default=0.0)
    _last: tuple[Problem, Relaxed] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Assemble once and run the relaxation cold."""
        self._template = assemble(with_rows(self.problem))
        known = list(self.solved.found.cuts) if self.solved is not None else []
        self._cuts = Cuts(self._template.layout, condense(self._template), known, GRID)
        now = with_values(self._template, self.problem)
        whole = self._cuts.engine(now, self.options, integer=False)
        first, before = whole.run(), self._cuts.small
        if first.values is not None:
            self._cuts.rest(now, first.values)  # a smaller model; what is missing comes back
        self._engine = WarmEngine(now.matrix, seed=self.options.seed, small=self._cuts.small)
        self._cuts.load(self._engine)
        answer = self._cut(self._begun(whole, first, before))
        if self.solved is not None and answer.objective is not None:
            bound = answer.objective + now.layout.constant
            self._excess = self.solved.objective_cny / MEGA / bound - 1 if bound > 0 else 0.0

    def _begun(self, whole: Engine, first: Answer, before: Condensed | None) -> Answer:
        """Run from where the whole model's run ended, without the rows that rest."""
        after = self._cuts.small
        if first.values is None or before is None or after is None:
            return self._engine.run_cold()
        stays = np.isin(before.kept, after.kept)
        added = np.ones(sum(len(block.keys) for block in self._cuts.blocks), dtype=bool)
        return self._engine.run_near(whole, np.concatenate([stays, added]))

    def _cut(self, answer: Answer) -> Answer:
        for _ in range(ROUNDS):
            if answer.status is not Status.OPTIMAL or answer.values is None:
                break
            added = self._cuts.at(answer.values, tolerance=LP_TOLERANCE)
            if not added:
                break
            for block in added:
                self._engine.add(block)
            answer = self._engine.rerun()
        return answer

    def assembly(self, problem: Problem) -> Assembly:
        """Return the model of a variant; the template's own rows and columns."""
        if not is_same_structure(self.problem, problem):
            return assemble(problem)
        try:
            return with_values(self._template, problem)
        except KeyError:
            return assemble(problem)

    def relax(self, problem: Problem) -> Relaxed:
        """Return a variant's model, its relaxation, its tangents, and whether the run was warm.

        Asked again of the same problem, it answers as before.
        """
        if self._last is None or self._last[0] is not problem:
            self._last = problem, self._relaxed(problem)
        return self._last[1]

    def _relaxed(self, problem: Problem) -> Relaxed:
        assembly = self.assembly(problem)
        if assembly.matrix.n_rows != self._template.matrix.n_rows:
            fresh = Session(problem, self.options)
            model, answer, cuts, _ = fresh.relax(problem)
            return model, answer, cuts, False
        colds = self._engine.cold_runs
        self._engine.apply(assembly.matrix)
        answer = self._cut(self._engine.run_warm())
        return assembly, answer, self._cuts, self._engine.cold_runs == colds

    def estimate(self, problem: Problem) -> Estimate:
        """Return the relaxation of a variant at once.

        Parameters
        ----------
        problem : Problem
            The changed problem.
        """
        assembly, answer, _, was_warm = self.relax(problem)
        if answer.values is None or answer.objective is None:
            return Estimate(str(answer.status), None, (), was_warm)
        layout = assembly.layout
        names = emission_columns(frozenset({1, 2, 3}), str(problem.method))
        tonnes = sum(answer.values[layout.em[name]].sum(axis=0) for name in names) * 1000
        cost = (answer.objective + layout.constant) * MEGA
        return Estimate("optimal", cost, tuple(float(t) for t in tonnes), was_warm)

    def least_factor(self, families: tuple[str, ...]) -> float:
        """Return the least factor on the limits of some families; infinite if there is none.

        Parameters
        ----------
        families : tuple of str
            Families of upper limits.
        """
        assembly = self.assembly(self.problem)
        engine = self._cuts.engine(assembly, self.options, integer=False)
        matrix = assembly.matrix
        every = [matrix.blocks[b] for family in families for b in assembly.rows_of(family)]
        rows = np.concatenate(every)
        rows = rows[np.isfinite(matrix.row_up[rows])]
        for row in rows:
            engine.set_row(int(row), -np.inf, 0.0)
        engine.set_costs(np.zeros(matrix.n_columns))
        engine.add_column(cost=1.0, rows=rows, values=-matrix.row_up[rows])
        answer = engine.run()
        for _ in range(ROUNDS):
            added = answer.values is not None and self._cuts.at(
                answer.values, tolerance=LP_TOLERANCE
            )
            if not added:
                break
            for block in added:
                engine.add(block)
                self._engine.add(block)
            answer = engine.run()
        return np.inf if answer.objective is None else max(answer.objective, 0.0)

    def plan(
        self, problem: Problem, *, near: Solved | None = None, is_quick: bool = False
    ) -> Solved | Found:
        """Return a plan of a variant: from a known plan when that is near, else from scratch.

        Parameters
        ----------
        problem : Problem
            The changed problem.
        near : Solved, optional
            Plan of a variant nearer than the session's own.
        is_quick : bool
            Whether to look near the relaxation alone, and to leave it at that without a plan.

        Returns
        -------
        Solved or Found
            A plan that keeps every rule in the exact simulator, or why there is none.
        """
        assembly, relaxed, cuts, _ = self.relax(problem)
        own = Assembly(replace(assembly.layout, problem=problem), assembly.matrix)
        found: Found | None = None
        if int(own.matrix.integer.sum()) > SMALL:
            private = Cuts(own.layout, cuts.small, list(cuts.blocks))
            if relaxed.values is not None:
                private.rest(own, relaxed.values)
            known = None if is_quick else near or self.solved
            found = self._quick(own, private, relaxed, known)
        is_lost = found is not None and found.values is None and relaxed.status is Status.OPTIMAL
        if is_lost and is_quick:
            return Found(NOT_FOUND)
        if found is None or is_lost:
            found = search(own, self.options)  # what was fixed may be what is in the way
        if found.status == "infeasible" or found.values is None:
            return found
        return settle(problem, own, found, options=self.options)

    def _quick(
        self, assembly: Assembly, cuts: Cuts, relaxed: Answer, known: Solved | None
    ) -> Found:
        found = self._near(assembly, cuts, relaxed, known)
        if found is None:
            found = search_near(assembly, self.options, cuts, relaxed)
        return found

    def _near(
        self, assembly: Assembly, cuts: Cuts, relaxed: Answer, known: Solved | None
    ) -> Found | None:
        """Look around a known plan; None when that is too far from the relaxation."""
        if known is None or relaxed.objective is None:
            return None
        if len(known.values) != assembly.matrix.n_columns:
            return None
        found = search_near(assembly, self.options, cuts, relaxed, near=known.values)
        if found.values is None:
            return None
        cost = float(np.sum(assembly.matrix.cost * found.values))
        constant = assembly.layout.constant
        excess = (cost - relaxed.objective) / max(abs(relaxed.objective + constant), 1e-9)
        return found if excess <= self._excess + NEAR_EXCESS else None
