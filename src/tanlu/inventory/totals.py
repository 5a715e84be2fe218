"""From exact sums of rows to the inventory of a year: totals, breakdowns, intensity."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from tanlu.inventory.cells import Cells
from tanlu.inventory.coverage import measure_coverage
from tanlu.inventory.model import Amount, Basis, Both, Intensity, Inventory
from tanlu.inventory.tce import sum_energy
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_of
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.factors.model import Item
    from tanlu.inventory.ledger import GreenPowerLedger
    from tanlu.inventory.model import Line, Part
    from tanlu.inventory.tce import EnergyTables
    from tanlu.kernel.findings import Finding
    from tanlu.kernel.results import SummaryRow

_MG_PER_T = 10**9
_Key = TypeVar("_Key", str, int)


@dataclass(frozen=True, slots=True)
class Output:
    """What a year produced: the denominator of an intensity.

    Parameters
    ----------
    name : str
        ``output_value`` or ``units``.
    amount : Fraction
        Amount in `unit`, positive.
    unit : str
        For example ``10^4 CNY (2020)`` or ``piece``.
    """

    name: str
    amount: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class InventoryInputs:
    """Everything an inventory is made from.

    Parameters
    ----------
    year : int
        Calendar year; rows of other years are passed over.
    summary : tuple of SummaryRow
        The engine's exact sums, all streams.
    items : Mapping[str, Item]
        Items by id.
    iso_of_scope3 : Mapping[str, int]
        Scope 3 category to ISO 14064-1 category, table ``scope3_category``.
    ledger : GreenPowerLedger or None
        The electricity ledger; None leaves market-based electricity to the market rows.
    lines : tuple of Line
        Scope 3 lines beside the activity rows.
    quarantined : int
        Rows of the year in quarantine.
    silent_sites : tuple of str
        Sites that should have rows of the year and have none.
    undated : int
        Purchases and lanes that name no year.
    evidence : Mapping[str, int]
        Rows by quality of evidence.
    outputs : tuple of Output
        Denominators of intensities.
    energy : EnergyTables or None
        Coal equivalents and heating values.
    """

    year: int
    summary: tuple[SummaryRow, ...]
    items: Mapping[str, Item]
    iso_of_scope3: Mapping[str, int]
    ledger: GreenPowerLedger | None = None
    lines: tuple[Line, ...] = ()
    quarantined: int = 0
    silent_sites: tuple[str, ...] = ()
    undated: int = 0
    evidence: Mapping[str, int] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    energy: EnergyTables | None = None


def take_inventory(inputs: InventoryInputs) -> Inventory:
    """Sum a year to its inventory (M-40…M-44).

    Parameters
    ----------
    inputs : InventoryInputs
        Rows, lines, ledger and tables.

    Returns
    -------
    Inventory
        Every total with what it covers; a sum over nothing resolved is None, not zero.

    Raises
    ------
    TanluError
        ``inventory.sum-broken`` or ``inventory.allocation-broken`` if an identity fails.
    """
    year = [row for row in inputs.summary if year_of(row.ym) == inputs.year]
    main = [row for row in year if row.stream is Stream.MAIN]
    cells = Cells(inputs.items, inputs.iso_of_scope3)
    cells.add_rows(year)
    cells.add_lines(inputs.lines)
    cells.mark_missing_market()
    rounding: dict[str, int] = {}
    if inputs.ledger is not None:
        rounding = cells.add_rounding(inputs.ledger)
        cells.add_ledger(inputs.ledger)
    parts = cells.parts()
    coverage = measure_coverage(
        main,
        inputs.lines,
        items=inputs.items,
        others=[row for row in year if row.stream is not Stream.MAIN],
        quarantined=inputs.quarantined,
        silent_sites=inputs.silent_sites,
        undated=inputs.undated,
        evidence=inputs.evidence,
    )
    inventory = Inventory(
        year=inputs.year,
        total=_sum_parts(parts),
        scope1=_sum_parts(_of_scope(parts, 1)).location,
        scope2=_sum_parts(_of_scope(parts, 2)),
        scope3=_sum_parts(_of_scope(parts, 3)).location,
        scope3_by_category={
            category: both.location
            for category, both in _group(_of_scope(parts, 3), lambda p: p.category).items()
        },
        iso=_group([p for p in parts if p.iso_category], lambda p: p.iso_category),
        by_site=_group(parts, lambda p: p.site),
        by_item=_group(parts, lambda p: p.item),
        by_gas_mg={basis: _sum_gases(parts, basis) for basis in Basis},
        biogenic_mg=sum(p.biogenic_mg for p in parts),
        parts=parts,
        lines=inputs.lines,
        coverage=coverage,
        green_power=inputs.ledger,
        allocation_rounding_mg=sum(rounding.values()),
        rounding_by_site_mg=rounding,
        intensity=_intensities(parts, inputs.outputs),
        energy=sum_energy(main, inputs.items, tables=inputs.energy),
        findings=(*coverage.reasons, *_ledger_findings(inputs.ledger)),
    )
    check_inventory(inventory)
    return inventory


def check_inventory(inventory: Inventory) -> None:
    """Check that every breakdown adds up to its total, difference exactly 0 (M-43).

    Raises
    ------
    TanluError
        ``inventory.sum-broken`` with what does not add up.
    """
    for basis in Basis:
        total = inventory.total.of(basis).co2e_mg or 0
        gases = sum(inventory.by_gas_mg[basis].values())
        scopes = [inventory.scope1, inventory.scope2.of(basis), inventory.scope3]
        sums = {
            "gases": gases,
            "sites": _known(both.of(basis) for both in inventory.by_site.values()),
            "items": _known(both.of(basis) for both in inventory.by_item.values()),
            "scopes": _known(scopes),
            "iso": _known(both.of(basis) for both in inventory.iso.values()),
            "categories": _known(inventory.scope3_by_category.values()) + _known(scopes[:2]),
        }
        for what, found in sums.items():
            if found != total:
                raise TanluError("inventory.sum-broken", what=what, expected=total, found=found)


def _known(amounts: Iterable[Amount]) -> int:
    return sum(amount.co2e_mg or 0 for amount in amounts)


def _of_scope(parts: Iterable[Part], scope: int) -> list[Part]:
    return [part for part in parts if part.scope == scope]


def _group(parts: Iterable[Part], key: Callable[[Part], _Key]) -> dict[_Key, Both]:
    groups: dict[_Key, list[Part]] = {}
    for part in parts:
        groups.setdefault(key(part), []).append(part)
    return {name: _sum_parts(groups[name]) for name in sorted(groups)}


def _sum_parts(parts: Iterable[Part]) -> Both:
    """Add parts by both methods; unknown where none of them is known."""
    listed = list(parts)
    return Both(
        _sum_amounts(part.amounts.location for part in listed),
        _sum_amounts(part.amounts.market for part in listed),
    )


def _sum_amounts(amounts: Iterable[Amount]) -> Amount:
    listed = list(amounts)
    known = [amount.co2e_mg for amount in listed if amount.co2e_mg is not None]
    return Amount(
        sum(known) if known else None,
        n=sum(amount.n for amount in listed),
        n_ok=sum(amount.n_ok for amount in listed),
    )


def _sum_gases(parts: Iterable[Part], basis: Basis) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for part in parts:
        sums.update(part.gases_mg[basis])
    return dict(sorted(sums.items()))


def _intensities(parts: Iterable[Part], outputs: Iterable[Output]) -> tuple[Intensity, ...]:
    """Divide scopes 1 and 2 by each output (M-44)."""
    both = _sum_parts(part for part in parts if part.scope in (1, 2))
    return tuple(
        Intensity(
            output=output.name,
            amount=output.amount,
            unit=output.unit,
            location=_divide(both.location, output.amount),
            market=_divide(both.market, output.amount),
        )
        for output in outputs
        if output.amount > 0
    )


def _divide(amount: Amount, denominator: Fraction) -> Fraction | None:
    if amount.co2e_mg is None:
        return None
    return Fraction(amount.co2e_mg, _MG_PER_T) / denominator


def _ledger_findings(ledger: GreenPowerLedger | None) -> tuple[Finding, ...]:
    return () if ledger is None else ledger.findings
