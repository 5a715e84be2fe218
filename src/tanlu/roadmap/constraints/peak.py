"""Emissions do not rise after the peak year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.cap import emission_terms
from tanlu.roadmap.families import family
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("peak", reason="TARGET_BINDS", soft=True, unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``E_t <= E_{t-1}`` for the years after the peak year."""
    for target in sorted(layout.problem.targets.values(), key=lambda t: t.id):
        if target.kind is not TargetKind.PEAK or not target.levels:
            continue
        years = list(range(min(target.levels) + 1, layout.periods))
        if not years:
            continue
        now = emission_terms(layout, target, years=years)
        before = emission_terms(layout, target, years=[year - 1 for year in years])
        fall = tuple(Term(term.columns, -1.0) for term in before)
        keys = tuple(f"{target.id},{layout.years[year]}" for year in years)
        yield Block(f"peak.{target.id}", keys, (*now, *fall), up=0.0)
