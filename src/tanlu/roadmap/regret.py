"""How much each plan may cost too much once the future is known, and what knowing it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.layout import MEGA
from tanlu.roadmap.recourse import Recourse, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.session import Session
    from tanlu.roadmap.solved import Solved


@dataclass(frozen=True, slots=True)
class Regret:
    """Plans against scenarios.

    Parameters
    ----------
    costs : tuple of tuple of float or None
        By plan and scenario; None where the plan cannot keep the targets.
    regrets : tuple of tuple of float or None
        Cost above the cheapest plan of the scenario.
    largest : tuple of float or None
        Largest regret of each plan; None where it fails in some scenario.
    choice : int or None
        Plan of least largest regret.
    expected : tuple of float or None
        Mean cost of each plan.
    perfect_information : float or None
        ``min_p E[cost] - E[min_p cost]``: most that better data can be worth.
    """

    costs: tuple[tuple[float | None, ...], ...]
    regrets: tuple[tuple[float | None, ...], ...]
    largest: tuple[float | None, ...]
    choice: int | None
    expected: tuple[float | None, ...]
    perfect_information: float | None


def make_regret(
    costs: Sequence[Sequence[float | None]], weights: Sequence[float] | None = None
) -> Regret:
    """Return the regrets of plans by scenario.

    Parameters
    ----------
    costs : sequence of sequence of float or None, shape (P, S)
        Cost of each plan in each scenario; None where it fails.
    weights : sequence of float, shape (S,), optional
        Weights of the scenarios, scaled to one; equal when not given.

    Raises
    ------
    TanluError
        ``plan.scenario-weights`` when they are negative, all zero, or not one a scenario.

    Examples
    --------
    >>> make_regret([(10, 30), (19, 20), (28, 14)]).largest
    (16, 9, 18)
    """
    count = len(costs[0]) if costs else 0
    given = list(weights) if weights is not None else [1.0] * count
    if len(given) != count or any(w < 0 for w in given) or not sum(given):
        raise TanluError("plan.scenario-weights", found=", ".join(map(str, given)), expected=count)
    shares = [weight / sum(given) for weight in given]
    best = [_least([row[s] for row in costs]) for s in range(count)]
    regrets = tuple(
        tuple(
            None if cost is None or least is None else cost - least
            for cost, least in zip(row, best, strict=True)
        )
        for row in costs
    )
    largest = tuple(_largest(row) for row in regrets)
    known = [(value, index) for index, value in enumerate(largest) if value is not None]
    expected = tuple(
        None
        if any(cost is None for cost in row)
        else sum(cost * share for cost, share in zip(row, shares, strict=True) if cost is not None)
        for row in costs
    )
    means = [mean for mean in expected if mean is not None]
    value = None
    if means and all(least is not None for least in best):
        value = min(means) - sum(b * w for b, w in zip(best, shares, strict=True) if b is not None)
    return Regret(
        tuple(tuple(row) for row in costs),
        regrets,
        largest,
        min(known)[1] if known else None,
        expected,
        value,
    )


def _least(column: Sequence[float | None]) -> float | None:
    return min((value for value in column if value is not None), default=None)


def _largest(row: Sequence[float | None]) -> float | None:
    known = [value for value in row if value is not None]
    return max(known) if known and len(known) == len(row) else None


def fixed_cost(session: Session, solved: Solved, problem: Problem) -> float | None:
    """Return what a plan costs in a scenario with its decisions fixed [CNY].

    Measures, units and the capacity of generation and batteries stay; purchases, claims and what
    serves an end use follow the scenario (linear model).

    Parameters
    ----------
    session : Session
        Model of the plans' problem.
    solved : Solved
        A plan.
    problem : Problem
        The scenario; the same structure.

    Returns
    -------
    float or None
        None when the targets cannot be kept so.
    """
    assembly = session.assembly(problem)
    values = whole(assembly, solved.values)
    recourse = Recourse(assembly, values, session.options.seed)
    for columns in (assembly.layout.q, assembly.layout.s, assembly.layout.n):
        recourse.hold(columns, values[columns])
    answer = recourse.run()
    if answer.objective is None:
        return None
    return (answer.objective + assembly.layout.constant) * MEGA


def compare(
    session: Session,
    plans: Sequence[Solved],
    scenarios: Sequence[Problem],
    weights: Sequence[float] | None = None,
) -> Regret:
    """Return the regrets of plans over scenarios by linear models with fixed decisions."""
    costs = [[fixed_cost(session, plan, scenario) for scenario in scenarios] for plan in plans]
    return make_regret(costs, weights)
