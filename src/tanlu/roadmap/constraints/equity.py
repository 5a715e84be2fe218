"""Each site cuts at least a share of its own baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.baseline import site_baseline
from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.carbon_cost import MG_PER_T
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO, emission_columns
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("equity", reason="TARGET_BINDS", soft=True, unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``E_site <= (1 - x) E_site of the baseline`` of the same year (rule M-95)."""
    problem = layout.problem
    for target in sorted(problem.targets.values(), key=lambda t: t.id):
        if target.kind is not TargetKind.EQUITY:
            continue
        years = sorted(target.levels)
        names = emission_columns(target.scopes, str(target.method))
        base = site_baseline(problem, target)
        for site in target.sites:
            row = layout.sites.index(site)
            key = f"{target.id}/{site}"
            keys = tuple(f"{key},{layout.years[year]}" for year in years)
            scale = MG_PER_T * KILO
            up = [float(base[site][y] * (1 - target.levels[y]) / scale) for y in years]
            terms = tuple(Term(layout.em[name][row, years]) for name in names)
            yield Block(f"equity.{key}", keys, terms, up=up)
