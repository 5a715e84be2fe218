"""The inventory as a pivot: one dimension down, one across, the others as filters."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tanlu.inventory.figures import FigureKey, Measure
from tanlu.inventory.model import Basis, tonnes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from tanlu.inventory.model import Inventory, Part

DOWN = ("scope", "category", "item", "site", "gas")
ACROSS = ("site", "scope", "gas", "none")
_SCOPES = {"1": Measure.SCOPE1, "2": Measure.SCOPE2, "3": Measure.SCOPE3}
_ALL = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """What of an inventory is looked at.

    Parameters
    ----------
    basis : Basis
        Method of scope 2.
    down, across : str
        Dimensions of rows and columns; ``none`` has a total only.
    filters : Mapping of str to str
        Value by dimension; the empty site is the group's own lines.
    """

    basis: Basis = Basis.MARKET
    down: str = "category"
    across: str = "site"
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """A sum, the figure that opens it and what it covers.

    Parameters
    ----------
    t : Decimal or None
        Sum [tCO2e]; None where nothing of it is known.
    figure : str
        Figure id.
    n, n_ok : int
        Rows and lines that belong to it, and those with a result; of a gas they are not told.
    """

    t: Decimal | None
    figure: str
    n: int = 0
    n_ok: int = 0


@dataclass(frozen=True, slots=True)
class Pivot:
    """Rows and columns by value, largest first; scopes in their order."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    row_totals: Mapping[str, Cell]
    column_totals: Mapping[str, Cell]
    total: Cell


def pivot(inventory: Inventory, cut: Cut) -> Pivot:
    """Return the sums of a cut; each is the figure its id says.

    Parameters
    ----------
    inventory : Inventory
        Inventory of a year.
    cut : Cut
        What is looked at.
    """
    rows: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    downs: dict[str, _Sum] = defaultdict(_Sum)
    acrosses: dict[str, _Sum] = defaultdict(_Sum)
    whole = _Sum()
    for part in inventory.parts:
        for values, mg in _entries(part, cut):
            down, across = values.get(cut.down, _ALL), values.get(cut.across, _ALL)
            for held in (rows[down, across], downs[down], acrosses[across], whole):
                held.add(mg, part, cut)

    def cell(held: _Sum, **where: str) -> Cell:
        wanted = {**cut.filters, **{k: v for k, v in where.items() if k in DOWN}}
        return Cell(tonnes(held.mg), key_of(inventory.year, cut.basis, wanted).id, held.n, held.ok)

    return Pivot(
        rows=_ordered(downs, cut.down),
        columns=_ordered(acrosses, cut.across) if cut.across != "none" else (),
        cells={
            (down, across): cell(held, **{cut.down: down, cut.across: across})
            for (down, across), held in rows.items()
        },
        row_totals={down: cell(held, **{cut.down: down}) for down, held in downs.items()},
        column_totals={one: cell(held, **{cut.across: one}) for one, held in acrosses.items()},
        total=cell(whole),
    )


def values_of(inventory: Inventory, basis: Basis, filters: Mapping[str, str]) -> dict[str, Any]:
    """Return by dimension the values that occur within the filters on the others."""
    found: dict[str, set[str]] = {name: set() for name in DOWN}
    for name in DOWN:
        others = {key: value for key, value in filters.items() if key != name}
        cut = Cut(basis, down=name, across="none", filters=others)
        for part in inventory.parts:
            for values, _ in _entries(part, cut):
                found[name].add(values[name])
    return {name: sorted(values) for name, values in found.items()}


def key_of(year: int, basis: Basis, where: Mapping[str, str]) -> FigureKey:
    """Return the figure of an inventory restricted in some dimensions."""
    named = {name: where[name] for name in ("site", "item", "category", "gas") if name in where}
    return FigureKey(year, _SCOPES.get(where.get("scope", ""), Measure.TOTAL), basis, **named)


def _entries(part: Part, cut: Cut) -> Iterator[tuple[dict[str, str], int | None]]:
    """Yield a part once, or once for each gas where gases are looked at."""
    plain = {
        "scope": str(part.scope), "category": part.category, "item": part.item, "site": part.site,
    }  # fmt: skip
    by_gas = "gas" in (cut.down, cut.across) or "gas" in cut.filters
    gases = part.gases_mg.get(cut.basis, {})
    entries = (
        [(plain | {"gas": gas}, mg) for gas, mg in gases.items()]
        if by_gas
        else [(plain, part.amounts.of(cut.basis).co2e_mg)]
    )
    for values, mg in entries:
        if all(values[name] == wanted for name, wanted in cut.filters.items()):
            yield values, mg


class _Sum:
    """Adds milligrams; unknown until one of them is known."""

    __slots__ = ("mg", "n", "ok")

    def __init__(self) -> None:
        self.mg: int | None = None
        self.n = self.ok = 0

    def add(self, mg: int | None, part: Part, cut: Cut) -> None:
        if mg is not None:
            self.mg = (self.mg or 0) + mg
        if "gas" not in (cut.down, cut.across) and "gas" not in cut.filters:
            amount = part.amounts.of(cut.basis)
            self.n += amount.n
            self.ok += amount.n_ok


def _ordered(sums: Mapping[str, _Sum], dimension: str) -> tuple[str, ...]:
    if dimension == "scope":
        return tuple(sorted(sums))
    names: Sequence[str] = sorted(sums, key=lambda name: (-(sums[name].mg or 0), name))
    return tuple(names)
