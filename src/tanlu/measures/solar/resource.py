"""Hours of a year of sun from monthly means or a weather file, and what falls on a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tanlu.kernel.errors import TanluError
from tanlu.units.ratio import HOURS_PER_DAY, W_PER_KW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    Hours: TypeAlias = NDArray[np.float64]

MONTHS = 12
HOURS = 8760
HOURS_OF_MEAN_DAYS = MONTHS * HOURS_PER_DAY
_LOWEST_SUN = 88  # zenith [deg] beyond which no beam is counted: the disc touches the horizon
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
MONTH = np.repeat(np.arange(MONTHS), DAYS * HOURS_PER_DAY)
HOUR = np.arange(HOURS) % HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class Place:
    """A place with the clock its hours are told in.

    Parameters
    ----------
    latitude, longitude : float
        [deg], north and east positive.
    zone : float
        Hours ahead of universal time [h].
    """

    latitude: float
    longitude: float
    zone: float


@dataclass(frozen=True, slots=True)
class Sun:
    """A year of sun, hour by hour.

    Parameters
    ----------
    ghi, dhi, dni : array of 8760
        Global and diffuse on the horizontal, beam on the normal [W/m2].
    zenith, azimuth : array of 8760
        Of the sun in the middle of the hour [deg].
    extra : array of 8760
        Beyond the atmosphere [W/m2].
    temperature, wind : array of 8760 or None
        Of the air [degC], [m/s]; None where not known.
    """

    ghi: Hours
    dhi: Hours
    dni: Hours
    zenith: Hours
    azimuth: Hours
    extra: Hours
    temperature: Hours | None = None
    wind: Hours | None = None


def find_city(city: str, rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the row of a city by its code, Chinese or English name, with or without its rank.

    Raises
    ------
    TanluError
        ``calc.city-unknown`` with near names, ``calc.city-twice`` where several bear the name.
    """
    table = tuple(rows)
    found = cities_named(city, table)
    if len(found) == 1:
        return found[0]
    if found:
        told = ", ".join(f"{row['id']} {row['name_zh']}" for row in found)
        raise TanluError("calc.city-twice", found=city, near=told)
    near = [row["name_zh"] for row in table if city[:1] and city[:1] in row["name_zh"]]
    raise TanluError("calc.city-unknown", found=city, near=", ".join(near[:6]) or "-")


def cities_named(city: str, rows: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return the cities that bear a name; one in full goes before those it begins."""
    wanted = city.strip().casefold()
    table = tuple(rows)
    whole = tuple(
        row for row in table if wanted in {row["id"], row["name_zh"], row["name_en"].casefold()}
    )
    short = tuple(row for row in table if len(wanted) > 1 and row["name_zh"].startswith(wanted))
    return whole or short


def city_of_site(
    site: str, province: str, rows: Iterable[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return the city a site lies in, or None where its name does not tell.

    Parameters
    ----------
    site : str
        Name of the site.
    province : str
        Its province as in `rows`; a province that is one city tells it by itself.
    rows : iterable of mapping
        Rows of the table of cities.
    """
    there = [row for row in rows if row["province"] == province]
    if len(there) == 1:
        return there[0]
    name = site.casefold()
    named = [row for row in there if row["short_name"] in name or row["name_en"].casefold() in name]
    return named[0] if len(named) == 1 else None


def monthly_city(row: Mapping[str, Any], name: str) -> list[float]:
    """Return twelve daily means of a city [kWh/m2/d].

    Raises
    ------
    TanluError
        ``calc.solar-no-climate`` where the table holds none for it.
    """
    values = [row[f"{name}_{month:02d}"] for month in range(1, MONTHS + 1)]
    if any(value is None for value in values):
        raise TanluError("calc.solar-no-climate", found=row["name_zh"])
    return [float(value) for value in values]


def sun_from_months(
    place: Place, ghi: Sequence[float], dhi: Sequence[float], air: Sequence[float] | None
) -> Sun:
    """Return a year of sun that has the given monthly means.

    Parameters
    ----------
    place : Place
        Where and in whose time.
    ghi, dhi : sequence of 12
        Global and diffuse on the horizontal [kWh/m2/d].
    air : sequence of 12 or None
        Monthly mean temperature [degC].

    Returns
    -------
    Sun
        The same day over and over within a month (rule M-109): the global part has the shape
        of a clear sky (Haurwitz), the diffuse part that of the sun beyond the atmosphere (Liu
        and Jordan), each scaled so that its monthly sum is the given one. Deterministic.

    Raises
    ------
    TanluError
        ``calc.solar-diffuse`` where a month has more diffuse than global.
    """
    from pvlib import clearsky

    wrong = [f"{d:g} > {g:g}" for g, d in zip(ghi, dhi, strict=True) if d > g]
    if wrong:
        raise TanluError("calc.solar-diffuse", found=", ".join(wrong))
    zenith, azimuth, extra = _position(place)
    height = _height(zenith)
    clear = np.asarray(clearsky.haurwitz(_series(zenith))["ghi"], dtype=float)
    whole = _scaled(clear, ghi)
    diffuse = np.minimum(_scaled(height, dhi), whole)
    temperature = None if air is None else np.asarray(air, dtype=float)[MONTH]
    return _with_beam(whole, diffuse, zenith, azimuth, extra, temperature=temperature)


def sun_from_weather(place: Place, rows: Sequence[Mapping[str, Any]]) -> Sun:
    """Return a year of sun of a weather file, whose hours are those before the full hour.

    Raises
    ------
    TanluError
        ``calc.solar-hours`` where it has not the hours of a year.
    """
    if len(rows) != HOURS:
        raise TanluError("calc.solar-hours", found=len(rows), expected=HOURS)
    columns = {
        name: np.array([row[name] for row in rows], dtype=float)
        for name in ("irradiance_global", "irradiance_diffuse")
    }
    zenith, azimuth, extra = _position(place)
    return _with_beam(
        columns["irradiance_global"],
        np.minimum(columns["irradiance_diffuse"], columns["irradiance_global"]),
        zenith,
        azimuth,
        extra,
        temperature=_column(rows, "temperature_air"),
        wind=_column(rows, "wind"),
    )


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Hours | None:
    values = [row[name] for row in rows]
    return None if any(value is None for value in values) else np.array(values, dtype=float)


def _with_beam(
    whole: Hours,
    diffuse: Hours,
    zenith: Hours,
    azimuth: Hours,
    extra: Hours,
    *,
    temperature: Hours | None = None,
    wind: Hours | None = None,
) -> Sun:
    """Return a year of sun; what shines from the very horizon counts as diffuse."""
    is_up = zenith < _LOWEST_SUN
    beam = np.where(is_up, whole - diffuse, 0.0)
    dni = np.divide(beam, _height(zenith), out=np.zeros(HOURS), where=is_up)
    return Sun(whole, whole - beam, dni, zenith, azimuth, extra, temperature, wind)


def _position(place: Place) -> tuple[Hours, Hours, Hours]:
    """Return zenith and azimuth of the sun amid each hour, and the sun beyond the atmosphere."""
    import pandas as pd
    from pvlib import irradiance, solarposition

    zone = f"Etc/GMT{-round(place.zone):+d}"
    times = pd.date_range("2023-01-01 00:30", periods=HOURS, freq="h", tz=zone)
    sun = solarposition.get_solarposition(
        times, place.latitude, place.longitude, method="nrel_numpy"
    )
    day = np.arange(HOURS) // HOURS_PER_DAY + 1
    extra = irradiance.get_extra_radiation(day)
    return sun["zenith"].to_numpy(), sun["azimuth"].to_numpy(), np.asarray(extra, dtype=float)


def _series(values: Hours) -> Any:
    import pandas as pd

    return pd.Series(values)


def _height(zenith: Hours) -> Hours:
    return np.maximum(np.cos(np.radians(zenith)), 0.0)


def _scaled(shape: Hours, daily: Sequence[float]) -> Hours:
    """Return a shape whose monthly sums are daily means times the days [W/m2]."""
    totals = np.asarray(daily, dtype=float) * DAYS * W_PER_KW
    scaled: Hours = shape * (totals / np.bincount(MONTH, shape, MONTHS))[MONTH]
    return scaled


def plane(sun: Sun, tilt: float, azimuth: float, albedo: float) -> Hours:
    """Return what falls on a tilted plane, hour by hour [W/m2].

    Beam by the angle of incidence, sky by the model of Hay, Davies, Klucher and Reindl, ground
    by its albedo. Of a horizontal plane it is the global irradiance.
    """
    from pvlib import irradiance

    incidence = irradiance.aoi(tilt, azimuth, sun.zenith, sun.azimuth)
    beam = np.maximum(sun.dni * np.cos(np.radians(incidence)), 0.0)
    is_light = sun.ghi > 0
    sky = irradiance.reindl(
        tilt,
        azimuth,
        sun.dhi,
        sun.dni,
        np.where(is_light, sun.ghi, 1.0),
        sun.extra,
        sun.zenith,
        sun.azimuth,
    )
    ground = irradiance.get_ground_diffuse(tilt, sun.ghi, albedo)
    return np.asarray(np.where(is_light, beam + sky + ground, 0.0), dtype=float)


def best_tilt(sun: Sun, azimuth: float, albedo: float) -> int:
    """Return the tilt with the most sun in a year, in whole degrees."""
    return max(range(91), key=lambda tilt: float(plane(sun, tilt, azimuth, albedo).sum()))


def monthly(hours: Hours) -> list[float]:
    """Return the sums of the twelve months."""
    return [float(total) for total in np.bincount(MONTH, hours, MONTHS)]


def mean_days(hours: Hours) -> list[float]:
    """Return the mean day of each month, hour by hour: 288 values."""
    place = MONTH * HOURS_PER_DAY + HOUR
    count = MONTHS * HOURS_PER_DAY
    return [float(v) for v in np.bincount(place, hours, count) / np.bincount(place, None, count)]


def share_of_hours(start: float, end: float) -> Hours:
    """Return the part of each hour of the day from start to end of the clock, over midnight too."""
    hours = np.arange(HOURS_PER_DAY, dtype=float)
    spans = [(start, end)] if start < end else [(start, float(HOURS_PER_DAY)), (0.0, end)]
    parts = [np.clip(np.minimum(hours + 1, b) - np.maximum(hours, a), 0, 1) for a, b in spans]
    return np.asarray(sum(parts), dtype=float)
