"""One cell with a quantity and the texts that belong to it, made into a typed row or a refusal.

The order of the checks is fixed: place and flags, period, site, item, unit, number. All of
them run, so that one import reports everything that is wrong with a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tanlu.ingest.number import NumberContext, NumberStatus, parse_number
from tanlu.ingest.number import findings_of as number_findings
from tanlu.ingest.sheets.draft import Draft
from tanlu.ingest.vocabulary import key, near, normal
from tanlu.ingest.workbook.grid import Cell, CellKind, address
from tanlu.kernel.activity import Quality, QuarantinedRow, RowKind
from tanlu.kernel.findings import Finding, Outcome
from tanlu.units.parse import facts_of, fold_for_item
from tanlu.units.table import ParsedUnit, UnitOutcome

if TYPE_CHECKING:
    from decimal import Decimal

    from tanlu.ingest.number import Number
    from tanlu.ingest.sheets.place import Place
    from tanlu.kernel.periods import Period

HELD = frozenset({Outcome.QUARANTINE, Outcome.ASK, Outcome.REJECT})
_UNIT_OUTCOMES = {
    UnitOutcome.ASK: Outcome.ASK,
    UnitOutcome.WARN: Outcome.WARN,
    UnitOutcome.DIM_MISMATCH: Outcome.QUARANTINE,
    UnitOutcome.UNKNOWN: Outcome.QUARANTINE,
    UnitOutcome.MISSING: Outcome.QUARANTINE,
}
_FUELS = frozenset({"combustion", "mobile", "process"})
_FORMULA_STARTS = "=+-@\t\r\uff1d"
_SHOWN = 60


@dataclass(slots=True)
class Candidate:
    """A quantity cell and the texts around it.

    Parameters
    ----------
    row, column : int
        Of the quantity cell.
    cell : Cell or None
        The quantity cell; None when empty.
    period : Period or None
        Already read; None with `period_findings` when it could not be.
    site, item, unit, voucher, note, kind, supplier, quality, province : tuple of (str, int)
        Text and column it stands in (0: header or title).
    """

    row: int
    column: int
    cell: Cell | None
    period: Period | None = None
    period_findings: tuple[Finding, ...] = ()
    texts: dict[str, tuple[str, int]] = field(default_factory=dict)
    item_hint: str = ""
    raw: dict[str, str] = field(default_factory=dict)
    extra: str = ""
    is_normal_stated: bool = False
    held: tuple[Finding, ...] = ()

    def text(self, name: str) -> str:
        """Return the text of a field, empty when there is none."""
        return self.texts.get(name, ("", 0))[0]

    def column_of(self, name: str) -> int:
        """Return the column a field's text stands in; that of the quantity when in none."""
        return self.texts.get(name, ("", 0))[1] or self.column


class RowTyper:
    """Turns candidates into drafts or quarantined rows.

    Parameters
    ----------
    place : Place
        Sheet, words and answers.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.words = place.words
        declared = place.words.context.sites
        self.is_open = declared is None
        self.sites: dict[str, str] = {}
        for site in declared or ():
            self.sites[key(site.id)] = site.id
            if site.name_en:
                self.sites.setdefault(key(site.name_en), site.id)
        self.exact = {site.id for site in declared or ()}

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
        item = self._item(candidate, found)
        kind = self._kind(candidate, found)
        unit = self._unit(candidate, item, found)
        number = self._number(candidate, unit, kind, found)
        value = number.value if number is not None else None
        if number is not None and number.unit_text and not unit.counts:
            unit = self._settled(candidate, number.unit_text, item, found)
        self._warn_texts(candidate)
        if candidate.period is None or value is None or any(f.outcome in HELD for f in found):
            source = self.place.source(candidate.row, candidate.column)
            return QuarantinedRow(source, candidate.raw, tuple(found))
        self._note_units(candidate, item, unit)
        return self._draft(candidate, site, item, kind=kind, unit=unit, value=value, found=found)

    def _draft(
        self,
        candidate: Candidate,
        site: str,
        item: str,
        *,
        kind: RowKind,
        unit: ParsedUnit,
        value: Decimal,
        found: list[Finding],
    ) -> Draft:
        assert candidate.period is not None  # noqa: S101 - the caller checked
        quality = self.words.word("quality", candidate.text("quality"))
        draft = Draft(
            source=self.place.source(candidate.row, candidate.column),
            row=candidate.row,
            site=site,
            item=item,
            period=candidate.period,
            quantity=value,
            unit=unit,
            kind=kind,
            supplier=candidate.text("supplier"),
            voucher=candidate.text("voucher"),
            quality=Quality(quality) if quality else Quality.UNKNOWN,
            note=candidate.text("note"),
            extra=candidate.extra,
            raw=candidate.raw,
            findings=found,
        )
        if draft.is_rounded():
            found.append(self._at(candidate, "ROUNDED_6DP", Outcome.NOTE, found=str(value)))
        return draft

    def _at(
        self, candidate: Candidate, code: str, outcome: Outcome, *, name: str = "", **facts: object
    ) -> Finding:
        column = candidate.column_of(name) if name else candidate.column
        return self.place.finding(code, outcome, candidate.row, column, **facts)

    def _site(self, candidate: Candidate, found: list[Finding]) -> str:
        text = self.words.site(candidate.text("site"))
        if not text:
            if all(f.code != "SITE_MISSING" for f in candidate.held):
                facts = {"found": "-", "choices": "site"}
                found.append(
                    self._at(candidate, "SITE_MISSING", Outcome.QUARANTINE, name="site", **facts)
                )
            return ""
        if self.is_open or text in self.exact:
            return text
        known = self.sites.get(key(text))
        if known is None:
            facts = {"found": text[:_SHOWN], "near": near(text, self.exact)}
            facts["choices"] = ", ".join(sorted(self.exact)) or "-"
            found.append(
                self._at(candidate, "UNKNOWN_SITE", Outcome.QUARANTINE, name="site", **facts)
            )
        return known or ""

    def _item(self, candidate: Candidate, found: list[Finding]) -> str:
        text = candidate.text("item")
        item = candidate.item_hint or self.words.item(text)
        if not item:
            facts = {"found": text[:_SHOWN] or "-", "near": self.words.item_near(text)}
            found.append(
                self._at(candidate, "UNKNOWN_ITEM", Outcome.QUARANTINE, name="item", **facts)
            )
            return ""
        return item

    def _kind(self, candidate: Candidate, found: list[Finding]) -> RowKind:
        text = candidate.text("type")
        if not text:
            return RowKind.NORMAL
        value = self.words.word("row_kind", text)
        return RowKind(value) if value else RowKind.NORMAL

    def _unit(self, candidate: Candidate, item: str, found: list[Finding]) -> ParsedUnit:
        return self._settled(candidate, candidate.text("unit"), item, found)

    def _settled(
        self, candidate: Candidate, text: str, item: str, found: list[Finding]
    ) -> ParsedUnit:
        """Read a unit and settle it against the item; a missing one is not reported twice."""
        found[:] = [f for f in found if f.code != "UNIT_MISSING"]
        parsed = self.words.unit(text)
        row = self.words.items.get(item)
        if row is not None and parsed.counts:
            parsed = fold_for_item(
                parsed,
                str(row["unit"]),
                table=self.words.units,
                dims=tuple(row["dims"] or ()),
                standard_stated=candidate.is_normal_stated,
                heat_by_mass=row["category"] == "heat",
            )
        outcome = _UNIT_OUTCOMES.get(parsed.outcome)
        if outcome is not None:
            facts = facts_of(parsed) | {"item": candidate.text("item") or item or "-"}
            facts["expected"] = facts["choices"]
            found.append(self._at(candidate, parsed.code, outcome, name="unit", **facts))
        elif row is not None:
            self._heating_value(candidate, parsed, row["category"], found)
        return parsed

    def _heating_value(
        self, candidate: Candidate, unit: ParsedUnit, category: object, found: list[Finding]
    ) -> None:
        """Fuel recorded by energy: in kWh the basis is asked for, in joules it is net."""
        if category not in _FUELS or unit.dimension != self.words.unit("MJ").dimension:
            return
        answer = self.place.answer("heating_value")
        facts = {"found": unit.text, "item": candidate.text("item"), "choices": "net, gross"}
        if answer != "net" and unit.ledger_unit == "kWh":
            found.append(
                self._at(candidate, "HEATING_VALUE_BASIS", Outcome.ASK, name="unit", **facts)
            )
        elif answer != "net":
            self.place.repeat(
                "HEATING_VALUE_ASSUMED_NET",
                Outcome.WARN,
                candidate.row,
                candidate.column_of("unit"),
                **facts,
            )

    def _note_units(self, candidate: Candidate, item: str, unit: ParsedUnit) -> None:
        """Say once per sheet and item what a unit leaves to assume."""
        row = self.words.items[item]
        column = candidate.column_of("unit")
        facts = {"item": candidate.text("item") or item, "found": unit.text, "group": item}
        if unit.ledger_unit == "L" and str(row["unit"]) == "kg":
            self.place.repeat("DENSITY_USED", Outcome.WARN, candidate.row, column, **facts)
        if candidate.is_normal_stated:
            return
        if "GAS_VOLUME_ASSUMED_STANDARD" in unit.notes:
            self.place.repeat(
                "GAS_VOLUME_ASSUMED_STANDARD", Outcome.NOTE, candidate.row, column, **facts
            )
        elif unit.ledger_unit == "m3" and "Nm3" in (row["dims"] or ()):
            self.place.repeat("GAS_STATE_UNSTATED", Outcome.WARN, candidate.row, column, **facts)

    def _number(
        self, candidate: Candidate, unit: ParsedUnit, kind: RowKind, found: list[Finding]
    ) -> Number | None:
        cell = candidate.cell
        where = (candidate.row, candidate.column)
        if cell is not None and cell.kind is CellKind.UNCACHED:
            facts = {"found": cell.formula[:_SHOWN]}
            found.append(self._at(candidate, "FORMULA_UNCACHED", Outcome.QUARANTINE, **facts))
            return None
        text = cell.text if cell is not None else ""
        if cell is not None and cell.kind is CellKind.ERROR:
            found.append(
                self._at(candidate, "CELL_ERROR", Outcome.QUARANTINE, found=text, read="-")
            )
            return None
        if cell is not None and cell.kind in {CellKind.DATE, CellKind.BOOLEAN}:
            found.append(
                self._at(candidate, "NUMBER_UNPARSED", Outcome.QUARANTINE, found=text, read="-")
            )
            return None
        if not text.strip() or self.words.word("missing", normal(text).strip("() ")):
            facts = {"found": text.strip() or "-", "read": "-"}
            found.append(self._at(candidate, "NUMBER_MISSING", Outcome.QUARANTINE, **facts))
            return None
        context = NumberContext(
            self.words.numbers,
            units=self.words.units,
            unit=unit if unit.counts else None,
            is_money=unit.dimension.startswith("money"),
            kind=kind,
        )
        number = parse_number(text, context=context)
        found.extend(
            number_findings(
                number, file=self.place.file, sheet=self.place.grid.name, cell=address(*where)
            )
        )
        if number.status is NumberStatus.OK and cell is not None:
            self._note_cell(cell, *where)
        return number

    def _note_cell(self, cell: Cell, row: int, column: int) -> None:
        if cell.kind is CellKind.TEXT and not self.place.grid.is_text and not cell.formula:
            self.place.repeat("NUMBER_AS_TEXT", Outcome.WARN, row, column, found=cell.text)
        if cell.formula:
            self.place.repeat(
                "FORMULA_VALUE", Outcome.NOTE, row, column, found=cell.formula[:_SHOWN]
            )
        if cell.number_format and cell.kind is CellKind.NUMBER:
            self.place.repeat(
                "SCALED_NUMBER_FORMAT",
                Outcome.WARN,
                row,
                column,
                found=cell.number_format,
                read=cell.text,
            )

    def _warn_texts(self, candidate: Candidate) -> None:
        for name in ("site", "voucher", "note", "supplier"):
            text = candidate.text(name)
            if text and text[0] in _FORMULA_STARTS and len(text) > 1:
                self.place.repeat(
                    "FORMULA_LIKE_TEXT",
                    Outcome.WARN,
                    candidate.row,
                    candidate.column_of(name),
                    found=text[:_SHOWN],
                )
