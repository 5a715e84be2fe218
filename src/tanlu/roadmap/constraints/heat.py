"""What serves a routed end use adds up to it; a switch opens its route and closes the old."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Effect
from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout


@family("heat", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``sum of a = f``, ``a_new <= share z`` and ``a_old <= 1 - sum share z``."""
    for index, end_use in enumerate(layout.end_uses):
        mine = [i for i, route in enumerate(layout.routes) if route.serves == end_use]
        if not mine:
            continue
        keys = tuple(f"{end_use},{year}" for year in layout.years)
        terms = (Term(layout.a[mine].T), Term(layout.f[index], -1.0))
        yield Block(f"heat.balance.{end_use}", keys, terms, lo=0.0, up=0.0)
        most = np.exp(layout.reach[index, :, 1])
        for route_index in mine:
            yield from _gate(layout, route_index, keys=keys, most=most)


def _gate(
    layout: Layout, index: int, *, keys: tuple[str, ...], most: FloatArray
) -> Iterator[Block]:
    route = layout.routes[index]
    a = layout.a[index]
    if route.kind == "incumbent":
        switches, shares = switch_gates(layout, route.serves)
        if switches:
            closing = Term(layout.z[switches].T, shares * most[:, None])
            yield Block(f"heat.old.{route.id}", keys, (Term(a), closing), up=most)
    elif route.owner in layout.problem.measures:
        measure = layout.problem.measures[route.owner]
        share = to_float(measure.saving[route.serves]) * most
        decisions = layout.decisions_of(route.owner)
        opening = Term(layout.z[decisions].T, -share[:, None] / len(decisions))
        yield Block(f"heat.new.{route.id}", keys, (Term(a), opening), up=0.0)


def switch_gates(layout: Layout, end_use: str) -> tuple[list[int], FloatArray]:
    """Return the decisions that close an end use's old route, and their shares (T, n)."""
    decisions: list[int] = []
    shares: list[FloatArray] = []
    for index, decision in enumerate(layout.decisions):
        measure = layout.problem.measures.get(decision.owner)
        if measure and measure.effect is Effect.SWITCH and end_use in measure.saving:
            decisions.append(index)
            shares.append(to_float(measure.saving[end_use]) / decision.steps)
    return decisions, np.array(shares).T if shares else np.zeros((layout.periods, 0))


def demand_columns(layout: Layout, end_use: str) -> IntArray:
    """Return the remaining-share columns of an end use."""
    row: IntArray = layout.f[layout.end_uses.index(end_use)]
    return row
