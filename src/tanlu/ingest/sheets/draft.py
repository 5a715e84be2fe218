"""Rows on their way to the ledger: one per source cell, before duplicates are held back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.ingest.model import SheetReport
from tanlu.kernel.activity import ActivityRow, Quality, RowKind
from tanlu.kernel.periods import Period, month_of, split_by_days, year_month, year_of
from tanlu.kernel.rounding import floor_half_up

if TYPE_CHECKING:
    from tanlu.ingest.model import SheetKind
    from tanlu.ingest.sheets.line import Lines
    from tanlu.kernel.activity import ControlTotal, QuarantinedRow, Record, Site, SourceCell
    from tanlu.kernel.findings import Finding
    from tanlu.units.table import ParsedUnit

_MILLION = 10**6
_PLACES = 6
_BEYOND = 10**12 * _MILLION
_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero])
_NINE_PLACES = Decimal("1e-9")
_ID_LENGTH = 24


@dataclass(slots=True)
class Draft:
    """A typed row that counts unless a doubt between rows holds it back.

    Parameters
    ----------
    lines : Lines
        The table it stands in.
    row, column : int
        Cell of the quantity.
    site, item : str
        Ids.
    period : Period
        Days covered.
    quantity : Decimal
        As written.
    unit : ParsedUnit
        Settled against the item.
    findings : tuple of Finding
        Warnings and notes of the row.
    ledger_quantity : Decimal
        Quantity in the ledger unit, exactly; computed.
    micro : int
        Millionths of the ledger unit, rounded half up; computed.
    """

    lines: Lines
    row: int
    column: int
    site: str
    item: str
    period: Period
    quantity: Decimal
    unit: ParsedUnit
    kind: RowKind = RowKind.NORMAL
    supplier: str = ""
    voucher: str = ""
    quality: Quality = Quality.UNKNOWN
    note: str = ""
    findings: tuple[Finding, ...] = ()
    ledger_quantity: Decimal = Decimal(0)
    micro: int = 0
    is_rounded: bool = False

    def __post_init__(self) -> None:
        scale = self.unit.scale  # a power of ten, so that both ways are exact
        exact = self.quantity
        if scale.numerator != 1:
            exact = _EXACT.multiply(exact, scale.numerator)
        if scale.denominator != 1:
            exact = _EXACT.divide(exact, scale.denominator)
        millionths = exact.scaleb(_PLACES, _EXACT)
        self.ledger_quantity = exact
        self.micro = int(millionths)
        self.is_rounded = self.micro != millionths
        if self.is_rounded:
            self.micro = floor_half_up(millionths)

    @property
    def source(self) -> SourceCell:
        """Cell of the quantity; made when asked for, as there may be millions."""
        return self.lines.source(self.row, self.column)

    @property
    def sheet(self) -> str:
        """Name of its sheet."""
        return self.lines.sheet

    def months(self) -> range:
        """Return the ledger months it touches."""
        first, last = self.period.first, self.period.last
        return range(year_month(first.year, first.month), year_month(last.year, last.month) + 1)

    def raw(self) -> dict[str, str]:
        """Return header to text as written."""
        return self.lines.raw(self.row, self.column)

    def other_texts(self) -> str:
        """Return the texts of all other columns as one."""
        return self.lines.other_texts(self.row)


def row_id(source: SourceCell, part: int = 0) -> str:
    """Return the stable id of a row: file hash, sheet, cell and part."""
    text = "\x1f".join((source.sha256, source.sheet, source.cell, str(part)))
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def activity_rows(draft: Draft) -> list[ActivityRow]:
    """Split a draft into monthly ledger rows whose parts sum exactly.

    Parameters
    ----------
    draft : Draft
        An accepted row.

    Returns
    -------
    list of ActivityRow
        One per month touched, by days, largest remainder.
    """
    months = draft.months()
    if len(months) == 1:
        return [_row(draft, 0, months[0], draft.micro, draft.period, draft.quantity)]
    step = _step(draft.micro, draft.unit.scale)
    rows = []
    for number, (ym, part) in enumerate(split_by_days(draft.micro // step, draft.period)):
        exact = Fraction(part * step, _MILLION) / draft.unit.scale
        days = _days_in(draft.period, ym)
        rows.append(_row(draft, number, ym, part * step, days, _decimal(exact)))
    return rows


def _row(
    draft: Draft, number: int, ym: int, micro: int, days: Period, quantity: Decimal
) -> ActivityRow:
    source = draft.source
    return ActivityRow(
        row_id=row_id(source, number),
        site=draft.site,
        item=draft.item,
        ym=ym,
        first_day=days.first,
        last_day=days.last,
        quantity=_nine_places(quantity),
        unit=draft.unit.text,
        ledger_unit=draft.unit.ledger_unit,
        qty_u=micro if abs(micro) < _BEYOND else None,
        source=source,
        kind=draft.kind,
        supplier=draft.supplier,
        voucher=draft.voucher,
        quality=draft.quality,
        note=draft.note,
    )


def _step(micro: int, scale: Fraction) -> int:
    """Grain of a split, so that each part has nine decimals in the unit as written."""
    grain = scale / 1000
    step = grain.numerator if grain.denominator == 1 else 1
    return step if micro % step == 0 else 1


def _days_in(period: Period, ym: int) -> Period:
    month = Period.of_month(int(year_of(ym)), month_of(ym))
    return Period(max(month.first, period.first), min(month.last, period.last))


def _decimal(value: Fraction) -> Decimal:
    """Return a fraction whose denominator is a power of ten times a scale as a decimal."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _nine_places(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -9:  # noqa: PLR2004 - places of the ledger
        return value.quantize(_NINE_PLACES, rounding=ROUND_HALF_UP)
    return value


@dataclass(slots=True)
class SheetResult:
    """What one sheet gave, before the doubts between rows.

    Parameters
    ----------
    name : str
        Sheet.
    kind : SheetKind
        What it was taken for.
    rows_in, excluded : int
        Rows found; rows that are no data.
    drafts, records, quarantine, control_totals, findings, sites
        What came out.
    next_row : int
        First row of a further table that is still to be read; 0 for none.
    """

    name: str
    kind: SheetKind
    rows_in: int = 0
    excluded: int = 0
    drafts: list[Draft] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    quarantine: list[QuarantinedRow] = field(default_factory=list)
    duplicates: list[QuarantinedRow] = field(default_factory=list)
    control_totals: list[ControlTotal] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sites: dict[str, Site] = field(default_factory=dict)
    next_row: int = 0

    def absorb(self, other: SheetResult) -> None:
        """Take in what a further table of the same sheet gave."""
        self.rows_in += other.rows_in
        self.excluded += other.excluded
        self.drafts += other.drafts
        self.records += other.records
        self.quarantine += other.quarantine
        self.control_totals += other.control_totals
        self.findings += other.findings
        self.sites.update(other.sites)

    def report(self) -> SheetReport:
        """Return the counts; the identity of rows is asserted."""
        report = SheetReport(
            self.name,
            str(self.kind),
            rows_in=self.rows_in,
            accepted=len(self.drafts) + len(self.records),
            quarantined=len(self.quarantine),
            duplicates=len(self.duplicates),
            excluded=self.excluded,
        )
        total = report.accepted + report.quarantined + report.duplicates + report.excluded
        if report.rows_in != total:
            msg = f"{self.name}: {report.rows_in} rows in, {total} accounted for"
            raise AssertionError(msg)
        return report
