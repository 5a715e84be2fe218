"""Activity tables of every layout: one row per period, or months, items, sites across."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from tanlu.ingest.period import (
    ParsedPeriod,
    PeriodContext,
    PeriodStatus,
    is_month_column,
    parse_period,
    period_of_cell,
    period_of_number,
)
from tanlu.ingest.period import findings_of as period_findings
from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.sheets.body import Body, read_body
from tanlu.ingest.sheets.candidate import Candidate, RowTyper
from tanlu.ingest.sheets.control import check_totals
from tanlu.ingest.sheets.draft import Draft, SheetResult
from tanlu.ingest.sheets.header import is_number_like
from tanlu.ingest.sheets.kind import total_columns, value_columns
from tanlu.ingest.sheets.outside import stated_outside
from tanlu.ingest.vocabulary import normal
from tanlu.ingest.workbook.grid import Cell, CellKind, address, parse_address
from tanlu.kernel.activity import QuarantinedRow, Site
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import Period

if TYPE_CHECKING:
    from tanlu.ingest.model import SheetKind
    from tanlu.ingest.sheets.header import Column, HeaderBlock
    from tanlu.ingest.sheets.place import Place

_SERIALS = range(36526, 73051)  # 2000-01-01 to 2099-12-31 as Excel counts days
_SHOWN = 80
_PERIOD_FIELDS = frozenset({"period", "start", "year", "month"})
_USED = frozenset(
    {"period", "start", "end", "year", "month", "site", "item", "material", "unit", "voucher",
     "note", "type", "supplier", "quality", "province", "meter", "equipment_id", "number"}
)  # fmt: skip
_ROW_FIELDS = ("site", "item", "unit", "voucher", "note", "type", "supplier", "quality", "province")


def read_activity(place: Place, block: HeaderBlock, kind: SheetKind) -> SheetResult:
    """Read an activity table.

    Parameters
    ----------
    place : Place
        Sheet, dictionaries, answers.
    block : HeaderBlock
        Its header.
    kind : SheetKind
        TIDY or WIDE.

    Returns
    -------
    SheetResult
        Drafts and refusals; duplicates are found later, over the whole file.

    Raises
    ------
    RejectedError
        ``COLUMN_MISSING`` when nothing says which period the quantities are of.
    """
    sheet = _ActivitySheet(place, block, kind)
    if not sheet.has_period():
        found = ", ".join(column.label for column in block.columns.values())
        first = min(block.columns)
        raise RejectedError(
            place.finding(
                "COLUMN_MISSING",
                Outcome.REJECT,
                block.last,
                first,
                found=found[:_SHOWN],
                expected="period",
            )
        )
    return sheet.read()


class _ActivitySheet:
    def __init__(self, place: Place, block: HeaderBlock, kind: SheetKind) -> None:
        self.place = place
        self.words = place.words
        self.block = block
        self.kind = kind
        self.result = SheetResult(place.grid.name, kind)
        self.values = value_columns(block, kind)
        self.typer = RowTyper(place)
        self.defaults = stated_outside(place, block)
        self.lead = {c.index: c for c in block.columns.values() if c not in self.values}
        self.serial = ""
        self.month_starts = False
        self.parsed: dict[tuple[str, CellKind, str, bool], ParsedPeriod] = {}
        self.labels = {c.index: c.label for c in block.columns.values()}
        self.fields = {c.field: c for c in reversed(list(block.columns.values())) if c.field}
        self.locale = place.words.context.locale

    def has_period(self) -> bool:
        """Say whether columns, headers, title, names or answers tell the period."""
        named = _PERIOD_FIELDS & self.fields.keys()
        return bool(named) or "period" in self.defaults or any(c.period for c in self.values)

    def read(self) -> SheetResult:
        body = read_body(self.place, self.block, self.result.findings)
        self._look_at_periods(body)
        self._ask_year(body)
        self._ask_site(body)
        self._ignored(body)
        candidates = [c for row in body.data for c in self._row(row, body)]
        candidates = self._reported(candidates)
        self.result.excluded += body.excluded
        self.result.rows_in += body.excluded + len(candidates)
        for candidate in candidates:
            self._take(candidate)
        self._second(body)
        self._comments()
        check_totals(self.place, self.block, body, self.values, self.result)
        self.result.findings.extend(self.place.repeated())
        if not candidates and not body.second:
            self.result.findings.append(self.place.about_sheet("NO_ROWS", Outcome.WARN))
        return self.result

    def _take(self, candidate: Candidate) -> None:
        taken = self.typer.take(candidate)
        if isinstance(taken, Draft):
            self.result.drafts.append(taken)
            self._register(taken.site, candidate.text("province"))
            self.result.findings.extend(taken.findings)
            return
        self.result.quarantine.append(taken)
        shared = {id(f) for f in candidate.held if f in self.result.findings}
        self.result.findings.extend(f for f in taken.findings if id(f) not in shared)

    def _register(self, site: str, province: str) -> None:
        known = self.result.sites.get(site)
        found = self.words.province(province) or (known.province if known else "")
        self.result.sites[site] = Site(site, found)

    def _look_at_periods(self, body: Body) -> None:
        column = self.fields.get("period")
        if column is None:
            return
        cells = [c for row in body.data if (c := self._cell(row, column.index, body))]
        dates = [c.text for c in cells if c.kind is CellKind.DATE]
        self.month_starts = bool(dates) and is_month_column(_moment(text) for text in dates)
        texts = (*self.block.titles, *(cell.text for cell in cells))
        if any(self.words.search("roc_year", text) for text in texts):
            self.locale = "zh-TW"
        if not dates and cells and all(_is_serial(cell) for cell in cells):
            self.serial = "1904" if self.place.grid.is_1904 else "1900"

    def _ask_year(self, body: Body) -> None:
        """Hold every row when months across the columns have no year."""
        bare = [c for c in self.values if c.period and not c.period.has_year]
        if not bare or self.place.year is not None or self.fields.get("year"):
            return
        column = bare[0]
        months = ", ".join(c.label for c in bare[:3])
        finding = self.place.finding(
            "LAYOUT_WIDE", Outcome.ASK, column.row, column.index, found=months, choices="year: 2024"
        )
        self.result.findings.append(finding)
        for row in body.data:
            body.held.setdefault(row, (finding,))

    def _ask_site(self, body: Body) -> None:
        """Hold every row when nothing says which site the sheet is about."""
        has_site = self.fields.get("site") is not None or "site" in self.defaults
        if has_site or all(column.site for column in self.values) or not body.data:
            return
        first = self.values[0]
        finding = self.place.finding(
            "SITE_MISSING", Outcome.ASK, first.row, first.index, found="-", choices="site: ..."
        )
        self.result.findings.append(finding)
        for row in body.data:
            body.held[row] = (*body.held.get(row, ()), finding)

    def _ignored(self, body: Body) -> None:
        """Say which columns with numbers are not used, and which used ones are hidden."""
        hidden = self.place.grid.hidden_columns
        for column in self.block.columns.values():
            if column.index in hidden and (column in self.values or column.field in _USED):
                self.place.repeat(
                    "HIDDEN_COLUMNS", Outcome.WARN, column.row, column.index, found=column.label
                )
        used = {c.index for c in self.values} | {c.index for c in total_columns(self.block)}
        for index, column in self.lead.items():
            if index in used or column.field in _USED or column.derived:
                continue
            cells = [self.place.grid.cell(row, index) for row in body.data]
            if any(cell is not None and is_number_like(cell) for cell in cells):
                outcome = Outcome.NOTE if column.field else Outcome.WARN
                self.result.findings.append(
                    self.place.finding(
                        "COLUMN_IGNORED", outcome, column.row, index, found=column.label
                    )
                )

    def _cell(self, row: int, column: int, body: Body) -> Cell | None:
        return self.place.grid.cell(row, column) or body.filled.get((row, column))

    def _row(self, row: int, body: Body) -> list[Candidate]:
        texts = dict(self.defaults)
        raw: dict[str, str] = {}
        extra: list[str] = []
        for index, column in self.lead.items():
            cell = self._cell(row, index, body)
            if cell is None:
                continue
            raw[self.labels[index] or address(row, index)] = cell.text
            extra.append(f"{index}={normal(cell.text)}")
            if column.field in _ROW_FIELDS:
                texts[column.field] = (_tidy_text(cell.text), index)
        self._type_as_item(texts)
        self._material_as_item(row, texts, body)
        period, found = self._period(row, body)
        held = (*self.place.grid.flags.get(row, ()), *body.held.get(row, ()))
        return [
            self._candidate(
                row, column, period=period, found=found, texts=texts, raw=raw,
                extra="|".join(extra), held=held,
            )
            for column in self.values
        ]  # fmt: skip

    def _type_as_item(self, texts: dict[str, tuple[str, int]]) -> None:
        if self.fields.get("item") is None and "type" in texts:
            text, index = texts["type"]
            if self.words.item(text):
                texts["item"] = (text, index)

    def _material_as_item(self, row: int, texts: dict[str, tuple[str, int]], body: Body) -> None:
        column = self.fields.get("material")
        if column is not None and self.fields.get("item") is None:
            cell = self._cell(row, column.index, body)
            if cell is not None:
                texts["item"] = (_tidy_text(cell.text), column.index)

    def _candidate(
        self,
        row: int,
        column: Column,
        *,
        period: Period | None,
        found: tuple[Finding, ...],
        texts: dict[str, tuple[str, int]],
        raw: dict[str, str],
        extra: str,
        held: tuple[Finding, ...],
    ) -> Candidate:
        cell = self.place.grid.cell(row, column.index)
        own = dict(texts)
        item_hint = ""
        if column.item and (self.fields.get("item") is None or not texts.get("item")):
            item_hint = column.item
            own["item"] = (column.label, 0)
        if not own.get("item", ("", 0))[0]:
            own["item"] = (column.label, 0)
        is_own = self.kind != "tidy" and bool(column.item)
        if column.unit and (is_own or not own.get("unit", ("", 0))[0]):
            own["unit"] = (column.unit, 0)
        self._unit_in_item(own)
        if column.site and self.fields.get("site") is None:
            own["site"] = (column.site, 0)
        if column.period is not None:
            period, found = self._header_period(row, column)
        item = item_hint or self.words.item(own.get("item", ("", 0))[0])
        return Candidate(
            row=row,
            column=column.index,
            cell=cell,
            period=period,
            period_findings=found,
            texts=own,
            item_hint=item_hint,
            raw={**raw, self.labels[column.index]: cell.text if cell else ""},
            extra=extra,
            is_normal_stated=self._is_normal(item, column, own),
            held=held,
        )

    def _unit_in_item(self, texts: dict[str, tuple[str, int]]) -> None:
        """Take a unit written in the item's cell, such as natural gas with its unit in brackets."""
        if texts.get("unit", ("", 0))[0]:
            return
        header = self.words.header(texts.get("item", ("", 0))[0])
        if header.unit:
            texts["unit"] = (header.unit, texts["item"][1])

    def _is_normal(self, item: str, column: Column, texts: dict[str, tuple[str, int]]) -> bool:
        stated = self.place.normal_gases
        own = " ".join(
            (column.qualifiers, texts.get("note", ("", 0))[0], texts.get("item", ("", 0))[0])
        )
        if "Nm3" not in (self.words.items.get(item, {}).get("dims") or ()):
            return False
        return (
            item in stated
            or "*" in stated
            or self.place.answer("gas_volume") == "normal"
            or bool(self.words.word_inside("gas_state", own))
        )

    def _header_period(self, row: int, column: Column) -> tuple[Period | None, tuple[Finding, ...]]:
        assert column.period is not None  # noqa: S101 - the caller checked
        year = self.place.year
        own = self.fields.get("year")
        if own is not None and not column.period.has_year:
            text = self.place.grid.text(row, own.index).strip()
            found = self.words.search("year", text)
            year = int(found[1]) if found else year
        period = column.period.in_year(year)
        if period is None:
            return None, ()
        if period.first > self.words.context.today:
            finding = self.place.finding(
                "DATE_FUTURE", Outcome.QUARANTINE, row, column.index, found=column.label, read="-"
            )
            return None, (finding,)
        return period, ()

    def _context(self) -> PeriodContext:
        context = self.words.context
        return PeriodContext(
            self.words.periods,
            today=context.today,
            locale=self.locale,
            fiscal_start=context.fiscal_start,
            default_year=self.place.year,
            serial=self.serial,
            month_starts=self.month_starts,
        )

    def _period(self, row: int, body: Body) -> tuple[Period | None, tuple[Finding, ...]]:
        if any(c.period for c in self.values):
            return None, ()
        for names in (("start", "end"), ("period",), ("year", "month"), ("year",), ("month",)):
            columns = [self.fields.get(name) for name in names]
            if all(columns):
                return self._joined(row, [c for c in columns if c], names=names, body=body)
        text, column = self.defaults.get("period", ("", 0))
        parsed = parse_period(text, context=self._context())
        return self._period_result(parsed, row, column or self.values[0].index)

    def _joined(
        self, row: int, columns: list[Column], *, names: tuple[str, ...], body: Body
    ) -> tuple[Period | None, tuple[Finding, ...]]:
        cells = [self._cell(row, column.index, body) for column in columns]
        place = columns[0].index
        if names == ("start", "end") and all(cells):
            parsed = [self._parsed(cell, as_day=True) for cell in cells if cell]
            bad = next((p for p in parsed if p.status is not PeriodStatus.OK), None)
            if bad is None and parsed[0].first and parsed[1].last:
                text = f"{parsed[0].first}~{parsed[1].last}"
                return self._period_result(parse_period(text, context=self._context()), row, place)
            return self._period_result(bad or parsed[0], row, place)
        if names == ("year", "month") and all(cells):
            year, month = (cell.text.strip() for cell in cells if cell)
            number = self.words.word("month", month) or month
            joined = f"{year[:4]}-{number}" if number.isdigit() else f"{year}{month}"
            return self._period_result(parse_period(joined, context=self._context()), row, place)
        if not cells[0]:
            return self._period_result(parse_period("", context=self._context()), row, place)
        return self._period_result(self._parsed(cells[0]), row, place)

    def _parsed(self, cell: Cell, *, as_day: bool = False) -> ParsedPeriod:
        known = (cell.text, cell.kind, cell.number_format, as_day)
        if known not in self.parsed:
            self.parsed[known] = self._parse(cell, as_day=as_day)
        return self.parsed[known]

    def _parse(self, cell: Cell, *, as_day: bool) -> ParsedPeriod:
        context = self._context()
        if cell.kind is CellKind.DATE:
            if as_day:
                context = PeriodContext(context.words, today=context.today, locale=context.locale)
            shape = "" if as_day else cell.number_format
            return period_of_cell(_moment(cell.text), context=context, number_format=shape)
        if cell.kind is CellKind.NUMBER:
            value = float(cell.text) if "." in cell.text else int(cell.text)
            return period_of_number(value, context=context)
        named = self.words.word("month", cell.text)
        if named and self.place.year is not None:
            return parse_period(f"{self.place.year}-{named}", context=context)
        return parse_period(cell.text, context=context)

    def _period_result(
        self, parsed: ParsedPeriod, row: int, column: int
    ) -> tuple[Period | None, tuple[Finding, ...]]:
        found = period_findings(
            parsed, file=self.place.file, sheet=self.place.grid.name, cell=address(row, column)
        )
        if parsed.status is PeriodStatus.OK and parsed.first and parsed.last:
            return Period(parsed.first, parsed.last), found
        return None, found

    def _reported(self, candidates: list[Candidate]) -> list[Candidate]:
        """Leave out months nobody has reported yet, and carriers a site does not use.

        Only in wide tables, where every cell of the grid would else be a missing row.
        """
        if len(self.values) < 2:  # noqa: PLR2004 - a tidy row always counts
            return candidates
        filled = [c for c in candidates if not self._is_blank(c)]
        last = max((c.period.first for c in filled if c.period), default=None)
        series = {self._series(c) for c in filled}
        kept: list[Candidate] = []
        unreported: dict[str, Candidate] = {}
        for candidate in candidates:
            first = candidate.period.first if candidate.period else None
            is_late = last is not None and first is not None and first > last
            if self._is_blank(candidate) and (is_late or self._series(candidate) not in series):
                unreported.setdefault(str(self._series(candidate)), candidate)
            else:
                kept.append(candidate)
        for candidate in unreported.values():
            self.place.repeat(
                "NOT_REPORTED", Outcome.NOTE, candidate.row, candidate.column,
                found=candidate.text("item") or candidate.text("site"),
            )  # fmt: skip
        return kept

    def _is_blank(self, candidate: Candidate) -> bool:
        cell = candidate.cell
        return cell is None or normal(cell.text).casefold() in self.words.numbers.of("missing")

    def _series(self, candidate: Candidate) -> tuple[object, ...]:
        if self.fields.get("item") is not None or any(c.period for c in self.values):
            return (candidate.row, candidate.item_hint, candidate.text("site"))
        return (candidate.text("site"), candidate.column)

    def _second(self, body: Body) -> None:
        """Count the rows of a second table that waits for an answer, or was answered away."""
        if not body.second or self.place.answer("tables") == "first":
            return
        if self.place.answer("tables") == "all":
            self.result.next_row = body.second[0]
            return
        for row in body.second:
            cells = self.place.grid.rows[row]
            raw = {address(row, c): cell.text for c, cell in cells.items()}
            source = self.place.source(row, min(cells))
            self.result.quarantine.append(QuarantinedRow(source, raw, body.held[row]))
            self.result.rows_in += 1

    def _comments(self) -> None:
        for cell, text in self.place.grid.comments.items():
            if parse_address(cell)[0] <= self.block.last:
                continue
            facts = {"found": " ".join(text.split())[:120]}
            self.result.findings.append(
                Finding(
                    "COMMENT_PRESENT",
                    Outcome.NOTE,
                    self.place.file,
                    self.place.grid.name,
                    cell,
                    facts,
                )
            )


def _tidy_text(text: str) -> str:
    """Strip blanks around a name; a leading tab before a formula stays, as it was written."""
    stripped = text.strip(" \u3000\u00a0\r\n").rstrip()
    return (
        stripped
        if stripped.startswith("\t") and stripped.strip()[:1] in "=+-@"
        else stripped.strip()
    )


def _moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _is_serial(cell: Cell) -> bool:
    text = cell.text.strip()
    return text.isdecimal() and text.isascii() and len(text) == 5 and int(text) in _SERIALS  # noqa: PLR2004
