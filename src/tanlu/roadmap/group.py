"""Plan a group of many sites: price what ties them, decide site by site, keep the ties exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import block_array, csc_array, csr_array, eye_array

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.prices import THREADS, UNDERSTATED, find_prices, site_models
from tanlu.roadmap.recourse import Recourse, whole
from tanlu.roadmap.search import Found
from tanlu.roadmap.sites import rows_of, take_apart, with_rows
from tanlu.roadmap.solve import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import FloatArray, IntArray, MatrixModel
    from tanlu.roadmap.prices import Priced, SiteModel
    from tanlu.roadmap.search import Options
    from tanlu.roadmap.sites import Parts

MARGINS = (0.001, 0.01, 0.025)  # of the budget, left for what whole numbers need
MISSING = 1.0  # of its worth: what a site pays for falling short of its share of a sum of ties
FIRM = 50.0  # the same while what all take is mended
SPARE = 1.0  # of its worth: what it loses on more than its share
LEAST_WORTH = 0.02  # of its price: what a sum is worth where it does not bind
WIDE = 0.1  # of a price: how far those of the mix may move
SITE_GAP = 1e-3
NODES = 500
IMPROVEMENTS = 4
EXACT = 1e-9
ROUNDS = 6
NOISE = 1e-6


def plan_group(assembly: Assembly, options: Options) -> Found | None:
    """Find the decisions of many sites, each by itself at the group's prices.

    Parameters
    ----------
    assembly : Assembly
        The whole model.
    options : Options
        The gap that is good enough.

    Returns
    -------
    Found or None
        None when no plan was found this way; the whole model then tells whether there is one.

    Notes
    -----
    Sites decide one after another. Each aims at its share of the budget, and of the other ties
    that whole numbers touch, plus what those before it left over: what all take together is
    off by no more than the last ones are. A budget that is carried over is aimed at by its sum
    up to each year, and money left in a year costs what it is worth less in the next (rule
    M-97).
    """
    parts = take_apart(assembly)
    models = site_models(assembly.layout, parts)
    priced = find_prices(parts, models)
    if priced is None:
        return None
    for margin in MARGINS:
        aims = _aims(assembly, parts, priced, margin)
        choice = _Choice(assembly, parts, models, priced.price, aims)
        for decide in (choice.run, choice.mend):
            values = decide()
            exact = Recourse(assembly, values, options.seed).run() if values is not None else None
            if exact is not None and exact.values is not None:
                return _found(assembly, parts, priced, whole(assembly, exact.values), options)
    return None


def _found(
    assembly: Assembly, parts: Parts, priced: Priced, values: FloatArray, options: Options
) -> Found:
    cost = float(assembly.matrix.cost @ values)
    duals = np.zeros(assembly.matrix.n_rows)
    duals[parts.rows] = priced.price
    relaxed = np.zeros(assembly.matrix.n_columns)
    for part, share in zip(parts.sites, priced.master.shares(), strict=True):
        relaxed[part.columns] = share
    enough = cost - priced.bound <= options.gap * abs(priced.bound)
    return Found("feasible", "gap" if enough else "nodes", values, priced.bound, duals, relaxed)


def _aims(assembly: Assembly, parts: Parts, priced: Priced, margin: float) -> list[FloatArray]:
    """Return what each site should take of each tie, shape (R,), when budgets leave a margin."""
    place = {int(row): index for index, row in enumerate(parts.rows)}
    budget = [place[int(r)] for r in assembly.matrix.blocks.get("budget.limit", ())]
    high = parts.high.copy()
    high[budget] *= 1 - margin
    master = replace(priced.master, parts=replace(parts, high=high))
    size = np.abs(priced.price)
    master.run(priced.price, np.maximum(WIDE * size, WIDE * size.mean()))
    shares = master.shares()
    weight = np.array([abs(p.matrix.cost @ x) for p, x in zip(parts.sites, shares, strict=True)])
    weight = weight / weight.sum()
    return [
        part.ties @ share + master.missed * w
        for part, share, w in zip(parts.sites, shares, weight, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Steering:
    """What the whole numbers of the sites are steered by.

    Parameters
    ----------
    sums : csr_array, shape (K, R)
        Each row adds up ties: those of all years so far where a budget is carried over.
    worth : FloatArray, shape (K,)
        What a unit more of a sum is worth [MCNY per unit]; its sign is the side that counts.
    """

    sums: csr_array
    worth: FloatArray

    def missed(self, left: FloatArray) -> float:
        """Return the worth of what is taken too much or too little on the side that counts."""
        return float(np.sum(np.maximum(self.worth * (self.sums @ left), 0.0)))


def steering(assembly: Assembly, parts: Parts, price: FloatArray) -> Steering:
    """Steer what whole numbers touch, a budget that is carried over by its sum up to each year."""
    touched = sum(abs(p.ties) @ p.matrix.integer.astype(np.float64) for p in parts.sites) > 0
    budget = assembly.layout.problem.budget
    is_carried = budget is not None and budget.carry_over
    rows = assembly.matrix.blocks["budget.investment"] if is_carried else ()
    carried = np.flatnonzero(np.isin(parts.rows, rows))
    alone = np.setdiff1d(np.flatnonzero(touched & (price != 0)), carried)
    sums = np.zeros((len(carried) + len(alone), len(parts.rows)))
    sums[: len(carried), carried] = np.tri(len(carried))
    sums[len(carried) + np.arange(len(alone)), alone] = 1.0
    path = price[carried]
    worth = np.maximum(path - np.append(path[1:], 0.0), LEAST_WORTH * np.abs(path))
    return Steering(csr_array(sums), np.concatenate([worth, price[alone]]))


@dataclass(slots=True)
class _Choice:
    """Whole numbers for every site, one site after another."""

    assembly: Assembly
    parts: Parts
    models: Sequence[SiteModel]
    price: FloatArray
    aims: Sequence[FloatArray]
    _steering: Steering = field(init=False)
    _values: FloatArray = field(init=False)
    _order: IntArray = field(init=False)
    _left: FloatArray = field(init=False)

    def run(self) -> FloatArray | None:
        """Return columns with whole numbers; the largest sites decide first."""
        self._steering = steering(self.assembly, self.parts, self.price)
        self._values = np.zeros(self.assembly.matrix.n_columns)
        size = [np.abs(self._steering.sums @ aim).sum() for aim in self.aims]
        order = np.argsort(-np.array(size), kind="stable")
        with ThreadPoolExecutor(THREADS) as threads:
            chains = [order[start::THREADS] for start in range(THREADS)]
            left = list(threads.map(self._chain, chains))
        done = [rest for rest in left if rest is not None]
        if len(done) < len(left):
            return None
        self._order, self._left = order, np.sum(done, axis=0)
        return self._values

    def mend(self) -> FloatArray | None:
        """Let sites decide anew, the smallest first, while too much or too little is taken."""
        for number in (*self._order[::-1], *self._order):
            if self._steering.missed(self._left) <= NOISE:
                break
            part = self.models[number].part
            aim = part.ties @ self._values[part.columns] + self._left
            answer = self._decided(number, aim, missing=FIRM)
            if answer is None:
                continue
            rest = aim - part.ties @ answer
            if self._steering.missed(rest) < self._steering.missed(self._left):
                self._values[part.columns], self._left = answer, rest
        return self._values

    def _chain(self, numbers: IntArray) -> FloatArray | None:
        """Decide some sites; return what they leave of their aims."""
        left = np.zeros(len(self.parts.rows))
        for number in numbers:
            answer = self._decided(number, self.aims[number] + left, missing=MISSING)
            if answer is None:
                return None
            left = left + self.aims[number] - self.models[number].part.ties @ answer
            self._values[self.models[number].part.columns] = answer
        return left

    def _decided(self, number: int, aim: FloatArray, *, missing: float) -> FloatArray | None:
        model = self.models[number]
        sums, worth = self._steering.sums @ model.part.ties, self._steering.worth
        rows = np.flatnonzero(np.diff(sums.indptr) > 0)
        size, wants_more = np.abs(worth[rows]), worth[rows] > 0
        steered = _Steered(
            sums=csr_array(sums[rows]),
            goal=(self._steering.sums @ aim)[rows],
            above=size * np.where(wants_more, SPARE, missing),
            below=size * np.where(wants_more, missing, SPARE),
        )
        return _whole_site(model, steered, self.price)


@dataclass(frozen=True, slots=True)
class _Steered:
    """Rows of a site that cost more the further they are from a goal.

    Parameters
    ----------
    sums : csr_array, shape (k, columns of the site)
        Left sides.
    goal, above, below : FloatArray, shape (k,)
        Where they should be, and the cost of a unit more or less than that [MCNY per unit].
    """

    sums: csr_array
    goal: FloatArray
    above: FloatArray
    below: FloatArray

    def matrix(self, model: SiteModel, price: FloatArray) -> MatrixModel:
        """Return a site's model at prices with these rows, and columns for more and less."""
        matrix, count = model.matrix, len(self.goal)
        one, two = eye_array(count, format="csr"), np.zeros(2 * count)
        cells: list[list[Any]] = [[rows_of(matrix), None, None], [self.sums, -one, one]]
        table = csc_array(block_array(cells, format="csc"))
        return replace(
            matrix,
            cost=np.concatenate([model.part.priced(price), self.above, self.below]),
            lower=np.concatenate([matrix.lower, two]),
            upper=np.concatenate([matrix.upper, two + np.inf]),
            integer=np.concatenate([matrix.integer, two.astype(bool)]),
            row_lo=np.concatenate([matrix.row_lo, self.goal]),
            row_up=np.concatenate([matrix.row_up, self.goal]),
            starts=table.indptr.astype(np.int64),
            indices=table.indices.astype(np.int64),
            values=table.data,
        )

    def relaxed(self, model: SiteModel, price: FloatArray) -> Engine:
        """Return the relaxation of the same, which starts where the site's own ended."""
        engine = model.engine(price)
        place = engine.n_rows + np.arange(len(self.goal))
        columns = np.arange(self.sums.shape[1])[None, :]
        goal = tuple(map(str, place))
        every = np.repeat(columns, len(self.goal), axis=0)
        engine.add(Block("goal", goal, (Term(every, self.sums.toarray()),), self.goal, self.goal))
        for costs, sign in ((self.above, -1.0), (self.below, 1.0)):
            for row, cost in zip(place, costs, strict=True):
                engine.add_column(cost=float(cost), rows=np.array([row]), values=np.array([sign]))
        return engine


def _whole_site(model: SiteModel, steered: _Steered, price: FloatArray) -> FloatArray | None:
    """Return a site's own columns with whole numbers and savings exact.

    What the relaxation decided stays, but for the units of a technology of which it left some
    open; the rest is searched.
    """
    own, matrix = len(model.part.columns), steered.matrix(model, price)
    found: list[Block] = []
    relaxed = steered.relaxed(model, price)
    answer = relaxed.run()
    while answer.values is not None:
        added = model.short(answer.values[:own], tolerance=UNDERSTATED)
        if not added:
            break
        found += added
        for block in added:
            relaxed.add(block)
        answer = relaxed.run()
    if answer.values is None:
        return None
    nearest = np.round(answer.values)
    open_ = np.abs(answer.values - nearest) > NOISE
    for units in model.units:
        open_[units] |= open_[units].any()
    decided = np.flatnonzero(matrix.integer & ~open_)
    tight = with_rows(matrix, found)
    for fixed in (decided, decided[:0]):
        engine = Engine(tight, integer=True)
        engine.set_bounds(fixed, nearest[fixed], nearest[fixed])
        values = _exact(model, matrix, engine, relaxed)
        if values is not None:
            return values[:own]
    return None


def _exact(
    model: SiteModel, matrix: MatrixModel, engine: Engine, relaxed: Engine
) -> FloatArray | None:
    """Search until the whole numbers found work with exact savings."""
    integers = np.flatnonzero(matrix.integer)
    for _ in range(ROUNDS):
        answer = engine.run(gap=SITE_GAP, nodes=NODES, improvements=IMPROVEMENTS)
        if answer.values is None:
            return None
        whole_numbers = np.round(answer.values[integers])
        relaxed.set_bounds(integers, whole_numbers, whole_numbers)
        values = answer.values.copy()
        values[integers] = whole_numbers
        added = model.short(values[: len(model.part.columns)], tolerance=EXACT)
        for block in added:
            relaxed.add(block)
            engine.add(block)
        checked = relaxed.run()
        if checked.values is not None:
            return checked.values
    return None
