"""The period of each row of an activity table, from whatever columns or headers tell it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from tanlu.ingest.period import (
    ParsedPeriod,
    PeriodContext,
    PeriodStatus,
    findings_of,
    is_month_column,
    parse_period,
    period_of_cell,
    period_of_number,
)
from tanlu.ingest.workbook.grid import Cell, CellKind, address
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.ingest.sheets.body import Body
    from tanlu.ingest.sheets.header import Column, HeaderBlock
    from tanlu.ingest.sheets.place import Place

    RowPeriod = tuple[Period | None, tuple[Finding, ...]]

_SERIALS = range(36526, 73051)  # 2000-01-01 to 2099-12-31 as Excel counts days
_SERIAL_DIGITS = 5
_SOURCES = (("start", "end"), ("period",), ("year", "month"), ("year",), ("month",))


class RowPeriods:
    """Reads the period of rows; each distinct text once.

    Parameters
    ----------
    place, block
        The sheet and its header.
    fields : Mapping[str, Column]
        First column of each field.
    values : list of Column
        Quantity columns; their headers may be periods.
    stated : tuple of (str, int)
        Text and column of a period stated outside the table; empty when none.
    """

    def __init__(
        self,
        place: Place,
        block: HeaderBlock,
        *,
        fields: Mapping[str, Column],
        values: list[Column],
        stated: tuple[str, int],
    ) -> None:
        self._place = place
        self._block = block
        self._stated = stated
        self._is_across = any(c.period for c in values)
        self._first_value = values[0].index
        self._year = fields.get("year")
        self._names, self._columns = _source(fields)
        self._parsed: dict[tuple[Cell, bool], ParsedPeriod] = {}
        self._plain: dict[Cell, RowPeriod] = {}
        self._context = PeriodContext(
            place.words.periods,
            today=place.words.context.today,
            locale=place.words.context.locale,
            fiscal_start=place.words.context.fiscal_start,
            default_year=place.year,
        )

    def look_at(self, body: Body, column: Column | None) -> None:
        """Learn from the whole column of periods: serials, months by their first day, ROC years."""
        if column is None:
            return
        cells = {body.cell(row, column.index) for row in body.data} - {None}
        known = [cell for cell in cells if cell is not None]
        dates = [cell.text for cell in known if cell.kind is CellKind.DATE]
        texts = (*self._block.titles, *(cell.text for cell in known))
        is_roc = any(self._place.words.search("roc_year", text) for text in texts)
        serial = ""
        if not dates and known and all(_is_serial(cell) for cell in known):
            serial = "1904" if body.grid.is_1904 else "1900"
        self._context = PeriodContext(
            self._context.words,
            today=self._context.today,
            locale="zh-TW" if is_roc else self._context.locale,
            fiscal_start=self._context.fiscal_start,
            default_year=self._context.default_year,
            serial=serial,
            month_starts=bool(dates) and is_month_column(_moment(text) for text in dates),
        )

    def of_row(self, row: int, body: Body) -> RowPeriod:
        """Return the period of a row with its findings; none when headers tell it."""
        if self._is_across:
            return None, ()
        if not self._columns:
            text, column = self._stated
            parsed = parse_period(text, context=self._context)
            return self._result(parsed, row, column or self._first_value)
        first = body.cell(row, self._columns[0].index)
        if len(self._columns) == 1 and first is not None:
            return self._of_cell(first, row)
        cells = [first, *(body.cell(row, c.index) for c in self._columns[1:])]
        return self._result(self._joined(cells), row, self._columns[0].index)

    def _of_cell(self, cell: Cell, row: int) -> RowPeriod:
        known = self._plain.get(cell)
        if known is None:
            known = self._result(self._cell(cell), row, self._columns[0].index)
            if not known[1]:  # a finding names its own cell
                self._plain[cell] = known
        return known

    def _joined(self, cells: list[Cell | None]) -> ParsedPeriod:
        filled = [cell for cell in cells if cell is not None]
        if len(filled) == len(cells) and self._names == ("start", "end"):
            return self._between(*filled)
        if len(filled) == len(cells) and self._names == ("year", "month"):
            year, month = (cell.text.strip() for cell in filled)
            number = self._place.words.word("month", month) or month
            joined = f"{year[:4]}-{number}" if number.isdigit() else f"{year}{month}"
            return parse_period(joined, context=self._context)
        if cells[0] is None:
            return parse_period("", context=self._context)
        return self._cell(cells[0])

    def _between(self, start: Cell, end: Cell) -> ParsedPeriod:
        parsed = [self._cell(cell, as_day=True) for cell in (start, end)]
        bad = next((p for p in parsed if p.status is not PeriodStatus.OK), None)
        if bad is not None:
            return bad
        return parse_period(f"{parsed[0].first}~{parsed[1].last}", context=self._context)

    def _cell(self, cell: Cell, *, as_day: bool = False) -> ParsedPeriod:
        known = self._parsed.get((cell, as_day))
        if known is None:
            known = self._parsed[cell, as_day] = self._parse(cell, as_day=as_day)
        return known

    def _parse(self, cell: Cell, *, as_day: bool) -> ParsedPeriod:
        context = self._context
        if cell.kind is CellKind.DATE:
            if as_day:
                context = PeriodContext(context.words, today=context.today, locale=context.locale)
            shape = "" if as_day else cell.number_format
            return period_of_cell(_moment(cell.text), context=context, number_format=shape)
        if cell.kind is CellKind.NUMBER:
            value = float(cell.text) if "." in cell.text else int(cell.text)
            return period_of_number(value, context=context)
        named = self._place.words.word("month", cell.text)
        if named and self._place.year is not None:
            return parse_period(f"{self._place.year}-{named}", context=context)
        return parse_period(cell.text, context=context)

    def _result(self, parsed: ParsedPeriod, row: int, column: int) -> RowPeriod:
        found = findings_of(
            parsed, file=self._place.file, sheet=self._place.grid.name, cell=address(row, column)
        )
        if parsed.status is PeriodStatus.OK and parsed.first and parsed.last:
            return Period(parsed.first, parsed.last), found
        return None, found

    def of_header(self, row: int, column: Column) -> RowPeriod:
        """Return the period a column's header names, in the year of the row or the sheet."""
        assert column.period is not None  # noqa: S101 - the caller checked
        year = self._place.year
        if self._year is not None and not column.period.has_year:
            text = self._place.grid.text(row, self._year.index).strip()
            found = self._place.words.search("year", text)
            year = int(found[1]) if found else year
        period = column.period.in_year(year)
        if period is not None and period.first > self._context.today:
            finding = self._place.finding(
                "DATE_FUTURE", Outcome.QUARANTINE, row, column.index, found=column.label, read="-"
            )
            return None, (finding,)
        return period, ()


def _source(fields: Mapping[str, Column]) -> tuple[tuple[str, ...], list[Column]]:
    """Return the first set of columns that tells the period, with their fields."""
    for names in _SOURCES:
        if all(name in fields for name in names):
            return names, [fields[name] for name in names]
    return (), []


def _moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _is_serial(cell: Cell) -> bool:
    text = cell.text.strip()
    is_number = text.isdecimal() and text.isascii() and len(text) == _SERIAL_DIGITS
    return is_number and int(text) in _SERIALS
