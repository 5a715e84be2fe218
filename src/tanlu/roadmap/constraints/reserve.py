"""Reserve margin of a product: firm capacity above what is made in any slice."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.chain import parts_of
from tanlu.roadmap.constraints.products import made_in
from tanlu.roadmap.constraints.stock import capacity_terms
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.route import Route


@family("reserve", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``(1 + margin) made / share of the year <= sum of firm capacity``."""
    problem = layout.problem
    margins = {n: p.reserve_margin for n, p in sorted(problem.products.items())}
    for name, margin in margins.items():
        for site in layout.sites if margin is not None else ():
            above = to_float([1 + value for value in margin or ()])
            firm, there = _firm(layout, site, name)
            for end, place, share in parts_of(problem):
                made = made_in(layout, site, name, place=place)
                peak = [_times(term, above / float(share)) for term in made]
                yield _row(layout, f"{site}/{name}{end}", (*peak, *firm), there)


def _row(layout: Layout, key: str, terms: tuple[Term, ...], there: FloatArray) -> Block:
    keys = tuple(f"{key},{year}" for year in layout.years)
    return Block(f"reserve.{key}", keys, terms, up=there)


def _times(term: Term, factor: FloatArray) -> Term:
    return Term(term.columns, np.asarray(term.coefficient, dtype=np.float64) * factor)


def _firm(layout: Layout, site: str, product: str) -> tuple[list[Term], FloatArray]:
    """Return minus the firm capacity that is decided, and the firm capacity that is there."""
    terms: list[Term] = []
    there = to_float([Fraction(0)] * layout.periods)
    for route in layout.routes:
        ratio = _ratio(route, product) if route.site == site else Fraction(0)
        technology = layout.problem.technologies.get(route.owner)
        if not ratio or technology is None or technology.existing is None:
            continue
        weight = technology.firm * ratio / layout.unit[product]
        terms.extend(capacity_terms(layout, technology, -weight))
        there = there + to_float([weight * value for value in technology.existing])
    return terms, there


def _ratio(route: Route, product: str) -> Fraction:
    """Return the units of a product per unit of what a technology serves or makes, at least."""
    if route.serves == product:
        return Fraction(1)
    return min(dict(route.by_products).get(product, (Fraction(0),)))
