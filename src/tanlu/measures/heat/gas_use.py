"""Gas of a burner: from its meter, an orifice, or the air or water that it heats."""

from __future__ import annotations

import math
from typing import TypedDict, Unpack

from tanlu.kernel.errors import TanluError
from tanlu.measures.printed import PSI_PER_ATMOSPHERE
from tanlu.measures.saving import cost_of, saved_fuel
from tanlu.units.ratio import BTU_PER_MMBTU


class GasCost(TypedDict):
    """What turns a gas into money.

    Parameters
    ----------
    price_fuel : float or None
        [CNY/MMBtu].
    fraction_saved : float
        [-].
    investment, life : float or None
        [CNY], [yr].
    """

    price_fuel: float | None
    fraction_saved: float
    investment: float | None
    life: float | None


def _used(energy: float, cost: GasCost) -> dict[str, float | None]:
    """Return the energy a year [MMBtu/yr], its cost and what saving a share brings."""
    price, share = cost["price_fuel"], cost["fraction_saved"]
    saved = saved_fuel(energy * share, price, cost["investment"], cost["life"])
    return {"energy_use": energy, "energy_cost": cost_of(energy, price), **saved}


def meter(
    *,
    flow: float,
    count: float,
    hours: float,
    heating_value: float,
    **cost: Unpack[GasCost],
) -> dict[str, float | None]:
    """Return the gas of a metered flow.

    Parameters
    ----------
    flow : float
        [ft3/h].
    count : float
        Equal users [-].
    hours : float
        [h/yr].
    heating_value : float
        [Btu/ft3].
    **cost
        See `GasCost`.
    """
    total = flow * count
    energy = total * hours * heating_value / BTU_PER_MMBTU
    return {"flow_total": total, **_used(energy, cost)}


def consumption(*, energy: float, **cost: Unpack[GasCost]) -> dict[str, float | None]:
    """Return the cost of a known gas a year, and what saving a share brings.

    Parameters
    ----------
    energy : float
        [MMBtu/yr].
    **cost
        See `GasCost`.
    """
    return _used(energy, cost)


def air_heating(
    *,
    flow: float | None,
    area: float | None,
    velocity: float | None,
    temperature_in: float,
    temperature_out: float,
    efficiency: float,
    count: float,
    hours: float,
    **cost: Unpack[GasCost],
) -> dict[str, float | None]:
    """Return the gas behind a stream of heated air.

    Parameters
    ----------
    flow : float or None
        [ft3/min]; else area and velocity of the duct.
    area, velocity : float or None
        [ft2], [ft/min].
    temperature_in, temperature_out : float
        [degF].
    efficiency : float
        [-].
    count, hours : float
        [-], [h/yr].
    **cost
        See `GasCost`.
    """
    if (area is None) != (velocity is None):
        raise TanluError("calc.needs-both", found="area, velocity")
    measured = None if area is None or velocity is None else area * velocity
    air = measured if flow is None else flow
    if air is None or (flow is not None and measured is not None):
        raise TanluError("calc.needs-one", found="flow, area and velocity")
    return _heated(
        1.08 * air,
        temperature_in,
        temperature_out,
        factor=count * hours / efficiency,
        flow=air * count,
        cost=cost,
    )


def water_heating(
    *,
    flow: float,
    temperature_in: float,
    temperature_out: float,
    efficiency: float,
    count: float,
    hours: float,
    **cost: Unpack[GasCost],
) -> dict[str, float | None]:
    """Return the gas behind a stream of heated water.

    Parameters
    ----------
    flow : float
        [gal/min].
    temperature_in, temperature_out : float
        [degF].
    efficiency : float
        [-].
    count, hours : float
        [-], [h/yr].
    **cost
        See `GasCost`.
    """
    return _heated(
        500 * flow,
        temperature_in,
        temperature_out,
        factor=count * hours / efficiency,
        flow=flow * count,
        cost=cost,
    )


def _heated(
    rate: float,
    inlet: float,
    outlet: float,
    *,
    factor: float,
    flow: float,
    cost: GasCost,
) -> dict[str, float | None]:
    if inlet > outlet:
        raise TanluError("calc.not-less", name="temperature_in", other="temperature_out")
    heat = rate * (outlet - inlet) / BTU_PER_MMBTU
    return {"heat_flow": heat, "flow_total": flow, **_used(heat * factor, cost)}


def orifice(
    *,
    specific_gravity: float,
    diameter: float,
    diameter_pipe: float,
    discharge_coefficient: float,
    heating_value: float,
    temperature_gas: float,
    pressure: float,
    pressure_difference: float,
    flow_time: float,
) -> dict[str, float]:
    """Return the flow through an orifice or venturi and the fuel in it.

    Parameters
    ----------
    specific_gravity : float
        Of the gas against air [-].
    diameter, diameter_pipe : float
        Of the throat and of the pipe [in].
    discharge_coefficient : float
        0.6 with a sharp edge, 0.8 with a square edge or a venturi [-].
    heating_value : float
        Of the gas; 0 for air [Btu/ft3].
    temperature_gas : float
        [degF].
    pressure : float
        Before the orifice [psig].
    pressure_difference : float
        Across it [inH2O].
    flow_time : float
        [h].
    """
    ratio = diameter / diameter_pipe
    approach = math.sqrt(1 - ratio**4) if ratio < 1 else 1.0
    flow = (
        1300
        * diameter**2
        * discharge_coefficient
        / approach
        * math.sqrt(pressure_difference / specific_gravity)
        * math.sqrt(520 / (460 + temperature_gas))
        * math.sqrt((pressure + PSI_PER_ATMOSPHERE) / PSI_PER_ATMOSPHERE)
    )
    return {
        "flow": flow,
        "volume": flow * flow_time,
        "heat": flow * heating_value * flow_time / BTU_PER_MMBTU,
    }


FORMULAS = {
    "process-heating-gas-air-heating": air_heating,
    "process-heating-gas-consumption": consumption,
    "process-heating-gas-meter": meter,
    "process-heating-gas-orifice": orifice,
    "process-heating-gas-water-heating": water_heating,
}
