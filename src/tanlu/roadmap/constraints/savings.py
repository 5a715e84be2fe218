"""Savings on one end use multiply: tangents of the exponential from below."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import ABSENT, Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout

POINTS = 14  # for a small model; the search adds more where they matter
FEW_POINTS = 7
SPACING = 0.08  # of the log in a large model: understates by up to its square over 8
MANY = 600  # end uses times years
MOST_COMBINED = 4


@family("savings")
def rows(layout: Layout) -> Iterator[Block]:
    """Return ``f >= exp(w) (1 + v - w)`` at evenly spaced points w of each end use and year."""
    touched = sorted(layout.savings_on)
    is_large = len(touched) * layout.periods > MANY
    for end_use in touched:
        low, high = layout.reach[end_use, :, 0], layout.reach[end_use, :, 1]
        points = _few(float(np.max(high - low))) if is_large else POINTS
        logs = _logs(layout, end_use, np.arange(layout.periods))
        for point in range(points):
            w = low + (high - low) * point / (points - 1)
            yield _touching(f"savings.{layout.end_uses[end_use]}.{point}", logs, w)
        if layout.end_uses[end_use] in recovery_sources(layout):
            yield from _all_ceilings(layout, end_use)


def _few(span: float) -> int:
    """Return how many points keep a span of the log close enough; the search adds more."""
    return int(np.clip(np.ceil(span / SPACING) + 1, 2, FEW_POINTS))


def is_tangent(block: str) -> bool:
    """Say whether a block of this family holds tangents, which others may stand in for."""
    return block.rpartition(".")[2].isdigit()


def recovery_sources(layout: Layout) -> frozenset[str]:
    """Return the end uses whose waste heat may be recovered: there more use may help."""
    return frozenset(m.source_end_use for m in layout.problem.measures.values() if m.source_end_use)


def _all_ceilings(layout: Layout, end_use: int) -> Iterator[Block]:
    """Yield ceilings at every combination of a few decisions; at none and all of many."""
    decisions = [s.decision for s in layout.savings_on.get(end_use, ())]
    every = product((0.0, 1.0), repeat=len(decisions))
    chosen = list(every) if len(decisions) <= MOST_COMBINED else []
    years = np.arange(layout.periods)
    for number, combination in enumerate(chosen or [(0.0,) * len(decisions)]):
        values = np.zeros(layout.builder.n)
        for decision, level in zip(decisions, combination, strict=True):
            values[layout.z[decision]] = level
        name = f"savings.{layout.end_uses[end_use]}.ceiling{number}"
        blocks = ceilings(layout, name, end_use=end_use, years=years, values=values)
        first = list(blocks)
        yield from first if number == 0 else first[:1]


def tangents(layout: Layout, name: str, *, end_use: int, years: IntArray, w: FloatArray) -> Block:
    """Return one tangent of an end use in each of some years.

    Parameters
    ----------
    layout : Layout
        Columns.
    name : str
        Block name.
    end_use : int
        Index of the end use.
    years : IntArray, shape (n,)
        Year indices.
    w : FloatArray, shape (n,)
        Points of contact, log of the remaining share.
    """
    return _touching(name, _logs(layout, end_use, years), w)


@dataclass(frozen=True, slots=True)
class _Logs:
    """An end use and the logs of its savings in some years: what all its tangents share."""

    keys: tuple[str, ...]
    f: Term
    columns: IntArray
    values: FloatArray


def _logs(layout: Layout, end_use: int, years: IntArray) -> _Logs:
    columns: list[IntArray] = []
    values: list[FloatArray] = []
    for saving in layout.savings_on.get(end_use, ()):
        z = layout.z[saving.decision]
        if saving.by_start is None:
            columns.append(z[years][:, None])
            values.append(saving.log[years][:, None])
        else:
            columns.append(np.broadcast_to(z, (len(years), len(z))))
            values.append(saving.by_start[years])
    name, labels = layout.end_uses[end_use], layout.years
    keys = tuple([f"{name},{labels[year]}" for year in years])
    f = Term(layout.f[end_use, years])
    return _Logs(keys, f, np.concatenate(columns, axis=1), np.concatenate(values, axis=1))


def _touching(name: str, logs: _Logs, w: FloatArray) -> Block:
    slope = np.exp(w)
    terms = (logs.f, Term(logs.columns, -slope[:, None] * logs.values))
    return Block(name, logs.keys, terms, lo=slope * (1 - w))


def ceilings(
    layout: Layout, name: str, *, end_use: int, years: IntArray, values: FloatArray
) -> Iterator[Block]:
    """Yield upper bounds on an end use, exact at given whole-number decisions.

    Parameters
    ----------
    layout : Layout
        Columns.
    name : str
        Prefix of the block names.
    end_use : int
        Index of the end use.
    years : IntArray, shape (n,)
        Year indices.
    values : FloatArray
        Columns with whole numbers in the decisions.

    Notes
    -----
    Needed where more use would help, for instance to have emitted more before a peak year:
    ``f <= F* + (top - F*) (number of savings of the point undone + of loads added)``, and
    ``f <= top (1 - r z)`` for each saving (rule M-75).
    """
    members = layout.savings_on.get(end_use, ())
    if any(saving.by_start is not None for saving in members):
        return  # the number of savings undone says nothing of their age
    top = np.exp(layout.reach[end_use, years, 1])
    keys = tuple(f"{layout.end_uses[end_use]},{layout.years[year]}" for year in years)
    f = Term(layout.f[end_use, years])
    v = np.zeros(len(years))
    columns = np.full((len(years), len(members)), ABSENT, dtype=np.int64)
    sign = np.zeros((len(years), len(members)))
    for index, saving in enumerate(members):
        z = np.round(values[layout.z[saving.decision, years]])
        v += saving.log[years] * z
        columns[:, index] = layout.z[saving.decision, years]
        sign[:, index] = np.where(saving.log[years] < 0, z, -(1 - z))
    level = np.exp(v)
    gap = (top - level)[:, None]
    undone = np.sum(np.maximum(sign, 0), axis=1)
    yield Block(
        f"{name}.point", keys, (f, Term(columns, gap * sign)), up=level + gap[:, 0] * undone
    )
    for index, saving in enumerate(members):
        slope = top * -np.expm1(np.minimum(saving.log[years], 0))
        each = Term(columns[:, index], slope)
        yield Block(f"{name}.{index}", keys, (f, each), up=top)
