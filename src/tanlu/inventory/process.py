"""Process and fugitive emissions: carbonates, clinker, metals, gases, waste, wastewater.

Coefficients are arguments; their values are rows of the factor tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.inventory.combustion import carbon_to_co2
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping


def co2_from_carbonate(
    mass_t: Fraction,
    factor: Fraction,
    *,
    purity_fraction: Fraction = Fraction(1),
    conversion_fraction: Fraction = Fraction(1),
) -> Fraction:
    """Return the CO2 of a carbonate that is calcined or neutralised (rule M-24).

    Parameters
    ----------
    mass_t : Fraction
        Carbonate used [t].
    factor : Fraction
        CO2 of the pure carbonate [tCO2/t].
    purity_fraction, conversion_fraction : Fraction
        Share of carbonate in the material, share converted, 0 to 1.

    Returns
    -------
    Fraction
        ``m * purity * conversion * EF`` [tCO2].
    """
    _require_fraction("purity", purity_fraction)
    _require_fraction("conversion", conversion_fraction)
    return mass_t * purity_fraction * conversion_fraction * factor


def carbonate_factor(carbonate_g_per_mol: Fraction, co2_g_per_mol: Fraction) -> Fraction:
    """Return the CO2 of a pure carbonate by stoichiometry: ``M(CO2) / M(carbonate)``.

    Parameters
    ----------
    carbonate_g_per_mol, co2_g_per_mol : Fraction
        Molar mass of the carbonate, and of the CO2 one mole of it gives off [g/mol].

    Returns
    -------
    Fraction
        [tCO2/t].

    Examples
    --------
    >>> from fractions import Fraction as F
    >>> float(carbonate_factor(F("100.0869"), F("44.0095")))
    0.43971...
    """
    return co2_g_per_mol / carbonate_g_per_mol


def clinker_factor(
    *,
    cao_fraction: Fraction,
    mgo_fraction: Fraction,
    cao_factor: Fraction,
    mgo_factor: Fraction,
    cao_other_fraction: Fraction = Fraction(0),
    mgo_other_fraction: Fraction = Fraction(0),
) -> Fraction:
    """Return the calcination CO2 of clinker from its oxides (M-24).

    Parameters
    ----------
    cao_fraction, mgo_fraction : Fraction
        Content of the clinker, 0 to 1.
    cao_factor, mgo_factor : Fraction
        CO2 per oxide [tCO2/t].
    cao_other_fraction, mgo_other_fraction : Fraction
        Part of the oxides that did not come from carbonates.

    Returns
    -------
    Fraction
        ``(CaO - CaO') * EF_CaO + (MgO - MgO') * EF_MgO`` [tCO2 per t of clinker].
    """
    cao = cao_fraction - cao_other_fraction
    return cao * cao_factor + (mgo_fraction - mgo_other_fraction) * mgo_factor


def co2_mass_fraction(
    co2_volume_fraction: Fraction,
    *,
    co2_g_per_mol: Fraction,
    other_g_per_mol: Fraction,
) -> Fraction:
    """Return the mass share of CO2 in a shielding gas sold by volume shares (M-25).

    Parameters
    ----------
    co2_volume_fraction : Fraction
        CO2 by volume, 0 to 1.
    co2_g_per_mol, other_g_per_mol : Fraction
        Molar masses of CO2 and of the rest (argon) [g/mol].

    Returns
    -------
    Fraction
        Mass of CO2 per mass of gas [tCO2/t].

    Examples
    --------
    >>> from fractions import Fraction as F
    >>> share = co2_mass_fraction(
    ...     F("0.2"), co2_g_per_mol=F("44.0095"), other_g_per_mol=F("39.948")
    ... )
    >>> round(float(share), 4)
    0.2159
    """
    _require_fraction("co2_volume", co2_volume_fraction)
    co2 = co2_volume_fraction * co2_g_per_mol
    return co2 / (co2 + (1 - co2_volume_fraction) * other_g_per_mol)


def co2_from_carbon_gas(
    carbon_atoms: int, *, co2_g_per_mol: Fraction, gas_g_per_mol: Fraction
) -> Fraction:
    """Return the CO2 of a gas burnt completely, such as acetylene or propane [tCO2/t] (M-25).

    Parameters
    ----------
    carbon_atoms : int
        Carbon atoms per molecule.
    co2_g_per_mol, gas_g_per_mol : Fraction
        Molar masses of CO2 and of the gas [g/mol].

    Returns
    -------
    Fraction
        ``n * M(CO2) / M(gas)``.
    """
    return carbon_atoms * co2_g_per_mol / gas_g_per_mol


@dataclass(frozen=True, slots=True)
class RefrigerantBalance:
    """A year's balance of one refrigerant; None is not recorded, which is not zero [kg].

    Parameters
    ----------
    stock_first, stock_last : Fraction or None
        In cylinders on the first and the last day.
    acquired, disbursed : Fraction or None
        Bought or brought in; sold, returned, recycled or destroyed.
    capacity_increase : Fraction or None
        Full charge of new equipment minus that of retired equipment.
    """

    stock_first: Fraction | None
    stock_last: Fraction | None
    acquired: Fraction | None
    disbursed: Fraction | None
    capacity_increase: Fraction | None


def leak_from_balance(balance: RefrigerantBalance) -> Fraction | None:
    """Return the gas lost in a year by mass balance [kg] (rule M-26).

    Parameters
    ----------
    balance : RefrigerantBalance
        All five entries must be recorded.

    Returns
    -------
    Fraction or None
        ``first - last + acquired - disbursed - capacity increase``; None if an entry is
        missing. A negative loss means a wrong record and is returned as it is.

    References
    ----------
    GHG Protocol, refrigerant guidance (sales approach); IPCC 2006, volume 3, chapter 7.
    """
    entries = (
        balance.stock_first,
        balance.stock_last,
        balance.acquired,
        balance.disbursed,
        balance.capacity_increase,
    )
    first, last, acquired, disbursed, increase = entries
    if first is None or last is None or acquired is None or disbursed is None or increase is None:
        return None
    return first - last + acquired - disbursed - increase


def leak_from_charge(
    charge_kg: Fraction, annual_leak_fraction: Fraction, *, share_of_year: Fraction = Fraction(1)
) -> Fraction:
    """Estimate the gas lost from the charge and a leak rate [kg]; an estimate only (M-26)."""
    _require_fraction("annual_leak", annual_leak_fraction)
    return charge_kg * annual_leak_fraction * share_of_year


def ch4_from_wastewater(
    cod_removed_kg: Fraction,
    *,
    capacity_kgch4_per_kgcod: Fraction,
    correction_fraction: Fraction,
    recovered_kg: Fraction = Fraction(0),
) -> Fraction:
    """Return the methane of industrial wastewater [kgCH4] (rule M-27).

    Parameters
    ----------
    cod_removed_kg : Fraction
        COD treated [kg].
    capacity_kgch4_per_kgcod : Fraction
        Maximum methane producing capacity B0.
    correction_fraction : Fraction
        Methane correction factor MCF of the treatment, 0 to 1.
    recovered_kg : Fraction
        Methane burnt or used [kg].

    Returns
    -------
    Fraction
        ``COD * B0 * MCF - recovered``.

    References
    ----------
    IPCC 2006 Guidelines, volume 5, chapter 6.
    """
    _require_fraction("correction", correction_fraction)
    return cod_removed_kg * capacity_kgch4_per_kgcod * correction_fraction - recovered_kg


def co2_from_waste_burning(
    mass_t: Fraction,
    *,
    carbon_fraction: Fraction,
    fossil_fraction: Fraction,
    combustion_fraction: Fraction,
) -> Fraction:
    """Return the fossil CO2 of burnt waste [tCO2] (rule M-28).

    Parameters
    ----------
    mass_t : Fraction
        Waste burnt [t].
    carbon_fraction : Fraction
        Carbon content CCW, 0 to 1.
    fossil_fraction : Fraction
        Fossil share of the carbon FCF, 0 to 1.
    combustion_fraction : Fraction
        Combustion efficiency EF, 0 to 1.

    Returns
    -------
    Fraction
        ``m * CCW * FCF * EF * 44/12``.

    Notes
    -----
    A print in circulation gives 0.304 and 0.8955, which leaves 44/12 out.

    Examples
    --------
    >>> from fractions import Fraction as F
    >>> shares = dict(carbon_fraction=F("0.4"), fossil_fraction=F("0.4"))
    >>> float(co2_from_waste_burning(F(1), combustion_fraction=F("0.95"), **shares))
    0.55733...
    """
    _require_fraction("carbon", carbon_fraction)
    _require_fraction("fossil", fossil_fraction)
    _require_fraction("combustion", combustion_fraction)
    return carbon_to_co2(mass_t * carbon_fraction * fossil_fraction * combustion_fraction)


def co2_from_carbon_flows(
    inputs_t: Mapping[str, Fraction],
    outputs_t: Mapping[str, Fraction],
    *,
    factors: Mapping[str, Fraction],
) -> Fraction:
    """Return the CO2 of a mass balance: carbon carried in minus carbon carried out (M-29).

    Parameters
    ----------
    inputs_t, outputs_t : Mapping[str, Fraction]
        Material to mass [t]: fluxes, electrodes, pig iron in; steel, by-products out.
    factors : Mapping[str, Fraction]
        Material to CO2 equivalent of its carbon [tCO2/t].

    Returns
    -------
    Fraction
        ``sum(in * EF) - sum(out * EF)`` [tCO2].

    Raises
    ------
    TanluError
        ``inventory.flow-factor-missing`` if a material has no factor: missing is not zero.

    References
    ----------
    GB/T 32151.5, iron and steel.
    """
    missing = sorted({*inputs_t, *outputs_t} - set(factors))
    if missing:
        raise TanluError("inventory.flow-factor-missing", materials=", ".join(missing))
    carried_in = sum((mass * factors[name] for name, mass in inputs_t.items()), Fraction(0))
    carried_out = sum((mass * factors[name] for name, mass in outputs_t.items()), Fraction(0))
    return carried_in - carried_out


def co2e_from_anode_effect(
    metal_t: Fraction, *, kg_per_t: Mapping[str, Fraction], gwp: Mapping[str, Fraction]
) -> Fraction:
    """Return the CO2e of the perfluorocarbons of aluminium smelting [kgCO2e] (M-29).

    Parameters
    ----------
    metal_t : Fraction
        Aluminium produced [t].
    kg_per_t : Mapping[str, Fraction]
        Gas to emission per tonne (CF4, C2F6) [kg/t].
    gwp : Mapping[str, Fraction]
        Gas to GWP100 of the chosen set.

    Returns
    -------
    Fraction
        ``Al * sum(kg_per_t * GWP)``.
    """
    return metal_t * sum((rate * gwp[gas] for gas, rate in kg_per_t.items()), Fraction(0))


def _require_fraction(name: str, value: Fraction) -> None:
    if not 0 <= value <= 1:
        raise TanluError("inventory.not-a-fraction", name=name, found=float(value))
