"""Fans measured on site: density of humid gas, traverse of a duct, test and its conversion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients, polynomial
from tanlu.measures.printed import (
    CFM_INCHES_PER_HP,
    INCHES_OF_WATER_PER_INCH_OF_MERCURY,
    ZERO_FAHRENHEIT,
)
from tanlu.units.ratio import PA_PER_KPA, ZERO_CELSIUS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.measures.equipment.coefficient import Rows

_VELOCITY_OF_PRESSURE = 1096  # ft/min of a velocity pressure of 1 in w.g. at 1 lb/ft3
_DRY_AIR = 0.287042  # gas constant [kJ/kg/K]
_MASS_RATIO = 0.621945  # of water and dry air
_COUNTED_SHARE = 0.1  # of the greatest velocity pressure, for the 75 percent rule
_FREEZING = 0.01  # [degC]
_COLDEST, _HOTTEST = -100.0, 200.0  # that the saturation curve holds for [degC]
_ROUNDS = 200
_CLOSE = 1e-12


def gas_density(
    *,
    temperature: float,
    pressure_static: float,
    pressure_atmosphere: float,
    relative_humidity: float | None,
    temperature_dew_point: float | None,
    temperature_wet_bulb: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the density of humid air from one reading of its humidity.

    Parameters
    ----------
    temperature : float
        Dry bulb [degC].
    pressure_static : float
        Against the atmosphere [kPa].
    pressure_atmosphere : float
        Barometer [kPa].
    relative_humidity : float or None
        [-].
    temperature_dew_point, temperature_wet_bulb : float or None
        [degC].
    calculator_coefficient : iterable of mapping
        Table of coefficients.

    Returns
    -------
    dict
        ``density`` [kg/m3], ``humidity_ratio`` [kg/kg], ``relative_humidity`` [-],
        ``pressure_vapour`` [kPa], ``temperature_dew_point`` [degC] and ``enthalpy`` of a
        kilogram of dry air with its water, from 0 degC [kJ/kg].

    Raises
    ------
    TanluError
        ``calc.needs-one`` unless exactly one reading of humidity is given, ``calc.not-less``
        when a wet bulb or dew point is above the dry bulb, or the vapour above the pressure,
        ``calc.wet-bulb`` when dry air would have a higher one.
    """
    readings = (relative_humidity, temperature_dew_point, temperature_wet_bulb)
    asked = "relative_humidity, temperature_dew_point, temperature_wet_bulb"
    if sum(reading is not None for reading in readings) > 1:
        raise TanluError("calc.needs-one", found=asked)
    for name, reading in (
        ("temperature_dew_point", temperature_dew_point),
        ("temperature_wet_bulb", temperature_wet_bulb),
    ):
        if reading is not None and reading > temperature:
            raise TanluError("calc.not-less", name=name, other="temperature")
    rows = tuple(calculator_coefficient)
    pressure = pressure_atmosphere + pressure_static
    saturated = _saturation(temperature, rows)
    if relative_humidity is not None:
        vapour = relative_humidity * saturated
    elif temperature_dew_point is not None:
        vapour = _saturation(temperature_dew_point, rows)
    elif temperature_wet_bulb is not None:
        vapour = _vapour_of_wet_bulb(temperature, temperature_wet_bulb, pressure, rows)
    else:
        raise TanluError("calc.needs-one", found=asked)
    if vapour >= pressure:
        other = "pressure_atmosphere + pressure_static"
        raise TanluError("calc.not-less", name="pressure_vapour", other=other)
    ratio = _MASS_RATIO * vapour / (pressure - vapour)
    volume = _DRY_AIR * (temperature + ZERO_CELSIUS) / (pressure - vapour)
    return {
        "density": (1 + ratio) / volume,
        "humidity_ratio": ratio,
        "relative_humidity": vapour / saturated,
        "pressure_vapour": vapour,
        "temperature_dew_point": _dew_point(vapour, rows),
        "enthalpy": 1.006 * temperature + ratio * (2501 + 1.86 * temperature),
    }


def _saturation(temperature: float, rows: Rows) -> float:
    """Return the pressure of saturated vapour over ice or water [kPa]."""
    over = "ice" if temperature < _FREEZING else "water"
    first, *middle, last = coefficients(rows, "saturation_pressure", variant=over)
    kelvin = temperature + ZERO_CELSIUS
    return (
        math.exp(first / kelvin + polynomial(middle, kelvin) + last * math.log(kelvin)) / PA_PER_KPA
    )


def _vapour_of_wet_bulb(dry: float, wet: float, pressure: float, rows: Rows) -> float:
    saturated = _saturation(wet, rows)
    most = _MASS_RATIO * saturated / (pressure - saturated)
    if wet >= 0:
        ratio = ((2501 - 2.326 * wet) * most - 1.006 * (dry - wet)) / (
            2501 + 1.86 * dry - 4.186 * wet
        )
    else:
        ratio = ((2830 - 0.24 * wet) * most - 1.006 * (dry - wet)) / (2830 + 1.86 * dry - 2.1 * wet)
    if ratio <= 0:  # no air is that dry: the wet bulb is read too low
        raise TanluError("calc.wet-bulb", found=f"{wet:g} degC")
    return pressure * ratio / (_MASS_RATIO + ratio)


def _dew_point(vapour: float, rows: Rows) -> float | None:
    low, high = _COLDEST, _HOTTEST
    if vapour < _saturation(low, rows):
        return None
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if _saturation(middle, rows) < vapour else (low, middle)
    return (low + high) / 2


def traverse(
    *,
    velocity_pressures: Sequence[float],
    pitot_coefficient: float,
    area: float,
    density: float,
) -> dict[str, float]:
    """Return the flow in a duct from velocity pressures read over its section.

    Parameters
    ----------
    velocity_pressures : sequence of float
        Readings; those at or below 0 count as no flow [in w.g.].
    pitot_coefficient : float
        Of the tube [-].
    area : float
        Of the section [ft2].
    density : float
        [lb/ft3].

    Returns
    -------
    dict
        ``velocity_pressure`` by the square of the mean root [in w.g.], ``share_counted``: of
        readings above a tenth of the greatest, at least 0.75 in a section fit for a traverse
        [-], ``velocity`` [ft/min] and ``flow`` [cfm].
    """
    corrected = [max(reading, 0.0) * pitot_coefficient**2 for reading in velocity_pressures]
    greatest = max(corrected)
    mean = (sum(math.sqrt(value) for value in corrected) / len(corrected)) ** 2
    velocity = _VELOCITY_OF_PRESSURE * math.sqrt(mean / density)
    return {
        "velocity_pressure": mean,
        "share_counted": sum(value > _COUNTED_SHARE * greatest for value in corrected)
        / len(corrected),
        "velocity": velocity,
        "flow": velocity * area,
    }


@dataclass(frozen=True)
class _Gas:
    """Gas of one density, at other temperatures and pressures."""

    density: float  # [lb/ft3]
    temperature: float  # [degF]
    pressure: float  # [in w.g.]
    barometer: float  # [in w.g.]

    def at(self, temperature: float, pressure: float) -> float:
        """Return the density at a temperature [degF] and static pressure [in w.g.]."""
        warmer = (self.temperature + ZERO_FAHRENHEIT) / (temperature + ZERO_FAHRENHEIT)
        denser = (pressure + self.barometer) / (self.pressure + self.barometer)
        return self.density * warmer * denser

    def section(self, mass: float, area: float, temperature: float, total: float) -> _Section:
        """Return the state in a section by its total pressure [in w.g.]."""
        density = self.at(temperature, total)
        for _ in range(_ROUNDS):
            velocity_pressure = _velocity_pressure(density, mass, area)
            again = self.at(temperature, total - velocity_pressure)
            if abs(again - density) <= _CLOSE:
                break
            density = again
        return _Section(density, mass / density, total, total - velocity_pressure)


@dataclass(frozen=True)
class _Section:
    density: float  # [lb/ft3]
    flow: float  # [cfm]
    total: float  # [in w.g.]
    static: float  # [in w.g.]


def _velocity_pressure(density: float, mass: float, area: float) -> float:
    return density * (mass / density / area / _VELOCITY_OF_PRESSURE) ** 2


def site_test(
    *,
    traverses: Sequence[Mapping[str, Any]],
    density: float,
    temperature: float,
    pressure_static: float,
    pressure_atmosphere: float,
    area_inlet: float,
    area_outlet: float,
    temperature_inlet: float,
    temperature_outlet: float,
    area_inlet_station: float,
    pressure_inlet_station: float,
    area_outlet_station: float,
    pressure_outlet_station: float,
    loss_inlet: float,
    loss_outlet: float,
    system_effect: float,
    power_shaft: float,
    ratio_heat: float,
    speed: float,
    speed_2: float | None,
    density_2: float | None,
    pressure_atmosphere_2: float | None,
) -> dict[str, float]:
    """Return flow, pressures and efficiency of a fan from a test on site (AMCA 203).

    Parameters
    ----------
    traverses : sequence of mapping
        ``area`` [ft2], ``temperature`` [degF], ``pressure_static`` and mean
        ``velocity_pressure`` [in w.g.] of the sections whose flows add up.
    density, temperature, pressure_static : float
        Known density [lb/ft3] and where it is known [degF], [in w.g.].
    pressure_atmosphere : float
        Barometer [in Hg].
    area_inlet, area_outlet, temperature_inlet, temperature_outlet
        Of the fan's flanges [ft2], [degF].
    area_inlet_station, pressure_inlet_station, area_outlet_station, pressure_outlet_station
        Sections where static pressure is read [ft2], [in w.g.].
    loss_inlet, loss_outlet : float
        Total pressure lost from station to flange, along the flow [in w.g.].
    system_effect : float
        [in w.g.].
    power_shaft : float
        At the fan [hp].
    ratio_heat : float
        Of the specific heats [-].
    speed : float
        [rpm].
    speed_2, density_2, pressure_atmosphere_2 : float or None
        Of the conversion [rpm], [lb/ft3], [in Hg]; as tested where not given.

    Returns
    -------
    dict
        ``flow`` [cfm], ``density_inlet`` [lb/ft3], ``pressure_total``, ``pressure_fan_static``
        and ``pressure_rise`` [in w.g.], ``compressibility`` [-], their efficiencies [-], and
        the same with ``_2`` and ``power_2`` [hp] at the other speed and density.

    Raises
    ------
    TanluError
        ``calc.no-rise`` when the total pressure does not rise.
    """
    barometer = INCHES_OF_WATER_PER_INCH_OF_MERCURY * pressure_atmosphere
    gas = _Gas(density, temperature, pressure_static, barometer)
    mass = sum(_mass(gas, row) for row in traverses)

    def total_at(area: float, at: float, static: float) -> float:
        return static + _velocity_pressure(gas.at(at, static), mass, area)

    before = total_at(area_inlet_station, temperature_inlet, pressure_inlet_station) - loss_inlet
    after = total_at(area_outlet_station, temperature_outlet, pressure_outlet_station) - loss_outlet
    inlet = gas.section(mass, area_inlet, temperature_inlet, before)
    outlet = gas.section(mass, area_outlet, temperature_outlet, after)
    rise = outlet.total - inlet.total
    if rise <= 0:
        raise TanluError("calc.no-rise", found=f"{rise:g} in w.g.")
    absolute = inlet.total + barometer
    x = rise / absolute
    z = (ratio_heat - 1) / ratio_heat * CFM_INCHES_PER_HP * power_shaft / inlet.flow / absolute
    compressibility = _compressibility(x, z)
    pressures = {
        "pressure_total": rise + system_effect,
        "pressure_fan_static": outlet.static - inlet.total + system_effect,
        "pressure_rise": outlet.static - inlet.static + system_effect,
    }
    n = (speed_2 or speed) / speed
    rho = (density_2 or inlet.density) / inlet.density
    barometer_2 = INCHES_OF_WATER_PER_INCH_OF_MERCURY * (
        pressure_atmosphere_2 or pressure_atmosphere
    )
    ratio = 1.0
    for _ in range(_ROUNDS):
        z_2 = z * absolute * rho * n**2 / (inlet.total * n**2 * rho * ratio + barometer_2)
        x_2 = math.expm1(math.log1p(x) * math.log1p(z_2) / math.log1p(z))
        again = z / z_2 * x_2 / x
        if abs(again - ratio) <= _CLOSE:
            break
        ratio = again
    air_per_pressure = inlet.flow * compressibility / (CFM_INCHES_PER_HP * power_shaft)
    return {
        "flow": inlet.flow,
        "density_inlet": inlet.density,
        **pressures,
        "compressibility": compressibility,
        "efficiency_total": pressures["pressure_total"] * air_per_pressure,
        "efficiency_static": pressures["pressure_fan_static"] * air_per_pressure,
        "efficiency_rise": pressures["pressure_rise"] * air_per_pressure,
        "flow_2": inlet.flow * n * ratio,
        **{f"{name}_2": value * ratio * n**2 * rho for name, value in pressures.items()},
        "power_2": power_shaft * ratio * n**3 * rho,
        "compressibility_2": compressibility / ratio,
        "compressibility_ratio": ratio,
    }


def _mass(gas: _Gas, row: Mapping[str, Any]) -> float:
    """Return the mass flow through one section [lb/min]."""
    density = gas.at(row["temperature"], row["pressure_static"])
    speed = _VELOCITY_OF_PRESSURE * math.sqrt(row["velocity_pressure"] / density)
    return float(density * speed * row["area"])


def _compressibility(x: float, z: float) -> float:
    return math.log1p(x) / x * z / math.log1p(z)


def conversion(
    *,
    flow: float,
    pressure: float,
    pressure_kind: str,
    power_shaft: float,
    speed_1: float,
    speed_2: float,
    density_1: float,
    density_2: float,
    pressure_atmosphere: float,
    pressure_atmosphere_2: float | None,
    share_inlet: float,
    ratio_heat: float,
    area_inlet: float | None,
    area_outlet: float | None,
) -> dict[str, float]:
    """Return a point of a fan's curve at another speed and density.

    Parameters
    ----------
    flow, pressure, power_shaft : float
        The point [cfm], [in w.g.], [hp].
    pressure_kind : str
        ``static``, ``total`` or ``rise`` of the fan.
    speed_1, speed_2, density_1, density_2 : float
        Of the curve and wanted [rpm], [lb/ft3].
    pressure_atmosphere, pressure_atmosphere_2 : float or None
        Barometer of the curve and where it is wanted [in Hg].
    share_inlet : float
        Total pressure at the inlet over that of the fan, negative under suction [-].
    ratio_heat : float
        Of the specific heats [-].
    area_inlet, area_outlet : float or None
        For the velocity pressures; left out where not given [ft2].

    Returns
    -------
    dict
        ``flow_2`` [cfm], ``pressure_2`` [in w.g.], ``power_2`` [hp], ``compressibility`` and
        ``compressibility_2`` [-] and the ``efficiency`` by the pressure given [-].
    """
    n, rho = speed_2 / speed_1, density_2 / density_1
    barometer = INCHES_OF_WATER_PER_INCH_OF_MERCURY * pressure_atmosphere
    barometer_2 = INCHES_OF_WATER_PER_INCH_OF_MERCURY * (
        pressure_atmosphere_2 or pressure_atmosphere
    )

    def moving(area: float | None) -> float:
        return 0.0 if area is None else _velocity_pressure(density_1, flow * density_1, area)

    total = pressure
    if pressure_kind != "total":
        total += moving(area_outlet)
    if pressure_kind == "rise":
        total -= moving(area_inlet)
    heat = (ratio_heat - 1) / ratio_heat * CFM_INCHES_PER_HP

    def factor(total: float, power: float, flow: float, barometer: float) -> float:
        absolute = share_inlet * total + barometer
        x = total / absolute
        return _compressibility(x, heat * power / flow / absolute) if x else 1.0

    first = factor(total, power_shaft, flow, barometer)
    ratio = 1.0
    for _ in range(_ROUNDS):
        pressing, turning = n**2 * rho * ratio, n**3 * rho * ratio
        second = factor(total * pressing, power_shaft * turning, flow * n * ratio, barometer_2)
        again = first / second
        if abs(again - ratio) <= _CLOSE:
            break
        ratio = again
    return {
        "flow_2": flow * n * ratio,
        "pressure_2": pressure * n**2 * rho * ratio,
        "power_2": power_shaft * n**3 * rho * ratio,
        "compressibility": first,
        "compressibility_2": second,
        "efficiency": flow * pressure * first / (CFM_INCHES_PER_HP * power_shaft),
    }


FORMULAS = {
    "fan-conversion": conversion,
    "fan-gas-density": gas_density,
    "fan-site-test": site_test,
    "fan-traverse": traverse,
}
