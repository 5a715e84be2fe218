"""Rows typed on a screen, read like any file: a small CSV, its cells, what became of each row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tanlu.app.findings import finding_body
from tanlu.kernel.findings import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tanlu.i18n.say import Say
    from tanlu.ingest.model import ParsedFile
    from tanlu.kernel.findings import Finding

# Field of the grid to the header the importer knows it by.
HEADERS: Mapping[str, str] = {
    "site": "Site",
    "item": "Activity",
    "month": "Period",
    "quantity": "Quantity",
    "unit": "Unit",
    "supplier": "Supplier",
    "voucher": "Voucher",
    "quality": "Data source",
    "note": "Note",
}
FIELDS = tuple(HEADERS)
_COLUMNS = "ABCDEFGHI"
_FIRST = 2
_MOST = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that could not be taken: where, what stands in it, why, what would do."""

    row: str
    field: str
    found: str
    reason: str
    advice: tuple[str, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """The fault as the grid reads it."""
        return {
            "row": self.row, "field": self.field, "found": self.found, "reason": self.reason,
            "advice": list(self.advice),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A new row: the id the screen gave it, and its fields as typed."""

    id: str
    typed: Mapping[str, str] = field(default_factory=dict)


def write_rows(rows: Sequence[TypedRow], path: Path) -> None:
    """Write typed rows as a CSV whose cell addresses say which row and field they came from."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADERS.values())
    for row in rows:
        writer.writerow([row.typed.get(name, "") for name in HEADERS])
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def faults(file: ParsedFile, rows: Sequence[TypedRow], *, say: Say) -> list[Fault]:
    """Return what keeps typed rows from counting, by their fields; each such row is held back."""
    found: dict[tuple[str, str], Fault] = {}
    for finding in _held(file):
        place = _place(finding.cell, rows)
        if place is None:
            continue
        row, name = place
        found.setdefault((row.id, name), _fault(finding, row, name, say=say))
    taken = {row.source.cell for row in file.rows}
    told = {row for row, _ in found}
    for number, row in enumerate(rows, _FIRST):
        has_row = any(f"{letter}{number}" in taken for letter in _COLUMNS)
        if not has_row and row.id not in told:
            found[row.id, "quantity"] = _unread(file, row, number, say=say)
    return list(found.values())


def _held(file: ParsedFile) -> Iterator[Finding]:
    for row in file.quarantine:
        yield from row.findings
    yield from (one for one in file.findings if one.outcome is Outcome.ASK)


def _place(cell: str, rows: Sequence[TypedRow]) -> tuple[TypedRow, str] | None:
    letter, number = cell[:1], cell[1:].partition(":")[0]
    if letter not in _COLUMNS or not number.isdecimal():
        return None
    index = int(number) - _FIRST
    if not 0 <= index < len(rows):
        return None
    return rows[index], FIELDS[_COLUMNS.index(letter)]


def _fault(finding: Finding, row: TypedRow, name: str, *, say: Say) -> Fault:
    body = finding_body(finding, say)
    read = finding.facts.get("read", "")
    near = [read] if read.strip("- ") else finding.facts.get("near", "").split(", ")
    advice = tuple(one for one in near if one.strip("- "))[:_MOST]
    return Fault(row.id, name, row.typed.get(name, ""), str(body["message"]), advice)


def _unread(file: ParsedFile, row: TypedRow, number: int, *, say: Say) -> Fault:
    """Return the fault of a row that gave nothing: what was found about it, or that it is there."""
    about = [one for one in file.findings if one.cell[1:].partition(":")[0] == str(number)]
    told = about or [one for one in file.findings if not one.cell]
    reason = str(finding_body(told[0], say)["message"]) if told else say("activity.row-unread")
    return Fault(row.id, "quantity", row.typed.get("quantity", ""), reason)
