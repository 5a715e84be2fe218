"""Emissions of a site by scope; purchased electricity both by location and by market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.contracts import unclaimed
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Layout


@family("emissions", unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return scope 1, scope 2 by both methods, and scope 3 as sums of purchases."""
    for index, site in enumerate(layout.sites):
        keys = tuple(f"{site},{year}" for year in layout.years)
        for name, scope in (("s1", 1), ("s2l", 2), ("s2m", 2), ("s3", 3)):
            terms = [Term(layout.em[name][index]), *_purchases(layout, site, scope=scope)]
            level = np.zeros(layout.periods)
            if site in layout.grid_sites:
                grid, level = _grid(layout, site, name=name)
                terms.extend(grid)
            yield Block(f"emissions.{name}.{site}", keys, tuple(terms), lo=level, up=level)


def _purchases(layout: Layout, site: str, *, scope: int) -> Iterator[Term]:
    problem = layout.problem
    for index, (where, name) in enumerate(layout.purchases):
        carrier = problem.carriers[name]
        if where != site:
            continue
        if carrier.scope == scope:
            yield Term(layout.buy[index], -layout.factor_kt(problem.ef(site, name), name))
        if scope == 3:  # noqa: PLR2004 - the scope
            yield Term(layout.buy[index], -layout.factor_kt(carrier.ef_scope3, name))


def _grid(layout: Layout, site: str, *, name: str) -> tuple[list[Term], FloatArray]:
    zero = np.zeros(layout.periods)
    problem = layout.problem
    power = problem.electricity()
    e = layout.e[layout.grid_sites.index(site)]
    if name == "s2l":
        return [Term(e, -layout.factor_kt(problem.ef(site, power), power))], zero
    if name == "s3":
        upstream = layout.factor_kt(problem.carriers[power].ef_scope3, power)
        return [Term(e, -upstream)], zero
    if name != "s2m":
        return [], zero
    factor = layout.factor_kt(problem.ef_market(site, power), power)
    mine = [i for i, (_, where) in enumerate(layout.claims) if where == site]
    terms = [Term(e, -factor), Term(layout.g[mine].T, factor)]
    terms.append(Term(layout.pin[unclaimed(layout, site)].T, -factor))
    held = to_float([v / layout.unit[power] for v in problem.sites[site].existing_claims])
    return terms, -factor * (held - _others(layout, site))


def _others(layout: Layout, site: str) -> FloatArray:
    """Return existing generation whose certificates others hold, in matrix units."""
    facts = layout.problem.sites[site]
    if facts.existing_pv_claimed:
        return np.zeros(layout.periods)
    unit = layout.unit[layout.problem.electricity()]
    return to_float([value / unit for value in facts.existing_pv])
