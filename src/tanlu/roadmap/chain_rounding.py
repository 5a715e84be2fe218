"""Whole quanta of what technologies serve and make, by slice, so that chains still balance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.capacity import capacity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tanlu.roadmap.layout import Layout, Route
    from tanlu.roadmap.problem import EndUse, Problem, Product, Series, Technology
    from tanlu.roadmap.simulate import Choices

ZERO = Fraction(0)
ONE = Fraction(1)
UNIT_STEP = Fraction(1, 10**12)  # of a unit, where any fraction may be built
TRACE = Fraction(1, 10**6)  # of a capacity: more than the solver's noise
ROUNDS = 3  # beyond the longest chain: for products that take part in their own making


def _parts(problem: Problem, technology: Technology) -> list[Fraction]:
    """Return what part of a year's capacity can be used in each slice."""
    shares = [one.share for one in problem.slices] or [ONE]
    return [s * a for s, a in zip(shares, technology.availability, strict=True)]


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

    @property
    def problem(self) -> Problem:
        """What is planned."""
        return self.layout.problem

    def settle(self) -> None:
        """Bring amounts within capacity, serve the end uses, then make what is taken."""
        limits = {route.id: self._limits(route) for route in self._technologies()}
        for route in self._technologies():
            self._clip(route, limits[route.id])
        if self.problem.slices:
            for use in self.problem.end_uses.values():
                self._serve(use, limits)
        products = sorted(self.problem.products.items())
        sites = sorted(self.problem.sites)
        for _ in range((len(products) + ROUNDS) if products else 0):
            short = [self._make(s, product, limits) for s in sites for _, product in products]
            if not any(short):
                break

    def _technologies(self) -> list[Route]:
        return [route for route in self.layout.routes if route.id in self.paths]

    def _limits(self, route: Route) -> list[list[Fraction | None]]:
        """Return the most by slice and year, in whole quanta.

        Where a size of any fraction is built it is a trace more, which `units` then builds.
        """
        technology = self.problem.technologies[route.owner]
        standing = capacity_of(self.problem, self.choices, route.owner)
        step = self.problem.quantum(route.serves)
        built = self.choices.units.get(route.owner, (0,) * self.problem.periods)
        most = [
            v if v is None or not (technology.continuous and count) else v * (ONE + TRACE)
            for v, count in zip(standing, built, strict=True)
        ]
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
            if short > 0 and units[year]:
                more = math.ceil(short / size / UNIT_STEP) * UNIT_STEP
                units[year] += more
                for later in range(year, min(year + technology.life, len(added))):
                    added[later] += more
        return tuple(units)

    def _clip(self, route: Route, limits: list[list[Fraction | None]]) -> None:
        for path, most in zip(self.paths[route.id], limits, strict=True):
            for year, limit in enumerate(most):
                if limit is not None:
                    path[year] = min(path[year], limit)

    def _serve(self, use: EndUse, limits: Mapping[str, list[list[Fraction | None]]]) -> None:
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
                cells = [(name, place) for name in served for place in group]
                self._fill(cells, wanted, year=year, limits=limits)

    def _fill(
        self,
        cells: Sequence[tuple[str, int]],
        wanted: Fraction,
        *,
        year: int,
        limits: Mapping[str, list[list[Fraction | None]]],
    ) -> None:
        """Make cells add up to an amount: the largest first, within their limits, then past it."""
        rest = wanted - sum((self.paths[n][p][year] for n, p in cells), ZERO)
        order = sorted(cells, key=lambda cell: (-self.paths[cell[0]][cell[1]][year], *cell))
        for name, place in order:
            limit, path = limits[name][place][year], self.paths[name][place]
            if rest < 0:
                moved = max(rest, -path[year])
            else:
                moved = rest if limit is None else min(rest, max(limit - path[year], ZERO))
            path[year] += moved
            rest -= moved
        if rest:
            self.paths[order[0][0]][order[0][1]][year] += rest

    def _make(
        self, site: str, product: Product, limits: Mapping[str, list[list[Fraction | None]]]
    ) -> bool:
        """Raise makers where less is made than taken; say whether any was raised."""
        routes = [route for route in self.layout.routes if route.site == site]
        makers = [route.id for route in routes if route.serves == product.id]
        places = range(max(len(self.problem.slices), 1))
        groups = [list(places)] if product.is_storable else [[place] for place in places]
        raised = False
        for group in groups if makers else ():
            cells = [(name, place) for name in makers for place in group]
            balance = [ZERO] * self.problem.periods
            for place in group:
                self._add_balance(balance, routes, product.id, place=place)
            for year, over in enumerate(balance):
                if over < 0:
                    raised |= self._raise(cells, -over, product.quantum, year=year, limits=limits)
        return raised

    def _raise(
        self,
        cells: Iterable[tuple[str, int]],
        short: Fraction,
        step: Fraction,
        *,
        year: int,
        limits: Mapping[str, list[list[Fraction | None]]],
    ) -> bool:
        rest, raised = math.ceil(short / step) * step, False
        for name, place in sorted(cells, key=lambda c: (-self.paths[c[0]][c[1]][year], *c)):
            limit, path = limits[name][place][year], self.paths[name][place]
            moved = rest if limit is None else min(rest, max(limit - path[year], ZERO))
            path[year] += moved
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
