"""Furnaces: available heat, excess air, preheated air, oxygen; fuel against electricity."""

from __future__ import annotations

from tanlu.kernel.errors import TanluError
from tanlu.measures.heat.fuel import excess_air_of
from tanlu.measures.printed import BTU_PER_KWH, ZERO_FAHRENHEIT
from tanlu.measures.saving import saved_fuel, saved_money
from tanlu.units.ratio import GJ_PER_KWH, MIN_PER_H

_AIR_FLUE, _AIR_COMBUSTION = -1.07891327, -1.078913827  # as printed
_O2_AIR = 0.21
_KWH_PER_MMBTU = 1e6 / 3413  # as printed
_MMBTU_PER_KWH = 0.003412
_BTU_PER_KWH_EXACT = 3412.141633
_WATER_BTU_PER_GALLON = 8.335  # [Btu/gal/degF], as printed


def available_heat(
    excess_air: float,
    temperature_flue: float,
    temperature_air: float,
    *,
    at_flue: float = _AIR_COMBUSTION,
) -> float:
    """Return the available heat of natural gas, on its gross calorific value [%].

    Parameters
    ----------
    excess_air : float
        [-].
    temperature_flue, temperature_air : float
        [degF].
    at_flue : float
        Constant of the excess air in the flue gas, as the publication prints it.

    Raises
    ------
    TanluError
        ``calc.no-available-heat`` where the flue gas takes everything.
    """
    capacity = 0.017828518 + 2.556e-6 * temperature_air
    found = (
        95
        - 0.025 * temperature_flue
        - (at_flue + capacity * temperature_flue) * excess_air
        + (_AIR_COMBUSTION + capacity * temperature_air) * (1 + excess_air)
    )
    if found <= 0:
        raise TanluError("calc.no-available-heat", found=f"{found:.1f}")
    return found


def _fuel_saved(
    heat_flow: float,
    share: float,
    *,
    hours: float | None,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a share of a fuel flow [kW] saves; nothing a year without hours."""
    if hours is None:
        nothing = dict.fromkeys(("fuel_saved", "cost_saved", "payback"))
        return {**nothing, "investment": investment, "life": life}
    return saved_fuel(heat_flow * share * hours * GJ_PER_KWH, price_fuel, investment, life)


def efficiency_improvement(
    *,
    oxygen_1: float,
    oxygen_2: float,
    temperature_flue_1: float,
    temperature_flue_2: float,
    temperature_air_1: float,
    temperature_air_2: float,
    heat_flow: float,
    hours: float | None,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what less excess air, cooler flue gas and warmer combustion air save.

    Parameters
    ----------
    oxygen_1, oxygen_2 : float
        In the flue gas before and after [%].
    temperature_flue_1, temperature_flue_2, temperature_air_1, temperature_air_2 : float
        [degF].
    heat_flow : float
        Fuel before [kW].
    hours, price_fuel, investment, life
        [h/yr], [CNY/GJ], [CNY], [yr].

    Notes
    -----
    ``saving = (available_2 - available_1) / available_2`` at equal useful heat.

    Raises
    ------
    TanluError
        ``calc.not-less`` where the air is hotter than the flue gas.
    """
    for air, flue, number in (
        (temperature_air_1, temperature_flue_1, 1),
        (temperature_air_2, temperature_flue_2, 2),
    ):
        if air >= flue:
            raise TanluError(
                "calc.not-less",
                name=f"temperature_air_{number}",
                other=f"temperature_flue_{number}",
            )
    air_1, air_2 = excess_air_of(oxygen_1 / 100), excess_air_of(oxygen_2 / 100)
    before = available_heat(air_1, temperature_flue_1, temperature_air_1, at_flue=_AIR_FLUE)
    after = available_heat(air_2, temperature_flue_2, temperature_air_2, at_flue=_AIR_FLUE)
    share = (after - before) / after
    return {
        "excess_air_1": air_1 * 100,
        "excess_air_2": air_2 * 100,
        "percent_available_1": before,
        "percent_available_2": after,
        "saving": share,
        "heat_flow_new": heat_flow * (1 - share),
        **_fuel_saved(
            heat_flow,
            share,
            hours=hours,
            price_fuel=price_fuel,
            investment=investment,
            life=life,
        ),
    }


def air_preheat(
    *,
    oxygen: float,
    temperature_flue: float,
    temperature_air_1: float,
    temperature_air_2: float,
    heat_flow: float,
    hours: float | None,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what preheating the combustion air saves.

    Parameters
    ----------
    oxygen : float
        In the flue gas [%].
    temperature_flue : float
        Where it leaves the furnace, before the recuperator [degF].
    temperature_air_1, temperature_air_2 : float
        [degF].
    heat_flow : float
        Fuel before [kW].
    hours, price_fuel, investment, life
        [h/yr], [CNY/GJ], [CNY], [yr].

    Raises
    ------
    TanluError
        ``calc.not-less`` where the air is to be hotter than the flue gas.
    """
    if temperature_air_2 >= temperature_flue:
        raise TanluError("calc.not-less", name="temperature_air_2", other="temperature_flue")
    return efficiency_improvement(
        oxygen_1=oxygen,
        oxygen_2=oxygen,
        temperature_flue_1=temperature_flue,
        temperature_flue_2=temperature_flue,
        temperature_air_1=temperature_air_1,
        temperature_air_2=temperature_air_2,
        heat_flow=heat_flow,
        hours=hours,
        price_fuel=price_fuel,
        investment=investment,
        life=life,
    )


def oxygen_enrichment(
    *,
    fraction_oxygen_1: float,
    fraction_oxygen_2: float,
    oxygen_1: float,
    oxygen_2: float,
    temperature_flue_1: float,
    temperature_flue_2: float,
    temperature_air_1: float,
    temperature_air_2: float,
    heat_flow: float,
    hours: float | None,
    price_fuel: float | None,
    cost: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what oxygen in place of air saves.

    Parameters
    ----------
    fraction_oxygen_1, fraction_oxygen_2 : float
        Of the combustion air, 0.21 for air and 1 for oxygen [-].
    oxygen_1, oxygen_2 : float
        In the flue gas [%].
    temperature_flue_1, temperature_flue_2, temperature_air_1, temperature_air_2 : float
        [degF].
    heat_flow : float
        Fuel before [kW].
    hours, price_fuel, cost, investment, life
        [h/yr], [CNY/GJ], of the oxygen [CNY/yr], [CNY], [yr].
    """
    before = _enriched(fraction_oxygen_1, oxygen_1, temperature_flue_1, temperature_air_1)
    after = _enriched(fraction_oxygen_2, oxygen_2, temperature_flue_2, temperature_air_2)
    share = 1 - before / after
    return {
        "percent_available_1": before,
        "percent_available_2": after,
        "saving": share,
        "heat_flow_new": heat_flow * (1 - share),
        "om": cost,
        **_fuel_saved(
            heat_flow,
            share,
            hours=hours,
            price_fuel=price_fuel,
            investment=investment,
            life=life,
        ),
    }


def _enriched(fraction: float, oxygen: float, flue: float, air: float) -> float:
    plain = available_heat(excess_air_of(oxygen / 100), flue, air, at_flue=_AIR_FLUE)
    spared = 9.38 * (fraction - _O2_AIR) / fraction  # nitrogen that is not heated
    return plain + 100 * spared * 0.02 * (flue - 60) / 980


def exhaust_loss(
    *,
    excess_air: float,
    temperature_air: float,
    temperature_flue: float,
    heat_flow: float,
) -> dict[str, float]:
    """Return the available heat of a furnace and what leaves with its exhaust.

    Parameters
    ----------
    excess_air : float
        [%].
    temperature_air, temperature_flue : float
        [degF].
    heat_flow : float
        Fuel [kW].
    """
    percent = available_heat(excess_air / 100, temperature_flue, temperature_air)
    return {
        "percent_available": percent,
        "heat_flow_delivered": heat_flow * percent / 100,
        "heat_loss": heat_flow * (100 - percent) / 100,
    }


def electric_equivalent(
    *, efficiency_fuel: float, efficiency_electric: float, heat_flow_fuel: float
) -> dict[str, float]:
    """Return the electricity that replaces a fuel.

    Parameters
    ----------
    efficiency_fuel, efficiency_electric : float
        [-].
    heat_flow_fuel : float
        [MMBtu/h].
    """
    return {"power": heat_flow_fuel * efficiency_fuel / efficiency_electric * _KWH_PER_MMBTU}


def fuel_equivalent(
    *, efficiency_fuel: float, efficiency_electric: float, power: float
) -> dict[str, float]:
    """Return the fuel that replaces an electricity.

    Parameters
    ----------
    efficiency_fuel, efficiency_electric : float
        [-].
    power : float
        [kW].
    """
    return {"heat_flow_fuel": power * efficiency_electric / efficiency_fuel * _MMBTU_PER_KWH}


def arc_furnace_input(
    *,
    heat_flow_gas: float,
    mass_flow_coal: float,
    heating_value_coal: float,
    mass_flow_electrode: float,
    heating_value_electrode: float,
    heat_flow_other: float,
    power: float,
) -> dict[str, float]:
    """Return the energy put into an electric arc furnace.

    Parameters
    ----------
    heat_flow_gas, heat_flow_other : float
        Natural gas and other fuels [Btu/h].
    mass_flow_coal, mass_flow_electrode : float
        [lb/h].
    heating_value_coal, heating_value_electrode : float
        [Btu/lb].
    power : float
        [kW].
    """
    chemical = (
        heat_flow_gas
        + mass_flow_coal * heating_value_coal
        + mass_flow_electrode * heating_value_electrode
        + heat_flow_other
    )
    return {
        "heat_flow_chemical": chemical,
        "heat_flow_delivered": chemical + BTU_PER_KWH * power,
    }


def arc_furnace_exhaust(
    *,
    temperature_flue: float,
    fraction_co: float,
    fraction_h2: float,
    fraction_combustible: float,
    flow: float,
    density_dust: float,
) -> dict[str, float]:
    """Return the heat in the off-gas of an electric arc furnace.

    Parameters
    ----------
    temperature_flue : float
        [degF].
    fraction_co, fraction_h2, fraction_combustible : float
        By volume [-].
    flow : float
        At that temperature [ft3/min].
    density_dust : float
        [lb/ft3].
    """
    rise = temperature_flue - 60
    chemical = fraction_co * 321 + fraction_h2 * 325 + fraction_combustible * 1020
    held = chemical + 0.0225 * rise + density_dust * 0.25 * rise
    return {"heat_loss": flow * 520 / (ZERO_FAHRENHEIT + temperature_flue) * held * MIN_PER_H}


def exhaust_chiller(
    *,
    efficiency_available: float,
    heat_flow: float,
    efficiency_exchanger: float,
    temperature_in: float,
    temperature_out: float,
    cop_chiller: float,
    efficiency_chiller: float,
    cop_compressor: float,
    hours: float | None,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a chiller driven by exhaust heat spares of a compressor.

    Parameters
    ----------
    efficiency_available, efficiency_exchanger, efficiency_chiller : float
        Available heat of the furnace, of the exchanger, of the chiller [-].
    heat_flow : float
        Fuel of the furnace [Btu/h].
    temperature_in, temperature_out : float
        Of the hot water at the chiller [degF].
    cop_chiller, cop_compressor : float
        [-].
    hours, price_electricity, investment, life
        [h/yr], [CNY/kWh], [CNY], [yr].
    """
    if temperature_out >= temperature_in:
        raise TanluError("calc.not-less", name="temperature_out", other="temperature_in")
    recovered = (1 - efficiency_available) * heat_flow * efficiency_exchanger
    cooling = recovered * cop_chiller
    power = cooling * efficiency_chiller / cop_compressor
    energy = None if hours is None else power / _BTU_PER_KWH_EXACT * hours
    money = None if energy is None or price_electricity is None else energy * price_electricity
    return {
        "heat_flow_recovered": recovered,
        "flow": recovered / ((temperature_in - temperature_out) * _WATER_BTU_PER_GALLON),
        "heat_flow_cooling": cooling,
        "heat_flow_capacity": cooling * efficiency_chiller,
        "power_saved": power,
        "energy_saved": energy,
        **saved_money(money, investment, life),
    }


FORMULAS = {
    "process-heating-air-preheat": air_preheat,
    "process-heating-arc-furnace-exhaust": arc_furnace_exhaust,
    "process-heating-arc-furnace-input": arc_furnace_input,
    "process-heating-efficiency-improvement": efficiency_improvement,
    "process-heating-electric-equivalent": electric_equivalent,
    "process-heating-exhaust-chiller": exhaust_chiller,
    "process-heating-exhaust-loss": exhaust_loss,
    "process-heating-fuel-equivalent": fuel_equivalent,
    "process-heating-oxygen-enrichment": oxygen_enrichment,
}
