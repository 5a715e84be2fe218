"""One plan for several futures: what is decided before a year is common, the rest follows each.

The futures' models stand side by side in one matrix, tied by the common decisions. The objective
is the mean cost and, for the careful, the mean of the worst part of the costs (CVaR).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import block_diag, coo_array, csc_array, vstack

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.builder import ABSENT, Block, MatrixModel, Term
from tanlu.roadmap.layout import KILO, MEGA
from tanlu.roadmap.planner import LEAST, settle, with_margin
from tanlu.roadmap.recourse import log_savings
from tanlu.roadmap.retirement import retirable
from tanlu.roadmap.search import (
    EXACT_TOLERANCE,
    LP_TOLERANCE,
    NOISE,
    ROUNDS,
    SMALL,
    Cuts,
    Found,
    Options,
)
from tanlu.roadmap.solve import Answer, Engine, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.caution import Caution
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.solved import Solved

REACHES = (0, 3, 8)  # columns freed beside what the relaxation left open
KW_STEPS = 10 * KILO  # of 0.1 kW in a MW


@dataclass(frozen=True, slots=True)
class TwoStage:
    """The common plan.

    Parameters
    ----------
    status, limit : str
        As of a plan; ``infeasible`` when no common decisions work in all futures.
    plans : tuple of Solved
        By future; each keeps every rule in the exact simulator.
    objective_cny, bound_cny : float or None
        ``(1 - k) mean + k CVaR`` of the simulated costs, and its proved lower bound.
    """

    status: str
    limit: str
    plans: tuple[Solved, ...]
    objective_cny: float | None
    bound_cny: float | None


def tail_mean(costs: Sequence[float], shares: Sequence[float], tail: float) -> float:
    """Return the mean of the worst part of some costs (conditional value at risk).

    Parameters
    ----------
    costs, shares : sequence of float, shape (S,)
        Costs and their probabilities, which add up to one.
    tail : float
        Level a below 1: the worst ``1 - a`` counts.

    Notes
    -----
    ``min over eta of eta + sum p max(cost - eta, 0) / (1 - a)``, reached at one of the costs
    (rule M-96).

    Examples
    --------
    >>> round(tail_mean([10, 20, 30], [0.5, 0.3, 0.2], 0.6), 9)
    25.0
    """
    return min(
        edge + sum(p * max(c - edge, 0.0) for c, p in zip(costs, shares, strict=True)) / (1 - tail)
        for edge in costs
    )


def weighed(costs: Sequence[float], shares: Sequence[float], caution: Caution) -> float:
    """Return ``(1 - k) mean + k CVaR``."""
    mean = sum(p * c for c, p in zip(costs, shares, strict=True))
    k = caution.aversion
    return (1 - k) * mean + k * tail_mean(costs, shares, caution.tail)


def first_stage(layout: Layout, lock_year: int) -> IntArray:
    """Return the columns decided before a year: in operation before it and its lead time."""
    problem = layout.problem
    lock = sum(year < lock_year for year in problem.years)
    found: list[IntArray] = []
    for index, decision in enumerate(layout.decisions):
        owner = problem.measures.get(decision.owner) or problem.pv[decision.owner]
        found.append(layout.z[index][: lock + owner.lead_years])
    for index, name in enumerate(layout.pv):
        found.append(layout.q[index][: lock + problem.pv[name].lead_years])
    for index, name in enumerate(layout.storage):
        found.append(layout.s[index][: lock + problem.storage[name].lead_years])
    for index, name in enumerate(layout.stocks):
        found.append(layout.n[index][: lock + problem.technologies[name].lead_years])
    found.extend(layout.y[index][:lock] for index in range(len(retirable(problem))))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def plan_together(
    problems: Sequence[Problem], weights: Sequence[float], caution: Caution, options: Options
) -> TwoStage:
    """Return the plan whose first stage is common to all futures.

    Parameters
    ----------
    problems : sequence of Problem
        Futures with the same decisions and years.
    weights : sequence of float
        Scaled to probabilities.
    caution : Caution
        Year of the lock, aversion, tail.
    options : Options
        Limits of the search.

    Raises
    ------
    TanluError
        ``plan.scenario-structure`` when the futures decide on different things.
    """
    assemblies = [assemble(problem) for problem in problems]
    _check_alike(assemblies)
    shares = [weight / sum(weights) for weight in weights]
    joint = _Joint(assemblies, shares, caution)
    answer, is_small = joint.solve(options)
    if answer.values is None:
        if answer.status is Status.INFEASIBLE:
            return TwoStage("infeasible", "", (), None, None)
        raise TanluError("plan.not-solved", status=answer.status)
    values = answer.values
    for margin in (LEAST, 0.0):  # room for the rounding of what is common, where there is any
        roomy = _Joint([with_margin(a, margin) for a in assemblies], shares, caution)
        again = roomy.best_rest(values, options)
        if again is not None:
            values = again
            break
    proved = is_small and answer.status is Status.OPTIMAL
    limits = {Status.NODES: "nodes", Status.TIME: "time"}
    limit = "" if proved else limits.get(answer.status, "gap")
    status = "optimal" if proved else "feasible"
    plans = tuple(
        _settled(assembly, own, caution, options=options, status=status)
        for assembly, own in zip(assemblies, joint.split(values), strict=True)
    )
    costs = [float(plan.objective_cny) for plan in plans]
    objective = weighed(costs, shares, caution)
    bound = None if answer.bound is None else min(joint.cny(answer.bound), objective)
    return TwoStage(status, limit, plans, objective, bound)


def _check_alike(assemblies: Sequence[Assembly]) -> None:
    first = assemblies[0]
    for other in assemblies[1:]:
        same = all(
            first.matrix.labels[name] == other.matrix.labels[name]
            for name in ("z", "q", "s", "n", "y")
        )
        if not same or first.layout.problem.years != other.layout.problem.years:
            raise TanluError("plan.scenario-structure", found=other.layout.problem.name)


class _Joint:
    """The futures in one matrix; lives only inside `plan_together`."""

    def __init__(
        self, assemblies: Sequence[Assembly], shares: Sequence[float], caution: Caution
    ) -> None:
        self.assemblies, self.shares, self.caution = assemblies, shares, caution
        sizes = [assembly.matrix.n_columns for assembly in assemblies]
        self.starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.matrix = self._matrix()

    def cny(self, value: float) -> float:
        """Return the model's objective as CNY, the fixed costs added."""
        fixed = [assembly.layout.constant for assembly in self.assemblies]
        mean = sum(p * c for p, c in zip(self.shares, fixed, strict=True))
        return (value + (1 - self.caution.aversion) * mean) * MEGA

    def split(self, values: FloatArray) -> list[FloatArray]:
        """Return the columns of each future."""
        return [values[a:b] for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)]

    def _matrix(self) -> MatrixModel:
        parts = [assembly.matrix for assembly in self.assemblies]
        k, count = self.caution.aversion, len(parts)
        extra = count + 1 if k else 0  # the edge of the tail, and what each future is above it
        tail = 1 / (1 - self.caution.tail)
        scaled = [(1 - k) * p * part.cost for p, part in zip(self.shares, parts, strict=True)]
        least = [-np.inf, *([0.0] * count)] if k else []
        above = [k, *(k * p * tail for p in self.shares)] if k else []
        whole = block_diag([part.table() for part in parts], format="csc")
        whole = _widened(whole, extra)
        links, low_links = self._links(whole.shape[1])
        tails, low_tails = self._tails(whole.shape[1])
        table = csc_array(vstack([whole, links, tails], format="csc"))
        return MatrixModel(
            cost=np.concatenate([*scaled, above]),
            lower=np.concatenate([*(p.lower for p in parts), least]),
            upper=np.concatenate([*(p.upper for p in parts), np.full(extra, np.inf)]),
            integer=np.concatenate([*(p.integer for p in parts), np.zeros(extra, dtype=bool)]),
            row_lo=np.concatenate([*(p.row_lo for p in parts), low_links, low_tails]),
            row_up=np.concatenate(
                [*(p.row_up for p in parts), low_links, np.full(len(low_tails), np.inf)]
            ),
            starts=table.indptr.astype(np.int64),
            indices=table.indices.astype(np.int64),
            values=table.data.astype(np.float64),
            columns={},
            labels={},
            blocks={},
            keys={},
        )

    def _links(self, width: int) -> tuple[Any, FloatArray]:
        """Return the rows that tie each future's first stage to that of the first."""
        common = first_stage(self.assemblies[0].layout, self.caution.lock_year)
        count, others = len(common), len(self.assemblies) - 1
        rows = np.arange(count * others)
        mine = np.tile(common, others)
        theirs = mine + np.repeat(self.starts[1:-1], count)
        ones = np.ones(len(rows))
        cells = (np.concatenate([rows, rows]), np.concatenate([mine, theirs]))
        table = coo_array((np.concatenate([ones, -ones]), cells), shape=(len(rows), width))
        return table.tocsc(), np.zeros(len(rows))

    def _tails(self, width: int) -> tuple[Any, FloatArray]:
        """Return ``above_s + edge >= cost_s`` for each future, when the worst part counts."""
        if not self.caution.aversion:
            return coo_array((0, width)).tocsc(), np.zeros(0)
        edge, rows = int(self.starts[-1]), []
        for index, assembly in enumerate(self.assemblies):
            row = np.zeros(width)
            row[self.starts[index] : self.starts[index + 1]] = -assembly.matrix.cost
            row[[edge, edge + 1 + index]] = 1.0
            rows.append(row)
        fixed = np.array([assembly.layout.constant for assembly in self.assemblies])
        return csc_array(np.array(rows)), fixed

    def solve(self, options: Options) -> tuple[Answer, bool]:
        """Return decisions exact in every future; say whether they are proved the best.

        A large model is relaxed first, what the relaxation decided is fixed, and only the rest is
        searched; the relaxation is then the bound.
        """
        cuts = [Cuts(assembly.layout) for assembly in self.assemblies]
        if int(self.matrix.integer.sum()) <= SMALL:
            return self._run(
                Engine(self.matrix, integer=True, seed=options.seed), options, cuts
            ), True
        relaxed = self._relaxed(options, cuts)
        if relaxed.values is None:
            return relaxed, False
        answer = relaxed
        for reach in REACHES:
            engine = Engine(self.matrix, integer=True, seed=options.seed)
            for cut, start in zip(cuts, self.starts, strict=False):
                for block in cut.blocks:
                    engine.add(shifted(block, int(start)))
            fixed = self._decided(relaxed.values, reach)
            engine.set_bounds(fixed, relaxed.values[fixed].round(), relaxed.values[fixed].round())
            answer = self._run(engine, options, cuts)
            if answer.values is not None:
                break
        return replace(answer, bound=relaxed.objective), False

    def best_rest(self, values: FloatArray, options: Options) -> FloatArray | None:
        """Return the best continuous columns with whole ones fixed and savings exact."""
        engine = Engine(self.matrix, integer=False, seed=options.seed)
        whole = np.where(self.matrix.integer, np.round(values), values)
        integers = np.flatnonzero(self.matrix.integer).astype(np.int64)
        engine.set_bounds(integers, whole[integers], whole[integers])
        rows = zip(self.assemblies, self.split(whole), self.starts, strict=False)
        for assembly, own, start in rows:
            exact = np.exp(log_savings(assembly.layout, own)).ravel()
            flows = assembly.layout.f.ravel() + int(start)
            engine.set_bounds(flows, exact, exact)
        found = engine.run().values
        return None if found is None else np.where(self.matrix.integer, whole, found)

    def _relaxed(self, options: Options, cuts: Sequence[Cuts]) -> Answer:
        engine = Engine(self.matrix, integer=False, seed=options.seed)
        answer = engine.run()
        for _ in range(ROUNDS):
            if answer.values is None or not self._cut(engine, cuts, answer.values, LP_TOLERANCE):
                break
            answer = engine.run()
        return answer

    def _decided(self, values: FloatArray, reach: int) -> IntArray:
        """Return the integer columns that a relaxation decided, those near an open one left out."""
        is_open = self.matrix.integer & (np.abs(values - np.round(values)) > NOISE)
        changes = np.abs(np.diff(values, prepend=values[:1])) > NOISE
        if reach:
            is_open |= self.matrix.integer & changes
        near = np.convolve(is_open.astype(float), np.ones(2 * reach + 1), mode="same") > 0
        return np.flatnonzero(self.matrix.integer & ~near).astype(np.int64)

    def _run(self, engine: Engine, options: Options, cuts: Sequence[Cuts]) -> Answer:
        """Run until savings are exact in every future."""
        is_small = int(self.matrix.integer.sum()) <= SMALL
        answer = Answer(Status.FAILED)
        for _ in range(ROUNDS):
            answer = engine.run(
                gap=0.0 if is_small else options.gap / 2,
                seconds=options.seconds,
                nodes=options.nodes,
                start=answer.values,
            )
            if answer.values is None:
                break
            values = np.where(self.matrix.integer, np.round(answer.values), answer.values)
            if not self._cut(engine, cuts, values, EXACT_TOLERANCE):
                break
        return answer

    def _cut(
        self, engine: Engine, cuts: Sequence[Cuts], values: FloatArray, tolerance: float
    ) -> bool:
        """Add tangents where savings are understated; say whether there were any."""
        found = False
        for own, cut, start in zip(self.split(values), cuts, self.starts, strict=False):
            for block in cut.at(own, tolerance=tolerance):
                engine.add(shifted(block, int(start)))
                found = True
        return found


def shifted(block: Block, start: int) -> Block:
    """Return a block whose columns lie further back."""
    terms = tuple(
        Term(np.where(term.columns == ABSENT, ABSENT, term.columns + start), term.coefficient)
        for term in block.terms
    )
    return replace(block, terms=terms)


def _widened(table: Any, columns: int) -> Any:
    shape = (table.shape[0], table.shape[1] + columns)
    starts = np.concatenate([table.indptr, np.full(columns, table.indptr[-1])])
    return csc_array((table.data, table.indices, starts), shape=shape)


def held(assembly: Assembly, values: FloatArray, lock_year: int) -> Assembly:
    """Return a model whose first stage is fixed as in some columns, generation in whole 0.1 kW."""
    layout, matrix = assembly.layout, assembly.matrix
    columns = first_stage(layout, lock_year)
    fixed = np.where(matrix.integer, np.round(values), values)
    generation = np.concatenate([layout.q.ravel(), layout.s.ravel()])
    fixed[generation] = np.ceil(fixed[generation] * KW_STEPS - EXACT_TOLERANCE * KILO) / KW_STEPS
    fixed = np.clip(fixed, matrix.lower, matrix.upper)
    low, high = matrix.lower.copy(), matrix.upper.copy()
    low[columns], high[columns] = fixed[columns], fixed[columns]
    return replace(assembly, matrix=replace(matrix, lower=low, upper=high))


def _settled(
    assembly: Assembly, values: FloatArray, caution: Caution, *, options: Options, status: str
) -> Solved:
    fixed = held(assembly, values, caution.lock_year)
    found = Found(status, values=values)
    return settle(assembly.layout.problem, fixed, found, options=options)
