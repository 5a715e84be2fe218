"""Prices that make the sites of a large group choose what the group needs, with a proved bound."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import block_array, block_diag, csc_array, csr_array, hstack, vstack
from scipy.sparse import eye_array as identity

from tanlu.roadmap.builder import Term
from tanlu.roadmap.constraints.savings import tangents
from tanlu.roadmap.sites import rows_of, with_rows
from tanlu.roadmap.solve import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.roadmap.builder import Block, FloatArray, IntArray, MatrixModel
    from tanlu.roadmap.layout import Layout, Saving
    from tanlu.roadmap.sites import Part, Parts
    from tanlu.roadmap.solve import Answer, Basis

THREADS = 2  # the solver lets go of the interpreter while it runs
SAMPLE = 10  # sites whose relaxation gives the first prices
UNDERSTATED = 2e-4  # of an end use: a tangent is added where the relaxation is further off
ROUNDS = 20
CLOSE = 3e-4  # of the bound: prices are good enough
BOX = 0.25  # of a price: how far the first step may go
STEP, SHORTER, SHORTEST = 0.3, 0.8, 0.02  # towards the prices that the answers so far ask for
LEAST_BOX = 1e-3  # of the largest price


@dataclass(slots=True)
class SiteModel:
    """A site's own model, whose tangents grow where they are needed.

    Parameters
    ----------
    part : Part
        Its columns and rows.
    layout : Layout
        Columns of the whole.
    place : IntArray
        Where each column of the whole is among those of its site.
    """

    part: Part
    layout: Layout
    place: IntArray
    end_uses: IntArray
    savings: tuple[Saving, ...]
    matrix: MatrixModel
    _count: int = 0
    _basis: Basis | None = None

    def relaxed(self, price: FloatArray) -> Answer:
        """Solve the relaxation at some prices, savings nearly exact; warm from the last one."""
        engine = self.engine(price)
        answer, found = engine.run(), []
        while answer.values is not None:
            added = self.short(answer.values, tolerance=UNDERSTATED)
            if not added:
                break
            found += added
            for block in added:
                engine.add(block)
            answer = engine.run()
        self.keep(found)
        self._basis = engine.basis()
        return answer

    def engine(self, price: FloatArray) -> Engine:
        """Return the relaxation at some prices; it starts where the last one ended."""
        engine = Engine(self.matrix, integer=False)
        engine.set_costs(self.part.priced(price))
        if self._basis is not None:
            engine.start_at(self._basis)
        return engine

    @property
    def units(self) -> IntArray:
        """Where the units of each technology are among the columns, shape (technologies, T)."""
        n = self.layout.n
        return self.place[n[np.isin(n[:, 0], self.part.columns)]]

    def keep(self, found: Sequence[Block]) -> None:
        """Put tangents into the model."""
        if found:
            self.matrix = with_rows(self.matrix, found)
            self._basis = None  # it knows fewer rows

    def logs(self, values: FloatArray) -> FloatArray:
        """Return the log of the remaining share of each end use, shape (E, T)."""
        total = np.zeros((len(self.end_uses), self.layout.periods))
        at = {use: row for row, use in enumerate(self.end_uses)}
        for saving in self.savings:
            z = self.place[self.layout.z[saving.decision]]
            total[at[saving.end_use]] += saving.of(values[z])
        return total

    def short(self, values: FloatArray, *, tolerance: float) -> list[Block]:
        """Return tangents where some values understate an end use."""
        if not len(self.end_uses):
            return []
        logs = self.logs(values)
        gap = np.exp(logs) - values[self.place[self.layout.f[self.end_uses]]]
        found = []
        for row, use in enumerate(self.end_uses):
            years = np.flatnonzero(gap[row] > tolerance)
            if len(years):
                name = f"savings.{self.layout.end_uses[use]}.at{self._count}"
                block = tangents(
                    self.layout, name, end_use=int(use), years=years, w=logs[row, years]
                )
                found.append(self._moved(block))
                self._count += 1
        return found

    def _moved(self, block: Block) -> Block:
        terms = tuple(Term(self.place[term.columns], term.coefficient) for term in block.terms)
        return replace(block, terms=terms)


def site_models(layout: Layout, parts: Parts) -> list[SiteModel]:
    """Return a model for each site."""
    place = np.zeros(layout.builder.n, dtype=np.int64)
    site_of = [layout.problem.end_uses[use].site for use in layout.end_uses]
    savings: dict[str, list[Saving]] = {part.name: [] for part in parts.sites}
    for saving in layout.savings:
        savings[site_of[saving.end_use]].append(saving)
    models = []
    for part in parts.sites:
        place[part.columns] = np.arange(len(part.columns))
        own = savings[part.name]
        uses = np.array(sorted({saving.end_use for saving in own}), dtype=np.int64)
        models.append(SiteModel(part, layout, place, uses, tuple(own), part.matrix))
    return models


@dataclass(frozen=True, slots=True)
class Priced:
    """Prices of the ties, what they prove, and what the sites take of the ties at them.

    Parameters
    ----------
    price : FloatArray, shape (R,)
        Price of each tie [MCNY per unit].
    bound : float
        Lower bound of the whole [MCNY].
    master : Master
        The sites' answers on the way.
    """

    price: FloatArray
    bound: float
    master: Master


def find_prices(parts: Parts, models: Sequence[SiteModel]) -> Priced | None:
    """Find prices at which the sites' own least costs prove the most.

    Parameters
    ----------
    parts : Parts
        The whole model.
    models : sequence of SiteModel
        Its sites.

    Returns
    -------
    Priced or None
        None when some site alone has no solution.

    Notes
    -----
    Column generation whose prices stay in a box around the best ones so far (du Merle and
    others 1999, doi 10.1016/S0012-365X(98)00213-1); the first come from a sample of the sites.
    """
    start = _sample_prices(parts, models)
    if start is None:
        return None
    center = price = start
    box = np.maximum(BOX * np.abs(price), LEAST_BOX * np.abs(price).max())
    master, best, step = Master(parts), -np.inf, STEP
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(ROUNDS):
            answers = list(threads.map(lambda m, p=price: m.relaxed(p), models))
            if any(a.objective is None for a in answers):
                return None
            value = parts.constant(price) + sum(float(a.objective or 0.0) for a in answers)
            if value > best:
                best, center = value, price
            else:
                step = max(step * SHORTER, SHORTEST)
            master.add([a.values for a in answers if a.values is not None])
            hoped, wished = master.run(center, box)
            if hoped - best <= CLOSE * abs(best):
                break
            price = center + step * (wished - center)
    return Priced(center, best, master)


@dataclass(slots=True)
class Master:
    """The sites' answers so far, and the mix of them that costs least and keeps the ties.

    Parameters
    ----------
    parts : Parts
        The whole model.
    """

    parts: Parts
    _answers: list[list[FloatArray]] = field(default_factory=list)
    _mix: FloatArray | None = None
    _missed: FloatArray | None = None

    def add(self, answers: list[FloatArray]) -> None:
        """Keep one answer of each site."""
        self._answers.append(answers)

    def run(self, center: FloatArray, box: FloatArray) -> tuple[float, FloatArray]:
        """Return the least cost of a mix and its prices, which stay in a box.

        Ties may be missed, at the price of the box's edge.
        """
        answer = Engine(self._matrix(center, box), integer=False).run()
        assert answer.values is not None and answer.row_duals is not None  # noqa: S101, PT018
        ties, known = len(self.parts.rows), len(self.parts.group.columns)
        self._missed = answer.values[:ties] - answer.values[ties : 2 * ties]
        self._mix = answer.values[2 * ties + known :].reshape(len(self._answers), -1)
        return float(answer.objective or 0.0), self.parts.valid(answer.row_duals[:ties])

    def _matrix(self, center: FloatArray, box: FloatArray) -> MatrixModel:
        parts = self.parts
        ties, count = len(parts.rows), len(parts.sites)
        cost, taken = [], []
        for answers in self._answers:
            for part, values in zip(parts.sites, answers, strict=True):
                cost.append(float(part.matrix.cost @ values))
                taken.append(csr_array((part.ties @ values)[None, :]))
        mixes = len(cost)
        unit = identity(ties, format="csr")
        one = csr_array(
            (np.ones(mixes), (np.arange(mixes) % count, np.arange(mixes))), shape=(count, mixes)
        )
        table = csc_array(
            block_array(
                [[unit, -unit, parts.group.ties, vstack(taken).T], [None, None, None, one]],
                format="csc",
            )
        )
        group = parts.group.matrix
        nothing, many = np.zeros(2 * ties + mixes), np.full(2 * ties + mixes, np.inf)
        return replace(
            group,
            cost=np.concatenate([center + box, box - center, group.cost, cost]),
            lower=np.concatenate([nothing[: 2 * ties], group.lower, nothing[2 * ties :]]),
            upper=np.concatenate([many[: 2 * ties], group.upper, many[2 * ties :]]),
            integer=np.zeros(table.shape[1], dtype=bool),
            row_lo=np.concatenate([parts.low, np.ones(count)]),
            row_up=np.concatenate([parts.high, np.ones(count)]),
            starts=table.indptr.astype(np.int64),
            indices=table.indices.astype(np.int64),
            values=table.data,
        )

    def shares(self) -> list[FloatArray]:
        """Return the columns of each site in the mix."""
        assert self._mix is not None  # noqa: S101 - it has run
        return [
            sum(w * answers[n] for w, answers in zip(self._mix[:, n], self._answers, strict=True))
            for n in range(len(self.parts.sites))
        ]

    @property
    def missed(self) -> FloatArray:
        """What the mix is short of on each tie, shape (R,); negative where it has too much."""
        assert self._missed is not None  # noqa: S101 - it has run
        return self._missed


def _sample_prices(parts: Parts, models: Sequence[SiteModel]) -> FloatArray | None:
    """Return the ties' duals in the relaxation of some sites that stand for all."""
    free = np.zeros(len(parts.rows))
    with ThreadPoolExecutor(THREADS) as threads:
        alone = list(threads.map(lambda m: m.relaxed(free), models))
    if any(a.objective is None for a in alone):
        return None
    cost = np.array([float(a.objective or 0.0) for a in alone])
    order = np.argsort(cost, kind="stable")
    chosen = [int(i) for i in order[:: max(1, len(order) // SAMPLE)]]
    sample = [models[i] for i in chosen]
    weight = float(cost.sum() / cost[chosen].sum())
    engine = Engine(_joined(parts, sample, weight), integer=False)
    edges = np.cumsum([len(parts.group.columns), *(len(m.part.columns) for m in sample)])
    places = list(zip(sample, edges, edges[1:], strict=False))
    found: dict[int, list[Block]] = {int(edge): [] for edge in edges}
    answer = engine.run()
    while answer.values is not None:
        added = [
            (int(edge), block)
            for model, edge, end in places
            for block in model.short(answer.values[edge:end], tolerance=UNDERSTATED)
        ]
        if not added:
            break
        for edge, block in added:
            found[edge].append(block)
            engine.add(_shifted(block, edge))
        answer = engine.run()
    for model, edge, _ in places:
        model.keep(found[int(edge)])
    if answer.row_duals is None:
        return free
    return parts.valid(answer.row_duals[: len(parts.rows)])


def _shifted(block: Block, by: int) -> Block:
    return replace(block, terms=tuple(Term(t.columns + by, t.coefficient) for t in block.terms))


def _joined(parts: Parts, models: Sequence[SiteModel], weight: float) -> MatrixModel:
    """Return a model of some sites; ties and group are divided by the weight of the sample."""
    matrices = [parts.group.matrix, *(model.matrix for model in models)]
    ties = hstack([parts.group.ties, *(model.part.ties for model in models)], format="csr")
    own = block_diag([rows_of(matrix) for matrix in matrices], format="csr")
    table = csc_array(vstack([ties, own], format="csc"))
    group = parts.group.matrix
    return replace(
        group,
        cost=np.concatenate([m.cost for m in matrices]),
        lower=np.concatenate([group.lower / weight, *(m.lower for m in matrices[1:])]),
        upper=np.concatenate([group.upper / weight, *(m.upper for m in matrices[1:])]),
        integer=np.concatenate([m.integer for m in matrices]),
        row_lo=np.concatenate([parts.low / weight, *(m.row_lo for m in matrices)]),
        row_up=np.concatenate([parts.high / weight, *(m.row_up for m in matrices)]),
        starts=table.indptr.astype(np.int64),
        indices=table.indices.astype(np.int64),
        values=table.data,
    )
