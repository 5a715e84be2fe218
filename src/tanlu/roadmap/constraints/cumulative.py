"""Cap on the emissions from the first year to a given one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO, emission_columns
from tanlu.roadmap.problem import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("cumulative", reason="TARGET_BINDS", soft=True, unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``sum over years of E <= level``."""
    for target in sorted(layout.problem.targets.values(), key=lambda t: t.id):
        if target.kind is not TargetKind.CUMULATIVE:
            continue
        names = emission_columns(target.scopes, str(target.method))
        for year, level in sorted(target.levels.items()):
            label = layout.years[year]
            terms = tuple(Term(layout.em[name][:, : year + 1].reshape(1, -1)) for name in names)
            key = (f"{target.id},{label}",)
            yield Block(f"cumulative.{target.id}.{label}", key, terms, up=float(level / KILO))
