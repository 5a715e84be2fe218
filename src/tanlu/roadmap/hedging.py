"""What a common plan for several futures decides now, what it costs in each, what it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.planner import settle, solve_problem
from tanlu.roadmap.search import search
from tanlu.roadmap.simulate import starts
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.two_stage import TwoStage, held, plan_together, tail_mean, weighed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tanlu.roadmap.caution import Caution
    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.search import Options
    from tanlu.roadmap.session import Session


def hedge(
    session: Session,
    futures: Mapping[str, Problem],
    weights: Sequence[float],
    caution: Caution,
    options: Options,
    *,
    progress: Callable[[int, int], bool],
) -> dict[str, Any]:
    """Return the common plan of some futures, as JSON values.

    Parameters
    ----------
    session : Session
        Gives the plan made for the future as planned alone.
    futures : Mapping[str, Problem]
        By name.
    weights : sequence of float
        Scaled to probabilities.
    caution : Caution
        Lock year, aversion, tail.
    options : Options
        Limits of the search.
    progress : callable
        Gets (done, all).
    """
    names, problems = list(futures), list(futures.values())
    steps, shares = len(problems) + 2, [w / sum(weights) for w in weights]
    alone: list[Solved | None] = []
    for index, problem in enumerate(problems):
        found = solve_problem(problem, options)
        alone.append(found if isinstance(found, Solved) else None)
        progress(index + 1, steps)
    body: dict[str, Any] = {
        "lock_year": caution.lock_year,
        "aversion": caution.aversion,
        "tail": caution.tail,
        "scenarios": names,
        "weights": shares,
        "alone": [None if plan is None else float(plan.objective_cny) for plan in alone],
        "impossible": [n for n, plan in zip(names, alone, strict=True) if plan is None],
    }
    together = TwoStage("infeasible", "", (), None, None)
    if not body["impossible"]:
        together = plan_together(problems, weights, caution, options)
        for index, plan in enumerate(together.plans):  # each is a plan of its future as well
            body["alone"][index] = min(body["alone"][index], float(plan.objective_cny))
    progress(steps - 1, steps)
    body |= _common(together, body["alone"], shares, caution)
    planned = None
    if together.plans and session.solved is not None:
        planned = _as_planned(session.solved, problems, caution, options)
    progress(steps, steps)
    return body | _against(planned, together, shares, caution)


def _common(
    together: TwoStage, alone: list[float], shares: Sequence[float], caution: Caution
) -> dict[str, Any]:
    body: dict[str, Any] = {"status": together.status, "limit": together.limit or None}
    if not together.plans or together.objective_cny is None:
        return body | dict.fromkeys(
            ("costs", "expected", "cvar", "objective", "bound", "gap", "better_data")
        ) | {"decided": [], "later": []}  # fmt: skip
    costs = [float(plan.objective_cny) for plan in together.plans]
    mean = _mean(costs, shares)
    bound = together.bound_cny
    return body | {
        "costs": costs,
        "expected": mean,
        "cvar": tail_mean(costs, shares, caution.tail),
        "objective": together.objective_cny,
        "bound": bound,
        "gap": None if not bound else (together.objective_cny - bound) / abs(bound),
        "better_data": mean - _mean(alone, shares),
        **_decisions(together.plans, caution),
    }


def _mean(costs: Sequence[float], shares: Sequence[float]) -> float:
    return sum(p * c for p, c in zip(shares, costs, strict=True))


def _decisions(plans: Sequence[Solved], caution: Caution) -> dict[str, Any]:
    """Return what is decided before the lock year, and what follows each future later."""
    begun = [_starts(plan) for plan in plans]
    decided: list[dict[str, Any]] = []
    later: list[dict[str, Any]] = []
    for name in sorted({name for rows in begun for name in rows}):
        rows = [row.get(name, []) for row in begun]
        early = [entry for entry in rows[0] if entry["decided"] < caution.lock_year]
        decided.extend({"id": name, **entry} for entry in early)
        late = [[e for e in row if e["decided"] >= caution.lock_year] for row in rows]
        if any(late):
            years = [[e["year"] for e in row] for row in late]
            later.append({"id": name, "years": years})
    order = sorted(decided, key=lambda entry: (entry["year"], entry["id"]))
    return {"decided": order, "later": later}


def _starts(plan: Solved) -> dict[str, list[dict[str, Any]]]:
    """Return what begins, by decision: year of operation, year of the decision, size."""
    problem, choices = plan.problem, plan.choices
    found: dict[str, list[dict[str, Any]]] = {}
    leads = {d.id: d.owner for d in plan.assembly.layout.decisions}
    owners = {**problem.measures, **problem.pv, **problem.storage, **problem.technologies}
    paths = {n: p for n, p in choices.share.items() if leads[n] not in problem.pv}
    sizes = {**choices.capacity, **choices.stored}
    for name, path in {**paths, **sizes, **choices.retired}.items():
        owner = owners.get(leads.get(name, name))
        for index, amount in starts(path):
            found.setdefault(name, []).append(_entry(problem, owner, index, float(amount)))
    for name, counts in choices.units.items():
        for index, count in enumerate(counts):
            if count:
                entry = _entry(problem, owners[name], index, float(count))
                found.setdefault(name, []).append(entry)
    return found


def _entry(problem: Problem, owner: Any, index: int, size: float) -> dict[str, Any]:
    year = problem.years[index]
    lead = owner.lead_years if owner is not None else 0
    return {"year": year, "decided": year - lead, "size": size}


def _as_planned(
    known: Solved, problems: Sequence[Problem], caution: Caution, options: Options
) -> list[float] | None:
    """Return what the plan for one future costs in each, its first stage kept; None if it fails."""
    costs = []
    for problem in problems:
        fixed = held(assemble(problem), known.values, caution.lock_year)
        found = search(fixed, options)
        if found.values is None:
            return None
        costs.append(float(settle(problem, fixed, found, options=options).objective_cny))
    return costs


def _against(
    planned: list[float] | None, together: TwoStage, shares: Sequence[float], caution: Caution
) -> dict[str, Any]:
    """Return what planning for one future only would cost, and what the common plan saves."""
    if planned is None or together.objective_cny is None:
        return {"as_planned": None, "hedge_saves": None}
    saved = weighed(planned, shares, caution) - together.objective_cny
    body = {"costs": planned, "expected": _mean(planned, shares)}
    return {"as_planned": body, "hedge_saves": max(saved, 0.0)}
