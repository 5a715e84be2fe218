"""Heat and cold a building asks for: envelope, air exchange, degree days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.measures.saving import cost_of
from tanlu.units.ratio import HOURS_PER_DAY, W_PER_KW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_LEAST = 2  # a line through two points always fits


def degree_days(
    *,
    temperature_base: float,
    temperature_mean: Sequence[float] | None,
    temperature_high: Sequence[float] | None,
    temperature_low: Sequence[float] | None,
    days: float,
) -> dict[str, Any]:
    """Return heating and cooling degree days of daily or monthly means.

    Parameters
    ----------
    temperature_base : float
        [degC].
    temperature_mean : sequence of float or None
        Of each period [degC]; else the middle of its highest and lowest.
    temperature_high, temperature_low : sequence of float or None
        Of each period [degC].
    days : float
        Days of one period [d].

    Returns
    -------
    dict
        ``hdd``, ``cdd`` of each period and their sums ``degree_days_heating``,
        ``degree_days_cooling`` [K d].

    Raises
    ------
    TanluError
        ``calc.needs-one`` where the mean is told twice or not at all, ``calc.needs-both`` where
        highest and lowest are not as many.
    """
    extremes = (temperature_high or (), temperature_low or ())
    if len(extremes[0]) != len(extremes[1]):
        raise TanluError("calc.needs-both", found="temperature_high, temperature_low")
    if (temperature_mean is None) == (not extremes[0]):
        raise TanluError("calc.needs-one", found="temperature_mean, temperature_high + _low")
    if temperature_mean is None:
        temperature_mean = [(high + low) / 2 for high, low in zip(*extremes, strict=True)]
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
        peak = total * (temperature_inside - temperature_outside) / W_PER_KW
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
        ``degree_days`` [K d] and their ``confidence``, ``heat``, ``fuel`` what is bought
        [kWh/yr], ``cost`` [CNY/yr], ``emission`` [kg/yr].

    Raises
    ------
    TanluError
        ``calc.needs-one`` and ``calc.degree-days-unknown``.
    """
    days, confidence = _degree_days(degree_days, city, degree_day, "hdd18")
    full = coefficient_loss * days * HOURS_PER_DAY / W_PER_KW
    heat = full * factor_operation * (1 - fraction_gains)
    fuel = heat / efficiency
    return {
        "degree_days": days,
        "confidence": confidence,
        "heat": heat,
        "fuel": fuel,
        "cost": cost_of(fuel, price_energy),
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
        ``degree_days`` [K d] and their ``confidence``, ``cold``, ``energy_use`` [kWh/yr],
        ``cost`` [CNY/yr], ``emission`` [kg/yr].

    Raises
    ------
    TanluError
        ``calc.needs-one`` and ``calc.degree-days-unknown``.
    """
    days, confidence = _degree_days(degree_days, city, degree_day, "cdd26")
    cold = coefficient_loss * days * HOURS_PER_DAY / W_PER_KW + energy_gains
    power = cold / cop
    return {
        "degree_days": days,
        "confidence": confidence,
        "cold": cold,
        "energy_use": power,
        "cost": cost_of(power, price_electricity),
        "emission": None if grid_factor is None else power * grid_factor,
    }


def _degree_days(
    given: float | None, city: str | None, rows: Sequence[Mapping[str, Any]], column: str
) -> tuple[float, str | None]:
    if (given is None) == (city is None):
        raise TanluError("calc.needs-one", found="degree_days, city")
    if given is not None:
        return given, None
    wanted = str(city).strip().casefold()
    for row in rows:
        names = {row["id"], row["name_zh"], row["name_en"].casefold()}
        if wanted in names or (len(wanted) > 1 and wanted.startswith(row["name_zh"])):
            return float(row[column]), str(row["quality"])
    near = [row["name_zh"] for row in rows if row["name_zh"][:1] == wanted[:1]]
    raise TanluError("calc.degree-days-unknown", found=city, near=", ".join(near) or "-")


def weather_normal(
    *, energy: float, energy_base: float, degree_days: float, degree_days_normal: float
) -> dict[str, Any]:
    """Return the energy of a period as it would be in a normal year.

    Parameters
    ----------
    energy, energy_base : float
        Used, and of it what does not follow the weather [kWh/yr].
    degree_days, degree_days_normal : float
        Of the period and of a normal year [K d].

    Returns
    -------
    dict
        ``energy_normal`` [kWh/yr], ``ratio_weather`` normal over actual degree days [-],
        ``ratio_degree_day`` energy of a degree day [kWh/K/d].
    """
    ratio = degree_days_normal / degree_days
    return {
        "energy_normal": energy_base + (energy - energy_base) * ratio,
        "ratio_weather": ratio,
        "ratio_degree_day": (energy - energy_base) / degree_days,
    }


def base_temperature(
    *, temperature_inside: float, heat_flow_gains: float, coefficient_loss: float
) -> dict[str, Any]:
    """Return the outdoor temperature below which a building needs heat.

    Parameters
    ----------
    temperature_inside : float
        [degC].
    heat_flow_gains : float
        Mean from sun, people and machines [W].
    coefficient_loss : float
        [W/K].

    Returns
    -------
    dict
        ``temperature_base`` [degC].
    """
    return {"temperature_base": temperature_inside - heat_flow_gains / coefficient_loss}


def u_value(
    *,
    layers: Sequence[Mapping[str, Any]],
    resistance_inside: float,
    resistance_outside: float,
    area: float | None,
) -> dict[str, Any]:
    """Return the U-value of a wall of layers.

    Parameters
    ----------
    layers : sequence of mapping
        ``thickness`` [m] and ``conductivity`` [W/m/K], or ``resistance_layer`` [m2 K/W].
    resistance_inside, resistance_outside : float
        Of the surfaces [m2 K/W].
    area : float or None
        [m2].

    Returns
    -------
    dict
        ``resistance_total`` [m2 K/W], ``heat_transfer`` [W/m2/K], ``coefficient_loss`` [W/K].

    Raises
    ------
    TanluError
        ``calc.row-needs`` where a layer tells neither.
    """
    total = resistance_inside + resistance_outside
    for place, layer in enumerate(layers):
        if layer["resistance_layer"] is not None:
            total += layer["resistance_layer"]
        elif layer["thickness"] is not None and layer["conductivity"] is not None:
            total += layer["thickness"] / layer["conductivity"]
        else:
            found = "thickness + conductivity, resistance_layer"
            raise TanluError(
                "calc.row-needs", where=f"layers[{place}]", method="layer", found=found
            )
    return {
        "resistance_total": total,
        "heat_transfer": 1 / total,
        "coefficient_loss": None if area is None else area / total,
    }


def window(
    *,
    area_glass: float,
    heat_transfer_glass: float,
    area_frame: float,
    heat_transfer_frame: float,
    length_edge: float,
    coefficient_edge: float,
) -> dict[str, Any]:
    """Return the U-value of a window from glass, frame and edge.

    Parameters
    ----------
    area_glass, area_frame : float
        [m2].
    heat_transfer_glass, heat_transfer_frame : float
        [W/m2/K].
    length_edge, coefficient_edge : float
        Of the edge of the glass [m], [W/m/K].

    Returns
    -------
    dict
        ``heat_transfer`` [W/m2/K], ``coefficient_loss`` [W/K].
    """
    loss = (
        area_glass * heat_transfer_glass
        + area_frame * heat_transfer_frame
        + length_edge * coefficient_edge
    )
    return {"heat_transfer": loss / (area_glass + area_frame), "coefficient_loss": loss}


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
        "coefficient_loss": slope * efficiency * W_PER_KW / HOURS_PER_DAY,
        "ratio_fit": 1 - left / total if total else None,
    }


FORMULAS = {
    "building-base-temperature": base_temperature,
    "building-calibration": calibration,
    "building-cooling": cooling,
    "building-degree-days": degree_days,
    "building-heat-loss": heat_loss,
    "building-heating": heating,
    "building-u-value": u_value,
    "building-weather-normal": weather_normal,
    "building-window": window,
}
