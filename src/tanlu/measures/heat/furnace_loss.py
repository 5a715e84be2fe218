"""Heat that leaves a furnace: walls, openings, cooling, fixtures, leaks; heat to its charge."""

from __future__ import annotations

import math

from tanlu.kernel.errors import TanluError
from tanlu.measures.printed import ZERO_FAHRENHEIT
from tanlu.measures.saving import saved_fuel
from tanlu.units.ratio import GJ_PER_KWH, IN2_PER_FT2, MIN_PER_H

_STEFAN_BOLTZMANN = 0.1713e-8  # [Btu/h/ft2/degR4]
_BOILING = 212.0  # [degF]
_EVAPORATION = 970.0  # [Btu/lb]
_VAPOUR = 0.481  # [Btu/lb/degF]
_BTU_PER_WH = 3.412136247820839


def _radiation(emissivity: float, hot: float, cold: float) -> float:
    """Return the radiation between two temperatures [degF] per area [Btu/h/ft2]."""
    above, below = hot + ZERO_FAHRENHEIT, cold + ZERO_FAHRENHEIT
    return emissivity * _STEFAN_BOLTZMANN * (above**4 - below**4)


def _wall(
    surface: float, *, area: float, ambient: float, wind: float, emissivity: float, shape: float
) -> float:
    rise = surface - ambient
    if rise < 0:
        raise TanluError("calc.not-less", name="temperature_ambient", other="temperature_surface")
    still: float = shape * (1 / 24) ** 0.2 * (2 / (ambient + surface)) ** 0.181 * rise**0.266
    convection = still * math.sqrt(1 + 1.277 * wind) * rise
    return (convection + _radiation(emissivity, surface, ambient)) * area


def wall_loss(
    *,
    area: float,
    temperature_ambient: float,
    temperature_surface: float,
    wind: float,
    emissivity: float,
    coefficient_shape: float,
    correction: float,
) -> dict[str, float]:
    """Return what a furnace wall gives off by convection and radiation.

    Parameters
    ----------
    area : float
        [ft2].
    temperature_ambient, temperature_surface : float
        [degF].
    wind : float
        [mph].
    emissivity : float
        [-].
    coefficient_shape : float
        Of the wall's place: 1.394 vertical, 1.79 facing up, 0.89 facing down [-].
    correction : float
        [-].
    """
    lost = _wall(
        temperature_surface,
        area=area,
        ambient=temperature_ambient,
        wind=wind,
        emissivity=emissivity,
        shape=coefficient_shape,
    )
    return {"heat_loss": lost * correction}


def wall_insulation(
    *,
    area: float,
    temperature_ambient: float,
    temperature_surface_1: float,
    temperature_surface_2: float,
    wind: float,
    emissivity: float,
    coefficient_shape: float,
    efficiency_available: float,
    hours: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what insulating a furnace wall saves.

    Parameters
    ----------
    area, temperature_ambient, wind, emissivity, coefficient_shape
        See `wall_loss`.
    temperature_surface_1, temperature_surface_2 : float
        Before and after [degF].
    efficiency_available : float
        Available heat of the furnace: useful heat per fuel on its calorific value [-].
    hours, price_fuel, investment, life
        [h/yr], [CNY/GJ], [CNY], [yr].
    """
    if temperature_surface_2 > temperature_surface_1:
        raise TanluError(
            "calc.not-less", name="temperature_surface_2", other="temperature_surface_1"
        )
    losses = [
        _wall(
            surface,
            area=area,
            ambient=temperature_ambient,
            wind=wind,
            emissivity=emissivity,
            shape=coefficient_shape,
        )
        for surface in (temperature_surface_1, temperature_surface_2)
    ]
    spared = (losses[0] - losses[1]) / _BTU_PER_WH / 1e3
    fuel = spared * hours * GJ_PER_KWH / efficiency_available
    return {
        "heat_loss_1": losses[0],
        "heat_loss_2": losses[1],
        **saved_fuel(fuel, price_fuel, investment, life),
    }


def opening_loss(
    *,
    shape: str,
    emissivity: float,
    diameter: float | None,
    length: float | None,
    length_width: float | None,
    temperature_ambient: float,
    temperature_inside: float,
    fraction_open: float,
    view_factor: float,
) -> dict[str, float]:
    """Return what radiates out of a furnace opening.

    Parameters
    ----------
    shape : str
        ``circular`` or ``rectangular``.
    emissivity : float
        [-].
    diameter, length, length_width : float or None
        Of a circular, or of a rectangular opening [in].
    temperature_ambient, temperature_inside : float
        [degF].
    fraction_open : float
        Share of the time [-].
    view_factor : float
        Share of the radiation that the thickness of the wall lets out [-].
    """
    if temperature_inside < temperature_ambient:
        raise TanluError("calc.not-less", name="temperature_ambient", other="temperature_inside")
    if shape == "circular":
        if diameter is None:
            raise TanluError("calc.needs", when=shape, name="diameter")
        area = math.pi * (diameter / 2) ** 2
    else:
        if length is None or length_width is None:
            raise TanluError("calc.needs", when=shape, name="length, length_width")
        area = length * length_width
    radiated = _radiation(emissivity, temperature_inside, temperature_ambient)
    return {"heat_loss": radiated * area / IN2_PER_FT2 * view_factor * fraction_open}


def cooling_fluid(
    *,
    flow: float,
    temperature_in: float,
    temperature_out: float,
    heat_capacity: float,
    density: float,
    correction: float,
) -> dict[str, float]:
    """Return what a cooling gas or liquid carries away.

    Parameters
    ----------
    flow : float
        [ft3/min] of a gas, [gal/min] of a liquid.
    temperature_in, temperature_out : float
        [degF].
    heat_capacity, density : float
        [Btu/lb/degF]; [lb/ft3] of a gas, [lb/gal] of a liquid.
    correction : float
        [-].
    """
    rise = temperature_out - temperature_in
    return {"heat_loss": flow * MIN_PER_H * density * heat_capacity * rise * correction}


def cooling_gas_volume(
    *,
    flow: float,
    temperature_in: float,
    temperature_out: float,
    heat_capacity_volume: float,
    correction: float,
) -> dict[str, float]:
    """Return what a cooling gas carries away, from its heat capacity by volume.

    Parameters
    ----------
    flow : float
        [ft3/min].
    temperature_in, temperature_out : float
        [degF].
    heat_capacity_volume : float
        [Btu/ft3/degF].
    correction : float
        [-].
    """
    rise = temperature_out - temperature_in
    return {"heat_loss": flow * MIN_PER_H * heat_capacity_volume * rise * correction}


def cooling_water(
    *, flow: float, temperature_in: float, temperature_out: float, correction: float
) -> dict[str, float]:
    """Return what cooling water carries away; its density is that of the mean temperature.

    Parameters
    ----------
    flow : float
        [gal/min].
    temperature_in, temperature_out : float
        [degF].
    correction : float
        [-].
    """
    mean = ((temperature_in + temperature_out) / 2 - 32) / 1.8
    density = 1000 * (1 - (mean + 288.9414) / (508929.2 * (mean + 68.12963)) * (mean - 3.9863) ** 2)
    rise = temperature_out - temperature_in
    return {"heat_loss": flow * MIN_PER_H * density * 0.0083454 * rise * correction}


def carried(
    *,
    mass_flow: float,
    heat_capacity: float,
    temperature_in: float,
    temperature_out: float,
    correction: float,
) -> dict[str, float]:
    """Return the heat that fixtures, trays or slag carry out.

    Parameters
    ----------
    mass_flow : float
        [lb/h].
    heat_capacity : float
        [Btu/lb/degF].
    temperature_in, temperature_out : float
        [degF].
    correction : float
        [-].
    """
    rise = temperature_out - temperature_in
    return {"heat_loss": mass_flow * heat_capacity * rise * correction}


def atmosphere(
    *,
    flow: float,
    heat_capacity_volume: float,
    temperature_in: float,
    temperature_out: float,
    correction: float,
) -> dict[str, float]:
    """Return the heat that a protective atmosphere carries out.

    Parameters
    ----------
    flow : float
        [ft3/h].
    heat_capacity_volume : float
        [Btu/ft3/degF].
    temperature_in, temperature_out : float
        [degF].
    correction : float
        [-].
    """
    rise = temperature_out - temperature_in
    return {"heat_loss": flow * heat_capacity_volume * rise * correction}


def leakage(
    *,
    pressure_difference: float,
    area: float,
    temperature_gas: float,
    temperature_ambient: float,
    discharge_coefficient: float,
    specific_gravity: float,
    correction: float,
) -> dict[str, float]:
    """Return the heat in gases that leak out of a furnace under pressure.

    Parameters
    ----------
    pressure_difference : float
        Draft [inH2O].
    area : float
        Of the openings [ft2].
    temperature_gas, temperature_ambient : float
        [degF].
    discharge_coefficient, specific_gravity, correction : float
        [-].
    """
    leaked = (
        1655
        * discharge_coefficient
        * area
        * IN2_PER_FT2
        * math.sqrt(pressure_difference / specific_gravity)
        * math.sqrt(520 / (ZERO_FAHRENHEIT + temperature_gas))
    )
    mean = (temperature_ambient + temperature_gas) / 2
    capacity = 0.0793 * (0.2371 - 9e-6 * mean + 7e-8 * mean**2 - 3e-11 * mean**3)
    rise = temperature_gas - temperature_ambient
    return {"flow": leaked, "heat_loss": capacity * leaked * rise * correction}


def auxiliary_power(
    *, phases: str, voltage: float, current: float, power_factor: float, fraction_time: float
) -> dict[str, float]:
    """Return the electricity of fans, drives and other auxiliaries of a furnace as heat.

    Parameters
    ----------
    phases : str
        1 or 3.
    voltage, current, power_factor : float
        [V], [A], [-].
    fraction_time : float
        Share of the time [-].
    """
    power = math.sqrt(float(phases)) * voltage * current * power_factor * fraction_time
    return {"heat_flow": power * _BTU_PER_WH}


def _reaction(reaction: str, mass: float, share: float, enthalpy: float) -> float:
    """Return the heat a reaction takes; what an exothermic one gives is not asked of the fuel."""
    return mass * share * enthalpy if reaction == "endothermic" else 0.0


def charge_gas(
    *,
    reaction: str,
    mass_flow: float,
    heat_capacity: float,
    heat_capacity_vapour: float,
    fraction_vapour: float,
    temperature_in: float,
    temperature_out: float,
    fraction_reacted: float,
    enthalpy_reaction: float,
    heat_flow_additional: float,
) -> dict[str, float]:
    """Return the heat that a gas takes in a furnace.

    Parameters
    ----------
    reaction : str
        ``endothermic`` or ``exothermic``.
    mass_flow : float
        [lb/h].
    heat_capacity, heat_capacity_vapour : float
        [Btu/lb/degF].
    fraction_vapour, fraction_reacted : float
        [-].
    temperature_in, temperature_out : float
        [degF].
    enthalpy_reaction : float
        [Btu/lb].
    heat_flow_additional : float
        [Btu/h].
    """
    rise = temperature_out - temperature_in
    capacity = (1 - fraction_vapour) * heat_capacity + fraction_vapour * heat_capacity_vapour
    reacted = _reaction(reaction, mass_flow, fraction_reacted, enthalpy_reaction)
    return {
        "heat_flow": mass_flow * capacity * rise + reacted + heat_flow_additional,
        "heat_flow_reaction": reacted,
    }


def charge_liquid(
    *,
    reaction: str,
    mass_flow: float,
    heat_capacity: float,
    heat_capacity_vapour: float,
    temperature_boiling: float,
    enthalpy_latent: float,
    fraction_vaporized: float,
    temperature_in: float,
    temperature_out: float,
    fraction_reacted: float,
    enthalpy_reaction: float,
    heat_flow_additional: float,
) -> dict[str, float]:
    """Return the heat that a liquid takes in a furnace.

    Parameters
    ----------
    reaction : str
        ``endothermic`` or ``exothermic``.
    mass_flow : float
        [lb/h].
    heat_capacity, heat_capacity_vapour : float
        [Btu/lb/degF].
    temperature_boiling, temperature_in, temperature_out : float
        [degF].
    enthalpy_latent, enthalpy_reaction : float
        [Btu/lb].
    fraction_vaporized, fraction_reacted : float
        [-].
    heat_flow_additional : float
        [Btu/h].
    """
    if temperature_out < temperature_boiling:
        held = heat_capacity * (temperature_out - temperature_in)
    else:
        beyond = temperature_out - temperature_boiling
        held = (
            heat_capacity * (temperature_boiling - temperature_in)
            + fraction_vaporized * (enthalpy_latent + heat_capacity_vapour * beyond)
            + (1 - fraction_vaporized) * heat_capacity * beyond
        )
    reacted = _reaction(reaction, mass_flow, fraction_reacted, enthalpy_reaction)
    return {
        "heat_flow": mass_flow * held + reacted + heat_flow_additional,
        "heat_flow_reaction": reacted,
    }


def charge_solid(
    *,
    reaction: str,
    mass_flow: float,
    heat_capacity: float,
    heat_capacity_liquid: float,
    temperature_melting: float,
    enthalpy_latent: float,
    fraction_melted: float,
    fraction_water_in: float,
    fraction_water_out: float,
    temperature_in: float,
    temperature_out: float,
    temperature_vapour: float,
    fraction_reacted: float,
    enthalpy_reaction: float,
    heat_flow_additional: float,
) -> dict[str, float]:
    """Return the heat that a solid, moist or melting, takes in a furnace.

    Parameters
    ----------
    reaction : str
        ``endothermic`` or ``exothermic``.
    mass_flow : float
        Moist [lb/h].
    heat_capacity, heat_capacity_liquid : float
        [Btu/lb/degF].
    temperature_melting, temperature_in, temperature_out, temperature_vapour : float
        [degF].
    enthalpy_latent, enthalpy_reaction : float
        [Btu/lb].
    fraction_melted, fraction_water_in, fraction_water_out, fraction_reacted : float
        [-].
    heat_flow_additional : float
        [Btu/h].

    Raises
    ------
    TanluError
        ``calc.not-less`` where more water leaves than came in.
    """
    if fraction_water_out > fraction_water_in:
        raise TanluError("calc.not-less", name="fraction_water_out", other="fraction_water_in")
    if temperature_out < _BOILING:
        water = fraction_water_in * (temperature_vapour - temperature_in)
    else:
        superheat = temperature_vapour - _BOILING
        water = (
            fraction_water_in * (_BOILING - temperature_in)
            + (fraction_water_in - fraction_water_out) * (_EVAPORATION + _VAPOUR * superheat)
            + fraction_water_out * superheat
        )
    if temperature_out < temperature_melting:
        held = heat_capacity * (temperature_out - temperature_in)
    else:
        beyond = temperature_out - temperature_melting
        held = (
            heat_capacity * (temperature_melting - temperature_in)
            + fraction_melted * (enthalpy_latent + heat_capacity_liquid * beyond)
            + (1 - fraction_melted) * heat_capacity * beyond
        )
    dry = mass_flow * (1 - fraction_water_in)
    reacted = _reaction(reaction, dry, fraction_reacted, enthalpy_reaction)
    return {
        "heat_flow": mass_flow * water + dry * held + reacted + heat_flow_additional,
        "heat_flow_water": mass_flow * water,
        "heat_flow_reaction": reacted,
    }


FORMULAS = {
    "process-heating-atmosphere": atmosphere,
    "process-heating-auxiliary-power": auxiliary_power,
    "process-heating-charge-gas": charge_gas,
    "process-heating-charge-liquid": charge_liquid,
    "process-heating-charge-solid": charge_solid,
    "process-heating-cooling-gas": cooling_fluid,
    "process-heating-cooling-gas-volume": cooling_gas_volume,
    "process-heating-cooling-liquid": cooling_fluid,
    "process-heating-cooling-water": cooling_water,
    "process-heating-fixture": carried,
    "process-heating-leakage": leakage,
    "process-heating-opening-loss": opening_loss,
    "process-heating-slag": carried,
    "process-heating-wall-insulation": wall_insulation,
    "process-heating-wall-loss": wall_loss,
}
