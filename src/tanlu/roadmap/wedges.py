"""Who saved what: shares inside an end use, between layers, and integers that add up exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Effect
from tanlu.roadmap.ageing import aged
from tanlu.roadmap.carbon_cost import MG_PER_T
from tanlu.roadmap.chain import Level, carried, follow
from tanlu.roadmap.layout import make_decisions, make_routes, to_float
from tanlu.roadmap.simulate import built_shares, unclaimed_generation
from tanlu.roadmap.storage import raised_use

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Measure, Problem, Series
    from tanlu.roadmap.route import Route
    from tanlu.roadmap.simulate import Choices, Simulation

PV_LAYER = "pv"
CONTRACT_LAYER = "contracts"
STOCK_LAYER = "stock"
MOST_LAYERS = 8


def shapley_shares(shares: Sequence[float]) -> tuple[float, ...]:
    """Split ``1 - product of (1 - r)`` fairly over measures on one end use.

    Parameters
    ----------
    shares : sequence of float, shape (n,)
        Saved share r of each measure [-]; negative is extra load.

    Returns
    -------
    tuple of float, shape (n,)
        Parts [-] that add up to what all save together.

    Notes
    -----
    ``phi_i = r_i * sum_k e_k(1 - r_j, j != i) / (n * C(n-1, k))`` with e_k the elementary
    symmetric sums (rule M-86).

    Examples
    --------
    >>> [round(part, 6) for part in shapley_shares([0.1, 0.2])]
    [0.09, 0.19]
    """
    parts = shapley_paths(np.array(shares, dtype=np.float64)[:, None])
    return tuple(float(part) for part in parts[:, 0])


def shapley_paths(shares: FloatArray) -> FloatArray:
    """Split what measures on one end use save fairly in every year at once.

    Parameters
    ----------
    shares : FloatArray, shape (n, T)
        Saved share of each measure and year [-].

    Returns
    -------
    FloatArray, shape (n, T)
        Parts [-]; see `shapley_shares`.
    """
    count = len(shares)
    parts = np.zeros_like(shares)
    for index in range(count):
        sums = np.zeros_like(shares)
        sums[0] = 1.0
        for other in range(count):
            if other != index:
                sums[1:] += sums[:-1] * (1.0 - shares[other])
        mean = sum(sums[k] / math.comb(count - 1, k) for k in range(count)) / count
        parts[index] = shares[index] * mean
    return parts


def split_signed(total: int, weights: Sequence[float]) -> tuple[int, ...]:
    """Round signed parts to integers that add up to a total.

    Parameters
    ----------
    total : int
        What the parts must add up to.
    weights : sequence of float, shape (n,)
        Wanted parts; those that are exactly zero stay zero unless all are.
    """
    active = [i for i, weight in enumerate(weights) if weight != 0]
    if not active:
        active = list(range(len(weights)))
    parts = [0] * len(weights)
    if not active:
        return ()
    for i in active:
        parts[i] = math.floor(weights[i])
    rest, more = divmod(total - sum(parts), len(active))
    order = sorted(active, key=lambda i: (parts[i] - weights[i], i))
    for rank, i in enumerate(order):
        parts[i] += rest + (1 if rank < more else 0)
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Wedge:
    """What one measure, generator, contract or technology saves, by year [mg]."""

    owner: str
    layer: str
    mg: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    """What remains of an end use, what each route serves of it, and buys of each carrier."""

    flow: FloatArray
    amounts: Mapping[str, FloatArray]
    loads: Mapping[str, list[tuple[str, FloatArray]]]


class _World:
    """Emissions of the plan with only some layers in place, in floats [t]."""

    def __init__(
        self, problem: Problem, choices: Choices, result: Simulation, baseline: Simulation
    ) -> None:
        self.problem, self.choices, self.result = problem, choices, result
        self.base = baseline
        self.method = str(problem.method)
        self.power = problem.electricity()
        self.routes = make_routes(problem)
        self.routed = {route.serves for route in self.routes}
        self.then = {True: self._level(result), False: self._level(baseline)}
        self.products = carried(problem, self.own_factor, result.served)
        self.built = self._built()
        shares = built_shares(problem, choices)
        self.aged = {n: to_float(aged(m, shares[n])) for n, m in problem.measures.items()}
        self.layers = self._layers()
        self._floats: dict[int, tuple[Series, FloatArray]] = {}
        self.factors = self._left_by_layer()
        self.extra = [
            (m, self.floats(m.aux) * self.built[m.id])
            for m in problem.measures.values()
            if any(m.aux)
        ]
        self._touching = {name: self._layers_of(name) for name in problem.end_uses}
        self._taken: dict[tuple[str, frozenset[str]], _Taken] = {}
        self._others: dict[str, FloatArray] = {}

    def floats(self, path: Series) -> FloatArray:
        """Return a path as floats; each is turned once."""
        known = self._floats.get(id(path))
        if known is None:
            known = self._floats[id(path)] = (path, to_float(path))
        return known[1]

    def _level(self, run: Simulation) -> Level:
        """Return what a run serves and makes, where products are made."""
        if not self.problem.products:
            return Level({}, {})
        flows = {name: to_float(path) for name, path in run.flows.items()}
        return Level(flows, {name: to_float(path) for name, path in run.served.items()})

    def own_factor(self, site: str, carrier: str) -> FloatArray:
        """Return what a unit bought of a carrier emits under the plan's ledger [t/unit]."""
        facts = self.problem.carriers[carrier]
        market = facts.electricity and self.method == "market"
        ways = self.problem.ef_market if market else self.problem.ef
        return to_float(ways(site, carrier)) + to_float(facts.ef_scope3)

    def _left_by_layer(self) -> dict[str, dict[str, FloatArray]]:
        """Return the remaining share of each end use by layer that saves of it."""
        found: dict[str, dict[str, FloatArray]] = {name: {} for name in self.problem.end_uses}
        for measure in self.problem.measures.values():
            reduces = measure.effect in {Effect.REDUCE, Effect.ABSOLUTE}
            if not reduces or not np.any(self.built[measure.id]):
                continue
            for name, saved in measure.saving.items():
                left = 1 - self.floats(saved) * self.aged[measure.id]
                layers = found[name]
                layers[measure.layer] = layers.get(measure.layer, 1.0) * left
        return found

    def _built(self) -> dict[str, FloatArray]:
        found: dict[str, FloatArray] = {}
        for decision in make_decisions(self.problem):
            path = to_float(self.choices.share[decision.id]) / decision.steps
            found[decision.owner] = found.get(decision.owner, 0.0) + path
        return found

    def _layers(self) -> tuple[str, ...]:
        used = {m.layer for m in self.problem.measures.values() if np.any(self.built[m.id] > 0)}
        if any(any(path) for path in self.choices.capacity.values()):
            used.add(PV_LAYER)
        if any(any(path) for path in self.choices.stored.values()):
            used.add(PV_LAYER)
        if any(any(path) for path in self.choices.claims.values()):
            used.add(CONTRACT_LAYER)
        if self.problem.technologies:
            used.add(STOCK_LAYER)
        return tuple(sorted(used))

    def share_left(self, end_use: str, layers: frozenset[str]) -> FloatArray:
        factor = np.ones(self.problem.periods)
        for layer, left in self.factors[end_use].items():
            if layer in layers:
                factor = factor * left
        return factor

    def _routed(self, end_use: str, layers: frozenset[str]) -> list[tuple[Route, FloatArray]]:
        """Return each route of an end use with its share of the flow."""
        mine = [route for route in self.routes if route.serves == end_use]
        plan = self.floats(self.result.flows[end_use])
        base = self.floats(self.base.flows[end_use])
        shares: list[tuple[Route, FloatArray]] = []
        left = np.ones(self.problem.periods)
        for route in mine:
            if route.kind in {"switch", "recover"}:
                measure = self.problem.measures[route.owner]
                active = measure.layer in layers
                share = _ratio(self.floats(self.result.served[route.id]), plan) * float(active)
                left = left - share
                shares.append((route, share))
        for route in mine:
            if route.kind == "technology":
                source = self.result if STOCK_LAYER in layers else self.base
                total = plan if STOCK_LAYER in layers else base
                shares.append((route, _ratio(self.floats(source.served[route.id]), total)))
            elif route.kind == "incumbent":
                shares.append((route, left))
        return shares

    def _layers_of(self, end_use: str) -> frozenset[str]:
        """Return the layers that an end use and its routes know of."""
        found = set(self.factors[end_use])
        for route in self.routes:
            if route.serves == end_use and route.kind in {"switch", "recover"}:
                found.add(self.problem.measures[route.owner].layer)
            elif route.serves == end_use and route.is_technology:
                found.add(STOCK_LAYER)
        return frozenset(found)

    def taken(self, end_use: str, layers: frozenset[str]) -> _Taken:
        """Return what remains of an end use and what serves it; asked once of the same layers."""
        key = end_use, layers & self._touching[end_use]
        known = self._taken.get(key)
        if known is None:
            use = self.problem.end_uses[end_use]
            flow = self.floats(use.demand) * self.share_left(end_use, layers)
            routed = self._routed(end_use, layers) if end_use in self.routed else []
            amounts = {route.id: flow * part for route, part in routed}
            loads = {route.id: self.loads(route, amounts[route.id]) for route, _ in routed}
            known = self._taken[key] = _Taken(flow, amounts, loads)
        return known

    def loads(self, route: Route, amount: FloatArray) -> list[tuple[str, FloatArray]]:
        """Return what a route buys of each carrier."""
        carriers = self.problem.carriers
        return [(n, amount * self.floats(ratio)) for n, ratio in route.inputs if n in carriers]

    def bought(self, layers: frozenset[str]) -> dict[tuple[str, str], FloatArray]:
        """Return the load of each site and carrier before own generation."""
        total: dict[tuple[str, str], FloatArray] = {}
        taken = {name: self.taken(name, layers) for name in self.problem.end_uses}
        for use in self.problem.end_uses.values():
            if use.id not in self.routed and use.carrier in self.problem.carriers:
                _put(total, (use.site, use.carrier), taken[use.id].flow)
        made = self._made(taken, layers) if self.problem.products else {}
        for route in self.routes:
            if self.problem.products:
                loads = self.loads(route, made[route.id])
            else:
                loads = taken[route.serves].loads[route.id]
            for name, load in loads:
                _put(total, (route.site, name), load)
        for measure, extra in self.extra:
            if measure.layer in layers:
                _put(total, (measure.site, self.power), extra)
        return total

    def _made(self, taken: Mapping[str, _Taken], layers: frozenset[str]) -> dict[str, FloatArray]:
        """Return what each route serves or makes where products are made of one another."""
        flows = {name: each.flow for name, each in taken.items()}
        amounts = {name: path for each in taken.values() for name, path in each.amounts.items()}
        then = self.then[STOCK_LAYER in layers]
        return amounts | follow(self.problem, then, Level(flows, amounts))

    def emissions(self, layers: frozenset[str]) -> FloatArray:
        """Return total emissions under the plan's ledger [t]."""
        total = np.zeros(self.problem.periods)
        bought = self.bought(layers)
        for battery in self.problem.storage.values() if PV_LAYER in layers else ():
            lost = self.floats(self.choices.shifted_grid[battery.id]) * float(battery.loss)
            _put(bought, (battery.site, self.power), lost)
        for (site, name), load in bought.items():
            carrier = self.problem.carriers[name]
            if carrier.electricity:
                total += self._power(site, load, layers)
                continue
            factor = self.floats(self.problem.ef(site, name)) + self.floats(carrier.ef_scope3)
            total += load * factor
        return total

    def _unclaimed(self, site: str) -> FloatArray:
        known = self._others.get(site)
        if known is None:
            path = unclaimed_generation(self.problem, self.choices, site)
            known = self._others[site] = to_float(path)
        return known

    def _power(self, site: str, load: FloatArray, layers: frozenset[str]) -> FloatArray:
        facts, zero = self.problem.sites[site], np.zeros(self.problem.periods)
        own = self.floats(facts.existing_pv)
        others = zero if facts.existing_pv_claimed else own
        if PV_LAYER in layers:
            for option in self.problem.pv.values():
                if option.site == site:
                    own = own + self.floats(self.choices.within[option.id])
                    own = own + self.floats(self.choices.after[option.id])
            others = self._unclaimed(site)
        grid = np.maximum(load - own, 0)
        upstream = grid * self.floats(self.problem.carriers[self.power].ef_scope3)
        if self.method == "location":
            return grid * self.floats(self.problem.ef(site, self.power)) + upstream
        claimed = self.floats(self.result.claimed[site])
        if CONTRACT_LAYER not in layers:
            claimed = self.floats(facts.existing_claims)
        rest = np.maximum(grid + others - claimed, 0)
        return rest * self.floats(self.problem.ef_market(site, self.power)) + upstream


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _put(total: dict[tuple[str, str], FloatArray], key: tuple[str, str], x: FloatArray) -> None:
    total[key] = total.get(key, 0.0) + x


def layer_wedges(world: _World) -> dict[str, FloatArray]:
    """Return the Shapley wedge of each layer [t]: at most 2^8 runs."""
    layers = world.layers[:MOST_LAYERS]
    always = frozenset(world.layers[MOST_LAYERS:])
    value = {
        frozenset(chosen): world.emissions(frozenset(chosen) | always)
        for size in range(len(layers) + 1)
        for chosen in combinations(layers, size)
    }
    found = {}
    for layer in layers:
        total = np.zeros(world.problem.periods)
        for chosen, level in value.items():
            if layer not in chosen:
                weight = 1 / (len(layers) * math.comb(len(layers) - 1, len(chosen)))
                total += weight * (level - value[chosen | {layer}])
        found[layer] = total
    return found


def _within_efficiency(world: _World) -> dict[str, FloatArray]:
    """Return what each reducing measure saves of its end uses, at the incumbent factor [t]."""
    problem = world.problem
    found: dict[str, FloatArray] = {}
    reducing: dict[str, list[Measure]] = {}
    for m in problem.measures.values():
        if m.effect in {Effect.REDUCE, Effect.ABSOLUTE} and np.any(world.built[m.id] > 0):
            for name in m.saving:
                reducing.setdefault(name, []).append(m)
    for use in problem.end_uses.values():
        mine = reducing.get(use.id, [])
        if not mine:
            continue
        weight = to_float(use.demand) * _factor(world, use.site, use.carrier)
        paths = np.array([to_float(m.saving[use.id]) * world.aged[m.id] for m in mine])
        for measure, part in zip(mine, shapley_paths(paths), strict=True):
            path = found.setdefault(measure.id, np.zeros(problem.periods))
            path += part * weight
    return found


def _factor(world: _World, site: str, carrier: str) -> FloatArray:
    if not carrier:
        return np.zeros(world.problem.periods)
    known = world.products.get((site, carrier))
    if known is not None or carrier not in world.problem.carriers:
        return np.zeros(world.problem.periods) if known is None else known
    return world.own_factor(site, carrier)


def _within_routes(world: _World) -> dict[str, FloatArray]:
    found: dict[str, FloatArray] = {}
    for route in world.routes:
        if route.kind == "incumbent" or route.is_technology:
            continue
        use = world.problem.end_uses[route.serves]
        moved = to_float(world.result.served[route.id])
        saved = _factor(world, use.site, use.carrier) - _input_factor(world, route)
        found[route.owner] = found.get(route.owner, 0.0) + moved * saved
    return found


def _input_factor(world: _World, route: Route) -> FloatArray:
    """Return what a unit served or made emits, less what its by-products stand for [t/unit]."""
    total = np.zeros(world.problem.periods)
    for parts, sign in ((route.inputs, 1.0), (route.by_products, -1.0)):
        for name, ratio in parts:
            total = total + sign * to_float(ratio) * _factor(world, route.site, name)
    return total


def _within_stock(world: _World) -> dict[str, FloatArray]:
    """Return what each technology saves: those that serve more, of what those emitted that left.

    Where none serves more, those that serve less save what they emitted. Of a product that is
    needed more or less, only what passed from one maker to another is theirs: the rest belongs to
    those who take it, and who carry its emissions.
    """
    found: dict[str, FloatArray] = {}
    by_use: dict[tuple[str, str], list[Route]] = {}
    for route in world.routes:
        if route.is_technology:
            by_use.setdefault((route.site, route.serves), []).append(route)
    for mine in by_use.values():
        moved = np.array(
            [to_float(world.result.served[r.id]) - to_float(world.base.served[r.id]) for r in mine]
        )
        factor = np.array([_input_factor(world, route) for route in mine])
        more, less = np.maximum(moved, 0), np.maximum(-moved, 0)
        displaced = _ratio((less * factor).sum(axis=0), less.sum(axis=0))
        is_replaced = more.sum(axis=0) > 0
        if mine[0].kind == "maker":
            passed = np.minimum(more.sum(axis=0), less.sum(axis=0))
            more, less = more * _ratio(passed, more.sum(axis=0)), np.zeros_like(less)
        saved = np.where(is_replaced, more * (displaced - factor), less * factor)
        found.update({route.owner: row for route, row in zip(mine, saved, strict=True)})
    return found


def _used(world: _World, option: str) -> FloatArray:
    """Return what a generator makes that the site uses [electricity units]."""
    return to_float(world.choices.within[option]) + to_float(world.choices.after[option])


def _by_itself(world: _World, site: str) -> FloatArray:
    """Return the share of the generation used at a site that no battery moved there."""
    options = [o.id for o in world.problem.pv.values() if o.site == site]
    moved = to_float(raised_use(world.problem, world.choices, site))
    total = sum((_used(world, name) for name in options), np.zeros(world.problem.periods))
    return 1 - _ratio(moved, total)


def _within_supply(world: _World) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    pv = {}
    for option in world.problem.pv.values():
        used = _used(world, option.id) * _by_itself(world, option.site)
        pv[option.id] = used * _factor(world, option.site, world.power)
    for battery in world.problem.storage.values():
        gain = to_float(world.choices.shifted_own[battery.id])
        gain = gain - to_float(world.choices.shifted_grid[battery.id]) * float(battery.loss)
        pv[battery.id] = gain * _factor(world, battery.site, world.power)
    contracts: dict[str, FloatArray] = {}
    for name, path in world.choices.claims.items():
        contract, _, site = name.partition("@")
        part = to_float(path) * _factor(world, site, world.power)
        contracts[contract] = contracts.get(contract, 0.0) + part
    return pv, contracts


def make_wedges(
    problem: Problem, choices: Choices, result: Simulation, *, baseline: Simulation
) -> tuple[Wedge, ...]:
    """Return the wedges of a plan; in each year they add up to baseline minus emissions.

    Parameters
    ----------
    problem : Problem
        What was planned.
    choices : Choices
        Decisions.
    result, baseline : Simulation
        Exact runs with and without them, on the same grid path.

    Returns
    -------
    tuple of Wedge
        Sorted by id; milligrams by largest remainder (rule M-87).
    """
    world = _World(problem, choices, result, baseline)
    between = layer_wedges(world)
    members = _members(world)
    owners = sorted({(owner, layer) for layer, group in members.items() for owner in group})
    parts = {layer: _parts(between.get(layer), group) for layer, group in members.items()}
    wanted = np.zeros((len(owners), problem.periods))
    for index, (owner, layer) in enumerate(owners):
        wanted[index] = parts[layer][owner] * MG_PER_T
    method = str(problem.method)
    total = [b - p for b, p in zip(_ledger(baseline, method), _ledger(result, method), strict=True)]
    columns = [split_signed(total[t], list(wanted[:, t])) for t in range(problem.periods)]
    return tuple(
        Wedge(owner, layer, tuple(column[index] for column in columns))
        for index, (owner, layer) in enumerate(owners)
    )


def _ledger(simulation: Simulation, method: str) -> tuple[int, ...]:
    """Return scope 1, 2 by the plan's method, and 3 [mg]."""
    second = "s2m" if method == "market" else "s2l"
    parts = [simulation.total(name) for name in ("s1", second, "s3")]
    return tuple(sum(values) for values in zip(*parts, strict=True))


def ledger_total(simulation: Simulation, method: str) -> tuple[int, ...]:
    """Return all emissions of a run under a method by year [mg]."""
    return _ledger(simulation, method)


def _members(world: _World) -> dict[str, dict[str, FloatArray]]:
    measures: Mapping[str, Measure] = world.problem.measures
    found: dict[str, dict[str, FloatArray]] = {}
    pv, contracts = _within_supply(world)
    within = {**_within_efficiency(world), **_within_routes(world), **_within_stock(world)}
    for owner, path in within.items():
        measure = measures.get(owner)
        if measure is not None and not np.any(world.built[owner] > 0):
            continue
        layer = measure.layer if measure is not None else STOCK_LAYER
        found.setdefault(layer, {})[owner] = path
    for layer, group in ((PV_LAYER, pv), (CONTRACT_LAYER, contracts)):
        active = {owner: path for owner, path in group.items() if np.any(path)}
        if active:
            found.setdefault(layer, {}).update(active)
    return found


def _parts(level: FloatArray | None, group: Mapping[str, FloatArray]) -> Mapping[str, FloatArray]:
    """Give each member its within-layer value and its part of what the layer differs by."""
    if level is None:
        return group
    size = sum(np.abs(path) for path in group.values())
    gap = level - sum(group.values())
    return {
        owner: own + gap * np.divide(np.abs(own), size, out=np.zeros_like(own), where=size > 0)
        for owner, own in group.items()
    }
