"""Which gas families an inventory prints and how a gas becomes CO2e."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

BIOGENIC = "CO2bio"
UNSPLIT = "CO2e"
FAMILIES = ("CO2", "CH4", "N2O", "HFC", "PFC", "SF6", "NF3", "HCFC", UNSPLIT)

_EXACT = {"R22": "HCFC", "R14": "PFC", "R116": "PFC", "R218": "PFC", "RC318": "PFC"}
_PREFIXES = (
    ("CO2", "CO2"),
    ("CH4", "CH4"),
    ("N2O", "N2O"),
    ("SF6", "SF6"),
    ("NF3", "NF3"),
    ("HCFC", "HCFC"),
    ("HFC", "HFC"),
    ("HFO", "HFC"),
    ("R", "HFC"),
    ("PFC", "PFC"),
    ("CF4", "PFC"),
    ("C2F6", "PFC"),
    ("C3F8", "PFC"),
    ("C4F", "PFC"),
    ("C5F", "PFC"),
    ("C6F", "PFC"),
)


def family_of(gas: str) -> str | None:
    """Return the family a gas is printed under, or None for a gas that is not known.

    ``CO2e``, a factor published without its gases, stays apart as ``CO2e``.
    """
    if gas in {UNSPLIT, BIOGENIC}:
        return gas
    name = gas.upper().replace("-", "").replace("_", "")
    if name in _EXACT:
        return _EXACT[name]
    return next((family for prefix, family in _PREFIXES if name.startswith(prefix)), None)


def gwp_of(gas: str, gwp: Mapping[str, Decimal]) -> Decimal | int | None:
    """Return the GWP100 of a gas in one set: 1 for CO2 and for CO2e, None if it has none."""
    if gas in {"CO2", UNSPLIT, BIOGENIC}:
        return 1
    return gwp.get(gas)


def co2e_by_family(
    gases: Mapping[str, Fraction], gwp: Mapping[str, Decimal]
) -> dict[str, Fraction] | str:
    """Return kg CO2e per unit of activity by gas family, or the gas that has no GWP.

    Parameters
    ----------
    gases : Mapping[str, Fraction]
        kg of each gas per unit of activity.
    gwp : Mapping[str, Decimal]
        GWP100 by gas [kg CO2e per kg].
    """
    out: dict[str, Fraction] = {}
    for gas, kg in gases.items():
        family, potential = family_of(gas), gwp_of(gas, gwp)
        if family is None or potential is None:
            return gas
        out[family] = out.get(family, Fraction(0)) + kg * Fraction(potential)
    return out
