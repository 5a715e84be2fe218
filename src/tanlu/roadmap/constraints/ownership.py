"""Who invests in generation: one mode per roof, and what changes when the term ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Ownership
from tanlu.roadmap.builder import ABSENT, Block, Term
from tanlu.roadmap.constraints.pv import per_mw
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import IntArray
    from tanlu.roadmap.layout import Layout


@family("ownership", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``q <= Qmax z``, self-use within the term, and self-use after it."""
    for index, name in enumerate(layout.pv):
        option = layout.problem.pv[name]
        z = layout.z[layout.decisions_of(name)[0]]
        size = float(option.max_kw / KILO)
        keys = tuple(f"{name},{year}" for year in layout.years)
        yield Block(f"ownership.open.{name}", keys, (Term(layout.q[index]), Term(z, -size)), up=0.0)
        if option.ownership is Ownership.OWN:
            yield Block(f"ownership.after.{name}", keys, (Term(layout.after[index]),), up=0.0)
            continue
        most = per_mw(layout, name) * size
        ended = shifted(z, option.term)
        within = (Term(layout.pin[index]), Term(z, -most), Term(ended, most))
        later = (Term(layout.after[index]), Term(ended, -most))
        yield Block(f"ownership.within.{name}", keys, within, up=0.0)
        yield Block(f"ownership.after.{name}", keys, later, up=0.0)


def shifted(columns: IntArray, years: int) -> IntArray:
    """Return the columns of so many years before, absent at the start."""
    moved = np.full_like(columns, ABSENT)
    if years < len(columns):
        moved[years:] = columns[: len(columns) - years]
    return moved
