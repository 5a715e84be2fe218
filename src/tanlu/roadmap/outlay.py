"""Payments of one owner by year, exact: what a late start would pay, and what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.simulate import ZERO, pay, starts, stock_upkeep

if TYPE_CHECKING:
    from fractions import Fraction

    from tanlu.roadmap.problem import Measure, Problem, PvOption, Series
    from tanlu.roadmap.simulate import Choices
    from tanlu.roadmap.storage import Storage


def investment_of(
    problem: Problem, owner: Measure | PvOption | Storage, path: Series
) -> tuple[Series, Fraction]:
    """Return what a measure or generator pays by year, and its worth at the horizon.

    Parameters
    ----------
    problem : Problem
        Horizon, salvage and rate.
    owner : Measure or PvOption
        Gives cost, life and lead time.
    path : Series, shape (T,)
        Share or capacity in operation; never falls.

    Returns
    -------
    (Series, Fraction)
        [CNY], undiscounted.
    """
    total = [ZERO] * problem.periods
    worth = ZERO
    for year, amount in starts(path):
        worth += pay(problem, owner, year=year, amount=amount, total=total)
    return tuple(total), worth


def technology_om(problem: Problem, choices: Choices) -> Series:
    """Return operation and maintenance of existing stock and of new units by year [CNY]."""
    line = list(stock_upkeep(problem, choices)[0])
    for technology in problem.technologies.values():
        for year, count in enumerate(choices.units.get(technology.id, ())):
            for index in range(year, min(year + technology.life, problem.periods)):
                line[index] += count * technology.om[index]
    return tuple(line)
