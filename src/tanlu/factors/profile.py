"""The method choices of one inventory: ordered factor sets, grid definitions, GWP set, boundary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class GridLevel(StrEnum):
    """How finely the location-based grid factor follows the place of a site."""

    PROVINCE = "province"
    REGION = "region"
    NATIONAL = "national"


class Consolidation(StrEnum):
    """How the emissions of partly owned entities are counted."""

    OPERATIONAL = "operational"
    FINANCIAL = "financial"
    EQUITY = "equity"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site lies, as the keys of factors: province, grid region and country."""

    province: str = ""
    region: str = ""
    country: str = ""


def places_of(provinces: Iterable[Mapping[str, object]]) -> dict[str, Place]:
    """Return the keys of each province, from rows of the table `province`."""
    return {
        str(row["id"]): Place(str(row["id"]), str(row["region"] or ""), str(row["country"] or ""))
        for row in provinces
    }


@dataclass(frozen=True, slots=True)
class Profile:
    """The choices that make two inventories comparable; an inventory has exactly one.

    Parameters
    ----------
    id : str
        Stable id such as ``cn-disclosure``.
    sets : tuple of str
        Factor sets that may be used, most wanted first. A user's own factors come before all.
    grid_location, grid_market : str
        Definition of the electricity factor for the two scope 2 results.
    grid_level : GridLevel
        Level of the location-based grid factor.
    gwp_set : str
        Set of GWP100 values: AR4, AR5, AR6, ...
    consolidation : Consolidation
        Boundary approach.
    market_lag : bool
        Whether a market-based (residual) factor of an earlier year may stand in, flagged; if
        not, a year without its own residual factor ends in ``NO_FACTOR``.
    country : str
        Country key of sites whose province is not in the table of places.
    """

    id: str
    sets: tuple[str, ...]
    grid_location: str = ""
    grid_market: str = ""
    grid_level: GridLevel = GridLevel.NATIONAL
    gwp_set: str = ""
    consolidation: Consolidation = Consolidation.OPERATIONAL
    market_lag: bool = True
    country: str = ""

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Profile:
        """Read a profile from a row of the table `profile`; unknown columns are ignored.

        Raises
        ------
        TanluError
            ``factors.profile-invalid`` if a choice is not one of those allowed.
        """
        try:
            return cls(
                id=str(row["id"]),
                sets=tuple(str(name) for name in _sequence(row["sets"])),
                grid_location=str(row.get("grid_location") or ""),
                grid_market=str(row.get("grid_market") or ""),
                grid_level=GridLevel(str(row.get("grid_level") or GridLevel.NATIONAL)),
                gwp_set=str(row.get("gwp_set") or ""),
                consolidation=Consolidation(
                    str(row.get("consolidation") or Consolidation.OPERATIONAL)
                ),
                market_lag=bool(row.get("market_lag", True)),
                country=str(row.get("country") or ""),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TanluError(
                "factors.profile-invalid", profile=row.get("id", ""), problem=error
            ) from error

    def with_gwp(self, gwp_set: str) -> Profile:
        """Return the same profile with another GWP set."""
        return replace(self, gwp_set=gwp_set)

    def definition(self, stream: Stream) -> str:
        """Return the grid definition that a stream uses; empty takes none."""
        return {Stream.MAIN: self.grid_location, Stream.MARKET: self.grid_market}.get(stream, "")

    def may_lag(self, stream: Stream) -> bool:
        """Return whether an earlier data year may stand in for the inventory year."""
        return stream is not Stream.MARKET or self.market_lag

    def place(self, province: str, places: Mapping[str, Place]) -> Place:
        """Return the keys of a site in `province`; a province not in the table is kept as it is."""
        return places.get(province) or Place(province=province, country=self.country)


def _sequence(value: object) -> Iterable[object]:
    """Return the parts of a list cell, or of text parted by semicolons."""
    if isinstance(value, str):
        return [part for part in value.split(";") if part]
    if isinstance(value, (list, tuple)):
        return value
    raise TypeError(value)
