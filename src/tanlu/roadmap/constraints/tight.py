"""Rows that follow from the others at whole numbers and bring the relaxation closer to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tanlu.kernel.plan import Effect
from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.constraints.exclusion import groups
from tanlu.roadmap.constraints.savings import recovery_sources
from tanlu.roadmap.constraints.waste_heat import recovery
from tanlu.roadmap.families import family
from tanlu.roadmap.layout import to_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Measure


@family("tight", unit="GWh")
def rows(layout: Layout) -> Iterator[Block]:
    """Return what holds of routes that open or close as one.

    ``a_new <= f - L (1 - z)`` and ``a_old <= f - L z`` of a switch, and ``a <= f - L (1 - z)`` of
    the source of a recovery, in its units. L is the least that an end use can come down to, at
    most one saving of each exclusive group taken.
    """
    least = {
        name: least_share(layout, name)
        for name in sorted(_routed(layout) | recovery_sources(layout))
    }
    for index, route in enumerate(layout.routes):
        if route.kind == "switch":
            yield from _switched(layout, index, least[route.serves])
    for measure in sorted(layout.problem.measures.values(), key=lambda m: m.id):
        if measure.effect is Effect.RECOVER and _is_single(layout, measure.id):
            yield _recovered(layout, measure, least[measure.source_end_use])


def _routed(layout: Layout) -> set[str]:
    return {route.serves for route in layout.routes if route.kind != "maker"}


def _is_single(layout: Layout, owner: str) -> bool:
    decisions = layout.decisions_of(owner)
    return len(decisions) == 1 and not layout.decisions[decisions[0]].continuous


def _switched(layout: Layout, index: int, low: FloatArray) -> Iterator[Block]:
    route = layout.routes[index]
    if not _is_single(layout, route.owner):
        return
    z = layout.z[layout.decisions_of(route.owner)[0]]
    f = Term(layout.f[layout.end_uses.index(route.serves)], -1.0)
    keys = tuple(f"{route.id},{year}" for year in layout.years)
    new = (Term(layout.a[index]), f, Term(z, -low))
    yield Block(f"tight.new.{route.id}", keys, new, up=-low)
    share = to_float(layout.problem.measures[route.owner].saving[route.serves])
    old = [
        i
        for i, other in enumerate(layout.routes)
        if other.serves == route.serves and other.kind == "incumbent"
    ]
    if old and np.all(share == 1):
        yield Block(
            f"tight.old.{route.id}", keys, (Term(layout.a[old[0]]), f, Term(z, low)), up=0.0
        )


def _recovered(layout: Layout, measure: Measure, low: FloatArray) -> Block:
    routes, taken, given = recovery(layout, measure)
    z = layout.z[layout.decisions_of(measure.id)[0]]
    f = layout.f[layout.end_uses.index(measure.source_end_use)]
    scale = np.maximum(given, 1.0)
    keys = tuple(f"{measure.id},{year}" for year in layout.years)
    terms = (
        Term(layout.a[routes].T, taken.T / scale[:, None]),
        Term(f, -given / scale),
        Term(z, -low * given / scale),
    )
    return Block(f"tight.recovered.{measure.id}", keys, terms, up=-low * given / scale)


def least_share(layout: Layout, end_use: str) -> FloatArray:
    """Return the smallest remaining share of an end use, one of each exclusive group (T,)."""
    where = layout.end_uses.index(end_use)
    group_of = {member: name for name, members in groups(layout).items() for member in members}
    lowest: dict[str, FloatArray] = {}
    by_owner: dict[str, FloatArray] = {}
    first: dict[str, int] = {}
    for saving in layout.savings:
        if saving.end_use == where:
            owner = layout.decisions[saving.decision].owner
            first.setdefault(owner, saving.decision)
            by_owner[owner] = by_owner.get(owner, np.zeros(layout.periods)) + np.minimum(
                saving.log, 0
            )
    for owner, log in by_owner.items():
        name = group_of.get(first[owner], f"#{owner}")
        lowest[name] = np.minimum(lowest.get(name, log), log)
    total: FloatArray = np.exp(sum(lowest.values(), np.zeros(layout.periods)))
    return total
