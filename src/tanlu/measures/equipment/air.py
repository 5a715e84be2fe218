"""Compressed air: leaks, nozzles, pressure, specific power, heat recovery."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients
from tanlu.measures.printed import KW_PER_HP, PSI_PER_ATMOSPHERE
from tanlu.measures.saving import cost_of, saved_energy, saved_fuel, saved_money
from tanlu.units.ratio import INCHES_PER_FOOT, MIN_PER_H, S_PER_MIN

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows

_GAS_CONSTANT = 53.34  # of air [ft lbf/lb/degR]
_FAHRENHEIT_ZERO = 459.67  # [degR]
_GRAVITY = 32.2  # [ft/s2]
_GAMMA = 1.4
_BTU_PER_HP_H = 2545
_BTU_PER_GJ = 947_817.12
_ROUNDING = 1e-12  # a machine at its limit keeps its grade
_M3_PER_CF = 0.3048**3
_ARTIFICIAL_DEMAND = 0.6  # share of the use that follows the pressure


class AirCost(TypedDict):
    """What turns a flow of air into money.

    Parameters
    ----------
    hours : float
        [h/yr].
    specific_power : float
        Of the compressors [kW min/m3].
    price_electricity : float or None
        [CNY/kWh].
    price_air : float or None
        Of bought air, which needs no electricity of the plant [CNY/m3].
    fraction_saved : float
        Share of the flow that is mended or saved [-].
    factor_control : float
        Share of the power that the compressor's control gives back with the flow [-].
    investment, life : float or None
        [CNY], [yr].
    """

    hours: float
    specific_power: float
    price_electricity: float | None
    price_air: float | None
    fraction_saved: float
    factor_control: float
    investment: float | None
    life: float | None


def _air_energy(flow: float, **cost: Unpack[AirCost]) -> dict[str, float | None]:
    """Return volume, electricity and money of a flow of air [m3/min], and what saving it brings."""
    volume = flow * MIN_PER_H * cost["hours"]
    price = cost["price_air"]
    power = flow * cost["specific_power"] if price is None else 0.0
    energy = power * cost["hours"]
    saved = energy * cost["fraction_saved"] * cost["factor_control"]
    if price is None:
        paid = cost_of(energy, cost["price_electricity"])
        money = cost_of(saved, cost["price_electricity"])
    else:
        paid = volume * price
        money = paid * cost["fraction_saved"]
    return {
        "flow_total": flow,
        "air_volume": volume,
        "power": power,
        "energy_use": energy,
        "energy_cost": paid,
        "energy_saved": saved,
        **saved_money(money, cost["investment"], cost["life"]),
    }


def leak_estimate(*, flow: float, count: float, **cost: Unpack[AirCost]) -> dict[str, float | None]:
    """Return what leaks of a known or estimated flow cost, and what mending them saves.

    Parameters
    ----------
    flow : float
        Of one leak [m3/min].
    count : float
        Equal leaks [-].
    **cost
        See `AirCost`.

    Returns
    -------
    dict
        ``flow_total`` [m3/min], ``air_volume`` [m3/yr], ``power`` [kW], ``energy_use``
        [kWh/yr], ``energy_cost`` [CNY/yr] and what `saved_energy` returns.
    """
    return _air_energy(flow * count, **cost)


def leak_bag(
    *, height: float, diameter: float, flow_time: float, count: float, **cost: Unpack[AirCost]
) -> dict[str, float | None]:
    """Return leaks measured by the time [s] a cylindrical bag [m] takes to fill.

    Other parameters and returns are those of `leak_estimate`, with ``flow`` of one leak.
    """
    flow = math.pi * (diameter / 2) ** 2 * height / flow_time * S_PER_MIN
    return {"flow": flow, **_air_energy(flow * count, **cost)}


def leak_decibels(
    *,
    pressure: float,
    decibels: float,
    pressure_a: float,
    decibels_a: float,
    flow_a_1: float,
    flow_a_2: float,
    pressure_b: float,
    decibels_b: float,
    flow_b_1: float,
    flow_b_2: float,
    count: float,
    **cost: Unpack[AirCost],
) -> dict[str, float | None]:
    """Return leaks from an ultrasonic reading, bilinear in pressure and decibels.

    Parameters
    ----------
    pressure, decibels : float
        Of the line [psig] and of the reading.
    pressure_a, pressure_b, decibels_a, decibels_b : float
        Ends of the cell of the instrument's table.
    flow_a_1, flow_a_2, flow_b_1, flow_b_2 : float
        Its flows: at decibels a and b, pressures a (1) and b (2) [m3/min].
    count : float
        Equal leaks [-].
    **cost
        See `leak_estimate`.
    """
    right = (pressure - pressure_a) / (pressure_b - pressure_a)
    up = (decibels - decibels_a) / (decibels_b - decibels_a)
    flow = (1 - up) * ((1 - right) * flow_a_1 + right * flow_a_2) + up * (
        (1 - right) * flow_b_1 + right * flow_b_2
    )
    return {"flow": flow, **_air_energy(flow * count, **cost)}


def orifice_flow(
    pressure: float, atmosphere: float, temperature: float, diameter: float, coefficient: float
) -> tuple[float, bool]:
    """Return the flow of air through an orifice and whether it is choked.

    Parameters
    ----------
    pressure, atmosphere : float
        Before and behind the orifice [psia].
    temperature : float
        Of the air [degF].
    diameter : float
        [in].
    coefficient : float
        Of discharge [-].

    Returns
    -------
    tuple of float and bool
        Flow at the air's temperature and the pressure behind [cfm], and whether the pressure
        ratio is critical.

    Notes
    -----
    Choked, the air leaves at the speed of sound of the critical state; otherwise at that of an
    isentropic expansion to the pressure behind.
    """
    rankine = temperature + _FAHRENHEIT_ZERO
    before = pressure * INCHES_PER_FOOT**2 / (_GAS_CONSTANT * rankine)
    behind = atmosphere * INCHES_PER_FOOT**2 / (_GAS_CONSTANT * rankine)
    area = math.pi * diameter**2 / (4 * INCHES_PER_FOOT**2)
    critical = (2 / (_GAMMA + 1)) ** (_GAMMA / (_GAMMA - 1))
    ratio = atmosphere / pressure
    is_choked = ratio <= critical
    if is_choked:
        density = before * (2 / (_GAMMA + 1)) ** (1 / (_GAMMA - 1))
        heads = 2 * _GAMMA / (_GAMMA + 1)
    else:
        density = before * ratio ** (1 / _GAMMA)
        heads = 2 * _GAMMA / (_GAMMA - 1) * (1 - ratio ** ((_GAMMA - 1) / _GAMMA))
    velocity = math.sqrt(heads * _GAS_CONSTANT * rankine * _GRAVITY)
    mass = density * area * velocity * S_PER_MIN * coefficient
    return mass / behind, is_choked


def leak_orifice(
    *,
    temperature: float,
    pressure_atmosphere: float,
    pressure_supply: float,
    diameter: float,
    discharge_coefficient: float,
    count: float,
    **cost: Unpack[AirCost],
) -> dict[str, float | str | None]:
    """Return leaks through holes of a known size, choked or not.

    Parameters
    ----------
    temperature : float
        Of the air [degF].
    pressure_atmosphere, pressure_supply : float
        [psia], [psig].
    diameter : float
        [in].
    discharge_coefficient : float
        [-].
    count : float
        Equal holes [-].
    **cost
        See `leak_estimate`.

    Raises
    ------
    TanluError
        ``calc.not-less`` without overpressure.
    """
    if pressure_supply <= 0:
        raise TanluError("calc.not-less", name="pressure_atmosphere", other="pressure_supply")
    cfm, is_choked = orifice_flow(
        pressure_supply + pressure_atmosphere,
        pressure_atmosphere,
        temperature,
        diameter,
        discharge_coefficient,
    )
    flow = cfm * _M3_PER_CF
    return {
        "flow": flow,
        "regime": "choked" if is_choked else "subsonic",
        **_air_energy(flow * count, **cost),
    }


def nozzle(
    *,
    pressure: float,
    nozzle_type: str | None,
    coefficient_a: float | None,
    coefficient_b: float | None,
    coefficient_c: float | None,
    count: float,
    calculator_coefficient: Rows,
    **cost: Unpack[AirCost],
) -> dict[str, float | None]:
    """Return the air blown by nozzles, quadratic in the supply pressure.

    Parameters
    ----------
    pressure : float
        [psig].
    nozzle_type : str or None
        A variant of the curves, or the three coefficients.
    coefficient_a, coefficient_b, coefficient_c : float or None
        [cfm/psi2], [cfm/psi], [cfm].
    count : float
        Nozzles [-].
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    **cost
        See `leak_estimate`.

    Raises
    ------
    TanluError
        ``calc.needs-one`` when neither or both are given.
    """
    own: tuple[float | None, ...] = (coefficient_a, coefficient_b, coefficient_c)
    if (nozzle_type is None) == (None in own):
        found = "nozzle_type, coefficient_a + coefficient_b + coefficient_c"
        raise TanluError("calc.needs-one", found=found)
    if nozzle_type is not None:
        own = coefficients(calculator_coefficient, "air_nozzle", variant=nozzle_type)
    a, b, c = (value or 0.0 for value in own)
    flow = (a * pressure**2 + b * pressure + c) * _M3_PER_CF
    return {"flow": flow, **_air_energy(flow * count, **cost)}


def consumption(*, air_volume: float, **cost: Unpack[AirCost]) -> dict[str, float | None]:
    """Return what a known volume of air [m3/yr] costs; see `leak_estimate`."""
    hours = cost["hours"]
    return _air_energy(air_volume / hours / MIN_PER_H, **cost)


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
        raise TanluError("calc.not-less", name="pressure_new", other="pressure_old")
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


def leak_reduction(
    *, flow_full_load: float, flow_use: float, flow_leak: float, fraction_saved: float
) -> dict[str, float]:
    """Return the use of a system when a share of its leaks is mended (flows in m3/min)."""
    if flow_leak > flow_use:
        raise TanluError("calc.not-less", name="flow_leak", other="flow_use")
    reduced = flow_leak * fraction_saved
    return {
        "flow_saved": reduced,
        "flow_new": flow_use - reduced,
        "fraction_flow": (flow_use - reduced) / flow_full_load,
    }


def leak_test(*, time_loaded: float, time_unloaded: float, flow: float | None) -> dict[str, Any]:
    """Return the leakage of a system without users from the cycling of its compressor.

    Parameters
    ----------
    time_loaded, time_unloaded : float
        Of the cycle [s].
    flow : float or None
        Of the compressor on load [m3/min].
    """
    share = time_loaded / (time_loaded + time_unloaded)
    return {"fraction_leak": share, "flow_leak": None if flow is None else flow * share}


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
    "compressed-air-consumption": consumption,
    "compressed-air-flow-meter": leak_estimate,
    "compressed-air-heat-recovery": heat_recovery,
    "compressed-air-leak-bag": leak_bag,
    "compressed-air-leak-decibels": leak_decibels,
    "compressed-air-leak-estimate": leak_estimate,
    "compressed-air-leak-orifice": leak_orifice,
    "compressed-air-leak-reduction": leak_reduction,
    "compressed-air-leak-test": leak_test,
    "compressed-air-nozzle": nozzle,
    "compressed-air-operating-cost": operating_cost,
    "compressed-air-pressure-reduction": pressure_reduction,
    "compressed-air-specific-power": specific_power,
    "compressed-air-system-pressure": system_pressure,
}
