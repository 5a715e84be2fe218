"""Energy per unit of output, in coal equivalent by the target's own convention."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO, MEGA
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Target


@family("energy_intensity", reason="TARGET_BINDS", soft=True, unit="ktce")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``sum of purchases in tce <= level * output``."""
    output = layout.problem.output
    for target in sorted(layout.problem.targets.values(), key=lambda t: t.id):
        if target.kind is not TargetKind.ENERGY_INTENSITY:
            continue
        years = sorted(target.levels)
        up = [float(target.levels[year] * output[year] / KILO) for year in years]
        keys = tuple(f"{target.id},{layout.years[year]}" for year in years)
        terms = energy_terms(layout, target, years=years)
        yield Block(f"energy_intensity.{target.id}", keys, terms, up=up)


def energy_terms(layout: Layout, target: Target, *, years: list[int]) -> tuple[Term, ...]:
    """Return what is bought in thousand tce in some years."""
    problem = layout.problem
    power = problem.electricity()
    found = []
    bought = [(layout.buy[i], name) for i, (_, name) in enumerate(layout.purchases)]
    bought.extend((layout.e[i], power) for i in range(len(layout.grid_sites)))
    for columns, name in bought:
        each = problem.carriers[name].kgce.get(target.convention, Fraction(0))
        found.append(Term(columns[years], float(each * layout.unit[name] / MEGA)))
    return tuple(found)
