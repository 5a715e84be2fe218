"""Hours of a load against the hours of a plant: self-use, export, a battery, bounds of the plan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tanlu.kernel.errors import TanluError
from tanlu.measures.solar.plant import city_hours
from tanlu.measures.solar.resource import (
    HOUR,
    HOURS,
    HOURS_OF_MEAN_DAYS,
    MONTH,
    find_city,
    share_of_hours,
)
from tanlu.units.ratio import DAYS_PER_WEEK, HOURS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.measures.solar.resource import Hours

_SIZES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)  # of the plant, where the bounds touch


def whole_year(values: Sequence[float], name: str) -> Hours:
    """Return the hours of a year from 8760, from the mean days of 12 months, or from one day.

    Raises
    ------
    TanluError
        ``calc.solar-profile`` where they are none of these.
    """
    given = np.asarray(values, dtype=float)
    if given.size == HOURS:
        return given
    if given.size == HOURS_OF_MEAN_DAYS:
        spread: Hours = given[MONTH * HOURS_PER_DAY + HOUR]
        return spread
    if given.size == HOURS_PER_DAY:
        repeated: Hours = given[HOUR]
        return repeated
    raise TanluError("calc.solar-profile", name=name, found=given.size)


def generation_hours(
    generation: Sequence[float] | None,
    city: str | None,
    power_dc: float | None,
    *,
    tilt: float,
    azimuth: float,
    albedo: float,
    performance_ratio: float,
    solar_city: Sequence[Mapping[str, Any]],
) -> Hours:
    """Return the hours of a plant: those given, or those of its city [kW].

    Raises
    ------
    TanluError
        ``calc.needs-one`` where neither generation nor city with power is given, or both.
    """
    if (generation is None) == (city is None or power_dc is None):
        raise TanluError("calc.needs-one", found="generation, city + power_dc")
    if generation is not None:
        return whole_year(generation, "generation")
    row = find_city(str(city), solar_city)
    return city_hours(row, tilt, azimuth, albedo, performance_ratio) * (power_dc or 0.0)


def load_hours(
    load: Sequence[float] | None,
    shifts: Sequence[Mapping[str, Any]] | None,
    power_base: float,
) -> Hours:
    """Return the hours of a load: a profile, or shifts upon a base [kW].

    Raises
    ------
    TanluError
        ``calc.needs-one`` where both or neither is given.
    """
    if (load is None) == (shifts is None):
        raise TanluError("calc.needs-one", found="load, shifts")
    if load is not None:
        return whole_year(load, "load") + power_base
    weekday = np.arange(HOURS) // HOURS_PER_DAY % DAYS_PER_WEEK
    total = np.full(HOURS, power_base)
    for shift in shifts or ():
        works = weekday < shift["days_per_week"]
        total += works * share_of_hours(shift["start"], shift["end"])[HOUR] * shift["power"]
    return total


def solar_self_use(
    *,
    generation: Sequence[float] | None,
    city: str | None,
    power_dc: float | None,
    tilt: float,
    azimuth: float,
    albedo: float,
    performance_ratio: float,
    load: Sequence[float] | None,
    shifts: Sequence[Mapping[str, Any]] | None,
    power_base: float,
    energy_storage: float | None,
    power_storage: float | None,
    efficiency_storage: float,
    solar_city: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what of a plant's power the site uses itself, hour by hour.

    Parameters
    ----------
    generation : sequence of 8760, 288 or 24, or None
        Of the plant [kW]; else from its city.
    city, power_dc, tilt, azimuth, albedo, performance_ratio
        See `solar_yield`.
    load : sequence of 8760, 288 or 24, or None
        Of the site [kW]; else from its shifts.
    shifts : sequence of mapping or None
        ``start``, ``end`` [h of the clock], ``power`` [kW], ``days_per_week``.
    power_base : float
        All hours [kW].
    energy_storage, power_storage, efficiency_storage : float or None
        Battery [kWh], [kW], there and back [-]; it takes surplus and gives it at the next need.
    solar_city : sequence of mapping
        Rows of the table.

    Returns
    -------
    dict
        ``energy``, ``energy_load``, ``energy_self``, ``energy_export`` [kWh/yr],
        ``energy_lost`` in the battery; ``fraction_self_use`` of the generation,
        ``fraction_supplied`` of the load; ``power_export`` the highest [kW];
        ``envelope``: pairs [a, b] with self-use <= a generation + b load for a plant of any size
        of the same shape, without battery.
    """
    made = generation_hours(
        generation,
        city,
        power_dc,
        tilt=tilt,
        azimuth=azimuth,
        albedo=albedo,
        performance_ratio=performance_ratio,
        solar_city=solar_city,
    )
    used = load_hours(load, shifts, power_base)
    direct = np.minimum(made, used)
    surplus, need = made - direct, used - direct
    moved, taken = np.zeros(HOURS), np.zeros(HOURS)
    if energy_storage:
        most = energy_storage if power_storage is None else power_storage
        taken, moved = _battery(surplus, need, energy_storage, most, efficiency_storage)
    export = surplus - taken
    own, total, demand = float((direct + moved).sum()), float(made.sum()), float(used.sum())
    return {
        "energy": total,
        "energy_load": demand,
        "energy_self": own,
        "energy_export": float(export.sum()),
        "energy_lost": float((taken - moved).sum()),
        "fraction_self_use": own / total if total else None,
        "fraction_supplied": own / demand if demand else None,
        "power_export": float(export.max()),
        "envelope": envelope(made, used),
    }


def _battery(
    surplus: Hours, need: Hours, capacity: float, most: float, efficiency: float
) -> tuple[Hours, Hours]:
    """Return what a battery takes from the surplus and gives to the need, hour by hour [kWh].

    It runs through the year twice and the second year counts, so that it ends as full as it
    began.
    """
    one_way = math.sqrt(efficiency)
    stored = 0.0
    taken, given = np.zeros(HOURS), np.zeros(HOURS)
    for hour in (*range(HOURS), *range(HOURS)):
        take = min(float(surplus[hour]), most, (capacity - stored) / one_way)
        stored += take * one_way
        give = min(float(need[hour]), most, stored * one_way)
        stored -= give / one_way
        taken[hour], given[hour] = take, give
    return taken, given


def envelope(made: Hours, used: Hours) -> list[list[float]]:
    """Return bounds of self-use by size: pairs [a, b], self-use <= a generation + b load (M-110).

    Each touches the self-use of the plant at one size and holds at every other, because
    ``min(g, u)`` of an hour is at most either.
    """
    total, demand = float(made.sum()), float(used.sum())
    pairs = [[1.0, 0.0], [0.0, 1.0]]
    if not total or not demand:
        return pairs
    for size in _SIZES:
        is_short = made * size < used
        pair = [
            float(made[is_short].sum()) / total,
            float(used[~is_short].sum()) / demand,
        ]
        if pair not in pairs:
            pairs.append(pair)
    return sorted(pairs, reverse=True)


FORMULAS = {"solar-self-use": solar_self_use}
