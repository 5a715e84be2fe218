"""Pumps: hydraulic power, head, affinity, achievable efficiency, throttling and speed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Unpack

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment import drive as drives
from tanlu.measures.equipment import motor
from tanlu.measures.equipment.coefficient import coefficients, polynomial, two_exponentials
from tanlu.measures.printed import KW_PER_HP
from tanlu.measures.saving import energy_after, saved_power, yearly
from tanlu.units.ratio import INCHES_PER_FOOT, S_PER_H, W_PER_KW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.measures.equipment.coefficient import Rows

_GPM_FEET_PER_HP = 3961.38
_GPM_FEET_PER_HP_TIP = 3960  # as the tip sheet prints it
_GPM_PER_CFS = 448.8311693
_PSI_PER_FOOT = 0.432750001
_GRAVITY_FT = 32.174  # [ft/s2]
_GPM_PSI_PER_HP = 1714.231
_FEET_PER_PSI = 2.307249
_VALVE_KW_PER_HP = 0.7457
_GRAVITY = 9.80665  # [m/s2], ISO 80000-3
_VISCOSITY_B, _VISCOSITY_EXPONENT, _VISCOSITY_POWER = 26.6, 0.0547, 0.69


def fluid_power(*, specific_gravity: float, flow: float, head: float) -> dict[str, float]:
    """Return the power a pump gives to the liquid.

    Parameters
    ----------
    specific_gravity : float
        [-].
    flow : float
        [gpm].
    head : float
        [ft].

    Returns
    -------
    dict
        ``power_fluid`` [kW].
    """
    return {"power_fluid": KW_PER_HP * flow * head * specific_gravity / _GPM_FEET_PER_HP}


def _velocity_head(flow: float, diameter: float) -> float:
    """Return the velocity head [ft] of a flow [gpm] in a pipe [in]."""
    area = math.pi * (diameter / INCHES_PER_FOOT) ** 2 / 4
    return (flow / _GPM_PER_CFS / area) ** 2 / (2 * _GRAVITY_FT)


def head_from_tank(
    *,
    specific_gravity: float,
    flow: float,
    diameter_suction: float,
    pressure_suction: float,
    elevation_suction: float,
    coefficient_suction: float,
    diameter_discharge: float,
    pressure_discharge: float,
    elevation_discharge: float,
    coefficient_discharge: float,
) -> dict[str, float]:
    """Return the head of a pump that draws from a tank.

    Parameters
    ----------
    specific_gravity : float
        [-].
    flow : float
        [gpm].
    diameter_suction, diameter_discharge : float
        Inside of the pipes [in].
    pressure_suction, pressure_discharge : float
        Over the liquid in the tank and at the discharge gauge [psig].
    elevation_suction, elevation_discharge : float
        Of the liquid surface and of the gauge [ft].
    coefficient_suction, coefficient_discharge : float
        Of the losses in the lines [-].

    Returns
    -------
    dict
        ``head`` and its parts [ft].
    """
    suction = _velocity_head(flow, diameter_suction)
    discharge = _velocity_head(flow, diameter_discharge)
    parts = {
        "head_pressure": (pressure_discharge - pressure_suction)
        / (_PSI_PER_FOOT * specific_gravity),
        "head_elevation": elevation_discharge - elevation_suction,
        "head_velocity": discharge,
        "head_suction": coefficient_suction * suction,
        "head_discharge": coefficient_discharge * discharge,
    }
    return {"head": sum(parts.values()), **parts}


def head_from_gauges(
    *,
    specific_gravity: float,
    flow: float,
    diameter_suction: float,
    pressure_suction: float,
    elevation_suction: float,
    coefficient_suction: float,
    diameter_discharge: float,
    pressure_discharge: float,
    elevation_discharge: float,
    coefficient_discharge: float,
) -> dict[str, float]:
    """Return the head of a pump between two gauges.

    Parameters are those of `head_from_tank`, with a gauge on the suction line; the velocity
    head there counts.
    """
    found = head_from_tank(
        specific_gravity=specific_gravity,
        flow=flow,
        diameter_suction=diameter_suction,
        pressure_suction=pressure_suction,
        elevation_suction=elevation_suction,
        coefficient_suction=coefficient_suction,
        diameter_discharge=diameter_discharge,
        pressure_discharge=pressure_discharge,
        elevation_discharge=elevation_discharge,
        coefficient_discharge=coefficient_discharge,
    )
    suction = _velocity_head(flow, diameter_suction)
    return found | {
        "head": found["head"] - suction,
        "head_velocity": found["head_velocity"] - suction,
    }


def affinity(
    *,
    flow_1: float | None,
    head_1: float | None,
    power_1: float | None,
    speed_1: float | None,
    speed_2: float | None,
    diameter_1: float | None,
    diameter_2: float | None,
) -> dict[str, float | None]:
    """Return flow, head and power at another speed or impeller diameter.

    Parameters
    ----------
    flow_1, head_1, power_1 : float or None
        Before [m3/h], [m], [kW]; what is not given is not told.
    speed_1, speed_2, diameter_1, diameter_2 : float or None
        [rpm], [mm]; the same before and after where not given.

    Returns
    -------
    dict
        ``flow_2``, ``head_2``, ``power_2`` and the ``saving`` of power [-].

    Notes
    -----
    A trimmed impeller is taken as flow over diameter, head over its square, power over its cube.
    """
    ratio = 1.0
    for after, before, names in (
        (speed_2, speed_1, "speed_1, speed_2"),
        (diameter_2, diameter_1, "diameter_1, diameter_2"),
    ):
        if (after is None) != (before is None):
            raise TanluError("calc.needs-both", found=names)
        if after is not None and before is not None:
            ratio *= after / before
    return {
        "flow_2": None if flow_1 is None else flow_1 * ratio,
        "head_2": None if head_1 is None else head_1 * ratio**2,
        "power_2": None if power_1 is None else power_1 * ratio**3,
        "saving": 1 - ratio**3,
    }


def impeller_trim(
    *,
    diameter_old: float,
    head_old: float,
    head_new: float,
    flow: float,
    specific_gravity: float,
    efficiency_pump: float,
    efficiency_motor: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return diameter and saving of an impeller trimmed to the head that is needed.

    Parameters
    ----------
    diameter_old : float
        [in].
    head_old, head_new : float
        [ft].
    flow : float
        [gpm].
    specific_gravity, efficiency_pump, efficiency_motor : float
        [-].
    hours, price_electricity, investment, life
        [h/yr], [CNY/kWh], [CNY], [yr].

    Returns
    -------
    dict
        ``diameter_new`` [in], ``power_shaft_old`` and ``power_shaft_new`` [hp] and what
        `saved_power` returns.

    Raises
    ------
    TanluError
        ``calc.not-less`` when the new head is not below the old one.
    """
    if head_new >= head_old:
        raise TanluError("calc.not-less", name="head_new", other="head_old")
    shaft = flow * specific_gravity / (_GPM_FEET_PER_HP_TIP * efficiency_pump)
    old, new = shaft * head_old, shaft * head_new
    saved = (old - new) * KW_PER_HP / efficiency_motor
    return {
        "diameter_new": diameter_old * math.sqrt(head_new / head_old),
        "power_shaft_old": old,
        "power_shaft_new": new,
        **saved_power(saved, hours, price_electricity, investment=investment, life=life),
    }


def specific_speed(
    *, speed: float, flow: float, head: float, count_stages: float
) -> dict[str, float]:
    """Return the specific speed of a pump in US units.

    Parameters
    ----------
    speed : float
        [rpm].
    flow : float
        [gpm].
    head : float
        Of all stages [ft].
    count_stages : float
        [-].
    """
    return {"specific_speed": speed * math.sqrt(flow) / (head / count_stages) ** 0.75}


def speed_correction(
    *, pump_type: str, specific_speed: float, calculator_coefficient: Rows
) -> dict[str, float]:
    """Return what the specific speed takes off the achievable efficiency [-]."""
    name = pump_type if pump_type == "vertical_turbine" else "other"
    given = coefficients(
        calculator_coefficient, "pump_speed_correction", variant=name, at=specific_speed
    )
    return {"correction": max(polynomial(given, specific_speed), 0.0) / 100}


def achievable_efficiency(
    *,
    pump_type: str,
    flow: float,
    head: float,
    speed: float,
    viscosity: float,
    count_stages: float,
    calculator_coefficient: Rows,
) -> dict[str, float]:
    """Return the efficiency a pump of its type can reach.

    Parameters
    ----------
    pump_type : str
        A variant of the curves.
    flow : float
        [gpm].
    head : float
        [ft].
    speed : float
        [rpm].
    viscosity : float
        Kinematic [mm2/s].
    count_stages : float
        [-].
    calculator_coefficient : iterable of mapping
        Table of coefficients.

    Returns
    -------
    dict
        ``efficiency`` after the corrections, ``efficiency_uncorrected``, ``specific_speed`` in
        US units, ``correction`` for it and ``factor_viscosity`` [-].
    """
    rows = calculator_coefficient
    given = coefficients(rows, "pump_efficiency", variant=pump_type, at=flow)
    plain = two_exponentials(given, flow) / 100
    b = _VISCOSITY_B * viscosity**0.5 * head**0.0625 / (flow**0.375 * speed**0.25)
    viscous = min(1.0, b ** -(_VISCOSITY_EXPONENT * b**_VISCOSITY_POWER))
    specific = specific_speed(speed=speed, flow=flow, head=head, count_stages=count_stages)
    number = specific["specific_speed"]
    taken = speed_correction(
        pump_type=pump_type, specific_speed=number, calculator_coefficient=rows
    )["correction"]
    deviation = 1 + two_exponentials(coefficients(rows, "pump_deviation"), math.log10(flow)) / 100
    return {
        "efficiency": (plain * viscous - taken) * deviation,
        "efficiency_uncorrected": plain,
        "specific_speed": number,
        "correction": taken,
        "factor_viscosity": viscous,
    }


def efficiency(
    *, specific_gravity: float, flow: float, head: float, power_shaft: float
) -> dict[str, float]:
    """Return the efficiency of a pump from flow [gpm], head [ft] and shaft power [hp].

    Raises
    ------
    TanluError
        ``calc.efficiency-above-one``.
    """
    found = flow * head * specific_gravity / _GPM_FEET_PER_HP / power_shaft
    if found > 1:
        raise TanluError("calc.efficiency-above-one", found=f"{found:.3g}")
    return {"efficiency": found}


def shaft_power(
    *,
    flow: float,
    head: float,
    density: float,
    efficiency_pump: float,
    efficiency_drive: float,
    efficiency_motor: float,
    hours: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return shaft power and electrical input of a pump.

    Parameters
    ----------
    flow : float
        [m3/h].
    head : float
        [m].
    density : float
        [kg/m3].
    efficiency_pump, efficiency_drive, efficiency_motor : float
        [-].
    hours, price_electricity
        [h/yr], [CNY/kWh].
    """
    fluid = _hydraulic(flow, head, density)
    shaft = fluid / efficiency_pump
    power = shaft / efficiency_drive / efficiency_motor
    return {
        "power_fluid": fluid,
        "power_shaft": shaft,
        "power": power,
        **yearly(power, hours, price_electricity),
    }


def _hydraulic(flow: float, head: float, density: float) -> float:
    return density * _GRAVITY * flow / S_PER_H * head / W_PER_KW


def displacement(
    *,
    flow: float,
    pressure_difference: float,
    efficiency_pump: float,
    hours: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return the power of a positive displacement pump: flow [gpm] against pressure [psi]."""
    power = flow * pressure_difference / (_GPM_PSI_PER_HP * efficiency_pump) * KW_PER_HP
    return {"power": power, **yearly(power, hours, price_electricity)}


def valve_loss(
    *,
    flow: float,
    specific_gravity: float,
    pressure_upstream: float,
    elevation_upstream: float,
    pressure_downstream: float,
    elevation_downstream: float,
    efficiency_pump: float,
    efficiency_motor: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a throttled valve loses, and what opening it saves.

    Parameters
    ----------
    flow : float
        [gpm].
    specific_gravity, efficiency_pump, efficiency_motor : float
        [-].
    pressure_upstream, pressure_downstream : float
        Gauges before and after the valve [psig].
    elevation_upstream, elevation_downstream : float
        Of the gauges over the valve [ft].
    hours, price_electricity, investment, life
        [h/yr], [CNY/kWh], [CNY], [yr].

    Returns
    -------
    dict
        ``pressure_drop`` [psi], ``head_loss`` [ft], ``power_friction`` [hp] and what
        `saved_power` returns.

    Raises
    ------
    TanluError
        ``calc.not-less`` when the pressure does not fall over the valve.
    """
    static = specific_gravity * (elevation_upstream - elevation_downstream) / _FEET_PER_PSI
    drop = pressure_upstream - pressure_downstream + static
    if drop < 0:
        raise TanluError("calc.not-less", name="pressure_downstream", other="pressure_upstream")
    friction = drop * flow / _GPM_PSI_PER_HP
    power = _VALVE_KW_PER_HP * friction / efficiency_pump / efficiency_motor
    return {
        "pressure_drop": drop,
        "head_loss": drop * _FEET_PER_PSI,
        "power_friction": friction,
        **saved_power(power, hours, price_electricity, investment=investment, life=life),
    }


def speed_control(
    *,
    flow: float,
    head: float,
    head_static: float,
    head_shutoff: float,
    density: float,
    efficiency_pump: float,
    efficiency_motor: float,
    efficiency_drive: float,
    profile: Sequence[Mapping[str, Any]],
    count: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what speed control saves against throttling.

    Parameters
    ----------
    flow, head : float
        At the design point [m3/h], [m].
    head_static : float
        Part of the head that does not depend on the flow [m].
    head_shutoff : float
        Of the pump without flow [m].
    density : float
        [kg/m3].
    efficiency_pump, efficiency_motor, efficiency_drive : float
        [-]; of the pump at its design point.
    profile : sequence of mapping
        ``fraction_flow``, ``hours`` a year and, where it is known, ``efficiency_throttled`` of
        the pump at that flow.
    count, price_electricity, investment, life
        Pumps [-], [CNY/kWh], [CNY], [yr].

    Returns
    -------
    dict
        ``hours``, ``energy_use``, ``energy_use_after``, ``saving`` and what `saved_energy`
        returns.

    Raises
    ------
    TanluError
        ``calc.not-less`` when the heads are out of order.

    Notes
    -----
    Throttled, the pump works on its curve, a parabola from shut-off through the design point;
    with speed control on the system curve, a parabola from the static head, at the efficiency
    of the design point.
    """
    if head_static > head:
        raise TanluError("calc.not-less", name="head_static", other="head")
    if head > head_shutoff:
        raise TanluError("calc.not-less", name="head", other="head_shutoff")
    before = after = 0.0
    for row in profile:
        share = row["fraction_flow"]
        q = flow * share
        on_curve = head_shutoff - (head_shutoff - head) * share**2
        on_system = head_static + (head - head_static) * share**2
        throttled = row["efficiency_throttled"] or efficiency_pump
        before += _hydraulic(q, on_curve, density) / throttled * row["hours"]
        after += _hydraulic(q, on_system, density) / efficiency_pump * row["hours"]
    before *= count / efficiency_motor
    after *= count / efficiency_motor / efficiency_drive
    return {
        "hours": sum(row["hours"] for row in profile),
        **energy_after(before, after, price_electricity, investment, life),
    }


def replacement(
    *,
    flow: float,
    head: float,
    density: float,
    efficiency_old: float,
    efficiency_new: float,
    efficiency_motor: float,
    count: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what pumps of a better efficiency save for the same flow and head.

    Parameters are those of `shaft_power`; ``efficiency_old`` and ``efficiency_new`` of the pump.
    """
    fluid = _hydraulic(flow, head, density) * count / efficiency_motor
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
    head: float,
    specific_gravity: float,
    drive: str,
    efficiency_drive: float | None,
    calculator_coefficient: Rows,
    **measured: Unpack[motor.MeasuredMotor],
) -> dict[str, float | None]:
    """Return efficiency and energy of a pump in operation, from field measurements.

    Parameters are those of `fluid_power`, `drive.driven_power` and `motor.MeasuredMotor`.

    Returns
    -------
    dict
        What `motor.load_estimate` returns, ``power_pump`` at the pump's shaft [hp] and
        ``efficiency_pump``.

    Raises
    ------
    TanluError
        ``calc.efficiency-above-one``.
    """
    found = motor.load_estimate(calculator_coefficient=calculator_coefficient, **measured)
    shaft = found["power_shaft"] or 0.0
    passed = drives.drive_efficiency(calculator_coefficient, drive, shaft, efficiency_drive)
    reached = efficiency(
        specific_gravity=specific_gravity, flow=flow, head=head, power_shaft=shaft * passed
    )
    return {
        **found,
        "power_pump": shaft * passed,
        "efficiency_pump": reached["efficiency"],
    }


FORMULAS = {
    "pump-affinity": affinity,
    "pump-assessment": assessment,
    "pump-efficiency": efficiency,
    "pump-efficiency-achievable": achievable_efficiency,
    "pump-fluid-power": fluid_power,
    "pump-head-gauges": head_from_gauges,
    "pump-head-tank": head_from_tank,
    "pump-impeller-trim": impeller_trim,
    "pump-positive-displacement": displacement,
    "pump-replacement": replacement,
    "pump-shaft-power": shaft_power,
    "pump-specific-speed": specific_speed,
    "pump-speed-control": speed_control,
    "pump-speed-correction": speed_correction,
    "pump-valve-loss": valve_loss,
}
