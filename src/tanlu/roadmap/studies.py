"""The studies around a plan as JSON: one function each, by name."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.alternatives import find_alternatives
from tanlu.roadmap.case import caution_of, read_case
from tanlu.roadmap.change import changed, read_change, scaled_activity, scaled_grid
from tanlu.roadmap.delay import cost_of_delay, solver_of
from tanlu.roadmap.hedging import hedge
from tanlu.roadmap.infeasible import diagnose
from tanlu.roadmap.node import exact
from tanlu.roadmap.planner import replanner, solve_problem
from tanlu.roadmap.probability import DRAWS, assess, find_margin
from tanlu.roadmap.regret import compare
from tanlu.roadmap.result import make_infeasible, make_plan_value, plan_to_json
from tanlu.roadmap.search import Options
from tanlu.roadmap.session import Session
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.sweeps import cap_range, evaluate, has_cap, pareto, with_horizon_cap
from tanlu.roadmap.tornado import tornado
from tanlu.roadmap.uncertain import draw, read_factors
from tanlu.roadmap.whatif import what_if

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.probability import Chance, Risk
    from tanlu.roadmap.problem import Problem, Series
    from tanlu.roadmap.sweeps import Point
    from tanlu.roadmap.uncertain import UncertainFactor
    from tanlu.roadmap.watch import Watch
    from tanlu.roadmap.whatif import Outcome

    Tell = Callable[[str, int, int], bool]


LEAST_RANGE = 1e-3  # of the caps' factor: below it they leave nothing to trade


@dataclass(slots=True)
class Context:
    """What the studies of one plan share.

    Parameters
    ----------
    case : Mapping
        The plan case, with ``uncertainty`` and ``scenarios`` when given.
    problem : Problem
        The case as read.
    solved : Solved
        Its plan.
    options : Options
        Limits of each search.
    tell : callable
        Gets (study, done, all); false stops the study.
    """

    case: Mapping[str, Any]
    problem: Problem
    solved: Solved
    options: Options
    tell: Tell
    known_session: Session | None = None

    @property
    def session(self) -> Session:
        """The warm model, made once."""
        if self.known_session is None:
            self.known_session = Session(self.problem, self.options, self.solved)
        return self.known_session

    def progress(self, study: str) -> Callable[[int, int], bool]:
        """Return the progress callback of a study."""
        return lambda done, steps: self.tell(study, done, steps)

    def factors(self) -> tuple[UncertainFactor, ...]:
        """Return the uncertain factors of the case.

        Raises
        ------
        TanluError
            ``plan.uncertainty-missing`` when the case names none.
        """
        rows = self.case.get("uncertainty") or []
        if not rows:
            raise TanluError("plan.uncertainty-missing")
        return read_factors(rows)


def plan_with_studies(
    case: Mapping[str, Any],
    options: Mapping[str, Any] | None,
    asked: Mapping[str, Mapping[str, Any]],
    *,
    tell: Tell | None = None,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """Make the plan of a case and the studies asked for.

    Parameters
    ----------
    case : mapping
        Plan case; see `docs/reference/plan-case.md`.
    options : mapping, optional
        Limits of the planner.
    asked : mapping
        Arguments by study: see `STUDIES` and `docs/reference/plan-studies.md`.
    tell : callable, optional
        Gets (study, done, all); false stops that study with what it has.
    watch : Watch, optional
        Hears how far the plan is.

    Returns
    -------
    dict
        The plan's JSON with ``studies``; null for each when there is no plan.

    Raises
    ------
    TanluError
        ``plan.case-invalid``, ``plan.change``, ``plan.study-unknown``, ``plan.not-solved``.
    """
    for name in asked:
        if name not in STUDIES:
            raise TanluError("plan.study-unknown", found=name, known=", ".join(sorted(STUDIES)))
    problem, chosen = read_case(case), Options(**(options or {}))
    _check(problem, asked)
    solved = solve_problem(problem, chosen, watch=watch)
    if not isinstance(solved, Solved):
        body = plan_to_json(make_infeasible(problem, diagnose(problem, chosen), chosen))
        return body | {"studies": dict.fromkeys(asked)}
    body = plan_to_json(make_plan_value(solved, chosen, replanner(chosen)))
    quiet = replace(chosen, explain=False)
    context = Context(case, problem, solved, quiet, tell or _always)
    studies = {name: STUDIES[name](context, asked[name]) for name in sorted(asked)}
    return body | {"studies": studies}


def _always(_study: str, _done: int, _steps: int) -> bool:
    return True


def _check(problem: Problem, asked: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a change that cannot be read, or that changes nothing, before anything is solved."""
    for text in asked.get("what_if", {}).get("set", ()):
        change = read_change(text)
        if changed(problem, [change]) == problem:
            raise TanluError("plan.change-idle", found=text, knob=change.knob.value)


def _delay(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    years = tuple(arguments.get("years") or ())
    found = cost_of_delay(
        context.problem,
        context.solved,
        solve=solver_of(context.options),
        progress=context.progress("delay"),
        **({"years": years} if years else {}),
    )
    rows = [
        {
            "years": d.years,
            "first_year": d.first_year,
            "feasible": d.is_feasible,
            "cost_npv": d.cost_cny,
            "extra_cost": d.extra_cny,
            "peak_capex": d.peak_capex_cny,
            "extra_peak_capex": d.extra_peak_cny,
        }
        for d in found.delays
    ]
    return {"delays": rows, "last_year": found.last_year, "stopped": found.was_stopped}


def _pareto(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    session, axis = context.session, "caps"
    factors = cap_range(session) if has_cap(context.problem) else (0.0, 0.0)
    if factors[0] - factors[1] <= LEAST_RANGE:
        session, axis = Session(with_horizon_cap(context.problem), context.options), "horizon"
        factors = cap_range(session)
    points = pareto(
        session,
        int(arguments.get("points", 20)),
        has_plans=bool(arguments.get("plans", True)),
        progress=context.progress("pareto"),
        factors=factors,
    )
    return {"axis": axis, "points": [_point(point) for point in points]}


def _point(point: Point) -> dict[str, Any]:
    return {
        "name": point.name,
        "factor": point.factor,
        "status": point.status,
        "cost_npv": point.cost_cny,
        "bound_npv": point.bound_cny,
        "gap": point.gap,
        "total_t": point.total_t,
        "emissions_t": list(point.emissions_t),
        "capex": point.capex_cny,
    }


def _scenarios(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Sweep random futures: least cost and emissions of each, by the relaxation."""
    count, seed = int(arguments.get("count", 100)), int(arguments.get("seed", 0))
    tell, points = context.progress("scenarios"), []
    for index in range(count):
        future = future_of(context.problem, context.factors(), seed=seed, index=index)
        point, _ = evaluate(
            context.session, future, name=str(index), has_plan=bool(arguments.get("plans"))
        )
        points.append(point)
        if not tell(index + 1, count):
            break
    failed = sum(point.status == "infeasible" for point in points)
    return {"seed": seed, "points": [_point(p) for p in points], "infeasible": failed}


def future_of(
    problem: Problem, factors: tuple[UncertainFactor, ...], *, seed: int, index: int
) -> Problem:
    """Return the problem of one draw of activity, electricity factors and prices.

    Savings and delays are left as planned: they would change what is decided on.
    """
    first = index - index % 4
    draws = draw(problem, factors, seed=seed, first=first, count=index - first + 1)

    def path(values: FloatArray) -> Series:
        row = values[-1]  # the last draw asked for is the one wanted
        wide = row if len(row) > 1 else [row[0]] * problem.periods
        return tuple(_nine(float(value)) for value in wide)

    future = scaled_activity(problem, path(draws.activity))
    power = problem.electricity()
    if power in draws.ef:
        turn = path(draws.ef[power])
        future = scaled_grid(
            future, lambda old: tuple(a * b for a, b in zip(old, turn, strict=True))
        )
    carriers = {
        name: replace(c, price=_times(c.price, path(draws.price[name])))
        if name in draws.price
        else c
        for name, c in future.carriers.items()
    }
    sites = {
        name: replace(
            s,
            price={
                n: _times(p, path(draws.price[n])) if n in draws.price else p
                for n, p in s.price.items()
            },
        )
        for name, s in future.sites.items()
    }
    return replace(future, carriers=carriers, sites=sites)


def _nine(value: float) -> Fraction:
    found = exact(f"{value:.9f}")
    assert found is not None  # noqa: S101 - a formatted number
    return found


def _times(values: Series, path: Series) -> Series:
    return tuple(a * b for a, b in zip(values, path, strict=True))


def _risk(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    factors = context.factors()
    seed, count = int(arguments.get("seed", 0)), int(arguments.get("draws", DRAWS))
    risk = assess(
        context.problem,
        context.solved.choices,
        factors,
        seed=seed,
        count=count,
        progress=context.progress("risk"),
    )
    body = _risk_json(risk) | {"factors": [asdict(factor) for factor in factors], "margin": None}
    wanted = arguments.get("chance")
    if wanted is not None:
        body["wanted"] = float(wanted)
        margin = find_margin(
            context.problem,
            lambda problem: _plan_or_none(context, problem),
            factors,
            wanted=float(wanted),
            target=str(arguments.get("target") or ""),
            seed=seed,
            count=count,
        )
        body["margin"] = None if margin is None else asdict(margin)
    return body


def _plan_or_none(context: Context, problem: Problem) -> Solved | None:
    found = context.session.plan(problem)
    return found if isinstance(found, Solved) else None


def _risk_json(risk: Risk) -> dict[str, Any]:
    low, middle, high = risk.cost_cny
    return {
        "draws": risk.draws,
        "seed": risk.seed,
        "targets": [_chance(chance) for chance in risk.chances],
        "all": _chance(risk.every),
        "cost_npv": {"p5": low, "p50": middle, "p95": high},
        "shortage": risk.shortage,
    }


def _chance(chance: Chance) -> dict[str, Any]:
    return {
        "target": chance.target or None,
        "probability": chance.probability,
        "low": chance.low,
        "high": chance.high,
        "topped_up": {
            "probability": chance.topped,
            "low": chance.topped_low,
            "high": chance.topped_high,
        },
        "worst_year": chance.worst_year,
        "worst_probability": chance.worst_probability,
    }


def _what_if(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    changes = [read_change(text) for text in arguments.get("set", ())]
    problem = changed(context.problem, changes)
    body: dict[str, Any] = {"changes": [change.text for change in changes]}
    tell = context.progress("what_if")
    steps = 3
    for index, outcome in enumerate(what_if(context.session, problem)):
        body[outcome.stage.value] = _outcome(problem, outcome)
        if not tell(index + 1, steps):
            break
    return body


def _outcome(problem: Problem, outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status,
        "cost_npv": outcome.cost_cny,
        "change": outcome.change_cny,
        "gap": outcome.gap,
        "emissions_t": list(outcome.emissions_t),
        "missed": [
            {
                "family": breach.family,
                "target": breach.key,
                "year": problem.years[breach.year],
                "amount": float(breach.amount),
            }
            for breach in outcome.missed
        ],
        "moves": [asdict(move) for move in outcome.moves],
    }


def _regret(context: Context, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Plan each scenario of the case and hold every plan against every scenario."""
    given = _given_scenarios(context)
    names, weights = ["as_planned"], [1.0]
    problems, plans = [context.problem], [context.solved]
    tell = context.progress("regret")
    for index, row in enumerate(given):
        problem = _scenario(context, row)
        found = _plan_of(context, problem)
        names.append(str(row.get("id", index)))
        weights.append(float(row.get("weight", 1)))
        problems.append(problem)
        if found is not None:
            plans.append(found)
        if not tell(index + 1, len(given)):
            break
    table = compare(context.session, plans, problems, weights)
    owners = [name for name, p in zip(names, problems, strict=True)
              if any(plan.problem is p for plan in plans)]  # fmt: skip
    return {
        "scenarios": names,
        "weights": weights,
        "plans": owners,
        "costs": [list(row) for row in table.costs],
        "regrets": [list(row) for row in table.regrets],
        "largest": list(table.largest),
        "choice": None if table.choice is None else owners[table.choice],
        "expected": list(table.expected),
        "better_data": table.perfect_information,
    }


def _given_scenarios(context: Context) -> list[Mapping[str, Any]]:
    given = list(context.case.get("scenarios") or [])
    if not given:
        raise TanluError("plan.scenarios-missing")
    return given


def _robust(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Plan all futures of the case together, common until a year."""
    caution = caution_of(context.case, arguments)
    if caution is None:
        raise TanluError("plan.robust-missing")
    futures, weights = {"as_planned": context.problem}, [caution.base_weight]
    for index, row in enumerate(_given_scenarios(context)):
        futures[str(row.get("id", index))] = _scenario(context, row)
        weights.append(float(row.get("weight", 1)))
    if caution.base_weight == 0:
        del futures["as_planned"], weights[0]
    if min(weights) < 0 or not sum(weights):
        found = ", ".join(map(str, weights))
        raise TanluError("plan.scenario-weights", found=found, expected=len(weights))
    tell = context.progress("robust")
    return hedge(context.session, futures, weights, caution, context.options, progress=tell)


def _scenario(context: Context, row: Mapping[str, Any]) -> Problem:
    if row.get("case") is not None:
        return read_case(row["case"])
    return changed(context.problem, [read_change(text) for text in row.get("set", ())])


def _plan_of(context: Context, problem: Problem) -> Solved | None:
    found = solve_problem(problem, context.options)
    return found if isinstance(found, Solved) else None


def _alternatives(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    extra = tuple(float(share) for share in arguments.get("extra") or ())
    found = find_alternatives(
        context.solved,
        context.options,
        progress=context.progress("alternatives"),
        **({"extra": extra} if extra else {}),
    )
    return {
        "plans": found.count,
        "spreads": [asdict(spread) for spread in found.spreads],
        "measures": [asdict(choice) for choice in found.choices],
    }


def _tornado(context: Context, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Swing each uncertain factor alone to its ends."""
    return tornado(context.session, context.factors(), progress=context.progress("tornado"))


STUDIES: dict[str, Callable[[Context, Mapping[str, Any]], dict[str, Any]]] = {
    "alternatives": _alternatives,
    "delay": _delay,
    "pareto": _pareto,
    "regret": _regret,
    "risk": _risk,
    "robust": _robust,
    "scenarios": _scenarios,
    "tornado": _tornado,
    "what_if": _what_if,
}
