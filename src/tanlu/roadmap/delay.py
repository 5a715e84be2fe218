"""What waiting costs: nothing is decided for some years, and the last year that still works."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tanlu.roadmap.planner import solve_problem
from tanlu.roadmap.problem import first_decision
from tanlu.roadmap.search import Options
from tanlu.roadmap.solved import Solved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tanlu.roadmap.problem import Problem

    Progress = Callable[[int, int], bool]
    Solver = Callable[[Problem], Solved | None]

YEARS = (1, 3, 5)  # what a board asks: next year, next plan, next five-year plan


@dataclass(frozen=True, slots=True)
class Delay:
    """One wait.

    Parameters
    ----------
    years : int
        How long nothing is decided.
    first_year : int
        First calendar year in which something may be decided.
    is_feasible : bool
        Whether every rule can still be kept.
    cost_cny, extra_cny : float or None
        Cost, and what waiting adds [CNY].
    peak_capex_cny, extra_peak_cny : float or None
        Largest investment of one year, and what waiting adds [CNY].
    """

    years: int
    first_year: int
    is_feasible: bool
    cost_cny: float | None = None
    extra_cny: float | None = None
    peak_capex_cny: float | None = None
    extra_peak_cny: float | None = None


@dataclass(frozen=True, slots=True)
class DelayStudy:
    """What waiting costs.

    Parameters
    ----------
    delays : tuple of Delay
        In the order asked for.
    last_year : int or None
        Last calendar year in which deciding still works; None when waiting never fails.
    was_stopped : bool
        Whether the study was cancelled before its end.
    """

    delays: tuple[Delay, ...]
    last_year: int | None
    was_stopped: bool = False


def delayed(problem: Problem, years: int) -> Problem:
    """Return a problem in which nothing is decided for some years; lead times follow after."""
    start = first_decision(problem) + years
    year = problem.years[start] if start < problem.periods else problem.years[-1] + 1
    return replace(
        problem,
        frozen_until=min(start, problem.periods),
        measures={
            n: replace(m, first_year=max(m.first_year, year)) for n, m in problem.measures.items()
        },
        pv={n: replace(o, first_year=max(o.first_year, year)) for n, o in problem.pv.items()},
        technologies={
            n: replace(t, first_year=max(t.first_year, year))
            for n, t in problem.technologies.items()
        },
    )


def solver_of(options: Options) -> Solver:
    """Return a function that plans a problem, None when it has no plan."""

    def solve(problem: Problem) -> Solved | None:
        found = solve_problem(problem, options)
        return found if isinstance(found, Solved) else None

    return solve


def cost_of_delay(
    problem: Problem,
    solved: Solved,
    *,
    years: Sequence[int] = YEARS,
    solve: Solver | None = None,
    progress: Progress | None = None,
) -> DelayStudy:
    """Return what waiting costs, and how long one can wait.

    Parameters
    ----------
    problem : Problem
        What is planned.
    solved : Solved
        Its plan.
    years : sequence of int
        Waits to price.
    solve : callable, optional
        Plans a problem; the planner with the default limits when not given.
    progress : callable, optional
        Gets (done, all); false stops.
    """
    plan = solve or solver_of(Options(explain=False))
    steps = len(years) + 1
    found: dict[int, Solved | None] = {0: solved}
    delays: list[Delay] = []
    for index, wait in enumerate(years):
        if wait not in found:
            found[wait] = None if _is_hopeless(found, wait) else plan(delayed(problem, wait))
        delays.append(_priced(problem, solved, found[wait], years=wait))
        if progress is not None and not progress(index + 1, steps):
            return DelayStudy(tuple(delays), None, was_stopped=True)
    last = _last_year(problem, plan, found)
    if progress is not None:
        progress(steps, steps)
    return DelayStudy(tuple(delays), last)


def _is_hopeless(found: dict[int, Solved | None], wait: int) -> bool:
    """Say whether a shorter wait already fails: a longer one cannot work."""
    return any(plan is None and known <= wait for known, plan in found.items())


def _peak(solved: Solved) -> float:
    return float(max(solved.result.money["capex"], default=0))


def _priced(problem: Problem, solved: Solved, late: Solved | None, *, years: int) -> Delay:
    start = min(first_decision(problem) + years, problem.periods - 1)
    year = problem.years[start]
    if late is None:
        return Delay(years, year, is_feasible=False)
    cost, peak = float(late.objective_cny), _peak(late)
    return Delay(
        years,
        year,
        is_feasible=True,
        cost_cny=cost,
        extra_cny=cost - solved.objective_cny,
        peak_capex_cny=peak,
        extra_peak_cny=peak - _peak(solved),
    )


def _last_year(problem: Problem, plan: Solver, found: dict[int, Solved | None]) -> int | None:
    """Return the last year of deciding that works, by bisection over whole years."""
    start = first_decision(problem)
    works = max(wait for wait, answer in found.items() if answer is not None)
    fails = min((wait for wait, answer in found.items() if answer is None), default=None)
    if fails is None:
        longest = problem.periods - start
        if longest <= works or plan(delayed(problem, longest)) is not None:
            return None
        fails = longest
    while fails - works > 1:
        middle = (works + fails) // 2
        if plan(delayed(problem, middle)) is not None:
            works = middle
        else:
            fails = middle
    return problem.years[start + works]
