"""Motors: electrical input, efficiency classes, replacement, part load, speed drives."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Unpack

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment import motor_curve
from tanlu.measures.equipment.coefficient import polynomial
from tanlu.measures.printed import KW_PER_HP
from tanlu.measures.saving import energy_after, saved_power, yearly
from tanlu.units.ratio import W_PER_KW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.measures.equipment.coefficient import Rows

_GB_18613 = {"1": "IE5", "2": "IE4", "3": "IE3"}  # grade of GB 18613-2020: its IE class


def electrical_power(
    *,
    phases: str,
    voltage: float,
    current: float,
    power_factor: float,
    count: float,
    hours: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return the electrical input of a load from readings of a meter.

    Parameters
    ----------
    phases : str
        ``1`` or ``3``.
    voltage : float
        Between the phases [V].
    current : float
        Of a phase [A].
    power_factor : float
        [-].
    count : float
        Equal loads [-].
    hours : float
        [h/yr].
    price_electricity : float or None
        [CNY/kWh].

    Returns
    -------
    dict
        ``power`` of one load [kW]; ``energy_use`` [kWh/yr] and ``energy_cost`` [CNY/yr] of all.
    """
    lines = math.sqrt(3) if phases == "3" else 1.0
    power = lines * voltage * current * power_factor / W_PER_KW
    return {"power": power, **yearly(power * count, hours, price_electricity)}


def nameplate_power(
    *,
    power_rated: float,
    load_factor: float,
    frequency_operating: float,
    frequency_line: float,
    exponent: float,
    efficiency: float,
    count: float,
    hours: float,
    price_electricity: float | None,
) -> dict[str, float | None]:
    """Return the electrical input of a motor from its name plate.

    Parameters
    ----------
    power_rated : float
        Shaft power on the name plate [kW].
    load_factor : float
        Shaft power over rated power at line frequency [-].
    frequency_operating, frequency_line : float
        Of the drive and of the line [Hz].
    exponent : float
        Of the frequency ratio; 3 is the ideal law, 2.5 leaves room for static head and losses.
    efficiency : float
        Of motor and drive [-].
    count, hours, price_electricity
        See `electrical_power`.

    Returns
    -------
    dict
        ``power`` of one motor [kW], ``energy_use`` [kWh/yr], ``energy_cost`` [CNY/yr].
    """
    speed = (frequency_operating / frequency_line) ** exponent
    power = power_rated * load_factor * speed / efficiency
    return {"power": power, **yearly(power * count, hours, price_electricity)}


def metered_power(
    *, power: float, count: float, hours: float, price_electricity: float | None
) -> dict[str, float | None]:
    """Return the energy a year of a power that was metered [kW]."""
    return {"power_total": power * count, **yearly(power * count, hours, price_electricity)}


def efficiency_formula(
    *,
    power_rated: float,
    coefficient_a: float,
    coefficient_b: float,
    coefficient_c: float,
    coefficient_d: float,
) -> dict[str, float]:
    """Return the efficiency by the interpolation formula of IEC 60034-30-1, to 0.1 %.

    Parameters
    ----------
    power_rated : float
        [kW].
    coefficient_a, coefficient_b, coefficient_c, coefficient_d : float
        ``A lg(P)^3 + B lg(P)^2 + C lg(P) + D`` in percent.
    """
    given = (coefficient_d, coefficient_c, coefficient_b, coefficient_a)
    return {"efficiency": _to_tenths(polynomial(given, math.log10(power_rated))) / 100}


def _to_tenths(percent: float) -> float:
    return math.floor(percent * 10 + 0.5) / 10


def class_efficiency(
    *, power_rated: float, poles: str, efficiency_class: str, calculator_coefficient: Rows
) -> dict[str, float | str]:
    """Return the efficiency an efficiency class asks of a motor at 50 Hz.

    Parameters
    ----------
    power_rated : float
        [kW].
    poles : str
        ``2``, ``4``, ``6`` or ``8``.
    efficiency_class : str
        ``IE1`` to ``IE5``, or a grade of GB 18613 (``1`` to ``3``).
    calculator_coefficient : iterable of mapping
        Table of coefficients.

    Returns
    -------
    dict
        ``efficiency`` [-] and the class it is of.

    Raises
    ------
    TanluError
        ``calc.no-curve`` outside the powers and poles the standard prints.
    """
    name = _GB_18613.get(efficiency_class, efficiency_class)
    percent = _class_percent(power_rated, int(poles), name, calculator_coefficient)
    return {"efficiency": percent / 100, "efficiency_class_ie": name}


def _class_percent(power: float, poles: int, name: str, rows: Rows) -> float:
    for row in rows:
        if (
            row["set"] == "motor_class"
            and (row["variant"], row["poles"]) == (name, poles)
            and float(row["low"]) <= power <= float(row["high"])
        ):
            given = tuple(float(value) for value in reversed(row["coefficients"]))
            return _to_tenths(polynomial(given, math.log10(power)))
    return _between_points(power, poles, name, rows)


def _between_points(power: float, poles: int, name: str, rows: Rows) -> float:
    """Return the efficiency between two printed powers, linear in the logarithm of the power."""
    points = sorted(
        (float(row["low"]), float(row["coefficients"][0]))
        for row in rows
        if row["set"] == "motor_class_point" and (row["variant"], row["poles"]) == (name, poles)
    )
    for (low, left), (high, right) in pairwise(points):
        if low <= power <= high:
            share = math.log(power / low) / math.log(high / low)
            return left + share * (right - left)
    raise TanluError("calc.no-curve", set="motor_class", found=f"{name}, {poles}, {power:g} kW")


def replacement(
    *,
    power_rated: float,
    load_factor: float,
    efficiency_old: float | None,
    efficiency_class_old: str | None,
    efficiency_new: float | None,
    efficiency_class_new: str | None,
    poles: str,
    count: float,
    hours: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what motors of a better efficiency save for the same shaft power.

    Parameters
    ----------
    power_rated : float
        Shaft power on the name plate [kW].
    load_factor : float
        Shaft power over rated power [-].
    efficiency_old, efficiency_new : float or None
        At that load [-]; by class where not given.
    efficiency_class_old, efficiency_class_new : str or None
        See `class_efficiency`.
    poles : str
        For the class.
    count, hours, price_electricity, investment, life
        Motors [-], [h/yr], [CNY/kWh], of all motors [CNY], [yr].
    calculator_coefficient : iterable of mapping
        Table of coefficients.

    Returns
    -------
    dict
        ``efficiency_before`` and ``efficiency_after``, ``power_before`` and ``power_after``
        [kW], ``energy_use`` before [kWh/yr] and what `saved_power` returns.

    Raises
    ------
    TanluError
        ``calc.needs-one`` when neither efficiency nor class is given.
    """

    def chosen(given: float | None, name: str | None, which: str) -> float:
        if given is not None:
            return given
        if name is None:
            found = f"efficiency_{which}, efficiency_class_{which}"
            raise TanluError("calc.needs-one", found=found)
        return float(
            class_efficiency(
                power_rated=power_rated,
                poles=poles,
                efficiency_class=name,
                calculator_coefficient=calculator_coefficient,
            )["efficiency"]
        )

    before = chosen(efficiency_old, efficiency_class_old, "old")
    after = chosen(efficiency_new, efficiency_class_new, "new")
    shaft = power_rated * load_factor * count
    power_before, power_after = shaft / before, shaft / after
    return {
        "efficiency_before": before,
        "efficiency_after": after,
        "power_before": power_before,
        "power_after": power_after,
        "energy_use": power_before * hours,
        **saved_power(
            power_before - power_after,
            hours,
            price_electricity,
            investment=investment,
            life=life,
        ),
    }


def speed_drive(
    *,
    power: float,
    efficiency_motor: float,
    efficiency_drive: float,
    exponent: float,
    profile: Sequence[Mapping[str, Any]],
    count: float,
    price_electricity: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a variable speed drive saves over a year of changing speed.

    Parameters
    ----------
    power : float
        Shaft power at full speed [kW].
    efficiency_motor, efficiency_drive : float
        [-].
    exponent : float
        Power over speed: 3 without static head, less with it.
    profile : sequence of mapping
        ``fraction_speed`` that would do, ``fraction_power`` of the shaft power taken today,
        ``hours`` a year.
    count, price_electricity, investment, life
        See `replacement`.

    Returns
    -------
    dict
        ``energy_use`` before, ``energy_use_after`` [kWh/yr], ``saving`` [-] and what
        `saved_energy` returns.
    """
    electric = power * count / efficiency_motor
    before = sum(electric * row["fraction_power"] * row["hours"] for row in profile)
    after = sum(
        electric / efficiency_drive * row["fraction_speed"] ** exponent * row["hours"]
        for row in profile
    )
    return {
        "hours": sum(row["hours"] for row in profile),
        **energy_after(before, after, price_electricity, investment, life),
    }


def performance(
    *,
    load_factor: float,
    current_full_load: float | None,
    calculator_coefficient: Rows,
    **motor: Unpack[motor_curve.NamePlate],
) -> dict[str, float]:
    """Return efficiency, current and power factor of a motor at a load.

    Parameters
    ----------
    load_factor : float
        [-].
    current_full_load : float or None
        [A]; estimated where not given.
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    **motor
        See `motor_curve.NamePlate`.

    Returns
    -------
    dict
        ``efficiency``, ``current`` [A], ``current_relative`` to full load, ``power_factor``,
        ``power`` input [kW], ``power_shaft`` [hp], ``current_full_load`` [A], ``poles``.
    """
    plate = motor_curve.plate_of(motor)
    curve = motor_curve.curve_of(calculator_coefficient, plate, current_full_load)
    point = curve.at(load_factor)
    return {
        "efficiency": point.efficiency,
        "current": point.current,
        "current_relative": point.current / curve.full_current,
        "power_factor": point.power_factor,
        "power": point.power,
        "power_shaft": plate.power_hp * load_factor,
        "current_full_load": curve.full_current,
        "poles": plate.poles,
    }


def full_load_current(
    *, calculator_coefficient: Rows, **motor: Unpack[motor_curve.NamePlate]
) -> dict[str, Any]:
    """Return the estimated full-load current of a motor, and that at part load at 460 V.

    Parameters are those of `performance`.

    Returns
    -------
    dict
        ``current_full_load`` at the rated voltage [A]; ``current_part_load`` at 0, 25, 50, 75,
        100 and 125 % of load, before voltage and specified efficiency [A at 460 V].
    """
    plate = motor_curve.plate_of(motor)
    return {
        "current_full_load": motor_curve.full_load_current(calculator_coefficient, plate),
        "current_part_load": list(motor_curve.quarter_currents(calculator_coefficient, plate)),
    }


class MeasuredMotor(motor_curve.NamePlate):
    """A motor's name plate and what was measured at it.

    Parameters
    ----------
    current_full_load : float or None
        [A].
    power, current : float or None
        Measured: one of them [kW], [A].
    voltage : float
        Measured [V].
    hours, price_electricity
        [h/yr], [CNY/kWh].
    """

    current_full_load: float | None
    power: float | None
    current: float | None
    voltage: float
    hours: float
    price_electricity: float | None


def load_estimate(
    *, calculator_coefficient: Rows, **motor: Unpack[MeasuredMotor]
) -> dict[str, float | None]:
    """Return load and shaft power of a motor from its measured input or current.

    Parameters
    ----------
    calculator_coefficient : iterable of mapping
        Table of coefficients.
    **motor
        See `MeasuredMotor`.

    Returns
    -------
    dict
        ``load_factor``, ``power_shaft`` [hp], ``efficiency``, ``power_factor``, ``current`` [A],
        ``power_input`` [kW], ``energy_use`` [kWh/yr], ``energy_cost`` [CNY/yr].

    Raises
    ------
    TanluError
        ``calc.needs-one`` without reading, ``calc.motor-overload`` above 150 % of load.
    """
    power, current = motor["power"], motor["current"]
    if (power is None) == (current is None):
        raise TanluError("calc.needs-one", found="power, current")
    plate = motor_curve.plate_of(motor)
    curve = motor_curve.curve_of(calculator_coefficient, plate, motor["current_full_load"])
    if power is not None:
        point = motor_curve.at_power(curve, power, motor["voltage"])
    else:
        point = motor_curve.at_current(curve, current or 0.0, motor["voltage"])
    return {
        "load_factor": point.load,
        "power_shaft": point.power * point.efficiency / KW_PER_HP,
        "efficiency": point.efficiency,
        "power_factor": point.power_factor,
        "current_input": point.current,
        "power_input": point.power,
        **yearly(point.power, motor["hours"], motor["price_electricity"]),
    }


FORMULAS = {
    "motor-class-efficiency": class_efficiency,
    "motor-efficiency-formula": efficiency_formula,
    "motor-electrical-power": electrical_power,
    "motor-full-load-current": full_load_current,
    "motor-load": load_estimate,
    "motor-nameplate": nameplate_power,
    "motor-performance": performance,
    "motor-power-meter": metered_power,
    "motor-replacement": replacement,
    "motor-speed-drive": speed_drive,
}
