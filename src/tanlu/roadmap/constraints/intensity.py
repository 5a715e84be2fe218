"""Emissions per unit of output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block
from tanlu.roadmap.constraints.cap import emission_terms
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("intensity", reason="TARGET_BINDS", soft=True, unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``E_t <= level * output_t``."""
    output = layout.problem.output
    for target in sorted(layout.problem.targets.values(), key=lambda t: t.id):
        if target.kind is not TargetKind.INTENSITY:
            continue
        years = sorted(target.levels)
        up = [float(target.levels[year] * output[year] / KILO) for year in years]
        keys = tuple(f"{target.id},{layout.years[year]}" for year in years)
        terms = emission_terms(layout, target, years=years)
        yield Block(f"intensity.{target.id}", keys, terms, up=up)
