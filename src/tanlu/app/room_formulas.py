"""Formulas of other rooms behind the calculators: decomposition, uncertainty, targets, freight."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from tanlu.hotspots.lmdi import decompose, log_mean
from tanlu.inventory.propagation import combine_product, combine_sum
from tanlu.kernel.errors import TanluError
from tanlu.measures.calculation.formulas import formulas as of_measures
from tanlu.policy import cbam
from tanlu.targets.path import (
    absolute_contraction,
    rises_to_converge,
    sectoral_convergence,
    temperature_score,
)
from tanlu.units.ratio import KG_PER_T

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from tanlu.measures.calculation.run import Formula


def formulas() -> Mapping[str, Formula]:
    """Return the formula of every calculator by its id."""
    return {**of_measures(), **cbam.FORMULAS, **FORMULAS}


def logarithmic_mean(*, value_1: float, value_2: float) -> dict[str, float]:
    """Return ``mean_log`` of two positive numbers; see `tanlu.hotspots.lmdi.log_mean`."""
    return {"mean_log": log_mean(value_1, value_2)}


def reduction_shares(*, value: float, fraction_reduced: Sequence[float]) -> dict[str, object]:
    """Split what several reductions of one flow save over them, by logarithmic means (M-61).

    Parameters
    ----------
    value : float
        The flow before, any unit.
    fraction_reduced : sequence of float, shape (n,)
        Share each takes off what is left [-].

    Returns
    -------
    dict
        ``value_end`` and ``mean_log`` in the unit of the flow, ``share`` of each, which add up.
    """
    kept = [1 - part for part in fraction_reduced]
    end = value * math.prod(kept)
    weight = log_mean(value, end)
    return {
        "value_end": end,
        "mean_log": weight,
        "share": [-weight * math.log(part) for part in kept],
    }


def decomposition(*, sectors: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Split a change of energy or emissions over activity, structure and intensity (M-61).

    Parameters
    ----------
    sectors : sequence of mapping
        ``value_start``, ``value_end`` and ``activity_start``, ``activity_end`` of each, in one
        unit each.

    Returns
    -------
    dict
        ``change`` and the additive effects, which add up to it; ``ratio_total`` and the
        multiplicative effects, whose product it is; None where a total is zero.
    """
    made = [sum(sector[f"activity_{when}"] for sector in sectors) for when in ("start", "end")]
    totals = [sum(sector[f"value_{when}"] for sector in sectors) for when in ("start", "end")]
    if not all(made):
        raise TanluError("calc.impossible", kind="lmdi-decomposition", found=0)
    cells = [
        tuple(
            (
                whole,
                sector[f"activity_{when}"] / whole,
                sector[f"value_{when}"] / sector[f"activity_{when}"]
                if sector[f"activity_{when}"]
                else None,
            )
            for when, whole in zip(("start", "end"), made, strict=True)
        )
        for sector in sectors
    ]
    effects = decompose([(cell[0], cell[1]) for cell in cells], 3)
    names = ("activity", "structure", "intensity")
    additive = {f"change_{name}": effect for name, effect in zip(names, effects, strict=True)}
    if not all(totals):
        ratios: dict[str, float | None] = dict.fromkeys(
            ("ratio_total", *(f"ratio_{name}" for name in names))
        )
    else:
        weight = log_mean(totals[1], totals[0])
        ratios = {"ratio_total": totals[1] / totals[0]} | {
            f"ratio_{name}": math.exp(effect / weight)
            for name, effect in zip(names, effects, strict=True)
        }
    return {"change_total": totals[1] - totals[0], **additive, **ratios}


def uncertainty_of_product(*, percent: Sequence[float], method: str) -> dict[str, float]:
    """Return the uncertainty of a product of independent factors (rule M-49).

    Parameters
    ----------
    percent : sequence of float, shape (n,)
        Uncertainty of each [%].
    method : str
        ``quadrature``, or ``exact`` to keep the cross terms.
    """
    relative = [part / 100 for part in percent]
    return {"percent_total": 100 * combine_product(relative, is_exact=method == "exact")}


def uncertainty_of_sum(
    *, value: Sequence[float], percent: Sequence[float], correlation: str
) -> dict[str, object]:
    """Return the uncertainty of a sum (rule M-49).

    Parameters
    ----------
    value : sequence of float, shape (n,)
        Terms in one unit.
    percent : sequence of float, shape (n,)
        Uncertainty of each [%].
    correlation : str
        ``independent``, or ``full`` where one factor stands behind all.

    Returns
    -------
    dict
        ``total``, ``absolute`` of each and ``uncertainty_total`` in the unit of the terms,
        ``percent_total`` [%].
    """
    if len(value) != len(percent):
        raise TanluError("calc.lists-differ", names="value, percent")
    relative = [part / 100 for part in percent]
    share = combine_sum(value, relative, is_correlated=correlation == "full")
    total = sum(value)
    return {
        "total": total,
        "absolute": [u * x for u, x in zip(relative, value, strict=True)],
        "uncertainty_total": share * abs(total),
        "percent_total": share * 100,
    }


def linear_reduction(*, emission: float, rate: float, years: float) -> dict[str, float]:
    """Return what is left after a linear annual reduction of the base year's emissions.

    Parameters
    ----------
    emission : float
        Of the base year [t].
    rate : float
        Reduction per year, of the base year [%/yr].
    years : float
        Since the base year [yr].

    Returns
    -------
    dict
        ``emission_left`` [t], and ``emission_compound``, what a yearly rate on the year before
        would leave: the two are often mixed up.
    """
    left = absolute_contraction(_exact(emission), _exact(rate) / 100, int(years))
    return {
        "emission_left": float(left),
        "emission_compound": emission * (1 - rate / 100) ** years,
    }


def convergence(
    *,
    intensity_company: float,
    intensity_market: float,
    year_scenario: Sequence[float],
    intensity_scenario: Sequence[float],
    year: Sequence[float],
) -> dict[str, object]:
    """Return the sectoral path of the market and of a company, see `sectoral_convergence`.

    Parameters
    ----------
    intensity_company, intensity_market : float
        Of the first year, one unit.
    year_scenario, intensity_scenario : sequence of float, shape (2,)
        First and last year of the scenario, and its intensity in them.
    year : sequence of float, shape (n,)
        Years asked for, within the scenario.

    Returns
    -------
    dict
        ``intensity_path`` of the market and ``intensity_target`` of the company by year, and
        ``rises``: ``yes`` when the target lets the company emit more than today.

    Raises
    ------
    TanluError
        ``calc.years`` for years outside the scenario or a scenario not of two years.
    """
    if len(year_scenario) != 2 or len(intensity_scenario) != 2:  # noqa: PLR2004 - first, last
        raise TanluError("calc.years", found=", ".join(f"{y:g}" for y in year_scenario))
    first, last = year_scenario
    if not first < last or not all(first <= each <= last for each in year):
        raise TanluError("calc.years", found=", ".join(f"{y:g}" for y in year))
    company, market = _exact(intensity_company), _exact(intensity_market)
    scenario = [_exact(part) for part in intensity_scenario]
    pairs = [
        sectoral_convergence(
            company,
            market_base=market,
            scenario=scenario,
            share=_exact(each - first) / _exact(last - first),
        )
        for each in year
    ]
    rises = rises_to_converge(company, market, scenario[1] / scenario[0])
    return {
        "intensity_path": [float(path) for path, _ in pairs],
        "intensity_target": [float(target) for _, target in pairs],
        "rises": "yes" if rises else "no",
    }


def score(
    *, reduction: float, year_base: float, year_end: float, slope: float, intercept: float
) -> dict[str, float]:
    """Return the temperature score of an absolute target.

    Parameters
    ----------
    reduction : float
        Below the base year [%].
    year_base, year_end : float
        [yr].
    slope, intercept : float
        Of the regression chosen [K per %/yr], [K].

    Returns
    -------
    dict
        ``rate`` [%/yr] and ``score`` [K].

    Raises
    ------
    TanluError
        ``calc.years`` when the end is not after the base.
    """
    if not year_base < year_end:
        raise TanluError("calc.years", found=f"{year_base:g}, {year_end:g}")
    rate = reduction / (year_end - year_base)
    found = temperature_score(_exact(rate), slope=_exact(slope), intercept=_exact(intercept))
    return {"rate": rate, "score": float(found)}


def tonne_kilometres(*, mass: float, distance: float) -> dict[str, float]:
    """Return ``tonne_kilometres`` [tkm] of a mass [kg] over a distance [km] (ISO 14083)."""
    return {"tonne_kilometres": mass / KG_PER_T * distance}


def allocation(*, emission: float, tonne_kilometres: Sequence[float]) -> dict[str, object]:
    """Share the emissions of a tour over its shipments by tonne-kilometres.

    Parameters
    ----------
    emission : float
        Of the tour [kg].
    tonne_kilometres : sequence of float, shape (n,)
        Of each shipment [tkm].

    Returns
    -------
    dict
        ``emission_factor`` [kg/tkm] and ``emission_shipment`` of each [kg], which add up.
    """
    factor = emission / sum(tonne_kilometres)
    return {
        "emission_factor": factor,
        "emission_shipment": [factor * each for each in tonne_kilometres],
    }


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))


FORMULAS: Mapping[str, Formula] = {
    "freight-allocation": allocation,
    "freight-tonne-kilometres": tonne_kilometres,
    "lmdi-decomposition": decomposition,
    "lmdi-log-mean": logarithmic_mean,
    "lmdi-reduction-shares": reduction_shares,
    "target-convergence": convergence,
    "target-linear-reduction": linear_reduction,
    "target-temperature-score": score,
    "uncertainty-product": uncertainty_of_product,
    "uncertainty-sum": uncertainty_of_sum,
}
