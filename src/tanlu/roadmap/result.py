"""The published plan: one frozen value with the fields of the contract, and its JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tanlu.roadmap.adoptions import Adoption, make_adoptions
from tanlu.roadmap.amounts import why_amounts
from tanlu.roadmap.baseline import baseline_of
from tanlu.roadmap.canonical import problem_hash
from tanlu.roadmap.carbon_cost import MG_PER_T, charged_at, covered, surrendered
from tanlu.roadmap.explain import Explainer, Why
from tanlu.roadmap.macc import make_macc
from tanlu.roadmap.problem import TargetKind
from tanlu.roadmap.retirement import retirable, worth_left
from tanlu.roadmap.shadow import shadow_prices
from tanlu.roadmap.solve import solver_version
from tanlu.roadmap.stock_reasons import why_not_built, why_stock
from tanlu.roadmap.target_checks import TARGETS, coal_equivalent, renewable
from tanlu.roadmap.validation import template_measures
from tanlu.roadmap.wedges import ledger_total, make_wedges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from tanlu.roadmap.infeasible import Infeasible
    from tanlu.roadmap.macc import Bar
    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.search import Options
    from tanlu.roadmap.shadow import Shadow, Solve
    from tanlu.roadmap.simulate import Simulation
    from tanlu.roadmap.solved import Solved
    from tanlu.roadmap.wedges import Wedge


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target and what the plan reaches, by year of its levels."""

    id: str
    kind: str
    years: tuple[int, ...]
    value: tuple[float, ...]
    level: tuple[float, ...]
    met: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that keeps every rule in the exact simulator, or why there is none."""

    problem: Problem
    status: str
    limit: str
    cost_npv: int | None
    steering_npv: int
    bound_npv: int | None
    gap: float | None
    baseline_npv: int
    baseline: Simulation
    result: Simulation | None
    offsets_t: tuple[float, ...]
    adoptions: tuple[Adoption, ...]
    wedges: tuple[Wedge, ...]
    shadow: tuple[Shadow, ...]
    macc: tuple[Bar, ...]
    targets: tuple[TargetLine, ...]
    not_adopted: tuple[Why, ...]
    infeasible: Infeasible | None
    indicative: tuple[str, ...]
    series: dict[str, tuple[float, ...]]
    run: dict[str, Any]
    written_off: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the contract, plus what the report needs."""
        return plan_to_json(self)


def make_plan_value(solved: Solved, options: Options, solve: Solve | None = None) -> Plan:
    """Build the published plan of a solved problem."""
    problem = solved.problem
    baseline = baseline_of(problem)
    wedges = make_wedges(problem, solved.choices, solved.result, baseline=baseline)
    whys = _whys(solved, wedges, options)
    adoptions = _with_reasons(solved, make_adoptions(solved, wedges, whys), options)
    taken = {adoption.id for adoption in adoptions}
    return Plan(
        problem=problem,
        status=solved.found.status,
        limit=solved.found.limit,
        cost_npv=solved.result.npv,
        steering_npv=solved.result.steering_npv,
        bound_npv=round(solved.bound_cny),
        gap=solved.gap,
        baseline_npv=baseline.npv,
        baseline=baseline,
        result=solved.result,
        offsets_t=_floats(solved.choices.offsets),
        adoptions=adoptions,
        wedges=wedges,
        shadow=shadow_prices(solved, solve if options.explain else None),
        macc=make_macc(solved, wedges),
        targets=_target_lines(solved),
        not_adopted=(
            *(why for name, why in whys.items() if name not in taken),
            *_not_built(solved, options),
        ),
        infeasible=None,
        indicative=template_measures(problem),
        series=_series(solved),
        written_off=_written_off(solved),
        run=_run(problem, options, solved),
    )


def _whys(solved: Solved, wedges: Sequence[Wedge], options: Options) -> dict[str, Why]:
    """Return the reasons of all measures, or of those that save most."""
    if not options.explain:
        return {}
    names = sorted(solved.problem.measures)
    if options.reasons:
        saved = {wedge.owner: sum(wedge.mg) for wedge in wedges}
        taken = [name for name in names if saved.get(name)]
        names = sorted(taken, key=lambda name: (-saved[name], name))[: options.reasons]
    explainer = Explainer(solved)
    return {name: explainer.why(name) for name in names}


def _with_reasons(
    solved: Solved, adoptions: tuple[Adoption, ...], options: Options
) -> tuple[Adoption, ...]:
    """Give generators and contracts, which are amounts, and units of technologies their reasons."""
    if not options.explain:
        return adoptions
    starts = [(adoption.id, adoption.year) for adoption in adoptions]
    whys = why_amounts(solved, starts)
    largest = sorted(adoptions, key=lambda a: (-a.abatement_t_total, a.id, a.year))
    units = [a for a in largest if a.kind in {"technology", "retirement"}]
    chosen = units[: options.reasons] if options.reasons else units
    whys |= why_stock(solved, [(adoption.id, adoption.year) for adoption in chosen])
    return tuple(replace(a, why=whys.get((a.id, a.year), a.why)) for a in adoptions)


def _not_built(solved: Solved, options: Options) -> tuple[Why, ...]:
    """Return why technologies are not built; left out where only the largest are explained."""
    return why_not_built(solved) if options.explain and not options.reasons else ()


def make_infeasible(problem: Problem, infeasible: Infeasible | None, options: Options) -> Plan:
    """Build the answer of a problem that has no plan, with what would help where it was asked."""
    baseline = baseline_of(problem)
    return Plan(
        problem=problem,
        status="infeasible",
        limit="",
        cost_npv=None,
        steering_npv=0,
        bound_npv=None,
        gap=None,
        baseline_npv=baseline.npv,
        baseline=baseline,
        result=None,
        offsets_t=(),
        adoptions=(),
        wedges=(),
        shadow=(),
        macc=(),
        targets=(),
        not_adopted=(),
        infeasible=infeasible,
        indicative=template_measures(problem),
        series={},
        run=_run(problem, options, None),
    )


def make_estimate(solved: Solved, options: Options) -> Plan:
    """Build what charts need of a relaxation that was simulated as if parts could be built.

    Nothing is adopted or explained; the cost is that of the simulation, the bound the model's.
    """
    problem = solved.problem
    baseline = baseline_of(problem)
    return Plan(
        problem=problem,
        status="estimate",
        limit="",
        cost_npv=solved.result.npv,
        steering_npv=solved.result.steering_npv,
        bound_npv=round(solved.bound_cny),
        gap=None,
        baseline_npv=baseline.npv,
        baseline=baseline,
        result=solved.result,
        offsets_t=_floats(solved.choices.offsets),
        adoptions=(),
        wedges=make_wedges(problem, solved.choices, solved.result, baseline=baseline),
        shadow=(),
        macc=(),
        targets=_target_lines(solved),
        not_adopted=(),
        infeasible=None,
        indicative=template_measures(problem),
        series=_series(solved),
        run={"hash": None, "solver": solver_version(), "seed": options.seed},
    )


def _floats(values: Sequence[Fraction | int]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _run(problem: Problem, options: Options, solved: Solved | None) -> dict[str, Any]:
    model = problem_hash(problem)
    decided = ""
    if solved is not None:
        shares = {k: [str(v) for v in path] for k, path in sorted(solved.choices.share.items())}
        decided = json.dumps([shares, solved.result.npv], sort_keys=True)
    digest = hashlib.sha256(f"{model}|{decided}".encode()).hexdigest()
    return {
        "hash": digest,
        "model_hash": model,
        "solver": solver_version(),
        "seed": options.seed,
        "options": {k: v for k, v in asdict(options).items() if k != "seed"},
    }


def _written_off(solved: Solved) -> dict[str, float]:
    """Return the worth at the horizon that each early retirement gives up [CNY]."""
    return {
        cohort.id: float(worth_left(solved.problem, technology, cohort))
        for technology, cohort in retirable(solved.problem)
        if any(solved.choices.retired[cohort.id])
    }


def _target_lines(solved: Solved) -> tuple[TargetLine, ...]:
    problem = solved.problem
    lines = []
    for target in sorted(problem.targets.values(), key=lambda t: t.id):
        value, limit = TARGETS[target.kind](problem, solved.choices, solved.result, target)
        years = sorted(limit)
        shown = [float(value[y]) for y in years]
        levels = [float(limit[y]) for y in years]
        if target.kind is TargetKind.RENEWABLE_SHARE:
            shown, levels = _shares(solved, years), [float(target.levels[y]) for y in years]
        elif target.kind is TargetKind.EQUITY:
            shown = [1 - share for share in shown]
            levels = [float(target.levels[y]) for y in years]
        elif target.kind in {TargetKind.INTENSITY, TargetKind.ENERGY_INTENSITY}:
            shown = [float(value[y] / problem.output[y]) for y in years]
            levels = [float(target.levels[y]) for y in years]
        met = all(value[y] <= limit[y] for y in years)
        calendar = tuple(problem.years[y] for y in years)
        lines.append(
            TargetLine(target.id, str(target.kind), calendar, tuple(shown), tuple(levels), met)
        )
    return tuple(lines)


def _shares(solved: Solved, years: list[int]) -> list[float]:
    green = renewable(solved.problem, solved.choices, solved.result)
    use = [sum(values) for values in zip(*solved.result.use.values(), strict=True)]
    return [float(green[y] / use[y]) if use[y] else 0.0 for y in years]


def _series(solved: Solved) -> dict[str, tuple[float, ...]]:
    problem, result = solved.problem, solved.result
    use = [sum(values) for values in zip(*result.use.values(), strict=True)]
    green = renewable(problem, solved.choices, result)
    return {
        "electricity_use": _floats(use),
        "renewable": _floats(green) if use else (),
        "tce_calorific": _floats(coal_equivalent(problem, result, "calorific")),
        "tce_equivalent": _floats(coal_equivalent(problem, result, "equivalent")),
        **_carbon_series(problem, result),
        **_made_series(solved),
    }


def _made_series(solved: Solved) -> dict[str, tuple[float, ...]]:
    """Return what technologies serve and make, in the year and each slice of it [units]."""
    problem, found = solved.problem, {}
    for name in problem.technologies if problem.products or problem.slices else ():
        found[f"made:{name}"] = _floats(solved.result.served[name])
        paths = solved.choices.sliced.get(name, ())
        for one, path in zip(problem.slices, paths, strict=True):
            found[f"made:{name}/{one.id}"] = _floats(path)
    return found


def _carbon_series(problem: Problem, result: Simulation) -> dict[str, tuple[float, ...]]:
    """Return offsets surrendered and emissions charged at the border, where there are such [t]."""
    found: dict[str, tuple[float, ...]] = {}
    if problem.ets is not None and problem.ets.surrender is not None:
        taken = surrendered(problem.ets, covered(problem.ets, result.emissions))
        found["ets_offsets_t"] = _floats(taken)
    for border in problem.borders.values():
        found[f"cbam_t:{border.id}"] = _floats(charged_at(border, result.emissions))
    return found


def _tonnes(mg: Sequence[int]) -> list[float]:
    """Return milligrams as tonnes; the JSON number prints the milligrams exactly below 10^6 t."""
    return [value / MG_PER_T for value in mg]


def _why_json(why: Why | None) -> dict[str, Any] | None:
    if why is None:
        return None
    return {
        "binding": [reason.code for reason in why.reasons],
        "reasons": [{"code": r.code, "facts": dict(r.facts)} for r in why.reasons],
        "earlier": why.earlier_cny,
        "later": why.later_cny,
        "never": why.never_cny,
        "text": None,
    }


def _not_adopted_json(problem: Problem, why: Why) -> dict[str, Any]:
    item = problem.measures.get(why.measure) or problem.technologies[why.measure]
    name = {"zh": item.name_zh, "en": item.name_en}
    return {"measure": why.measure, "name": name, "why": _why_json(why)}


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON values; what has no value is null."""
    problem, result = plan.problem, plan.result
    method = str(problem.method)
    emissions = None
    mg: dict[str, Any] = {"baseline": list(ledger_total(plan.baseline, method))}
    if result is not None:
        emissions = {
            "scope1": _tonnes(result.total("s1")),
            "scope2_market": _tonnes(result.total("s2m")),
            "scope2_location": _tonnes(result.total("s2l")),
            "scope3": _tonnes(result.total("s3")),
        }
        mg["emissions"] = list(ledger_total(result, method))
        mg["wedges"] = {w.owner: list(w.mg) for w in plan.wedges}
    money = result.money if result is not None else {}
    opex_lines = ("om", "energy", "contracts", "export", "avoided", "offsets", "retirement")
    carbon_lines = ("carbon", "ets_offsets", "cbam")
    return {
        "name": problem.name,
        "status": plan.status,
        "limit": plan.limit or None,
        "indicative": bool(plan.indicative),
        "templates": list(plan.indicative),
        "cost_npv": plan.cost_npv,
        "steering_npv": plan.steering_npv,
        "bound_npv": plan.bound_npv,
        "gap": plan.gap,
        "baseline_npv": plan.baseline_npv,
        "currency": problem.currency,
        "price_year": problem.price_year,
        "method": method,
        "years": list(problem.years),
        "baseline_t": _tonnes(ledger_total(plan.baseline, method)),
        "emissions_t": emissions,
        "offsets_t": list(plan.offsets_t),
        "exact_mg": mg,
        "capex": list(money.get("capex", ())),
        "opex": _summed(money, opex_lines),
        "carbon_cost": _summed(money, carbon_lines),
        "cost_lines": {name: list(values) for name, values in sorted(money.items())},
        "salvage": round(result.salvage) if result is not None else None,
        "written_off": {name: round(value) for name, value in plan.written_off.items()},
        "budget": _budget_json(problem),
        "adoptions": [
            {
                "id": a.id,
                "measure": a.measure,
                "kind": a.kind,
                "site": a.site,
                "year": a.year,
                "size": a.size,
                "unit": a.unit,
                "capex": a.capex,
                "abatement_t_total": a.abatement_t_total,
                "name": {"zh": a.name_zh, "en": a.name_en},
                "why": _why_json(a.why),
            }
            for a in plan.adoptions
        ],
        "not_adopted": [_not_adopted_json(problem, why) for why in plan.not_adopted],
        "wedges": [{"measure": w.owner, "layer": w.layer, "t": _tonnes(w.mg)} for w in plan.wedges],
        "shadow_price": [
            {
                "year": s.year,
                "per_t": s.price,
                "low": s.band[0],
                "high": s.band[1],
                "relaxed": s.relaxed,
                "operational": s.operational,
                "resolved": s.resolved,
            }
            for s in plan.shadow
        ],
        "macc": [asdict(bar) for bar in plan.macc],
        "targets": [asdict(line) for line in plan.targets],
        "series": {name: list(values) for name, values in plan.series.items()},
        "infeasible": _infeasible_json(plan),
        "run": plan.run,
    }


def _summed(money: Mapping[str, Sequence[int]], names: Sequence[str]) -> list[int]:
    return [sum(v) for v in zip(*(money[name] for name in names), strict=True)] if money else []


def _budget_json(problem: Problem) -> list[float | None] | None:
    if problem.budget is None:
        return None
    return [None if limit is None else float(limit) for limit in problem.budget.limits]


def _infeasible_json(plan: Plan) -> dict[str, Any] | None:
    found = plan.infeasible
    if found is None:
        return None
    worst = max(found.short, key=lambda s: s.amount, default=None)
    return {
        "target": worst.target if worst else None,
        "short_t": worst.amount if worst else None,
        "unit": worst.unit if worst else None,
        "exact": found.exact,
        "conflict": found.conflict,
        "by_year": [
            {"target": s.target, "year": s.year, "short": s.amount, "unit": s.unit}
            for s in found.short
        ],
        "would_be_met_by": [
            {"family": name, "amount": amount} for name, amount in found.would_help
        ],
    }
