"""Lighting: lamps of less power, controls, and how many luminaires a room needs."""

from __future__ import annotations

import math

from tanlu.measures.saving import saved_energy, saved_power
from tanlu.units.ratio import W_PER_KW


def lamp_replacement(
    *,
    watts_old: float,
    watts_new: float,
    count: float,
    count_new: float | None,
    hours_per_day: float,
    days: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what new lamps save.

    Parameters
    ----------
    watts_old, watts_new : float
        Power of a lamp with its gear before and after [W].
    count, count_new : float, float or None
        Lamps before and after; as many where not given [-].
    hours_per_day : float
        [h/d].
    days : float
        [d/yr].
    price_electricity, investment, life
        [CNY/kWh], of all lamps [CNY], [yr].

    Returns
    -------
    dict
        ``watts_saved`` of one lamp [W], ``hours`` [h/yr], ``energy_use`` before [kWh/yr] and
        what `saved_power` returns.
    """
    hours = hours_per_day * days
    before = count * watts_old / W_PER_KW
    after = (count if count_new is None else count_new) * watts_new / W_PER_KW
    return {
        "watts_saved": watts_old - watts_new,
        "hours": hours,
        "energy_use": before * hours,
        **saved_power(before - after, hours, price_electricity, investment=investment, life=life),
    }


def controls(
    *,
    watts: float,
    count: float,
    hours_per_day: float,
    days: float,
    fraction_occupancy: float,
    fraction_daylight: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what occupancy and daylight controls save.

    Parameters
    ----------
    watts : float
        Of a luminaire [W].
    count : float
        Luminaires [-].
    hours_per_day, days : float
        [h/d], [d/yr].
    fraction_occupancy, fraction_daylight : float
        Shares of the energy that each would save alone [-]; the second acts on what the first
        leaves.
    price_electricity, investment, life
        [CNY/kWh], [CNY], [yr].
    """
    energy = watts * count / W_PER_KW * hours_per_day * days
    share = 1 - (1 - fraction_occupancy) * (1 - fraction_daylight)
    saved = saved_energy(energy * share, price_electricity, investment, life)
    return {"energy_use": energy, "saving": share, **saved}


def luminaires(
    *,
    illuminance: float,
    area: float,
    flux: float,
    fraction_utilisation: float,
    fraction_maintenance: float,
    watts: float,
) -> dict[str, float]:
    """Return how many luminaires a room needs by the lumen method.

    Parameters
    ----------
    illuminance : float
        Maintained, on the working plane [lx].
    area : float
        [m2].
    flux : float
        Of a luminaire [lm].
    fraction_utilisation, fraction_maintenance : float
        [-].
    watts : float
        Of a luminaire with its gear [W].

    Returns
    -------
    dict
        ``count`` (whole), ``illuminance_reached`` [lx], ``power`` [kW], ``density_power``
        [W/m2].
    """
    useful = flux * fraction_utilisation * fraction_maintenance
    count = math.ceil(illuminance * area / useful)
    return {
        "count": count,
        "illuminance_reached": count * useful / area,
        "power": count * watts / W_PER_KW,
        "density_power": count * watts / area,
    }


FORMULAS = {
    "lighting-controls": controls,
    "lighting-luminaires": luminaires,
    "lighting-replacement": lamp_replacement,
}
