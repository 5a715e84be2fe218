"""A purchased kilowatt-hour carries at most one claim; contracts have a volume limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float
from tanlu.roadmap.problem import LARGEST_CONTRACT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("contracts", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``claims <= e + generation whose certificates others hold`` and volume limits."""
    problem = layout.problem
    unit = layout.unit.get(problem.electricity())
    for index, site in enumerate(layout.grid_sites):
        mine = [i for i, (_, where) in enumerate(layout.claims) if where == site]
        if not mine and not any(problem.sites[site].existing_claims):
            continue
        held = to_float([value / unit for value in problem.sites[site].existing_claims])  # type: ignore[operator]
        others = unclaimed(layout, site)
        keys = tuple(f"{site},{year}" for year in layout.years)
        terms = (
            Term(layout.g[mine].T),
            Term(layout.e[index], -1.0),
            Term(layout.pin[others].T, -1.0),
        )
        yield Block(f"contracts.claims.{site}", keys, terms, up=-held)
    for contract in sorted(problem.contracts.values(), key=lambda c: c.id):
        mine = [i for i, (name, _) in enumerate(layout.claims) if name == contract.id]
        keys = tuple(f"{contract.id},{year}" for year in layout.years)
        limit = np.asarray(to_float([value / unit for value in contract.limit]))  # type: ignore[operator]
        limit[[value >= LARGEST_CONTRACT for value in contract.limit]] = np.inf
        yield Block(f"contracts.limit.{contract.id}", keys, (Term(layout.g[mine].T),), up=limit)


def unclaimed(layout: Layout, site: str) -> list[int]:
    """Return the options of a site whose certificates the investor keeps within the term."""
    options = layout.problem.pv
    return [
        i
        for i, name in enumerate(layout.pv)
        if options[name].site == site and not options[name].host_claims
    ]
