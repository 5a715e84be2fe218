"""The same model again: with another cap, other prices, in another order, or impossible."""

from __future__ import annotations

import json
import random
import statistics
import time
from dataclasses import replace
from fractions import Fraction
from importlib import resources
from typing import TYPE_CHECKING, Any

from benchmarks.roadmap_instances import read
from benchmarks.variants.roadmap_solve import relax, relax_small
from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.change import Change, Knob, changed
from tanlu.roadmap.infeasible import diagnose
from tanlu.roadmap.planner import plan_json, solve_problem
from tanlu.roadmap.search import Options
from tanlu.roadmap.session import Session
from tanlu.roadmap.solve import Engine
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.whatif import what_if

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tanlu.roadmap.problem import Problem

POINTS, SCENARIOS, MOVES = 20, 100, 40
SMOKE = 10  # measures below which all of it is done on a tenth
GAP = 1e-3


def _few(problem: Problem, count: int) -> int:
    return count if len(problem.measures) >= SMOKE else max(count // 10, 2)


def _caps(problem: Problem) -> Iterator[Problem]:
    """Yield the problem with looser and looser caps."""
    count = _few(problem, POINTS)
    for number in range(count):
        factor = 1 + Fraction(number, 2 * count)
        yield changed(problem, (Change(Knob.CAP, factor, is_factor=True),))


def _prices(problem: Problem) -> Iterator[Problem]:
    """Yield the problem with power and carbon prices moved by up to a third."""
    rng = random.Random(1)  # noqa: S311 - not for secrets
    for _ in range(_few(problem, SCENARIOS)):
        power, carbon = (Fraction(rng.randint(67, 133), 100) for _ in range(2))
        yield changed(
            problem,
            (
                Change(Knob.POWER_PRICE, power, is_factor=True),
                Change(Knob.CARBON_PRICE, carbon, is_factor=True),
            ),
        )


def _warm(problem: Problem, variants: Iterator[Problem]) -> dict[str, Any]:
    """Solve the relaxation of each variant on one loaded model."""
    others = list(variants)
    begin = time.process_time()
    session = Session(problem)
    estimates = [session.estimate(other) for other in others]
    used = time.process_time() - begin
    cold = sum(not estimate.was_warm for estimate in estimates)
    total = sum(estimate.cost_cny or 0.0 for estimate in estimates) / 1e6
    return {"cpu_s": used, "sum_mcny": total, "begun_anew": cold}


def _cold(variants: Iterator[Problem]) -> dict[str, Any]:
    """Build and solve the relaxation of each variant anew."""
    others = list(variants)
    begin = time.process_time()
    total = 0.0
    for other in others:
        assembly = assemble(other)
        total += (relax(assembly).objective or 0.0) + assembly.layout.constant
    return {"cpu_s": time.process_time() - begin, "sum_mcny": total}


def pareto_warm(data: Path, _: Path) -> dict[str, Any]:
    """Relax 20 caps on one model."""
    problem = read_case(read(data))
    return _warm(problem, _caps(problem))


def pareto_cold(data: Path, _: Path) -> dict[str, Any]:
    """Relax 20 caps anew."""
    return _cold(_caps(read_case(read(data))))


def prices_warm(data: Path, _: Path) -> dict[str, Any]:
    """Relax 100 sets of prices on one model."""
    problem = read_case(read(data))
    return _warm(problem, _prices(problem))


def prices_cold(data: Path, _: Path) -> dict[str, Any]:
    """Relax 100 sets of prices anew."""
    return _cold(_prices(read_case(read(data))))


def _session(problem: Problem) -> Session:
    seconds = 20.0 if len(problem.measures) >= SMOKE else 0.5
    options = Options(gap=GAP, explain=False, seconds=seconds)
    solved = solve_problem(problem, options)
    assert isinstance(solved, Solved)
    return Session(problem, options, solved)


def curve(data: Path, _: Path) -> dict[str, Any]:
    """Plan 20 caps: relax warm, fix, simulate exactly."""
    problem = read_case(read(data))
    others = list(_caps(problem))
    begin = time.process_time()
    session = _session(problem)
    plans = [session.plan(other) for other in others]
    used = time.process_time() - begin
    costs = [plan.objective_cny / 1e6 for plan in plans if isinstance(plan, Solved)]
    return {"cpu_s": used, "sum_mcny": sum(costs), "planned": len(costs)}


def curve_monolith(data: Path, _: Path) -> dict[str, Any]:
    """Solve 20 caps as whole models, each anew."""
    others = list(_caps(read_case(read(data))))
    begin = time.process_time()
    costs = []
    for other in others:
        assembly = assemble(other)
        seconds = 15.0 if len(other.measures) >= SMOKE else 1.0
        answer = Engine(assembly.matrix, integer=True).run(gap=GAP, seconds=seconds)
        if answer.objective is not None:
            costs.append(answer.objective + assembly.layout.constant)
    used = time.process_time() - begin
    return {"cpu_s": used, "sum_mcny": sum(costs), "planned": len(costs)}


def slider(data: Path, _: Path) -> dict[str, Any]:
    """Move the carbon price, wait for the fixed plan and the relaxation; then for the plan."""
    problem = read_case(read(data))
    session = _session(problem)
    is_smoke = len(problem.measures) < SMOKE
    answers, plans = [], []
    for move in range(_few(problem, MOVES)):
        factor = 1 + Fraction(move % 20, 20)
        other = changed(problem, (Change(Knob.CARBON_PRICE, factor, is_factor=True),))
        times = [time.perf_counter()]
        for outcome in what_if(session, other, has_plan=not is_smoke):
            times.append(time.perf_counter())
            assert outcome.cost_cny is not None
        answers.append(1000 * (times[2] - times[1]))
        plans.append(1000 * (times[-1] - times[0]))
    return {
        "relaxed_ms": statistics.median(answers),
        "longest_ms": max(answers),
        "planned_ms": statistics.median(plans),
    }


def impossible(data: Path, _: Path) -> dict[str, Any]:
    """Say by how much a tenth of the cap is missed without green power, and what would help."""
    tenth = Change(Knob.CAP, Fraction(1, 10), is_factor=True)
    problem = changed(read_case(read(data)), (tenth,))
    problem = replace(problem, contracts={}, targets={"cap": problem.targets["cap"]})
    begin = time.process_time()
    found = diagnose(problem, Options())
    used = time.process_time() - begin
    return {"cpu_s": used, "years_short": len(found.short), "helps": len(found.would_help)}


GROUP_MOVES = {
    "cap_x1.02": (Change(Knob.CAP, Fraction(51, 50), is_factor=True),),
    "power_x1.02": (Change(Knob.POWER_PRICE, Fraction(51, 50), is_factor=True),),
    "power_x0.9": (Change(Knob.POWER_PRICE, Fraction(9, 10), is_factor=True),),
    "carbon_x2": (Change(Knob.CARBON_PRICE, Fraction(2), is_factor=True),),
}


def group_again(data: Path, _: Path) -> dict[str, Any]:
    """Relax changes of a group on one loaded model and each anew; the worst of their ratios."""
    problem = read_case(read(data))
    session = Session(problem)
    moves = list(GROUP_MOVES) if len(problem.measures) >= SMOKE else list(GROUP_MOVES)[:1]
    ratios, warm = {}, 0.0
    for name in moves:
        other = changed(problem, GROUP_MOVES[name])
        times = [time.process_time()]
        estimate = session.estimate(other)
        times.append(time.process_time())
        cold = relax_small(assemble(other))
        times.append(time.process_time())
        assert estimate.cost_cny is not None
        assert cold.objective is not None
        ratios[name] = (times[1] - times[0]) / (times[2] - times[1])
        warm += times[1] - times[0]
    return {"cpu_s": warm, "worst": max(ratios.values()), **ratios}


MODELS = ("v1.json", "v1a.json", "v1c-41.json", "v1d-1.json", "v5.json", "v6-yearly.json")


def permuted(data: Path, _: Path) -> dict[str, Any]:
    """Solve shipped cases in many orders of what they list; count the different plans."""
    rng, count = random.Random(2), int((data / "count").read_text())  # noqa: S311
    folder = resources.files("tanlu") / "data" / "plan_cases"
    most = 0
    for name in MODELS:
        case = json.loads((folder / name).read_text(encoding="utf-8"))
        turns = range(count // len(MODELS))
        plans = {json.dumps(plan_json(_shuffled(case, rng), {"explain": False})) for _ in turns}
        most = max(most, len(plans))
    return {"models": len(MODELS), "plans_each": most}


def _shuffled(case: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    found = {}
    for key in rng.sample(sorted(case), len(case)):
        value = case[key]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = [
                {k: entry[k] for k in rng.sample(sorted(entry), len(entry))}
                for entry in rng.sample(value, len(value))
            ]
        found[key] = value
    return found
