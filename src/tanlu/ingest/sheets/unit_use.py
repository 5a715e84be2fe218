"""What a unit means for an item, worked out once for each pair of texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tanlu.ingest.number import NumberContext
from tanlu.kernel.findings import Outcome
from tanlu.units.parse import facts_of, fold_for_item
from tanlu.units.table import UnitOutcome

if TYPE_CHECKING:
    from tanlu.ingest.sheets.candidate import Candidate
    from tanlu.ingest.sheets.place import Place
    from tanlu.kernel.activity import RowKind
    from tanlu.kernel.findings import Finding
    from tanlu.units.table import ParsedUnit

_OUTCOMES = {
    UnitOutcome.ASK: Outcome.ASK,
    UnitOutcome.WARN: Outcome.WARN,
    UnitOutcome.DIM_MISMATCH: Outcome.QUARANTINE,
    UnitOutcome.UNKNOWN: Outcome.QUARANTINE,
    UnitOutcome.MISSING: Outcome.QUARANTINE,
}
_FUELS = frozenset({"combustion", "mobile", "process"})


@dataclass(slots=True)
class UnitUse:
    """A unit settled against an item.

    Parameters
    ----------
    unit : ParsedUnit
        As `units.parse.fold_for_item` gives it.
    outcome : Outcome or None
        What its finding does; None when it has none.
    heating_value : Outcome or None
        ASK when a fuel is recorded by energy of unknown basis, WARN when net is assumed.
    notes : tuple of (str, Outcome)
        What it leaves to assume of an accepted row.
    numbers : dict of RowKind to NumberContext
        How to read its numbers, by kind of row; filled as kinds are met.
    """

    unit: ParsedUnit
    outcome: Outcome | None = None
    heating_value: Outcome | None = None
    notes: tuple[tuple[str, Outcome], ...] = ()
    numbers: dict[RowKind, NumberContext] = field(default_factory=dict)


class UnitUses:
    """Settles units against items and says what is doubtful about them.

    Parameters
    ----------
    place : Place
        Sheet, words and answers.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._words = place.words
        self._known: dict[tuple[str, str, bool], UnitUse] = {}
        self._energy = place.words.unit("MJ").dimension

    def settle(self, candidate: Candidate, text: str, found: list[Finding]) -> UnitUse:
        """Return what a unit's text means for the candidate's item; doubts are added to `found`."""
        pair = (text, candidate.item, candidate.is_normal_stated)
        use = self._known.get(pair)
        if use is None:
            use = self._worked_out(text, candidate.item, is_normal=candidate.is_normal_stated)
            self._known[pair] = use
        if use.outcome is not None:
            self._report(candidate, use.unit, use.outcome, found)
        elif use.heating_value is not None:
            self._report_heating_value(candidate, use, found)
        return use

    def _worked_out(self, text: str, item: str, *, is_normal: bool) -> UnitUse:
        unit = self._words.unit(text)
        row = self._words.items.get(item)
        if row is not None and unit.counts:
            unit = fold_for_item(
                unit,
                str(row["unit"]),
                table=self._words.units,
                dims=tuple(row["dims"] or ()),
                standard_stated=is_normal,
                heat_by_mass=row["category"] == "heat",
            )
        outcome = _OUTCOMES.get(unit.outcome)
        if row is None:
            return UnitUse(unit, outcome)
        heating_value = self._heating_value(unit, row["category"]) if outcome is None else None
        notes = self._notes(unit, item, is_normal=is_normal)
        return UnitUse(unit, outcome, heating_value, notes)

    def _heating_value(self, unit: ParsedUnit, category: object) -> Outcome | None:
        """Fuel recorded by energy: in kWh the basis is asked for, in joules it is net."""
        is_fuel_energy = category in _FUELS and unit.dimension == self._energy
        if not is_fuel_energy or self._place.answer("heating_value") == "net":
            return None
        return Outcome.ASK if unit.ledger_unit == "kWh" else Outcome.WARN

    def _notes(
        self, unit: ParsedUnit, item: str, *, is_normal: bool
    ) -> tuple[tuple[str, Outcome], ...]:
        row = self._words.items[item]
        notes: list[tuple[str, Outcome]] = []
        if unit.ledger_unit == "L" and str(row["unit"]) == "kg":
            notes.append(("DENSITY_USED", Outcome.WARN))
        if is_normal or row["category"] == "memo":
            return tuple(notes)
        if "GAS_VOLUME_ASSUMED_STANDARD" in unit.notes:
            notes.append(("GAS_VOLUME_ASSUMED_STANDARD", Outcome.NOTE))
        elif unit.ledger_unit == "m3" and "Nm3" in (row["dims"] or ()):
            notes.append(("GAS_STATE_UNSTATED", Outcome.WARN))
        return tuple(notes)

    def _report(
        self, candidate: Candidate, unit: ParsedUnit, outcome: Outcome, found: list[Finding]
    ) -> None:
        facts = facts_of(unit) | {"item": candidate.text("item") or candidate.item or "-"}
        if facts["choices"] == "-":
            dims = self._words.items.get(candidate.item, {}).get("dims") or ("-",)
            facts["choices"] = ", ".join(dims)
        facts["expected"] = facts["choices"]
        column = candidate.column_of("unit")
        found.append(self._place.finding(unit.code, outcome, candidate.row, column, **facts))

    def _report_heating_value(
        self, candidate: Candidate, use: UnitUse, found: list[Finding]
    ) -> None:
        facts = {"found": use.unit.text, "item": candidate.text("item"), "choices": "net, gross"}
        row, column = candidate.row, candidate.column_of("unit")
        if use.heating_value is Outcome.ASK:
            found.append(
                self._place.finding("HEATING_VALUE_BASIS", Outcome.ASK, row, column, **facts)
            )
        else:
            self._place.repeat("HEATING_VALUE_ASSUMED_NET", Outcome.WARN, row, column, **facts)

    def report_notes(self, candidate: Candidate, use: UnitUse) -> None:
        """Say once per sheet and item what the unit of an accepted row leaves to assume."""
        for code, outcome in use.notes:
            facts = {"item": candidate.text("item") or candidate.item, "found": use.unit.text}
            column = candidate.column_of("unit")
            self._place.repeat(code, outcome, candidate.row, column, **facts, group=candidate.item)

    def number_context(self, use: UnitUse, kind: RowKind) -> NumberContext:
        """Return how to read a number in this unit."""
        known = use.numbers.get(kind)
        if known is None:
            known = use.numbers[kind] = NumberContext(
                self._words.numbers,
                units=self._words.units,
                unit=use.unit if use.unit.counts else None,
                is_money=use.unit.dimension.startswith("money"),
                kind=kind,
            )
        return known
