"""A photovoltaic plant on a site: its size, its hours and what it yields in a year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.measures.solar.resource import (
    DAYS,
    MONTHS,
    Place,
    Sun,
    best_tilt,
    find_city,
    mean_days,
    monthly,
    monthly_city,
    plane,
    sun_from_months,
    sun_from_weather,
)
from tanlu.units.ratio import PERCENT, W_PER_KW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.measures.solar.resource import Hours

BEIJING = 8  # hours ahead of universal time, all over China
MODULE = "module"
_CALM = 1.0  # m/s, where no wind is known: what pvlib takes


@dataclass(frozen=True, slots=True)
class Plant:
    """What turns sun into power: a performance ratio, or modules and an inverter.

    Parameters
    ----------
    performance_ratio : float or None
        Of everything behind the plane [-].
    coefficient_temperature : float
        [1/K].
    loss : float
        Of modules and lines together [-].
    efficiency_inverter : float
        [-].
    ratio_dc_ac : float
        Power of the modules over that of the inverter [-].
    """

    performance_ratio: float | None
    coefficient_temperature: float
    loss: float
    efficiency_inverter: float
    ratio_dc_ac: float


def output(plant: Plant, sun: Sun, falling: Hours) -> Hours:
    """Return the power of one kilowatt of modules, hour by hour [kW/kW]."""
    if plant.performance_ratio is not None:
        made: Hours = falling / W_PER_KW * plant.performance_ratio
        return made
    from pvlib import inverter, pvsystem, temperature

    wind = _CALM if sun.wind is None else sun.wind
    cell = temperature.faiman(falling, sun.temperature, wind)
    dc = pvsystem.pvwatts_dc(falling, cell, 1.0, plant.coefficient_temperature)
    rated = 1.0 / plant.ratio_dc_ac / plant.efficiency_inverter
    with np.errstate(all="ignore"):
        ac = inverter.pvwatts(dc * (1 - plant.loss), rated, plant.efficiency_inverter)
    power: Hours = np.nan_to_num(np.asarray(ac, dtype=float))
    return power


def site_sun(
    row: Mapping[str, Any] | None,
    place: Place,
    *,
    ghi: Sequence[float] | None,
    dhi: Sequence[float] | None,
    air: Sequence[float] | None,
    weather: Sequence[Mapping[str, Any]] | None,
) -> Sun:
    """Return the sun of a site: its weather file, its own monthly values or those of its city.

    Raises
    ------
    TanluError
        ``calc.needs-both`` where of the monthly values one is missing, ``calc.solar-months``
        where they are not twelve, ``calc.needs-one`` where nothing tells the sun.
    """
    for name, values in {"irradiation_global": ghi, "irradiation_diffuse": dhi}.items():
        if values is not None and len(values) != MONTHS:
            raise TanluError("calc.solar-months", name=name, found=len(values))
    if air is not None and len(air) != MONTHS:
        raise TanluError("calc.solar-months", name="temperature_air", found=len(air))
    if weather is not None:
        return sun_from_weather(place, weather)
    if (ghi is None) != (dhi is None):
        raise TanluError("calc.needs-both", found="irradiation_global, irradiation_diffuse")
    if ghi is not None and dhi is not None:
        return sun_from_months(place, ghi, dhi, air)
    if row is None:
        raise TanluError("calc.needs-one", found="city, irradiation_global, weather")
    return sun_from_months(place, monthly_city(row, "ghi"), monthly_city(row, "dhi"), air)


def place_of(
    row: Mapping[str, Any] | None,
    latitude: float | None,
    longitude: float | None,
    time_zone: float,
) -> Place:
    """Return where the plant stands.

    Raises
    ------
    TanluError
        ``calc.needs-both`` where neither city nor both coordinates are given.
    """
    if latitude is not None and longitude is not None:
        return Place(latitude, longitude, time_zone)
    if row is None or latitude is not None or longitude is not None:
        raise TanluError("calc.needs-both", found="latitude, longitude")
    return Place(float(row["latitude"]), float(row["longitude"]), BEIJING)


def city_hours(
    row: Mapping[str, Any], tilt: float, azimuth: float, albedo: float, performance_ratio: float
) -> Hours:
    """Return the power of one kilowatt in a city, hour by hour [kW/kW]."""
    place = place_of(row, None, None, BEIJING)
    sun = site_sun(row, place, ghi=None, dhi=None, air=None, weather=None)
    made: Hours = plane(sun, tilt, azimuth, albedo) / W_PER_KW * performance_ratio
    return made


def solar_yield(
    *,
    city: str | None,
    latitude: float | None,
    longitude: float | None,
    time_zone: float,
    irradiation_global: Sequence[float] | None,
    irradiation_diffuse: Sequence[float] | None,
    temperature_air: Sequence[float] | None,
    weather: Sequence[Mapping[str, Any]] | None,
    tilt: float | None,
    azimuth: float,
    albedo: float,
    power_dc: float | None,
    area_roof: float | None,
    fraction_packing: float,
    efficiency_module: float,
    basis: str,
    performance_ratio: float,
    coefficient_temperature: float,
    percent_loss: float,
    percent_losses: Sequence[float] | None,
    efficiency_inverter: float,
    ratio_dc_ac: float,
    ratio_warning: float,
    solar_city: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what a plant yields in a year.

    Parameters
    ----------
    city : str or None
        Name or code of a row of `solar_city`.
    latitude, longitude, time_zone : float or None
        Of the site [deg], [h].
    irradiation_global, irradiation_diffuse : sequence of 12 or None
        Own monthly means on the horizontal [kWh/m2/d].
    temperature_air : sequence of 12 or None
        Own monthly means [degC].
    weather : sequence of 8760 rows or None
        Hours of a weather file.
    tilt, azimuth, albedo : float
        Of the plane [deg]; the best tilt where None. Ground [-].
    power_dc : float or None
        Of the modules [kW]; else from `area_roof` [m2], the share of it that modules cover and
        their efficiency [-].
    basis : str
        ``performance_ratio``: one figure for everything behind the plane; ``module``: modules
        by their temperature, losses and inverter, hour by hour.
    performance_ratio : float
        [-].
    coefficient_temperature, efficiency_inverter, ratio_dc_ac : float
        Of modules [1/K] and inverter [-].
    percent_loss : float
        All losses together [%].
    percent_losses : sequence of float or None
        In its place, the single losses [%]; they multiply.
    ratio_warning : float
        A weather file above the stations by more than this is doubted [-].
    solar_city : sequence of mapping
        Rows of the table.

    Returns
    -------
    dict
        ``power_dc`` [kW]; ``tilt``, ``tilt_optimum`` [deg]; ``irradiation_global``,
        ``irradiation_plane`` [kWh/m2/yr]; ``yield`` [kWh/kW]; ``yield_month``;
        ``energy``, ``energy_month`` [kWh/yr]; ``performance_ratio`` [-];
        ``ratio_station`` the global irradiation over that of the city's stations;
        ``fit`` how near they are; ``generation`` the mean day of each month [kW]; None where
        the size is not given.

    Raises
    ------
    TanluError
        ``calc.city-unknown``, ``calc.needs`` where modules are to be calculated and the
        temperature of the air is not known, and those of `site_sun` and `place_of`.
    """
    row = find_city(city, solar_city) if city else None
    place = place_of(row, latitude, longitude, time_zone)
    sun = site_sun(
        row,
        place,
        ghi=irradiation_global,
        dhi=irradiation_diffuse,
        air=temperature_air,
        weather=weather,
    )
    if basis == MODULE and sun.temperature is None:
        raise TanluError("calc.needs", name="temperature_air", when=MODULE)
    plant = Plant(
        performance_ratio=None if basis == MODULE else performance_ratio,
        coefficient_temperature=coefficient_temperature,
        loss=1 - math.prod(1 - loss / PERCENT for loss in percent_losses or [percent_loss]),
        efficiency_inverter=efficiency_inverter,
        ratio_dc_ac=ratio_dc_ac,
    )
    optimum = best_tilt(sun, azimuth, albedo)
    angle = float(optimum) if tilt is None else tilt
    falling = plane(sun, angle, azimuth, albedo)
    per_kw = output(plant, sun, falling)
    size = power_dc
    if size is None and area_roof is not None:
        size = area_roof * fraction_packing * efficiency_module
    total, sunshine = float(per_kw.sum()), float(falling.sum()) / W_PER_KW
    station = _station(row, sun)
    return {
        "power_dc": size,
        "tilt": angle,
        "tilt_optimum": optimum,
        "irradiation_global": float(sun.ghi.sum()) / W_PER_KW,
        "irradiation_plane": sunshine,
        "yield": total,
        "yield_month": monthly(per_kw),
        "energy": None if size is None else total * size,
        "energy_month": None if size is None else monthly(per_kw * size),
        "performance_ratio": total / sunshine,
        "ratio_station": station,
        "fit": None if row is None else row["fit"],
        "generation": None if size is None else mean_days(per_kw * size),
        "findings": _too_sunny(station, ratio_warning, is_weather=weather is not None),
    }


def _station(row: Mapping[str, Any] | None, sun: Sun) -> float | None:
    """Return the year's global irradiation over that of the city's stations."""
    if row is None:
        return None
    station = float((np.asarray(monthly_city(row, "ghi")) * DAYS).sum())
    return float(sun.ghi.sum()) / W_PER_KW / station


def _too_sunny(station: float | None, most: float, *, is_weather: bool) -> tuple[Finding, ...]:
    if not is_weather or station is None or station <= most:
        return ()
    facts = {"found": f"{(station - 1) * PERCENT:.1f}"}
    return (Finding("SOLAR_WEATHER_HIGH", Outcome.WARN, cell="weather", facts=facts),)


FORMULAS = {"solar-yield": solar_yield}
