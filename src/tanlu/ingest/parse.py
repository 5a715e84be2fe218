"""One file from bytes to typed rows and findings; runs inside the limited child process."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from tanlu.ingest.doubts import find_doubts
from tanlu.ingest.model import ParsedFile, SheetKind
from tanlu.ingest.precheck import check_file
from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.sheets.activity import read_activity
from tanlu.ingest.sheets.draft import SheetResult, activity_rows
from tanlu.ingest.sheets.header import HeaderBlock, find_header, is_number_like
from tanlu.ingest.sheets.kind import columns_told_apart, duplicated_field, sheet_kind, value_columns
from tanlu.ingest.sheets.outside import gas_state_notes, listed_sites, sheet_year
from tanlu.ingest.sheets.place import Place
from tanlu.ingest.sheets.share import read_shares
from tanlu.ingest.sheets.small import read_small
from tanlu.ingest.source import load
from tanlu.ingest.vocabulary import Vocabulary, normal
from tanlu.ingest.workbook.grid import Grid, address
from tanlu.kernel.activity import QuarantinedRow, Site
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.ingest.model import ImportContext
    from tanlu.ingest.sheets.draft import Draft
    from tanlu.ingest.workbook.grid import Workbook
    from tanlu.kernel.activity import ActivityRow, Record

_ACTIVITY = frozenset({SheetKind.TIDY, SheetKind.WIDE})
_SHARES = frozenset({SheetKind.ALLOCATION, SheetKind.OWNERSHIP})
_NOTES_NUMBERS = 0.1
_LEAST_ROWS = 2
_SHOWN = 80


def parse_file(data: bytes, name: str, *, context: ImportContext) -> ParsedFile:
    """Read a file into rows, records and findings.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Its name.
    context : ImportContext
        Tables, sites and answers.

    Returns
    -------
    ParsedFile
        ``rejected`` with the reason among its findings when nothing of it may be written.
    """
    parsed, rows = parse_parts(data, name, context=context)
    return replace(parsed, rows=tuple(rows))


def parse_parts(
    data: bytes, name: str, *, context: ImportContext
) -> tuple[ParsedFile, Iterator[ActivityRow]]:
    """Read a file, its ledger rows apart and one by one: a million need not be held at once.

    Parameters
    ----------
    data, name, context
        As in `parse_file`.

    Returns
    -------
    tuple of (ParsedFile, iterator of ActivityRow)
        The file without its rows, and the rows.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        parsed, drafts = _Parser(name, sha256, context).parse(data)
    except RejectedError as error:
        findings = tuple(_at_file(f, name) for f in error.findings)
        return ParsedFile(name, sha256, findings=findings, rejected=True), iter(())
    return parsed, (row for draft in drafts for row in activity_rows(draft))


def _at_file(finding: Finding, name: str) -> Finding:
    if finding.file:
        return finding
    return Finding(finding.code, finding.outcome, name, finding.sheet, finding.cell, finding.facts)


class _Parser:
    def __init__(self, name: str, sha256: str, context: ImportContext) -> None:
        self.name = name
        self.sha256 = sha256
        self.context = context
        self.words = Vocabulary(context)
        self.findings: list[Finding] = []

    def parse(self, data: bytes) -> tuple[ParsedFile, list[Draft]]:
        answer = str(self.context.mapping.get("file_type", ""))
        checked = check_file(data, self.name, limits=self.context.limits, file_type=answer)
        if checked.findings:
            return self._questions(checked.findings), []
        book = load(data, self.name, kind=checked.kind, words=self.words)
        self.findings.extend(book.findings)
        if any(f.outcome is Outcome.ASK for f in book.findings):
            return self._questions(tuple(self.findings)), []
        results = self._sheets(book)
        self.findings.extend(
            find_doubts(results, items=self.words.items, limits=self.context.limits)
        )
        drafts = [draft for result in results for draft in result.drafts]
        self._refuse_flood(drafts)
        return self._assemble(results), drafts

    def _refuse_flood(self, drafts: list[Draft]) -> None:
        """Refuse a file whose few rows cover so many months that they become millions."""
        most = self.context.limits["ledger_rows"]
        count = sum(len(draft.months()) for draft in drafts)
        if count > most:
            raise RejectedError.of("SHEET_TOO_LARGE", self.name, found=count, expected=most)

    def _questions(self, findings: tuple[Finding, ...]) -> ParsedFile:
        return ParsedFile(self.name, self.sha256, findings=findings, open_questions=True)

    def _sheets(self, book: Workbook) -> list[SheetResult]:
        blocks = {g.name: find_header(g, self.words) for g in book.sheets if g.state == "visible"}
        notes = [g for g in book.sheets if g.name in blocks and blocks[g.name] is None]
        gases, found = gas_state_notes(book, blocks, self.words, file=self.name)
        self.findings.extend(found)
        listed = listed_sites(book, blocks, self.words)
        results = []
        for grid in book.sheets:
            place = Place(
                self.name, self.sha256, grid, self.words, normal_gases=gases, listed_sites=listed
            )
            block = blocks.get(grid.name)
            place.year = sheet_year(place, block, notes)
            self.findings.extend(grid.findings)
            results.append(self._sheet(place, block, alone=len(book.sheets) == 1))
        self._refuse_unknown(results)
        return results

    def _sheet(self, place: Place, block: HeaderBlock | None, *, alone: bool) -> SheetResult:
        grid = place.grid
        if grid.state != "visible":
            if place.answer("hidden_sheets") != "include":
                return self._hidden(place)
            block = find_header(grid, self.words)
        if place.answer("skip") is True:
            return self._excluded(grid, SheetKind.NOTES)
        if not grid.rows:
            empty = place.about_sheet("NO_ROWS", Outcome.WARN) if alone else None
            return self._excluded(grid, SheetKind.EMPTY, empty)
        if self.words.word("sheet_errors", grid.name):
            return self._excluded(grid, SheetKind.ERRORS)
        if block is None:
            return self._headless(place, alone=alone)
        return self._table(place, block)

    def _hidden(self, place: Place) -> SheetResult:
        grid = place.grid
        if self.words.word("sheet_own", grid.name):
            return self._excluded(grid, SheetKind.HIDDEN)
        facts = {"found": grid.name, "choices": "hidden_sheets: include"}
        finding = place.about_sheet("HIDDEN_SHEET_SKIPPED", Outcome.WARN, **facts)
        return self._excluded(grid, SheetKind.HIDDEN, finding)

    def _excluded(self, grid: Grid, kind: SheetKind, finding: Finding | None = None) -> SheetResult:
        result = SheetResult(grid.name, kind, rows_in=len(grid.rows), excluded=len(grid.rows))
        if finding is not None:
            result.findings.append(finding)
        return result

    def _headless(self, place: Place, *, alone: bool) -> SheetResult:
        grid = place.grid
        cells = [cell for row in grid.rows.values() for cell in row.values()]
        numbers = sum(is_number_like(cell) for cell in cells)
        is_named = bool(self.words.word("sheet_notes", grid.name))
        if len(grid.rows) < _LEAST_ROWS:
            finding = place.about_sheet("NO_ROWS", Outcome.WARN) if alone else None
            return self._excluded(grid, SheetKind.EMPTY, finding)
        if not alone and (is_named or numbers <= len(cells) * _NOTES_NUMBERS):
            return self._excluded(grid, SheetKind.NOTES)
        return self._unknown(place)

    def _unknown(self, place: Place, block: HeaderBlock | None = None) -> SheetResult:
        """Hold a sheet whose header nobody can read."""
        grid = place.grid
        first = block.first if block else min(grid.rows)
        cells = grid.rows[first]
        texts = " | ".join(normal(cells[c].text) for c in sorted(cells))
        facts = {
            "found": texts[:_SHOWN],
            "expected": _some_headers(self.words),
            "choices": "headers, sheets",
        }
        finding = place.finding("HEADER_UNRECOGNISED", Outcome.ASK, first, min(cells), **facts)
        result = SheetResult(grid.name, SheetKind.UNKNOWN, rows_in=len(grid.rows))
        result.findings.append(finding)
        for row, row_cells in sorted(grid.rows.items()):
            raw = {address(row, c): cell.text[:_SHOWN] for c, cell in row_cells.items()}
            source = place.source(row, min(row_cells))
            result.quarantine.append(QuarantinedRow(source, raw, (finding,)))
        return result

    def _table(self, place: Place, block: HeaderBlock) -> SheetResult:
        result: SheetResult | None = None
        while True:
            part = self._one_table(place, block)
            if result is None:
                result = part
            else:
                result.absorb(part)
            if not part.next_row:
                return result
            following = find_header(place.grid, self.words, after=part.next_row - 1)
            if following is None or following.first > part.next_row + 1:
                result.absorb(self._rest(place, part.next_row))
                return result
            block = following

    def _rest(self, place: Place, start: int) -> SheetResult:
        """Exclude further tables that cannot be read."""
        rows = [row for row in place.grid.rows if row >= start]
        result = SheetResult(place.grid.name, SheetKind.UNKNOWN)
        result.rows_in = result.excluded = len(rows)
        facts = {"found": place.grid.rows[min(rows)][min(place.grid.rows[min(rows)])].text}
        facts |= {"expected": _some_headers(self.words), "choices": "headers"}
        result.findings.append(
            place.finding("HEADER_UNRECOGNISED", Outcome.WARN, min(rows), 1, **facts)
        )
        return result

    def _one_table(self, place: Place, block: HeaderBlock) -> SheetResult:
        block = columns_told_apart(block, place)
        kind = sheet_kind(block, place)
        if kind is SheetKind.UNKNOWN:
            self._refuse_incomplete(place, block)
            return self._unknown(place, block)
        if kind in _SHARES:
            return read_shares(place, block, kind)
        if kind not in _ACTIVITY:
            return read_small(place, block, kind)
        twice = duplicated_field(block, kind)
        if twice is not None:
            column = twice[1]
            facts = {"found": column.label, "expected": twice[0]}
            raise RejectedError(
                place.finding("COLUMN_DUPLICATE", Outcome.REJECT, column.row, column.index, **facts)
            )
        self._refuse_incomplete(place, block, kind)
        return read_activity(place, block, kind)

    def _refuse_incomplete(
        self, place: Place, block: HeaderBlock, kind: SheetKind = SheetKind.UNKNOWN
    ) -> None:
        """Refuse a table that is meant as activity but lacks what every row needs."""
        fields = block.fields()
        missing = ""
        if kind is SheetKind.UNKNOWN:
            if len(fields & {"period", "site", "item", "unit", "quantity"}) < 3:  # noqa: PLR2004
                return
            missing = next(f for f in ("item", "quantity", "period") if f not in fields)
        elif not value_columns(block, kind):
            missing = "quantity"
        if not missing:
            return
        found = ", ".join(c.label for c in block.columns.values())
        facts = {"found": found[:_SHOWN], "expected": missing}
        first = min(block.columns)
        raise RejectedError(
            place.finding("COLUMN_MISSING", Outcome.REJECT, block.last, first, **facts)
        )

    def _refuse_unknown(self, results: list[SheetResult]) -> None:
        """Reject the file when none of its sheets is of use."""
        useless = {SheetKind.UNKNOWN, SheetKind.NOTES, SheetKind.HIDDEN, SheetKind.EMPTY}
        unknown = [r for r in results if r.kind is SheetKind.UNKNOWN]
        if unknown and all(result.kind in useless for result in results):
            first = next(f for f in unknown[0].findings if f.code == "HEADER_UNRECOGNISED")
            raise RejectedError(
                Finding(
                    first.code, Outcome.REJECT, first.file, first.sheet, first.cell, first.facts
                )
            )

    def _assemble(self, results: list[SheetResult]) -> ParsedFile:
        findings = [*self.findings, *(f for result in results for f in result.findings)]
        sites: dict[str, Site] = {}
        used = {d.site for r in results for d in r.drafts}
        used |= {str(s) for r in results for x in r.records if (s := x.fields.get("site"))}
        used |= {s for r in results for q in r.quarantine if (s := q.key.get("site"))}
        for result in results:
            for site in result.sites.values():
                if site.id in used and not (site.id in sites and sites[site.id].province):
                    sites[site.id] = site
        if self.context.sites is None:
            findings.extend(self._registered(sites, results))
        return ParsedFile(
            name=self.name,
            sha256=self.sha256,
            sheets=tuple(result.report() for result in results),
            records=tuple(record for r in results for record in r.records),
            quarantine=tuple(q for r in results for q in (*r.quarantine, *r.duplicates)),
            control_totals=tuple(total for r in results for total in r.control_totals),
            findings=_distinct(findings),
            sites_seen=tuple(sites.values()),
            open_questions=any(f.outcome is Outcome.ASK for f in findings),
        )

    def _registered(self, sites: dict[str, Site], results: list[SheetResult]) -> list[Finding]:
        first: dict[str, Draft | Record | QuarantinedRow] = {}
        for result in results:
            for draft in result.drafts:
                first.setdefault(draft.site, draft)
        for record in (record for result in results for record in result.records):
            first.setdefault(str(record.fields.get("site")), record)
        for held in (held for result in results for held in result.quarantine):
            first.setdefault(held.key.get("site", ""), held)
        found = []
        for site in sites.values():
            source = first[site.id].source if site.id in first else None
            facts = {"found": site.id, "province": site.province or "-"}
            sheet, cell = (source.sheet, source.cell) if source else ("", "")
            found.append(Finding("SITE_REGISTERED", Outcome.NOTE, self.name, sheet, cell, facts))
        return found


def _some_headers(words: Vocabulary) -> str:
    rows = words.context.tables["header_alias"]
    wanted = ("period", "site", "item", "quantity", "unit")
    shown = [
        next((str(r["text"]) for r in rows if r["field"] == f and r["lang"] == "zh"), f)
        for f in wanted
    ]
    return ", ".join(shown)


def _distinct(findings: list[Finding]) -> tuple[Finding, ...]:
    """Drop exact repetitions, keeping the order."""
    seen: dict[tuple[object, ...], Finding] = {}
    for f in findings:
        seen.setdefault((f.code, f.sheet, f.cell, *sorted(f.facts.items())), f)
    return tuple(seen.values())
