"""The capacity of a technology, from what is there and what was decided; exact."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.simulate import Choices

ZERO = Fraction(0)


def capacity_of(problem: Problem, choices: Choices, name: str) -> list[Fraction | None]:
    """Return the capacity of a technology, existing and new [units a year]; None is no limit."""
    technology = problem.technologies[name]
    if technology.existing is None:
        return [None] * problem.periods
    units = choices.units.get(name, (0,) * problem.periods)
    size = technology.unit_size or ZERO
    existing = list(technology.existing)
    for cohort in technology.cohorts:
        gone = choices.retired.get(cohort.id, (ZERO,) * problem.periods)
        rows = zip(existing, cohort.capacity, gone, strict=True)
        existing = [total - capacity * out for total, capacity, out in rows]
    return [
        existing[year] + sum(units[max(0, year - technology.life + 1) : year + 1]) * size
        for year in range(problem.periods)
    ]
