"""Yearly emission cap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO, emission_columns
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Target


@family("cap", reason="TARGET_BINDS", soft=True, unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``E_t <= cap_t`` for the years that have a level."""
    for target in sorted(layout.problem.targets.values(), key=lambda t: t.id):
        if target.kind is not TargetKind.ABSOLUTE:
            continue
        years = sorted(target.levels)
        up = [float(target.levels[year] / KILO) for year in years]
        keys = tuple(f"{target.id},{layout.years[year]}" for year in years)
        yield Block(f"cap.{target.id}", keys, emission_terms(layout, target, years=years), up=up)


def emission_terms(layout: Layout, target: Target, *, years: list[int]) -> tuple[Term, ...]:
    """Return the sum of a target's emissions over all sites in some years [kt]."""
    names = emission_columns(target.scopes, str(target.method))
    return tuple(Term(layout.em[name][:, years].T) for name in names)
