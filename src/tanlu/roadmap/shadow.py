"""Shadow price of carbon: duals of the emission targets, and what a slightly other cap costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.layout import KILO
from tanlu.roadmap.problem import TargetKind
from tanlu.roadmap.solved import Solved

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.roadmap.builder import FloatArray
    from tanlu.roadmap.problem import Problem, Target
    from tanlu.roadmap.search import Found

    Solve = Callable[[Problem], Solved | Found]

NUDGE = Fraction(1, 100)  # of a cap, up and down
MOST_INTEGERS = 300  # of a model that is planned anew for each cap
MOST_CAPS = 12
LEAST_CNY = 1000  # that a nudge should move the cost by: the simulator rounds to whole CNY
NUDGED = frozenset({TargetKind.ABSOLUTE, TargetKind.CUMULATIVE, TargetKind.INTENSITY})
_FAMILIES = ("cap.", "cumulative.", "intensity.", "peak.", "neutrality.")
_COLUMNS = ("s1", "s2l", "s2m", "s3")


@dataclass(frozen=True, slots=True)
class Shadow:
    """Price of a tonne in one year, undiscounted [CNY/t].

    Parameters
    ----------
    year : int
        Calendar year.
    relaxed, operational : float
        Dual in the relaxation, and with whole-number decisions fixed.
    resolved : float or None
        Planned anew with the caps a little tighter and looser; None where that was not done.
    """

    year: int
    relaxed: float
    operational: float
    resolved: float | None

    @property
    def price(self) -> float:
        """What is published: planned anew where that was done, else the relaxation's."""
        return self.relaxed if self.resolved is None else self.resolved

    @property
    def band(self) -> tuple[float, float]:
        """From the published price to the relaxation's; where they are one, to the operational."""
        other = self.operational if self.resolved is None else self.relaxed
        return min(self.price, other), max(self.price, other)


def shadow_prices(solved: Solved, solve: Solve | None = None) -> tuple[Shadow, ...]:
    """Return the shadow price of every year.

    Parameters
    ----------
    solved : Solved
        A plan.
    solve : callable, optional
        Plans a problem anew: then small models are, for each binding cap 1 % tighter and looser.

    Notes
    -----
    Rule M-88. A dual in a model with whole numbers is not the price of a tonne: with the decisions
    fixed it says what running differently costs, in the relaxation what building in parts would.
    """
    layout = solved.assembly.layout
    if not layout.sites:
        return ()
    relaxed = _by_year(solved, solved.found.lp_duals)
    operational = _by_year(solved, solved.duals)
    resolved: dict[int, float | None] = {}
    if solve is not None:
        resolved = _resolved(solved, solve, np.maximum(np.abs(relaxed), np.abs(operational)))
    return tuple(
        Shadow(
            calendar,
            round(float(relaxed[year]), 2) + 0.0,
            round(float(operational[year]), 2) + 0.0,
            _rounded(resolved.get(year)),
        )
        for year, calendar in enumerate(solved.problem.years)
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2) + 0.0


def _by_year(solved: Solved, duals: FloatArray | None) -> FloatArray:
    """Return the highest price among the emission columns of each year [CNY/t]."""
    layout, matrix = solved.assembly.layout, solved.assembly.matrix
    if duals is None:
        duals = solved.duals
    wanted = np.zeros(matrix.n_rows)
    for name, rows in matrix.blocks.items():
        if name.startswith(_FAMILIES):
            wanted[rows] = duals[rows]
    owner = np.repeat(np.arange(matrix.n_columns), np.diff(matrix.starts))
    prices = np.zeros(matrix.n_columns)
    np.subtract.at(prices, owner, matrix.values * wanted[matrix.indices])
    highest = np.max([prices[layout.em[name][0]] for name in _COLUMNS], axis=0)
    found: FloatArray = highest / layout.factors * KILO
    return found


def _resolved(solved: Solved, solve: Solve, duals: FloatArray) -> dict[int, float | None]:
    """Return the price of each year with a binding cap, None where a cap cannot be moved."""
    problem = solved.problem
    caps = [
        (target, year)
        for target in problem.targets.values()
        for year in sorted(target.levels)
        if target.kind in NUDGED and duals[year] > 0
    ]
    is_small = int(solved.assembly.matrix.integer.sum()) <= MOST_INTEGERS
    others = any(t.kind not in NUDGED and t.levels for t in _emission_targets(problem))
    if not is_small or others or len(caps) > MOST_CAPS:
        return {}
    factors = problem.running()
    found: dict[int, float | None] = {}
    for target, year in caps:
        value = None
        if duals[year] * float(factors[year]) * _nudged(problem, target, year) >= LEAST_CNY:
            value = _per_tonne(solved, solve, target, year)
        first = 0 if target.kind is TargetKind.CUMULATIVE else year
        for touched in range(first, year + 1):
            known = found.get(touched, 0.0)
            priced = None if value is None else value / float(factors[touched])
            found[touched] = None if known is None or priced is None else known + priced
    return found


def _emission_targets(problem: Problem) -> list[Target]:
    kinds = {TargetKind.PEAK, TargetKind.NEUTRALITY, *NUDGED}
    return [target for target in problem.targets.values() if target.kind in kinds]


def _nudged(problem: Problem, target: Target, year: int) -> float:
    """Return how many tonnes lie between the two nudged caps [t]."""
    scale = problem.output[year] if target.kind is TargetKind.INTENSITY else Fraction(1)
    return float(2 * NUDGE * target.levels[year] * scale)


def _per_tonne(solved: Solved, solve: Solve, target: Target, year: int) -> float | None:
    """Return the discounted cost of a tonne less under one cap, from plans on both sides.

    None where a tighter cap cannot be kept: there is no price at which it could.
    """
    problem, costs = solved.problem, []
    for turn in (1 - NUDGE, 1 + NUDGE):
        moved = replace(target, levels={**target.levels, year: target.levels[year] * turn})
        again = solve(replace(problem, targets={**problem.targets, target.id: moved}))
        if not isinstance(again, Solved):
            return None
        costs.append(again.objective_cny)
    return (costs[0] - costs[1]) / _nudged(problem, target, year)
