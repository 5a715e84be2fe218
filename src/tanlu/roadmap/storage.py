"""Batteries: energy moved within the day, to own use or from cheap to dear hours."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from tanlu.kernel.plan import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

Series = tuple[Fraction, ...]
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Storage:
    """A battery at a site.

    Parameters
    ----------
    id, site : str
        Ids.
    max_kwh : Fraction
        Largest capacity [kWh].
    shift_per_kwh : Series, shape (T,)
        Electricity given back by a kWh of capacity in a year: full cycles times usable depth
        [electricity units].
    efficiency : Fraction
        Given back per taken in [-].
    spread : Series, shape (T,)
        What a unit given back in dear hours saves on one bought in cheap hours, losses not yet
        counted [CNY/unit].
    capex, om : Series, shape (T,)
        [CNY/kWh], [CNY/kWh/yr].
    life, lead_years, first_year : int
        Years of service, of building, first year in operation (lead time not yet added).
    """

    id: str
    site: str
    max_kwh: Fraction
    shift_per_kwh: Series
    efficiency: Fraction
    spread: Series
    capex: Series
    om: Series
    life: int
    lead_years: int
    first_year: int
    evidence: Evidence = Evidence.TYPED
    name_zh: str = ""
    name_en: str = ""

    @property
    def loss(self) -> Fraction:
        """What is lost per unit given back [-]."""
        return 1 / self.efficiency - 1


class Stocked(Protocol):
    """What has batteries and years: a problem."""

    @property
    def storage(self) -> Mapping[str, Storage]:
        """Batteries by id."""

    @property
    def periods(self) -> int:
        """Number of years."""


class Moved(Protocol):
    """What batteries move, by id: the choices of a plan."""

    @property
    def shifted_own(self) -> Mapping[str, Series]:
        """Of own generation."""

    @property
    def shifted_grid(self) -> Mapping[str, Series]:
        """Of purchases."""


def at_site(problem: Stocked, site: str) -> tuple[Storage, ...]:
    """Return the batteries of a site, sorted by id."""
    return tuple(s for _, s in sorted(problem.storage.items()) if s.site == site)


def raised_use(problem: Stocked, choices: Moved, site: str) -> Series:
    """Return own generation that batteries move into own use, by year [electricity units]."""
    paths = [choices.shifted_own[s.id] for s in at_site(problem, site)]
    return _total(problem, paths)


def lost_use(problem: Stocked, choices: Moved, site: str) -> Series:
    """Return what is bought in addition for moving purchases to other hours [electricity units]."""
    paths = [
        tuple(amount * storage.loss for amount in choices.shifted_grid[storage.id])
        for storage in at_site(problem, site)
    ]
    return _total(problem, paths)


def lost_generation(problem: Stocked, choices: Moved, site: str) -> Series:
    """Return own generation lost on the way through batteries, by year [electricity units]."""
    paths = [
        tuple(amount * storage.loss for amount in choices.shifted_own[storage.id])
        for storage in at_site(problem, site)
    ]
    return _total(problem, paths)


def _total(problem: Stocked, paths: list[Series]) -> Series:
    zero = (ZERO,) * problem.periods
    return tuple(sum(values, ZERO) for values in zip(zero, *paths, strict=True))


def is_physical(alpha: Fraction, beta: Fraction) -> bool:
    """Say whether a pair of an envelope is a bound no battery can raise: all made, or all used."""
    return alpha >= 1 or beta >= 1
