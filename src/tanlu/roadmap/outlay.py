"""Payments of one owner by year, exact: what a late start would pay, and what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.roadmap.economics import life_left, payments, salvage_share
from tanlu.roadmap.simulate import ZERO, starts, stock_upkeep, stock_worth

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
        paid = payments(year, life=owner.life, lead=owner.lead_years, periods=problem.periods)
        for index in paid:
            total[max(index, 0)] += amount * owner.capex[max(index, 0)]
        left = life_left(year, life=owner.life, periods=problem.periods)
        if left:
            share = salvage_share(problem.salvage, left=left, life=owner.life, rate=problem.rate)
            worth += amount * owner.capex[max(paid[-1], 0)] * share
    return tuple(total), worth


def technology_investment(problem: Problem, choices: Choices) -> tuple[Series, Fraction]:
    """Return what new units pay by year, and the worth of all units at the horizon [CNY]."""
    total = [ZERO] * problem.periods
    worth = ZERO
    for technology in problem.technologies.values():
        for year, count in enumerate(choices.units.get(technology.id, ())):
            if count:
                paid = max(year - technology.lead_years, 0)
                total[paid] += count * technology.capex[paid]
                left = max(year + technology.life - problem.periods, 0)
                share = salvage_share(
                    problem.salvage, left=left, life=technology.life, rate=problem.rate
                )
                worth += count * technology.capex[paid] * share if left else ZERO
    return tuple(total), worth + stock_worth(problem, choices)


def technology_om(problem: Problem, choices: Choices) -> Series:
    """Return operation and maintenance of existing stock and of new units by year [CNY]."""
    line = list(stock_upkeep(problem, choices)[0])
    for technology in problem.technologies.values():
        for year, count in enumerate(choices.units.get(technology.id, ())):
            for index in range(year, min(year + technology.life, problem.periods)):
                line[index] += count * technology.om[index]
    return tuple(line)
