"""Flue gas losses: Siegert's formula, excess air, condensation."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.measures.equipment.coefficient import coefficients
from tanlu.measures.heat.temperature import crossing
from tanlu.measures.heat.water import Water
from tanlu.units.ratio import KJ_PER_MJ, KPA_PER_MPA, ZERO_CELSIUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.measures.equipment.coefficient import Rows

_AIR_OXYGEN = 21.0  # [%] of dry air, as the ordinance takes it
_O2_SHARE = 0.2095  # of dry air, ISO 2533
_METHANE_OXYGEN, _METHANE_WATER = 2.0, 2.0  # moles a mole of methane takes and gives
_WATER_MOLAR_MASS = 18.01528  # [kg/kmol], IUPAC 2021
_METHANE_MOLAR_MASS = 16.0425
_TABLE_DEGREES = (200.0, 300.0, 400.0, 500.0, 600.0)  # [degF], columns of the table


def flue_loss(
    fuel: str,
    *,
    oxygen: float | None,
    carbon_dioxide: float | None,
    temperature_flue: float,
    temperature_air: float,
    rows: Rows,
) -> float:
    """Return the share of the net heat input that leaves with dry flue gas.

    Parameters
    ----------
    fuel : str
        Of set ``flue_loss``.
    oxygen, carbon_dioxide : float or None
        In the dry flue gas, one of them [%].
    temperature_flue, temperature_air : float
        [degC].
    rows : iterable of mapping
        Rows of the table of coefficients.

    Notes
    -----
    ``(t_flue - t_air) * (A1 / CO2 + B)`` or ``(t_flue - t_air) * (A2 / (21 - O2) + B)`` in per
    cent of the net calorific value.

    Raises
    ------
    TanluError
        ``calc.needs-one``; ``calc.temperatures-cross`` where the flue gas is colder than the air.
    """
    if (oxygen is None) == (carbon_dioxide is None):
        raise TanluError("calc.needs-one", found="oxygen, carbon_dioxide")
    if temperature_flue < temperature_air:
        raise crossing("degC", temperature_flue=temperature_flue, temperature_air=temperature_air)
    a1, a2, b = coefficients(rows, "flue_loss", variant=fuel)
    slope = (
        a1 / carbon_dioxide if carbon_dioxide is not None else a2 / (_AIR_OXYGEN - (oxygen or 0))
    )
    return (temperature_flue - temperature_air) * (slope + b) / 100


def combustion_efficiency(
    *,
    fuel: str,
    oxygen: float | None,
    carbon_dioxide: float | None,
    temperature_flue: float,
    temperature_air: float,
    fraction_other: float,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return the flue gas loss and the efficiency of a boiler on the net calorific value.

    Parameters
    ----------
    fuel : str
        Of set ``flue_loss``.
    oxygen, carbon_dioxide : float or None
        In the dry flue gas, one of them [%].
    temperature_flue, temperature_air : float
        [degC].
    fraction_other : float
        Radiation, unburnt and other losses [-].
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.
    """
    lost = flue_loss(
        fuel,
        oxygen=oxygen,
        carbon_dioxide=carbon_dioxide,
        temperature_flue=temperature_flue,
        temperature_air=temperature_air,
        rows=calculator_coefficient,
    )
    efficiency = 1 - lost - fraction_other
    if efficiency <= 0:
        raise TanluError("calc.no-efficiency", found=f"{efficiency:.3f}")
    air = None if oxygen is None else _AIR_OXYGEN / (_AIR_OXYGEN - oxygen)
    return {
        "fraction_flue_loss": lost,
        "efficiency": efficiency,
        "ratio_air": air,
        "excess_air": None if air is None else (air - 1) * 100,
    }


def condensing(
    *,
    excess_air: float,
    temperature_flue: float,
    temperature_air: float,
    fraction_other: float,
    heating_value: float,
    pressure_atmosphere: float,
    calculator_coefficient: Rows,
    if97_coefficient: Rows,
) -> dict[str, float]:
    """Return the efficiency of a gas boiler that condenses, with methane for the gas.

    Parameters
    ----------
    excess_air : float
        [%].
    temperature_flue, temperature_air : float
        [degC].
    fraction_other : float
        Radiation and other losses [-].
    heating_value : float
        Net, of the gas [MJ/kg].
    pressure_atmosphere : float
        [kPa].
    calculator_coefficient, if97_coefficient : iterable of mapping
        Tables.

    Returns
    -------
    dict
        ``temperature_dew`` [degC], ``fraction_condensed`` of the water made, ``efficiency`` on
        the net calorific value (above 1 is possible), ``efficiency_gross`` on the gross one.

    Notes
    -----
    A mole of methane gives 1 CO2 and 2 H2O. Water stays a gas up to its saturation pressure at
    the flue gas temperature; the rest condenses and gives its heat of evaporation.
    """
    water = Water(if97_coefficient)
    air = _METHANE_OXYGEN * (1 + excess_air / 100) / _O2_SHARE
    dry = 1 + air - _METHANE_OXYGEN
    pressure = pressure_atmosphere / KPA_PER_MPA
    partial = pressure * _METHANE_WATER / (dry + _METHANE_WATER)
    dew = water.saturation_temperature(partial)
    left = _METHANE_WATER
    if temperature_flue + ZERO_CELSIUS < dew:
        boiling = water.saturation_pressure(temperature_flue + ZERO_CELSIUS)
        left = dry * boiling / (pressure - boiling)
    condensed = _METHANE_WATER - left
    liquid, vapour = water.saturated(water.saturation_pressure(temperature_air + ZERO_CELSIUS))
    molar = _WATER_MOLAR_MASS / _METHANE_MOLAR_MASS
    latent = (vapour.enthalpy - liquid.enthalpy) * molar / KJ_PER_MJ / heating_value
    lost = flue_loss(
        "natural_gas",
        oxygen=_AIR_OXYGEN * excess_air / (100 + excess_air),
        carbon_dioxide=None,
        temperature_flue=temperature_flue,
        temperature_air=temperature_air,
        rows=calculator_coefficient,
    )
    net = 1 - lost - fraction_other + condensed * latent
    return {
        "temperature_dew": dew - ZERO_CELSIUS,
        "fraction_condensed": condensed / _METHANE_WATER,
        "efficiency_net": net,
        "efficiency_gross": net / (1 + _METHANE_WATER * latent),
    }


def efficiency_by_table(
    *, excess_air: float, temperature_difference_flue: float, calculator_coefficient: Rows
) -> dict[str, float]:
    """Return the combustion efficiency of a gas boiler by the table of tip sheet 4.

    Parameters
    ----------
    excess_air : float
        9.5 to 81.6 [%].
    temperature_difference_flue : float
        Flue gas over combustion air, 200 to 600 [degF].
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.

    Returns
    -------
    dict
        ``efficiency`` on the gross calorific value, by straight lines between the table's values.
    """
    table = sorted(
        (float(row["low"]), [float(value) for value in row["coefficients"]])
        for row in calculator_coefficient
        if row["set"] == "boiler_efficiency"
    )
    along = [
        (air, _between(list(zip(_TABLE_DEGREES, values, strict=True)), temperature_difference_flue))
        for air, values in table
    ]
    return {"efficiency": _between(along, excess_air) / 100}


def _between(points: Sequence[tuple[float, float]], at: float) -> float:
    """Return the value at a place, on straight lines between points."""
    for (start, left), (end, right) in pairwise(points):
        if start <= at <= end:
            return left + (right - left) * (at - start) / (end - start)
    raise TanluError(
        "calc.off-table", found=f"{at:g}", allowed=f"{points[0][0]:g} – {points[-1][0]:g}"
    )


FORMULAS = {
    "boiler-condensing": condensing,
    "boiler-efficiency-table": efficiency_by_table,
    "boiler-flue-loss": combustion_efficiency,
}
