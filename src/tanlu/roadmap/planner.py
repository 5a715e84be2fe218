"""Make a plan: search, fix, round, simulate, and tighten until the exact plan keeps every rule."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.checks import find_breaches
from tanlu.roadmap.families import TARGET_FAMILIES
from tanlu.roadmap.group import plan_group
from tanlu.roadmap.infeasible import diagnose
from tanlu.roadmap.layout import KILO, MEGA
from tanlu.roadmap.recourse import Recourse, rows_at, whole
from tanlu.roadmap.result import Plan, make_infeasible, make_plan_value
from tanlu.roadmap.rounding import KW_STEP, to_choices
from tanlu.roadmap.search import CANCELLED, Found, Options, reached, search
from tanlu.roadmap.simulate import Choices, Simulation, simulate, unclaimed_generation
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.watch import Stage, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tanlu.roadmap.breach import Breach
    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Problem

MANY_SITES = 30  # from here on sites decide one by one
REPAIRS = 8
LEAST = 1e-6  # kt, GWh or MCNY: above what rounding to quanta moves
ROOM = 1e-5  # the same, for the many quanta of a large plan
GROWTH = 8  # of the margin from one repair to the next
MARGINS = (1e-5, 1e-4)  # kt, GWh or MCNY: for a second and a third search


def solve_problem(
    problem: Problem, options: Options, *, watch: Watch | None = None
) -> Solved | Found:
    """Solve a problem.

    Parameters
    ----------
    problem : Problem
        What is planned.
    options : Options
        Limits of the search.
    watch : Watch, optional
        Hears how far it is.

    Returns
    -------
    Solved or Found
        A plan, or the search result with status ``infeasible``.

    Raises
    ------
    TanluError
        ``plan.not-solved`` when the solver ends with neither; ``plan.inexact`` (also
        ``-budget``, ``-target``) when rounding to quanta cannot be made to keep a rule.
    """
    watch = watch or Watch()
    watch.reach(Stage.MODEL)
    assembly = assemble(problem)
    grouped = plan_group(assembly, options) if len(problem.sites) > MANY_SITES else None
    found = grouped or search(assembly, options, watch=watch)
    if found.status == "infeasible":
        return found
    if found.values is None:
        raise TanluError("plan.not-solved", status=found.status)
    reached(watch, Stage.EXACT, assembly, found)
    try:
        solved = settle(problem, assembly, found, options=options)
    except TanluError as error:
        solved = _search_with_margin(problem, assembly, found, options=options, inexact=error)
    cost = float(solved.objective_cny)
    watch.reach(Stage.REASONS, bound_cny=solved.bound_cny, cost_cny=cost, best=solved)
    return solved


def _search_with_margin(
    problem: Problem, assembly: Assembly, found: Found, *, options: Options, inexact: TanluError
) -> Solved:
    """Look for decisions that leave the rounding some room; the bound is the one without."""
    for margin in MARGINS:
        again = search(with_margin(assembly, margin), options)
        if again.values is None:
            break
        certified = replace(again, bound=found.bound, lp_duals=found.lp_duals)
        try:
            return settle(problem, assembly, certified, options=options)
        except TanluError:
            continue
    raise inexact


def with_margin(assembly: Assembly, margin: float) -> Assembly:
    """Return a model whose targets and budget are tighter by a margin [row units]."""
    matrix = assembly.matrix
    low, high = matrix.row_lo.copy(), matrix.row_up.copy()
    if margin == 0:
        return replace(assembly, matrix=replace(matrix, row_lo=low, row_up=high))
    for family in sorted(TARGET_FAMILIES):
        for name in assembly.rows_of(family):
            rows = matrix.blocks[name]
            one_sided = np.isfinite(high[rows])
            high[rows] -= margin * one_sided
            low[rows] += margin * ~one_sided
    rows = matrix.blocks.get("budget.limit", np.zeros(0, dtype=np.int64))
    problem = assembly.layout.problem
    paths = [o.capex for o in problem.pv.values()] + [b.capex for b in problem.storage.values()]
    room = margin + float(sum(max(path) * KW_STEP / MEGA for path in paths))
    high[rows] = np.maximum(high[rows] - room, np.minimum(high[rows], 0.0))  # nothing is nothing
    return replace(assembly, matrix=replace(matrix, row_lo=low, row_up=high))


def settle(problem: Problem, assembly: Assembly, found: Found, *, options: Options) -> Solved:
    """Fix the decisions, solve the rest exactly, round, simulate and repair.

    A large plan keeps a margin of the size of the rounding where it can, a small one none.

    Raises
    ------
    TanluError
        ``plan.inexact`` when a rule cannot be kept after rounding.
    """
    if found.values is None:
        raise TanluError("plan.not-solved", status=found.status)
    margin = ROOM if found.status == "feasible" else 0.0
    recourse = _with_room(assembly, found.values, margin, seed=options.seed)
    breaches: tuple[Breach, ...] = ()
    for attempt in range(REPAIRS):
        answer = recourse.run()
        if answer.values is None or answer.row_duals is None:
            break
        values = whole(assembly, answer.values)
        choices, result = fit_claims(problem, to_choices(assembly.layout, values))
        breaches = find_breaches(problem, choices, result)
        if not breaches:
            return Solved(problem, assembly, found, values, answer.row_duals, choices, result)
        for breach in breaches:
            _tighten(recourse, problem, breach, least=LEAST * GROWTH**attempt)
    raise not_kept(problem, breaches)


def not_kept(problem: Problem, breaches: Sequence[Breach]) -> TanluError:
    """Return the error that names the target or the budget that rounding cannot keep."""
    for breach in breaches:
        year = problem.years[breach.year]
        if breach.family == "budget":
            return TanluError("plan.inexact-budget", year=year)
        target = breach.key.partition("/")[0]
        if target in problem.targets:
            return TanluError("plan.inexact-target", target=target, year=year)
    return TanluError("plan.inexact")


def _with_room(assembly: Assembly, values: FloatArray, margin: float, *, seed: int) -> Recourse:
    """Return the continuous rest with a margin on each target and the budget that leaves one."""
    roomy = with_margin(assembly, margin)
    recourse = Recourse(roomy, values, seed)
    if margin and recourse.run().values is None:
        missed = np.array(sorted(recourse.missing(TARGET_FAMILIES | {"budget"})), dtype=np.int64)
        budget = roomy.matrix.blocks.get("budget.limit", np.zeros(0, dtype=np.int64))
        if np.isin(missed, budget).any():  # what one year carries over is short in another
            missed = np.union1d(missed, budget)
        roomy.matrix.row_lo[missed] = assembly.matrix.row_lo[missed]
        roomy.matrix.row_up[missed] = assembly.matrix.row_up[missed]
        recourse = Recourse(roomy, values, seed)
    return recourse


def _tighten(recourse: Recourse, problem: Problem, breach: Breach, *, least: float) -> None:
    layout = recourse.assembly.layout
    scale = {
        "cap": KILO, "absolute": KILO, "cumulative": KILO, "intensity": KILO,
        "energy_intensity": KILO, "peak": KILO, "neutrality": KILO, "equity": KILO,
        "budget": MEGA,
    }  # fmt: skip
    family = "cap" if breach.family == "absolute" else breach.family
    power = layout.unit.get(problem.electricity(), Fraction(1))
    amount = float(2 * breach.amount / Fraction(scale.get(breach.family, power)))
    # a year that must not rise moves with its neighbors: all of them at once
    years = layout.years if family == "peak" else (layout.years[breach.year],)
    for year in years:
        for row in rows_at(recourse.assembly, family, key=breach.key, year=year):
            recourse.tighten(int(row), max(amount, least))


def fit_claims(problem: Problem, choices: Choices) -> tuple[Choices, Simulation]:
    """Make claims that meet the whole purchase of a site equal it to the quantum; re-run."""
    result = simulate(problem, choices)
    if not choices.claims:
        return choices, result
    power = problem.electricity()
    step = problem.carriers[power].quantum
    claims = {name: list(path) for name, path in choices.claims.items()}
    moved = False
    for site in sorted(problem.sites):
        mine = sorted(name for name in claims if name.partition("@")[2] == site)
        grid = result.bought.get((site, power))
        if not mine or grid is None:
            continue
        others = unclaimed_generation(problem, choices, site)
        for year, amount in enumerate(grid):
            over = result.claimed[site][year] - amount - others[year]
            largest = max(mine, key=lambda name: (claims[name][year], name))
            if over and abs(over) <= 4 * step and claims[largest][year] > over:
                claims[largest][year] -= over
                moved = True
    if not moved:
        return choices, result
    fitted = replace(choices, claims={name: tuple(path) for name, path in claims.items()})
    return fitted, simulate(problem, fitted)


def replanner(options: Options) -> Callable[[Problem], Solved | Found]:
    """Return a function that plans a problem anew, without asking for reasons."""
    quiet = replace(options, explain=False)
    return lambda problem: solve_problem(problem, quiet)


def best_so_far(watch: Watch, options: Options) -> Solved | None:
    """Return the plan that a stopped run leaves, exactly simulated; None when it has none.

    Parameters
    ----------
    watch : Watch
        Of the run.
    options : Options
        Of the run.
    """
    match watch.best:
        case Solved() as solved:
            return solved
        case (Assembly() as assembly, Found() as found):
            stopped = replace(found, status="feasible", limit=CANCELLED)
            try:
                return settle(assembly.layout.problem, assembly, stopped, options=options)
            except TanluError:  # what was found does not keep every rule to the quantum
                return None
        case _:
            return None


def make_plan(
    problem: Problem, options: Options | None = None, *, watch: Watch | None = None
) -> Plan:
    """Return the least-cost plan of a problem, or why there is none.

    Parameters
    ----------
    problem : Problem
        What is planned.
    options : Options, optional
        Limits of the search.
    watch : Watch, optional
        Hears how far it is.

    Returns
    -------
    Plan
        With status ``optimal``, ``feasible`` or ``infeasible``.

    Raises
    ------
    TanluError
        ``plan.not-solved``, ``plan.inexact``.
    """
    chosen = options or Options()
    solved = solve_problem(problem, chosen, watch=watch)
    if isinstance(solved, Found):
        return make_infeasible(problem, diagnose(problem, chosen), chosen)
    return make_plan_value(solved, chosen, replanner(chosen))


def plan_json(
    case: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    *,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """Read a case, make its plan and return it as JSON values.

    Parameters
    ----------
    case : mapping
        Parsed case; see `docs/reference/plan-case.md`.
    options : mapping, optional
        ``gap``, ``seconds``, ``nodes``, ``seed``, ``explain``, ``reasons``.
    watch : Watch, optional
        Hears how far it is.

    Raises
    ------
    TanluError
        ``plan.case-invalid`` with all faults; ``plan.not-solved``, ``plan.inexact``.
    """
    return make_plan(read_case(case), Options(**(options or {})), watch=watch).to_json()
