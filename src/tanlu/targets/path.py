"""What a target asks of each year between its base year and its own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.targets.model import Target


def target_value(target: Target) -> Decimal | None:
    """Return the value a target asks for in its own year; None when the base is not known."""
    if target.level is not None:
        return target.level
    if target.reduction is None or target.base_value is None:
        return None
    return target.base_value * (1 - target.reduction)


def required_in(target: Target, year: int) -> Decimal | None:
    """Return what the straight path from base year to target year asks of a year.

    Parameters
    ----------
    target : Target
        With base year and base value; without them only the target year has a value.
    year : int
        Year asked about. Before the base year nothing is asked; after the target year the
        target's own value.

    Returns
    -------
    Decimal or None
        Value in the target's unit; None when nothing is asked or the base is not known.

    Notes
    -----
    Rule M-65: linear in the base year, not compound.
    """
    end = target_value(target)
    if end is None:
        return None
    if year >= target.year:
        return end
    if target.base_year is None or target.base_value is None or year < target.base_year:
        return None
    elapsed = Decimal(year - target.base_year)
    span = Decimal(target.year - target.base_year)
    return target.base_value - (target.base_value - end) * elapsed / span


def absolute_contraction(base: Decimal, rate: Decimal, years: int) -> Decimal:
    """Return ``base * (1 - rate * years)``: reduction per year of the base year's value.

    Parameters
    ----------
    base : Decimal
        Emissions of the base year.
    rate : Decimal
        Linear annual reduction, 0 to 1 per year [-].
    years : int
        Years since the base year.

    References
    ----------
    SBTi Corporate Near-Term Criteria, absolute contraction approach.
    """
    return max(base * (1 - rate * years), Decimal(0))


def sectoral_convergence(
    company_base: Decimal, *, market_base: Decimal, scenario: Sequence[Decimal], share: Decimal
) -> tuple[Decimal, Decimal]:
    """Return the market's and the company's intensity along a sectoral decarbonisation path.

    Parameters
    ----------
    company_base, market_base : Decimal
        Intensities of the first year, in one unit.
    scenario : sequence of Decimal, shape (2,)
        Scenario intensity in the first and in the last year, in any one unit.
    share : Decimal
        How far the year lies between them, 0 to 1 [-].

    Returns
    -------
    tuple of Decimal
        Market and company intensity. The company's *rises* when it starts below the market's
        end point: `rises_to_converge` says so.

    Raises
    ------
    TanluError
        ``targets.scenario-not-positive`` when the scenario starts at zero or below.

    References
    ----------
    Sectoral Decarbonization Approach, convergence of intensities.
    """
    first, last = scenario
    if first <= 0:
        raise TanluError("targets.scenario-not-positive", found=first)
    end = market_base * last / first
    market = market_base + (end - market_base) * share
    remaining = Decimal(1) if market_base == end else (market - end) / (market_base - end)
    return market, end + (company_base - end) * remaining


def rises_to_converge(company_base: Decimal, market_base: Decimal, ratio: Decimal) -> bool:
    """Return whether a convergence target would let the company emit more than today.

    Parameters
    ----------
    company_base, market_base : Decimal
        Intensities of the first year.
    ratio : Decimal
        Scenario intensity of the last year over that of the first [-].
    """
    return company_base < market_base * ratio


def temperature_score(
    reduction_percent_per_year: Decimal, *, slope: Decimal, intercept: Decimal
) -> Decimal:
    """Return the temperature score [K] of a linear annual reduction.

    Parameters
    ----------
    reduction_percent_per_year : Decimal
        Linear annual reduction [% of the base year per year].
    slope, intercept : Decimal
        Coefficients of the regression the caller chose [K per %/yr], [K].
    """
    return slope * reduction_percent_per_year + intercept
