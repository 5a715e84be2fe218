"""Direct emissions by gas: the mass of each gas beside its CO2e."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.factors.gas import BIOGENIC, UNSPLIT, family_of, gwp_of
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from decimal import Decimal

    from tanlu.kernel.results import SummaryRow


@dataclass(frozen=True, slots=True)
class GasAmount:
    """One gas family of the direct emissions.

    Parameters
    ----------
    gas : str
        Family as printed; ``CO2e`` where a factor does not tell its gases apart.
    co2e_mg : int
        CO2e [mg].
    mass_mg : Fraction or None
        Mass of the gas [mg]; None where it is not known.
    """

    gas: str
    co2e_mg: int
    mass_mg: Fraction | None


def direct_by_gas(
    summary: Iterable[SummaryRow],
    *,
    direct_items: Collection[str],
    gases_of: Callable[[int], Mapping[str, Fraction]],
    gwp: Mapping[str, Decimal],
) -> tuple[GasAmount, ...]:
    """Return CO2e and mass of each gas family of the direct emissions (M-115).

    Parameters
    ----------
    summary : iterable of SummaryRow
        The engine's exact sums.
    direct_items : collection of str
        Items of scope 1.
    gases_of : callable
        Gases of a resolved factor by rid [kg per unit].
    gwp : Mapping[str, Decimal]
        GWP100 by gas.

    Notes
    -----
    Within one factor and family, ``mass = CO2e * sum(kg) / sum(kg * GWP)`` over its gases.
    """
    co2e: dict[str, int] = defaultdict(int)
    mass: dict[str, Fraction | None] = defaultdict(Fraction)
    for row in summary:
        if row.stream is not Stream.MAIN or row.rid is None or row.item not in direct_items:
            continue
        potentials = _potentials(gases_of(row.rid), gwp)
        for family, mg in row.gases_mg.items():
            co2e[family] += mg
            before, mean = mass[family], potentials.get(family)
            mass[family] = None if before is None or not mean else before + Fraction(mg) / mean
    return tuple(GasAmount(gas, co2e[gas], mass[gas]) for gas in sorted(co2e))


def _potentials(gases: Mapping[str, Fraction], gwp: Mapping[str, Decimal]) -> dict[str, Fraction]:
    """Return the mean GWP of each family of a factor, weighted by the mass of its gases."""
    kg: dict[str, Fraction] = defaultdict(Fraction)
    weighted: dict[str, Fraction] = defaultdict(Fraction)
    for gas, amount in gases.items():
        family, potential = family_of(gas), gwp_of(gas, gwp)
        if family in (None, UNSPLIT, BIOGENIC) or potential is None:
            continue
        kg[str(family)] += amount
        weighted[str(family)] += amount * Fraction(potential)
    return {family: weighted[family] / kg[family] for family in kg if kg[family]}
