"""What starting a thing in a year costs until the horizon, telescoped for cumulative columns.

In CNY; the columns put it to the scale of the matrix.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from tanlu.kernel.plan import Ownership
from tanlu.roadmap.economics import (
    adoption_costs,
    discount_factors,
    half_year,
    horizon_discount,
    life_left,
    salvage_share,
    telescope,
)
from tanlu.roadmap.once import once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.roadmap.problem import Measure, Problem, PvOption, Technology
    from tanlu.roadmap.storage import Storage


def measure_costs(problem: Problem, measure: Measure) -> tuple[float, ...]:
    """Return the telescoped cost of all of a measure, shape (T,) [CNY]."""
    avoided = [Fraction(0)] * problem.periods if measure.host_year is not None else []
    if measure.host_year is not None:
        avoided[measure.host_year] = measure.host_capex
    factors, horizon = _discounts(problem)
    costs = adoption_costs(
        measure.capex,
        measure.om,
        life=measure.life,
        lead=measure.lead_years,
        factors=factors,
        horizon=horizon,
        salvage=problem.salvage,
        rate=problem.rate,
        avoided=avoided,
        running=half_year(problem.rate, is_mid=problem.is_mid_year),
    )
    return _telescoped(costs)


@once
def _discounts(problem: Problem) -> tuple[tuple[float, ...], float]:
    """Return the discount factors as floats, shape (T,), and that of the year after."""
    factors = discount_factors(problem.years, problem.rate)
    return tuple(map(float, factors)), float(horizon_discount(problem.years, problem.rate))


def _telescoped(costs: Sequence[float]) -> tuple[float, ...]:
    """Telescope, after replacing years that are barred by the first allowed cost."""
    allowed = next((cost for cost in costs if math.isfinite(cost)), 0.0)
    finite = [cost if math.isfinite(cost) else allowed for cost in costs]
    return telescope(finite)


def unit_costs(problem: Problem, technology: Technology) -> tuple[Fraction, ...]:
    """Return the discounted cost of one unit built for operation in each year, (T,) [CNY]."""
    factors, running = discount_factors(problem.years, problem.rate), problem.running()
    horizon = horizon_discount(problem.years, problem.rate)
    upkeep = [f * om if om else om for f, om in zip(running, technology.om, strict=True)]
    until = tuple(accumulate(upkeep, initial=Fraction(0)))
    costs = []
    for start in range(problem.periods):
        paid = max(start - technology.lead_years, 0)
        end = min(start + technology.life, problem.periods)
        total = factors[paid] * technology.capex[paid]
        total += until[end] - until[start]
        if start + technology.life > problem.periods:
            left = life_left(start, life=technology.life, periods=problem.periods)
            share = salvage_share(
                problem.salvage, left=left, life=technology.life, rate=problem.rate
            )
            total -= horizon * technology.capex[paid] * share
        costs.append(total)
    return tuple(costs)


def generation_costs(problem: Problem, option: PvOption) -> tuple[float, ...]:
    """Return the telescoped cost of 1 kW of generation to the host, shape (T,) [CNY]."""
    if option.ownership is not Ownership.OWN:
        return (0.0,) * problem.periods
    return built_costs(problem, option)


def built_costs(problem: Problem, owner: PvOption | Storage) -> tuple[float, ...]:
    """Return the telescoped cost of a unit of capacity, shape (T,) [CNY]."""
    factors, horizon = _discounts(problem)
    costs = adoption_costs(
        owner.capex,
        owner.om,
        life=owner.life,
        lead=owner.lead_years,
        factors=factors,
        horizon=horizon,
        salvage=problem.salvage,
        rate=problem.rate,
        running=half_year(problem.rate, is_mid=problem.is_mid_year),
    )
    return _telescoped(costs)
