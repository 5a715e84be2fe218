"""Every printed number has an id, and the id says which rows stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.factors.gas import UNSPLIT
from tanlu.inventory.model import Basis
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tanlu.factors.model import Item

ELECTRICITY = "electricity"  # id of the item and name of its category
UPSTREAM_CATEGORY = "3"
ENERGY_CATEGORIES = frozenset({"combustion", "mobile", "electricity", "heat"})
_GRID_GAS = "CO2"
_ESCAPES = (("%", "%25"), ("/", "%2F"), ("=", "%3D"))


class Measure(StrEnum):
    """What is summed."""

    TOTAL = "total"
    SCOPE1 = "scope1"
    SCOPE2 = "scope2"
    SCOPE3 = "scope3"
    ISO = "iso"


_SCOPES = {Measure.SCOPE1: (1,), Measure.SCOPE2: (2,), Measure.SCOPE3: (3,)}


@dataclass(frozen=True, slots=True)
class FigureKey:
    """One figure of an inventory, taken apart.

    Parameters
    ----------
    year : int
        Inventory year.
    measure : Measure
        What is summed.
    basis : Basis
        Method of scope 2; scopes 1 and 3 are the same by both.
    site, item, category, gas : str or None
        Restrict the sum; None takes all. The empty site is the group's own lines. The
        category is a scope 3 category, or an ISO 14064-1 category under ``iso``.
    """

    year: int
    measure: Measure = Measure.TOTAL
    basis: Basis = Basis.LOCATION
    site: str | None = None
    item: str | None = None
    category: str | None = None
    gas: str | None = None

    @property
    def id(self) -> str:
        """Id such as ``inv/2024/scope2/market/site=A``."""
        parts = ["inv", str(self.year), self.measure.value]
        if self.measure not in (Measure.SCOPE1, Measure.SCOPE3):
            parts.append(self.basis.value)
        for name in ("site", "item", "category", "gas"):
            value = getattr(self, name)
            if value is not None:
                parts.append(f"{name}={_escape(value)}")
        return "/".join(parts)


@dataclass(frozen=True, slots=True)
class Selection:
    """Result rows behind a figure: one stream, and what it is restricted to.

    Parameters
    ----------
    stream : Stream
        Result stream.
    first_ym, last_ym : int
        Ledger months, both included.
    items : tuple of str
        Items; never empty.
    site, gas : str or None
        None takes all.
    """

    stream: Stream
    first_ym: int
    last_ym: int
    items: tuple[str, ...]
    site: str | None
    gas: str | None


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Everything behind a figure: result rows, scope 3 lines, and the green-power ledger.

    Parameters
    ----------
    selections : tuple of Selection
        Result rows to add up.
    line_categories : tuple of str
        Scope 3 categories whose lines (purchases, freight ...) are added; empty for none.
    site, item, gas : str or None
        The same restriction for lines and allocations.
    has_allocations : bool
        Whether the ledger's additions (rounding, generation without certificates) belong to it.
    """

    selections: tuple[Selection, ...]
    line_categories: tuple[str, ...]
    site: str | None
    item: str | None
    gas: str | None
    has_allocations: bool


def read_figure(figure: str) -> FigureKey:
    """Take a figure id apart.

    Parameters
    ----------
    figure : str
        Id as printed, for example ``inv/2024/total/market/gas=CO2``.

    Returns
    -------
    FigureKey
        Its parts.

    Raises
    ------
    TanluError
        ``inventory.figure-unknown`` if it is not an inventory figure.

    Examples
    --------
    >>> read_figure("inv/2024/scope2/market/site=A").site
    'A'
    """
    try:
        key = _parse(figure.split("/"))
    except (IndexError, ValueError, TypeError) as error:
        raise TanluError("inventory.figure-unknown", figure=figure) from error
    if key.id != figure:
        raise TanluError("inventory.figure-unknown", figure=figure)
    return key


def _parse(parts: list[str]) -> FigureKey:
    _, year, measure, *rest = parts
    basis = Basis.LOCATION
    if rest and rest[0] in tuple(Basis):
        basis, rest = Basis(rest[0]), rest[1:]
    named = {name: _unescape(value) for name, value in (p.split("=") for p in rest)}
    return FigureKey(int(year), Measure(measure), basis=basis, **named)


def row_filter(
    key: FigureKey,
    items: Mapping[str, Item],
    *,
    iso_of_scope3: Mapping[str, int],
    recorded: Collection[str] | None = None,
) -> RowFilter:
    """Return the rows behind a figure (rule M-41).

    Parameters
    ----------
    key : FigureKey
        The figure.
    items : Mapping[str, Item]
        All items by id.
    iso_of_scope3 : Mapping[str, int]
        Scope 3 category to ISO 14064-1 category, table ``scope3_category``.
    recorded : collection of str, optional
        Items that occur in the ledger (`Inventory.by_item`): the others are left out.

    Returns
    -------
    RowFilter
        Its result rows by stream, its scope 3 lines, and whether the ledger adds to it.
    """
    asked = [
        i
        for i in items.values()
        if key.item in (None, i.id) and (recorded is None or i.id in recorded)
    ]
    chosen = [i for i in asked if _is_in(key, i)]
    market = key.basis is Basis.MARKET
    bought = [i.id for i in chosen if market and is_purchased_power(i)]
    main = [i.id for i in chosen if i.id not in bought]
    upstream = [i.id for i in asked if i.category in ENERGY_CATEGORIES]
    wanted = [(Stream.MAIN, main), (Stream.MARKET, bought)]
    categories = _line_categories(key, iso_of_scope3)
    if UPSTREAM_CATEGORY in categories:
        wanted.append((Stream.UPSTREAM, upstream))
    first, last = year_month(key.year, 1), year_month(key.year, 12)
    return RowFilter(
        selections=tuple(
            Selection(stream, first, last, tuple(sorted(ids)), key.site, key.gas)
            for stream, ids in wanted
            if ids
        ),
        line_categories=categories if key.gas in (None, UNSPLIT) else (),
        site=key.site,
        item=key.item,
        gas=key.gas,
        has_allocations=bool(bought) and key.gas in (None, _GRID_GAS),
    )


def is_purchased_power(item: Item) -> bool:
    """Tell whether an item has a market-based result of its own: electricity of scope 2."""
    return item.category == ELECTRICITY and item.scope == _SCOPES[Measure.SCOPE2][0]


def _is_in(key: FigureKey, item: Item) -> bool:
    """Tell whether an item's own (main or market) rows belong to the figure."""
    if item.scope not in _SCOPES.get(key.measure, (1, 2, 3)) or item.category == "memo":
        return False
    if key.measure is Measure.ISO:
        return key.category in (None, str(item.iso_category))
    return key.category in (None, item.category)


def _line_categories(key: FigureKey, iso_of_scope3: Mapping[str, int]) -> tuple[str, ...]:
    """Return the scope 3 categories whose lines belong to the figure."""
    if key.measure in (Measure.SCOPE1, Measure.SCOPE2):
        return ()
    if key.measure is Measure.ISO:
        return tuple(c for c, iso in iso_of_scope3.items() if key.category in (None, str(iso)))
    return tuple(c for c in iso_of_scope3 if key.category in (None, c))


def _escape(text: str) -> str:
    for plain, coded in _ESCAPES:
        text = text.replace(plain, coded)
    return text


def _unescape(text: str) -> str:
    for plain, coded in reversed(_ESCAPES):
        text = text.replace(coded, plain)
    return text
