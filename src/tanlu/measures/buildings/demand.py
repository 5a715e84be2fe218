"""Heat and cold a building asks for: envelope, air exchange, degree days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HOURS_PER_DAY = 24
_W_PER_KW = 1000


def degree_days(
    *, temperature_base: float, temperature_mean: Sequence[float], days: float
) -> dict[str, Any]:
    """Return heating and cooling degree days of daily or monthly means.

    Parameters
    ----------
    temperature_base : float
        [degC].
    temperature_mean : sequence of float
        Of each period [degC].
    days : float
        Days of one period [d].

    Returns
    -------
    dict
        ``hdd``, ``cdd`` of each period and their sums ``degree_days_heating``,
        ``degree_days_cooling`` [K d].
    """
    cold = [max(temperature_base - mean, 0.0) * days for mean in temperature_mean]
    warm = [max(mean - temperature_base, 0.0) * days for mean in temperature_mean]
    return {
        "hdd": cold,
        "cdd": warm,
        "degree_days_heating": sum(cold),
        "degree_days_cooling": sum(warm),
    }


def heat_loss(
    *,
    parts: Sequence[Mapping[str, Any]],
    heat_transfer_bridges: float,
    volume: float,
    rate_air_change: float,
    efficiency_recovery: float,
    heat_capacity_air: float,
    temperature_inside: float,
    temperature_outside: float | None,
) -> dict[str, Any]:
    """Return the heat loss coefficient of a building.

    Parameters
    ----------
    parts : sequence of mapping
        ``area`` [m2], ``heat_transfer`` (U-value) [W/m2/K], ``fraction_temperature`` of the full
        difference (1 outdoors, less to ground or unheated rooms) [-].
    heat_transfer_bridges : float
        Upon all of the area [W/m2/K].
    volume : float
        Heated [m3].
    rate_air_change : float
        [1/h].
    efficiency_recovery : float
        Of heat from the air that leaves [-].
    heat_capacity_air : float
        [Wh/m3/K].
    temperature_inside, temperature_outside : float or None
        Of the design day [degC].

    Returns
    -------
    dict
        ``coefficient_transmission``, ``coefficient_ventilation``, ``coefficient_loss`` [W/K];
        ``heat_transfer`` the mean U-value [W/m2/K]; ``heat_loss`` on the design day [kW].
    """
    area = sum(part["area"] for part in parts)
    through = sum(
        part["area"] * part["heat_transfer"] * part["fraction_temperature"] for part in parts
    )
    transmission = through + area * heat_transfer_bridges
    air = volume * rate_air_change * heat_capacity_air * (1 - efficiency_recovery)
    total = transmission + air
    peak = None
    if temperature_outside is not None:
        peak = total * (temperature_inside - temperature_outside) / _W_PER_KW
    return {
        "coefficient_transmission": transmission,
        "coefficient_ventilation": air,
        "coefficient_loss": total,
        "heat_transfer": transmission / area,
        "heat_loss": peak,
    }


def heating(
    *,
    coefficient_loss: float,
    degree_days: float | None,
    city: str | None,
    efficiency: float,
    fraction_gains: float,
    factor_operation: float,
    price_energy: float | None,
    emission_factor_energy: float | None,
    degree_day: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the heat a building takes in a year by degree days, its energy, cost and emissions.

    Parameters
    ----------
    coefficient_loss : float
        [W/K].
    degree_days : float or None
        Heating [K d]; else those of the city.
    city : str or None
        Name or code in `degree_day`.
    efficiency : float
        Of the plant: a boiler below 1, a heat pump's seasonal performance above [-].
    fraction_gains : float
        Of the heat, from sun, people and machines [-].
    factor_operation : float
        Part of the degree days that is heated (nights off, holidays) [-].
    price_energy : float or None
        [CNY/kWh].
    emission_factor_energy : float or None
        [kg/kWh].
    degree_day : sequence of mapping
        Rows of the table.

    Returns
    -------
    dict
        ``degree_days`` [K d], ``heat`` [kWh/yr], ``fuel`` what is bought [kWh/yr], ``cost``
        [CNY/yr], ``emission`` [kg/yr].

    Raises
    ------
    TanluError
        ``calc.needs-one`` and ``calc.city-unknown``.
    """
    days = _degree_days(degree_days, city, degree_day, "hdd18")
    full = coefficient_loss * days * _HOURS_PER_DAY / _W_PER_KW
    heat = full * factor_operation * (1 - fraction_gains)
    fuel = heat / efficiency
    return {
        "degree_days": days,
        "heat": heat,
        "fuel": fuel,
        "cost": None if price_energy is None else fuel * price_energy,
        "emission": None if emission_factor_energy is None else fuel * emission_factor_energy,
    }


def cooling(
    *,
    coefficient_loss: float,
    degree_days: float | None,
    city: str | None,
    energy_gains: float,
    cop: float,
    price_electricity: float | None,
    grid_factor: float | None,
    degree_day: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the cold a building takes in a year and the power for it.

    Parameters
    ----------
    coefficient_loss : float
        [W/K].
    degree_days : float or None
        Cooling [K d]; else those of the city.
    city : str or None
        Name or code in `degree_day`.
    energy_gains : float
        From sun, people and machines in the season [kWh/yr].
    cop : float
        Of the season [-].
    price_electricity, grid_factor : float or None
        [CNY/kWh], [kg/kWh].
    degree_day : sequence of mapping
        Rows of the table.

    Returns
    -------
    dict
        ``degree_days`` [K d], ``cold``, ``energy_use`` [kWh/yr], ``cost`` [CNY/yr],
        ``emission`` [kg/yr].

    Raises
    ------
    TanluError
        ``calc.needs-one`` and ``calc.city-unknown``.
    """
    days = _degree_days(degree_days, city, degree_day, "cdd26")
    cold = coefficient_loss * days * _HOURS_PER_DAY / _W_PER_KW + energy_gains
    power = cold / cop
    return {
        "degree_days": days,
        "cold": cold,
        "energy_use": power,
        "cost": None if price_electricity is None else power * price_electricity,
        "emission": None if grid_factor is None else power * grid_factor,
    }


def _degree_days(
    given: float | None, city: str | None, rows: Sequence[Mapping[str, Any]], column: str
) -> float:
    if (given is None) == (city is None):
        raise TanluError("calc.needs-one", found="degree_days, city")
    if given is not None:
        return given
    wanted = str(city).strip().casefold()
    for row in rows:
        names = {row["id"], row["name_zh"], row["name_en"].casefold()}
        if wanted in names or (len(wanted) > 1 and wanted.startswith(row["name_zh"])):
            return float(row[column])
    near = [row["name_zh"] for row in rows if row["name_zh"][:1] == wanted[:1]]
    raise TanluError("calc.degree-days-unknown", found=city, near=", ".join(near) or "-")


def calibration(
    *, degree_days: Sequence[float], energy_month: Sequence[float], efficiency: float
) -> dict[str, Any]:
    """Return base load and heat loss coefficient from bills against degree days.

    Least squares of the energy of each period upon its degree days: the slope is what a degree
    day takes, the intercept what does not follow the weather.

    Parameters
    ----------
    degree_days : sequence of float
        Of each period [K d].
    energy_month : sequence of float
        Bought in it [kWh].
    efficiency : float
        Of the plant [-].

    Returns
    -------
    dict
        ``ratio_slope`` [kWh/K/d], ``energy_base`` of a period [kWh],
        ``coefficient_loss`` [W/K], ``ratio_fit`` the coefficient of determination [-].

    Raises
    ------
    TanluError
        ``calc.degree-days-alike`` where fewer than three periods, or none that differ, are given.
    """
    count = len(degree_days)
    if count != len(energy_month) or count <= _LEAST or len(set(degree_days)) == 1:
        raise TanluError("calc.degree-days-alike", found=f"{count}, {len(energy_month)}")
    mean_x, mean_y = sum(degree_days) / count, sum(energy_month) / count
    pairs = list(zip(degree_days, energy_month, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in pairs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread
    base = mean_y - slope * mean_x
    total = sum((y - mean_y) ** 2 for _, y in pairs)
    left = sum((y - base - slope * x) ** 2 for x, y in pairs)
    return {
        "ratio_slope": slope,
        "energy_base": base,
        "coefficient_loss": slope * efficiency * _W_PER_KW / _HOURS_PER_DAY,
        "ratio_fit": 1 - left / total if total else None,
    }


_LEAST = 2  # a line through two points always fits

FORMULAS = {
    "building-calibration": calibration,
    "building-cooling": cooling,
    "building-degree-days": degree_days,
    "building-heat-loss": heat_loss,
    "building-heating": heating,
}
