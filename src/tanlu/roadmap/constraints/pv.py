"""Generation on site: capacity only grows, fills the roof at most, and is used by the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import KILO, to_float
from tanlu.roadmap.storage import is_physical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Layout


@family("pv", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return growth in decision years, the energy balance, and the self-use envelope per site."""
    open_ = [np.inf if y in layout.problem.decision_years else 0.0 for y in layout.problem.years]
    for index, name in enumerate(layout.pv):
        keys = tuple(f"{name},{year}" for year in layout.years)
        q = layout.q[index]
        grown = (Term(q[1:]), Term(q[:-1], -1.0))
        yield Block(f"pv.grow.{name}", keys[1:], grown, lo=0.0, up=open_[1:])
        energy = (
            Term(layout.pin[index]),
            Term(layout.after[index]),
            Term(layout.export[index]),
            Term(q, -per_mw(layout, name)),
        )
        yield Block(f"pv.energy.{name}", keys, energy, lo=-np.inf, up=0.0)
    for site in sorted({layout.problem.pv[name].site for name in layout.pv}):
        yield from _envelope(layout, site)
    yield from _roofs(layout)


def _roofs(layout: Layout) -> Iterator[Block]:
    """Return ``sum of q / Qmax <= 1`` of each roof that several owners may share."""
    roofs: dict[str, list[int]] = {}
    for index, name in enumerate(layout.pv):
        option = layout.problem.pv[name]
        if option.is_mixed and option.max_kw:
            roofs.setdefault(f"{option.site}/{option.roof}", []).append(index)
    for roof, mine in sorted(roofs.items()):
        sizes = [float(layout.problem.pv[layout.pv[i]].max_kw / KILO) for i in mine]
        keys = tuple(f"{roof},{year}" for year in layout.years)
        part = Term(layout.q[mine].T, 1 / np.array(sizes)[None, :])
        yield Block(f"pv.roof.{roof}", keys, (part,), up=1.0)


def per_mw(layout: Layout, name: str) -> FloatArray:
    """Return the generation of 1 MW in matrix units, shape (T,)."""
    unit = layout.unit[layout.problem.electricity()]
    return to_float([v * KILO / unit for v in layout.problem.pv[name].yield_per_kw])


def _envelope(layout: Layout, site: str) -> Iterator[Block]:
    mine = [i for i, name in enumerate(layout.pv) if layout.problem.pv[name].site == site]
    options = [layout.problem.pv[layout.pv[i]] for i in mine]
    use = layout.use[layout.grid_sites.index(site)]
    keys = tuple(f"{site},{year}" for year in layout.years)
    facts = layout.problem.storage
    batteries = [i for i, name in enumerate(layout.storage) if facts[name].site == site]
    for number, (alpha, beta) in enumerate(options[0].envelope):
        yields = np.array([per_mw(layout, option.id) for option in options]).T
        terms: tuple[Term, ...] = (
            Term(layout.pin[mine].T),
            Term(layout.after[mine].T),
            Term(layout.q[mine].T, -float(alpha) * yields),
            Term(use, -float(beta)),
        )
        if batteries and not is_physical(alpha, beta):
            terms = (*terms, Term(layout.ho[batteries].T, -1.0))
        yield Block(f"pv.envelope.{site}.{number}", keys, terms, up=0.0)
