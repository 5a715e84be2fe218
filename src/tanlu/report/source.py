"""Reads a payload: names by id, amounts with their figure id, sums that know missing parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.inventory.figures import FigureKey, Measure
from tanlu.inventory.model import Basis
from tanlu.report.tree import Column, Kind, Name, Names, Paragraph, Section, Text, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.report.payload import InventoryPayload, ReportPayload
    from tanlu.report.tree import Amount, Node

TONNE = Text("report.unit.tco2e")
CNY = Text("report.unit.cny")
KWH = Text("report.unit.kwh")
CNY_PER_T = Text("report.unit.cny-per-t")


@dataclass(frozen=True, slots=True)
class Source:
    """A payload with the look-ups every section needs."""

    payload: ReportPayload

    @property
    def inventory(self) -> InventoryPayload:
        """The inventory part."""
        return self.payload["inventory"]

    @property
    def year(self) -> int:
        """Year of the inventory."""
        return self.inventory["year"]

    def site(self, site: str | None) -> Node:
        """Return a site's name; the group's own lines have no site."""
        if not site:
            return Text("report.word.group")
        return self._named("sites", site)

    def item(self, item: str) -> Node:
        """Return an item's name, or its id where no name is given."""
        return self._named("items", item)

    def measure(self, measure: str) -> Node:
        """Return a measure's name; an offer ``<measure>@<site>`` names both."""
        known, _, site = measure.partition("@")
        if site and measure not in self._names("measures"):
            named = self._named("measures", known)
            return Text("report.word.site-item", {"item": named, "site": self.site(site)})
        return self._named("measures", measure)

    def family(self, measure: str, layer: str = "") -> str:
        """Return the family of a measure; it decides color and place."""
        named = self._names("measures")
        found = named.get(measure) or named.get(measure.partition("@")[0]) or {}
        family = str(found.get("family") or layer or "other")
        return _FAMILIES.get(family, family)

    def told(self, code: str, facts: Mapping[str, Any]) -> Text:
        """Return a finding's sentence; ids of sites, items and measures become their names."""
        return Text(code, {name: self._fact(name, str(fact)) for name, fact in facts.items()})

    def _fact(self, name: str, fact: str) -> Node:
        look = {"site": self.site, "item": self.item, "measure": self.measure}
        if name == "status" and fact:
            return Text(f"report.status.{fact}")
        if name == "key" and fact in self._names("measures"):
            return self.measure(fact)
        one = look.get(name)
        if one and fact:
            return one(fact)
        many = look.get(name.removesuffix("s"))
        if many and fact:
            return Names(tuple(many(part) for part in fact.split(", ")))
        return fact

    def _names(self, kind: str) -> Mapping[str, Any]:
        listed: Mapping[str, Any] = self.payload.get("names") or {}
        return listed.get(kind) or {}

    def _named(self, kind: str, key: str) -> Name:
        found = self._names(kind).get(key)
        return Name(found["zh"], found.get("en", "")) if found else Name(key, key)

    def tonnes(self, amount: Amount, measure: Measure, **where: Any) -> Value:
        """Return an amount of the inventory in t with the id that opens it."""
        return Value(Kind.TONNES, amount, FigureKey(self.year, measure, **where).id)

    def mass(self, amount: Amount, measure: Measure, **where: Any) -> Value:
        """Return the same for a sentence or a card: four digits and the unit that fits."""
        return Value(Kind.MASS, amount, FigureKey(self.year, measure, **where).id)

    @property
    def total(self) -> float | None:
        """Market-based total [tCO2e]."""
        return self.inventory["total_t"]["market"]


def text(code: str, /, **facts: Node) -> Text:
    """Return a sentence of the catalogue with its facts."""
    return Text(code, facts)


def totals(source: Source) -> dict[str, float | None]:
    """Return the scopes and totals of the year by name [tCO2e]."""
    inventory = source.inventory
    return {
        "scope1": inventory["scope1_t"],
        "scope2_location": inventory["scope2_t"]["location"],
        "scope2_market": inventory["scope2_t"]["market"],
        "scope3": inventory["scope3_t"],
        "location": inventory["total_t"]["location"],
        "market": inventory["total_t"]["market"],
    }


def absent(section: str) -> Section:
    """Return a section that the kind asks for and the payload lacks: why, and what to do."""
    why = Paragraph(Text(f"report.absent.{section}"), "hint")
    return Section(section, Text(f"report.section.{section}"), (why,))


def stated(source: Source, key: str) -> Node:
    """Return what the company states under a key of `tanlu settings`, or that it states nothing."""
    pair = (source.payload.get("statements") or {}).get(key)
    if not pair:
        return Text("report.not-stated", {"key": key})
    return Name(pair["zh"], pair.get("en", ""))


def tonnes(amount: Amount) -> Value:
    """Return t without a figure id."""
    return Value(Kind.TONNES, amount)


def mass(amount: Amount) -> Value:
    """Return a mass for a sentence."""
    return Value(Kind.MASS, amount)


def percent(fraction: Amount) -> Value:
    """Return a fraction of one."""
    return Value(Kind.PERCENT, fraction)


def money(amount: Amount) -> Value:
    """Return money of the plan's price year."""
    return Value(Kind.MONEY, amount)


def count(number: int) -> Value:
    """Return a whole number."""
    return Value(Kind.COUNT, number)


def year(number: int) -> Value:
    """Return a year, which is not a number."""
    return Value(Kind.YEAR, number)


def share(part: float | None, whole: float | None) -> float | None:
    """Return a ratio; unknown or zero below gives unknown."""
    return None if part is None or not whole else part / whole


def total(values: Iterable[float | None]) -> float | None:
    """Return the sum; None when nothing is known, or when one part is unknown."""
    found = list(values)
    if not found or any(value is None for value in found):
        return None
    return sum(value for value in found if value is not None)


def words_column(name: str) -> Column:
    """Return a column of words."""
    return Column(Text(f"report.col.{name}"))


def figures_column(name: str, unit: Node = "") -> Column:
    """Return a column of figures that share a unit."""
    return Column(Text(f"report.col.{name}"), unit=unit, numeric=True)


MARKET = Basis.MARKET
LOCATION = Basis.LOCATION


# Families of the catalogue and layers of the plan that the charts know by another name.
_FAMILIES = {
    "contracts": "green_power",
    "switch": "electrification",
    "fuel_switch": "electrification",
    "stock": "electrification",
    "process": "materials",
    "transport": "logistics",
    "offsets": "capture",
}
