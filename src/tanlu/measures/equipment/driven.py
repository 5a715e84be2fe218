"""Electrical input of a driven machine: from its shaft back through drive and motor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Unpack

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment import drive as drives
from tanlu.measures.equipment import fan, motor_curve, pump
from tanlu.measures.printed import KW_PER_HP
from tanlu.measures.saving import yearly
from tanlu.units.ratio import W_PER_KW

if TYPE_CHECKING:
    from tanlu.measures.equipment.coefficient import Rows

_ROUNDS = 60  # of the fixed point of a belt's loss, which converges within a few


class DriveAndMotor(motor_curve.NamePlate):
    """What stands between the line and a driven machine.

    Parameters
    ----------
    drive : str
        See `drive.drive_efficiency`.
    efficiency_drive : float or None
        [-].
    current_full_load, voltage : float or None
        [A]; at the terminals [V].
    hours, price_electricity
        [h/yr], [CNY/kWh].
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    """

    drive: str
    efficiency_drive: float | None
    current_full_load: float | None
    voltage: float | None
    hours: float
    price_electricity: float | None
    calculator_coefficient: Rows


def electrical_input(
    *, power_driven: float, **between: Unpack[DriveAndMotor]
) -> dict[str, float | None]:
    """Return the electrical input of a machine from the power at its shaft.

    Parameters
    ----------
    power_driven : float
        At the driven machine's shaft [hp].
    **between
        See `DriveAndMotor`.

    Returns
    -------
    dict
        ``power_shaft`` of the motor [hp], ``load_factor``, ``efficiency``, ``power_factor``,
        ``current_input`` [A], ``power_input`` [kW], ``energy_use``, ``energy_cost``.

    Raises
    ------
    TanluError
        ``calc.motor-overload`` above 150 % of load.
    """
    rows = between["calculator_coefficient"]
    shaft = power_driven
    for _ in range(_ROUNDS):
        shaft = power_driven / drives.drive_efficiency(
            rows, between["drive"], shaft, between["efficiency_drive"]
        )
    plate = motor_curve.plate_of(between)
    load = shaft / plate.power_hp
    if load > motor_curve.LARGEST_LOAD:
        raise TanluError("calc.motor-overload", load=motor_curve.LARGEST_LOAD)
    point = motor_curve.curve_of(rows, plate, between["current_full_load"]).at(load)
    voltage = between["voltage"] or plate.voltage
    current = ((voltage / plate.voltage - 1) * (1 - 2 * load) + 1) * point.current
    return {
        "power_shaft": shaft,
        "load_factor": load,
        "efficiency": point.efficiency,
        "power_factor": point.power / (math.sqrt(3) * voltage * current / W_PER_KW),
        "current_input": current,
        "power_input": point.power,
        **yearly(point.power, between["hours"], between["price_electricity"]),
    }


def pump_electricity(
    *,
    flow: float,
    head: float,
    specific_gravity: float,
    efficiency_pump: float,
    **between: Unpack[DriveAndMotor],
) -> dict[str, float | None]:
    """Return the electricity of a pump of a known efficiency.

    Parameters are those of `pump.fluid_power` and `DriveAndMotor`.

    Returns
    -------
    dict
        ``power_pump`` at the pump's shaft [hp] and what `electrical_input` returns.
    """
    fluid = pump.fluid_power(specific_gravity=specific_gravity, flow=flow, head=head)
    shaft = fluid["power_fluid"] / KW_PER_HP / efficiency_pump
    return {"power_pump": shaft, **electrical_input(power_driven=shaft, **between)}


def fan_electricity(
    *,
    flow: float,
    pressure_inlet: float,
    pressure_outlet: float,
    compressibility: float,
    efficiency_fan: float,
    **between: Unpack[DriveAndMotor],
) -> dict[str, float | None]:
    """Return the electricity of a fan of a known efficiency.

    Parameters are those of `fan.fluid_power` and `DriveAndMotor`.

    Returns
    -------
    dict
        ``power_fan`` at the fan's shaft [hp] and what `electrical_input` returns.
    """
    fluid = fan.fluid_power(
        flow=flow,
        pressure_inlet=pressure_inlet,
        pressure_outlet=pressure_outlet,
        compressibility=compressibility,
    )
    shaft = fluid["power_fluid"] / KW_PER_HP / efficiency_fan
    return {"power_fan": shaft, **electrical_input(power_driven=shaft, **between)}


FORMULAS = {
    "fan-electricity": fan_electricity,
    "motor-input": electrical_input,
    "pump-electricity": pump_electricity,
}
