"""What if: the plan as it stands at once, then an estimate, then the plan anew and what moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.roadmap.carbon_cost import MG_PER_T
from tanlu.roadmap.chain import scaled_makers
from tanlu.roadmap.checks import find_breaches
from tanlu.roadmap.simulate import simulate
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.wedges import ledger_total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from tanlu.roadmap.breach import Breach
    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.session import Session
    from tanlu.roadmap.simulate import Choices

    Path = Sequence[Fraction | int]

_TARGETS = frozenset(
    {
        "absolute", "cumulative", "intensity", "energy_intensity", "renewable_share", "peak",
        "neutrality", "equity", "budget",
    }
)  # fmt: skip


SHARE = "1"
_SAME = 1e-6  # of the larger size: below it two plans differ by the search's tolerance alone


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
        Measure, generator, battery, technology or contract.
    before, after : int or None
        First calendar year in operation.
    size_before, size_after : float
        Share, or capacity, at the end of the horizon; new units, or what a contract delivers,
        over the horizon.
    unit : str
        Unit of the sizes; ``1`` for a share.
    """

    id: str
    before: int | None
    after: int | None
    size_before: float
    size_after: float
    unit: str = SHARE


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
    choices, result = known.choices, simulate(problem, known.choices)
    if problem.products:
        then = known.result.flows, known.result.served
        made = scaled_makers(problem, then, (result.flows, result.served))
        choices = replace(choices, activity={**choices.activity, **made})
        result = simulate(problem, choices)
    breaches = find_breaches(problem, choices, result)
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
    """Return what is in operation from another first year or in another size.

    Parameters
    ----------
    problem : Problem
        Gives the calendar.
    before, after : Choices
        Two plans of the same measures.
    """
    shares = [
        # the capacity of a generator says more than its decision
        {name: path for name, path in plan.share.items() if name not in problem.pv}
        for plan in (before, after)
    ]
    contracts = [_delivered(plan) for plan in (before, after)]
    power = problem.carriers[problem.electricity()].unit if contracts[0] else ""
    found = [
        *_between(problem, *contracts, unit=power, is_sum=True),
        *_between(problem, *shares, unit=SHARE),
        *_between(problem, before.capacity, after.capacity, unit="kW"),
        *_between(problem, before.stored, after.stored, unit="kWh"),
        *_between(problem, before.units, after.units, unit="units", is_sum=True),
    ]
    return tuple(found)


def _delivered(plan: Choices) -> dict[str, Path]:
    """Return what each contract delivers in each year, its sites together."""
    total: dict[str, Path] = {}
    for name, path in plan.claims.items():
        contract = name.rpartition("@")[0]
        known = total.get(contract, (0,) * len(path))
        total[contract] = [a + b for a, b in zip(known, path, strict=True)]
    return total


def _between(
    problem: Problem,
    old: Mapping[str, Path],
    new: Mapping[str, Path],
    *,
    unit: str,
    is_sum: bool = False,
) -> Iterator[Move]:
    """Yield what differs between the paths of two plans, all of one kind."""
    for name in sorted(old):
        paths = old[name], new[name]
        before, after = (_first(problem, path) for path in paths)
        was, now = (float(sum(path) if is_sum else path[-1]) for path in paths)
        if before != after or abs(now - was) > _SAME * max(was, now):
            yield Move(name, before, after, was, now, unit)


def _first(problem: Problem, path: Path) -> int | None:
    return next((problem.years[i] for i, amount in enumerate(path) if amount), None)
