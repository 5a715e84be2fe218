"""Coal equivalent by both conventions, and heat content, of the year's energy."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.inventory.figures import ENERGY_CATEGORIES
from tanlu.inventory.instrument import MILLION
from tanlu.inventory.model import Energy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.factors.model import Item, ItemConversion
    from tanlu.kernel.results import SummaryRow

_PER_T = 1000
_MJ = "MJ"


@dataclass(frozen=True, slots=True)
class EnergyTables:
    """What turns quantities into energy.

    Parameters
    ----------
    conversion : callable
        ``(from_unit, to_unit) -> Fraction or None``, exact; None for other dimensions.
    conversions : tuple of ItemConversion
        Heating values and densities.
    factor_sets : tuple of str
        The profile's sets in order: the first that has a value wins.
    equivalent_kgce_per_kwh : Fraction or None
        Coal used at supply per kWh in that year; None leaves the equivalent value unknown.
    """

    conversion: Callable[[str, str], Fraction | None]
    conversions: tuple[ItemConversion, ...] = ()
    factor_sets: tuple[str, ...] = ()
    equivalent_kgce_per_kwh: Fraction | None = None


def tce(quantity: Fraction, kgce_per_unit: Fraction) -> Fraction:
    """Return coal equivalent [tce] of a quantity by its printed coefficient (rule M-45).

    Parameters
    ----------
    quantity : Fraction
        Amount in the coefficient's unit.
    kgce_per_unit : Fraction
        Printed coefficient [kgce per unit], GB/T 2589.

    Returns
    -------
    Fraction
        [tce].

    Examples
    --------
    >>> float(tce(Fraction(25_120_000), Fraction("0.1229")))
    3087.248
    """
    return quantity * kgce_per_unit / _PER_T


def convert(item: Item, *, from_unit: str, to_unit: str, tables: EnergyTables) -> Fraction | None:
    """Return `to_unit` per `from_unit` of an item: units, or one step of its own.

    Parameters
    ----------
    item : Item
        Its own heating value or density is tried, then that of the item it borrows from.
    from_unit, to_unit : str
        Unit codes.
    tables : EnergyTables
        Conversions; the profile's sets in order.

    Returns
    -------
    Fraction or None
        None if no unit conversion and no single step leads there.
    """
    direct = tables.conversion(from_unit, to_unit)
    if direct is not None:
        return direct
    for name in dict.fromkeys((item.id, item.factor_item)):
        for factor_set in (*tables.factor_sets, ""):
            for step in tables.conversions:
                if step.item != name or step.factor_set != factor_set:
                    continue
                into = tables.conversion(from_unit, step.from_unit)
                out = tables.conversion(step.to_unit, to_unit)
                if into is not None and out is not None:
                    return into * step.value * out
    return None


def sum_energy(
    summary: Iterable[SummaryRow], items: Mapping[str, Item], *, tables: EnergyTables | None
) -> Energy:
    """Sum energy carriers to tce and GJ; what has no coefficient is named, not zero (M-45).

    Parameters
    ----------
    summary : iterable of SummaryRow
        Main rows of the year, resolved or not: energy needs no emission factor.
    items : Mapping[str, Item]
        Items by id.
    tables : EnergyTables or None
        None leaves all energy unknown.

    Returns
    -------
    Energy
        Sums over the items with a coefficient.
    """
    by_item: dict[str, tuple[Fraction | None, Fraction | None, Fraction | None]] = {}
    for item_id, amounts in _quantities(summary, items).items():
        by_item[item_id] = _energy_of(items[item_id], amounts, tables)
    calorific, equivalent, gj = (_sum_known([row[i] for row in by_item.values()]) for i in range(3))
    lacking = tuple(sorted(name for name, row in by_item.items() if None in row))
    return Energy(calorific, equivalent, gj, by_item=by_item, not_counted=lacking)


def _quantities(
    summary: Iterable[SummaryRow], items: Mapping[str, Item]
) -> dict[str, dict[str, Fraction]]:
    sums: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for row in summary:
        item = items.get(row.item)
        if item is not None and item.category in ENERGY_CATEGORIES and row.qty_u is not None:
            sums[row.item][row.unit] += Fraction(row.qty_u, MILLION)
    return {name: dict(by_unit) for name, by_unit in sorted(sums.items())}


def _energy_of(
    item: Item, amounts: Mapping[str, Fraction], tables: EnergyTables | None
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """Return tce calorific, tce equivalent and GJ of an item; None where not known."""
    if tables is None:
        return None, None, None
    calorific = item.tce.get("calorific")
    equivalent = item.tce.get("equivalent")
    if item.category == "electricity":
        equivalent = tables.equivalent_kgce_per_kwh or equivalent
    else:
        equivalent = equivalent or calorific
    return (
        _tce_of(item, amounts, coefficient=calorific, tables=tables),
        _tce_of(item, amounts, coefficient=equivalent, tables=tables),
        _gj_of(item, amounts, tables),
    )


def _tce_of(
    item: Item,
    amounts: Mapping[str, Fraction],
    *,
    coefficient: Fraction | None,
    tables: EnergyTables,
) -> Fraction | None:
    total = _convert_all(item, amounts, to_unit=item.unit, tables=tables)
    return None if total is None or coefficient is None else tce(total, coefficient)


def _gj_of(item: Item, amounts: Mapping[str, Fraction], tables: EnergyTables) -> Fraction | None:
    total = _convert_all(item, amounts, to_unit=_MJ, tables=tables)
    return None if total is None else total / _PER_T


def _convert_all(
    item: Item, amounts: Mapping[str, Fraction], *, to_unit: str, tables: EnergyTables
) -> Fraction | None:
    """Sum amounts of several units in one; None if any of them cannot be converted."""
    total = Fraction(0)
    for unit, amount in amounts.items():
        step = convert(item, from_unit=unit, to_unit=to_unit, tables=tables)
        if step is None:
            return None
        total += amount * step
    return total


def _sum_known(values: list[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) if known else None
