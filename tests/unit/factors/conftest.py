"""A small hand-made factor world: units, items, factors, profile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tanlu.factors import Book, GridLevel, Place, Profile, compile_book
from tanlu.factors.model import Factor, FactorQuality, Item, ItemConversion, Level
from tanlu.kernel.activity import Site
from tanlu.kernel.periods import year_month

MASS, ENERGY, VOLUME = "mass", "energy", "volume"


SIZES = {
    "kg": (MASS, Fraction(1)),
    "lb": (MASS, Fraction("0.45359237")),
    "MJ": (ENERGY, Fraction(1)),
    "kWh": (ENERGY, Fraction("3.6")),
    "L": (VOLUME, Fraction(1)),
    "tkm": ("transport", Fraction(1)),
}


class HandMadeUnits:
    """Four dimensions, a handful of units, exact."""

    def conversion(self, from_unit: str, to_unit: str, /) -> Fraction | None:
        """Return the exact ratio inside one dimension."""
        if self.dimension(from_unit) != self.dimension(to_unit):
            return None
        return SIZES[from_unit][1] / SIZES[to_unit][1]

    def dimension(self, unit: str, /) -> str:
        """Return the dimension."""
        return SIZES[unit][0]


def factor(name: str, item: str, **changes: Any) -> Factor:
    """Return a factor with everything but its point left at a plain value."""
    gases = changes.pop("gases", {"CO2": Fraction(changes.pop("value", 1))})
    plain = Factor(
        id=name,
        version=1,
        factor_set="A",
        item=item,
        level=Level.DEFAULT,
        key="",
        definition="",
        stream="main",
        data_year=None,
        valid_from=None,
        valid_to=None,
        unit="kg",
        gases=gases,
        quality=FactorQuality.CHECKED,
        gsd=None,
        corr_group="",
        basis="",
        source="invented",
        locator="row 1",
        document_no="",
        published=None,
    )
    return replace(plain, **changes)


def grid(name: str, year: int, value: str, **changes: Any) -> Factor:
    """Return a national grid factor."""
    plain = factor(name, "electricity", value=value, unit="kWh", data_year=year)
    located = replace(plain, level=Level.COUNTRY, key="CN", definition="average")
    return replace(located, **changes)


def step(item: str, from_unit: str, to_unit: str, value: str, **changes: Any) -> ItemConversion:
    """Return a conversion."""
    plain = ItemConversion(
        item=item,
        factor_set="",
        from_unit=from_unit,
        to_unit=to_unit,
        value=Fraction(value),
        basis="NCV",
        quality=FactorQuality.CHECKED,
        source="invented",
        locator="row 1",
    )
    return replace(plain, **changes)


def item(name: str, unit: str = "kg", **changes: Any) -> Item:
    """Return an item."""
    plain = Item(name, name, name, unit, 1, "combustion", 1)
    return replace(plain, **changes)


ITEMS = (
    item("diesel"),
    item("coal"),
    item("raw_coal", factor_item="coal", note_code="COAL_RANK_ASSUMED"),
    item("electricity", "kWh", scope=2, category="electricity"),
    item("refrigerant", category="fugitive"),
)


@dataclass(frozen=True)
class World:
    """What a test compiles a book from."""

    profile: Profile = field(
        default_factory=lambda: Profile(
            id="test",
            sets=("A", "B"),
            grid_location="average",
            grid_market="residual",
            grid_level=GridLevel.PROVINCE,
            gwp_set="X",
            country="CN",
        )
    )
    sites: tuple[Site, ...] = (Site("north", "P1"), Site("south", "P2"))
    places: dict[str, Place] = field(
        default_factory=lambda: {
            "P1": Place("P1", "R1", "CN"),
            "P2": Place("P2", "R1", "CN"),
            "P3": Place("P3", "R2", "CN"),
        }
    )
    gwp: dict[str, dict[str, Decimal]] = field(
        default_factory=lambda: {"X": {"CH4": Decimal(28), "HFC32": Decimal(675)}}
    )
    as_of: date = date(2026, 1, 31)
    years: tuple[int, ...] = (2024,)

    def book(self, *factors: Factor, steps: tuple[ItemConversion, ...] = ()) -> Book:
        """Compile a book of the factors."""
        return compile_book(
            factors,
            steps,
            ITEMS,
            units=HandMadeUnits(),
            profile=self.profile,
            months=[year_month(year, month) for year in self.years for month in range(1, 13)],
            sites=self.sites,
            gwp=self.gwp,
            as_of=self.as_of,
            places=self.places,
            ledger_units=SIZES,
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make() -> Any:
    """Return the makers of factors, grid factors and conversions."""

    class Makers:
        factor = staticmethod(factor)
        grid = staticmethod(grid)
        step = staticmethod(step)

    return Makers
