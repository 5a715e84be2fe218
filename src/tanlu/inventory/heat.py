"""Purchased heat: steam and hot water to GJ, GJ to CO2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

_KJ_PER_MJ = 1000


@dataclass(frozen=True, slots=True)
class HeatReference:
    """The reference state of purchased heat, from the table of constants.

    Parameters
    ----------
    enthalpy_kj_per_kg : Fraction
        Enthalpy of the water that comes back or was fed [kJ/kg].
    temperature_c : Fraction
        Its temperature [°C].
    water_kj_per_kg_k : Fraction
        Specific heat of water [kJ/(kg K)].
    """

    enthalpy_kj_per_kg: Fraction
    temperature_c: Fraction
    water_kj_per_kg_k: Fraction


def heat_of_steam_gj(
    mass_t: Fraction, enthalpy_kj_per_kg: Fraction, *, reference: HeatReference
) -> Fraction:
    """Return the heat of purchased steam [GJ] (rule M-38).

    Parameters
    ----------
    mass_t : Fraction
        Steam [t].
    enthalpy_kj_per_kg : Fraction
        Enthalpy at its pressure and temperature [kJ/kg]; a mass of steam without them has
        no heat (ask, never assume).
    reference : HeatReference
        Reference state.

    Returns
    -------
    Fraction
        ``t * (h - h0) / 1000`` [GJ].

    References
    ----------
    GB/T 32150-2025 and the 24 industry guides of 2013 to 2015, purchased heat.
    """
    return mass_t * (enthalpy_kj_per_kg - reference.enthalpy_kj_per_kg) / _KJ_PER_MJ


def heat_of_hot_water_gj(
    mass_t: Fraction, temperature_c: Fraction, *, reference: HeatReference
) -> Fraction:
    """Return the heat of purchased hot water [GJ]: ``t * (T - T0) * c / 1000`` (M-38).

    Parameters
    ----------
    mass_t : Fraction
        Water [t].
    temperature_c : Fraction
        Temperature at delivery [°C].
    reference : HeatReference
        Reference state.

    Returns
    -------
    Fraction
        [GJ].
    """
    rise = temperature_c - reference.temperature_c
    return mass_t * rise * reference.water_kj_per_kg_k / _KJ_PER_MJ


def co2_from_heat(heat_gj: Fraction, factor_t_per_gj: Fraction) -> Fraction:
    """Return the CO2 of purchased heat [tCO2]; own boilers are fuel, never this (M-38)."""
    return heat_gj * factor_t_per_gj
