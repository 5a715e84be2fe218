"""Compressed air that leaks or is blown: how much, what it costs, what less of it saves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients
from tanlu.measures.saving import cost_of, saved_money
from tanlu.units.ratio import INCHES_PER_FOOT, MIN_PER_H, S_PER_MIN

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows

_GAS_CONSTANT = 53.34  # of air [ft lbf/lb/degR]
_FAHRENHEIT_ZERO = 459.67  # [degR]
_GRAVITY = 32.2  # [ft/s2]
_GAMMA = 1.4
_M3_PER_CF = 0.3048**3


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


FORMULAS = {
    "compressed-air-consumption": consumption,
    "compressed-air-flow-meter": leak_estimate,
    "compressed-air-leak-bag": leak_bag,
    "compressed-air-leak-decibels": leak_decibels,
    "compressed-air-leak-estimate": leak_estimate,
    "compressed-air-leak-orifice": leak_orifice,
    "compressed-air-leak-reduction": leak_reduction,
    "compressed-air-leak-test": leak_test,
    "compressed-air-nozzle": nozzle,
}
