"""Existing stock: what keeping it costs, what taking it out early costs and writes off."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.roadmap.economics import (
    discount_factors,
    horizon_discount,
    salvage_share,
)
from tanlu.roadmap.once import once

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Cohort, Problem, Technology

ZERO = Fraction(0)


@once
def retirable(problem: Problem) -> tuple[tuple[Technology, Cohort], ...]:
    """Return the parts of the existing stock that may be taken out early, sorted by id."""
    found = [
        (technology, cohort)
        for technology in problem.technologies.values()
        for cohort in technology.cohorts
        if cohort.retire_cost is not None and any(cohort.capacity)
    ]
    return tuple(sorted(found, key=lambda pair: pair[1].id))


def open_to_retire(problem: Problem, cohort: Cohort) -> tuple[bool, ...]:
    """Say for each year whether a part may be taken out then: in service, and decisions open."""
    return tuple(
        index >= problem.frozen_until and year in problem.decision_years and capacity > 0
        for index, (year, capacity) in enumerate(zip(problem.years, cohort.capacity, strict=True))
    )


def worth_left(problem: Problem, technology: Technology, cohort: Cohort) -> Fraction:
    """Return what a part of the stock is worth at the horizon if it is not retired [CNY].

    Notes
    -----
    As stated, or its investment by the plan's rule of salvage over the life left. Early
    retirement writes it off (rule M-92).
    """
    if not cohort.left:
        return cohort.worth
    share = salvage_share(
        problem.salvage, left=cohort.left, life=technology.life, rate=problem.rate
    )
    return cohort.worth + cohort.value * share


def retirement_costs(
    problem: Problem, technology: Technology, cohort: Cohort
) -> tuple[Fraction, ...]:
    """Return the discounted cost of retiring a part from each year on, shape (T,) [CNY].

    Notes
    -----
    ``c_t = df_t R_t - sum_{s>=t} df_s OM_s + df_H W``: cost of taking it out, upkeep saved, worth
    written off (rule M-92).
    """
    factors, running = discount_factors(problem.years, problem.rate), problem.running()
    written_off = horizon_discount(problem.years, problem.rate)
    written_off *= worth_left(problem, technology, cohort)
    costs, saved = cohort.retire_cost or (ZERO,) * problem.periods, ZERO
    found = []
    for index in reversed(range(problem.periods)):
        saved += running[index] * cohort.om[index]
        found.append(factors[index] * costs[index] - saved + written_off)
    return tuple(reversed(found))


def kept_stock_cost(problem: Problem) -> Fraction:
    """Return the discounted upkeep of all existing stock less its worth at the horizon [CNY]."""
    running = problem.running()
    horizon = horizon_discount(problem.years, problem.rate)
    total = ZERO
    for technology in problem.technologies.values():
        for cohort in technology.cohorts:
            total += sum((f * om for f, om in zip(running, cohort.om, strict=True)), ZERO)
            total -= horizon * worth_left(problem, technology, cohort)
    return total
