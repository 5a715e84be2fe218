"""Compressors: pressure, specific power, replacement, heat recovery, cost of operation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients
from tanlu.measures.printed import KW_PER_HP, PSI_PER_ATMOSPHERE
from tanlu.measures.saving import cost_of, saved_energy, saved_fuel

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows

_BTU_PER_HP_H = 2545
_BTU_PER_GJ = 947_817.12
_ROUNDING = 1e-12  # a machine at its limit keeps its grade
_ARTIFICIAL_DEMAND = 0.6  # share of the use that follows the pressure


def adjusted_power(
    power: float, rated: float, actual: float, *, atmosphere: float, exponent: float
) -> float:
    """Return the power [kW] of a compressor off its rated pressure [psig]."""

    def work(pressure: float, base: float) -> float:
        return math.pow((pressure + base) / base, exponent) - 1

    return power * work(actual, atmosphere) / work(rated, PSI_PER_ATMOSPHERE)


def pressure_reduction(
    *,
    power: float,
    pressure_rated: float,
    pressure_old: float | None,
    pressure_new: float,
    pressure_atmosphere: float,
    exponent: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a lower discharge pressure saves.

    Parameters
    ----------
    power : float
        At rated pressure [kW].
    pressure_rated, pressure_old, pressure_new : float
        [psig]; the old one is the rated one where it is not given.
    pressure_atmosphere : float
        On site [psia].
    exponent : float
        Of the pressure ratio [-].
    hours, price_electricity, investment, life
        [h/yr], [CNY/kWh], [CNY], [yr].

    Returns
    -------
    dict
        ``power_before``, ``power_after`` [kW], ``energy_use`` and ``energy_cost`` after, what
        `saved_energy` returns.

    Raises
    ------
    TanluError
        ``calc.not-less`` when the new pressure is above the old one.
    """
    old = pressure_rated if pressure_old is None else pressure_old
    if pressure_new > old:
        other = "pressure_rated" if pressure_old is None else "pressure_old"
        raise TanluError("calc.not-less", name="pressure_new", other=other)
    before, after = (
        adjusted_power(power, pressure_rated, at, atmosphere=pressure_atmosphere, exponent=exponent)
        for at in (old, pressure_new)
    )
    saved = saved_energy((before - after) * hours, price_electricity, investment, life)
    return {
        "power_before": before,
        "power_after": after,
        "power_saved": before - after,
        "energy_use": after * hours,
        "energy_cost": cost_of(after * hours, price_electricity),
        **saved,
    }


def system_pressure(
    *,
    flow_full_load: float,
    flow_use: float,
    pressure_full_load: float,
    pressure_reduction: float,
    power_full_load: float,
    pressure_atmosphere: float,
    exponent: float,
) -> dict[str, float]:
    """Return power and use of a system whose full-load pressure is changed.

    Parameters
    ----------
    flow_full_load, flow_use : float
        Of the compressor and used [cfm].
    pressure_full_load, pressure_reduction : float
        [psig], [psi]; negative where it is raised.
    power_full_load : float
        [kW].
    pressure_atmosphere : float
        On site [psia].
    exponent : float
        [-].
    """
    at = pressure_full_load - pressure_reduction
    ratio = (at + pressure_atmosphere) / (pressure_full_load + PSI_PER_ATMOSPHERE)
    use = flow_use * (1 - _ARTIFICIAL_DEMAND * (1 - ratio))
    return {
        "pressure_new": at,
        "power_new": adjusted_power(
            power_full_load,
            pressure_full_load,
            at,
            atmosphere=pressure_atmosphere,
            exponent=exponent,
        ),
        "flow_new": use,
        "fraction_flow": use / flow_full_load,
    }


def specific_power(
    *,
    power: float,
    flow: float,
    power_rated: float | None,
    pressure_rated: str | None,
    cooling: str,
    specific_power_1: float | None,
    specific_power_2: float | None,
    specific_power_3: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | str | None]:
    """Return the specific power of a compressor, and its grade by the limits of its table.

    Parameters
    ----------
    power : float
        Input of the package [kW].
    flow : float
        Volume flow at suction [m3/min].
    power_rated : float or None
        Of the motor, for the limits of the table [kW].
    pressure_rated : str or None
        ``0.7`` or ``0.8`` [MPa gauge], for the limits of the table.
    cooling : str
        ``air`` or ``liquid``.
    specific_power_1, specific_power_2, specific_power_3 : float or None
        Limits of grades 1 to 3 of GB 19153 for its type, power and pressure [kW min/m3]; of the
        table where none is given.
    calculator_coefficient : iterable of mapping
        Table of coefficients.

    Raises
    ------
    TanluError
        ``calc.needs-both`` when only some limits are given, ``calc.not-less`` out of order,
        ``calc.no-curve`` when the table has no such compressor.
    """
    limits = (specific_power_1, specific_power_2, specific_power_3)
    known = [limit for limit in limits if limit is not None]
    if not known and (power_rated is not None or pressure_rated is not None):
        if power_rated is None or pressure_rated is None:
            raise TanluError("calc.needs-both", found="power_rated, pressure_rated")
        variant = f"{cooling}_{pressure_rated}"
        known = list(
            coefficients(
                calculator_coefficient, "air_specific_power", variant=variant, at=power_rated
            )
        )
    if known and len(known) < len(limits):
        names = "specific_power_1, specific_power_2, specific_power_3"
        raise TanluError("calc.needs-both", found=names)
    if known != sorted(known):
        raise TanluError("calc.not-less", name="specific_power_1", other="specific_power_3")
    found = power / flow
    grade = None
    if known:
        grade = next(
            (str(i) for i, limit in enumerate(known, 1) if found <= limit * (1 + _ROUNDING)),
            "below 3",
        )
    printed = {f"limit_{i}": known[i - 1] if known else None for i in (1, 2, 3)}
    return {"specific_power": found, **printed, "grade": grade}


def compressor_replacement(
    *,
    flow: float,
    specific_power_old: float,
    specific_power_new: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a compressor of less specific power saves for the same air."""
    saved = (specific_power_old - specific_power_new) * flow
    return {
        "power_saved": saved,
        "energy_use": specific_power_old * flow * hours,
        **saved_energy(saved * hours, price_electricity, investment, life),
    }


def heat_recovery(
    *,
    power_shaft: float,
    fraction_recovered: float,
    hours: float,
    efficiency_heater: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return the heat recovered from a compressor and the fuel it replaces.

    Parameters
    ----------
    power_shaft : float
        Mean, while heat is wanted [hp].
    fraction_recovered : float
        Of the input [-].
    hours : float
        In which the heat is wanted [h/yr].
    efficiency_heater : float
        Of the boiler or heater that is relieved, on the net calorific value [-].
    price_fuel, investment, life
        [CNY/GJ], [CNY], [yr].

    Returns
    -------
    dict
        ``heat`` and ``fuel_saved`` [GJ/yr, NCV], ``cost_saved``, ``payback``.
    """
    heat = fraction_recovered * power_shaft * _BTU_PER_HP_H * hours / _BTU_PER_GJ
    fuel = heat / efficiency_heater
    return {"heat": heat, **saved_fuel(fuel, price_fuel, investment, life)}


def operating_cost(
    *,
    power_shaft: float,
    fraction_load_unloaded: float,
    hours: float,
    fraction_time_loaded: float,
    efficiency_loaded: float,
    efficiency_unloaded: float,
    price_electricity: float,
) -> dict[str, float]:
    """Return what a compressor costs a year, loaded and unloaded.

    Parameters
    ----------
    power_shaft : float
        At full load [hp].
    fraction_load_unloaded : float
        Unloaded power over that at full load [-].
    hours : float
        [h/yr].
    fraction_time_loaded : float
        [-].
    efficiency_loaded, efficiency_unloaded : float
        Of the motor [-].
    price_electricity : float
        [CNY/kWh].
    """
    full = power_shaft * KW_PER_HP * hours
    unloaded = 1 - fraction_time_loaded
    loaded_energy = full * fraction_time_loaded / efficiency_loaded
    unloaded_energy = full * fraction_load_unloaded * unloaded / efficiency_unloaded
    return {
        "fraction_time_unloaded": unloaded,
        "energy_use": loaded_energy + unloaded_energy,
        "cost_loaded": loaded_energy * price_electricity,
        "cost_unloaded": unloaded_energy * price_electricity,
        "energy_cost": (loaded_energy + unloaded_energy) * price_electricity,
    }


FORMULAS = {
    "compressed-air-compressor-replacement": compressor_replacement,
    "compressed-air-heat-recovery": heat_recovery,
    "compressed-air-operating-cost": operating_cost,
    "compressed-air-pressure-reduction": pressure_reduction,
    "compressed-air-specific-power": specific_power,
    "compressed-air-system-pressure": system_pressure,
}
