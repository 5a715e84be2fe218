"""Combined heat and power: cost, primary energy saving, back-pressure turbines, waste heat."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.heat.steam import expanded
from tanlu.measures.heat.temperature import crossing
from tanlu.measures.heat.water import Water
from tanlu.measures.printed import BTU_PER_KWH
from tanlu.measures.saving import cost_of, payback_of, saved_energy, saved_fuel, saved_money
from tanlu.units.ratio import BTU_PER_MMBTU, KJ_PER_GJ, KJ_PER_KWH

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows

_MONTHS = 12
_HIGH_SAVING = 0.1
_UNIT_SIZE = 1000  # [kW] below which any saving counts, annex II (a)


def avoided_cost(
    *,
    hours: float,
    energy_use: float,
    heat: float,
    price_boiler: float,
    price_electricity: float,
    price_boiler_chp: float | None,
    price_fuel: float,
    fraction_avoided: float,
    price_standby: float,
    efficiency_boiler: float,
    availability: float,
    fraction_used: float,
    power_reference: float | None,
    heat_flow_reference: float | None,
    efficiency_electric: float | None,
    heat_rate_out: float | None,
    om_rate: float | None,
    investment_rate: float | None,
    subsidy: float,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what combined heat and power costs and saves a year.

    Parameters
    ----------
    hours : float
        [h/yr].
    energy_use : float
        Electricity of the plant [kWh/yr].
    heat : float
        Heat demand [MMBtu/yr].
    price_boiler, price_boiler_chp, price_fuel : float
        Of the boiler's fuel without and with, and of the engine's or turbine's [CNY/MMBtu].
    price_electricity : float
        Average [CNY/kWh].
    fraction_avoided : float
        Share of the average price that a kWh made avoids [-].
    price_standby : float
        Standby charge [CNY/(kW month)].
    efficiency_boiler : float
        [-].
    availability, fraction_used : float
        Of the plant; of its heat that is used [-].
    power_reference, heat_flow_reference, efficiency_electric, heat_rate_out, om_rate, \
investment_rate : float or None
        Of the machine: [kW], [MMBtu/h], [-], heat per electricity [Btu/kWh], [CNY/kWh],
        [CNY/kW]. Where the size is not given, the largest of the catalogue whose heat is used up
        is taken; its money is in US dollars.
    subsidy : float
        Off the investment [CNY].
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.

    Raises
    ------
    TanluError
        ``calc.chp-no-size`` where the demand is below the smallest of the catalogue.
    """
    machine = _machine(heat / hours, calculator_coefficient)
    size = power_reference or machine[0]
    efficiency = efficiency_electric or machine[1] / 100
    rate = heat_rate_out or machine[2]
    at = heat_flow_reference or machine[3]
    om, price = om_rate or machine[4], investment_rate or machine[5]
    net = min(energy_use / hours, heat / hours / at * size)
    made = net * hours * availability
    useful = made * rate * fraction_used / BTU_PER_MMBTU
    left = max(0.0, heat - useful) / efficiency_boiler
    fuel = made * BTU_PER_KWH / efficiency / BTU_PER_MMBTU
    base = heat / efficiency_boiler * price_boiler
    boiler = left * (price_boiler if price_boiler_chp is None else price_boiler_chp)
    standby = price_standby * net * _MONTHS
    engine = fuel * price_fuel
    saved = made * price_electricity * fraction_avoided + base - boiler - engine - standby
    saved -= om * made
    investment = price * net
    return {
        "power_net": net,
        "energy_saved": made,
        "heat_useful": useful,
        "fuel_use_new": fuel,
        "fuel_saved": heat / efficiency_boiler - left - fuel,
        "cost_saved": saved,
        "investment": investment,
        "payback": payback_of(investment - subsidy, saved),
        "cost_fuel": engine / made,
        "cost_heat": -(base - boiler) / made,
        "cost_om": om,
        "cost_total": (engine - base + boiler) / made + om,
    }


def _machine(demand: float, rows: Rows) -> tuple[float, ...]:
    """Return the largest of the catalogue whose heat [MMBtu/h] is used up."""
    known = sorted(
        tuple(float(value) for value in row["coefficients"])
        for row in rows
        if row["set"] == "chp_catalogue"
    )
    fitting = [machine for machine in known if machine[3] <= demand]
    return fitting[-1] if fitting else known[0]


def primary_saving(
    *,
    efficiency_heat: float,
    efficiency_electric: float,
    efficiency_heat_reference: float,
    efficiency_electric_reference: float,
    power: float | None,
) -> dict[str, float | str]:
    """Return the primary energy that cogeneration saves against separate production.

    Parameters
    ----------
    efficiency_heat, efficiency_electric : float
        Useful heat and electricity per fuel [-].
    efficiency_heat_reference, efficiency_electric_reference : float
        Of separate production [-].
    power : float or None
        Electrical capacity [kW]; below 1 MW any saving counts as highly efficient.

    Raises
    ------
    TanluError
        ``calc.efficiency-sum`` where both together give more than the fuel holds.
    """
    total = efficiency_heat + efficiency_electric
    if total > 1:
        raise TanluError("calc.efficiency-sum", found=f"{total:.3f}")
    saving = 1 - 1 / (
        efficiency_heat / efficiency_heat_reference
        + efficiency_electric / efficiency_electric_reference
    )
    least = 0.0 if power is not None and power < _UNIT_SIZE else _HIGH_SAVING
    is_high = saving >= least if least else saving > 0
    return {
        "saving": saving,
        "efficiency": total,
        "is_high": "yes" if is_high else "no",
        "ratio_power_heat": efficiency_electric / efficiency_heat,
    }


def back_pressure(
    *,
    mass_flow: float,
    pressure_in: float,
    temperature_in: float | None,
    pressure_out: float,
    efficiency_isentropic: float,
    efficiency_generator: float,
    efficiency_boiler: float,
    hours: float,
    price_electricity: float | None,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
    if97_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what a back-pressure turbine in place of a reducing valve makes and takes.

    Parameters
    ----------
    mass_flow : float
        Steam through the valve now [kg/h].
    pressure_in, pressure_out : float
        Absolute [MPa].
    temperature_in : float or None
        [K]; dry saturated where it is not given.
    efficiency_isentropic, efficiency_generator, efficiency_boiler : float
        [-].
    hours : float
        [h/yr].
    price_electricity, price_fuel : float or None
        [CNY/kWh], [CNY/GJ].
    investment, life : float or None
        [CNY], [yr].
    if97_coefficient : iterable of mapping
        Coefficients of IAPWS-IF97.

    Notes
    -----
    The users behind need the same heat, so the boiler gives the heat that became work:
    fuel saved is negative.

    Raises
    ------
    TanluError
        ``calc.turbine-pressure``.
    """
    water = Water(if97_coefficient)
    inlet = (
        water.saturated(pressure_in)[1]
        if temperature_in is None
        else water.at_temperature(pressure_in, temperature_in)
    )
    ideal = expanded(water, inlet, pressure_out)
    outlet = water.at_enthalpy(
        pressure_out, inlet.enthalpy - efficiency_isentropic * (inlet.enthalpy - ideal.enthalpy)
    )
    work = mass_flow * (inlet.enthalpy - outlet.enthalpy)
    power = work / KJ_PER_KWH * efficiency_generator
    fuel = -work * hours / efficiency_boiler / KJ_PER_GJ
    of_power, of_fuel = cost_of(power * hours, price_electricity), cost_of(fuel, price_fuel)
    money = None if of_power is None or of_fuel is None else of_power + of_fuel
    return {
        "power_out": power,
        "energy_saved": power * hours,
        "fuel_saved": fuel,
        "temperature_out": outlet.temperature,
        "quality_out": outlet.quality,
        **saved_money(money, investment, life),
    }


def waste_heat(
    *,
    mass_flow: float,
    heat_capacity: float,
    temperature_in: float,
    temperature_out: float | None,
    temperature_cold: float | None,
    effectiveness: float,
    fraction_time: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what recovering the heat of a stream saves in fuel.

    Parameters
    ----------
    mass_flow : float
        Of the hot stream [kg/h].
    heat_capacity : float
        [kJ/(kg K)].
    temperature_in : float
        Of the hot stream [degC].
    temperature_out : float or None
        It is cooled to [degC]; or the inlet of the cold stream and the effectiveness.
    temperature_cold : float or None
        Inlet of the cold stream [degC].
    effectiveness : float
        Of the exchanger, with the hot stream of the smaller capacity rate [-].
    fraction_time : float
        Share of the heat for which there is a use at the time [-].
    hours : float
        [h/yr].
    efficiency : float
        Of the heat supply it replaces [-].
    price_fuel, investment, life : float or None
        [CNY/GJ], [CNY], [yr].

    Raises
    ------
    TanluError
        ``calc.needs-one``, ``calc.temperatures-cross``.
    """
    end = temperature_out
    if (end is None) == (temperature_cold is None):
        raise TanluError("calc.needs-one", found="temperature_out, temperature_cold")
    if end is None:
        end = temperature_in - effectiveness * (temperature_in - (temperature_cold or 0.0))
    if end >= temperature_in:
        name = "temperature_cold" if temperature_out is None else "temperature_out"
        cold = temperature_cold if temperature_out is None else end
        raise crossing("degC", **{"temperature_in": temperature_in, name: cold or 0.0})
    flow = mass_flow * heat_capacity * (temperature_in - end) / KJ_PER_KWH
    heat = flow * hours * fraction_time * KJ_PER_KWH / KJ_PER_GJ
    return {
        "heat_flow_out": flow,
        "temperature_end": end,
        "heat": heat,
        **saved_fuel(heat / efficiency, price_fuel, investment, life),
    }


def organic_rankine(
    *,
    heat_flow: float,
    temperature_source: float,
    temperature_source_out: float,
    temperature_sink: float,
    efficiency_second_law: float,
    efficiency: float | None,
    fraction_auxiliary: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return the electricity an organic Rankine cycle makes of waste heat.

    Parameters
    ----------
    heat_flow : float
        Taken out of the source [kW].
    temperature_source, temperature_source_out, temperature_sink : float
        Of the source before and after, and of the cooling [K].
    efficiency_second_law : float
        Share of the work of the source's mean temperature that is reached [-].
    efficiency : float or None
        Gross, in place of that share [-].
    fraction_auxiliary : float
        Of the gross power that pumps and cooling take [-].
    hours : float
        [h/yr].
    price_electricity, investment, life : float or None
        [CNY/kWh], [CNY], [yr].

    Notes
    -----
    The limit is ``1 - T_sink / T_mean`` with the logarithmic mean of the source's temperatures.

    Raises
    ------
    TanluError
        ``calc.temperatures-cross``; ``calc.above-carnot``.
    """
    if not temperature_source >= temperature_source_out > temperature_sink:
        if temperature_source_out > temperature_sink:
            raise crossing(
                "K",
                temperature_source=temperature_source,
                temperature_source_out=temperature_source_out,
            )
        raise crossing(
            "K",
            temperature_source_out=temperature_source_out,
            temperature_sink=temperature_sink,
        )
    mean = temperature_source
    if temperature_source > temperature_source_out:
        mean = (temperature_source - temperature_source_out) / log(
            temperature_source / temperature_source_out
        )
    limit = 1 - temperature_sink / mean
    gross = limit * efficiency_second_law if efficiency is None else efficiency
    if gross > limit:
        raise TanluError("calc.above-carnot", found=f"{gross:.3f}", allowed=f"{limit:.3f}")
    net = heat_flow * gross * (1 - fraction_auxiliary)
    return {
        "efficiency_carnot": limit,
        "efficiency_gross": gross,
        "efficiency_net": gross * (1 - fraction_auxiliary),
        "power_net": net,
        "heat_flow_rejected": heat_flow * (1 - gross),
        **saved_energy(net * hours, price_electricity, investment, life),
    }


FORMULAS = {
    "chp-avoided-cost": avoided_cost,
    "chp-back-pressure": back_pressure,
    "chp-primary-saving": primary_saving,
    "waste-heat-orc": organic_rankine,
    "waste-heat-recovery": waste_heat,
}
