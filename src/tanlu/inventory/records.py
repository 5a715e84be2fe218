"""From the small tables of a workbook to purchases, lanes and output of a year."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tanlu.inventory.freight import Lane
from tanlu.inventory.instrument import decimal_or_none
from tanlu.inventory.money import net_of_tax
from tanlu.inventory.purchases import Purchase
from tanlu.inventory.totals import Output
from tanlu.kernel.activity import RecordKind
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.kernel.activity import Record

_TAX_INCLUDED = "included"
_PER_PIECE = "piece"
_PER_KG = "kg"


class PurchasesRead(NamedTuple):
    """Purchases of a year, and what is doubtful."""

    purchases: tuple[Purchase, ...]
    findings: tuple[Finding, ...]


class LanesRead(NamedTuple):
    """Lanes of a year, and what is doubtful."""

    lanes: tuple[Lane, ...]
    findings: tuple[Finding, ...]


def read_purchases(
    records: Iterable[Record], *, year: int, tax_fraction: Fraction | None = None
) -> PurchasesRead:
    """Read the purchases of a year from records (M-37).

    Parameters
    ----------
    records : iterable of Record
        Others than purchases are passed over.
    year : int
        Year wanted. A record without a year is left out and asked about.
    tax_fraction : Fraction, optional
        Value-added tax to take off where money includes it; None leaves such money unknown.

    Returns
    -------
    PurchasesRead
        Purchases with money net of tax.
    """
    chosen, findings = _of_year(records, RecordKind.PURCHASE, year)
    purchases = []
    for record in chosen:
        spend, finding = _net_spend(record, tax_fraction)
        findings += [] if finding is None else [finding]
        purchases.append(_purchase(record, spend))
    return PurchasesRead(tuple(purchases), tuple(findings))


def read_lanes(records: Iterable[Record], *, year: int) -> LanesRead:
    """Read the freight lanes of a year from records (M-47)."""
    chosen, findings = _of_year(records, RecordKind.FREIGHT, year)
    return LanesRead(tuple(_lane(record) for record in chosen), tuple(findings))


def read_outputs(records: Iterable[Record], *, year: int) -> tuple[Output, ...]:
    """Read what a year produced: output value and units (M-44).

    Rows of the whole company win over rows of sites; months or sites are added up.

    Parameters
    ----------
    records : iterable of Record
        Others than output are passed over.
    year : int
        Year wanted.

    Returns
    -------
    tuple of Output
        Those stated; nothing is made up for a missing one.
    """
    chosen, _ = _of_year(records, RecordKind.OUTPUT, year)
    whole = [r for r in chosen if not r.fields.get("site")]
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for record in whole or chosen:
        price_year = record.fields.get("price_year")
        money = "CNY" if not price_year else f"CNY ({price_year})"
        unit = record.fields.get("units_unit") or _PER_PIECE
        for name, column, unit_of in (
            ("output_value", "output_value_cny", money),
            ("units", "units_produced", unit),
        ):
            amount = _fraction(record, column)
            if amount is not None:
                sums[name, unit_of] += amount
    return tuple(Output(name, amount, unit) for (name, unit), amount in sorted(sums.items()))


def reported_energy_tce(records: Iterable[Record], *, year: int) -> Fraction | None:
    """Return the energy use the company itself reports [tce]; None when it does not."""
    chosen, _ = _of_year(records, RecordKind.OUTPUT, year)
    known = [tce for r in chosen if (tce := _fraction(r, "energy_tce")) is not None]
    return sum(known, Fraction(0)) if known else None


def _of_year(
    records: Iterable[Record], kind: RecordKind, year: int
) -> tuple[list[Record], list[Finding]]:
    chosen, findings = [], []
    for record in records:
        if record.kind is not kind:
            continue
        stated = decimal_or_none(record.fields.get("year"))
        if stated is None:
            findings.append(_finding("RECORD_NO_YEAR", record))
        elif int(stated) == year:
            chosen.append(record)
    return chosen, findings


def _purchase(record: Record, spend: Fraction | None) -> Purchase:
    text = record.fields.get
    quantity, unit = _amount(record)
    by_kg = _fraction(record, "pcf_kgco2e_per_kg")
    by_piece = _fraction(record, "pcf_kgco2e_per_piece")
    return Purchase(
        id=record.record_id,
        item=text("item") or "",
        name=text("material") or "",
        supplier=text("supplier") or "",
        site=text("site") or "",
        quantity=quantity,
        unit=unit,
        spend_cny=spend,
        supplier_kg_per_unit=by_piece if by_kg is None else by_kg,
        supplier_unit=_PER_PIECE if by_kg is None else _PER_KG,
        source=record.source,
    )


def _amount(record: Record) -> tuple[Fraction | None, str]:
    """Return the mass where there is one, else the quantity in its ledger unit."""
    mass = _fraction(record, "mass_kg")
    if mass is not None:
        return mass, _PER_KG
    return _fraction(record, "quantity"), record.fields.get("unit") or ""


def _net_spend(
    record: Record, tax_fraction: Fraction | None
) -> tuple[Fraction | None, Finding | None]:
    spend = _fraction(record, "spend_cny")
    if spend is None or record.fields.get("tax") != _TAX_INCLUDED:
        return spend, None
    if tax_fraction is None:
        return None, _finding("PURCHASE_TAX_UNKNOWN", record)
    return net_of_tax(spend, tax_fraction), None


def _lane(record: Record) -> Lane:
    text = record.fields.get
    return Lane(
        id=record.record_id,
        name=text("route") or "",
        item=text("item") or _MODE_ITEM.get(text("mode") or "", ""),
        mass_t=_fraction(record, "mass_t"),
        distance_km=_fraction(record, "distance_km"),
        spend_cny=_fraction(record, "cost_cny"),
        tkm=_fraction(record, "tkm"),
        is_outbound=text("direction") == "outbound",
        site=text("site") or "",
        source=record.source,
    )


_MODE_ITEM = {mode: f"{mode}_freight" for mode in ("road", "rail", "inland", "sea", "air")}


def _fraction(record: Record, column: str) -> Fraction | None:
    value = decimal_or_none(record.fields.get(column))
    return None if value is None else Fraction(value)


def _finding(code: str, record: Record) -> Finding:
    return Finding(
        code,
        Outcome.ASK,
        file=record.source.file,
        sheet=record.source.sheet,
        cell=record.source.cell,
        facts={"kind": record.kind.value},
    )
