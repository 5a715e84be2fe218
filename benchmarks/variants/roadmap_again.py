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

import numpy as np

from benchmarks.roadmap_instances import read
from benchmarks.variants.roadmap_solve import relax
from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.infeasible import diagnose
from tanlu.roadmap.planner import plan_json
from tanlu.roadmap.search import LP_TOLERANCE, Cuts, Options
from tanlu.roadmap.solve import Answer, Engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tanlu.roadmap.problem import Problem

POINTS, SCENARIOS, MOVES = 20, 100, 40
SMOKE = 10  # measures below which all of it is done on a tenth


def _few(problem: Problem, count: int) -> int:
    return count if len(problem.measures) >= SMOKE else max(count // 10, 2)


class _Warm:
    """A relaxation that keeps its basis and its tangents."""

    def __init__(self, assembly: Assembly) -> None:
        self.engine = Engine(assembly.matrix, integer=False)
        self.cuts = Cuts(assembly.layout)

    def run(self) -> Answer:
        """Solve from the last basis, adding tangents as needed."""
        answer = self.engine.run()
        while answer.values is not None:
            added = self.cuts.at(answer.values, tolerance=LP_TOLERANCE)
            if not added:
                break
            for block in added:
                self.engine.add(block)
            answer = self.engine.run()
        return answer


def _caps(problem: Problem) -> Iterator[Fraction]:
    """Yield by how much each point's caps are looser than the case's, tightest first."""
    count = _few(problem, POINTS)
    for number in range(count):
        yield 1 + Fraction(number, 2 * count)


def _with_cap(problem: Problem, factor: Fraction) -> Problem:
    cap = problem.targets["cap"]
    moved = replace(cap, levels={year: level * factor for year, level in cap.levels.items()})
    return replace(problem, targets={**problem.targets, "cap": moved})


def pareto_warm(data: Path, _: Path) -> dict[str, Any]:
    """Move the cap's right side and solve again."""
    problem = read_case(read(data))
    begin = time.process_time()
    assembly = assemble(problem)
    warm, rows = _Warm(assembly), assembly.matrix.blocks["cap.cap"]
    total = 0.0
    for factor in _caps(problem):
        for row in rows:
            warm.engine.set_row(int(row), -np.inf, assembly.matrix.row_up[row] * float(factor))
        total += warm.run().objective or 0.0
    return {"cpu_s": time.process_time() - begin, "sum_mcny": total}


def pareto_rebuilt(data: Path, _: Path) -> dict[str, Any]:
    """Build and solve each point anew."""
    problem = read_case(read(data))
    begin = time.process_time()
    points = (relax(assemble(_with_cap(problem, factor))) for factor in _caps(problem))
    total = sum(point.objective or 0.0 for point in points)
    return {"cpu_s": time.process_time() - begin, "sum_mcny": total}


def _prices(problem: Problem) -> Iterator[Problem]:
    """Yield the problem with electricity, gas and carbon prices moved by up to a third."""
    rng = random.Random(1)  # noqa: S311 - not for secrets
    for _ in range(_few(problem, SCENARIOS)):
        carriers = dict(problem.carriers)
        for name in ("electricity", "gas"):
            by = Fraction(rng.randint(67, 133), 100)
            path = tuple(value * by for value in carriers[name].price)
            carriers[name] = replace(carriers[name], price=path)
        by = Fraction(rng.randint(67, 133), 100)
        assert problem.ets is not None
        ets = replace(problem.ets, price=tuple(value * by for value in problem.ets.price))
        yield replace(problem, carriers=carriers, ets=ets)


def _costs(problem: Problem, assembly: Assembly) -> Any:
    """Return the cost vector of other prices: only purchases and emissions cost something else."""
    layout, cost = assembly.layout, assembly.matrix.cost.copy()
    for index, (_, name) in enumerate(layout.purchases):
        cost[layout.buy[index]] = _path(layout, problem.carriers[name].price)
    cost[layout.e] = _path(layout, problem.carriers["electricity"].price)
    assert problem.ets is not None
    cost[layout.em["s1"]] = layout.factors * np.array([float(p) for p in problem.ets.price]) / 1e3
    return cost


def _path(layout: Any, price: tuple[Fraction, ...]) -> Any:
    return layout.factors * np.array([float(value) for value in price]) / 1e3


def scenarios_warm(data: Path, _: Path) -> dict[str, Any]:
    """Change the costs of one loaded relaxation."""
    problem = read_case(read(data))
    others = list(_prices(problem))
    begin = time.process_time()
    assembly = assemble(problem)
    warm = _Warm(assembly)
    total = 0.0
    for other in others:
        warm.engine.set_costs(_costs(other, assembly))
        total += warm.run().objective or 0.0
    return {"cpu_s": time.process_time() - begin, "sum_mcny": total}


def scenarios_cold(data: Path, _: Path) -> dict[str, Any]:
    """Build and solve each scenario anew."""
    others = list(_prices(read_case(read(data))))
    begin = time.process_time()
    total = sum(relax(assemble(other)).objective or 0.0 for other in others)
    return {"cpu_s": time.process_time() - begin, "sum_mcny": total}


def slider(data: Path, _: Path) -> dict[str, Any]:
    """Move the carbon price up and down and wait for the relaxation each time."""
    problem = read_case(read(data))
    assembly = assemble(problem)
    warm = _Warm(assembly)
    warm.run()
    taken = []
    for move in range(_few(problem, MOVES)):
        cost = assembly.matrix.cost.copy()
        cost[assembly.layout.em["s1"]] *= 1 + 0.05 * (move % 20)
        warm.engine.set_costs(cost)
        begin = time.perf_counter()
        warm.run()
        taken.append(1000 * (time.perf_counter() - begin))
    return {"median_ms": statistics.median(taken), "longest_ms": max(taken)}


def impossible(data: Path, _: Path) -> dict[str, Any]:
    """Say by how much a tenth of the cap is missed without green power, and what would help."""
    problem = _with_cap(read_case(read(data)), Fraction(1, 10))
    problem = replace(problem, contracts={}, targets={"cap": problem.targets["cap"]})
    begin = time.process_time()
    found = diagnose(problem, Options())
    used = time.process_time() - begin
    return {"cpu_s": used, "years_short": len(found.short), "helps": len(found.would_help)}


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
