"""Other plans that cost nearly the same: what all of them do, and what is a matter of taste.

Modelling to generate alternatives: within so much of the least cost, the least and the most of
some sums. The extremes are plans of the model with whole decisions; savings hold to the tolerance
of the relaxation.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Effect
from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.condense import condense
from tanlu.roadmap.layout import KILO, MEGA, to_float
from tanlu.roadmap.recourse import whole
from tanlu.roadmap.search import LP_TOLERANCE, SMALL, Cuts, Options
from tanlu.roadmap.solve import Engine, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.solve import Answer
    from tanlu.roadmap.solved import Solved

    Progress = Callable[[int, int], bool]

EXTRA = (0.01, 0.02, 0.05)
EARLY_YEARS = 6  # what "soon" means for investment: from the first year on
ROUNDS = 3
GAP = 5e-2  # of a sum: an extreme need not be proved further
NODES = 1  # of each search: the root finds plans, more nodes hardly better ones
LEFT = 0.1  # of the extra cost: what whole decisions may take beyond the relaxation
SECONDS = 30.0  # guard on a search with little fixed
HALF = 0.5
CNY = 1e-6  # MCNY


class Group(StrEnum):
    """Sums that plans of nearly the same cost may differ in."""

    EARLY_CAPEX = "early_capex"  # CNY in the first years
    ELECTRIFIED = "electrified"  # end use units served by switches to electricity, all years
    GENERATION = "generation"  # kW at the end
    MEASURES = "measures"  # measures in operation at the end


class Standing(StrEnum):
    """How much choice there is about a measure."""

    MUST_HAVE = "must_have"
    OPTIONAL = "optional"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Spread:
    """Least and most of a sum among the plans found within a share of the least cost."""

    group: Group
    extra: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Choice:
    """How often the alternatives take a measure, and from which year.

    Parameters
    ----------
    measure : str
        Id.
    standing : Standing
        In all, some or none of the alternatives.
    share : float
        Share of the alternatives that take it [-].
    first_year, last_year : int or None
        Earliest and latest start among them.
    """

    measure: str
    standing: Standing
    share: float
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Plans around the least-cost one.

    Parameters
    ----------
    spreads : tuple of Spread
        By sum and share of cost.
    choices : tuple of Choice
        By measure.
    count : int
        Number of plans found, the known one among them.
    """

    spreads: tuple[Spread, ...]
    choices: tuple[Choice, ...]
    count: int


def weights_of(layout: Layout, group: Group) -> FloatArray:
    """Return the coefficient of each column in a sum."""
    found = np.zeros(layout.builder.n)
    problem, last = layout.problem, layout.periods - 1
    if group is Group.EARLY_CAPEX:
        found[layout.inv[: min(EARLY_YEARS, layout.periods)]] = MEGA
    elif group is Group.GENERATION:
        found[layout.q[:, last]] = KILO
    elif group is Group.MEASURES:
        for index, decision in enumerate(layout.decisions):
            if decision.owner in problem.measures:
                found[layout.z[index, last]] = 1 / decision.steps
    else:
        for index, route in enumerate(layout.routes):
            measure = problem.measures.get(route.owner)
            power = measure is not None and measure.effect is Effect.SWITCH
            if power and problem.electricity() in dict(route.inputs):
                found[layout.a[index]] = to_float(layout.size(route))
    return found


def find_alternatives(
    solved: Solved,
    options: Options,
    *,
    extra: Sequence[float] = EXTRA,
    progress: Progress | None = None,
) -> Alternatives:
    """Return how far plans of nearly the same cost may differ.

    Parameters
    ----------
    solved : Solved
        The least-cost plan.
    options : Options
        Limits of each search.
    extra : sequence of float
        Shares of the least cost that an alternative may add [-].
    progress : callable, optional
        Gets (done, all); false stops with what there is.
    """
    search = _Search(solved, options)
    groups = [g for g in Group if weights_of(solved.assembly.layout, g).any()]
    plans: list[tuple[float, FloatArray]] = [(0.0, solved.values)]
    searched: list[tuple[Group, float]] = []
    steps = len(groups) * len(extra)
    for share in sorted(extra):
        for group in groups:
            for sign in (1.0, -1.0):
                end = search.extreme(group, share, sign=sign)
                if end is not None:
                    plans.append((share, end))
            searched.append((group, share))
            if progress is not None and not progress(len(searched), steps):
                return _gathered(solved, searched, plans)
    return _gathered(solved, searched, plans)


def _spread(
    solved: Solved, group: Group, share: float, plans: Sequence[tuple[float, FloatArray]]
) -> Spread:
    """Return the range of a sum over every plan found that costs no more than a share extra."""
    weights = weights_of(solved.assembly.layout, group)
    known = [float(weights @ values) for extra, values in plans if extra <= share]
    return Spread(group, share, min(known), max(known))


class _Search:
    """A warm relaxation for each extreme, its cost limit moved; lives in `find_alternatives`."""

    def __init__(self, solved: Solved, options: Options) -> None:
        self.solved, self.options = solved, options
        self.assembly: Assembly = solved.assembly
        self.cost = self.assembly.matrix.cost
        known = list(solved.found.cuts)
        self.cuts = Cuts(self.assembly.layout, condense(self.assembly), known)
        # the limit holds for costs with exact savings, as the plan's own
        self.least = float(self.cost @ solved.values)
        self.constant = self.assembly.layout.constant
        self.is_small = int(self.assembly.matrix.integer.sum()) <= SMALL
        self.relaxations: dict[tuple[Group, float], Engine] = {}
        self.best: dict[tuple[Group, float], float] = {}

    def extreme(self, group: Group, share: float, *, sign: float) -> FloatArray | None:
        """Return the plan with the least (sign 1) or the most (sign -1) of a sum.

        None where none is found, or the one of a smaller share is as good.
        """
        weights = weights_of(self.assembly.layout, group)
        scale = max(float(np.abs(weights).max()), 1.0)
        goal = sign * weights / scale
        extra = share * abs(self.least + self.constant)
        limit = self.least + extra + CNY
        left = 0.0 if self.is_small else LEFT * extra
        relaxed = self._relaxed((group, sign), goal, limit - left)
        if relaxed.values is None or relaxed.objective is None:
            return None
        known = self.best.get((group, sign), float(goal @ self.solved.values))
        if known - relaxed.objective <= (CNY if self.is_small else GAP * abs(known)):
            return None
        found = self._whole(goal, limit, relaxed.values)
        if found is not None:
            self.best[group, sign] = min(known, float(goal @ found))
        return found

    def _limited(self, goal: FloatArray, limit: float, *, integer: bool) -> Engine:
        """Return a model with a limit on the cost, its first row after those of the whole."""
        seed, small = self.options.seed, self.cuts.small
        engine = Engine(self.assembly.matrix, integer=integer, seed=seed, small=small)
        everything = np.flatnonzero(self.cost).astype(np.int64).reshape(1, -1)
        row = Term(everything, self.cost[everything[0]].reshape(1, -1))
        engine.add(Block("alternatives.cost", ("cost",), (row,), up=limit))
        engine.set_costs(goal)
        return self.cuts.load(engine)

    def _relaxed(self, place: tuple[Group, float], goal: FloatArray, limit: float) -> Answer:
        if place not in self.relaxations:
            self.relaxations[place] = self._limited(goal, limit, integer=False)
        engine = self.relaxations[place]
        engine.set_row(self.assembly.matrix.n_rows, -np.inf, limit)
        return engine.run()

    def _whole(self, goal: FloatArray, limit: float, relaxed: FloatArray) -> FloatArray | None:
        """Fix what the relaxation decided, else what the plan agrees on with it; solve the rest."""
        nearest, known = np.round(relaxed), np.round(self.solved.values)
        settled = (np.abs(relaxed - nearest) <= CNY) & self.assembly.matrix.integer
        if self.is_small:
            settled[:] = False
        for fixed in (settled, settled & (nearest == known)):
            found = self._fixed(goal, limit, np.flatnonzero(fixed).astype(np.int64), nearest)
            if found is not None:
                return found
        return None

    def _fixed(
        self, goal: FloatArray, limit: float, fixed: IntArray, levels: FloatArray
    ) -> FloatArray | None:
        """Return the extreme with some decisions fixed, its savings exact to the tolerance."""
        decisions = np.flatnonzero(self.assembly.matrix.integer).astype(np.int64)
        for _ in range(ROUNDS):
            engine = self._limited(goal, limit, integer=True)
            engine.set_bounds(fixed, levels[fixed], levels[fixed])
            answer = engine.run(
                gap=CNY if self.is_small else GAP,
                seconds=min(self.options.seconds, SECONDS),
                nodes=self.options.nodes if self.is_small else NODES,
                start=self.solved.values,
            )
            if answer.values is None or answer.status is Status.INFEASIBLE:
                return None
            values = whole(self.assembly, answer.values)
            if not self.cuts.at(values, tolerance=LP_TOLERANCE):
                return values
            rest = self._limited(goal, limit, integer=False)
            rest.set_bounds(decisions, values[decisions], values[decisions])
            exact = rest.run()
            if exact.values is not None:
                return whole(self.assembly, exact.values)
        return None


def _gathered(
    solved: Solved,
    searched: Sequence[tuple[Group, float]],
    plans: Sequence[tuple[float, FloatArray]],
) -> Alternatives:
    layout = solved.assembly.layout
    starts: dict[str, list[int | None]] = defaultdict(list)
    for _, values in plans:
        for name in solved.problem.measures:
            first = layout.decisions_of(name)[0]
            running = np.flatnonzero(values[layout.z[first]] > HALF)
            starts[name].append(solved.problem.years[running[0]] if len(running) else None)
    return Alternatives(
        tuple(_spread(solved, group, share, plans) for group, share in searched),
        tuple(_choice(name, starts[name]) for name in sorted(starts)),
        len(plans),
    )


def _choice(name: str, starts: Sequence[int | None]) -> Choice:
    taken = [year for year in starts if year is not None]
    standing = Standing.OPTIONAL
    if not taken:
        standing = Standing.NEVER
    elif len(taken) == len(starts):
        standing = Standing.MUST_HAVE
    share = len(taken) / len(starts)
    return Choice(name, standing, share, min(taken, default=None), max(taken, default=None))
