"""A quantity cell and its texts made into a typed row or a refusal.

The order of the checks is fixed: place and flags, period, site, item, unit, number. All of
them run, so that one import reports everything that is wrong with a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.ingest.number import Number, NumberStatus, findings_of, parse_number
from tanlu.ingest.sheets.draft import Draft
from tanlu.ingest.sheets.unit_use import UnitUse, UnitUses
from tanlu.ingest.vocabulary import NearMisses, key, normal
from tanlu.ingest.workbook.grid import Cell, CellKind, address
from tanlu.kernel.activity import Quality, QuarantinedRow, RowKind
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.identity import ROW_KEY

if TYPE_CHECKING:
    from decimal import Decimal

    from tanlu.ingest.sheets.candidate import Candidate
    from tanlu.ingest.sheets.line import Lines
    from tanlu.ingest.sheets.place import Place

_NO_NUMBER = {
    CellKind.UNCACHED: "FORMULA_UNCACHED",
    CellKind.ERROR: "CELL_ERROR",
    CellKind.DATE: "NUMBER_UNPARSED",
    CellKind.BOOLEAN: "NUMBER_UNPARSED",
}
_FORMULA_STARTS = "=+-@\t\r\uff1d"
_WARNED_TEXTS = ("site", "voucher", "note", "supplier")
_SHOWN = 60


class RowTyper:
    """Turns candidates into drafts or quarantined rows.

    Parameters
    ----------
    place : Place
        Sheet, words and answers.
    lines : Lines
        All texts of the rows, kept with a refused one.
    """

    def __init__(self, place: Place, lines: Lines) -> None:
        self.place = place
        self.lines = lines
        self.words = place.words
        self.units = UnitUses(place)
        declared = place.words.context.sites
        self.is_open = declared is None
        self.exact = {site.id for site in declared or ()}
        self.sites: dict[str, str] = {}
        for site in declared or ():
            self.sites[key(site.id)] = site.id
            if site.name_en:
                self.sites.setdefault(key(site.name_en), site.id)
        self._known_sites: dict[str, str] = {}
        self._near_sites = NearMisses(self.exact, most=place.words.context.limits["near_words"])

    def take(self, candidate: Candidate) -> Draft | QuarantinedRow:
        """Type one candidate; every check runs.

        Parameters
        ----------
        candidate : Candidate
            The cell and its texts.

        Returns
        -------
        Draft or QuarantinedRow
            A draft unless something asks, quarantines or is missing.
        """
        found = [*candidate.held, *candidate.period_findings]
        site = self._site(candidate, found)
        if not candidate.item:
            self._report_item(candidate, found)
        kind = self._kind(candidate)
        use = self.units.settle(candidate, candidate.text("unit"), found)
        number = self._number(candidate, use, kind, found)
        if number is not None and number.unit_text and not use.unit.counts:
            found = [f for f in found if f.code != "UNIT_MISSING"]  # the number brought it along
            use = self.units.settle(candidate, number.unit_text, found)
        self._warn_texts(candidate)
        value = number.value if number is not None else None
        is_held = any(f.outcome.holds for f in found)
        if candidate.period is None or value is None or is_held:
            source = self.place.source(candidate.row, candidate.column)
            raw = self.lines.raw(candidate.row, candidate.column)
            return QuarantinedRow(source, raw, tuple(found), _readable(candidate, site))
        if use.notes:
            self.units.report_notes(candidate, use)
        return self._draft(candidate, site, kind=kind, use=use, value=value, found=found)

    def _draft(
        self,
        candidate: Candidate,
        site: str,
        *,
        kind: RowKind,
        use: UnitUse,
        value: Decimal,
        found: list[Finding],
    ) -> Draft:
        assert candidate.period is not None  # noqa: S101 - the caller checked
        quality = candidate.text("quality")
        draft = Draft(
            lines=self.lines,
            row=candidate.row,
            column=candidate.column,
            site=site,
            item=candidate.item,
            period=candidate.period,
            quantity=value,
            unit=use.unit,
            kind=kind,
            supplier=candidate.text("supplier"),
            voucher=candidate.text("voucher"),
            quality=Quality(self.words.word("quality", quality)) if quality else Quality.UNKNOWN,
            note=candidate.text("note"),
            findings=tuple(found),
        )
        if draft.is_rounded:
            note = self._at(candidate, "ROUNDED_6DP", Outcome.NOTE, found=str(value))
            draft.findings = (*draft.findings, note)
        return draft

    def _at(
        self, candidate: Candidate, code: str, outcome: Outcome, *, name: str = "", **facts: object
    ) -> Finding:
        column = candidate.column_of(name) if name else candidate.column
        return self.place.finding(code, outcome, candidate.row, column, **facts)

    def _site(self, candidate: Candidate, found: list[Finding]) -> str:
        text = candidate.text("site")
        site = self._known_sites.get(text)
        if site is None:
            site = self._known_sites[text] = self._find_site(text)
        if not site:
            self._report_site(candidate, self.words.site(text), found)
        return site

    def _find_site(self, text: str) -> str:
        """Return the site a text names; empty when it is not one that may be used."""
        name = self.words.site(text)
        if self.is_open or name in self.exact:
            return name
        return self.sites.get(key(name), "") if name else ""

    def _report_site(self, candidate: Candidate, text: str, found: list[Finding]) -> None:
        if text:
            code = "UNKNOWN_SITE"
            facts = {"found": text[:_SHOWN], "near": self._near_sites.of(text)}
            facts["choices"] = ", ".join(sorted(self.exact)) or "-"
        elif all(f.code != "SITE_MISSING" for f in candidate.held):
            code = "SITE_MISSING"
            facts = {"found": "-", "choices": "site"}
        else:
            return
        found.append(self._at(candidate, code, Outcome.QUARANTINE, name="site", **facts))

    def _report_item(self, candidate: Candidate, found: list[Finding]) -> None:
        text = candidate.text("item")
        facts = {"found": text[:_SHOWN] or "-", "near": self.words.item_near(text)}
        found.append(self._at(candidate, "UNKNOWN_ITEM", Outcome.QUARANTINE, name="item", **facts))

    def _kind(self, candidate: Candidate) -> RowKind:
        text = candidate.text("type")
        value = self.words.word("row_kind", text) if text else ""
        return RowKind(value) if value else RowKind.NORMAL

    def _number(
        self, candidate: Candidate, use: UnitUse, kind: RowKind, found: list[Finding]
    ) -> Number | None:
        cell = candidate.cell
        code = self._no_number(cell)
        if code:
            shown = cell.text.strip() if cell is not None else ""
            facts = {"found": shown or "-", "read": "-"}
            if cell is not None and code == "FORMULA_UNCACHED":
                facts = {"found": cell.formula[:_SHOWN]}
            found.append(self._at(candidate, code, Outcome.QUARANTINE, **facts))
        if cell is None or code:
            return None
        number = parse_number(cell.text, context=self.units.number_context(use, kind))
        if number.codes:
            where = address(candidate.row, candidate.column)
            sheet = self.place.grid.name
            found.extend(findings_of(number, file=self.place.file, sheet=sheet, cell=where))
        if number.status is NumberStatus.OK:
            self._note_cell(cell, candidate.row, candidate.column)
        return number

    def _no_number(self, cell: Cell | None) -> str:
        """Return why a cell can hold no number, empty when its text must be read."""
        if cell is None:
            return "NUMBER_MISSING"
        if cell.kind in _NO_NUMBER:
            return _NO_NUMBER[cell.kind]
        if cell.text.isascii() and cell.text[:1].isdigit():
            return ""
        is_missing = self.words.word("missing", normal(cell.text).strip("() "))
        return "NUMBER_MISSING" if is_missing or not cell.text.strip() else ""

    def _note_cell(self, cell: Cell, row: int, column: int) -> None:
        is_typed = cell.kind is not CellKind.TEXT or self.place.grid.is_text
        if not is_typed and not cell.formula:
            self.place.repeat("NUMBER_AS_TEXT", Outcome.WARN, row, column, found=cell.text)
        if cell.formula:
            formula = cell.formula[:_SHOWN]
            self.place.repeat("FORMULA_VALUE", Outcome.NOTE, row, column, found=formula)
        if cell.number_format and cell.kind is CellKind.NUMBER:
            facts = {"found": cell.number_format, "read": cell.text}
            self.place.repeat("SCALED_NUMBER_FORMAT", Outcome.WARN, row, column, **facts)

    def _warn_texts(self, candidate: Candidate) -> None:
        for name in _WARNED_TEXTS:
            text = candidate.text(name)
            if text and text[0] in _FORMULA_STARTS and len(text) > 1:
                column = candidate.column_of(name)
                self.place.repeat(
                    "FORMULA_LIKE_TEXT", Outcome.WARN, candidate.row, column, found=text[:_SHOWN]
                )


def _readable(candidate: Candidate, site: str) -> dict[str, str]:
    """Return what of the key of a refused row could be read."""
    days = candidate.period
    values = (
        site,
        candidate.item,
        days.first.isoformat() if days else "",
        days.last.isoformat() if days else "",
    )
    return {name: value for name, value in zip(ROW_KEY, values, strict=True) if value}
