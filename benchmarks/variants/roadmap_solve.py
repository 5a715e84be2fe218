"""Relaxations and searches of one instance: two forms of the savings, two ways to whole numbers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.roadmap_instances import read
from tanlu.kernel.errors import TanluError
from tanlu.roadmap import group, prices
from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.case import read_case
from tanlu.roadmap.condense import condense
from tanlu.roadmap.families import FAMILIES
from tanlu.roadmap.group import plan_group
from tanlu.roadmap.layout import Layout, make_layout
from tanlu.roadmap.planner import settle, solve_problem
from tanlu.roadmap.search import LP_TOLERANCE, Cuts, Found, Options
from tanlu.roadmap.solve import Answer, Engine
from tanlu.roadmap.solved import Solved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tanlu.roadmap.problem import Problem

GAP = 1.5e-3
LIMIT = {0: 1.0, 1: 60.0, 20: 300.0}  # seconds by sites; 0 is the smoke run


def relax(assembly: Assembly) -> Answer:
    """Return the relaxation with tangents where they matter."""
    return _cut(Cuts(assembly.layout), assembly)


def relax_small(assembly: Assembly) -> Answer:
    """Return the same on the smaller model that stands for the whole one, as a search does."""
    return _cut(Cuts(assembly.layout, condense(assembly)), assembly)


def _cut(cuts: Cuts, assembly: Assembly) -> Answer:
    engine = cuts.engine(assembly, Options(), integer=False)
    answer = engine.run()
    while answer.values is not None:
        added = cuts.at(answer.values, tolerance=LP_TOLERANCE)
        if not added:
            break
        for block in added:
            engine.add(block)
        answer = engine.run()
    return answer


def log_form(data: Path, _: Path) -> dict[str, Any]:
    """Solve the relaxation in the log form, tangents added as needed."""
    assembly = assemble(read_case(read(data)))
    begin = time.process_time()
    answer = relax(assembly)
    return {"cpu_s": time.process_time() - begin, "bound_mcny": answer.objective}


def chain_form(data: Path, _: Path) -> dict[str, Any]:
    """Solve the relaxation with the savings as a chain of McCormick products."""
    layout = make_layout(read_case(read(data)))
    blocks = list(_chain(layout))
    for name in sorted(FAMILIES):
        for block in FAMILIES[name].rows(layout) if name != "savings" else blocks:
            layout.builder.con(block)
    matrix = layout.builder.matrix()
    begin = time.process_time()
    answer = Engine(matrix, integer=False).run()
    return {"cpu_s": time.process_time() - begin, "bound_mcny": answer.objective}


def _chain(layout: Layout) -> list[Block]:
    """Return ``F_m = F_{m-1} - r_m p_m`` and the envelope of ``p_m = F_{m-1} z_m``."""
    blocks, years = [], layout.years
    for use, name in enumerate(layout.end_uses):
        before = None
        low = np.ones(layout.periods)
        members = [s for s in layout.savings if s.end_use == use]
        for place, saving in enumerate(members):
            share, z = -np.expm1(saving.log), layout.z[saving.decision]
            label, shape = f"{name}.{place}", (layout.periods,)
            last = place == len(members) - 1
            after = layout.f[use] if last else layout.builder.var(f"c.{label}", shape, ub=1.0)
            p = layout.builder.var(f"p.{label}", shape, ub=1.0)
            known = () if before is None else (Term(before, -1.0),)
            one = 1.0 if before is None else 0.0
            step = (Term(after), Term(p, share), *known)
            blocks.append(Block(f"savings.chain.{label}", years, step, lo=one, up=one))
            blocks.append(Block(f"savings.on.{label}", years, (Term(p), Term(z, -1.0)), up=0.0))
            under = (Term(p), Term(z, -low), *known)
            blocks.append(Block(f"savings.off.{label}", years, under, up=one - low))
            over = (Term(p), Term(z, -1.0), *known)
            blocks.append(Block(f"savings.both.{label}", years, over, lo=one - 1.0))
            before, low = after, low * (1 - share)
    return blocks


def search(data: Path, _: Path) -> dict[str, Any]:
    """Plan: relax, fix, repair, simulate exactly."""
    problem = read_case(read(data))
    options = Options(gap=GAP, explain=False, seconds=_limit(problem))
    begin, wall = time.process_time(), time.perf_counter()
    solved = solve_problem(problem, options)
    assert isinstance(solved, Solved)
    return {
        "cpu_s": time.process_time() - begin,
        "wall_s": time.perf_counter() - wall,
        "gap": solved.gap,
        "cost_mcny": solved.objective_cny / 1e6,
        "limit": solved.found.limit or solved.found.status,
    }


def monolith(data: Path, _: Path) -> dict[str, Any]:
    """Give the whole model to the solver, then simulate what it decided exactly."""
    problem = read_case(read(data))
    options = Options(explain=False)
    begin, wall = time.process_time(), time.perf_counter()
    assembly = assemble(problem)
    engine = Engine(assembly.matrix, integer=True)
    answer = engine.run(gap=1e-4, seconds=_limit(problem))
    used, taken = time.process_time() - begin, time.perf_counter() - wall
    value: dict[str, Any] = {"cpu_s": used, "wall_s": taken, "limit": str(answer.status)}
    if answer.values is None or answer.objective is None or answer.bound is None:
        return value | {"gap": 1.0, "cost_mcny": 1e9}
    value |= {
        "gap": (answer.objective - answer.bound) / answer.bound,
        "cost_mcny": answer.objective,
    }
    try:  # its own objective understates: savings between tangents
        found = Found("feasible", "", answer.values, answer.bound)
        solved = settle(problem, assembly, found, options=options)
    except TanluError as error:
        return value | {"exact": error.code}
    return value | {"gap": solved.gap, "cost_mcny": solved.objective_cny / 1e6, "exact": "yes"}


def sites_on_threads(data: Path, _: Path) -> dict[str, Any]:
    """Decide the sites of a group by one thread and by two; the plans are the same."""
    assembly = assemble(read_case(read(data)))
    walls, costs, begin = {}, set(), time.process_time()
    for workers in (1, 2):
        with _workers(workers):
            wall = time.perf_counter()
            found = plan_group(assembly, Options(explain=False))
            walls[workers] = time.perf_counter() - wall
        assert found is not None
        assert found.values is not None
        costs.add(float(assembly.matrix.cost @ found.values))
    assert len(costs) == 1
    used = time.process_time() - begin
    return {"cpu_s": used, "one_s": walls[1], "two_s": walls[2], "two_to_one": walls[2] / walls[1]}


@contextmanager
def _workers(count: int) -> Iterator[None]:
    """Let so many threads do the work that is cut for the usual number of them."""
    kept = group.ThreadPoolExecutor, prices.ThreadPoolExecutor

    def pool(_: int) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(count)

    group.ThreadPoolExecutor = prices.ThreadPoolExecutor = pool  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        group.ThreadPoolExecutor, prices.ThreadPoolExecutor = kept  # type: ignore[misc]


def _limit(problem: Problem) -> float:
    small = len(problem.measures) < 10
    return LIMIT[0 if small else len(problem.sites)]
