"""How likely a plan meets each target when the future differs from what was planned with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from tanlu.roadmap.change import Change, Knob, changed
from tanlu.roadmap.layout import to_float
from tanlu.roadmap.problem import TargetKind
from tanlu.roadmap.twin import Twin
from tanlu.roadmap.uncertain import BLOCK, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Problem, Target
    from tanlu.roadmap.simulate import Choices
    from tanlu.roadmap.solved import Solved
    from tanlu.roadmap.twin import Outcomes
    from tanlu.roadmap.uncertain import UncertainFactor

    BoolArray = NDArray[np.bool_]
    Progress = Callable[[int, int], bool]

DRAWS = 10_000
BATCH = 500 * BLOCK
LEVEL = 0.95
SLACK = 1e-9  # relative: what rounding may move
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Chance:
    """Share of the draws that meet a target in all its years, with its Wilson interval."""

    target: str
    probability: float
    low: float
    high: float
    topped: float
    topped_low: float
    topped_high: float
    worst_year: int | None
    worst_probability: float | None


@dataclass(frozen=True, slots=True)
class Risk:
    """A plan's chances.

    Parameters
    ----------
    draws : int
        Number of draws made.
    seed : int
        Seed.
    chances : tuple of Chance
        By target.
    every : Chance
        All targets together.
    cost_cny : tuple of float
        5 %, 50 % and 95 % point of the present value [CNY].
    shortage : float
        Share of the draws in which some demand cannot be served: they count as misses.
    """

    draws: int
    seed: int
    chances: tuple[Chance, ...]
    every: Chance
    cost_cny: tuple[float, ...]
    shortage: float


def wilson(hits: int, count: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the Wilson score interval of a share.

    Parameters
    ----------
    hits, count : int
        Successes among draws.
    level : float
        Confidence [-].

    Examples
    --------
    >>> [round(edge, 4) for edge in wilson(8413, 10_000)]
    [0.834, 0.8483]
    """
    z = float(ndtri((1 + level) / 2))
    share = hits / count
    middle = share + z * z / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return (middle - reach) / scale, (middle + reach) / scale


def assess(
    problem: Problem,
    choices: Choices,
    factors: Sequence[UncertainFactor],
    *,
    seed: int = 0,
    count: int = DRAWS,
    progress: Progress | None = None,
) -> Risk:
    """Return how likely a plan meets each target.

    Parameters
    ----------
    problem : Problem
        What was planned.
    choices : Choices
        The plan.
    factors : sequence of UncertainFactor
        What is uncertain.
    seed, count : int
        Seed and number of draws.
    progress : callable, optional
        Gets (done, all); false stops, and the draws made count.
    """
    twin = Twin(problem, choices)
    targets = sorted(problem.targets.values(), key=lambda target: target.id)
    tally = _Tally(problem, targets)
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        tally.add(twin.run(draw(problem, factors, seed=seed, first=first, count=size)), choices)
        if progress is not None and not progress(first + size, count):
            break
    return tally.risk(seed)


class _Tally:
    """Counts of the draws so far; lives only inside `assess`."""

    def __init__(self, problem: Problem, targets: Sequence[Target]) -> None:
        self.problem, self.targets = problem, targets
        size = len(targets)
        self.count, self.short = 0, 0
        self.met, self.topped = np.zeros(size, dtype=int), np.zeros(size, dtype=int)
        self.by_year = np.zeros((size, problem.periods), dtype=int)
        self.every, self.every_topped = 0, 0
        self.costs: list[FloatArray] = []

    def add(self, outcomes: Outcomes, choices: Choices) -> None:
        served = ~outcomes.short
        both = [
            [_kept(self.problem, choices, t, outcomes, is_topped=flag) for t in self.targets]
            for flag in (False, True)
        ]
        plain, topped = ([rows.all(axis=1) & served for rows in group] for group in both)
        self.met += np.array([int(hit.sum()) for hit in plain], dtype=int)
        self.topped += np.array([int(hit.sum()) for hit in topped], dtype=int)
        for index, rows in enumerate(both[0]):
            self.by_year[index] += (rows & served[:, None]).sum(axis=0)
        self.every += int(np.logical_and.reduce([served, *plain]).sum())
        self.every_topped += int(np.logical_and.reduce([served, *topped]).sum())
        self.count += len(served)
        self.short += int(outcomes.short.sum())
        self.costs.append(np.asarray(outcomes.npv))

    def risk(self, seed: int) -> Risk:
        chances = tuple(
            self._chance(target.id, int(self.met[i]), int(self.topped[i]), self.by_year[i])
            for i, target in enumerate(self.targets)
        )
        costs = np.quantile(np.concatenate(self.costs), QUANTILES)
        return Risk(
            self.count,
            seed,
            chances,
            self._chance("", self.every, self.every_topped, None),
            tuple(float(cost) for cost in costs),
            self.short / self.count,
        )

    def _chance(self, name: str, hits: int, topped: int, years: NDArray[np.int64] | None) -> Chance:
        misses = years is not None and years.min(initial=self.count) < self.count
        worst = int(np.argmin(years)) if misses and years is not None else None
        low, high = wilson(hits, self.count)
        topped_low, topped_high = wilson(topped, self.count)
        return Chance(
            name,
            hits / self.count,
            low,
            high,
            topped / self.count,
            topped_low,
            topped_high,
            None if worst is None else self.problem.years[worst],
            None if worst is None or years is None else int(years[worst]) / self.count,
        )


def _kept(
    problem: Problem, choices: Choices, target: Target, outcomes: Outcomes, *, is_topped: bool
) -> BoolArray:
    """Say by draw and year whether a target is kept, shape (K, T); true where it asks nothing."""
    value, limit = _sides(problem, choices, target, outcomes, is_topped=is_topped)
    kept: BoolArray = value <= limit + SLACK * np.maximum(np.abs(limit), 1)
    return kept


def _emitted(target: Target, outcomes: Outcomes, *, is_topped: bool) -> FloatArray:
    market = outcomes.topped_s2m if is_topped else outcomes.emissions["s2m"]
    second = market if str(target.method) == "market" else outcomes.emissions["s2l"]
    parts = {1: outcomes.emissions["s1"], 2: second, 3: outcomes.emissions["s3"]}
    return np.asarray(sum(parts[scope] for scope in sorted(target.scopes)))


def _sides(
    problem: Problem, choices: Choices, target: Target, outcomes: Outcomes, *, is_topped: bool
) -> tuple[FloatArray, FloatArray]:
    periods = problem.periods
    levels = np.full(periods, np.inf)
    for year, level in target.levels.items():
        levels[year] = float(level)
    if target.kind is TargetKind.RENEWABLE_SHARE:
        green = outcomes.topped_renewable if is_topped else outcomes.renewable
        wanted = np.where(np.isfinite(levels), levels, 0.0)
        return wanted * outcomes.use, np.asarray(green)
    if target.kind is TargetKind.ENERGY_INTENSITY:
        coal = outcomes.coal.get(target.convention, np.zeros((1, periods)))
        return np.asarray(coal), levels * outcomes.output
    if target.kind is TargetKind.EQUITY:
        return _largest_left(target, outcomes), 1 - np.where(np.isfinite(levels), levels, 0.0)
    value = _emitted(target, outcomes, is_topped=is_topped)
    if target.kind is TargetKind.CUMULATIVE:
        return np.cumsum(value, axis=1), levels
    if target.kind is TargetKind.INTENSITY:
        return value, levels * outcomes.output
    if target.kind is TargetKind.PEAK:
        start = min(target.levels, default=periods)
        if is_topped:
            plain = _emitted(target, outcomes, is_topped=False)
            return value, _before(_falling(plain, value, start=start), start=start)
        return value, _before(value, start=start)
    if target.kind is TargetKind.NEUTRALITY:
        return value, _offset(problem, choices, target)
    return value, levels


def _largest_left(target: Target, outcomes: Outcomes) -> FloatArray:
    """Return the largest share of its baseline that a site still emits, shape (K, T).

    Topping up is not given to single sites: it counts as without.
    """
    second = "s2m" if str(target.method) == "market" else "s2l"
    names = [{1: "s1", 2: second, 3: "s3"}[scope] for scope in sorted(target.scopes)]
    left = np.zeros(outcomes.use.shape)
    for site in target.sites:
        now = np.asarray(sum(outcomes.by_site[site][name] for name in names))
        was = np.asarray(sum(outcomes.base_by_site[site][name] for name in names))
        share = np.divide(
            now, was, out=np.zeros_like(left), where=np.broadcast_to(was > 0, left.shape)
        )
        left = np.maximum(left, share)
    return left


def _before(value: FloatArray, *, start: int) -> FloatArray:
    limit = np.full(value.shape, np.inf)
    limit[:, start + 1 :] = value[:, start:-1]
    return limit


def _falling(plain: FloatArray, least: FloatArray, *, start: int) -> FloatArray:
    """Return the path when each year is topped up only so far that it does not rise."""
    path = np.array(np.broadcast_to(plain, least.shape))
    for year in range(start + 1, path.shape[1]):
        wanted = np.minimum(path[:, year], path[:, year - 1])
        path[:, year] = np.maximum(wanted, least[:, year])
    return path


def _offset(problem: Problem, choices: Choices, target: Target) -> FloatArray:
    start = min(target.levels, default=problem.periods)
    share = problem.offsets.max_share if problem.offsets else 0
    limit = np.full(problem.periods, np.inf)
    most = float(target.levels[start] * share)
    limit[start:] = np.minimum(to_float(choices.offsets)[start:], most)
    return limit


@dataclass(frozen=True, slots=True)
class Margin:
    """The least tightening of the caps that reaches a wanted probability.

    Parameters
    ----------
    share : float
        How far below the caps to plan [-].
    probability : float
        Chance of the caps as they are, of that plan.
    cost_cny : float
        What that plan costs [CNY].
    """

    share: float
    probability: float
    cost_cny: float


def find_margin(
    problem: Problem,
    plan: Callable[[Problem], Solved | None],
    factors: Sequence[UncertainFactor],
    *,
    wanted: float,
    target: str = "",
    steps: int = 6,
    highest: float = 0.5,
    seed: int = 0,
    count: int = DRAWS,
) -> Margin | None:
    """Return the margin on the caps for a wanted chance, by bisection on common draws.

    Parameters
    ----------
    problem : Problem
        With the caps as they are.
    plan : callable
        Plans a problem; None when it has no plan.
    factors : sequence of UncertainFactor
        What is uncertain.
    wanted : float
        Chance to reach [-].
    target : str
        Target whose chance counts; all together when empty.
    steps : int
        Halvings.
    highest : float
        Largest margin tried [-].
    seed, count : int
        Common to all plans tried.

    Returns
    -------
    Margin or None
        None when the largest margin that has a plan is not enough.
    """

    def attempt(share: float) -> Margin | None:
        factor = Fraction(round((1 - share) * 10**9), 10**9)
        tight = changed(problem, (Change(Knob.CAP, factor, is_factor=True),))
        solved = plan(tight)
        if solved is None:
            return None
        risk = assess(problem, solved.choices, factors, seed=seed, count=count)
        named = [c.probability for c in risk.chances if c.target == target]
        chance = named[0] if named else risk.every.probability
        return Margin(share, chance, float(solved.objective_cny))

    low, high, best = 0.0, highest, attempt(0.0)
    if best is not None and best.probability >= wanted:
        return best
    best = None
    for _ in range(steps):
        middle = (low + high) / 2
        found = attempt(middle)
        if found is not None and found.probability < wanted:
            low = middle
        else:
            high = middle
            best = found if found is not None else best
    return best
