"""What exported goods must still pay for at the border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO, emission_columns, to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("cbam", unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``obligation >= X (E / Q - (1 - phi) BM)``; it is not negative (rule M-94)."""
    for index, border in enumerate(layout.borders):
        facts = layout.problem.borders[border]
        sold = zip(facts.export, facts.output, strict=True)
        share = to_float([x / q if x else x for x, q in sold])
        mine = [i for i, site in enumerate(layout.sites) if site in facts.sites]
        keys = tuple(f"{border},{year}" for year in layout.years)
        names = emission_columns(facts.scopes, str(facts.method))
        embedded = tuple(Term(layout.em[name][mine].T, -share[:, None]) for name in names)
        free = -to_float([value / KILO for value in facts.free()])
        yield Block(f"cbam.{border}", keys, (Term(layout.obl[index]), *embedded), lo=free)
