"""Whole quanta of what technologies serve and make, by slice, so that chains still balance."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.capacity import capacity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import EndUse, Problem, Product, Series, Technology
    from tanlu.roadmap.route import Route
    from tanlu.roadmap.simulate import Choices

    Cell = tuple[str, int]  # a technology and a slice

ZERO = Fraction(0)
ONE = Fraction(1)
UNIT_STEP = Fraction(1, 10**12)  # of a unit, where any fraction may be built
TRACE = Fraction(1, 10**6)  # of a capacity: more than the solver's noise
ROUNDS = 3  # beyond the longest chain: for products that take part in their own making


def _parts(problem: Problem, technology: Technology) -> list[Fraction]:
    """Return what part of a year's capacity can be used in each slice."""
    shares = [one.share for one in problem.slices] or [ONE]
    return [s * a for s, a in zip(shares, technology.availability, strict=True)]


def _last(technology: Technology, units: Sequence[Fraction | int], year: int) -> int | None:
    """Return the last year in which units were built that are in service in a year."""
    alive = range(year, max(year - technology.life, -1), -1)
    return next((begun for begun in alive if units[begun]), None)


def _share(use: EndUse, place: int) -> Fraction:
    """Return the share of a demand in a slice; what may come at any time counts in the first."""
    return use.profile[place] if use.profile else Fraction(place == 0)


@dataclass(slots=True)
class Amounts:
    """What technologies serve and make under rounding, by route, slice and year.

    Parameters
    ----------
    layout : Layout
        Routes and problem.
    choices : Choices
        Decisions that are whole already, and what other routes serve.
    flows : Mapping[str, Series]
        Remaining demand by end use [units].
    paths : dict of str to list of list of Fraction
        Amounts of each technology [units]; the year is one slice where there are none.
    """

    layout: Layout
    choices: Choices
    flows: Mapping[str, Series]
    paths: dict[str, list[list[Fraction]]]
    _limits: dict[str, list[list[Fraction | None]]] = field(init=False, default_factory=dict)

    @property
    def problem(self) -> Problem:
        """What is planned."""
        return self.layout.problem

    def settle(self) -> None:
        """Bring amounts within limits, serve the end uses, then make what is taken."""
        self._limits = {route.id: self._most(route) for route in self._technologies()}
        for route in self._technologies():
            self._clip(route)
        if self.problem.slices:
            for use in self.problem.end_uses.values():
                self._serve(use)
        products = sorted(self.problem.products.items())
        sites = sorted(self.problem.sites)
        for _ in range((len(products) + ROUNDS) if products else 0):
            short = [self._make(site, product) for site in sites for _, product in products]
            if not any(short):
                break
        for site in sites:
            for _, product in products:
                self._spare(site, product)

    def _technologies(self) -> list[Route]:
        return [route for route in self.layout.routes if route.id in self.paths]

    def _most(self, route: Route) -> list[list[Fraction | None]]:
        """Return the most by slice and year, in whole quanta.

        Where a size of any fraction was built it is a trace more, which `units` then builds.
        """
        technology = self.problem.technologies[route.owner]
        standing = capacity_of(self.problem, self.choices, route.owner)
        step = self.problem.quantum(route.serves)
        built = self.choices.units.get(route.owner, (0,) * self.problem.periods)
        most = list(standing)
        for year, value in enumerate(standing if technology.continuous else ()):
            if value is not None and _last(technology, built, year) is not None:
                more = value * (ONE + TRACE)
                bound = technology.max_capacity
                most[year] = more if bound is None else max(value, min(more, bound[year]))
        return [
            [None if v is None else math.floor(part * v / step) * step for v in most]
            for part in _parts(self.problem, technology)
        ]

    def units(self) -> dict[str, tuple[Fraction | int, ...]]:
        """Return the units built, with the trace more that what is served and made asks for."""
        found = dict(self.choices.units)
        for route in self._technologies():
            technology = self.problem.technologies[route.owner]
            if technology.continuous and technology.unit_size is not None:
                found[route.owner] = self._fitted(technology, self.paths[route.id])
        return found

    def _fitted(
        self, technology: Technology, paths: list[list[Fraction]]
    ) -> tuple[Fraction | int, ...]:
        units = list(self.choices.units[technology.id])
        size = technology.unit_size or ONE
        standing = capacity_of(self.problem, self.choices, technology.id)
        added = [ZERO] * self.problem.periods
        for year, there in enumerate(standing):
            rows = zip(_parts(self.problem, technology), paths, strict=True)
            most = max((path[year] / part for part, path in rows if part), default=ZERO)
            short = most - (there or ZERO) - added[year] * size
            begun = _last(technology, units, year)
            if short > 0 and begun is not None:
                more = math.ceil(short / size / UNIT_STEP) * UNIT_STEP
                units[begun] += more
                for later in range(begun, min(begun + technology.life, len(added))):
                    added[later] += more
        return tuple(units)

    def _clip(self, route: Route) -> None:
        """Take off what is beyond the capacity, and of the largest slice beyond a year's output."""
        for path, most in zip(self.paths[route.id], self._limits[route.id], strict=True):
            for year, limit in enumerate(most):
                if limit is not None:
                    path[year] = min(path[year], limit)
        for year, limit in enumerate(self.problem.technologies[route.owner].max_output or ()):
            over = sum((path[year] for path in self.paths[route.id]), ZERO) - limit
            if over > 0:
                largest = max(self.paths[route.id], key=lambda path: path[year])
                largest[year] = max(largest[year] - over, ZERO)

    def _serve(self, use: EndUse) -> None:
        """Serve an end use exactly: in each slice by its profile, or over the year."""
        mine = [route for route in self.layout.routes if route.serves == use.id]
        served = [route.id for route in mine if route.is_technology]
        if not served:
            return
        others = [self.choices.activity[route.id] for route in mine if not route.is_technology]
        for year, flow in enumerate(self.flows[use.id]):
            rest = flow - sum((path[year] for path in others), ZERO)
            places = range(len(self.problem.slices))
            groups = [[place] for place in places] if use.profile else [list(places)]
            for group in groups:
                wanted = use.profile[group[0]] * rest if use.profile else rest
                self._fill([(name, place) for name in served for place in group], wanted, year=year)

    def _fill(self, cells: Sequence[Cell], wanted: Fraction, *, year: int) -> None:
        """Make cells add up to an amount: the largest first, within their limits, then past it."""
        rest = wanted - sum((self.paths[name][place][year] for name, place in cells), ZERO)
        order = self._by_size(cells, year)
        for cell in order:
            rest -= self._move(cell, rest, year=year)
        if rest:
            name, place = order[0]
            self.paths[name][place][year] += rest

    def _by_size(self, cells: Iterable[Cell], year: int) -> list[Cell]:
        return sorted(cells, key=lambda cell: (-self.paths[cell[0]][cell[1]][year], *cell))

    def _move(self, cell: Cell, wanted: Fraction, *, year: int) -> Fraction:
        """Add an amount to a cell as far as there is room; return what was added."""
        name, place = cell
        path = self.paths[name][place]
        moved = max(wanted, -path[year])
        limit = self._limits[name][place][year]
        if limit is not None:
            moved = min(moved, max(limit - path[year], ZERO))
        yearly = self.problem.technologies[name].max_output
        if yearly is not None:
            total = sum((each[year] for each in self.paths[name]), ZERO)
            moved = min(moved, max(yearly[year] - total, ZERO))
        path[year] += moved
        return moved

    def _make(self, site: str, product: Product) -> bool:
        """Raise makers where less is made than taken; say whether any was raised."""
        makers = [r.id for r in self._technologies() if (r.site, r.serves) == (site, product.id)]
        raised = False
        for group, balance in self._balances(site, product) if makers else ():
            cells = [(name, place) for name in makers for place in group]
            for year, over in enumerate(balance):
                if over < 0:
                    raised |= self._raise(cells, -over, product.quantum, year=year)
        return raised

    def _spare(self, site: str, product: Product) -> None:
        """Lower makers that take nothing and cost nothing by what would be let go."""
        makers = [
            route.id
            for route in self._technologies()
            if (route.site, route.serves) == (site, product.id) and self._is_free(route)
        ]
        for group, balance in self._balances(site, product) if makers else ():
            cells = [(name, place) for name in makers for place in group]
            for year, over in enumerate(balance):
                rest = math.floor(over / product.quantum) * product.quantum
                for cell in self._by_size(cells, year) if rest > 0 else ():
                    rest += self._move(cell, -rest, year=year)

    def _is_free(self, route: Route) -> bool:
        technology = self.problem.technologies[route.owner]
        has_more = route.inputs or route.by_products or technology.variable_om
        return not has_more and technology.min_output is None

    def _balances(self, site: str, product: Product) -> Iterator[tuple[list[int], list[Fraction]]]:
        """Yield slices that balance together, with what is made in them less what is taken."""
        routes = [route for route in self.layout.routes if route.site == site]
        places = range(max(len(self.problem.slices), 1))
        for group in [list(places)] if product.is_storable else [[place] for place in places]:
            balance = [ZERO] * self.problem.periods
            for place in group:
                self._add_balance(balance, routes, product.id, place=place)
            yield group, balance

    def _raise(self, cells: Sequence[Cell], short: Fraction, step: Fraction, *, year: int) -> bool:
        rest, raised = math.ceil(short / step) * step, False
        for cell in self._by_size(cells, year):
            moved = self._move(cell, rest, year=year)
            rest -= moved
            raised |= moved > 0
        return raised

    def _add_balance(
        self, balance: list[Fraction], routes: Iterable[Route], product: str, *, place: int
    ) -> None:
        """Add what is made of a product in a slice less what is taken."""
        for route in routes:
            ratios = [(ratio, -1) for name, ratio in route.inputs if name == product]
            ratios += [(ratio, 1) for name, ratio in route.by_products if name == product]
            if route.serves == product:
                ratios.append(((ONE,) * len(balance), 1))
            path = self._amount(route, place) if ratios else ()
            for ratio, sign in ratios:
                for year, (value, each) in enumerate(zip(path, ratio, strict=True)):
                    balance[year] += sign * value * each
        routed = {route.serves for route in self.layout.routes}
        sites = {route.site for route in routes}
        for use in self.problem.end_uses.values():
            if use.carrier == product and use.site in sites and use.id not in routed:
                share = _share(use, place)
                for year, value in enumerate(self.flows[use.id]):
                    balance[year] -= share * value

    def _amount(self, route: Route, place: int) -> Sequence[Fraction]:
        if route.id in self.paths:
            return self.paths[route.id][place]
        share = _share(self.problem.end_uses[route.serves], place)
        return [share * value for value in self.choices.activity[route.id]]
