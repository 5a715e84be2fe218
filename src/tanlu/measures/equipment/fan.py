"""Fans: power, compressibility, affinity, achievable efficiency, control by speed or damper."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Unpack

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment import drive as drives
from tanlu.measures.equipment import motor
from tanlu.measures.equipment.coefficient import coefficients, polynomial, two_exponentials
from tanlu.measures.printed import CFM_INCHES_PER_HP, INCHES_OF_WATER_PER_INCH_OF_MERCURY, KW_PER_HP
from tanlu.measures.saving import energy_after, saved_energy, saved_power, yearly
from tanlu.units.ratio import S_PER_H

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.measures.equipment.coefficient import Rows

_TWO_SPEED, _VARIABLE = "two_speed", "variable_speed"
_HALF_SPEED_POWER = 0.125  # the cube of half speed
_FEI_FLOW, _FEI_PRESSURE, _FEI_DENSITY = 250, 0.4, 0.075  # AMCA 208 reference fan
_FEI_CFM_INCHES, _FEI_EFFICIENCY, _FEI_KW_PER_HP = 6343, 0.66, 0.7457
_FEI_BELT, _FEI_BELT_HP, _FEI_BELT_POWER = 0.96, 2.2, 0.05


def fluid_power(
    *, flow: float, pressure_inlet: float, pressure_outlet: float, compressibility: float
) -> dict[str, float]:
    """Return the power a fan gives to the gas.

    Parameters
    ----------
    flow : float
        [cfm].
    pressure_inlet, pressure_outlet : float
        [in w.g.].
    compressibility : float
        [-].

    Returns
    -------
    dict
        ``power_fluid`` [kW].
    """
    rise = pressure_outlet - pressure_inlet
    return {"power_fluid": KW_PER_HP * flow * rise * compressibility / CFM_INCHES_PER_HP}


def compressibility(
    *,
    power_shaft: float,
    pressure_inlet: float,
    pressure_outlet: float,
    pressure_atmosphere: float,
    flow: float,
    ratio_heat: float,
) -> dict[str, float]:
    """Return the compressibility factor of a fan (AMCA 203 form).

    Parameters
    ----------
    power_shaft : float
        At the fan [hp].
    pressure_inlet, pressure_outlet : float
        [in w.g.].
    pressure_atmosphere : float
        Barometer [in Hg].
    flow : float
        [cfm].
    ratio_heat : float
        Of the specific heats [-].
    """
    absolute = pressure_inlet + INCHES_OF_WATER_PER_INCH_OF_MERCURY * pressure_atmosphere
    x = (pressure_outlet - pressure_inlet) / absolute
    z = CFM_INCHES_PER_HP * power_shaft / flow / absolute * (ratio_heat - 1) / ratio_heat
    return {"compressibility": math.log1p(x) * z / (math.log1p(z) * x)}


def affinity(
    *,
    flow_1: float | None,
    pressure_1: float | None,
    power_1: float | None,
    speed_1: float,
    speed_2: float,
    diameter_1: float | None,
    diameter_2: float | None,
    density_1: float | None,
    density_2: float | None,
) -> dict[str, float | None]:
    """Return flow, pressure and power at another speed, diameter or density.

    Parameters
    ----------
    flow_1, pressure_1, power_1 : float or None
        Before [m3/h], [kPa], [kW]; what is not given is not told.
    speed_1, speed_2 : float
        [rpm].
    diameter_1, diameter_2, density_1, density_2 : float or None
        [mm], [kg/m3]; the same before and after where not given.

    Returns
    -------
    dict
        ``flow_2``, ``pressure_2``, ``power_2`` and the ``saving`` of power [-].
    """
    n = speed_2 / speed_1
    d = _ratio(diameter_2, diameter_1, "diameter_1, diameter_2")
    rho = _ratio(density_2, density_1, "density_1, density_2")
    power = n**3 * d**5 * rho
    return {
        "flow_2": None if flow_1 is None else flow_1 * n * d**3,
        "pressure_2": None if pressure_1 is None else pressure_1 * n**2 * d**2 * rho,
        "power_2": None if power_1 is None else power_1 * power,
        "saving": 1 - power,
    }


def _ratio(after: float | None, before: float | None, names: str) -> float:
    if (after is None) != (before is None):
        raise TanluError("calc.needs-both", found=names)
    return 1.0 if after is None or before is None else after / before


def shaft_power(
    *,
    flow: float,
    pressure_difference: float,
    compressibility: float,
    efficiency_fan: float,
    efficiency_drive: float,
    efficiency_motor: float,
    hours: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return shaft power and electrical input of a fan.

    Parameters
    ----------
    flow : float
        [m3/h].
    pressure_difference : float
        Total pressure rise [kPa].
    compressibility, efficiency_fan, efficiency_drive, efficiency_motor : float
        [-].
    hours, price_electricity
        [h/yr], [CNY/kWh].
    """
    fluid = flow / S_PER_H * pressure_difference * compressibility
    shaft = fluid / efficiency_fan
    power = shaft / efficiency_drive / efficiency_motor
    return {
        "power_fluid": fluid,
        "power_shaft": shaft,
        "power": power,
        **yearly(power, hours, price_electricity),
    }


def achievable_efficiency(
    *,
    fan_type: str,
    speed: float,
    flow: float,
    pressure_inlet: float,
    pressure_outlet: float,
    compressibility: float,
    calculator_coefficient: Rows,
) -> dict[str, float]:
    """Return the efficiency a fan of its type can reach at its specific speed.

    Parameters
    ----------
    fan_type : str
        A variant of the curves.
    speed : float
        [rpm].
    flow : float
        [cfm].
    pressure_inlet, pressure_outlet : float
        [in w.g.].
    compressibility : float
        [-].
    calculator_coefficient : iterable of mapping
        Table of coefficients.

    Returns
    -------
    dict
        ``specific_speed`` in US units before it is held to the range of the curve [-] and
        ``efficiency``.
    """
    rise = pressure_outlet - pressure_inlet
    if rise <= 0:
        raise TanluError("calc.no-rise", found=rise)
    specific = speed * math.sqrt(flow) / (rise**0.75 * compressibility**0.25)
    parts = {
        row["set"]: (float(row["low"]), float(row["high"]))
        for row in calculator_coefficient
        if row["variant"] == fan_type and row["set"].startswith("fan_efficiency")
    }
    lowest, highest = min(p[0] for p in parts.values()), max(p[1] for p in parts.values())
    held = min(max(specific, lowest), highest)
    if held < parts["fan_efficiency_polynomial"][1] or len(parts) == 1:
        given = coefficients(calculator_coefficient, "fan_efficiency_polynomial", variant=fan_type)
        efficiency = polynomial(given, held)
    else:
        a, b, c, d, e = coefficients(
            calculator_coefficient, "fan_efficiency_exponential", variant=fan_type
        )
        efficiency = two_exponentials((a, b, -c, d, -e), held)
    return {"specific_speed": specific, "efficiency": efficiency}


def energy_index(
    *,
    flow: float,
    pressure_inlet: float,
    pressure_outlet: float,
    density: float,
    power: float,
    calculator_coefficient: Rows,
) -> dict[str, float]:
    """Return the fan energy index: input of the reference fan over that of the fan.

    Parameters
    ----------
    flow : float
        [cfm].
    pressure_inlet, pressure_outlet : float
        [in w.g.].
    density : float
        [lb/ft3].
    power : float
        Electrical input [kW].
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    """
    rise = pressure_outlet - pressure_inlet + _FEI_PRESSURE * density / _FEI_DENSITY
    reference = (flow + _FEI_FLOW) * rise / (_FEI_CFM_INCHES * _FEI_EFFICIENCY)
    kw = reference * _FEI_KW_PER_HP
    belt = _FEI_BELT * (reference / (reference + _FEI_BELT_HP)) ** _FEI_BELT_POWER
    curve = coefficients(calculator_coefficient, "fan_reference_motor", at=kw)
    reference_input = kw / belt / polynomial(curve, math.log10(kw))
    return {"power_reference": reference_input, "energy_index": reference_input / power}


def control(
    *,
    power: float,
    efficiency_motor: float,
    efficiency_drive: float,
    flow_rated: float,
    fraction_flow_baseline: float,
    flow_desired: float | None,
    fraction_flow: float | None,
    control_old: str,
    control_new: str,
    diameter_old: float | None,
    diameter_new: float | None,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what another control or size of a fan saves by the affinity laws.

    Parameters
    ----------
    power : float
        Shaft power at the rated flow [kW].
    efficiency_motor, efficiency_drive : float
        [-].
    flow_rated : float
        [cfm].
    fraction_flow_baseline : float
        Share of the rated flow today, where control is by speed [-].
    flow_desired, fraction_flow : float or None
        Wanted flow, as such [cfm] or as a share of the rated one [-]; one of them unless only
        the size changes.
    control_old : str
        ``on_off``, ``two_speed`` or ``variable_speed``.
    control_new : str
        ``none``, ``two_speed`` or ``variable_speed``.
    diameter_old, diameter_new : float or None
        [mm]; both or none.
    hours, price_electricity, investment, life
        [h/yr], [CNY/kWh], [CNY], [yr].

    Returns
    -------
    dict
        ``energy_use``, ``energy_use_after`` [kWh/yr] and what `saved_energy` returns.
    """
    full = power / efficiency_motor / efficiency_drive
    before = full * _speed_share(control_old, fraction_flow_baseline)
    size = _ratio(diameter_new, diameter_old, "diameter_old, diameter_new")
    if control_new == "none":
        after = full * size**5
    else:
        share = _wanted_share(flow_desired, fraction_flow, flow_rated)
        if control_new == _VARIABLE:
            share /= size**3
        after = full * _speed_share(control_new, share) * size**5
    return {
        "energy_use": before * hours,
        "energy_use_after": after * hours,
        **saved_energy((before - after) * hours, price_electricity, investment, life),
    }


def _wanted_share(flow: float | None, fraction: float | None, rated: float) -> float:
    if (flow is None) == (fraction is None):
        raise TanluError("calc.needs-one", found="flow_desired, fraction_flow")
    return (flow or 0.0) / rated if fraction is None else fraction


def _speed_share(how: str, flow: float) -> float:
    """Return the share of full power a control takes at a share of the flow."""
    if how == _VARIABLE:
        return flow**3
    if how == _TWO_SPEED:
        full_speed = max(2 * flow - 1, 0.0)
        stopped = max(1 - 2 * flow, 0.0)
        return full_speed + (1 - full_speed - stopped) * _HALF_SPEED_POWER
    return 1.0


def speed_instead_of_damper(
    *,
    power_shaft: float,
    efficiency_motor: float,
    efficiency_drive: float,
    control_old: str,
    profile: Sequence[Mapping[str, Any]],
    count: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what speed control saves against a damper or inlet vanes.

    Parameters
    ----------
    power_shaft : float
        Of one fan at full flow [kW].
    efficiency_motor, efficiency_drive : float
        [-].
    control_old : str
        ``outlet_damper``, ``inlet_vane`` or ``bypass`` (full power at any flow).
    profile : sequence of mapping
        ``fraction_flow`` and ``hours`` a year.
    count, price_electricity, investment, life
        [-], [CNY/kWh], [CNY], [yr].
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    """
    full = power_shaft * count / efficiency_motor

    def power_share(how: str, flow: float) -> float:
        if how == "bypass":
            return 1.0
        return polynomial(coefficients(calculator_coefficient, "fan_control", variant=how), flow)

    before = sum(
        full * power_share(control_old, row["fraction_flow"]) * row["hours"] for row in profile
    )
    after = sum(
        full / efficiency_drive * power_share(_VARIABLE, row["fraction_flow"]) * row["hours"]
        for row in profile
    )
    return {
        "hours": sum(row["hours"] for row in profile),
        **energy_after(before, after, price_electricity, investment, life),
    }


def replacement(
    *,
    flow: float,
    pressure_difference: float,
    efficiency_old: float,
    efficiency_new: float,
    efficiency_drive: float,
    efficiency_motor: float,
    count: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what fans of a better efficiency save for the same flow and pressure.

    Parameters are those of `shaft_power`; ``efficiency_old`` and ``efficiency_new`` of the fan.
    """
    fluid = flow / S_PER_H * pressure_difference * count / efficiency_drive / efficiency_motor
    before, after = fluid / efficiency_old, fluid / efficiency_new
    return {
        "power_before": before,
        "power_after": after,
        "energy_use": before * hours,
        **saved_power(before - after, hours, price_electricity, investment=investment, life=life),
    }


def assessment(
    *,
    flow: float,
    pressure_inlet: float,
    pressure_outlet: float,
    compressibility: float,
    density: float,
    drive: str,
    efficiency_drive: float | None,
    calculator_coefficient: Rows,
    **measured: Unpack[motor.MeasuredMotor],
) -> dict[str, float | None]:
    """Return efficiency and energy of a fan in operation, from field measurements.

    Parameters are those of `fluid_power`, `drive.driven_power` and `motor.MeasuredMotor`;
    ``density`` of the gas [lb/ft3].

    Returns
    -------
    dict
        What `motor.load_estimate` returns, ``power_fan`` at the fan's shaft [hp],
        ``efficiency_fan`` and ``energy_index``.
    """
    found = motor.load_estimate(calculator_coefficient=calculator_coefficient, **measured)
    shaft, electric = found["power_shaft"] or 0.0, found["power_input"] or 0.0
    passed = drives.drive_efficiency(calculator_coefficient, drive, shaft, efficiency_drive)
    rise = pressure_outlet - pressure_inlet
    air = flow * rise * compressibility / CFM_INCHES_PER_HP
    index = energy_index(
        flow=flow,
        pressure_inlet=pressure_inlet,
        pressure_outlet=pressure_outlet,
        density=density,
        power=electric,
        calculator_coefficient=calculator_coefficient,
    )
    return {
        **found,
        "power_fan": shaft * passed,
        "efficiency_fan": air / (shaft * passed),
        "energy_index": index["energy_index"],
    }


FORMULAS = {
    "fan-affinity": affinity,
    "fan-assessment": assessment,
    "fan-compressibility": compressibility,
    "fan-control": control,
    "fan-efficiency-achievable": achievable_efficiency,
    "fan-energy-index": energy_index,
    "fan-fluid-power": fluid_power,
    "fan-replacement": replacement,
    "fan-shaft-power": shaft_power,
    "fan-speed-control": speed_instead_of_damper,
}
