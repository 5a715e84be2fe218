"""Savings on one end use multiply: rows that their product stays above, exact where they touch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, product
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.builder import ABSENT, Block, Term
from tanlu.roadmap.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout, Saving

SPACING = 0.08  # of the log: tangents understate by up to its square over 8
MOST_POINTS = 7  # the search adds more where they matter
PAIR = 2  # of measures in whole steps: the rows at both ends are all that there is
LEAST, MOST = 0, 1  # ends of the reach of an end use
MOST_COMBINED = 4


@family("savings")
def rows(layout: Layout) -> Iterator[Block]:
    """Return what the remaining share of an end use is at least, in each year.

    Notes
    -----
    The share is the product of those that each measure leaves, and from its largest or its least
    value on every factor moves one way. So with the factors there, ``s_k = ref_k``, and
    ``ref`` their product, ``f >= ref (1 + sum of (s_k - ref_k) / ref_k)`` (rule M-74). A measure
    of N steps leaves ``1 - r n / N``, which is linear; where age matters, a tangent is below it.
    Between the two ends, tangents of the whole product are added.
    """
    for end_use in sorted(layout.savings_on):
        name, reach = layout.end_uses[end_use], layout.reach[end_use]
        factors = _factors(layout, end_use)
        is_whole = all(factor.is_whole for factor in factors)
        yield _from_end(layout, f"savings.{name}.most", end_use, factors, MOST)
        if len(factors) > 1 or not is_whole:  # else it is the same row
            yield _from_end(layout, f"savings.{name}.least", end_use, factors, LEAST)
        if len(factors) > PAIR or not is_whole:
            low, high = reach[:, 0], reach[:, 1]
            points = int(np.clip(np.ceil(np.max(high - low) / SPACING) + 1, 2, MOST_POINTS))
            logs = _logs(layout, end_use, np.arange(layout.periods))
            for point in range(1, points - 1):
                w = low + (high - low) * point / (points - 1)
                yield _touching(f"savings.{name}.{point}", logs, w)
        if name in recovery_sources(layout):
            yield from _all_ceilings(layout, end_use)


@dataclass(frozen=True, slots=True)
class _Factor:
    """What one measure leaves of an end use, in each year.

    Parameters
    ----------
    columns, slope : shape (T, k)
        Of the share when it is whole, else of its log.
    log : FloatArray, shape (T,)
        At full saving.
    is_whole : bool
        Whether what a step saves does not depend on its age: then the share is linear.
    """

    columns: IntArray
    slope: FloatArray
    log: FloatArray
    is_whole: bool


def _factors(layout: Layout, end_use: int) -> list[_Factor]:
    members = layout.savings_on[end_use]
    by_owner = groupby(members, key=lambda saving: layout.decisions[saving.decision].owner)
    found = []
    for _, group in by_owner:
        steps = list(group)
        every = zip(*(_columns(layout, saving) for saving in steps), strict=True)
        columns, logs = (np.concatenate(part, axis=1) for part in every)
        is_whole = steps[0].by_start is None
        slope = logs
        if is_whole:
            share = np.exp(np.cumsum(logs, axis=1))
            slope = np.diff(share, axis=1, prepend=1.0)
        log = np.sum([saving.log for saving in steps], axis=0)
        found.append(_Factor(columns, slope, log, is_whole))
    return found


def _columns(layout: Layout, saving: Saving) -> tuple[IntArray, FloatArray]:
    """Return the columns of a saving and their weights on its log, shape (T, k)."""
    z = layout.z[saving.decision]
    if saving.by_start is None:
        return z[:, None], saving.log[:, None]
    return np.broadcast_to(z, (len(z), len(z))), saving.by_start


def _from_end(
    layout: Layout, name: str, end_use: int, factors: Sequence[_Factor], side: int
) -> Block:
    """Return the row that touches where all factors are at their least, or their largest."""
    share = np.exp(layout.reach[end_use, :, side])
    terms = [Term(layout.f[end_use])]
    constant = np.ones(layout.periods)
    for factor in factors:
        log = (np.minimum, np.maximum)[side](factor.log, 0.0)
        scale = np.exp(-log) if factor.is_whole else np.ones(layout.periods)
        constant += scale - 1 if factor.is_whole else -log
        terms.append(Term(factor.columns, -(share * scale)[:, None] * factor.slope))
    keys = tuple(f"{layout.end_uses[end_use]},{year}" for year in layout.years)
    return Block(name, keys, tuple(terms), lo=share * constant)


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
    every = zip(*(_columns(layout, s) for s in layout.savings_on[end_use]), strict=True)
    columns, values = (np.concatenate(part, axis=1)[years] for part in every)
    name, labels = layout.end_uses[end_use], layout.years
    keys = tuple([f"{name},{labels[year]}" for year in years])
    f = Term(layout.f[end_use, years])
    return _Logs(keys, f, columns, values)


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
