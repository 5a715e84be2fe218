"""Chillers and cooling towers: water, fans, basin heaters, reset, staging, IPLV, replacement."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients, polynomial
from tanlu.measures.heat.temperature import crossing
from tanlu.measures.printed import KW_PER_HP
from tanlu.measures.saving import cost_of, saved_energy, saved_money
from tanlu.units.ratio import BTU_PER_MMBTU, MIN_PER_H

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.measures.equipment.coefficient import Rows

KW_PER_TON = 3.516852842  # 12 000 Btu/h, NIST SP 811
_EVAPORATION, _BTU_PER_GPM = 0.01, 5000  # 1 % of the flow per 10 degF, as the suite prints it
_BTU_PER_TOWER_TON, _BTU_PER_KWH = 15000, 3413  # of heat rejected, as the suite prints them
_WIND = 1.277
_HALF = 0.5
_LEAST_LOAD = 0.1
_TON_PER_GPM = 0.041667  # 500 / 12 000
_EIR = 0.284333  # 3.412 / 12


def tower_makeup(
    *,
    flow: float,
    load: float,
    hours: float,
    factor_loss: float,
    concentration_cycles_1: float,
    fraction_drift_1: float,
    concentration_cycles_2: float,
    fraction_drift_2: float,
    price_water: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return the make-up water of a cooling tower before and after.

    Parameters
    ----------
    flow : float
        Circulating water [gpm].
    load : float
        Heat rejected [MMBtu/h].
    hours : float
        [h/yr].
    factor_loss : float
        Correction of the evaporation [-].
    concentration_cycles_1, concentration_cycles_2 : float
        Cycles of concentration, above 1 [-].
    fraction_drift_1, fraction_drift_2 : float
        Drift as a share of the flow [-].
    price_water : float or None
        [CNY/gal].
    investment, life : float or None
        [CNY], [yr].
    """
    evaporated = factor_loss * _EVAPORATION * load * BTU_PER_MMBTU / _BTU_PER_GPM

    def used(cycles: float, drift: float) -> float:
        blown = evaporated / (cycles - 1)
        return (evaporated + drift * flow + blown) * hours * MIN_PER_H

    old = used(concentration_cycles_1, fraction_drift_1)
    new = used(concentration_cycles_2, fraction_drift_2)
    money = cost_of(old - new, price_water)
    return {
        "water_use_1": old,
        "water_use_2": new,
        "water_saved": old - new,
        **saved_money(money, investment, life),
    }


def tower_fan(
    *,
    power_rated: float,
    temperature_leaving: float,
    temperature_entering: float,
    temperature_wetbulb: float,
    hours: float,
    control_old: str,
    control_new: str,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the power of a tower's fan under two controls of its speed.

    Parameters
    ----------
    power_rated : float
        [hp].
    temperature_leaving, temperature_entering, temperature_wetbulb : float
        Of the water and of the air [degF].
    hours : float
        [h/yr].
    control_old, control_new : str
        ``one``, ``two`` speeds or ``variable``.
    price_electricity : float or None
        [CNY/kWh].
    investment, life : float or None
        [CNY], [yr].
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.

    Raises
    ------
    TanluError
        ``calc.temperatures-cross`` unless entering > leaving > wet bulb.
    """
    if not temperature_entering > temperature_leaving > temperature_wetbulb:
        if temperature_leaving > temperature_wetbulb:
            raise crossing(
                "degF",
                temperature_entering=temperature_entering,
                temperature_leaving=temperature_leaving,
            )
        raise crossing(
            "degF", temperature_leaving=temperature_leaving, temperature_wetbulb=temperature_wetbulb
        )
    rows = calculator_coefficient
    share = _airflow(
        temperature_entering - temperature_leaving,
        temperature_leaving - temperature_wetbulb,
        temperature_wetbulb,
        rows,
    )
    curve = coefficients(rows, "tower_fan_power", variant="")
    shares = {
        "one": share * polynomial(curve, 1) + (1 - share) * polynomial(curve, 0),
        "two": _two_speeds(share, curve),
        "variable": polynomial(curve, share),
    }
    old, new = (power_rated * shares[control] for control in (control_old, control_new))
    saved = (old - new) * KW_PER_HP * hours
    return {
        "fraction_airflow": share,
        "power_1": old,
        "energy_use_1": old * KW_PER_HP * hours,
        "power_2": new,
        "energy_use_2": new * KW_PER_HP * hours,
        **saved_energy(saved, price_electricity, investment, life),
    }


def _airflow(span: float, approach: float, wetbulb: float, rows: Rows) -> float:
    over, under = (
        _surface(coefficients(rows, "tower_flow", variant=name), wetbulb, difference)
        for name, difference in (("range", span), ("approach", approach))
    )
    c, b, a = coefficients(rows, "tower_flow", variant="airflow")
    return (-b + sqrt(b * b - 4 * a * (c - over / under))) / (2 * a)


def _surface(c: Sequence[float], other: float, first: float) -> float:
    """Return ``c0 + c1 x + c2 x^2 + c3 y + c4 y^2 + c5 x y``."""
    return (
        c[0]
        + c[1] * first
        + c[2] * first**2
        + c[3] * other
        + c[4] * other**2
        + c[5] * first * other
    )


def _two_speeds(share: float, curve: Sequence[float]) -> float:
    zero, half, full = (polynomial(curve, x) for x in (0.0, _HALF, 1.0))
    if share < _HALF:
        time = share / _HALF
        return half * time + zero * (1 - time)
    time = (share - _HALF) / _HALF
    return full * time + half * (1 - time)


def basin_heater(
    *,
    capacity: float,
    temperature_setpoint_rated: float,
    temperature_drybulb_rated: float,
    wind_rated: float,
    temperature_drybulb: float,
    wind: float,
    hours: float,
    temperature_setpoint_1: float,
    temperature_setpoint_2: float,
    fraction_pan_loss: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return the power of a tower's basin heater at two set points.

    Parameters
    ----------
    capacity : float
        Of the tower [ton of refrigeration].
    temperature_setpoint_rated, temperature_drybulb_rated : float
        At which the heater was sized [degF].
    wind_rated, wind : float
        [mph].
    temperature_drybulb : float
        In operation [degF].
    hours : float
        [h/yr].
    temperature_setpoint_1, temperature_setpoint_2 : float
        Before and after [degF].
    fraction_pan_loss : float
        Heat lost at rating as a share of the tower's capacity [-].
    price_electricity : float or None
        [CNY/kWh].
    investment, life : float or None
        [CNY], [yr].
    """
    span = temperature_setpoint_rated - temperature_drybulb_rated
    mean = (temperature_setpoint_rated + temperature_drybulb_rated) / 2
    if span <= 0 or mean <= 0:
        raise crossing(
            "degF",
            temperature_setpoint_rated=temperature_setpoint_rated,
            temperature_drybulb_rated=temperature_drybulb_rated,
        )
    scale = capacity * _BTU_PER_TOWER_TON * fraction_pan_loss / _BTU_PER_KWH
    scale = scale / span / mean**-0.181 / span**0.266
    scale *= ((_WIND * wind + 1) / (_WIND * wind_rated + 1)) ** _HALF

    def power(setpoint: float) -> float:
        if temperature_drybulb >= setpoint:
            return 0.0
        over = setpoint - temperature_drybulb
        return float(scale * over**1.266 * ((setpoint + temperature_drybulb) / 2) ** -0.181)

    old, new = power(temperature_setpoint_1), power(temperature_setpoint_2)
    return {
        "power_1": old,
        "energy_use_1": old * hours,
        "power_2": new,
        "energy_use_2": new * hours,
        **saved_energy((old - new) * hours, price_electricity, investment, life),
    }


def _at_load(
    kind: str,
    *,
    supply: float,
    entering: float,
    load: float,
    capacity: float,
    intensity: float,
    rows: Rows,
) -> tuple[float, float]:
    """Return the capacity [ton] and the input per ton [kW/ton] at a load [ton]."""
    size = _surface(coefficients(rows, "chiller_capacity", variant=kind), entering, supply)
    actual = size**2 * capacity
    by_temperature = _surface(coefficients(rows, "chiller_input", variant=kind), entering, supply)
    part, lift = max(load / actual, _LEAST_LOAD), entering - supply
    by_load = _surface(coefficients(rows, "chiller_part_load", variant=kind), lift, part)
    return actual, by_temperature * by_load * (intensity * _EIR) / _EIR


def temperature_reset(
    *,
    chiller: str,
    capacity: float,
    specific_power: float,
    ratio_capacity: float,
    hours: float,
    flow: float,
    temperature_difference_water: float,
    temperature_supply_1: float,
    temperature_entering_1: float,
    temperature_supply_2: float,
    temperature_entering_2: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what other water temperatures make of a chiller's input.

    Parameters
    ----------
    chiller : str
        Compressor, condenser and drive, of set ``chiller_capacity``.
    capacity : float
        At rating [ton].
    specific_power : float
        At rating [kW/ton].
    ratio_capacity : float
        Rated to largest capacity [-].
    hours : float
        [h/yr].
    flow : float
        Chilled water [gpm].
    temperature_difference_water : float
        Of the chilled water [degF].
    temperature_supply_1, temperature_supply_2 : float
        Chilled water leaving, before and after [degF].
    temperature_entering_1, temperature_entering_2 : float
        Condenser water or air entering, before and after [degF].
    price_electricity : float or None
        [CNY/kWh].
    investment, life : float or None
        [CNY], [yr].
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.
    """
    load = flow * temperature_difference_water * _TON_PER_GPM
    (capacity_1, input_1), (capacity_2, input_2) = (
        _at_load(
            chiller,
            supply=supply,
            entering=entering,
            load=load,
            capacity=capacity / ratio_capacity,
            intensity=specific_power,
            rows=calculator_coefficient,
        )
        for supply, entering in (
            (temperature_supply_1, temperature_entering_1),
            (temperature_supply_2, temperature_entering_2),
        )
    )
    power_1, power_2 = capacity_1 * input_1, capacity_2 * input_2
    return {
        "capacity_1": capacity_1,
        "specific_power_1": input_1,
        "power_1": power_1,
        "energy_use_1": power_1 * hours,
        "capacity_2": capacity_2,
        "specific_power_2": input_2,
        "power_2": power_2,
        "energy_use_2": power_2 * hours,
        **saved_energy((power_1 - power_2) * hours, price_electricity, investment, life),
    }


def staging(
    *,
    chiller: str,
    capacity: float,
    specific_power: float,
    ratio_capacity: float,
    hours: float,
    temperature_supply: float,
    temperature_entering: float,
    loads_1: Sequence[float],
    loads_2: Sequence[float],
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
    calculator_coefficient: Rows,
) -> dict[str, object]:
    """Return what another split of the load over equal chillers saves.

    Parameters
    ----------
    chiller, capacity, specific_power, ratio_capacity, hours
        See `temperature_reset`.
    temperature_supply, temperature_entering : float
        [degF].
    loads_1, loads_2 : sequence of float
        Of each chiller before and after, 0 for one that stands [ton].
    price_electricity, investment, life : float or None
        [CNY/kWh], [CNY], [yr].
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.

    Raises
    ------
    TanluError
        ``calc.lists-differ``.
    """
    if len(loads_1) != len(loads_2):
        raise TanluError("calc.lists-differ", names="loads_1, loads_2")

    def powers(loads: Sequence[float]) -> list[float]:
        found = [
            _at_load(
                chiller,
                supply=temperature_supply,
                entering=temperature_entering,
                load=load,
                capacity=capacity / ratio_capacity,
                intensity=specific_power,
                rows=calculator_coefficient,
            )
            for load in loads
        ]
        return [
            size * each if load > 0 else 0.0
            for load, (size, each) in zip(loads, found, strict=True)
        ]

    return staged(
        powers_1=powers(loads_1),
        powers_2=powers(loads_2),
        hours=hours,
        price_electricity=price_electricity,
        investment=investment,
        life=life,
    )


def staged(
    *,
    powers_1: Sequence[float],
    powers_2: Sequence[float],
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, object]:
    """Return what another set of machines of known input saves.

    Parameters
    ----------
    powers_1, powers_2 : sequence of float
        Input of each machine before and after [kW].
    hours : float
        [h/yr].
    price_electricity, investment, life : float or None
        [CNY/kWh], [CNY], [yr].
    """
    old, new = sum(powers_1), sum(powers_2)
    return {
        "powers_unit_1": list(powers_1),
        "powers_unit_2": list(powers_2),
        "power_total_1": old,
        "power_total_2": new,
        "energy_use_1": old * hours,
        "energy_use_2": new * hours,
        **saved_energy((old - new) * hours, price_electricity, investment, life),
    }


def part_load_value(
    *, cops: Sequence[float], weights: str, calculator_coefficient: Rows
) -> dict[str, float]:
    """Return the integrated part load value of a chiller.

    Parameters
    ----------
    cops : sequence of float
        At 100, 75, 50 and 25 % load [-].
    weights : str
        ``ahri_550`` or ``gb_50189``.
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.

    Raises
    ------
    TanluError
        ``calc.lists-differ`` unless four are given.
    """
    shares = coefficients(calculator_coefficient, "iplv", variant=weights)
    if len(cops) != len(shares):
        raise TanluError("calc.lists-differ", names="cops: 100, 75, 50, 25 %")
    value = sum(share * cop for share, cop in zip(shares, cops, strict=True))
    return {"cop": value, "specific_power": KW_PER_TON / value}


def replacement(
    *,
    load_year: float,
    cop_old: float,
    cop_new: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a chiller of a better seasonal COP saves.

    Parameters
    ----------
    load_year : float
        Cold a year [kWh/yr].
    cop_old, cop_new : float
        Seasonal, the same boundary in both (with or without pumps and tower) [-].
    price_electricity, investment, life : float or None
        [CNY/kWh], [CNY], [yr].

    Raises
    ------
    TanluError
        ``calc.efficiency-falls``.
    """
    if cop_new < cop_old:
        raise TanluError("calc.efficiency-falls", found=f"{cop_new:g}", allowed=f"{cop_old:g}")
    old, new = load_year / cop_old, load_year / cop_new
    return {
        "energy_use_1": old,
        "energy_use_2": new,
        "saving": 1 - new / old,
        **saved_energy(old - new, price_electricity, investment, life),
    }


def performance(*, heat_flow: float, power: float) -> dict[str, float]:
    """Return COP, input per ton and heat rejected of a chiller.

    Parameters
    ----------
    heat_flow : float
        Cold [kW].
    power : float
        Input [kW].
    """
    return {
        "cop": heat_flow / power,
        "specific_power": power / (heat_flow / KW_PER_TON),
        "heat_flow_rejected": heat_flow + power,
    }


FORMULAS = {
    "chiller-iplv": part_load_value,
    "chiller-performance": performance,
    "chiller-replacement": replacement,
    "chiller-staging": staging,
    "chiller-staging-power": staged,
    "chiller-temperature-reset": temperature_reset,
    "chiller-tower-basin-heater": basin_heater,
    "chiller-tower-fan": tower_fan,
    "chiller-tower-makeup": tower_makeup,
}
