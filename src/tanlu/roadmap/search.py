"""Find decisions and a proved bound: relax, fix what the relaxation decided, make savings exact."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.barred import barred
from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.condense import condense, whole_model
from tanlu.roadmap.constraints.savings import ceilings, is_tangent, tangents
from tanlu.roadmap.families import TARGET_FAMILIES
from tanlu.roadmap.layout import MEGA
from tanlu.roadmap.polish import repair
from tanlu.roadmap.recourse import Recourse, log_savings, whole
from tanlu.roadmap.solve import Answer, Engine, Status
from tanlu.roadmap.ties import first_choice, last_choice
from tanlu.roadmap.watch import Stage, Watch

if TYPE_CHECKING:
    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.condense import Condensed
    from tanlu.roadmap.layout import Layout

LP_TOLERANCE = 2e-4
CLEAR = 5e-3  # of a share: a tangent this far from the relaxation does not bind near it
EXACT_TOLERANCE = 1e-9
ROUNDS = 30
REPAIRS = 8
MARGIN = 1.2
NOISE = 1e-6
CNY = 1e-6  # in MCNY
WINDOW = 3
NEAR = 2  # decision years around a switch of the relaxation that are left free
PROOFS = 3  # exact savings may undo what a proof found: it is run again with their tangents
PROOF = 0.9  # of the gap asked for: the exact cost is a little above the model's
FEW_TRIALS = 50  # of moves from the plan of a neighbor: if it takes more, search anew
FIXED_GAP = 1e-4  # of the run with most decisions fixed: it is cheap
SMALL = 700  # integer columns up to which the whole model is solved to optimality
CANCELLED = "cancelled"  # what limits a plan that a person stopped
TIES = 700  # and its ties are broken


@dataclass(frozen=True, slots=True)
class Options:
    """How long and how far to search.

    Parameters
    ----------
    gap : float
        Relative gap that is good enough for a large model [-].
    seconds : float
        Guard on each integer run [s].
    nodes : int
        Node limit of each integer run.
    seed : int
        Seed of the solver.
    explain : bool
        Whether to look for the reasons of measures.
    reasons : int
        Most measures to explain, those that save most first; 0 explains all, and those not
        taken.
    """

    gap: float = 1e-3
    seconds: float = 60.0
    nodes: int = 20_000
    seed: int = 0
    explain: bool = True
    reasons: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Integer decisions with the bound that certifies them.

    Parameters
    ----------
    status : str
        optimal, feasible or infeasible.
    limit : str
        What stopped a feasible search: gap, nodes or time.
    values : FloatArray or None
        Columns of the incumbent.
    bound : float
        Lower bound of the cost [MCNY], without the constant.
    lp_duals : FloatArray or None
        Row duals of the relaxation, for the model's own rows.
    lp_values : FloatArray or None
        Columns of the relaxation.
    cuts : tuple of Block
        Tangents added on the way.
    """

    status: str
    limit: str = ""
    values: FloatArray | None = None
    bound: float = -np.inf
    lp_duals: FloatArray | None = None
    lp_values: FloatArray | None = None
    cuts: tuple[Block, ...] = ()


@dataclass(slots=True)
class Cuts:
    """Tangents added so far; a new engine gets them all.

    Parameters
    ----------
    layout : Layout
        Columns.
    small : Condensed, optional
        The smaller model that stands for the whole one.
    blocks : list of Block
        Tangents.
    grid : float
        Distance of points of contact that many relaxations can share; 0 takes each where it is.
    """

    layout: Layout
    small: Condensed | None = None
    blocks: list[Block] = field(default_factory=list)
    grid: float = 0.0

    def at(self, values: FloatArray, *, tolerance: float) -> list[Block]:
        """Return tangents where `values` understates an end use by more than a tolerance."""
        v = log_savings(self.layout, values)
        exact = np.exp(v)
        short = exact - values[self.layout.f]
        found = []
        for end_use in sorted({saving.end_use for saving in self.layout.savings}):
            years = np.flatnonzero(short[end_use] > tolerance)
            if len(years):
                name = f"savings.{self.layout.end_uses[end_use]}.at{len(self.blocks)}"
                w = v[end_use, years]
                if self.grid:
                    w = np.round(w / self.grid) * self.grid
                block = tangents(self.layout, name, end_use=end_use, years=years, w=w)
                found.append(block)
                self.blocks.append(block)
        return found

    def over(self, values: FloatArray) -> list[Block]:
        """Return ceilings where `values` overstates an end use at whole-number decisions."""
        high = values[self.layout.f] - np.exp(log_savings(self.layout, values))
        found: list[Block] = []
        for end_use in sorted({saving.end_use for saving in self.layout.savings}):
            years = np.flatnonzero(high[end_use] > EXACT_TOLERANCE)
            if len(years):
                name = f"savings.{self.layout.end_uses[end_use]}.below{len(self.blocks)}"
                found.extend(
                    ceilings(self.layout, name, end_use=end_use, years=years, values=values)
                )
        self.blocks.extend(found)
        return found

    def rest(self, assembly: Assembly, values: FloatArray) -> None:
        """Leave out of later engines the first tangents that a relaxation stays clear of."""
        matrix = assembly.matrix
        blocks = [matrix.blocks[b] for b in assembly.rows_of("savings") if is_tangent(b)]
        rows = np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int64)
        table = matrix.table()
        activity = np.asarray(table @ values)
        slack = activity[rows] - matrix.row_lo[rows]
        small = self.small or whole_model(matrix)
        self.small = small.without(rows[slack > CLEAR])

    def load(self, engine: Engine) -> Engine:
        """Give an engine all tangents but the idle ones."""
        for block in self.blocks:
            engine.add(block)
        return engine

    def engine(self, assembly: Assembly, options: Options, *, integer: bool) -> Engine:
        """Return an engine with a model of this structure and all tangents."""
        matrix, seed = assembly.matrix, options.seed
        return self.load(Engine(matrix, integer=integer, seed=seed, small=self.small))


def search(assembly: Assembly, options: Options, *, watch: Watch | None = None) -> Found:
    """Find the decisions of a problem.

    Parameters
    ----------
    assembly : Assembly
        Model.
    options : Options
        Limits.
    watch : Watch, optional
        Hears how far the search is.

    Returns
    -------
    Found
        With status ``infeasible`` only when the solver proved it.
    """
    watch = watch or Watch()
    watch.reach(Stage.BOUND)
    cuts = Cuts(assembly.layout, condense(assembly))
    relaxed = _relax(assembly, options, cuts)
    if relaxed.status is not Status.OPTIMAL or relaxed.values is None:
        return Found("infeasible" if relaxed.status is Status.INFEASIBLE else str(relaxed.status))
    duals = relaxed.row_duals[: assembly.matrix.n_rows] if relaxed.row_duals is not None else None
    bound = float(relaxed.objective or 0.0)
    base = Found("feasible", "", relaxed.values, bound, duals, relaxed.values, ())
    reached(watch, Stage.SEARCH, assembly, replace(base, values=None))
    integers = np.flatnonzero(assembly.matrix.integer)
    if not len(integers):
        return _finish(base, cuts, relaxed, status="optimal", bound=bound)
    if len(integers) <= SMALL:
        return _whole(assembly, options, cuts, base)
    return _fix_and_solve(assembly, options, cuts, relaxed, base, watch)


def reached(watch: Watch, stage: Stage, assembly: Assembly, found: Found) -> None:
    """Tell that a stage begins: with the bound, and the plan where there is one."""
    constant = assembly.layout.constant
    bound = (found.bound + constant) * MEGA
    if found.values is None:
        watch.reach(stage, bound_cny=bound)
        return
    cost = (float(np.sum(assembly.matrix.cost * found.values)) + constant) * MEGA
    watch.reach(stage, bound_cny=bound, cost_cny=cost, best=(assembly, found))


def _relax(assembly: Assembly, options: Options, cuts: Cuts) -> Answer:
    engine = cuts.engine(assembly, options, integer=False)
    answer = engine.run()
    for _ in range(ROUNDS):
        if answer.status is not Status.OPTIMAL or answer.values is None:
            break
        added = cuts.at(answer.values, tolerance=LP_TOLERANCE)
        if not added:
            break
        for block in added:
            engine.add(block)
        answer = engine.run()
    return answer


def _whole(assembly: Assembly, options: Options, cuts: Cuts, base: Found) -> Found:
    """Solve the whole integer model, tangents exact at the incumbent, ties broken."""
    answer = exact_run(assembly, options, cuts, gap=0.0)
    if answer.values is None:
        status = "infeasible" if answer.status is Status.INFEASIBLE else str(answer.status)
        return Found(status, lp_duals=base.lp_duals)
    bound = max(base.bound, answer.bound if answer.bound is not None else -np.inf)
    if answer.status is not Status.OPTIMAL:
        return _finish(base, cuts, answer, status="feasible", bound=bound, limit=str(answer.status))
    if int(assembly.matrix.integer.sum()) <= TIES:
        answer = break_ties(assembly, options, cuts, answer)
    return _finish(base, cuts, answer, status="optimal", bound=bound)


def _finish(
    base: Found, cuts: Cuts, answer: Answer, *, status: str, bound: float, limit: str = ""
) -> Found:
    return Found(
        status,
        limit,
        answer.values,
        bound,
        base.lp_duals,
        base.lp_values,
        tuple(cuts.blocks),
    )


def exact_run(
    assembly: Assembly,
    options: Options,
    cuts: Cuts,
    *,
    gap: float,
) -> Answer:
    """Run the integer model, adding tangents at each incumbent until the savings are exact."""
    engine = cuts.engine(assembly, options, integer=True)
    answer = engine.run(gap=gap, seconds=options.seconds, nodes=options.nodes)
    for _ in range(ROUNDS):
        if answer.values is None:
            return answer
        added = _inexact(assembly, options, cuts, answer)
        if not added:
            break
        for block in added:
            engine.add(block)
        answer = engine.run(gap=gap, seconds=options.seconds, nodes=options.nodes)
    return answer


def _inexact(assembly: Assembly, options: Options, cuts: Cuts, answer: Answer) -> list[Block]:
    """Return what must be added for an incumbent's savings to be exact; empty when they are."""
    if answer.values is None or answer.objective is None:
        return []
    values = whole(assembly, answer.values)
    added = cuts.at(values, tolerance=EXACT_TOLERANCE)
    if added:
        return added
    exact = Recourse(assembly, values, options.seed).run()
    if exact.objective is not None and exact.objective <= answer.objective + CNY:
        return []
    return cuts.over(values)


def break_ties(assembly: Assembly, options: Options, cuts: Cuts, answer: Answer) -> Answer:
    """Among plans within 1 CNY choose fewer, earlier, lower id; then by a hash of the rest."""
    if answer.values is None or answer.objective is None:
        return answer
    limits: list[tuple[FloatArray, float]] = [(assembly.matrix.cost, answer.objective + 1e-6)]
    best = answer
    for preference in (first_choice(assembly.layout), last_choice(assembly.layout)):
        if not preference.any():
            continue
        nxt = _preferred(assembly, options, cuts, preference=preference, limits=limits)
        if nxt.status is not Status.OPTIMAL or nxt.values is None:
            return best
        best = nxt
        limits.append((preference, float(preference @ whole(assembly, nxt.values)) + 0.5))
    return best


def _preferred(
    assembly: Assembly,
    options: Options,
    cuts: Cuts,
    *,
    preference: FloatArray,
    limits: list[tuple[FloatArray, float]],
) -> Answer:
    engine = cuts.engine(assembly, options, integer=True)
    everything = np.arange(assembly.matrix.n_columns, dtype=np.int64).reshape(1, -1)
    for index, (costs, level) in enumerate(limits):
        row = Block(f"ties.{index}", ("ties",), (Term(everything, costs.reshape(1, -1)),), up=level)
        engine.add(row)
    engine.set_costs(preference)
    answer = engine.run(seconds=options.seconds, nodes=options.nodes)
    for _ in range(ROUNDS):
        if answer.values is None:
            return answer
        added = cuts.at(whole(assembly, answer.values), tolerance=EXACT_TOLERANCE)
        if not added:
            break
        for block in added:
            engine.add(block)
        answer = engine.run(seconds=options.seconds, nodes=options.nodes)
    return answer


def _fix_and_solve(
    assembly: Assembly,
    options: Options,
    cuts: Cuts,
    relaxed: Answer,
    base: Found,
    watch: Watch,
) -> Found:
    """Find a plan near the relaxation, then prove on the whole that none is much cheaper."""
    if base.values is None:
        return base
    cuts.rest(assembly, base.values)
    best = _near_relaxation(assembly, options, cuts, base.values)
    bound, limit = base.bound, "gap"
    for _ in range(PROOFS):
        if best.values is not None and _gap(best, bound) <= options.gap:
            break
        so_far = _finish(base, cuts, best, status="feasible", bound=bound, limit=CANCELLED)
        reached(watch, Stage.PROOF, assembly, so_far)
        best, bound, limit = _prove(assembly, options, cuts, relaxed, best=best, bound=bound)
        if limit in (Status.TIME, Status.INFEASIBLE):
            break
    if best.values is None:  # only the whole model proves that there is no plan
        status = limit if limit in (Status.TIME, Status.INFEASIBLE) else str(Status.FAILED)
        return Found(status, lp_duals=base.lp_duals)
    return _finish(base, cuts, best, status="feasible", bound=bound, limit=limit)


def _near_relaxation(
    assembly: Assembly, options: Options, cuts: Cuts, relaxed: FloatArray
) -> Answer:
    """Fix what the relaxation decided and solve the rest; where there is no plan, fix less."""
    best = Answer(Status.FAILED)
    for reach, gap in ((0, FIXED_GAP), (NEAR, options.gap)):
        fixed = _decided(assembly, relaxed, reach=reach)
        best = _exact_enough(assembly, options, cuts, fixed=fixed, gap=gap)
        if best.values is not None:
            break
    return best


def _prove(
    assembly: Assembly,
    options: Options,
    cuts: Cuts,
    relaxed: Answer,
    *,
    best: Answer,
    bound: float,
) -> tuple[Answer, float, str]:
    """Look for a plan that is cheaper than the best one by the gap; return plan, bound, limit.

    Where there is none, that cost is a lower bound. Without a plan any is looked for.
    """
    engine = cuts.engine(assembly, options, integer=True)
    below = None
    if best.objective is not None and relaxed.objective is not None:
        below = best.objective - PROOF * options.gap * max(abs(bound), abs(best.objective))
        columns, levels = barred(assembly, relaxed, below - relaxed.objective)
        engine.set_bounds(columns, levels, levels)
    answer = engine.run(
        gap=options.gap if below is None else 0.0,
        seconds=options.seconds,
        nodes=options.nodes,
        below=below,
    )
    if answer.bound is not None:
        bound = max(bound, answer.bound if below is None else min(answer.bound, below))
    if below is not None and (answer.status is Status.INFEASIBLE or bound >= below):
        return best, below, "gap"
    if answer.values is None:
        return best, bound, str(answer.status)
    fixed = _around(assembly, answer.values)
    again = _exact_enough(assembly, options, cuts, fixed=fixed, gap=options.gap, start=answer)
    if again.values is not None and (best.values is None or _better(again, best)):
        best = again
    limit = "gap" if _gap(best, bound) <= options.gap else "nodes"
    if limit != "gap" and answer.status is Status.TIME:
        limit = "time"
    return best, bound, limit


def _exact_enough(
    assembly: Assembly,
    options: Options,
    cuts: Cuts,
    *,
    fixed: tuple[IntArray, FloatArray],
    gap: float,
    start: Answer | None = None,
) -> Answer:
    """Solve until the decisions work with exact savings, re-solving near the last ones."""
    tight, best = assembly, Answer(Status.FAILED)
    answer = start or _fixed_run(tight, options, cuts, fixed, gap=gap)
    for _ in range(REPAIRS):
        if answer.values is None:
            break
        values = whole(assembly, answer.values)
        cuts.at(values, tolerance=EXACT_TOLERANCE)
        mended = repair(assembly, values, seed=options.seed)
        if mended is not None:
            cuts.at(mended, tolerance=EXACT_TOLERANCE)
            cost = float(np.sum(assembly.matrix.cost * mended))
            found = Answer(answer.status, cost, answer.bound, mended)
            best = found if best.values is None or _better(found, best) else best
            break
        cuts.over(values)
        recourse = Recourse(assembly, values, options.seed)
        tight = _tightened(tight, recourse.missing(TARGET_FAMILIES))
        answer = _fixed_run(tight, options, cuts, _around(assembly, values), gap=options.gap)
        if answer.values is None:
            answer = _fixed_run(tight, options, cuts, fixed, gap=gap)
    return best if best.values is not None else Answer(answer.status)


def _tightened(assembly: Assembly, missing: dict[int, float]) -> Assembly:
    """Return a model whose targets ask for what the exact savings were short of."""
    matrix = assembly.matrix
    low, high = matrix.row_lo.copy(), matrix.row_up.copy()
    for row, amount in missing.items():
        if np.isfinite(high[row]):
            high[row] -= MARGIN * amount
        else:
            low[row] += MARGIN * amount
    return replace(assembly, matrix=replace(matrix, row_lo=low, row_up=high))


def _fixed_run(
    assembly: Assembly,
    options: Options,
    cuts: Cuts,
    fixed: tuple[IntArray, FloatArray],
    *,
    gap: float,
) -> Answer:
    engine = cuts.engine(assembly, options, integer=True)
    engine.set_bounds(fixed[0], fixed[1], fixed[1])
    return engine.run(gap=min(gap, options.gap), seconds=options.seconds, nodes=options.nodes)


def _around(assembly: Assembly, values: FloatArray) -> tuple[IntArray, FloatArray]:
    """Fix every integer but those within a few years of a switch."""
    free = _near_switch(assembly, values, reach=WINDOW)
    fixed = np.flatnonzero(assembly.matrix.integer & ~free.astype(bool))
    return fixed.astype(np.int64), np.round(values)[fixed]


def _better(one: Answer, other: Answer) -> bool:
    return (one.objective or np.inf) < (other.objective or np.inf)


def _gap(answer: Answer, bound: float) -> float:
    return ((answer.objective or np.inf) - bound) / max(abs(bound), 1e-9)


def _decided(
    assembly: Assembly, values: FloatArray, *, reach: int = 0
) -> tuple[IntArray, FloatArray]:
    """Return the integer columns to fix and their values; some years around a switch are free."""
    integer = assembly.matrix.integer
    nearest = np.round(values)
    free = integer & (np.abs(values - nearest) > NOISE)
    if reach:
        free = free | _near_switch(assembly, values, reach=reach).astype(bool)
    fixed = np.flatnonzero(integer & ~free)
    return fixed.astype(np.int64), nearest[fixed]


def _near_switch(assembly: Assembly, values: FloatArray, *, reach: int) -> FloatArray:
    """Return a mask of the integer columns within so many decision years of a change."""
    mask = np.zeros(len(values), dtype=bool)
    problem = assembly.layout.problem
    open_ = [i for i, year in enumerate(problem.years) if year in problem.decision_years]
    starts = np.array(sorted({0, *open_}), dtype=np.int64)
    ends = np.append(starts[1:], problem.periods)
    for columns in (assembly.layout.z, assembly.layout.n, assembly.layout.y):
        for row in columns:
            path = values[row]
            jumps = np.flatnonzero(np.abs(np.diff(path, prepend=0.0)) > NOISE)
            for place in np.searchsorted(starts, jumps, side="right") - 1:
                first = starts[max(0, place - reach)]
                mask[row[first : ends[min(place + reach, len(ends) - 1)]]] = True
    return mask & assembly.matrix.integer  # type: ignore[return-value]


def _moved(assembly: Assembly, options: Options, near: FloatArray) -> Answer:
    """Return the best plan that single moves of measures lead to from a known one."""
    mended = repair(assembly, whole(assembly, near), seed=options.seed, trials=FEW_TRIALS)
    if mended is None:
        return Answer(Status.FAILED)
    cost = float(np.sum(assembly.matrix.cost * mended))
    return Answer(Status.OPTIMAL, cost, None, mended)


def search_near(
    assembly: Assembly,
    options: Options,
    cuts: Cuts,
    relaxed: Answer,
    *,
    near: FloatArray | None = None,
) -> Found:
    """Find a plan quickly: in the neighborhood of a known one, else where relaxed decisions differ.

    Parameters
    ----------
    assembly : Assembly
        Model.
    options : Options
        Limits; the gap is not proved beyond the relaxation.
    cuts : Cuts
        Tangents so far.
    relaxed : Answer
        Optimal relaxation; its objective is the bound.
    near : FloatArray, optional
        Columns of a known plan: moves of single measures away from it are tried.
    """
    if relaxed.values is None or relaxed.objective is None or relaxed.row_duals is None:
        return Found("infeasible" if relaxed.status is Status.INFEASIBLE else str(relaxed.status))
    if near is not None:
        answer = _moved(assembly, options, near)
    else:
        answer = _near_relaxation(assembly, options, cuts, relaxed.values)
    if answer.values is None:
        return Found("infeasible" if answer.status is Status.INFEASIBLE else str(answer.status))
    duals = relaxed.row_duals[: assembly.matrix.n_rows]
    base = Found("feasible", "", relaxed.values, relaxed.objective, duals, relaxed.values, ())
    return _finish(
        base, cuts, answer, status="feasible", bound=float(relaxed.objective), limit="gap"
    )
