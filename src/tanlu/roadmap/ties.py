"""The order among plans of equal cost, so that one input gives one plan."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout

SPREAD = 10**6


def first_choice(layout: Layout) -> FloatArray:
    """Return costs that prefer fewer, then earlier adoptions, then the lower id.

    Notes
    -----
    ``sum over adoptions of (t - t0 + 1) (M - rank)``, telescoped on cumulative binaries.
    """
    costs = np.zeros(layout.builder.n)
    count = len(layout.decisions)
    order = sorted(range(count), key=lambda i: layout.decisions[i].id)
    years = np.arange(1, layout.periods + 1, dtype=np.float64)
    for rank, index in enumerate(order):
        _telescope(costs, layout.z[index], years * (count - rank))
    for row in layout.y:
        _telescope(costs, row, years)
    for rank, name in enumerate(sorted(layout.stocks)):
        costs[layout.n[layout.stocks.index(name)]] = years * (len(layout.stocks) - rank)
    return costs


def last_choice(layout: Layout) -> FloatArray:
    """Return costs from a hash of decision and year, 1 to 10^6, telescoped."""
    costs = np.zeros(layout.builder.n)
    for index, decision in enumerate(layout.decisions):
        hashed = [_hash(f"{decision.id}|{year}") for year in layout.problem.years]
        _telescope(costs, layout.z[index], np.array(hashed, dtype=np.float64))
    return costs


def _hash(text: str) -> int:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") % SPREAD + 1


def _telescope(costs: FloatArray, columns: IntArray, per_start: FloatArray) -> None:
    following = np.append(per_start[1:], 0.0)
    costs[columns] = per_start - following
