"""Boilers: tuning, economizer, and what another energy in their place saves and emits."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Finding, Outcome
from tanlu.measures.heat.flue import flue_loss
from tanlu.measures.heat.temperature import crossing
from tanlu.measures.saving import cost_of, saved_fuel, saved_money
from tanlu.units.ratio import BTU_PER_MMBTU, KG_PER_T, KWH_PER_GJ

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.measures.equipment.coefficient import Rows

_PUBLISHED_YEAR = 2023  # of the grid paths; their later years are assumed
_SAME = 1e-9


def tuning(
    *,
    fuel_use: float,
    efficiency_old: float,
    efficiency_new: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what a better efficiency saves of the fuel: ``fuel (1 - old / new)``.

    Parameters
    ----------
    fuel_use : float
        Now [MMBtu/yr].
    efficiency_old, efficiency_new : float
        [-], on the same calorific value.
    price_fuel : float or None
        [CNY/MMBtu].
    investment, life : float or None
        [CNY], [yr].

    Raises
    ------
    TanluError
        ``calc.efficiency-falls``.
    """
    _require_rise(efficiency_old, efficiency_new)
    saved = fuel_use * (1 - efficiency_old / efficiency_new)
    return saved_fuel(saved, price_fuel, investment, life) | {
        "saving": 1 - efficiency_old / efficiency_new
    }


def _require_rise(old: float, new: float) -> None:
    if new < old:
        raise TanluError("calc.efficiency-falls", found=f"{new:g}", allowed=f"{old:g}")


def economizer_table(
    *,
    mass_flow: float,
    enthalpy_steam: float,
    enthalpy_feedwater: float,
    heat_flow_recoverable: float,
    hours: float,
    efficiency: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what an economizer saves, by the table of tip sheet 3.

    Parameters
    ----------
    mass_flow : float
        Steam [lb/h].
    enthalpy_steam, enthalpy_feedwater : float
        [Btu/lb].
    heat_flow_recoverable : float
        From the table [MMBtu/h].
    hours : float
        [h/yr].
    efficiency : float
        Of the boiler [-].
    price_fuel : float or None
        [CNY/MMBtu].
    investment, life : float or None
        [CNY], [yr].
    """
    output = mass_flow * (enthalpy_steam - enthalpy_feedwater) / BTU_PER_MMBTU
    fuel = heat_flow_recoverable * hours / efficiency
    return {"heat_flow_boiler": output, **saved_fuel(fuel, price_fuel, investment, life)}


def economizer(
    *,
    fuel: str,
    fuel_use: float,
    oxygen: float,
    temperature_flue: float,
    temperature_flue_new: float,
    temperature_air: float,
    fraction_other: float,
    price_fuel: float | None,
    investment: float | None,
    life: float | None,
    calculator_coefficient: Rows,
) -> dict[str, float | None]:
    """Return what a colder flue gas saves, by Siegert's loss before and after.

    Parameters
    ----------
    fuel : str
        Of set ``flue_loss``.
    fuel_use : float
        Now, net calorific value [GJ/yr].
    oxygen : float
        In the dry flue gas [%].
    temperature_flue, temperature_flue_new, temperature_air : float
        [degC].
    fraction_other : float
        Other losses [-].
    price_fuel : float or None
        [CNY/GJ].
    investment, life : float or None
        [CNY], [yr].
    calculator_coefficient : iterable of mapping
        Rows of the table of coefficients.

    Raises
    ------
    TanluError
        ``calc.temperatures-cross`` unless the flue gas gets colder.
    """
    if temperature_flue_new > temperature_flue:
        raise crossing(
            "degC", temperature_flue=temperature_flue, temperature_flue_new=temperature_flue_new
        )
    old, new = (
        1
        - fraction_other
        - flue_loss(
            fuel,
            oxygen=oxygen,
            carbon_dioxide=None,
            temperature_flue=temperature,
            temperature_air=temperature_air,
            rows=calculator_coefficient,
        )
        for temperature in (temperature_flue, temperature_flue_new)
    )
    saved = saved_fuel(fuel_use * (1 - old / new), price_fuel, investment, life)
    return {"efficiency_old": old, "efficiency_new": new, **saved}


def replacement(
    *,
    heat: float,
    efficiency_boiler: float,
    emission_factor: float,
    efficiency_new: float,
    grid_factor: float,
    scenario: str,
    price_fuel: float | None,
    price_electricity: float | None,
    investment: float | None,
    om_added: float | None,
    life: float | None,
    scenario_path: Rows,
) -> dict[str, Any]:
    """Return what an electric boiler in place of a fuel-fired one costs and emits.

    Parameters
    ----------
    heat : float
        Useful, a year [GJ/yr].
    efficiency_boiler : float
        Of the boiler replaced, net calorific value [-].
    emission_factor : float
        Of its fuel, net calorific value [kg/GJ].
    efficiency_new : float
        Heat per electricity [-]: an efficiency, or the COP of a heat pump.
    grid_factor : float
        Of the grid now [kg/kWh].
    scenario : str
        Grid path of the scenario table to look for the year in.
    price_fuel, price_electricity : float or None
        [CNY/GJ], [CNY/kWh].
    investment, om_added, life : float or None
        [CNY], [CNY/yr], [yr].
    scenario_path : iterable of mapping
        Rows of the scenario table.

    Returns
    -------
    dict
        Fuel saved [GJ/yr], electricity used [kWh/yr] and, as energy saved, its negative;
        emissions before and after [t/yr] and their ratio; the grid factor from which it emits
        less and the year in which the path gets there (None where it is there already or never
        gets there, which a note says).
    """
    fuel = heat / efficiency_boiler
    power = heat * KWH_PER_GJ / efficiency_new
    old, new = fuel * emission_factor / KG_PER_T, power * grid_factor / KG_PER_T
    turning = emission_factor / efficiency_boiler * efficiency_new / KWH_PER_GJ
    year, notes = _turning(turning, grid_factor, scenario, scenario_path)
    of_fuel, of_power = cost_of(fuel, price_fuel), cost_of(power, price_electricity)
    money = None if of_fuel is None or of_power is None else of_fuel - of_power - (om_added or 0.0)
    return {
        "fuel_saved": fuel,
        "energy_use": power,
        "energy_saved": -power,
        "emission_old": old,
        "emission_new": new,
        "emission_saved": old - new,
        "ratio_emission": new / old if old else None,
        "saving_emission": 1 - new / old if old else None,
        "grid_factor_turning": turning,
        "year_turning": year,
        "findings": notes,
        "om": om_added,
        **saved_money(money, investment, life),
    }


def _turning(
    wanted: float, grid_factor: float, scenario: str, rows: Rows
) -> tuple[str | None, tuple[Finding, ...]]:
    """Return the first future year in which the grid is not above a factor, and what to note.

    The path starts from the grid factor given: each year is the path's value times the ratio of
    that factor to the path's value of its published year. Between the years of the table the path
    is a straight line.
    """
    told = {
        int(row["year"]): float(row["value"])
        for row in rows
        if row["scenario"] == scenario and row["series"] == "grid_ef"
    }

    def note(code: str, known: float, year: int) -> Finding:
        facts = {
            "name": "year_turning",
            "found": f"{grid_factor:g}",
            "known": f"{known:.4g}",
            "scenario": scenario,
            "year": str(year),
        }
        return Finding(code, Outcome.NOTE, cell="year_turning", facts=facts)

    if grid_factor <= wanted:
        return None, (note("CALC_TURNED_ALREADY", wanted, _PUBLISHED_YEAR),)
    published = told[_PUBLISHED_YEAR]
    ratio = grid_factor / published
    notes = []
    if not math.isclose(ratio, 1.0, rel_tol=_SAME):
        notes.append(note("CALC_PATH_SCALED", published, _PUBLISHED_YEAR))
    year = _year_below(wanted / ratio, told)
    if year is None:
        notes.append(note("CALC_TURNS_NEVER", wanted, max(told)))
    return year, tuple(notes)


def _year_below(wanted: float, told: Mapping[int, float]) -> str | None:
    """Return the first whole year after the published one in which the path is not above."""
    for (start, left), (end, right) in pairwise(sorted(told.items())):
        for year in range(max(start, _PUBLISHED_YEAR + 1), end + 1):
            if left + (right - left) * (year - start) / (end - start) <= wanted:
                return str(year)
    return None


def fuel_switch(
    *,
    heat: float,
    efficiency_old: float,
    emission_factor_old: float,
    price_fuel_old: float | None,
    efficiency_new: float,
    emission_factor_new: float,
    price_fuel_new: float | None,
    investment: float | None,
    life: float | None,
) -> dict[str, float | None]:
    """Return what another fuel for the same heat costs and emits.

    Parameters
    ----------
    heat : float
        Useful, a year [GJ/yr].
    efficiency_old, efficiency_new : float
        Net calorific value [-].
    emission_factor_old, emission_factor_new : float
        Fossil CO2, net calorific value [kg/GJ]; that of biomass is 0, told apart.
    price_fuel_old, price_fuel_new : float or None
        [CNY/GJ].
    investment, life : float or None
        [CNY], [yr].
    """
    old, new = heat / efficiency_old, heat / efficiency_new
    costs = (cost_of(old, price_fuel_old), cost_of(new, price_fuel_new))
    money = None if costs[0] is None or costs[1] is None else costs[0] - costs[1]
    emitted = old * emission_factor_old / KG_PER_T, new * emission_factor_new / KG_PER_T
    return {
        "fuel_saved": old,
        "fuel_use_new": new,
        "emission_old": emitted[0],
        "emission_new": emitted[1],
        "emission_saved": emitted[0] - emitted[1],
        **saved_money(money, investment, life),
    }


FORMULAS = {
    "boiler-economizer": economizer,
    "boiler-economizer-table": economizer_table,
    "boiler-electric": replacement,
    "boiler-fuel-switch": fuel_switch,
    "boiler-tuning": tuning,
}
