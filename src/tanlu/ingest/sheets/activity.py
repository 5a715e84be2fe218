"""Activity tables of every layout: one row per period, or months, items, sites across."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.sheets.body import Body, read_body
from tanlu.ingest.sheets.control import check_totals
from tanlu.ingest.sheets.draft import SheetResult
from tanlu.ingest.sheets.header import is_number_like
from tanlu.ingest.sheets.kind import total_columns, value_columns
from tanlu.ingest.sheets.line import Lines
from tanlu.ingest.sheets.outside import stated_outside
from tanlu.ingest.sheets.row import RowReader
from tanlu.ingest.sheets.row_period import RowPeriods
from tanlu.ingest.sheets.typer import RowTyper
from tanlu.ingest.vocabulary import normal
from tanlu.ingest.workbook.grid import address, parse_address
from tanlu.kernel.activity import QuarantinedRow, Site
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.ingest.model import SheetKind
    from tanlu.ingest.sheets.candidate import Candidate
    from tanlu.ingest.sheets.draft import Draft
    from tanlu.ingest.sheets.header import HeaderBlock
    from tanlu.ingest.sheets.place import Place

_SHOWN = 80
_PERIOD_FIELDS = frozenset({"period", "start", "year", "month"})
_USED = frozenset(
    {"period", "start", "end", "year", "month", "site", "item", "material", "unit", "voucher",
     "note", "type", "supplier", "quality", "province", "meter", "equipment_id", "number"}
)  # fmt: skip


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
        self.defaults = stated_outside(place, block)
        self.lead = {c.index: c for c in block.columns.values() if c not in self.values}
        self.fields = {c.field: c for c in reversed(list(block.columns.values())) if c.field}

    def has_period(self) -> bool:
        """Say whether columns, headers, title, names or answers tell the period."""
        named = _PERIOD_FIELDS & self.fields.keys()
        return bool(named) or "period" in self.defaults or any(c.period for c in self.values)

    def read(self) -> SheetResult:
        body = read_body(self.place, self.block, self.result.findings)
        periods = RowPeriods(
            self.place,
            self.block,
            fields=self.fields,
            values=self.values,
            stated=self.defaults.get("period", ("", 0)),
        )
        periods.look_at(body, self.fields.get("period"))
        self._ask_year(body)
        self._ask_site(body)
        self._ignored(body)
        self._take_rows(body, periods)
        count = len(self.result.drafts) + len(self.result.quarantine)
        self.result.excluded += body.excluded
        self.result.rows_in += body.excluded + count
        self._second(body)
        self._comments()
        check_totals(self.place, self.block, body, self.values, self.result)
        self.result.findings.extend(self.place.repeated())
        if not count and not body.second:
            self.result.findings.append(self.place.about_sheet("NO_ROWS", Outcome.WARN))
        return self.result

    def _take_rows(self, body: Body, periods: RowPeriods) -> None:
        """Type every quantity cell."""
        reader = RowReader(
            self.place,
            self.kind,
            fields=self.fields,
            values=self.values,
            lead=list(self.lead.values()),
            stated=self.defaults,
            periods=periods,
        )
        labels = {c.index: c.label for c in self.block.columns.values()}
        typer = RowTyper(self.place, Lines(self.place, body, tuple(self.lead), labels))
        candidates = (c for row in body.data for c in reader.candidates(row, body))
        for candidate in self._reported(candidates):
            self._take(typer.take(candidate), candidate.text("province"))

    def _take(self, taken: Draft | QuarantinedRow, province: str) -> None:
        self.result.findings.extend(taken.findings)
        if isinstance(taken, QuarantinedRow):
            self.result.quarantine.append(taken)
            site = taken.key.get("site", "")
        else:
            self.result.drafts.append(taken)
            site = taken.site
        if site:
            self._see_site(site, self.words.province(province) if province else "")

    def _see_site(self, site: str, province: str) -> None:
        """Note the site of a row, also of one that is held for another reason."""
        known = self.result.sites.get(site)
        if known is None or (province and province != known.province):
            self.result.sites[site] = Site(site, province)

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

    def _reported(self, candidates: Iterable[Candidate]) -> Iterable[Candidate]:
        """Leave out months nobody has reported yet, and carriers a site does not use.

        Only in wide tables, where every cell of the grid would else be a missing row.
        """
        if len(self.values) < 2:  # noqa: PLR2004 - a tidy row always counts
            return candidates
        candidates = list(candidates)
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
            return (candidate.row, candidate.item, candidate.text("site"))
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
