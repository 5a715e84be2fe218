"""What ingest hands to the ledger and the ledger to the engine: rows with their cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from tanlu.kernel.findings import Finding


class RowOp(StrEnum):
    """What a ledger version does to its row."""

    NEW = "new"
    CORRECT = "correct"
    VOID = "void"


class RowKind(StrEnum):
    """Why a quantity may be negative, or not be a purchase."""

    NORMAL = "normal"
    ADJUSTMENT = "adjustment"  # bill adjustment: may be negative
    CORRECTION = "correction"  # correction in the source document: may be negative
    EXPORT = "export"  # delivered to others: negative


class Quality(StrEnum):
    """Evidence behind a quantity, best first."""

    METERED = "metered"
    INVOICED = "invoiced"
    ESTIMATED = "estimated"
    PROXY = "proxy"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class SourceCell:
    """Where a value stands: file name, SHA-256 of the file, sheet and cell or range."""

    file: str
    sha256: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One monthly ledger row.

    Parameters
    ----------
    row_id : str
        Stable id made from the source file's hash, sheet and cell (and part number, when a
        period was split over months).
    site, item : str
        Ids of the site and of the item (energy carrier, material, ...) after aliases.
    ym : int
        Ledger month, ``year * 12 + month``.
    first_day, last_day : date
        The part of the billed period that lies in this month.
    quantity : Decimal
        Number as written; of this part when a period was split (ledger unit times 1e-6 steps).
    unit : str
        Unit as written.
    ledger_unit : str
        Unit code the quantity was folded to by a power of ten: kWh, kg, Nm3, lb, ...
    qty_u : int or None
        Millionths of `ledger_unit`; None when out of the engine's range.
    source : SourceCell
        Cell the number was read from.
    """

    row_id: str
    site: str
    item: str
    ym: int
    first_day: date
    last_day: date
    quantity: Decimal
    unit: str
    ledger_unit: str
    qty_u: int | None
    source: SourceCell
    kind: RowKind = RowKind.NORMAL
    supplier: str = ""
    voucher: str = ""
    quality: Quality = Quality.UNKNOWN
    note: str = ""
    op: RowOp = RowOp.NEW
    version: int = 1


class RecordKind(StrEnum):
    """The small tables of a workbook beside the activity rows."""

    INSTRUMENT = "instrument"  # self-used PV, green power, certificates
    PURCHASE = "purchase"  # materials and goods, by mass and by money
    FREIGHT = "freight"  # lanes: mass, distance, mode
    EQUIPMENT = "equipment"
    OUTPUT = "output"  # output value, units produced, energy as reported
    STACK = "stack"  # exhaust measurements


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a small table, as typed text fields.

    Parameters
    ----------
    record_id : str
        Stable id made from the source file's hash, sheet and row.
    kind : RecordKind
        Which table; `data/schema/record_<kind>.csv` lists its fields, units and meaning.
    fields : Mapping[str, str or None]
        Field name to value: plain decimals in the schema's unit, or text. None is missing.
    source : SourceCell
        First and last cell of the row.
    cells : Mapping[str, str]
        Field name to its own cell.
    """

    record_id: str
    kind: RecordKind
    fields: Mapping[str, str | None]
    source: SourceCell
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that is kept and counted and takes part in no total.

    Parameters
    ----------
    source : SourceCell
        Where it stands.
    raw : Mapping[str, str]
        Header to text as written.
    findings : tuple of Finding
        Why it is held back.
    key : Mapping[str, str]
        What of its identity could be read: site, item, days, or the fields of a record and its
        ``record`` kind; it tells whether a later import brought the row.
    """

    source: SourceCell
    raw: Mapping[str, str]
    findings: tuple[Finding, ...]
    key: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A sum stated by the file itself, beside what was read."""

    source: SourceCell
    site: str
    item: str
    unit: str
    stated: Decimal
    read: Decimal


@dataclass(frozen=True, slots=True)
class Site:
    """A plant: id is its name; province decides the grid factor."""

    id: str
    province: str = ""
    name_en: str = ""
