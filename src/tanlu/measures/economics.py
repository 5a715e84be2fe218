"""Economics of a measure: present value, annuity, payback, return, life-cycle cost."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.saving import payback_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LOWEST_RATE, _HIGHEST_RATE = -0.9999, 1000.0
_HALVINGS = 200


def single_factor(rate: float, years: float) -> float:
    """Return the present value of one unit after some years at a rate."""
    return math.pow(1 + rate, -years)


def annuity_factor(rate: float, years: float) -> float:
    """Return the present value of one unit at the end of each of some years at a rate."""
    return years if rate == 0 else (1 - single_factor(rate, years)) / rate


def present_value_factors(*, discount_rate: float, years: float) -> dict[str, float | None]:
    """Return the factors that bring money to the present.

    Parameters
    ----------
    discount_rate : float
        Real with money of a base year, nominal with current money [-].
    years : float
        [yr].

    Returns
    -------
    dict
        ``factor_annuity`` (UPV) of a unit each year, ``factor_single`` (SPV) of a unit in the
        last year and ``factor_recovery`` (capital recovery); None without years.
    """
    annuity = annuity_factor(discount_rate, years)
    return {
        "factor_annuity": annuity,
        "factor_single": single_factor(discount_rate, years),
        "factor_recovery": 1 / annuity if annuity else None,
    }


def annuity_with_escalation(
    *, years: float, rate_escalation: float, discount_rate: float
) -> dict[str, float]:
    """Return the present worth of a unit a year that grows from the first year on.

    Parameters
    ----------
    years : float
        Whole [yr].
    rate_escalation, discount_rate : float
        Growth and discount a year [-].

    Returns
    -------
    dict
        ``factor_present_worth`` in closed form and ``factor_summed`` year by year.

    Raises
    ------
    TanluError
        ``calc.whole-years``.
    """
    whole = _whole(years)
    x = (1 + rate_escalation) / (1 + discount_rate)
    closed = float(whole) if x == 1 else x * (1 - x**whole) / (1 - x)
    return {
        "factor_present_worth": closed,
        "factor_summed": sum(x**year for year in range(1, whole + 1)),
    }


def _whole(years: float) -> int:
    if years != int(years) or years < 1:
        raise TanluError("calc.whole-years", found=f"{years:g}")
    return int(years)


def net_present_value(flows: Sequence[float], rate: float) -> float:
    """Return the present value of flows at the ends of years 0, 1, 2..."""
    return sum(flow * single_factor(rate, year) for year, flow in enumerate(flows))


def internal_rate(flows: Sequence[float]) -> float | None:
    """Return the rate at which flows are worth nothing; None unless they change sign once."""
    signs = [flow > 0 for flow in flows if flow]
    if sum(a != b for a, b in pairwise(signs)) != 1:
        return None
    low, high = _LOWEST_RATE, _HIGHEST_RATE
    at_low = net_present_value(flows, low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        value = net_present_value(flows, middle)
        if (value > 0) == (at_low > 0):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def payback_time(flows: Sequence[float], rate: float) -> float | None:
    """Return the years until the discounted flows are positive for good, within the year.

    None where they never are.
    """
    total, reached = 0.0, None
    for year, flow in enumerate(flows):
        present = flow * single_factor(rate, year)
        before, total = total, total + present
        if total < 0:
            reached = None
        elif before < 0:
            reached = year - 1 + -before / present
        elif year == 0:
            reached = 0.0
    return reached


def cash_flows(*, cash_flow: Sequence[float], discount_rate: float) -> dict[str, float | None]:
    """Return value, return and payback of a series of payments.

    Parameters
    ----------
    cash_flow : sequence of float
        At the ends of years 0, 1, 2...; spent is negative [CNY].
    discount_rate : float
        [-].

    Returns
    -------
    dict
        ``value_net_present`` [CNY], ``rate_internal`` [-], ``payback`` and
        ``payback_discounted`` [yr].
    """
    return {
        "value_net_present": net_present_value(cash_flow, discount_rate),
        "rate_internal": internal_rate(cash_flow),
        "payback": payback_time(cash_flow, 0.0),
        "payback_discounted": payback_time(cash_flow, discount_rate),
    }


def project(
    *,
    investment: float,
    cost_saved: float,
    om: float,
    value_residual: float,
    life: float,
    rate_escalation: float,
    discount_rate: float,
    emission_saved: float | None,
) -> dict[str, float | None]:
    """Return the economics of a measure with a yearly saving.

    Parameters
    ----------
    investment : float
        In year 0 [CNY].
    cost_saved : float
        In the prices of year 0 [CNY/yr].
    om : float
        Added operation and maintenance [CNY/yr].
    value_residual : float
        At the end [CNY].
    life : float
        Whole [yr].
    rate_escalation : float
        Of the saving; acts in the first year too [-].
    discount_rate : float
        [-].
    emission_saved : float or None
        [t/yr].

    Returns
    -------
    dict
        ``value_net_present`` [CNY], ``rate_internal`` [-], ``payback`` simple and
        ``payback_discounted`` [yr], ``ratio_savings_investment`` [-], ``cost_annual`` the
        annuity of the investment with ``om`` [CNY/yr] and ``price_abatement`` [CNY/t].
    """
    years = _whole(life)
    grown = [cost_saved * (1 + rate_escalation) ** year - om for year in range(1, years + 1)]
    grown[-1] += value_residual
    flows = [-investment, *grown]
    value = net_present_value(flows, discount_rate)
    annuity = annuity_factor(discount_rate, years)
    per_tonne = None
    if emission_saved:
        per_tonne = -value / annuity / emission_saved
    return {
        "value_net_present": value,
        "rate_internal": internal_rate(flows),
        "payback": payback_of(investment, cost_saved - om),
        "payback_discounted": payback_time(flows, discount_rate),
        "ratio_savings_investment": (value + investment) / investment if investment else None,
        "cost_annual": investment / annuity + om,
        "price_abatement": per_tonne,
    }


def life_cycle_cost(
    *,
    investment: float,
    energy_cost: float,
    rate_escalation: float,
    om: float,
    replacements: Sequence[Mapping[str, Any]] | None,
    value_residual: float,
    life: float,
    discount_rate: float,
) -> dict[str, float]:
    """Return the life-cycle cost of an alternative.

    Parameters
    ----------
    investment : float
        In year 0 [CNY].
    energy_cost : float
        In the prices of year 0 [CNY/yr].
    rate_escalation : float
        Of the energy cost [-].
    om : float
        [CNY/yr].
    replacements : sequence of mapping or None
        ``years`` after which and ``cost_replacement`` [CNY].
    value_residual : float
        At the end [CNY].
    life : float
        Whole [yr].
    discount_rate : float
        [-].

    Returns
    -------
    dict
        ``cost_life_cycle`` and its parts at present value [CNY], ``cost_annual`` [CNY/yr].
    """
    years = _whole(life)
    factor = annuity_with_escalation(
        years=years, rate_escalation=rate_escalation, discount_rate=discount_rate
    )["factor_present_worth"]
    annuity = annuity_factor(discount_rate, years)
    replaced = sum(
        row["cost_replacement"] * single_factor(discount_rate, row["years"])
        for row in replacements or ()
    )
    parts = {
        "value_energy": energy_cost * factor,
        "value_om": om * annuity,
        "value_replacement": replaced,
        "value_residual_present": value_residual * single_factor(discount_rate, years),
    }
    total = (
        investment
        + parts["value_energy"]
        + parts["value_om"]
        + replaced
        - parts["value_residual_present"]
    )
    return {"cost_life_cycle": total, "cost_annual": total / annuity, **parts}


FORMULAS = {
    "economics-annuity": annuity_with_escalation,
    "economics-cash-flows": cash_flows,
    "economics-life-cycle-cost": life_cycle_cost,
    "economics-present-value": present_value_factors,
    "economics-project": project,
}
