"""Uncertain factors of a plan and their draws: one number a factor and draw, shared by its rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.node import Faults, Node
from tanlu.roadmap.twin import LATEST, Draws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Problem

BLOCK = 4  # numbers that the generator makes at each count
TAIL = 0.95  # low and high of a normal factor are its 5 % and 95 % points
EVERY = "*"


class FactorKind(StrEnum):
    """What a factor moves."""

    ACTIVITY = "activity"
    EF = "ef"
    PRICE = "price"
    SAVING = "saving"
    DELAY = "delay"


class Distribution(StrEnum):
    """How a factor is spread between low and high."""

    NORMAL = "normal"
    TRIANGULAR = "triangular"
    UNIFORM = "uniform"
    DISCRETE = "discrete"


class Shape(StrEnum):
    """Whether a factor holds in all years, or grows from 1 in the first year to the last."""

    LEVEL = "level"
    TREND = "trend"


@dataclass(frozen=True, slots=True)
class UncertainFactor:
    """One thing that is not known.

    Parameters
    ----------
    id : str
        Stable id: with the seed it fixes the draws.
    kind : FactorKind
        What it moves.
    applies_to : str
        Carrier (ef, price), kind of measure (saving, delay), or ``*`` for all.
    distribution : Distribution
        Spread.
    low, typical, high : float
        Factors on the plan's value [-]; for a normal factor low and high are the 5 % and 95 %
        points, else the ends.
    weights : tuple of float
        Of 0, 1, 2 ... years late (discrete).
    shape : Shape
        Over the years.
    """

    id: str
    kind: FactorKind
    applies_to: str
    distribution: Distribution
    low: float = 1.0
    typical: float = 1.0
    high: float = 1.0
    weights: tuple[float, ...] = ()
    shape: Shape = Shape.LEVEL


def read_factors(rows: Sequence[Mapping[str, Any]]) -> tuple[UncertainFactor, ...]:
    """Read factors from JSON values, sorted by id.

    Raises
    ------
    TanluError
        ``plan.case-invalid`` with all faults.
    """
    faults = Faults()
    top = Node({"uncertainty": list(rows)}, "", (), faults)
    found = [_factor(node) for node in top.nodes("uncertainty")]
    if faults.found:
        raise TanluError("plan.case-invalid", findings=tuple(faults.found), count=len(faults.found))
    return tuple(sorted(found, key=lambda factor: factor.id))


def _factor(node: Node) -> UncertainFactor:
    kind = FactorKind(node.choice("kind", FactorKind, "activity"))
    default = "discrete" if kind is FactorKind.DELAY else "triangular"
    factor = UncertainFactor(
        id=node.text("id"),
        kind=kind,
        applies_to=node.text("applies_to", EVERY),
        distribution=Distribution(node.choice("distribution", Distribution, default)),
        low=float(node.number("low", 1)),
        typical=float(node.number("typical", 1)),
        high=float(node.number("high", 1)),
        weights=_weights(node),
        shape=Shape(node.choice("shape", Shape, "level")),
    )
    for name in ("note", "source", "locator", "quality"):
        node.text(name, "")
    if not factor.low <= factor.typical <= factor.high:
        shown = f"{factor.low:g}, {factor.typical:g}, {factor.high:g}"
        node.faults.add("CASE_RANGE_ORDER", node.path, found=shown)
    if factor.distribution is Distribution.DISCRETE and not _is_weighted(factor.weights):
        node.faults.add("CASE_WEIGHTS", node.at("weights"), found=factor.weights, most=LATEST)
    node.close()
    return factor


def _weights(node: Node) -> tuple[float, ...]:
    given = node.data.get("weights") if node.has("weights") else []
    if not isinstance(given, list) or not all(isinstance(w, int | float | str) for w in given):
        return ()
    try:
        return tuple(float(weight) for weight in given)
    except ValueError:
        return ()


def _is_weighted(weights: tuple[float, ...]) -> bool:
    return 0 < len(weights) <= LATEST + 1 and min(weights) >= 0 and sum(weights) > 0


def uniforms(seed: int, factor: str, *, first: int, count: int) -> FloatArray:
    """Return the uniform numbers of some draws of a factor, the same however they are batched.

    Parameters
    ----------
    seed : int
        Seed of the study.
    factor : str
        Id of the factor.
    first, count : int
        First draw, a multiple of four, and number of draws.

    Notes
    -----
    Philox keyed by (seed, SHA-256 of the id), its counter placed at the draw.
    """
    digest = int.from_bytes(hashlib.sha256(factor.encode()).digest()[:8], "big")
    key = np.array([seed, digest], dtype=np.uint64)
    generator = np.random.Generator(np.random.Philox(key=key, counter=first // BLOCK))
    return generator.random(count)


def quantile(factor: UncertainFactor, u: FloatArray) -> FloatArray:
    """Return a factor's values at some probabilities."""
    if factor.distribution is Distribution.NORMAL:
        sd = (factor.high - factor.low) / (2 * ndtri(TAIL))
        return np.asarray(factor.typical + sd * ndtri(u), dtype=np.float64)
    if factor.distribution is Distribution.UNIFORM:
        return factor.low + (factor.high - factor.low) * u
    if factor.distribution is Distribution.DISCRETE:
        steps = np.cumsum(factor.weights) / np.sum(factor.weights)
        years = np.searchsorted(steps, u, side="right")
        return np.minimum(years, len(steps) - 1).astype(np.float64)
    return _triangular(factor, u)


def _triangular(factor: UncertainFactor, u: FloatArray) -> FloatArray:
    span = factor.high - factor.low
    if not span:
        return np.full_like(u, factor.typical)
    turn = (factor.typical - factor.low) / span
    rising = factor.low + np.sqrt(u * span * (factor.typical - factor.low))
    falling = factor.high - np.sqrt((1 - u) * span * (factor.high - factor.typical))
    return np.where(u < turn, rising, falling)


def draw(
    problem: Problem, factors: Sequence[UncertainFactor], *, seed: int, first: int, count: int
) -> Draws:
    """Return some draws of all factors.

    Parameters
    ----------
    problem : Problem
        Its years, carriers and kinds of measures.
    factors : sequence of UncertainFactor
        What is uncertain.
    seed, first, count : int
        As in `uniforms`.
    """
    activity = np.ones((1, 1))
    by_kind: dict[FactorKind, dict[str, FloatArray]] = {kind: {} for kind in FactorKind}
    for factor in factors:
        value = quantile(factor, uniforms(seed, factor.id, first=first, count=count))
        if factor.kind is FactorKind.ACTIVITY:
            activity = activity * np.maximum(_path(problem, factor, value), 0)
            continue
        for name in _members(problem, factor):
            mine = by_kind[factor.kind]
            if factor.kind is FactorKind.DELAY:
                mine[name] = mine.get(name, 0) + value
            else:
                path = np.maximum(_path(problem, factor, value), 0)
                mine[name] = mine.get(name, 1.0) * path
    late = {k: np.minimum(v, LATEST).astype(np.int64) for k, v in by_kind[FactorKind.DELAY].items()}
    return Draws(
        count,
        activity,
        by_kind[FactorKind.EF],
        by_kind[FactorKind.PRICE],
        by_kind[FactorKind.SAVING],
        late,
    )


def _path(problem: Problem, factor: UncertainFactor, value: FloatArray) -> FloatArray:
    if factor.shape is Shape.LEVEL or problem.periods == 1:
        return value[:, None]
    since = np.array([year - problem.years[0] for year in problem.years], dtype=np.float64)
    found: FloatArray = 1 + (value[:, None] - 1) * (since / since[-1])
    return found


def _members(problem: Problem, factor: UncertainFactor) -> list[str]:
    if factor.applies_to != EVERY:
        return [factor.applies_to]
    if factor.kind in {FactorKind.EF, FactorKind.PRICE}:
        return sorted(problem.carriers)
    kinds = {measure.kind for measure in problem.measures.values()}
    generators = set(problem.pv) if factor.kind is FactorKind.DELAY else set()
    return sorted(kinds | generators)
