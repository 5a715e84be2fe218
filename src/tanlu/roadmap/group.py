"""Plan a group of many sites: price what ties them, decide site by site, keep the ties exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import block_array, csc_array, eye_array

from tanlu.roadmap.prices import THREADS, UNDERSTATED, find_prices, site_models
from tanlu.roadmap.recourse import Recourse, whole
from tanlu.roadmap.search import Found
from tanlu.roadmap.sites import rows_of, take_apart, with_rows
from tanlu.roadmap.solve import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.roadmap.assembly import Assembly
    from tanlu.roadmap.builder import Block, FloatArray, IntArray, MatrixModel
    from tanlu.roadmap.prices import Priced, SiteModel
    from tanlu.roadmap.search import Options
    from tanlu.roadmap.sites import Parts

MARGINS = (0.001, 0.01, 0.025)  # of the budget, left for what whole numbers need
MISSING = 2.0  # of its price: what a site pays for falling short of its share of a tie
FIRM = 50.0  # the same while what all take is mended
SPARE = 0.3  # of its price: what it loses on more than its share
WIDE = 0.1  # of a price: how far those of the mix may move
SITE_GAP = 2e-3
NODES = 500
IMPROVEMENTS = 2
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
    off by no more than the last ones are (rule M-97).
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


@dataclass(slots=True)
class _Choice:
    """Whole numbers for every site, one site after another."""

    assembly: Assembly
    parts: Parts
    models: Sequence[SiteModel]
    price: FloatArray
    aims: Sequence[FloatArray]
    _steered: IntArray = field(init=False)
    _values: FloatArray = field(init=False)
    _order: IntArray = field(init=False)
    _left: FloatArray = field(init=False)

    def run(self) -> FloatArray | None:
        """Return columns with whole numbers; the largest sites decide first."""
        sites = self.parts.sites
        touched = sum(abs(p.ties) @ p.matrix.integer.astype(np.float64) for p in sites) > 0
        self._steered = np.flatnonzero(touched & (self.price != 0))
        self._values = np.zeros(self.assembly.matrix.n_columns)
        order = np.argsort([-np.abs(aim[self._steered]).sum() for aim in self.aims], kind="stable")
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
            if self._missed(self._left) <= NOISE:
                break
            part = self.models[number].part
            aim = part.ties @ self._values[part.columns] + self._left
            answer = self._decided(number, aim, missing=FIRM)
            if answer is None:
                continue
            rest = aim - part.ties @ answer
            if self._missed(rest) < self._missed(self._left):
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
        priced = _steered(model, self.price, self._steered, aim, missing=missing)
        return _whole_site(model, priced)

    def _missed(self, left: FloatArray) -> float:
        """Return the worth of what is taken too much or too little on the side that counts."""
        price, rest = self.price[self._steered], left[self._steered]
        return float(np.sum(np.maximum(price * rest, 0.0)))


def _steered(
    model: SiteModel, price: FloatArray, steered: IntArray, aim: FloatArray, *, missing: float
) -> MatrixModel:
    """Return a site's model at prices, in which some ties cost more the further they are off."""
    part, matrix = model.part, model.matrix
    rows = steered[np.diff(part.ties.indptr)[steered] > 0]
    one = eye_array(len(rows), format="csr")
    cells: list[list[Any]] = [[rows_of(model.matrix), None, None], [part.ties[rows], -one, one]]
    table = csc_array(block_array(cells, format="csc"))
    size, wants_more = np.abs(price[rows]), price[rows] > 0
    above = size * np.where(wants_more, SPARE, missing)
    below = size * np.where(wants_more, missing, SPARE)
    two = np.zeros(2 * len(rows))
    return replace(
        matrix,
        cost=np.concatenate([part.priced(price), above, below]),
        lower=np.concatenate([matrix.lower, two]),
        upper=np.concatenate([matrix.upper, two + np.inf]),
        integer=np.concatenate([matrix.integer, two.astype(bool)]),
        row_lo=np.concatenate([matrix.row_lo, aim[rows]]),
        row_up=np.concatenate([matrix.row_up, aim[rows]]),
        starts=table.indptr.astype(np.int64),
        indices=table.indices.astype(np.int64),
        values=table.data,
    )


def _whole_site(model: SiteModel, matrix: MatrixModel) -> FloatArray | None:
    """Return a site's own columns with whole numbers and savings exact.

    What the relaxation decided stays; the rest is searched.
    """
    own = len(model.part.columns)
    found: list[Block] = []
    relaxed = Engine(matrix, integer=False)
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
    decided = np.flatnonzero(matrix.integer & (np.abs(answer.values - nearest) <= NOISE))
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
