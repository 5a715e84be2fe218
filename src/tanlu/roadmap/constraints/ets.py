"""Offsets that stand for a share of the allowances to be surrendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import emission_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("ets", unit="kt")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``surrendered offsets <= share * emissions covered``; its price is in the columns."""
    ets = layout.problem.ets
    if ets is None or ets.surrender is None:
        return
    share = -float(ets.surrender.max_share)
    names = emission_columns(ets.scopes, str(ets.method))
    covered = tuple(Term(layout.em[name].T, share) for name in names)
    yield Block("ets.offsets", layout.years, (Term(layout.ccer), *covered), up=0.0)
