"""Savings in steam systems: condensate, blowdown, flash steam, leaks, cost of steam."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.heat.temperature import crossing
from tanlu.measures.heat.water import Water
from tanlu.measures.saving import (
    cost_of,
    cost_of_all,
    payback_of,
    saved_fuel,
    saved_money,
    unpriced,
)
from tanlu.units.ratio import BTU_PER_MMBTU, G_PER_KG, KJ_PER_GJ, KJ_PER_KWH

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows

_BTU_PER_LB_DEGF = 1.0  # heat capacity of water, as the tip sheets take it
_TABLE_STEAM = 100_000  # [lb/h] that the blowdown table of tip sheet 10 is for
_HOURS_OF_YEAR = 8760  # of the table
_NAPIER = 51.43  # 3600 / 70, Napier's formula
_CHOKED = 0.58  # critical pressure ratio of dry saturated steam


def condensate_return(
    *,
    mass_flow: float,
    fraction_flash: float,
    hours: float,
    temperature_condensate: float,
    temperature_makeup: float,
    density: float,
    efficiency: float,
    price_water: float | None,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, Any]:
    """Return what returning condensate to the boiler saves.

    Parameters
    ----------
    mass_flow : float
        Condensate returned in addition [lb/h].
    fraction_flash : float
        Share that flashes off and is not returned [-].
    hours : float
        [h/yr].
    temperature_condensate, temperature_makeup : float
        [degF].
    density : float
        Of water [lb/gal].
    efficiency : float
        Of the boiler [-].
    price_water : float or None
        Water, sewage and treatment [CNY/gal].
    price_fuel : float or None
        [CNY/MMBtu].
    investment, life : float or None
        [CNY], [yr].
    """
    if temperature_condensate <= temperature_makeup:
        raise crossing(
            "degF",
            temperature_condensate=temperature_condensate,
            temperature_makeup=temperature_makeup,
        )
    mass = (1 - fraction_flash) * mass_flow * hours
    heat = mass * _BTU_PER_LB_DEGF * (temperature_condensate - temperature_makeup)
    fuel = heat / efficiency / BTU_PER_MMBTU
    water = mass / density
    of_water, of_fuel = cost_of(water, price_water), cost_of(fuel, price_fuel)
    total = cost_of_all((of_water, of_fuel))
    return {
        "water_saved": water,
        "fuel_saved": fuel,
        "cost_saved_water": of_water,
        "cost_saved_fuel": of_fuel,
        **saved_money(total, investment, life),
        "findings": unpriced(price_water=price_water, price_fuel=price_fuel),
    }


def condensate_heat(
    *,
    volume: float,
    density: float,
    temperature_1: float,
    temperature_2: float,
    efficiency: float,
    heating_value: float | None,
    price: float | None,
) -> dict[str, float | None]:
    """Return the fuel that heats a volume of make-up water.

    Parameters
    ----------
    volume : float
        [gal].
    density : float
        [lb/gal].
    temperature_1, temperature_2 : float
        Before and after [degF].
    efficiency : float
        Of the boiler [-].
    heating_value : float or None
        Of the gas [Btu/cf].
    price : float or None
        Of the gas [CNY/cf].
    """
    heat = volume * density * _BTU_PER_LB_DEGF * (temperature_2 - temperature_1)
    gas = None if heating_value is None else heat / efficiency / heating_value
    return {
        "heat": heat,
        "heat_fuel": heat / efficiency,
        "volume_fuel": gas,
        "cost": None if gas is None or price is None else gas * price,
    }


def blowdown_recovery_table(
    *,
    mass_flow_blowdown: float,
    mass_flow_steam: float,
    heat_flow_recoverable: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what recovering blowdown heat saves, by the table of tip sheet 10.

    Parameters
    ----------
    mass_flow_blowdown, mass_flow_steam : float
        [lb/h].
    heat_flow_recoverable : float
        From the table, per 100 000 lb/h of steam [MMBtu/h].
    hours : float
        [h/yr].
    efficiency : float
        Of the boiler [-].
    price_fuel : float or None
        [CNY/MMBtu].
    investment, life : float or None
        [CNY], [yr].
    """
    share = mass_flow_blowdown / (mass_flow_blowdown + mass_flow_steam)
    fuel = heat_flow_recoverable * mass_flow_steam / _TABLE_STEAM * hours / efficiency
    return {"ratio": share, **saved_fuel(fuel, price_fuel, investment, life)}


def blowdown_recovery(
    *,
    mass_flow_steam: float,
    blowdown: float,
    pressure_boiler: float,
    pressure_flash: float,
    temperature_makeup: float,
    temperature_drain: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what a flash tank and an exchanger take out of the blowdown, by its balance.

    Parameters
    ----------
    mass_flow_steam : float
        [kg/h].
    blowdown : float
        Share of the feedwater [-].
    pressure_boiler, pressure_flash : float
        Absolute [MPa].
    temperature_makeup, temperature_drain : float
        Of the make-up water and of the blowdown that leaves the exchanger [K].
    hours : float
        [h/yr].
    efficiency : float
        Of the boiler [-].
    price_fuel : float or None
        [CNY/GJ].
    investment, life : float or None
        [CNY], [yr].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.
    """
    water = Water(if97_coefficient)
    blown = water.saturated(pressure_boiler)[0].enthalpy
    makeup = water.at_temperature(pressure_flash, temperature_makeup).enthalpy
    drain = water.at_temperature(pressure_flash, temperature_drain).enthalpy
    if not makeup <= drain < blown:
        raise crossing(
            "K", temperature_drain=temperature_drain, temperature_makeup=temperature_makeup
        )
    liquid, vapour = water.saturated(pressure_flash)
    share = max(0.0, (blown - liquid.enthalpy) / (vapour.enthalpy - liquid.enthalpy))
    flow = mass_flow_steam * blowdown / (1 - blowdown)
    flash = flow * share * (vapour.enthalpy - makeup)
    sensible = flow * (1 - share) * (min(blown, liquid.enthalpy) - drain)
    fuel = (flash + max(0.0, sensible)) * hours / efficiency / KJ_PER_GJ
    return {
        "mass_flow_blowdown": flow,
        "mass_flow_flash": flow * share,
        "heat_flow_flash": flash,
        "heat_flow_exchanger": max(0.0, sensible),
        **saved_fuel(fuel, price_fuel, investment, life),
    }


def blowdown_reduction(
    *,
    mass_flow_steam: float,
    blowdown_old: float,
    blowdown_new: float,
    pressure_boiler: float,
    temperature_makeup: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    price_water: float | None,
    investment: float | None,
    life: float | None,
    if97_coefficient: Rows,
) -> dict[str, Any]:
    """Return what a smaller blowdown saves in fuel and water.

    Parameters
    ----------
    mass_flow_steam : float
        [kg/h].
    blowdown_old, blowdown_new : float
        Share of the feedwater [-].
    pressure_boiler : float
        Absolute [MPa].
    temperature_makeup : float
        [K].
    hours : float
        [h/yr].
    efficiency : float
        Of the boiler [-].
    price_fuel, price_water : float or None
        [CNY/GJ], [CNY/m3].
    investment, life : float or None
        [CNY], [yr].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.
    """
    water = Water(if97_coefficient)
    blown = water.saturated(pressure_boiler)[0].enthalpy
    makeup = water.at_temperature(pressure_boiler, temperature_makeup)
    less = mass_flow_steam / (1 - blowdown_old) - mass_flow_steam / (1 - blowdown_new)
    fuel = less * (blown - makeup.enthalpy) * hours / efficiency / KJ_PER_GJ
    saved = saved_fuel(fuel, price_fuel, investment, life)
    volume = less * hours * makeup.volume
    of_water = cost_of(volume, price_water)
    total = cost_of_all((saved["cost_saved"], of_water))
    return saved | {
        "mass_flow_saved": less,
        "water_saved": volume,
        "cost_saved_water": of_water,
        "cost_saved": total,
        "payback": payback_of(investment, total),
        "findings": unpriced(price_fuel=price_fuel, price_water=price_water),
    }


def flash_recovery(
    *,
    mass_flow: float,
    pressure_condensate: float,
    pressure_flash: float,
    temperature_makeup: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what using the flash steam of condensate saves.

    Parameters
    ----------
    mass_flow : float
        Condensate at its boiling point [kg/h].
    pressure_condensate, pressure_flash : float
        Absolute [MPa].
    temperature_makeup : float
        Of the water whose heating the flash steam replaces [K].
    hours : float
        [h/yr].
    efficiency : float
        Of the boiler [-].
    price_fuel : float or None
        [CNY/GJ].
    investment, life : float or None
        [CNY], [yr].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Raises
    ------
    TanluError
        ``calc.valve-pressure`` unless the pressure falls.
    """
    if pressure_flash >= pressure_condensate:
        raise TanluError(
            "calc.valve-pressure",
            found=f"{pressure_flash:g} MPa(a)",
            allowed=f"{pressure_condensate:g} MPa(a)",
        )
    water = Water(if97_coefficient)
    hot = water.saturated(pressure_condensate)[0].enthalpy
    liquid, vapour = water.saturated(pressure_flash)
    makeup = water.at_temperature(pressure_flash, temperature_makeup).enthalpy
    share = (hot - liquid.enthalpy) / (vapour.enthalpy - liquid.enthalpy)
    heat = mass_flow * share * (vapour.enthalpy - makeup)
    fuel = heat * hours / efficiency / KJ_PER_GJ
    return {
        "fraction_flash": share,
        "mass_flow_flash": mass_flow * share,
        "heat_flow_flash": heat,
        **saved_fuel(fuel, price_fuel, investment, life),
    }


def steam_cost(
    *,
    pressure_steam: float,
    temperature_steam: float | None,
    temperature_feedwater: float,
    efficiency: float,
    price_fuel: float,
    emission_factor: float,
    if97_coefficient: Rows,
) -> dict[str, float]:
    """Return the fuel, the cost and the emissions of a tonne of steam.

    Parameters
    ----------
    pressure_steam : float
        Absolute [MPa].
    temperature_steam : float or None
        [K]; dry saturated where it is not given.
    temperature_feedwater : float
        [K].
    efficiency : float
        Of the boiler [-].
    price_fuel : float
        [CNY/GJ].
    emission_factor : float
        Of the fuel, net calorific value [kg/GJ].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.
    """
    water = Water(if97_coefficient)
    made = (
        water.saturated(pressure_steam)[1]
        if temperature_steam is None
        else water.at_temperature(pressure_steam, temperature_steam)
    )
    fed = water.at_temperature(pressure_steam, temperature_feedwater).enthalpy
    fuel = (made.enthalpy - fed) / efficiency / G_PER_KG
    return {
        "enthalpy_out": made.enthalpy,
        "enthalpy_feedwater": fed,
        "intensity": fuel,
        "price_steam": fuel * price_fuel,
        "emission_steam": fuel * emission_factor,
    }


def leak(
    *,
    diameter: float,
    pressure: float,
    pressure_atmosphere: float,
    discharge_coefficient: float,
    count: float,
    hours: float,
    price_steam: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return the steam that blows through holes, by Napier's formula.

    Parameters
    ----------
    diameter : float
        Of the hole or the trap's orifice [in].
    pressure : float
        Before it, absolute [psi].
    pressure_atmosphere : float
        [psi].
    discharge_coefficient : float
        [-].
    count : float
        Holes [-].
    hours : float
        [h/yr].
    price_steam : float or None
        [CNY/lb].
    investment, life : float or None
        [CNY], [yr].

    Notes
    -----
    ``flow = 51.43 C A p`` [lb/h], area in square inches, where the flow is choked.
    """
    if pressure < pressure_atmosphere / _CHOKED:
        raise TanluError(
            "calc.leak-not-choked",
            found=f"{pressure:.2f} psia",
            allowed=f"{pressure_atmosphere / _CHOKED:.2f} psia",
        )
    area = pi / 4 * diameter**2
    flow = count * _NAPIER * discharge_coefficient * area * pressure
    money = cost_of(flow * hours, price_steam)
    return {
        "mass_flow": flow,
        "mass": flow * hours,
        **saved_money(money, investment, life),
    }


def vent_condenser(
    *,
    heat_table: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a vent condenser saves, by the table of tip sheet 13.

    Parameters
    ----------
    heat_table : float
        From the table, for a vent that blows all the year [MMBtu/yr].
    hours : float
        That it blows [h/yr].
    efficiency : float
        Of the boiler [-].
    price_fuel : float or None
        [CNY/MMBtu].
    investment, life : float or None
        [CNY], [yr].
    """
    fuel = heat_table * hours / _HOURS_OF_YEAR / efficiency
    return saved_fuel(fuel, price_fuel, investment, life)


def vapour_recompression(
    *,
    pressure_in: float,
    pressure_out: float,
    efficiency_isentropic: float,
    temperature_water: float,
    mass_flow: float,
    efficiency_drive: float,
    temperature_makeup: float,
    efficiency_boiler: float,
    hours: float,
    price_electricity: float | None,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what compressing waste steam, in place of making steam, saves and takes.

    Parameters
    ----------
    pressure_in, pressure_out : float
        Of the waste steam, dry saturated, and of the steam wanted, absolute [MPa].
    efficiency_isentropic, efficiency_drive : float
        Of the compressor and of its drive [-].
    temperature_water : float
        Of the water sprayed in to take the superheat away [K].
    mass_flow : float
        Steam wanted [kg/h].
    temperature_makeup : float
        Of the boiler's make-up water [K].
    efficiency_boiler : float
        [-].
    hours : float
        [h/yr].
    price_electricity, price_fuel : float or None
        [CNY/kWh], [CNY/GJ].
    investment, life : float or None
        [CNY], [yr].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Raises
    ------
    TanluError
        ``calc.compressor-pressure``.
    """
    if pressure_out <= pressure_in:
        raise TanluError(
            "calc.compressor-pressure",
            found=f"{pressure_out:g} MPa(a)",
            allowed=f"{pressure_in:g} MPa(a)",
        )
    water = Water(if97_coefficient)
    waste, wanted = water.saturated(pressure_in)[1], water.saturated(pressure_out)[1]
    ideal = water.at_entropy(pressure_out, waste.entropy).enthalpy
    work = (ideal - waste.enthalpy) / efficiency_isentropic
    spray = water.at_temperature(pressure_out, temperature_water).enthalpy
    sprayed = max(0.0, (waste.enthalpy + work - wanted.enthalpy) / (wanted.enthalpy - spray))
    each = work / (1 + sprayed)
    power = each * mass_flow / KJ_PER_KWH / efficiency_drive
    makeup = water.at_temperature(pressure_out, temperature_makeup).enthalpy
    heat = mass_flow * (wanted.enthalpy - makeup) * hours
    fuel = heat / efficiency_boiler / KJ_PER_GJ
    of_power, of_fuel = cost_of(power * hours, price_electricity), cost_of(fuel, price_fuel)
    money = None if of_power is None or of_fuel is None else of_fuel - of_power
    return {
        "ratio_compression": pressure_out / pressure_in,
        "enthalpy_work": each,
        "mass_flow_waste": mass_flow / (1 + sprayed),
        "power_input": power,
        "energy_saved": -power * hours,
        "fuel_saved": fuel,
        **saved_money(money, investment, life),
    }


FORMULAS = {
    "steam-blowdown-recovery": blowdown_recovery,
    "steam-blowdown-recovery-table": blowdown_recovery_table,
    "steam-blowdown-reduction": blowdown_reduction,
    "steam-condensate-heat": condensate_heat,
    "steam-condensate-return": condensate_return,
    "steam-cost": steam_cost,
    "steam-flash-recovery": flash_recovery,
    "steam-leak": leak,
    "steam-vapour-recompression": vapour_recompression,
    "steam-vent-condenser": vent_condenser,
}
