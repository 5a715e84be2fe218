"""Electricity of a site: what is used is bought or generated there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("electricity", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``use = flows + switched input + aux`` and ``use = e + own generation``."""
    power = layout.problem.electricity()
    for index, site in enumerate(layout.grid_sites):
        keys = tuple(f"{site},{year}" for year in layout.years)
        terms = (Term(layout.use[index]), *load_terms(layout, site, carrier=power))
        yield Block(f"electricity.use.{site}", keys, terms, lo=0.0, up=0.0)
        own = to_float([v / layout.unit[power] for v in layout.problem.sites[site].existing_pv])
        mine = [i for i, name in enumerate(layout.pv) if layout.problem.pv[name].site == site]
        supply = (
            Term(layout.use[index]),
            Term(layout.e[index], -1.0),
            Term(layout.pin[mine].T, -1.0),
            Term(layout.after[mine].T, -1.0),
        )
        yield Block(f"electricity.supply.{site}", keys, supply, lo=own, up=own)


def load_terms(layout: Layout, site: str, *, carrier: str) -> Iterator[Term]:
    """Yield minus each column times what it takes of a carrier or product at a site."""
    problem = layout.problem
    routed = {route.serves for route in layout.routes}
    for index, name in enumerate(layout.end_uses):
        use = problem.end_uses[name]
        if use.site == site and use.carrier == carrier and name not in routed:
            yield Term(layout.f[index], -layout.demand(name))
    for index, route in enumerate(layout.routes):
        for name, ratio in route.inputs if route.site == site else ():
            if name == carrier:
                yield Term(layout.a[index], -layout.flow(route, name, ratio))
    if carrier == problem.electricity():
        yield from _aux(layout, site)


def _aux(layout: Layout, site: str) -> Iterator[Term]:
    unit = layout.unit[layout.problem.electricity()]
    for index, decision in enumerate(layout.decisions):
        measure = layout.problem.measures.get(decision.owner)
        if measure is not None and measure.site == site and any(measure.aux):
            extra = to_float([value / unit for value in measure.aux])
            yield Term(layout.z[index], np.asarray(-extra / decision.steps))
    for index, name in enumerate(layout.storage):
        battery = layout.problem.storage[name]
        if battery.site == site:
            yield Term(layout.hg[index], -float(battery.loss))
