"""The columns of the plan's model: what there is, in which order, at which scale and cost.

Inside the matrix: GWh (or a power of ten of another unit), kt, MCNY.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Effect
from tanlu.roadmap.ageing import is_ageing, share_at
from tanlu.roadmap.builder import ABSENT, Builder
from tanlu.roadmap.column_costs import (
    built_costs,
    generation_costs,
    measure_costs,
    unit_costs,
)
from tanlu.roadmap.economics import (
    telescope,
)
from tanlu.roadmap.once import once
from tanlu.roadmap.retirement import kept_stock_cost, retirable, retirement_costs
from tanlu.roadmap.route import Route
from tanlu.roadmap.scaled import scaled
from tanlu.roadmap.tariff import has_running_costs, has_tariff, profile_cost, slice_cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.problem import (
        Border,
        Carrier,
        Measure,
        Problem,
        Product,
        PvOption,
        Series,
        Technology,
    )
    from tanlu.roadmap.storage import Storage

MEGA = 1_000_000
KILO = 1_000
MAX_STEPS = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of cumulative binaries: a measure, one block of it, or a generation contract."""

    id: str
    owner: str
    step: int
    steps: int
    continuous: bool


def column_size(problem: Problem, unit: Mapping[str, Fraction], route: Route) -> Series:
    """Return what one of a route's column is: the demand, or a matrix unit of the product."""
    use = problem.end_uses.get(route.serves)
    return use.demand if use is not None else (unit[route.serves],) * problem.periods


def running_cost(problem: Problem, route: Route, sizes: Series) -> FloatArray:
    """Return what amounts of a year cost besides their inputs, shape (T,) [MCNY]."""
    if not has_running_costs(problem):
        return np.zeros(problem.periods)
    technology = problem.technologies.get(route.owner)
    total = [Fraction(0)] * problem.periods
    if technology is not None and technology.variable_om is not None:
        total = list(technology.variable_om)
    for name, ratio in route.inputs if has_tariff(problem) and technology is None else ():
        each = profile_cost(problem, problem.end_uses[route.serves], name)
        total = [t + r * c for t, r, c in zip(total, ratio, each, strict=True)]
    return to_float([size * each / MEGA for size, each in zip(sizes, total, strict=True)])


def dear_slices(problem: Problem, route: Route, sizes: Series) -> FloatArray:
    """Return what amounts in each slice cost above the year's prices, shape (S, T) [MCNY]."""
    found = []
    if not has_tariff(problem):
        return np.zeros((len(problem.slices), problem.periods))
    for place in range(len(problem.slices)):
        pairs = zip(sizes, slice_cost(problem, route, place), strict=True)
        found.append(to_float([size * each / MEGA for size, each in pairs]))
    return np.array(found)


def dear_flow(problem: Problem, end_use: str) -> FloatArray:
    """Return what a whole end use without routes costs above the year's price (T,) [MCNY]."""
    use = problem.end_uses[end_use]
    if not has_tariff(problem) or use.carrier not in problem.carriers:
        return np.zeros(problem.periods)
    if any(route.serves == end_use for route in make_routes(problem)):
        return np.zeros(problem.periods)
    pairs = zip(use.demand, profile_cost(problem, use, use.carrier), strict=True)
    return to_float([demand * each / MEGA for demand, each in pairs])


@dataclass(frozen=True, slots=True)
class Saving:
    """Log savings of one decision on one end use.

    Parameters
    ----------
    decision, end_use : int
        Indices.
    log : FloatArray, shape (T,)
        At full saving.
    by_start : FloatArray, shape (T, T), or None
        Where age matters: weight of each year's decision column on each year's log.
    """

    decision: int
    end_use: int
    log: FloatArray
    by_start: FloatArray | None = None

    def of(self, path: FloatArray) -> FloatArray:
        """Return the log saving of a path of the decision, shape (T,)."""
        found: FloatArray = self.log * path if self.by_start is None else self.by_start @ path
        return found


@dataclass(frozen=True, slots=True)
class Layout:
    """Index arrays, scales and data in matrix units.

    Parameters
    ----------
    problem : Problem
        What is planned.
    builder : Builder
        Holds the columns; families add rows.
    factors : FloatArray, shape (T,)
        Discount factors of running costs.
    unit : dict of str to Fraction
        Carrier units per matrix unit.
    owned : dict of str to tuple of int
        Decision rows of each measure or option.
    savings_on : dict of int to tuple of Saving
        Savings on each end use, in their order.
    z, f, a, n, buy, e, use, q, pin, after, export, g : IntArray
        Column indices; the second axis is the year.
    w : IntArray, shape (R, S, T)
        What technologies serve or make in each slice; absent for other routes.
    em : dict of str to IntArray
        Emission columns ``s1, s2l, s2m, s3`` by site and year [kt].
    y : IntArray, shape (R, T)
        Existing stock taken out by a year.
    ccer, obl : IntArray
        Offsets surrendered in the emission trading scheme, shape (T,) or (0,), and emissions
        charged at the border, shape (C, T) [kt].
    s, ho, hg : IntArray
        Capacity of batteries [MWh], and what they move from own generation and from the grid.
    off, inv, bank : IntArray, shape (T,)
        Offsets [kt], investment and carried budget [MCNY].
    """

    problem: Problem
    builder: Builder
    factors: FloatArray
    unit: dict[str, Fraction]
    decisions: tuple[Decision, ...]
    owned: dict[str, tuple[int, ...]]
    end_uses: tuple[str, ...]
    routes: tuple[Route, ...]
    stocks: tuple[str, ...]
    purchases: tuple[tuple[str, str], ...]
    grid_sites: tuple[str, ...]
    sites: tuple[str, ...]
    pv: tuple[str, ...]
    claims: tuple[tuple[str, str], ...]
    borders: tuple[str, ...]
    storage: tuple[str, ...]
    savings: tuple[Saving, ...]
    savings_on: dict[int, tuple[Saving, ...]]
    reach: FloatArray
    z: IntArray
    f: IntArray
    a: IntArray
    w: IntArray
    n: IntArray
    buy: IntArray
    e: IntArray
    use: IntArray
    q: IntArray
    pin: IntArray
    after: IntArray
    export: IntArray
    g: IntArray
    em: dict[str, IntArray]
    y: IntArray
    ccer: IntArray
    obl: IntArray
    s: IntArray
    ho: IntArray
    hg: IntArray
    off: IntArray
    inv: IntArray
    bank: IntArray
    constant: float

    @property
    def periods(self) -> int:
        """Number of years."""
        return self.problem.periods

    @property
    def years(self) -> tuple[str, ...]:
        """Year labels."""
        return _labels(self.problem.years)

    def demand(self, end_use: str) -> FloatArray:
        """Return an end use's demand in matrix units of its own carrier."""
        use = self.problem.end_uses[end_use]
        scale = self.unit.get(use.carrier, Fraction(1))
        return to_float([value / scale for value in use.demand])

    def activity(self, index: int, place: int | None) -> IntArray:
        """Return the columns of a route in a slice; None: in the year."""
        found: IntArray = self.a[index] if place is None else self.w[index, place]
        return found

    def size(self, route: Route) -> Series:
        """Return what one of a route's column is: the demand, or a matrix unit of the product."""
        return column_size(self.problem, self.unit, route)

    def running_cost(self, route: Route) -> FloatArray:
        """Return what one of a route's column costs besides its inputs, discounted [MCNY]."""
        return self.factors * running_cost(self.problem, route, self.size(route))

    def flow(self, route: Route, name: str, ratio: Series) -> FloatArray:
        """Return matrix units of a carrier or product per one of the route's column."""
        scale = self.unit[name]
        return to_float([d * r / scale for d, r in zip(self.size(route), ratio, strict=True)])

    def factor_kt(self, values: Sequence[Fraction], carrier: str) -> FloatArray:
        """Turn a factor [t per unit] into kt per matrix unit."""
        scale = self.unit[carrier] / KILO
        return to_float([value * scale for value in values])

    def decisions_of(self, owner: str) -> list[int]:
        """Return the decision rows of a measure or option, first step first."""
        return list(self.owned.get(owner, ()))


def _owned(decisions: Sequence[Decision]) -> dict[str, tuple[int, ...]]:
    """Return the decision rows of each measure or option, first step first."""
    rows: dict[str, tuple[int, ...]] = {}
    for row, decision in enumerate(decisions):
        rows[decision.owner] = (*rows.get(decision.owner, ()), row)
    return rows


def _by_end_use(savings: Sequence[Saving]) -> dict[int, tuple[Saving, ...]]:
    found: dict[int, list[Saving]] = {}
    for saving in savings:
        found.setdefault(saving.end_use, []).append(saving)
    return {end_use: tuple(every) for end_use, every in found.items()}


@lru_cache(maxsize=16)
def _labels(years: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(str(year) for year in years)


def to_float(values: Sequence[Fraction]) -> FloatArray:
    """Return exact numbers as an array of floats."""
    if isinstance(values, tuple):
        whole = scaled(values)
        return np.array([value / whole.bottom for value in whole.top], dtype=np.float64)
    return np.array([value.numerator / value.denominator for value in values], dtype=np.float64)


def carrier_units(problem: Problem) -> dict[str, Fraction]:
    """Return units of a carrier or product per matrix unit: 1 GWh, or a power of ten near it."""
    units: dict[str, Fraction] = {}
    chained = _chained_amounts(problem)
    every: list[Carrier | Product] = [*problem.carriers.values(), *problem.products.values()]
    for carrier in every:
        if carrier.mwh_per_unit:
            units[carrier.id] = KILO / carrier.mwh_per_unit
            continue
        top = max(
            (max(use.demand) for use in problem.end_uses.values() if use.carrier == carrier.id),
            default=chained.get(carrier.id, Fraction(1)),
        )
        exponent = math.floor(math.log10(top)) if top > 0 else 0
        units[carrier.id] = Fraction(10) ** exponent
    return units


def _chained_amounts(problem: Problem) -> dict[str, Fraction]:
    """Return about how much chains of products take of each carrier and product, at most."""
    found: dict[str, Fraction] = {}
    for use in problem.end_uses.values() if problem.products else ():
        for name in {use.id, use.carrier} - {""}:
            found[name] = max(found.get(name, Fraction(0)), *use.demand)
    for _ in problem.products:
        for technology in problem.technologies.values():
            made = found.get(technology.serves, Fraction(0))
            for name, ratio in technology.inputs.items():
                found[name] = max(found.get(name, Fraction(0)), made * max(ratio))
    return found


@once
def make_decisions(problem: Problem) -> tuple[Decision, ...]:
    """Return the rows of cumulative binaries in stable order."""
    rows = []
    for measure in sorted(problem.measures.values(), key=lambda m: m.id):
        steps = min(measure.blocks, MAX_STEPS)
        for step in range(1, steps + 1):
            name = measure.id if steps == 1 else f"{measure.id}#{step}"
            rows.append(Decision(name, measure.id, step, steps, measure.continuous))
    rows.extend(
        Decision(option.id, option.id, 1, 1, continuous=False)
        for option in sorted(problem.pv.values(), key=lambda p: p.id)
    )
    return tuple(rows)


@once
def make_routes(problem: Problem) -> tuple[Route, ...]:
    """Return the routes of all routed end uses, then the makers of products.

    Of an end use: its incumbent or its technologies, then switches.
    """
    routes: list[Route] = []
    one = (Fraction(1),) * problem.periods
    ways = [m for m in problem.measures.values() if m.effect in {Effect.SWITCH, Effect.RECOVER}]
    routed = {t.serves for t in problem.technologies.values()}
    routed.update(name for measure in ways for name in measure.saving)
    for use in sorted(problem.end_uses.values(), key=lambda u: u.id):
        if use.id not in routed:
            continue
        own = [t for t in problem.technologies.values() if t.serves == use.id and not t.is_maker]
        if own:
            routes.extend(_route(t, "technology") for t in sorted(own, key=_key))
        else:
            taken = ((use.carrier, one),) if use.carrier else ()
            routes.append(Route(f"{use.id}/now", use.id, use.site, "incumbent", taken, ""))
        for measure in sorted(ways, key=_key):
            if use.id in measure.saving:
                kind = str(measure.effect)
                taken = ((measure.carrier_to, measure.input_ratio),) if measure.carrier_to else ()
                name = f"{use.id}/{measure.id}"
                routes.append(Route(name, use.id, use.site, kind, taken, measure.id))
    makers = [t for t in problem.technologies.values() if t.is_maker]
    routes.extend(_route(t, "maker") for t in sorted(makers, key=lambda t: (t.serves, t.id)))
    return tuple(routes)


def _route(technology: Technology, kind: str) -> Route:
    inputs = tuple(sorted(technology.inputs.items()))
    others = tuple(sorted(technology.by_products.items()))
    name, serves = technology.id, technology.serves
    return Route(name, serves, technology.site, kind, inputs, name, others)


def _key(item: Measure | Technology | PvOption) -> str:
    return item.id


def make_savings(
    problem: Problem, decisions: Sequence[Decision], end_uses: Sequence[str]
) -> tuple[Saving, ...]:
    """Return the log savings: ``ln((1 - r j/N) / (1 - r (j-1)/N))`` for step j of N."""
    where = {end_use: i for i, end_use in enumerate(end_uses)}
    found = []
    for index, decision in enumerate(decisions):
        measure = problem.measures.get(decision.owner)
        if measure is None or measure.effect not in {Effect.REDUCE, Effect.ABSOLUTE}:
            continue
        for end_use in sorted(measure.saving):
            share = to_float(measure.saving[end_use])
            upper = 1 - share * decision.step / decision.steps
            lower = 1 - share * (decision.step - 1) / decision.steps
            weights = _by_start(measure, share) if is_ageing(measure) else None
            found.append(Saving(index, where[end_use], np.log(upper / lower), weights))
    return tuple(found)


def _by_start(measure: Measure, share: FloatArray) -> FloatArray:
    """Return ``W`` with ``v_t = sum over s of W[t, s] z_s = sum of l(t - s) (z_s - z_{s-1})``."""
    periods = len(share)
    reached = np.array([float(share_at(measure, age)) for age in range(periods)])
    weights = np.zeros((periods, periods))
    for start in range(periods):
        log = np.log(1 - share[start:] * reached[: periods - start])
        weights[start:, start] += log
        if start:
            weights[start:, start - 1] -= log
    return weights


def _reach(savings: Sequence[Saving], end_uses: int, periods: int) -> FloatArray:
    """Return the least and largest log saving of each end use, shape (E, T, 2)."""
    reach = np.zeros((end_uses, periods, 2))
    for saving in savings:
        reach[saving.end_use, :, 0] += np.minimum(saving.log, 0)
        reach[saving.end_use, :, 1] += np.maximum(saving.log, 0)
    return reach


def make_layout(problem: Problem) -> Layout:
    """Return the columns of a problem; rows are added by the families."""
    return _Maker(problem).layout()


class _Maker:
    """Builds one layout; lives only inside `make_layout`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.builder = Builder()
        self.years = tuple(str(year) for year in problem.years)
        self.df = to_float(problem.running())
        self.unit = carrier_units(problem)
        self.decisions = make_decisions(problem)
        self.end_uses = tuple(sorted(problem.end_uses))
        self.routes = make_routes(problem)
        self.savings = make_savings(problem, self.decisions, self.end_uses)
        self.reach = _reach(self.savings, len(self.end_uses), problem.periods)
        self.sites = tuple(sorted(problem.sites))
        self.pv = tuple(sorted(problem.pv))
        self.stocks = tuple(
            r.owner
            for r in self.routes
            if r.is_technology and problem.technologies[r.owner].unit_size is not None
        )
        self.claims = tuple(
            (contract.id, site)
            for contract in sorted(problem.contracts.values(), key=lambda c: c.id)
            for site in sorted(contract.sites)
        )
        self.purchases, self.grid_sites = self._who_buys()

    def _who_buys(self) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        problem = self.problem
        pairs = {
            (use.site, use.carrier)
            for use in problem.end_uses.values()
            if use.carrier and not any(t.serves == use.id for t in problem.technologies.values())
        }
        pairs |= {(route.site, name) for route in self.routes for name, _ in route.inputs}
        pairs = {(site, name) for site, name in pairs if name in problem.carriers}
        power = problem.electricity()
        grid = {site for site, carrier in pairs if carrier == power}
        grid |= {m.site for m in problem.measures.values() if any(m.aux)}
        grid |= {option.site for option in problem.pv.values()}
        grid |= {battery.site for battery in problem.storage.values()}
        fuels = tuple(sorted(pair for pair in pairs if pair[1] != power))
        return fuels, tuple(sorted(grid)) if power else ()

    def layout(self) -> Layout:
        em = self._emission_columns()
        return Layout(
            problem=self.problem,
            builder=self.builder,
            factors=self.df,
            unit=self.unit,
            decisions=self.decisions,
            owned=_owned(self.decisions),
            end_uses=self.end_uses,
            routes=self.routes,
            stocks=self.stocks,
            purchases=self.purchases,
            grid_sites=self.grid_sites,
            sites=self.sites,
            pv=self.pv,
            claims=self.claims,
            borders=tuple(sorted(self.problem.borders)),
            storage=tuple(sorted(self.problem.storage)),
            savings=self.savings,
            savings_on=_by_end_use(self.savings),
            reach=self.reach,
            z=self._decision_columns(),
            f=self._flow_columns(),
            a=self._route_columns(),
            w=self._slice_columns(),
            n=self._stock_columns(),
            buy=self._purchase_columns(),
            **self._electricity_columns(),
            g=self._claim_columns(),
            em=em,
            y=self._retirement_columns(),
            ccer=self._surrender_columns(),
            obl=self._border_columns(),
            **self._storage_columns(),
            **self._group_columns(),
            constant=fixed_cost(self.problem),
        )

    def _var(self, name: str, ids: Sequence[str], **options: object) -> IntArray:
        shape = (len(ids), self.problem.periods)
        return self.builder.var(name, shape, labels=(ids, self.years), **options)  # type: ignore[arg-type]

    def _stack(self, rows: Sequence[Sequence[float] | FloatArray]) -> FloatArray:
        empty = np.zeros((0, self.problem.periods))
        return np.array(rows, dtype=np.float64) if len(rows) else empty

    def _decision_columns(self) -> IntArray:
        costs = self._stack([self._decision_costs(decision) for decision in self.decisions])
        whole = np.array([not d.continuous for d in self.decisions], dtype=bool).reshape(-1, 1)
        return self._var("z", [d.id for d in self.decisions], ub=1.0, cost=costs, integer=whole)

    def _decision_costs(self, decision: Decision) -> FloatArray:
        measure = self.problem.measures.get(decision.owner)
        if measure is None:
            return np.zeros(self.problem.periods)
        return np.array(measure_costs(self.problem, measure)) / (decision.steps * MEGA)

    def _flow_columns(self) -> IntArray:
        low, high = np.exp(self.reach[:, :, 0]), np.exp(self.reach[:, :, 1])
        costs = self._stack([self.df * dear_flow(self.problem, use) for use in self.end_uses])
        return self._var("f", self.end_uses, lb=low, ub=high, cost=costs)

    def _route_columns(self) -> IntArray:
        pairs = self._sized(range(len(self.routes)))
        costs = self._stack([self.df * running_cost(self.problem, *pair) for pair in pairs])
        return self._var("a", [route.id for route in self.routes], cost=costs)

    def _slice_columns(self) -> IntArray:
        problem = self.problem
        shape = (len(self.routes), len(problem.slices), problem.periods)
        found = np.full(shape, ABSENT, dtype=np.int64)
        mine = [i for i, route in enumerate(self.routes) if route.is_technology]
        if problem.slices and mine:
            names = [self.routes[i].id for i in mine], [s.id for s in problem.slices], self.years
            costs = np.array([self.df * dear_slices(problem, *pair) for pair in self._sized(mine)])
            found[mine] = self.builder.var("w", (len(mine), *shape[1:]), labels=names, cost=costs)
        return found

    def _sized(self, rows: Sequence[int]) -> Iterator[tuple[Route, Series]]:
        for row in rows:
            yield self.routes[row], column_size(self.problem, self.unit, self.routes[row])

    def _stock_columns(self) -> IntArray:
        technologies = [self.problem.technologies[name] for name in self.stocks]
        costs = self._stack([to_float(unit_costs(self.problem, t)) / MEGA for t in technologies])
        top = self._stack([_units_allowed(self.problem, t) for t in technologies])
        whole = np.array([not t.continuous for t in technologies], dtype=bool).reshape(-1, 1)
        return self._var("n", self.stocks, ub=top, cost=costs, integer=whole)

    def _money(self, values: Sequence[Fraction], carrier: str) -> FloatArray:
        return self.df * to_float([v * self.unit[carrier] / MEGA for v in values])

    def _purchase_columns(self) -> IntArray:
        costs = [self._money(self.problem.price(s, c), c) for s, c in self.purchases]
        return self._var("buy", [f"{s}/{c}" for s, c in self.purchases], cost=self._stack(costs))

    def _electricity_columns(self) -> dict[str, IntArray]:
        power = self.problem.electricity()
        options = [self.problem.pv[name] for name in self.pv]
        price = [self._money(self.problem.price(s, power), power) for s in self.grid_sites]
        within = [self._money(o.self_price, power) for o in options]
        later = [self._money(o.after_price, power) for o in options]
        revenue = [
            -self._money(o.export_price, power) if o.export_price else np.zeros(len(self.df))
            for o in options
        ]
        capacity = np.array([float(o.max_kw / KILO) for o in options]).reshape(-1, 1)
        build = self._stack([generation_costs(self.problem, o) for o in options]) * KILO / MEGA
        return {
            "e": self._var("e", self.grid_sites, cost=self._stack(price)),
            "use": self._var("use", self.grid_sites),
            "q": self._var("q", self.pv, ub=capacity, cost=build),
            "pin": self._var("pin", self.pv, cost=self._stack(within)),
            "after": self._var("after", self.pv, cost=self._stack(later)),
            "export": self._var("export", self.pv, cost=self._stack(revenue)),
        }

    def _claim_columns(self) -> IntArray:
        power = self.problem.electricity()
        costs = [self._money(self.problem.contracts[c].premium, power) for c, _ in self.claims]
        open_ = [
            [
                np.inf if year >= self.problem.contracts[c].first_year else 0.0
                for year in self.problem.years
            ]
            for c, _ in self.claims
        ]
        names = [f"{c}@{s}" for c, s in self.claims]
        return self._var("g", names, ub=self._stack(open_), cost=self._stack(costs))

    def _emission_columns(self) -> dict[str, IntArray]:
        return {
            name: self._var(name, self.sites, lb=-np.inf, cost=self._carbon(name))
            for name in ("s1", "s2l", "s2m", "s3")
        }

    def _carbon(self, name: str) -> FloatArray:
        total = np.zeros(self.problem.periods)
        for price in (self.problem.ets, self.problem.internal):
            if price is not None and name in emission_columns(price.scopes, str(price.method)):
                total = total + self.df * to_float(price.price) * KILO / MEGA
        return np.broadcast_to(total, (len(self.sites), self.problem.periods))

    def _group_columns(self) -> dict[str, IntArray]:
        offsets, budget = self.problem.offsets, self.problem.budget
        years = range(self.problem.periods)
        open_ = np.zeros(self.problem.periods)
        cost = np.zeros(self.problem.periods)
        if offsets is not None:
            first = neutral_from(self.problem)
            open_ = np.array([np.inf if t >= first else 0.0 for t in years])
            cost = self.df * to_float(offsets.price) * KILO / MEGA
        carry = np.inf if budget is not None and budget.carry_over else 0.0
        shape = (self.problem.periods,)
        labels = (self.years,)
        return {
            "off": self.builder.var("off", shape, ub=open_, cost=cost, labels=labels),
            "inv": self.builder.var("inv", shape, lb=-np.inf, labels=labels),
            "bank": self.builder.var("bank", shape, ub=carry, labels=labels),
        }

    def _retirement_columns(self) -> IntArray:
        pairs = retirable(self.problem)
        costs = [
            telescope([float(cost) / MEGA for cost in retirement_costs(self.problem, *pair)])
            for pair in pairs
        ]
        names = [cohort.id for _, cohort in pairs]
        return self._var("y", names, ub=1.0, cost=self._stack(costs), integer=True)

    def _surrender_columns(self) -> IntArray:
        ets = self.problem.ets
        if ets is None or ets.surrender is None:
            return np.zeros(0, dtype=np.int64)
        cost, most = surrender_terms(self.problem)
        shape, labels = (self.problem.periods,), (self.years,)
        return self.builder.var("ccer", shape, ub=most, cost=cost, labels=labels)

    def _storage_columns(self) -> dict[str, IntArray]:
        power = self.problem.electricity()
        batteries = [self.problem.storage[name] for name in sorted(self.problem.storage)]
        names = [battery.id for battery in batteries]
        build = [built_costs(self.problem, battery) for battery in batteries]
        most = [
            [
                float(battery.max_kwh / KILO) * is_open
                for is_open in ready_years(self.problem, battery)
            ]
            for battery in batteries
        ]
        gain = [-self._money(battery.spread, power) for battery in batteries]
        return {
            "s": self._var("s", names, ub=self._stack(most), cost=self._stack(build) * KILO / MEGA),
            "ho": self._var("ho", names),
            "hg": self._var("hg", names, cost=self._stack(gain)),
        }

    def _border_columns(self) -> IntArray:
        borders = [self.problem.borders[name] for name in sorted(self.problem.borders)]
        costs = [border_cost(self.problem, border) for border in borders]
        return self._var("obl", [border.id for border in borders], cost=self._stack(costs))


def fixed_cost(problem: Problem) -> float:
    """Return the cost that no decision changes: upkeep of the stock, free allowances [MCNY]."""
    factors = to_float(problem.running())
    total = float(kept_stock_cost(problem)) / MEGA
    for price in (problem.ets, problem.internal):
        if price is not None:
            due = to_float([p * free for p, free in zip(price.price, price.free, strict=True)])
            total -= float(np.sum(factors * due)) / MEGA
    return total


def surrender_terms(problem: Problem) -> tuple[FloatArray, FloatArray]:
    """Return cost [MCNY/kt] and most [kt] of offsets surrendered instead of allowances, (T,)."""
    ets = problem.ets
    assert ets is not None  # noqa: S101 - the caller has checked
    assert ets.surrender is not None  # noqa: S101 - as above
    factors = to_float(problem.running())
    gain = [q - p for p, q in zip(ets.price, ets.surrender.price, strict=True)]
    most = np.full(problem.periods, np.inf)
    if ets.surrender.limit is not None:
        most = to_float([value / KILO for value in ets.surrender.limit])
    is_cheaper = np.array([value < 0 for value in gain])
    return factors * to_float(gain) * KILO / MEGA, np.where(is_cheaper, most, 0.0)


def border_cost(problem: Problem, border: Border) -> FloatArray:
    """Return the discounted cost of a charged kt, shape (T,) [MCNY]."""
    factors = to_float(problem.running())
    return factors * to_float(border.net_price()) * KILO / MEGA


def ready_years(problem: Problem, owner: PvOption | Storage) -> tuple[bool, ...]:
    """Say for each year whether a thing may be in operation."""
    ready = owner.first_year + owner.lead_years
    early = max(problem.frozen_until, owner.lead_years)
    return tuple(year >= ready and index >= early for index, year in enumerate(problem.years))


_AMPLE = 1000  # times what serves the end use: bounds beyond it only spoil the scaling


def _units_allowed(problem: Problem, technology: Technology) -> list[float]:
    first = technology.first_year + technology.lead_years
    use = problem.end_uses.get(technology.serves)
    ample = np.inf
    if use is not None and technology.unit_size:
        ample = float(math.ceil(max(use.demand) / technology.unit_size) * _AMPLE + 1)
    return [
        min(float(technology.max_units[index]), ample)
        if year >= first and index >= technology.lead_years and index >= problem.frozen_until
        else 0.0
        for index, year in enumerate(problem.years)
    ]


def emission_columns(scopes: frozenset[int], method: str) -> tuple[str, ...]:
    """Return the emission columns that make up some scopes under a method."""
    second = "s2m" if method == "market" else "s2l"
    names = {1: "s1", 2: second, 3: "s3"}
    return tuple(names[scope] for scope in sorted(scopes))


def neutral_from(problem: Problem) -> int:
    """Return the year index from which neutrality targets hold; past the end when none."""
    starts = [
        min(target.levels)
        for target in problem.targets.values()
        if target.kind == "neutrality" and target.levels
    ]
    return min(starts, default=problem.periods)
