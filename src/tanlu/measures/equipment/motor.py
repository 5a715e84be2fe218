"""Motors: electrical input, part load, replacement by a better efficiency class."""

from __future__ import annotations

import math

W_PER_KW = 1000


def electrical_power(
    *,
    phases: str,
    voltage: float,
    current: float,
    power_factor: float,
    hours: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return the electrical input of a load from readings of a meter.

    Parameters
    ----------
    phases : str
        ``1`` or ``3``.
    voltage : float
        Between the phases [V].
    current : float
        Of a phase [A].
    power_factor : float
        [-].
    hours : float
        [h/yr].
    price_electricity : float or None
        [CNY/kWh].

    Returns
    -------
    dict
        ``power`` [kW], ``energy_use`` [kWh/yr], ``energy_cost`` [CNY/yr].
    """
    lines = math.sqrt(3) if phases == "3" else 1.0
    power = lines * voltage * current * power_factor / W_PER_KW
    return {"power": power, **yearly(power, hours, price_electricity)}


def yearly(power: float, hours: float, price: float | None) -> dict[str, float | None]:
    """Return ``energy_use`` [kWh/yr] and ``energy_cost`` [CNY/yr] of a power [kW]."""
    energy = power * hours
    return {"energy_use": energy, "energy_cost": None if price is None else energy * price}


FORMULAS = {"motor-electrical-power": electrical_power}
