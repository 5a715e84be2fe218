"""The simulator in floats over many draws at once: a fixed plan in a future that differs.

Decisions stay as planned (or late); activity, factors, prices and savings come from the draws.
What serves an end use keeps its planned share, within its limits; what no route can serve is a
shortage. Agrees with `simulate` to 1e-9 where a draw changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Effect, Ownership
from tanlu.roadmap.ageing import aged
from tanlu.roadmap.chain import Level, availability, follow
from tanlu.roadmap.economics import discount_factors, horizon_discount
from tanlu.roadmap.layout import emission_columns, make_routes, to_float
from tanlu.roadmap.outlay import investment_of, technology_om
from tanlu.roadmap.problem import ContractKind, TargetKind
from tanlu.roadmap.simulate import (
    ONE,
    ZERO,
    built_shares,
    nothing,
    simulate,
    stock_upkeep,
    technology_investment,
)
from tanlu.roadmap.storage import at_site
from tanlu.roadmap.tariff import has_tariff, profile_cost, slice_cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.problem import CarbonPrice, Measure, Problem, PvOption
    from tanlu.roadmap.route import Route
    from tanlu.roadmap.simulate import Choices

    BoolArray = NDArray[np.bool_]

LATEST = 10  # longest delay in years that a draw may ask for
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Draws:
    """What differs from the plan in each draw; a missing entry means nothing does.

    Parameters
    ----------
    count : int
        Number of draws K.
    activity : FloatArray, shape (K, T) or (1, 1)
        Factor on every demand and on output.
    ef, price : Mapping[str, FloatArray], shape (K, T)
        Factor on a carrier's emission factor, and on its price.
    saving : Mapping[str, FloatArray], shape (K, 1)
        Factor on the saved share, by kind of measure.
    delay : Mapping[str, IntArray], shape (K,)
        Years late, by kind of measure or by generator.
    """

    count: int
    activity: FloatArray = field(default_factory=lambda: np.ones((1, 1)))
    ef: Mapping[str, FloatArray] = field(default_factory=dict)
    price: Mapping[str, FloatArray] = field(default_factory=dict)
    saving: Mapping[str, FloatArray] = field(default_factory=dict)
    delay: Mapping[str, IntArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Results by draw.

    Parameters
    ----------
    emissions : Mapping[str, FloatArray], shape (K, T)
        ``s1, s2l, s2m, s3`` [tCO2e].
    topped_s2m : FloatArray, shape (K, T)
        Market-based scope 2 when all that may be claimed is claimed [tCO2e].
    use, renewable, topped_renewable : FloatArray, shape (K, T)
        Electricity [electricity units].
    coal : Mapping[str, FloatArray], shape (K, T)
        Energy bought by convention [tce].
    output : FloatArray, shape (K, T)
        Output of the company.
    npv, steering_npv : FloatArray, shape (K,)
        Present value of the cash lines, and of the internal price [CNY].
    short : BoolArray, shape (K,)
        Draws in which some demand cannot be served.
    by_site, base_by_site : Mapping
        `emissions` by site, with the plan and without it (only where a target compares them).
    """

    emissions: Mapping[str, FloatArray]
    topped_s2m: FloatArray
    use: FloatArray
    renewable: FloatArray
    topped_renewable: FloatArray
    coal: Mapping[str, FloatArray]
    output: FloatArray
    npv: FloatArray
    steering_npv: FloatArray
    short: BoolArray
    flows: Mapping[str, FloatArray]
    served: Mapping[str, FloatArray]
    by_site: Mapping[str, Mapping[str, FloatArray]]
    base_by_site: Mapping[str, Mapping[str, FloatArray]]


class Twin:
    """A plan's facts as arrays; `run` answers any number of draws.

    Parameters
    ----------
    problem : Problem
        What was planned.
    choices : Choices
        The plan.
    """

    def __init__(self, problem: Problem, choices: Choices) -> None:
        self.problem, self.choices = problem, choices
        self.result = simulate(problem, choices)
        self.routes = make_routes(problem)
        self.power = problem.electricity()
        self.built = {n: to_float(p) for n, p in built_shares(problem, choices).items()}
        shares = built_shares(problem, choices)
        self.aged = {n: to_float(aged(m, shares[n])) for n, m in problem.measures.items()}
        self.factors = to_float(discount_factors(problem.years, problem.rate))
        self.running = to_float(problem.running())
        self.horizon = float(horizon_discount(problem.years, problem.rate))
        is_chained = bool(problem.products)
        flows = {n: to_float(path) for n, path in self.result.flows.items() if is_chained}
        amounts = {n: to_float(path) for n, path in self.result.served.items() if is_chained}
        self.level = Level(flows, amounts)
        self._late_investment = lru_cache(maxsize=None)(self._investment)

    def run(self, draws: Draws) -> Outcomes:
        """Return the results of some draws."""
        return _Run(self, draws).outcomes()

    def late(self, path: FloatArray, years: int) -> FloatArray:
        """Return a path shifted by some years."""
        return np.concatenate([np.zeros(years), path[: len(path) - years]]) if years else path

    def _investment(self, name: str, years: int) -> tuple[FloatArray, float]:
        """Return the payments of a measure or generator begun late, and what is left of it."""
        owner: Measure | PvOption
        if name in self.problem.measures:
            owner = self.problem.measures[name]
            path = built_shares(self.problem, self.choices)[name]
        else:
            owner, path = self.problem.pv[name], self.choices.capacity[name]
        moved = (ZERO,) * years + tuple(path[: len(path) - years])
        paid, worth = investment_of(self.problem, owner, moved)
        return to_float(paid), float(worth)

    def investment(self, name: str, years: int) -> tuple[FloatArray, float]:
        """Return the yearly payments [CNY] and the worth left at the horizon [CNY]."""
        return self._late_investment(name, years)


class _Run:
    """One batch of draws; lives only inside `Twin.run`."""

    def __init__(self, twin: Twin, draws: Draws) -> None:
        self.twin, self.draws, self.problem = twin, draws, twin.problem
        self.shape = (draws.count, self.problem.periods)
        self.short = np.zeros(draws.count, dtype=bool)
        self.by_site: dict[str, dict[str, FloatArray]] = {}
        self.built = {n: self._late(p, self._kind(n)) for n, p in twin.built.items()}
        self.flows = {name: self._flow(name) for name in self.problem.end_uses}

    def _kind(self, name: str) -> str:
        return self.problem.measures[name].kind

    def _late(self, path: FloatArray, key: str) -> FloatArray:
        """Return a path by draw, shape (K, T) or (1, T)."""
        years = self._delay(key)
        if years is None:
            return path[None, :]
        most = int(years.max(initial=0))
        table = np.array([self.twin.late(path, d) for d in range(most + 1)])
        moved: FloatArray = table[years]
        return moved

    def _delay(self, key: str) -> IntArray | None:
        for name in (key, key.partition("@")[0], "*"):
            if name in self.draws.delay:
                return np.minimum(self.draws.delay[name], min(LATEST, self.problem.periods))
        return None

    def _demand(self, name: str) -> FloatArray:
        demand: FloatArray = to_float(self.problem.end_uses[name].demand) * self.draws.activity
        return demand

    def _flow(self, name: str) -> FloatArray:
        use = self.problem.end_uses[name]
        factor, active = np.ones((1, 1)), np.zeros((1, 1), dtype=bool)
        for measure in self.problem.measures.values():
            reduces = measure.effect in {Effect.REDUCE, Effect.ABSOLUTE}
            if reduces and name in measure.saving and self.twin.built[measure.id].any():
                share = to_float(measure.saving[name]) * self._saving(measure)
                factor = factor * (1 - share * self._late(self.twin.aged[measure.id], measure.kind))
                active = active | (self.built[measure.id] > 0)
        demand = self._demand(name)
        step = float(use.quantum)
        return np.where(active, _rounded(demand * factor, step), demand)

    def _saving(self, measure: Measure) -> FloatArray:
        return self.draws.saving.get(measure.kind, np.ones((1, 1)))

    def _step(self, carrier: str) -> float:
        return float(self.problem.carriers[carrier].quantum)

    def _served(self) -> dict[str, FloatArray]:
        served: dict[str, FloatArray] = {}
        by_use: dict[str, list[Route]] = {}
        for route in self.twin.routes:
            if route.kind != "maker":
                by_use.setdefault(route.serves, []).append(route)
        for end_use, mine in by_use.items():
            served.update(self._shared(end_use, mine))
        return served | self._made(served)

    def _made(self, served: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return what makers make: their planned part of what is taken, within their limits."""
        if not self.problem.products:
            return {}
        limits = {r.id: self._limit(r) for r in self.twin.routes if r.kind == "maker"}
        made = follow(self.problem, self.twin.level, Level(self.flows, served), limits)
        for name, amount in made.items():
            step = float(self.problem.quantum(self.problem.technologies[name].serves))
            over = amount - limits[name] - 2 * step - NOISE * np.maximum(amount, 1)
            self.short |= np.any(np.broadcast_to(over, self.shape) > 0, axis=1)
        return made

    def _shared(self, end_use: str, mine: list[Route]) -> dict[str, FloatArray]:
        """Give each route its planned share within its limit; then to those that have room."""
        flow = self.flows[end_use]
        plan = to_float(self.twin.result.flows[end_use])
        parts = {r.id: to_float(self.twin.result.served[r.id]) for r in mine}
        step = float(self.problem.end_uses[end_use].quantum)
        limits = {r.id: self._limit(r) for r in mine}
        served, rest = {}, np.broadcast_to(flow, self.shape).copy()
        for route in mine:
            share = np.divide(parts[route.id], plan, out=np.zeros_like(plan), where=plan > 0)
            served[route.id] = np.minimum(flow * share, limits[route.id] + step)
            rest = rest - served[route.id]
        rest = np.where(np.abs(rest) <= NOISE * np.maximum(flow, 1), 0.0, rest)
        order = sorted(mine, key=lambda r: (r.kind == "recover", -parts[r.id].sum(), r.id))
        for route in order:
            room = np.minimum(np.maximum(limits[route.id] - served[route.id], 0), rest)
            served[route.id] = served[route.id] + room
            rest = rest - room
        over = (2 * step + NOISE * np.maximum(flow, 1)) * len(mine)
        self.short |= np.any(rest > over, axis=1)
        served[order[0].id] = served[order[0].id] + np.where(rest > 0, rest, 0.0)
        return served

    def _limit(self, route: Route) -> FloatArray:
        if route.is_technology:
            return (self._capacity(route.owner) * self._used_part(route))[None, :]
        demand, owner = self._demand(route.serves), self.problem.measures.get(route.owner)
        room = demand * self._headroom(route.serves)
        if owner is None:
            return room * self._left_open(route.serves)
        open_ = room * to_float(owner.saving[route.serves]) * self.built[owner.id]
        if route.kind == "recover":
            source = self.flows[owner.source_end_use] * float(owner.source_share)
            return np.minimum(open_, source)
        return open_

    def _used_part(self, route: Route) -> FloatArray:
        """Return the share of a capacity that can be used in the planned slices (T,)."""
        technology = self.problem.technologies[route.owner]
        even = float(availability(self.problem, route.owner))
        planned = self.twin.choices.sliced.get(route.id, ())
        part = np.full(self.problem.periods, np.inf if planned else even)
        whole = to_float(self.twin.result.served[route.id])
        for one, free, path in zip(
            self.problem.slices, technology.availability, planned, strict=bool(planned)
        ):
            share = np.divide(to_float(path), whole, out=np.zeros_like(whole), where=whole > 0)
            most = np.full_like(whole, float(one.share * free))
            part = np.minimum(part, np.divide(most, share, out=np.full_like(part, np.inf),
                                              where=share > 0))  # fmt: skip
        return np.where(np.isfinite(part), part, even)

    def _headroom(self, end_use: str) -> FloatArray:
        most = np.ones(self.problem.periods)
        for measure in self.problem.measures.values():
            if measure.effect in {Effect.REDUCE, Effect.ABSOLUTE} and end_use in measure.saving:
                most = most * (1 - np.minimum(to_float(measure.saving[end_use]), 0))
        return most

    def _left_open(self, end_use: str) -> FloatArray:
        left = np.ones((1, self.problem.periods))
        for measure in self.problem.measures.values():
            if measure.effect is Effect.SWITCH and end_use in measure.saving:
                left = left - self.built[measure.id] * to_float(measure.saving[end_use])
        return left

    def _capacity(self, name: str) -> FloatArray:
        technology = self.problem.technologies[name]
        if technology.existing is None:
            return np.full(self.problem.periods, np.inf)
        none = (ZERO,) * self.problem.periods
        gone = [
            to_float(cohort.capacity) * to_float(self.twin.choices.retired.get(cohort.id, none))
            for cohort in technology.cohorts
        ]
        counts = np.array(self.twin.choices.units.get(name, ()), dtype=np.float64)
        alive = np.array(
            [counts[max(0, t - technology.life + 1) : t + 1].sum() for t in range(len(counts))]
        )
        left = to_float(technology.existing) - sum(gone, np.zeros(self.problem.periods))
        return left + alive * float(technology.unit_size or 0)

    def _bought(self, served: Mapping[str, FloatArray]) -> dict[tuple[str, str], FloatArray]:
        total: dict[tuple[str, str], FloatArray] = {}
        routed = {route.serves for route in self.twin.routes}
        for use in self.problem.end_uses.values():
            if use.id not in routed and use.carrier in self.problem.carriers:
                _put(total, (use.site, use.carrier), self.flows[use.id])
        for route in self.twin.routes:
            for name, each in route.inputs:
                if name in self.problem.carriers:
                    ratio = to_float(each)
                    amount = _rounded(served[route.id] * ratio, self._step(name))
                    amount = np.where(ratio == 1, served[route.id], amount)
                    _put(total, (route.site, name), amount)
        return total

    def outcomes(self) -> Outcomes:
        """Return everything about these draws."""
        served = self._served()
        bought = self._bought(served)
        supply = _Supply(self, bought)
        emissions = self._emissions(bought, supply)
        npv, steering = self._present_value(bought, supply, emissions, served)
        renewable, topped = supply.renewable()
        conventions = {k for c in self.problem.carriers.values() for k in c.kgce}
        return Outcomes(
            emissions=emissions,
            topped_s2m=emissions["s2m"] - supply.topped_saving(),
            use=self._full(sum(supply.use.values())),
            renewable=self._full(renewable),
            topped_renewable=self._full(topped),
            coal={name: self._coal(bought, name) for name in sorted(conventions)},
            output=self._full(to_float(self.problem.output) * self.draws.activity),
            npv=npv,
            steering_npv=steering,
            short=self.short,
            flows=self.flows,
            served=served,
            by_site=self.by_site,
            base_by_site=self._baseline(),
        )

    def _baseline(self) -> Mapping[str, Mapping[str, FloatArray]]:
        """Return what each site would emit in these draws without the plan, if a target asks."""
        kinds = {target.kind for target in self.problem.targets.values()}
        if TargetKind.EQUITY not in kinds:
            return {}
        bare = replace(self.problem, targets={})
        return Twin(bare, nothing(bare)).run(self.draws).by_site

    def _full(self, values: FloatArray | float) -> FloatArray:
        return np.broadcast_to(np.asarray(values, dtype=np.float64), self.shape)

    def _coal(self, bought: Mapping[tuple[str, str], FloatArray], name: str) -> FloatArray:
        total = np.zeros(self.shape)
        for (_, carrier), amount in bought.items():
            total = total + amount * float(self.problem.carriers[carrier].kgce.get(name, 0)) / 1000
        return total

    def ef(self, carrier: str) -> FloatArray:
        """Return the factor on a carrier's emission factor."""
        return self.draws.ef.get(carrier, np.ones((1, 1)))

    def _emissions(
        self, bought: Mapping[tuple[str, str], FloatArray], supply: _Supply
    ) -> dict[str, FloatArray]:
        names = ("s1", "s2l", "s2m", "s3")
        self.by_site = {
            site: {name: np.zeros(self.shape) for name in names} for site in self.problem.sites
        }
        for (site, name), amount in bought.items():
            total = self.by_site[site]
            carrier, turn = self.problem.carriers[name], self.ef(name)
            mine = amount * to_float(self.problem.ef(site, name)) * turn
            total["s3"] = total["s3"] + amount * to_float(carrier.ef_scope3)
            if carrier.electricity:
                market = to_float(self.problem.ef_market(site, name)) * turn
                total["s2l"] = total["s2l"] + mine
                total["s2m"] = total["s2m"] + supply.residual[site] * market
            elif carrier.scope == 2:  # noqa: PLR2004 - the scope
                total["s2l"], total["s2m"] = total["s2l"] + mine, total["s2m"] + mine
            else:
                scope = "s1" if carrier.scope == 1 else "s3"
                total[scope] = total[scope] + mine
        return {
            name: sum((mine[name] for mine in self.by_site.values()), np.zeros(self.shape))
            for name in names
        }

    def _price(self, site: str, carrier: str) -> FloatArray:
        return to_float(self.problem.price(site, carrier)) * self._price_turn(carrier)

    def _present_value(
        self,
        bought: Mapping[tuple[str, str], FloatArray],
        supply: _Supply,
        emissions: Mapping[str, FloatArray],
        served: Mapping[str, FloatArray],
    ) -> tuple[FloatArray, FloatArray]:
        energy = np.zeros(self.shape)
        for (site, name), amount in bought.items():
            energy = energy + amount * self._price(site, name)
        energy = energy + self._dear(served)
        capex, worth = self._investments()
        out = to_float(stock_upkeep(self.problem, self.twin.choices)[1])[None, :]
        invested = self._total([capex, self._avoided(), out])
        lines = [
            energy + supply.bill,
            supply.contracts,
            supply.export,
            self._om(served) + supply.om,
        ]
        cash = self._total([*lines, self._offsets()])
        cash = cash + self._carbon(self.problem.ets, emissions) + self._border()
        internal = self._carbon(self.problem.internal, emissions)
        npv = invested @ self.twin.factors + cash @ self.twin.running - self.twin.horizon * worth
        return np.broadcast_to(npv, self.shape[:1]), internal @ self.twin.running

    def _dear(self, served: Mapping[str, FloatArray]) -> FloatArray:
        """Return what dear slices add to the year's prices, spread as planned [CNY]."""
        total = np.zeros((1, self.problem.periods))
        if not has_tariff(self.problem):
            return total
        routed = {route.serves for route in self.twin.routes}
        for use in self.problem.end_uses.values():
            if use.id not in routed and use.carrier in self.problem.carriers:
                each = to_float(profile_cost(self.problem, use, use.carrier))
                total = total + self.flows[use.id] * each * self._price_turn(use.carrier)
        for route in self.twin.routes:
            for name, ratio in route.inputs:
                each = to_float(ratio) * self._dear_mean(route, name)
                total = total + served[route.id] * each * self._price_turn(name)
        return total

    def _dear_mean(self, route: Route, name: str) -> FloatArray:
        """Return by how much a carrier is dearer in the planned slices of a route [CNY/unit]."""
        if name not in self.problem.carriers:
            return np.zeros(self.problem.periods)
        if not route.is_technology:
            return to_float(profile_cost(self.problem, self.problem.end_uses[route.serves], name))
        whole = to_float(self.twin.result.served[route.id])
        bare = replace(route, inputs=((name, (ONE,) * self.problem.periods),))
        total = np.zeros(self.problem.periods)
        for place, path in enumerate(self.twin.choices.sliced.get(route.id, ())):
            total = total + to_float(path) * to_float(slice_cost(self.problem, bare, place))
        return np.divide(total, whole, out=np.zeros_like(whole), where=whole > 0)

    def _price_turn(self, carrier: str) -> FloatArray:
        return self.draws.price.get(carrier, np.ones((1, 1)))

    def _total(self, lines: list[FloatArray]) -> FloatArray:
        """Return the sum of cost lines, each in whole units of money."""
        return sum((_rounded(np.asarray(line), 1.0) for line in lines), np.zeros(self.shape))

    def _investments(self) -> tuple[FloatArray, FloatArray]:
        paid, worth = np.zeros((1, self.problem.periods)), np.zeros(1)
        names = [n for n, path in self.twin.built.items() if path.any()]
        names += [o.id for o in self.problem.pv.values() if o.ownership is Ownership.OWN
                  and any(self.twin.choices.capacity[o.id])]  # fmt: skip
        for name in names:
            key = self._kind(name) if name in self.problem.measures else name
            years = self._delay(key)
            most = 0 if years is None else int(years.max(initial=0))
            table = [self.twin.investment(name, d) for d in range(most + 1)]
            index = np.zeros(1, dtype=np.int64) if years is None else years
            paid = paid + np.array([row for row, _ in table])[index]
            worth = worth + np.array([left for _, left in table])[index]
        for battery in self.problem.storage.values():
            line, kept = investment_of(self.problem, battery, self.twin.choices.stored[battery.id])
            paid, worth = paid + to_float(line), worth + float(kept)
        units, left = technology_investment(self.problem, self.twin.choices)
        return paid + to_float(units), worth + float(left)

    def _om(self, served: Mapping[str, FloatArray]) -> FloatArray:
        total = to_float(technology_om(self.problem, self.twin.choices))[None, :]
        for technology in self.problem.technologies.values():
            if technology.variable_om is not None:
                total = total + served[technology.id] * to_float(technology.variable_om)
        for measure in self.problem.measures.values():
            total = total + self.built[measure.id] * to_float(measure.om)
        for battery in self.problem.storage.values():
            total = total + to_float(self.twin.choices.stored[battery.id]) * to_float(battery.om)
        return total

    def _avoided(self) -> FloatArray:
        total = np.zeros((1, self.problem.periods))
        for measure in self.problem.measures.values():
            if measure.host_year is not None:
                at = np.arange(self.problem.periods) == measure.host_year
                total = total - self.built[measure.id] * at * float(measure.host_capex)
        return total

    def _offsets(self) -> FloatArray:
        if self.problem.offsets is None:
            return np.zeros(self.problem.periods)
        return to_float(self.twin.choices.offsets) * to_float(self.problem.offsets.price)

    def _carbon(self, price: CarbonPrice | None, emissions: Mapping[str, FloatArray]) -> FloatArray:
        if price is None:
            return np.zeros(self.shape)
        names = emission_columns(price.scopes, str(price.method))
        tonnes = np.asarray(sum(emissions[name] for name in names))
        taken = self._surrendered(price, tonnes)
        rest = _rounded((tonnes - to_float(price.free) - taken) * to_float(price.price), 1.0)
        if price.surrender is None:
            return rest
        return rest + _rounded(taken * to_float(price.surrender.price), 1.0)

    def _surrendered(self, price: CarbonPrice, tonnes: FloatArray) -> FloatArray:
        """Return the offsets surrendered where they are cheaper than allowances [t]."""
        rule = price.surrender
        if rule is None:
            return np.zeros_like(tonnes)
        most = np.maximum(tonnes * float(rule.max_share), 0)
        if rule.limit is not None:
            most = np.minimum(most, to_float(rule.limit))
        return np.where(to_float(rule.price) < to_float(price.price), most, 0.0)

    def _border(self) -> FloatArray:
        """Return what exported goods pay at the border [CNY]; they grow with activity."""
        total = np.zeros(self.shape)
        for border in self.problem.borders.values():
            names = emission_columns(border.scopes, str(border.method))
            tonnes = sum(self.by_site[site][name] for site in border.sites for name in names)
            sold = to_float([x / q if x else x for x, q in zip(border.export, border.output,
                                                              strict=True)])  # fmt: skip
            due = np.maximum(tonnes * sold - to_float(border.free()) * self.draws.activity, 0)
            total = total + np.where(sold > 0, due, 0.0) * to_float(border.net_price())
        return _rounded(total, 1.0)


class _Supply:
    """Own generation and claims of a batch, put on the electricity that the draws use."""

    def __init__(self, run: _Run, bought: dict[tuple[str, str], FloatArray]) -> None:
        self.run, self.problem, self.power = run, run.problem, run.twin.power
        self.use: dict[str, FloatArray] = {}
        self.residual: dict[str, FloatArray] = {}
        self.green: list[FloatArray] = []
        zero = np.zeros((1, self.problem.periods))
        self.bill, self.contracts, self.export, self.om = zero, zero, zero, zero
        self.room: dict[str, FloatArray] = {}
        if self.power:
            for site in sorted(self.problem.sites):
                self._site(site, bought)

    def _site(self, site: str, bought: dict[tuple[str, str], FloatArray]) -> None:
        facts = self.problem.sites[site]
        load = bought.get((site, self.power), np.zeros((1, self.problem.periods)))
        for measure in self.problem.measures.values():
            if measure.site == site and any(measure.aux):
                load = load + self.run.built[measure.id] * to_float(measure.aux)
        for battery in at_site(self.problem, site):
            moved = to_float(self.run.twin.choices.shifted_grid[battery.id])
            step = self.run._step(self.power)  # noqa: SLF001 - the run owns its batch
            load = load + _rounded(moved * float(battery.loss), step)
            self.bill = self.bill - moved * to_float(battery.spread)
        own, others, green = self._generated(site, load)
        self.use[site] = load
        if np.any(load > 0) or np.any(own > 0):
            bought[site, self.power] = load - own
        grid = load - own
        held = to_float(facts.existing_claims)
        new = self._claims(site, most=np.maximum(grid + others - held, 0))
        self.residual[site] = grid + others - held - new
        self.green.append(green + held + new)

    def _generated(self, site: str, load: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return generation used at a site, the part others claim, and the part it claims."""
        facts = self.problem.sites[site]
        base = to_float(facts.existing_pv)[None, :]
        parts = [(o, *self._option(o)) for o in self.problem.pv.values() if o.site == site]
        total = base + sum(within + after for _, within, after in parts)
        keep = np.divide(load, total, out=np.ones(np.broadcast(load, total).shape),
                         where=total > 0)  # fmt: skip
        keep = np.where(keep < 1 - NOISE, keep, 1.0)
        others = base * keep if not facts.existing_pv_claimed else np.zeros((1, 1))
        green = base * keep if facts.existing_pv_claimed else np.zeros((1, 1))
        for option, within, after in parts:
            within, after = within * keep, after * keep  # noqa: PLW2901 - curtailed
            self.bill = self.bill + within * to_float(option.self_price)
            self.bill = self.bill + after * to_float(option.after_price)
            green = green + after
            if option.host_claims:
                green = green + within
            else:
                others = others + within
        return total * keep, others, green

    def _option(self, option: PvOption) -> tuple[FloatArray, FloatArray]:
        """Return self-use within and after the term, scaled to the capacity that is there."""
        choices = self.run.twin.choices
        capacity = to_float(choices.capacity[option.id])
        late = self.run._late(capacity, option.id)  # noqa: SLF001 - the run owns its batch
        ratio = np.divide(late, capacity, out=np.zeros_like(late), where=capacity > 0)
        if option.export_price is not None:
            revenue = to_float(choices.export[option.id]) * to_float(option.export_price)
            self.export = self.export - ratio * revenue
        if option.ownership is Ownership.OWN:
            self.om = self.om + late * to_float(option.om)
        within = ratio * to_float(choices.within[option.id])
        return within, ratio * to_float(choices.after[option.id])

    def _claims(self, site: str, *, most: FloatArray) -> FloatArray:
        """Return what contracts claim at a site, no more than there is to claim."""
        choices = self.run.twin.choices
        mine = [c for c in self.problem.contracts.values() if site in c.sites]
        paths = {c.id: to_float(choices.claims[f"{c.id}@{site}"])[None, :] for c in mine}
        total = sum(paths.values(), np.zeros((1, self.problem.periods)))
        keep = np.divide(most, total, out=np.ones(np.broadcast(most, total).shape),
                         where=total > 0)  # fmt: skip
        keep = np.where(keep < 1 - NOISE, keep, 1.0)
        for contract in mine:
            cost = paths[contract.id] * keep * to_float(contract.premium)
            self.contracts = self.contracts + cost
        open_ = [c for c in mine if c.kind is ContractKind.CERTIFICATE]
        may = np.zeros(self.problem.periods, dtype=bool)
        for contract in open_:
            may |= np.array([year >= contract.first_year for year in self.problem.years])
        self.room[site] = np.where(may, np.maximum(most - total * keep, 0), 0.0)
        return total * keep

    def _left(self) -> FloatArray:
        """Return how much more certificates the contracts' limits leave, shape (T,)."""
        total = np.zeros(self.problem.periods)
        for contract in self.problem.contracts.values():
            if contract.kind is ContractKind.CERTIFICATE:
                used = sum(
                    (to_float(self.run.twin.choices.claims[f"{contract.id}@{s}"])
                     for s in contract.sites), np.zeros(self.problem.periods),
                )  # fmt: skip
                total = total + np.maximum(to_float(contract.limit) - used, 0)
        return total

    def _topped(self) -> dict[str, FloatArray]:
        """Return how much more each site claims when certificates are topped up."""
        wanted = sum(self.room.values(), np.zeros((1, self.problem.periods)))
        left = np.broadcast_to(self._left(), wanted.shape)
        share = np.divide(left, wanted, out=np.ones(wanted.shape), where=wanted > 0)
        return {site: room * np.minimum(share, 1) for site, room in self.room.items()}

    def topped_saving(self) -> FloatArray:
        """Return what topping up takes off market-based scope 2 [tCO2e]."""
        total = np.zeros((1, self.problem.periods))
        for site, extra in self._topped().items():
            factor = to_float(self.problem.ef_market(site, self.power)) * self.run.ef(self.power)
            total = total + extra * factor
        return total

    def renewable(self) -> tuple[FloatArray, FloatArray]:
        """Return renewable electricity without and with topping up."""
        zero = np.zeros((1, self.problem.periods))
        green = sum(self.green, zero)
        return green, green + sum(self._topped().values(), zero)


def _rounded(values: FloatArray, step: float) -> FloatArray:
    if not step:
        return values
    found: FloatArray = np.floor(values / step + 0.5) * step
    return found


def _put(total: dict[tuple[str, str], FloatArray], key: tuple[str, str], x: FloatArray) -> None:
    total[key] = total[key] + x if key in total else x
