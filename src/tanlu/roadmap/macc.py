"""Cost of abatement with interactions: an output of the plan, never the order of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Effect
from tanlu.roadmap.ageing import is_ageing, share_at
from tanlu.roadmap.chain import carried
from tanlu.roadmap.layout import MEGA, to_float
from tanlu.roadmap.tariff import mean_turn
from tanlu.roadmap.wedges import shapley_paths

if TYPE_CHECKING:
    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import EndUse, Measure
    from tanlu.roadmap.solved import Solved
    from tanlu.roadmap.wedges import Wedge


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the curve.

    Parameters
    ----------
    measure : str
        Id.
    abatement_t : float
        Shapley abatement over the horizon [t].
    cost_per_t, alone_per_t, last_in_per_t : float or None
        Present value of own cost minus energy saved, per tonne, of its fair share, when it
        stands alone, and when all others come first [CNY/t].
    """

    measure: str
    abatement_t: float
    cost_per_t: float | None
    alone_per_t: float | None
    last_in_per_t: float | None


def make_macc(solved: Solved, wedges: tuple[Wedge, ...]) -> tuple[Bar, ...]:
    """Return the bars of the adopted measures, cheapest first (rule M-89)."""
    shares = _Shares(solved)
    bars = []
    for wedge in wedges:
        measure = solved.problem.measures.get(wedge.owner)
        if measure is None:
            continue
        tonnes = sum(wedge.mg) / 10**9
        own = own_cost(solved, measure)
        if measure.effect in {Effect.REDUCE, Effect.ABSOLUTE}:
            fair, alone, last = (
                _per_tonne(own - value, amount) for value, amount in _energy(shares, measure)
            )
            bars.append(Bar(measure.id, tonnes, fair, alone, last))
        else:
            each = _per_tonne(own + _switched(solved, measure), tonnes)
            bars.append(Bar(measure.id, tonnes, each, each, each))
    return tuple(sorted(bars, key=lambda b: (b.cost_per_t is None, b.cost_per_t or 0.0, b.measure)))


def _per_tonne(cost: float, tonnes: float) -> float | None:
    return cost / tonnes if tonnes > 0 else None


def own_cost(solved: Solved, measure: Measure) -> float:
    """Return the present value of investment, renewals, O&M and salvage of a measure [CNY]."""
    layout = solved.assembly.layout
    total = 0.0
    for index in layout.decisions_of(measure.id):
        costs = solved.assembly.matrix.cost[layout.z[index]]
        total += float(costs @ solved.values[layout.z[index]])
    return total * MEGA


def _built(layout: Layout, values: FloatArray, measure: Measure) -> FloatArray:
    rows = layout.decisions_of(measure.id)
    paths = np.array([np.round(values[layout.z[i]], 9) for i in rows])
    mean: FloatArray = paths.mean(axis=0)
    return mean


def _saved(layout: Layout, values: FloatArray, measure: Measure) -> FloatArray:
    """Return the share of a measure's full saving by year, by its age."""
    built = _built(layout, values, measure)
    if not is_ageing(measure) or not built.any():
        return built
    start = int(np.argmax(built > 0))
    ages = range(layout.periods)
    return built * [float(share_at(measure, max(year - start, 0))) for year in ages]


def _energy(shares: _Shares, measure: Measure) -> list[tuple[float, float]]:
    """Return (value of energy, abatement) by fair share, alone and last in."""
    totals = np.zeros((3, 2))
    for name in measure.saving:
        use = shares.solved.problem.end_uses[name]
        money, carbon = _weights(shares.solved, use)
        for row, share in enumerate(shares.of(name)[measure.id]):
            saved = share * to_float(use.demand)
            totals[row] += float(saved @ money), float(saved @ carbon)
    return [(float(value), float(amount)) for value, amount in totals]


def _weights(solved: Solved, use: EndUse) -> tuple[FloatArray, FloatArray]:
    problem, factors = solved.problem, solved.assembly.layout.factors
    if not use.carrier:
        return np.zeros(problem.periods), np.zeros(problem.periods)

    def price(site: str, name: str) -> FloatArray:
        return to_float(problem.price(site, name))

    def emits(site: str, name: str) -> FloatArray:
        carrier = problem.carriers[name]
        market = carrier.electricity and str(problem.method) == "market"
        path = problem.ef_market(site, name) if market else problem.ef(site, name)
        return to_float(path) + to_float(carrier.ef_scope3)

    where = use.site, use.carrier
    if use.carrier in problem.carriers:
        dear = 1 + float(mean_turn(problem, use, use.carrier))
        return factors * price(*where) * dear, emits(*where)
    made = solved.result.served
    return factors * carried(problem, price, made)[where], carried(problem, emits, made)[where]


@dataclass(slots=True)
class _Shares:
    """What each measure saves of its end uses: fairly, alone and last in."""

    solved: Solved
    _by_use: dict[str, list[Measure]] = field(default_factory=dict)
    _known: dict[str, dict[str, tuple[FloatArray, FloatArray, FloatArray]]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        for measure in self.solved.problem.measures.values():
            if measure.effect in {Effect.REDUCE, Effect.ABSOLUTE}:
                for use in measure.saving:
                    self._by_use.setdefault(use, []).append(measure)

    def of(self, use: str) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
        """Return the shares (T,) of the measures on one end use."""
        if use not in self._known:
            self._known[use] = self._split(use, self._by_use[use])
        return self._known[use]

    def _split(
        self, use: str, measures: list[Measure]
    ) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
        layout, values = self.solved.assembly.layout, self.solved.values
        own = np.array([to_float(m.saving[use]) * _saved(layout, values, m) for m in measures])
        fair = shapley_paths(own)
        left = 1 - own
        alone = np.array([np.prod(np.delete(left, i, axis=0), axis=0) for i in range(len(own))])
        return {
            measure.id: (fair[i], own[i], own[i] * alone[i]) for i, measure in enumerate(measures)
        }


def _switched(solved: Solved, measure: Measure) -> float:
    """Return the present value of the change in energy bills of a switch or recovery [CNY]."""
    layout, problem = solved.assembly.layout, solved.problem

    def price(site: str, name: str) -> FloatArray:
        return to_float(problem.price(site, name))

    made = carried(problem, price, solved.result.served)
    total = 0.0
    for route in layout.routes:
        if route.owner != measure.id:
            continue
        use = problem.end_uses[route.serves]
        served = to_float(solved.result.served[route.id])
        bill = np.zeros(layout.periods)
        if use.carrier:
            known = made.get((use.site, use.carrier))
            bill -= price(use.site, use.carrier) if known is None else known
        for name, ratio in route.inputs:
            known = made.get((use.site, name))
            bill += to_float(ratio) * (price(use.site, name) if known is None else known)
        total += float(np.sum(layout.factors * served * bill))
    return total
