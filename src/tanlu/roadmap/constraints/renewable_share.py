"""Share of the electricity used that is generated here or claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.contracts import unclaimed
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Layout


@family("renewable_share", reason="TARGET_BINDS", soft=True, unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``own + claims >= rho * use``, summed over sites."""
    for target in sorted(layout.problem.targets.values(), key=lambda t: t.id):
        if target.kind is not TargetKind.RENEWABLE_SHARE:
            continue
        years = sorted(target.levels)
        share = np.array([float(target.levels[year]) for year in years])
        others = {i for site in layout.grid_sites for i in unclaimed(layout, site)}
        mine = [i for i in range(len(layout.pv)) if i not in others]
        keys = tuple(f"{target.id},{layout.years[year]}" for year in years)
        terms = (
            Term(layout.pin[mine][:, years].T),
            Term(layout.after[:, years].T),
            Term(layout.g[:, years].T),
            Term(layout.use[:, years].T, -share),
        )
        yield Block(f"renewable_share.{target.id}", keys, terms, lo=-held(layout)[years])


def held(layout: Layout) -> FloatArray:
    """Return existing claims and claimed existing generation in matrix units, shape (T,)."""
    total = np.zeros(layout.periods)
    if not layout.grid_sites:
        return total
    unit = layout.unit[layout.problem.electricity()]
    for site in layout.grid_sites:
        facts = layout.problem.sites[site]
        total += to_float([value / unit for value in facts.existing_claims])
        if facts.existing_pv_claimed:
            total += to_float([value / unit for value in facts.existing_pv])
    return total
