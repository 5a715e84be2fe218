"""What changed between two years: growth, mix, own action, and what the grid did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.hotspots.lmdi import decompose
from tanlu.kernel.errors import TanluError
from tanlu.kernel.rounding import split_largest_remainder

if TYPE_CHECKING:
    from collections.abc import Mapping


class Driver(StrEnum):
    """The six drivers of a change in emissions, in the order of the product."""

    ACTIVITY = "activity"  # output
    STRUCTURE = "structure"  # which site makes it, or uses the energy
    INTENSITY = "intensity"  # energy per output
    FUEL = "fuel"  # which energy carrier
    GREEN = "green"  # part not covered by green power
    FACTOR = "factor"  # emission factor: the grid's, a fuel edition's


@dataclass(frozen=True, slots=True)
class CellYear:
    """One item at one site in one year.

    Parameters
    ----------
    amount : float
        Energy [GJ] when `is_energy`, else the amount in the item's ledger unit.
    emissions_t : float
        Emissions [tCO2e].
    green_fraction : float
        Part of the amount that counts as zero by green power, 0 to 1 [-].
    is_energy : bool
        Whether it takes part in the energy mix.
    """

    amount: float
    emissions_t: float
    green_fraction: float = 0.0
    is_energy: bool = True


@dataclass(frozen=True, slots=True)
class YearProfile:
    """Output and cells of one year.

    Parameters
    ----------
    output : float
        Output of the group, in constant prices or physical units; the same in both years.
    cells : Mapping of (site, item) to CellYear
        What was used and emitted.
    site_output : Mapping of str to float
        Output by site, in the same unit. Empty when it is not known: then structure is the
        site's share of the group's energy, and intensity is the group's.
    """

    output: float
    cells: Mapping[tuple[str, str], CellYear]
    site_output: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Drivers:
    """Effects of the drivers between two years, and the check that they add up.

    Parameters
    ----------
    effects_t : Mapping of Driver to float
        Effect of each driver [tCO2e].
    effects_mg : Mapping of Driver to int
        The same as integers that sum to `delta_mg` [mg].
    delta_mg : int
        Change of the emissions of all cells [mg].
    by_site : bool
        Whether structure is by site output (True) or by site energy (False).
    """

    effects_t: Mapping[Driver, float]
    effects_mg: Mapping[Driver, int]
    delta_mg: int
    by_site: bool


_MG_PER_T = 10**9
_PRECISION = 1e-9


def explain_change(first: YearProfile, second: YearProfile) -> Drivers:
    """Split the change in emissions between two years over the six drivers.

    Parameters
    ----------
    first, second : YearProfile
        The two years, in one boundary, one fuel edition and one GWP set: a change of those is
        a bar of its own, not a driver.

    Returns
    -------
    Drivers
        Effects whose integers sum exactly to the change.

    Raises
    ------
    TanluError
        ``hotspots.no-output`` when a year has no positive output;
        ``hotspots.negative-cell`` when an amount or a factor is negative.

    Notes
    -----
    Rule M-61: ``E = Q * S * I * F * G * C`` for each site and energy carrier. Items that are
    no energy have F = 1, S = 1 and I = amount per output.
    """
    for year in (first, second):
        if year.output <= 0:
            raise TanluError("hotspots.no-output", found=year.output)
    by_site = bool(first.site_output) and bool(second.site_output)
    keys = sorted(set(first.cells) | set(second.cells))
    products = [
        (_cell_factors(first, key, by_site=by_site), _cell_factors(second, key, by_site=by_site))
        for key in keys
    ]
    effects = _without_noise(decompose(products, len(Driver)), first, second)
    delta_mg = _total_mg(second) - _total_mg(first)
    return Drivers(
        effects_t=dict(zip(Driver, effects, strict=True)),
        effects_mg=dict(zip(Driver, _close(effects, delta_mg), strict=True)),
        delta_mg=delta_mg,
        by_site=by_site,
    )


def _without_noise(effects: list[float], first: YearProfile, second: YearProfile) -> list[float]:
    """Return the effects with those below the precision of the split as zero."""
    totals = [sum(cell.emissions_t for cell in year.cells.values()) for year in (first, second)]
    least = _PRECISION * max(*totals, 0.0)
    return [effect if abs(effect) > least else 0.0 for effect in effects]


def _total_mg(year: YearProfile) -> int:
    return sum(round(cell.emissions_t * _MG_PER_T) for cell in year.cells.values())


def _close(effects: list[float], delta_mg: int) -> list[int]:
    """Round the effects to mg and give what is left to the largest, so that they sum exactly."""
    rounded = [round(effect * _MG_PER_T) for effect in effects]
    left = delta_mg - sum(rounded)
    weights = [abs(part) for part in rounded]
    if left and sum(weights) == 0:
        weights[0] = 1
    shares = split_largest_remainder(left, weights) if left else [0] * len(rounded)
    return [part + share for part, share in zip(rounded, shares, strict=True)]


def _cell_factors(
    year: YearProfile, key: tuple[str, str], *, by_site: bool
) -> tuple[float | None, ...]:
    site, _ = key
    cell = year.cells.get(key)
    is_energy = cell.is_energy if cell else True
    amount = cell.amount if cell else 0.0
    green = 1.0 - cell.green_fraction if cell else None
    carried = amount * green if green is not None else 0.0
    factor = cell.emissions_t / carried if cell and carried else None
    if not is_energy:
        return (year.output, 1.0, amount / year.output, 1.0, green, factor)
    site_energy = sum(
        other.amount for (name, _), other in year.cells.items() if name == site and other.is_energy
    )
    group_energy = sum(other.amount for other in year.cells.values() if other.is_energy)
    fuel = amount / site_energy if site_energy else None
    if by_site:
        made = year.site_output.get(site, 0.0)
        structure = made / year.output
        intensity = site_energy / made if made else None
    else:
        structure = site_energy / group_energy if group_energy else None  # type: ignore[assignment]  # None is an undefined ratio
        intensity = group_energy / year.output
    return (year.output, structure, intensity, fuel, green, factor)
