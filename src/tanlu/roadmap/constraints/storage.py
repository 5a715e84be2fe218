"""Batteries: capacity only grows; what is moved is bounded by it and loses some of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import ABSENT, Block, Term
from tanlu.roadmap.constraints.pv import per_mw
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO, to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("storage", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return growth in decision years, ``moved <= cycles s``, and losses out of what is made."""
    problem = layout.problem
    for index, name in enumerate(layout.storage):
        facts = problem.storage[name]
        keys = tuple(f"{name},{year}" for year in layout.years)
        s = layout.s[index]
        before = np.concatenate([[ABSENT], s[:-1]])
        up = [np.inf if year in problem.decision_years else 0.0 for year in problem.years]
        yield Block(f"storage.grow.{name}", keys, (Term(s), Term(before, -1.0)), lo=0.0, up=up)
        unit = layout.unit[problem.electricity()]
        cycles = to_float([value * KILO / unit for value in facts.shift_per_kwh])
        moved = (Term(layout.ho[index]), Term(layout.hg[index]), Term(s, -cycles))
        yield Block(f"storage.moved.{name}", keys, moved, up=0.0)
    for site in sorted({problem.storage[name].site for name in layout.storage}):
        yield _losses(layout, site)


def _losses(layout: Layout, site: str) -> Block:
    """Return ``self-use + export + losses <= yield q``, summed over a site."""
    problem = layout.problem
    mine = [i for i, name in enumerate(layout.storage) if problem.storage[name].site == site]
    pv = [i for i, name in enumerate(layout.pv) if problem.pv[name].site == site]
    loss = np.array([float(problem.storage[layout.storage[i]].loss) for i in mine])
    yields = np.array([per_mw(layout, layout.pv[i]) for i in pv]).reshape(len(pv), layout.periods).T
    terms = [Term(layout.ho[mine].T, loss[None, :])]
    terms.extend(Term(columns[pv].T) for columns in (layout.pin, layout.after, layout.export))
    if pv:
        terms.append(Term(layout.q[pv].T, -yields))
    else:
        terms[0] = Term(layout.ho[mine].T)  # without generation nothing of it is moved
    keys = tuple(f"{site},{year}" for year in layout.years)
    return Block(f"storage.loss.{site}", keys, tuple(terms), up=0.0)
