"""From the neutrality year on, what is emitted is offset, and offsets are bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.cap import emission_terms
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("neutrality", reason="TARGET_BINDS", soft=True, unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``E <= off`` and ``off <= phi E_base``; the level is the base in tCO2e."""
    problem = layout.problem
    for target in sorted(problem.targets.values(), key=lambda t: t.id):
        if target.kind is not TargetKind.NEUTRALITY or not target.levels:
            continue
        start = min(target.levels)
        years = list(range(start, layout.periods))
        keys = tuple(f"{target.id},{layout.years[year]}" for year in years)
        terms = (*emission_terms(layout, target, years=years), Term(layout.off[years], -1.0))
        yield Block(f"neutrality.{target.id}", keys, terms, up=0.0)
        share = problem.offsets.max_share if problem.offsets is not None else 0
        most = float(target.levels[start] * share / KILO)
        yield Block(f"neutrality.offsets.{target.id}", keys, (Term(layout.off[years]),), up=most)
