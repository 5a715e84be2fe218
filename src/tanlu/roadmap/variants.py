"""The variants of one plan that a user tries: knobs turned, decisions locked, one warm model."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.case import read_case
from tanlu.roadmap.change import Knob, changed, read_change
from tanlu.roadmap.infeasible import diagnose
from tanlu.roadmap.planner import replanner, solve_problem
from tanlu.roadmap.result import make_estimate, make_infeasible, make_plan_value, plan_to_json
from tanlu.roadmap.rounding import to_choices
from tanlu.roadmap.search import Found, Options
from tanlu.roadmap.session import Session
from tanlu.roadmap.simulate import simulate
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.whatif import Stage, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tanlu.roadmap.problem import Problem

    Locks = Sequence[Mapping[str, Any]]

KEPT = 3  # sets of locks whose warm models are kept


class Variants:
    """A plan, its warm model, and those of a few sets of locks.

    Parameters
    ----------
    case : mapping
        Plan case.
    options : Options
        Limits of each search.

    Raises
    ------
    TanluError
        ``plan.case-invalid``; ``plan.not-solved``.
    """

    def __init__(self, case: Mapping[str, Any], options: Options) -> None:
        self.case, self.options = case, options
        self._quiet = replace(options, explain=False)
        problem = read_case(case)
        found = solve_problem(problem, self._quiet)
        self.solved = found if isinstance(found, Solved) else None
        self._sessions = {"": Session(problem, self._quiet, self.solved)}
        self._last: tuple[tuple[Any, ...], Solved] | None = None
        self._is_free = False
        self._is_stopped = False

    def stop(self) -> None:
        """Stop the search that is running; called by a signal handler, on the same thread.

        Raises
        ------
        Stopped
            Where nothing that is shared would be left half done.
        """
        self._is_stopped = True
        if self._is_free:
            raise Stopped

    def resume(self) -> None:
        """Forget an earlier stop: another question begins."""
        self._is_stopped = False

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        try:
            self._is_free = True
            if self._is_stopped:
                raise Stopped
            yield
        finally:
            self._is_free = False

    def values(self) -> dict[str, Any]:
        """Return where the knobs stand: a number, or a path by year; None for what is not set."""
        problem = self._sessions[""].problem
        price = problem.ets or problem.internal
        budget = None if problem.budget is None else problem.budget.limits
        neutral = [t for t in problem.targets.values() if t.kind == "neutrality" and t.levels]
        year = min((min(t.levels) for t in neutral), default=None)
        return {
            Knob.CARBON_PRICE: None if price is None else _path(price.price),
            Knob.GROWTH: 0.0,
            Knob.BUDGET: None if budget is None else _path(budget),
            Knob.GRID_SPEED: 1.0,
            Knob.NEUTRALITY_YEAR: None if year is None else problem.years[year],
        }

    def estimate(self, changes: Sequence[str], locks: Locks = ()) -> dict[str, Any]:
        """Return the figures of the relaxation of a variant, in the shape of a plan.

        Parameters
        ----------
        changes : sequence of str
            ``knob=amount``; see `tanlu.roadmap.change`.
        locks : sequence of mapping
            As in a plan case: ``measure`` with ``year`` or ``never``.
        """
        session, problem = self._variant(changes, locks)
        assembly, answer, _, was_warm = session.relax(problem)
        if answer.values is None or answer.objective is None or answer.row_duals is None:
            none = plan_to_json(make_infeasible(problem, None, self._quiet))
            return none | {"stage": Stage.ESTIMATE, "was_warm": was_warm, "moves": []}
        choices = to_choices(assembly.layout, answer.values, is_relaxed=True)
        found = Found("estimate", bound=answer.objective)
        result = simulate(problem, choices)
        solved = Solved(problem, assembly, found, answer.values, answer.row_duals, choices, result)
        body = plan_to_json(make_estimate(solved, self._quiet))
        return body | {"stage": Stage.ESTIMATE, "was_warm": was_warm, "moves": []}

    def plan(
        self, changes: Sequence[str], locks: Locks = (), *, explain: bool = False
    ) -> dict[str, Any]:
        """Return the plan of a variant, and what moved against the known plan.

        Parameters
        ----------
        changes, locks
            As `estimate`.
        explain : bool
            Whether with the reason of each measure.

        Raises
        ------
        TanluError
            ``plan.change``; ``plan.not-solved``; ``plan.inexact``.
        Stopped
            When it was stopped.
        """
        key = (*sorted(changes), *sorted(map(str, locks)))
        if self._last is not None and self._last[0] == key:
            found: Solved | Found = self._last[1]
        else:
            session, problem = self._variant(changes, locks)
            session.relax(problem)  # what is shared is done before it may be stopped
            with self._stoppable():
                found = _planned(session, problem, self._quiet)
        options = self.options if explain else self._quiet
        with self._stoppable():
            if not isinstance(found, Solved):
                problem = self._variant(changes, locks)[1]
                none = make_infeasible(problem, diagnose(problem, options), options)
                return plan_to_json(none) | {"stage": Stage.PLAN, "moves": []}
            self._last = key, found
            solve: Callable[[Problem], Solved | Found] | None = None
            solve = replanner(options) if explain else None
            body = plan_to_json(make_plan_value(found, options, solve))
            return body | {"stage": Stage.PLAN, "moves": self._moves(found)}

    def _moves(self, found: Solved) -> list[dict[str, Any]]:
        if self.solved is None:
            return []
        moves = moved(found.problem, self.solved.choices, found.choices)
        return [asdict(move) for move in moves]

    def _variant(self, changes: Sequence[str], locks: Locks) -> tuple[Session, Problem]:
        session = self._session(locks)
        if not changes:
            return session, session.problem
        return session, changed(session.problem, [read_change(text) for text in changes])

    def _session(self, locks: Locks) -> Session:
        """Return the warm model of a set of locks; made when it is first asked for."""
        key = str(sorted(map(str, locks)) if locks else "")
        if key not in self._sessions:
            mine = {str(lock["measure"]) for lock in locks}
            others = [row for row in self.case.get("locks") or () if row["measure"] not in mine]
            problem = read_case({**self.case, "locks": [*others, *locks]})
            if len(self._sessions) > KEPT:
                del self._sessions[next(name for name in self._sessions if name)]
            self._sessions[key] = Session(problem, self._quiet)
        return self._sessions[key]


class Stopped(Exception):  # noqa: N818 - not an error: the person moved on
    """Raised in a search that was stopped."""


def _planned(session: Session, problem: Problem, options: Options) -> Solved | Found:
    try:
        found = session.plan(problem)
    except TanluError:  # near a known plan rounding keeps no rule: from the beginning
        return solve_problem(problem, options)
    if not isinstance(found, Solved) and found.status != "infeasible":
        raise TanluError("plan.not-solved", status=found.status)
    return found


def _path(values: Sequence[Any]) -> float | list[float | None]:
    """Return one number for a path that does not move."""
    path = [None if value is None else float(value) for value in values]
    known = {value for value in path if value is not None}
    return next(iter(known)) if len(known) == 1 else path
