"""What if: the plan as it stands at once, then an estimate, then the plan anew and what moved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.roadmap.carbon_cost import MG_PER_T
from tanlu.roadmap.checks import Breach, find_breaches
from tanlu.roadmap.simulate import simulate
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.wedges import ledger_total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.session import Session
    from tanlu.roadmap.simulate import Choices

_TARGETS = frozenset(
    {
        "absolute", "cumulative", "intensity", "energy_intensity", "renewable_share", "peak",
        "neutrality", "equity", "budget",
    }
)  # fmt: skip


class Stage(StrEnum):
    """How far an answer has come."""

    FIXED = "fixed_plan"  # the known plan, exactly simulated under the change
    ESTIMATE = "estimate"  # the relaxation: a bound, labelled as an estimate
    PLAN = "plan"  # planned anew: replaces both


@dataclass(frozen=True, slots=True)
class Move:
    """What changed its year or size; None where it is not in that plan.

    Parameters
    ----------
    id : str
        Measure or generator.
    before, after : int or None
        First calendar year in operation.
    size_before, size_after : float
        Share, or kW of a generator, at the end of the horizon.
    """

    id: str
    before: int | None
    after: int | None
    size_before: float
    size_after: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer.

    Parameters
    ----------
    stage : Stage
        Which of the three.
    status : str
        ``feasible``, ``missed`` (rules the fixed plan no longer keeps), ``estimate`` or
        ``infeasible``.
    cost_cny, change_cny : float or None
        Cost, and its distance to the known plan's [CNY].
    emissions_t : tuple of float, shape (T,)
        [tCO2e].
    missed : tuple of Breach
        Targets and budgets the fixed plan no longer keeps.
    moves : tuple of Move
        What the new plan does in another year or size.
    """

    stage: Stage
    status: str
    cost_cny: float | None
    change_cny: float | None
    emissions_t: tuple[float, ...]
    missed: tuple[Breach, ...] = ()
    moves: tuple[Move, ...] = ()
    gap: float | None = None


def what_if(session: Session, problem: Problem, *, has_plan: bool = True) -> Iterator[Outcome]:
    """Yield the three answers to a change, the quickest first.

    Parameters
    ----------
    session : Session
        Warm model with the known plan.
    problem : Problem
        The changed problem.
    has_plan : bool
        Whether to plan anew.
    """
    known = session.solved
    if known is not None:
        yield fixed_plan(known, problem)
    estimate = session.estimate(problem)
    cost = estimate.cost_cny
    status = "infeasible" if cost is None else "estimate"
    yield Outcome(
        Stage.ESTIMATE,
        status,
        cost,
        _over(cost, None if known is None else known.bound_cny),
        estimate.emissions_t,
    )
    if has_plan:
        yield _planned(session, problem)


def _over(cost: float | None, known: float | None) -> float | None:
    return None if cost is None or known is None else cost - known


def fixed_plan(known: Solved, problem: Problem) -> Outcome:
    """Return the known plan's exact result under a change, and the rules it no longer keeps."""
    result = simulate(problem, known.choices)
    breaches = find_breaches(problem, known.choices, result)
    missed = tuple(b for b in breaches if b.family in _TARGETS)
    cost = float(result.npv + result.steering_npv)
    tonnes = ledger_total(result, str(problem.method))
    return Outcome(
        Stage.FIXED,
        "missed" if missed else "feasible",
        cost,
        cost - known.objective_cny,
        tuple(mg / MG_PER_T for mg in tonnes),
        missed,
    )


def _planned(session: Session, problem: Problem) -> Outcome:
    found = session.plan(problem)
    if not isinstance(found, Solved):
        return Outcome(Stage.PLAN, "infeasible", None, None, ())
    known = session.solved
    tonnes = ledger_total(found.result, str(problem.method))
    cost = float(found.objective_cny)
    return Outcome(
        Stage.PLAN,
        "feasible",
        cost,
        _over(cost, None if known is None else float(known.objective_cny)),
        tuple(mg / MG_PER_T for mg in tonnes),
        moves=() if known is None else moved(problem, known.choices, found.choices),
        gap=found.gap,
    )


def moved(problem: Problem, before: Choices, after: Choices) -> tuple[Move, ...]:
    """Return the measures and generators whose first year or final size differ.

    Parameters
    ----------
    problem : Problem
        Gives the calendar.
    before, after : Choices
        Two plans of the same measures.
    """
    found = []
    for old, new in ((before.share, after.share), (before.capacity, after.capacity)):
        for name in sorted(old):
            if name in problem.pv and old is before.share:
                continue  # the capacity says it
            move = Move(
                name,
                _first(problem, old[name]),
                _first(problem, new[name]),
                float(old[name][-1]),
                float(new[name][-1]),
            )
            if move.before != move.after or move.size_before != move.size_after:
                found.append(move)
    return tuple(found)


def _first(problem: Problem, path: tuple[object, ...]) -> int | None:
    return next((problem.years[i] for i, amount in enumerate(path) if amount), None)
