"""When no plan keeps every rule: by how much the targets are missed, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.families import FAMILIES, TARGET_FAMILIES
from tanlu.roadmap.layout import KILO
from tanlu.roadmap.recourse import whole
from tanlu.roadmap.search import EXACT_TOLERANCE, LP_TOLERANCE, ROUNDS, SMALL, Cuts, Options
from tanlu.roadmap.solve import Engine

if TYPE_CHECKING:
    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Problem

LEAST = 1e-5
_TOLERANCE = 1e-6  # a shortfall is told in whole tonnes; a plan itself is solved more sharply
_BOUND = "neutrality.offsets"
_TARGETS = tuple(sorted(TARGET_FAMILIES))
_RULES = ("rollout", "exclusion", "lock", "adoption")
_HARD = (
    "lock", "prerequisite", "exclusion", "rollout", "budget", "stock", "capacity", "reserve",
    "contracts", "adoption",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A target missed in a year, in user units: t, tce, or electricity units."""

    family: str
    target: str
    year: int
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Infeasible:
    """Why there is no plan.

    Parameters
    ----------
    short : tuple of Shortfall
        Least violation of the targets; empty when the rules conflict without any target.
    would_help : tuple of (str, float or None)
        What makes a plan possible, with the amount needed, None where no amount applies.
        Alone: ``budget`` [CNY], ``offsets`` beyond the bound [t a year], ``rollout``,
        ``exclusion``, ``lock``, ``adoption``; else ``together`` for all of these rules at once,
        or ``measures``: further ones that cut so much [unit of the target]. ``target_year``:
        first year from which every target can be kept.
    exact : bool
        False for a large model: the amounts are then lower bounds from the relaxation.
    conflict : bool
        The rules contradict one another even without any target.
    """

    short: tuple[Shortfall, ...]
    would_help: tuple[tuple[str, float | None], ...]
    exact: bool = True
    conflict: bool = False


def diagnose(problem: Problem, options: Options) -> Infeasible:
    """Say by how much a problem is infeasible.

    Parameters
    ----------
    problem : Problem
        A problem that the solver proved infeasible.
    options : Options
        Limits.
    """
    model = assemble(problem)
    exact = is_small(model)
    missed = _elastic(problem, options, soft=_TARGETS)
    if missed is None:
        hard = [name for name in _HARD if model.rows_of(name)]
        helps = [(name, None) for name in hard if _feasible(problem, options, without=(name,))]
        return Infeasible((), tuple(helps), exact=exact, conflict=True)
    if not missed and not exact:
        return Infeasible((), (), exact=exact)  # short only in whole numbers: nothing to name
    rules = tuple(name for name in _RULES if model.rows_of(name))
    return Infeasible(missed, tuple(_help(problem, options, missed, rules)), exact=exact)


def _help(
    problem: Problem, options: Options, missed: tuple[Shortfall, ...], rules: tuple[str, ...]
) -> list[tuple[str, float | None]]:
    """Return what would make a plan possible: one rule alone, all together, or a later year."""
    found: list[tuple[str, float | None]] = []
    if problem.budget is not None:
        extra = _elastic(problem, options, soft=("budget",))
        if extra is not None:
            found.append(("budget", sum(s.amount for s in extra)))
    if problem.offsets is not None and any(s.family == "neutrality" for s in missed):
        more = _elastic(problem, options, soft=("neutrality",), bound=True)
        if more is not None:
            found.append(("offsets", max((s.amount for s in more), default=0.0)))
    found += [(name, None) for name in rules if _feasible(problem, options, without=(name,))]
    if not found:
        together = _feasible(problem, options, without=("budget", *rules))
        worst = max(s.amount for s in missed)
        found.append(("together", None) if together else ("measures", worst))
    last = max(s.year for s in missed)
    if last < problem.years[-1]:
        found.append(("target_year", float(last + 1)))
    return found


def is_small(assembly: Assembly) -> bool:
    """Say whether whole numbers are kept: else the relaxation gives a lower bound in a second."""
    return int(assembly.matrix.integer.sum()) <= SMALL


def _elastic(
    problem: Problem,
    options: Options,
    *,
    soft: tuple[str, ...],
    bound: bool = False,
    without: tuple[str, ...] = (),
) -> tuple[Shortfall, ...] | None:
    """Minimise the violation of some families; None when the rest conflicts.

    With `bound` it is the bound on offsets that gives way, not the targets' own rows.
    """
    assembly = assemble(problem, without=without)
    engine = Engine(
        assembly.matrix, integer=is_small(assembly), seed=options.seed, tolerance=_TOLERANCE
    )
    places = _slacks(assembly, engine, soft, bound=bound)
    costs = np.zeros(engine.n_columns)
    for column, (_, _, weight) in places.items():
        costs[column] = weight
    engine.set_costs(costs)
    values = _run_exact(assembly, engine, options)
    if values is None:
        return None
    found = []
    for column, (family, key, _) in places.items():
        if values[column] > LEAST:
            name, _, year = key.rpartition(",")
            amount, unit = _user_unit(assembly, family, float(values[column]))
            found.append(Shortfall(family, name or family, int(year), amount, unit))
    return tuple(sorted(found, key=lambda s: (s.target, s.year)))


def _slacks(
    assembly: Assembly, engine: Engine, soft: tuple[str, ...], *, bound: bool = False
) -> dict[int, tuple[str, str, float]]:
    """Give each row of the soft families a column that relaxes it."""
    matrix = assembly.matrix
    priority = {t.id: t.priority for t in assembly.layout.problem.targets.values()}
    places: dict[int, tuple[str, str, float]] = {}
    for family in soft:
        for name, keys in assembly.rows_of(family).items():
            if name == "budget.investment" or name.startswith(_BOUND) is not bound:
                continue
            for row, key in zip(matrix.blocks[name], keys, strict=True):
                sign = -1.0 if np.isfinite(matrix.row_up[row]) else 1.0
                weight = 1000.0 ** (1 - priority.get(key.rpartition(",")[0], 1))
                column = engine.add_column(
                    cost=weight, rows=np.array([row]), values=np.array([sign])
                )
                places[column] = (family, key, weight)
    return places


def _run_exact(assembly: Assembly, engine: Engine, options: Options) -> FloatArray | None:
    cuts = Cuts(assembly.layout)
    count = assembly.matrix.n_columns
    answer = engine.run(seconds=options.seconds, nodes=options.nodes)
    for _ in range(ROUNDS):
        if answer.values is None:
            return None
        point = answer.values[:count]
        rounded = whole(assembly, point) if engine.is_integer else point
        tolerance = EXACT_TOLERANCE if engine.is_integer else LP_TOLERANCE
        added = cuts.at(rounded, tolerance=tolerance)
        if not added:
            break
        for block in added:
            engine.add(block)
        answer = engine.run(seconds=options.seconds, nodes=options.nodes)
    return answer.values


def _user_unit(assembly: Assembly, family: str, value: float) -> tuple[float, str]:
    if family == "budget":
        return value * KILO * KILO, assembly.layout.problem.currency
    unit = FAMILIES[family].unit
    if unit == "GWh":
        problem = assembly.layout.problem
        power = problem.electricity()
        return value * float(assembly.layout.unit[power]), problem.carriers[power].unit
    return value * KILO, unit.removeprefix("k")


def _feasible(problem: Problem, options: Options, *, without: tuple[str, ...]) -> bool:
    """Say whether every target can be kept without some rules: a model with an aim is quick."""
    return _elastic(problem, options, soft=_TARGETS, without=without) == ()
