"""Fuels, purchased heat, gases and materials: bought is what flows and switches take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.electricity import load_terms
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("fuel", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``buy = sum of D f + sum of input`` for each site and carrier."""
    for index, (site, carrier) in enumerate(layout.purchases):
        keys = tuple(f"{site}/{carrier},{year}" for year in layout.years)
        terms = (Term(layout.buy[index]), *load_terms(layout, site, carrier=carrier))
        yield Block(f"fuel.{site}/{carrier}", keys, terms, lo=0.0, up=0.0)
