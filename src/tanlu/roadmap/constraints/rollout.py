"""No more new blocks, sites or share in one year than can be built."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.layout import Layout


@family("rollout", reason="ROLL_OUT_LIMIT")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``new blocks of a kind <= ceil(max_rollout N)`` a year; a share when continuous.

    A single yes-or-no measure has no row: a limit below one would forbid it.
    """
    for kind, (members, limit) in sorted(limits(layout).items()):
        z = layout.z[members]
        keys = tuple(f"{kind},{year}" for year in layout.years[1:])
        terms = (Term(z[:, 1:].T), Term(z[:, :-1].T, -1.0))
        yield Block(f"rollout.{kind}", keys, terms, up=np.full(len(keys), limit))
        yield Block(
            f"rollout.first.{kind}", (f"{kind},{layout.years[0]}",), (Term(z[:, :1].T),), up=limit
        )


def limits(layout: Layout) -> dict[str, tuple[list[int], float]]:
    """Return the decisions of each kind and how many may start in one year."""
    members: defaultdict[str, list[int]] = defaultdict(list)
    shares: dict[str, float] = {}
    for index, decision in enumerate(layout.decisions):
        measure = layout.problem.measures.get(decision.owner)
        if measure is None or measure.max_rollout is None:
            continue
        kind = f"{measure.id}" if measure.continuous else measure.kind
        members[kind].append(index)
        known = shares.get(kind, math.inf)
        count = float(measure.max_rollout)
        shares[kind] = min(known, count)
    found = {}
    for kind, rows_ in members.items():
        continuous = layout.decisions[rows_[0]].continuous
        exact = shares[kind] * len(rows_)
        limit = shares[kind] if continuous else math.ceil(exact - 1e-9)
        if continuous or len(rows_) > 1:
            found[kind] = (rows_, float(limit))
    return found
