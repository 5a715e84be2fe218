"""Carbon dioxide from burning a fuel, by mass or volume, heating value and carbon content."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.units.ratio import KG_PER_T

if TYPE_CHECKING:
    from collections.abc import Sequence

_CO2_PER_C = Fraction(44, 12)


def co2_per_unit(
    heat_gj_per_unit: Fraction, carbon_tc_per_gj: Fraction, *, oxidation_fraction: Fraction
) -> Fraction:
    """Return the CO2 of one unit of fuel [tCO2 per unit] (rule M-23).

    Parameters
    ----------
    heat_gj_per_unit : Fraction
        Net calorific value [GJ per t or per 10^4 Nm3], LHV.
    carbon_tc_per_gj : Fraction
        Carbon content on the same heating-value basis [tC/GJ].
    oxidation_fraction : Fraction
        0 to 1.

    Returns
    -------
    Fraction
        ``NCV * CC * OX * 44/12`` [tCO2 per unit].

    References
    ----------
    GB/T 32150-2025; IPCC 2006 Guidelines, volume 2, chapter 1.

    Examples
    --------
    >>> from fractions import Fraction as F
    >>> float(co2_per_unit(F("43.33"), F("0.0202"), oxidation_fraction=F("0.98")))
    3.145122...
    """
    return heat_gj_per_unit * carbon_tc_per_gj * oxidation_fraction * _CO2_PER_C


def co2_from_fuel(
    quantity: Fraction,
    *,
    heat_gj_per_unit: Fraction,
    carbon_tc_per_gj: Fraction,
    oxidation_fraction: Fraction,
) -> Fraction:
    """Return the CO2 of a quantity of fuel: ``FC * NCV * CC * OX * 44/12`` [tCO2] (M-23)."""
    return quantity * co2_per_unit(
        heat_gj_per_unit, carbon_tc_per_gj, oxidation_fraction=oxidation_fraction
    )


def co2_kg_per_tj(carbon_kgc_per_gj: Fraction) -> Fraction:
    """Return the CO2 factor of a fuel from its carbon content, full oxidation [kgCO2/TJ].

    Parameters
    ----------
    carbon_kgc_per_gj : Fraction
        Carbon content [kgC/GJ].

    Returns
    -------
    Fraction
        ``C * 44/12 * 1000`` [kgCO2/TJ], on the heating-value basis of the carbon content.

    References
    ----------
    IPCC 2006 Guidelines, volume 2, tables 1.3 and 1.4.
    """
    return carbon_kgc_per_gj * _CO2_PER_C * KG_PER_T


def mixture_heat(fractions: Sequence[Fraction], heats: Sequence[Fraction]) -> Fraction:
    """Return the heating value of a gas mixture by volume: ``sum(y_i * HV_i)``.

    Parameters
    ----------
    fractions : sequence of Fraction, shape (n,)
        Volume fractions, 0 to 1.
    heats : sequence of Fraction, shape (n,)
        Heating values of the pure gases, all on one basis (net or gross).

    Returns
    -------
    Fraction
        Heating value of the mixture, unit of `heats`; inert parts count zero.
    """
    return sum((y * heat for y, heat in zip(fractions, heats, strict=True)), start=Fraction(0))


def relative_density(
    molar_g_per_mol: Fraction, *, molar_volume_m3_per_kmol: Fraction, air_kg_per_m3: Fraction
) -> Fraction:
    """Return the density of a gas relative to air: ``M / (V_m * rho_air)``.

    Parameters
    ----------
    molar_g_per_mol : Fraction
        Molar mass of the gas or mixture [g/mol].
    molar_volume_m3_per_kmol : Fraction
        Molar volume at the reference state [m3/kmol].
    air_kg_per_m3 : Fraction
        Density of air at the reference state [kg/m3].

    Returns
    -------
    Fraction
        [-]; volume times this times `air_kg_per_m3` is mass.
    """
    return molar_g_per_mol / (molar_volume_m3_per_kmol * air_kg_per_m3)


def carbon_to_co2(carbon: Fraction) -> Fraction:
    """Return the CO2 that an amount of carbon burns to: 44/12 of its mass."""
    return carbon * _CO2_PER_C
