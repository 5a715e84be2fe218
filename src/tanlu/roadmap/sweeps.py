"""Many variants of one plan: a Pareto curve of caps, and sets of scenarios, on one warm model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.carbon_cost import MG_PER_T
from tanlu.roadmap.change import CAPPED, Change, Knob, changed
from tanlu.roadmap.layout import KILO, emission_columns
from tanlu.roadmap.problem import Target, TargetKind
from tanlu.roadmap.session import NOT_FOUND
from tanlu.roadmap.simulate import nothing, simulate
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.wedges import ledger_total

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.session import Session

    Progress = Callable[[int, int], bool]

HORIZON = "horizon"  # id of the cumulative cap that a plan without caps is swept along
CAP_FAMILIES = ("cap", "cumulative")
ROOM = 1e-2  # of the factor, so that the tightest caps of a sweep can be kept


@dataclass(frozen=True, slots=True)
class Point:
    """One variant.

    Parameters
    ----------
    name : str
        Which.
    factor : float or None
        Factor on the caps.
    status : str
        ``feasible`` (a plan), ``estimate`` (the relaxation only) or ``infeasible``.
    cost_cny, bound_cny, gap : float or None
        Simulated cost, lower bound [CNY] and their relative distance [-].
    emissions_t : tuple of float, shape (T,)
        Of the plan, or of the relaxation when there is no plan [tCO2e].
    capex_cny : float or None
        Investment over the horizon, not discounted [CNY].
    was_warm : bool
        Whether the relaxation did not have to begin anew.
    """

    name: str
    factor: float | None
    status: str
    cost_cny: float | None
    bound_cny: float | None
    gap: float | None
    emissions_t: tuple[float, ...]
    capex_cny: float | None
    was_warm: bool

    @property
    def total_t(self) -> float | None:
        """Emissions over the horizon [tCO2e]."""
        return sum(self.emissions_t) if self.emissions_t else None


def evaluate(
    session: Session,
    problem: Problem,
    *,
    name: str,
    factor: float | None = None,
    has_plan: bool = True,
    near: Solved | None = None,
) -> tuple[Point, Solved | None]:
    """Return one variant: its relaxation, and its plan when asked for.

    Parameters
    ----------
    session : Session
        Warm model.
    problem : Problem
        The variant.
    name : str
        Name of the point.
    factor : float, optional
        Factor on the caps.
    has_plan : bool
        Whether whole decisions are looked for.
    near : Solved, optional
        Plan of a neighboring variant.

    Returns
    -------
    tuple of Point and Solved or None
        The variant, and its plan where there is one.
    """
    estimate = session.estimate(problem)
    warm = estimate.was_warm
    if estimate.cost_cny is None:
        return Point(name, factor, "infeasible", None, None, None, (), None, warm), None
    bound, relaxed_t = estimate.cost_cny, estimate.emissions_t
    if not has_plan:
        return Point(name, factor, "estimate", None, bound, None, relaxed_t, None, warm), None
    solved = session.plan(problem, near=near, is_quick=True)
    if not isinstance(solved, Solved):
        is_lost = solved.status == NOT_FOUND
        status, tonnes_known = ("estimate", relaxed_t) if is_lost else ("infeasible", ())
        return Point(name, factor, status, None, bound, None, tonnes_known, None, warm), None
    tonnes = ledger_total(solved.result, str(problem.method))
    point = Point(
        name,
        factor,
        "feasible",
        float(solved.objective_cny),
        solved.bound_cny,
        solved.gap,
        tuple(mg / MG_PER_T for mg in tonnes),
        float(sum(solved.result.money["capex"])),
        warm,
    )
    return point, solved


def has_cap(problem: Problem) -> bool:
    """Say whether a problem has a yearly or cumulative cap of its own."""
    return any(target.kind in CAPPED for target in problem.targets.values())


def with_horizon_cap(problem: Problem) -> Problem:
    """Return a problem whose only cap is one on the horizon's emissions, at the baseline's."""
    base = ledger_total(simulate(problem, nothing(problem)), str(problem.method))
    level = {problem.periods - 1: Fraction(sum(base), MG_PER_T)}
    scopes = frozenset({1, 2, 3})
    target = Target(HORIZON, TargetKind.CUMULATIVE, scopes, problem.method, level)
    others = {n: t for n, t in problem.targets.items() if t.kind not in CAPPED}
    return replace(problem, targets={**others, HORIZON: target})


def _with_factor(problem: Problem, factor: float) -> Problem:
    exact = Fraction(round(factor * 10**9), 10**9)
    return changed(problem, (Change(Knob.CAP, exact, is_factor=True),))


def loosest(session: Session) -> float:
    """Return the factor on the caps above which none of them binds in the relaxation."""
    problem = session.problem
    free = {n: t for n, t in problem.targets.items() if t.kind not in CAPPED}
    assembly, answer, _, _ = session.relax(replace(problem, targets=free))
    if answer.values is None:
        return 1.0
    ratios = [1.0]
    for target in problem.targets.values():
        if target.kind not in CAPPED:
            continue
        names = emission_columns(target.scopes, str(target.method))
        path = sum(answer.values[assembly.layout.em[n]].sum(axis=0) for n in names) * KILO
        running = np.cumsum(path) if target.kind is TargetKind.CUMULATIVE else np.asarray(path)
        ratios.extend(running[y] / float(v) for y, v in target.levels.items() if v > 0)
    return float(max(ratios)) if len(ratios) > 1 else 1.0


def tightest(session: Session) -> float:
    """Return the least factor on the caps that the relaxation can keep."""
    return session.least_factor(CAP_FAMILIES) * (1 + ROOM)


def cap_range(session: Session) -> tuple[float, float]:
    """Return the factors on the caps between which cost and emissions trade."""
    highest = loosest(session)
    return highest, min(tightest(session), highest)


def pareto(
    session: Session,
    count: int,
    *,
    has_plans: bool = True,
    progress: Progress | None = None,
    factors: tuple[float, float] | None = None,
) -> tuple[Point, ...]:
    """Return cost and emissions for evenly spaced caps, loosest first.

    Parameters
    ----------
    session : Session
        Warm model of a problem with a cap (else see `with_horizon_cap`).
    count : int
        Number of points.
    has_plans : bool
        Whether each point is a plan; else only the curve of the relaxation.
    progress : callable, optional
        Gets (done, all) after each point; false stops the sweep, which keeps what it has.
    factors : tuple of float, optional
        Loosest and tightest factor, as `cap_range` gives them.
    """
    highest, lowest = factors or cap_range(session)
    points: list[Point] = []
    near: Solved | None = None
    for index, factor in enumerate(np.linspace(highest, lowest, count)):
        variant = _with_factor(session.problem, float(factor))
        name = f"{Knob.CAP}=x{factor:.4g}"
        point, found = evaluate(
            session, variant, name=name, factor=float(factor), has_plan=has_plans, near=near
        )
        near = found or near
        points.append(point)
        if progress is not None and not progress(index + 1, count):
            break
    return tuple(points)


def sweep(
    session: Session,
    variants: Sequence[tuple[str, Sequence[Change]]],
    *,
    has_plans: bool = False,
    progress: Progress | None = None,
) -> tuple[Point, ...]:
    """Return one point for each named set of changes.

    Parameters
    ----------
    session : Session
        Warm model.
    variants : sequence of (str, sequence of Change)
        Names and changes.
    has_plans : bool
        Whether each point is a plan; else only its relaxation.
    progress : callable, optional
        As in `pareto`.
    """
    points: list[Point] = []
    for index, (name, changes) in enumerate(variants):
        variant = changed(session.problem, changes)
        points.append(evaluate(session, variant, name=name, has_plan=has_plans)[0])
        if progress is not None and not progress(index + 1, len(variants)):
            break
    return tuple(points)
