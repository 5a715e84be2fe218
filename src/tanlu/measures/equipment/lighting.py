"""Lighting: lamps that take less power for the same hours."""

from __future__ import annotations

W_PER_KW = 1000


def lamp_replacement(
    *,
    watts_old: float,
    watts_new: float,
    count: float,
    hours_per_day: float,
    days: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return what new lamps save.

    Parameters
    ----------
    watts_old, watts_new : float
        Power of a lamp with its gear before and after [W].
    count : float
        Lamps [-].
    hours_per_day : float
        [h/d].
    days : float
        [d/yr].
    price_electricity : float or None
        [CNY/kWh].

    Returns
    -------
    dict
        ``watts_saved`` of one lamp [W], ``hours`` [h/yr], ``power_saved`` [kW],
        ``energy_saved`` [kWh/yr], ``cost_saved`` [CNY/yr].
    """
    hours = hours_per_day * days
    saved = count * (watts_old - watts_new) / W_PER_KW
    return {
        "watts_saved": watts_old - watts_new,
        "hours": hours,
        "power_saved": saved,
        "energy_saved": saved * hours,
        "cost_saved": None if price_electricity is None else saved * hours * price_electricity,
    }


FORMULAS = {"lighting-replacement": lamp_replacement}
