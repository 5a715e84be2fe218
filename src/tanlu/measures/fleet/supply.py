"""Chargers and filling stations for a fleet: how many, how much power, what a unit costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.economics import annuity_factor
from tanlu.measures.saving import cost_of

if TYPE_CHECKING:
    from collections.abc import Callable


def chargers(
    *,
    count: float,
    electricity_per_day: float,
    efficiency_charging: float,
    hours_window: float,
    power_charger: float,
    fraction_simultaneous: float,
    power_factor: float,
    days: float,
    price_charger: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return the chargers that fill a fleet within the hours it stands.

    Parameters
    ----------
    count : float
        Vehicles [-].
    electricity_per_day : float
        What a vehicle takes from its battery [kWh/d].
    efficiency_charging : float
        Into the battery, from the meter [-].
    hours_window : float
        Hours of a day in which vehicles can charge [h/d].
    power_charger : float
        Of one charger [kW].
    fraction_simultaneous : float
        Share of all chargers that run at once [-].
    power_factor : float
        [-].
    days : float
        Days of operation [d/yr].
    price_charger, price_electricity : float, float or None
        [CNY/kW], [CNY/kWh].

    Returns
    -------
    dict
        ``count_chargers``, ``hours_charging`` of a vehicle [h/d], ``power_peak`` [kW],
        ``power_apparent`` [kVA], ``energy_use``, ``energy_loss`` [kWh/yr],
        ``fraction_used`` of the window, ``investment`` [CNY], ``energy_cost`` [CNY/yr].

    Raises
    ------
    TanluError
        ``calc.fleet-window`` when one vehicle needs longer than the window.

    Notes
    -----
    A vehicle stays at its charger until it is full: a charger serves
    ``floor(hours_window / hours_charging)`` vehicles, and
    ``count_chargers = ceil(count / that)``.
    """
    metered = electricity_per_day / efficiency_charging
    each = metered / power_charger
    if each > hours_window:
        raise TanluError("calc.fleet-window", found=f"{each:.3g}", allowed=f"{hours_window:g}")
    served = math.floor(round(hours_window / each, 9))
    number = math.ceil(count / served)
    peak = number * power_charger * fraction_simultaneous
    use = count * metered * days
    return {
        "count_chargers": float(number),
        "hours_charging": each,
        "power_peak": peak,
        "power_apparent": peak / power_factor,
        "energy_use": use,
        "energy_loss": use * (1 - efficiency_charging),
        "fraction_used": count * each / (number * hours_window) if number else 0.0,
        "investment": number * power_charger * price_charger,
        "energy_cost": cost_of(use, price_electricity),
    }


def filling(
    *,
    count: float,
    fuel_per_day: float,
    capacity_station: float,
    fraction_load: float,
    days: float,
    investment_station: float,
    fraction_om: float,
    years: float,
    discount_rate: float,
    price_supplied: float,
) -> dict[str, float]:
    """Return the filling stations of a fleet and what a kilogram costs in the tank.

    Parameters
    ----------
    count : float
        Vehicles [-].
    fuel_per_day : float
        Hydrogen or LNG of a vehicle [kg/d].
    capacity_station : float
        What a station can dispense [kg/d].
    fraction_load : float
        Share of it that may be planned with [-].
    days : float
        [d/yr].
    investment_station : float
        Of one station [CNY].
    fraction_om : float
        Upkeep a year as a share of the investment [-].
    years, discount_rate : float
        Life and rate of the annuity.
    price_supplied : float
        Fuel as delivered to the station [CNY/kg].

    Returns
    -------
    dict
        ``count_stations``, ``fraction_used``, ``fuel_mass`` [kg/yr], ``investment`` [CNY],
        ``cost_station`` [CNY/yr], ``price_in_tank`` [CNY/kg].
    """
    daily = count * fuel_per_day
    number = math.ceil(round(daily / (capacity_station * fraction_load), 9))
    investment = number * investment_station
    cost = investment * (1 / annuity_factor(discount_rate, years) + fraction_om)
    mass = daily * days
    return {
        "count_stations": float(number),
        "fraction_used": daily / (number * capacity_station) if number else 0.0,
        "fuel_mass": mass,
        "investment": investment,
        "cost_station": cost,
        "price_in_tank": price_supplied + cost / mass,
    }


FORMULAS: dict[str, Callable[..., dict[str, Any]]] = {
    "fleet-charging": chargers,
    "fleet-filling": filling,
}
