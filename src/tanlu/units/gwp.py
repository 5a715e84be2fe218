"""Masses of gases to CO2 equivalent by one GWP set."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

CO2E = "CO2e"
BIOGENIC = "CO2bio"


def co2e(
    gases: Mapping[str, Fraction], gwp: Mapping[str, Decimal], *, gwp_set: str = ""
) -> Fraction:
    """Return the CO2 equivalent of masses of gases, in their unit of mass.

    Parameters
    ----------
    gases : Mapping[str, Fraction]
        Gas to mass. ``CO2e`` counts as it is; ``CO2bio`` is a memo and does not count.
    gwp : Mapping[str, Decimal]
        Gas to GWP100 [-] of one set.
    gwp_set : str
        Name of the set, for the error.

    Returns
    -------
    Fraction
        Exact.

    Raises
    ------
    TanluError
        ``units.unknown-gas`` when the set has no GWP for a gas: it is never counted as zero.

    Notes
    -----
    Rules M-01, M-08: sum of mass times GWP100.
    """
    return sum(by_gas(gases, gwp, gwp_set=gwp_set).values(), start=Fraction(0))


def by_gas(
    gases: Mapping[str, Fraction], gwp: Mapping[str, Decimal], *, gwp_set: str = ""
) -> dict[str, Fraction]:
    """Return the CO2 equivalent of each gas, in the unit of mass; biogenic CO2 is left out.

    Raises
    ------
    TanluError
        ``units.unknown-gas`` when the set has no GWP for a gas.
    """
    return {
        gas: mass if gas == CO2E else mass * _of(gas, gwp, gwp_set)
        for gas, mass in gases.items()
        if gas != BIOGENIC
    }


def _of(gas: str, gwp: Mapping[str, Decimal], gwp_set: str) -> Fraction:
    if gas in gwp:
        return Fraction(gwp[gas])
    if gas == "CO2":
        return Fraction(1)
    raise TanluError("units.unknown-gas", gas=gas, gwp_set=gwp_set)
