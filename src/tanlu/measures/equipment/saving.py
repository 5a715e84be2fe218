"""What a power or an energy costs a year, and what less of it saves."""

from __future__ import annotations


def cost_of(energy: float, price: float | None) -> float | None:
    """Return the money of an energy a year; None without a price."""
    return None if price is None else energy * price


def yearly(power: float, hours: float, price: float | None) -> dict[str, float | None]:
    """Return ``energy_use`` [kWh/yr] and ``energy_cost`` [CNY/yr] of a power [kW]."""
    energy = power * hours
    return {"energy_use": energy, "energy_cost": cost_of(energy, price)}


def payback_of(investment: float | None, cost_saved: float | None) -> float | None:
    """Return the simple payback [yr]; None where nothing is known or nothing is saved."""
    if investment is None or cost_saved is None or cost_saved <= 0:
        return None
    return investment / cost_saved


def saved_energy(
    energy: float, price: float | None, investment: float | None, life: float | None
) -> dict[str, float | None]:
    """Return what an energy saved a year is worth.

    Parameters
    ----------
    energy : float
        Saved [kWh/yr].
    price : float or None
        [CNY/kWh].
    investment : float or None
        [CNY].
    life : float or None
        [yr].

    Returns
    -------
    dict
        ``energy_saved`` [kWh/yr], ``cost_saved`` [CNY/yr], ``investment`` [CNY], ``payback``
        and ``life`` [yr].
    """
    money = cost_of(energy, price)
    return {
        "energy_saved": energy,
        "cost_saved": money,
        "investment": investment,
        "payback": payback_of(investment, money),
        "life": life,
    }


def saved_power(
    power: float,
    hours: float,
    price: float | None,
    *,
    investment: float | None = None,
    life: float | None = None,
) -> dict[str, float | None]:
    """Return ``power_saved`` [kW] over the hours of a year and what `saved_energy` returns."""
    return {"power_saved": power, **saved_energy(power * hours, price, investment, life)}
