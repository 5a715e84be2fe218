"""One save of the grid: corrections, cancellations and new rows together; and its undoing."""

from __future__ import annotations

import tempfile
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.app import access, activity, clock, imports
from tanlu.app.activity_marks import read_marks
from tanlu.app.audits import read_quantity, with_quantity
from tanlu.app.import_desk import admitting
from tanlu.app.import_history import check_undo
from tanlu.app.references import unit_table
from tanlu.app.typed_rows import FIELDS, Fault, TypedRow, faults, write_rows
from tanlu.kernel.activity import Quality
from tanlu.kernel.errors import TanluError
from tanlu.storage import Changes
from tanlu.units.parse import fold_for_item, parse_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.kernel.activity import ActivityRow
    from tanlu.storage import BatchDraft, Receipt

FIXED = ("site", "item", "month")  # another one is another row
_TEXTS = ("supplier", "voucher", "note")
_PLUS = "+"
_MEASURE = {"quantity", "unit"}


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one row of the grid: its fields as typed, or that it was taken out."""

    row: str
    typed: Mapping[str, str] = field(default_factory=dict)
    is_new: bool = False
    is_removed: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Save:
    """A change-set: the head its rows were read at, what was changed, and why."""

    head: str
    changes: Sequence[Change]
    reason: str = ""


def save(desk: Desk, principal: Principal, asked: Save, *, say: Say) -> dict[str, Any]:
    """Write a change-set in one transaction; what the server cannot read stays out of the totals.

    Parameters
    ----------
    desk, principal : Desk, Principal
        The workspace, and who writes.
    asked : Save
        The change-set.
    say : Say
        Language of reasons.

    Returns
    -------
    dict
        ``ok``; ``head``, ``text``, ``undo`` (id that takes all of it back), ``added`` (ids of the
        new rows), ``bad`` (cells that were not taken). With rows that changed meanwhile ``ok`` is
        false, ``stale`` holds both versions, and nothing was written.

    Raises
    ------
    TanluError
        ``activity.sites``; ``storage.reason-missing``; ``storage.period-closed``; those of
        `imports.import_files`.
    """
    touched = [one for one in asked.changes if not one.is_new]
    rows = activity.rows_with(desk, [one.row for one in touched])
    stale = _stale(desk, asked, touched, rows, say=say)
    if stale:
        message = say("activity.stale", n=len(stale))
        return {
            "ok": False, "code": "activity.stale", "message": message, "findings": [],
            "stale": stale, "head": desk.head(),
        }  # fmt: skip
    _refuse_sites(principal, {str(row["site"]) for row in rows.values()})
    edits = _Edits.of(desk, touched, say=say)
    new = [TypedRow(one.row, _worded(one.typed, say)) for one in asked.changes if one.is_new]
    versions = {name: int(row["version"]) for name, row in rows.items()}
    changes = Changes(
        f"change-{uuid.uuid4().hex[:12]}", edits.corrected, edits.voided,
        {row: versions[row] for row in edits.touched},
    )  # fmt: skip
    return _post(desk, principal, changes, new, edits=edits, reason=asked.reason, say=say)


def undo(desk: Desk, principal: Principal, batches: str, *, say: Say) -> dict[str, Any]:
    """Take a save back with the reversing entries: its own rows go, what it changed returns.

    Raises
    ------
    TanluError
        ``activity.not-yours`` for another's save; ``storage.period-closed``;
        ``storage.batch-void`` when it was taken back before.
    """
    names = batches.split(_PLUS)
    known = {batch.batch_id: batch for batch in desk.workspace.batches()}
    for name in names:
        check_undo(desk.workspace, principal, name)
        if known[name].actor != principal.name and not access.can(principal, "configure"):
            raise TanluError("activity.not-yours", found=name)
    receipts = desk.workspace.take_back(
        names, reason=say("activity.undo-reason", batch=", ".join(names)),
        at=clock.now(), actor=clock.actor(),
    )  # fmt: skip
    count = sum(receipt.new_rows for receipt in receipts)
    return {"ok": True, "head": desk.head(), "text": say("activity.undone", n=count), "undo": ""}


@dataclass(slots=True)
class _Edits:
    """Corrected rows, cancelled ones, and the cells that cannot be taken."""

    corrected: list[ActivityRow] = field(default_factory=list)
    voided: list[str] = field(default_factory=list)
    bad: list[Fault] = field(default_factory=list)

    @classmethod
    def of(cls, desk: Desk, touched: Sequence[Change], *, say: Say) -> _Edits:
        """Read the edits of rows the ledger holds; a row with a bad cell stays as it is."""
        found = cls()
        edited = {one.row: one for one in touched if not one.is_removed}
        found.voided = [one.row for one in touched if one.is_removed]
        for row in desk.workspace.rows([*edited]) if edited else ():
            made, bad = corrected(row, edited[row.row_id].typed, say=say)
            found.bad += bad
            if not bad and made != row:
                found.corrected.append(made)
        return found

    @property
    def touched(self) -> list[str]:
        return [*(row.row_id for row in self.corrected), *self.voided]


def corrected(
    row: ActivityRow, typed: Mapping[str, str], *, say: Say
) -> tuple[ActivityRow, list[Fault]]:
    """Return a row with its typed fields read, and the cells that cannot be."""
    bad = [
        Fault(row.row_id, name, typed[name], say("activity.fixed"))
        for name in FIXED
        if name in typed
    ]
    texts = {name: typed[name].strip() for name in _TEXTS if name in typed}
    made = replace(row, **texts)  # type: ignore[arg-type]  # text fields
    if "quality" in typed:
        made, fault = _qualified(made, typed["quality"], say)
        bad += fault
    if "quantity" in typed or "unit" in typed:
        made, fault = _measured(made, typed, say)
        bad += fault
    return made, bad


def _qualified(row: ActivityRow, text: str, say: Say) -> tuple[ActivityRow, list[Fault]]:
    words = _qualities(say)
    if text.strip() in words:
        return replace(row, quality=words[text.strip()]), []
    choices = tuple(say(f"report.evidence.{one}") for one in activity.QUALITIES)[:3]
    return row, [Fault(row.row_id, "quality", text, say("web.grid.choice"), choices)]


def _qualities(say: Say) -> dict[str, Quality]:
    """Return the kinds of evidence by the words the screen has for them, and by their ids."""
    words = {activity.quality_name(one.value or activity.UNKNOWN, say): one for one in Quality}
    return words | {one.value: one for one in Quality} | {activity.UNKNOWN: Quality.UNKNOWN}


def _worded(typed: Mapping[str, str], say: Say) -> dict[str, str]:
    """Return typed fields with the screen's word for evidence as the importer knows it."""
    known = _qualities(say).get(typed.get("quality", "").strip())
    return {**typed} if known is None else {**typed, "quality": known.value}


def _measured(
    row: ActivityRow, typed: Mapping[str, str], say: Say
) -> tuple[ActivityRow, list[Fault]]:
    bad = []
    unit = parse_unit(typed.get("unit", row.unit), unit_table())
    if "unit" in typed:
        ledger = (row.ledger_unit,)
        unit = fold_for_item(unit, row.ledger_unit, table=unit_table(), dims=ledger)
        if not unit.counts:
            facts = {"found": typed["unit"], "item": row.item, "choices": ", ".join(unit.choices)}
            told = say("activity.unit", expected=row.ledger_unit, **facts)
            bad.append(Fault(row.row_id, "unit", typed["unit"], told, unit.near[:3]))
    try:
        amount = read_quantity(typed["quantity"], row.kind) if "quantity" in typed else row.quantity
    except TanluError as error:
        bad.append(Fault(row.row_id, "quantity", typed["quantity"], say.error(error)))
        return row, bad
    if bad:
        return row, bad
    made = with_quantity(row, amount, unit)
    return (replace(made, ledger_unit=unit.ledger_unit) if "unit" in typed else made), []


def _post(
    desk: Desk, principal: Principal, changes: Changes, new: Sequence[TypedRow],
    *, edits: _Edits, reason: str, say: Say,
) -> dict[str, Any]:  # fmt: skip
    receipts: list[Receipt] = []

    def post(draft: BatchDraft | None) -> Receipt:
        whole = replace(changes, draft=replace(draft, note=reason) if draft else None)
        done = desk.workspace.change(whole, reason=reason, at=clock.now(), actor=clock.actor())
        receipts.extend(done)
        return done[-1]

    bad, added = list(edits.bad), []
    if new:
        found = _imported(desk, principal, new, post=post, say=say)
        bad += faults(found, new, say=say)
        added = [row.row_id for row in found.rows]
    if not receipts and (changes.corrected or changes.voided):
        post(None)
    held = {one.row for one in bad} & {row.id for row in new}
    return {
        "ok": True,
        "head": desk.head(),
        "text": _told(changes, added, held=len(held), refused=len(edits.bad), say=say),
        "undo": _PLUS.join(receipt.batch_id for receipt in receipts),
        "added": added,
        "bad": [one.body for one in bad],
    }


def _imported(
    desk: Desk, principal: Principal, new: Sequence[TypedRow], *, post: Any, say: Say
) -> Any:
    """Read the new rows as the importer reads a file, and post them with the rest."""
    with tempfile.TemporaryDirectory() as folder:
        name = say("activity.typed-in", at=f"{clock.now():%Y%m%d-%H%M%S}")
        path = Path(folder) / f"{name}.csv"
        write_rows(new, path)
        report = imports.import_files(
            desk.workspace, [path], options=imports.ImportOptions(is_marked=False), say=say,
            admit=admitting(principal), post=post,
        )  # fmt: skip
    return report.files[0]


def _told(changes: Changes, added: Sequence[str], *, held: int, refused: int, say: Say) -> str:
    counts = {
        "activity.did.corrected": len(changes.corrected),
        "activity.did.voided": len(changes.voided),
        "activity.did.added": len(added),
        "activity.did.held": held,
        "activity.did.refused": refused,
    }
    told = [say(code, n=say.count(count)) for code, count in counts.items() if count]
    return say.listed(told) if told else say("activity.did.nothing")


def _stale(
    desk: Desk, asked: Save, touched: Sequence[Change], rows: Mapping[str, Mapping[str, Any]],
    *, say: Say,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows that somebody changed since the person read them, with both versions."""
    seq = read_seq(asked.head)
    batches = {batch.batch_id: batch for batch in desk.kept("batches", desk.workspace.batches)}
    marks = read_marks(desk)
    stale = []
    for one in touched:
        row = rows.get(one.row)
        if row is not None:
            batch = batches[row["batch_id"]]
            seen = one.version == row["version"] if one.version is not None else batch.seq <= seq
            if seen:
                continue
            told = activity.told(row, marks, say=say)
            by, at = batch.actor, batch.at
        else:
            told, by, at = None, "", ""
        touching = {*one.typed} or {"quantity"}
        if touching & _MEASURE:
            touching |= _MEASURE  # an amount says nothing without its unit
        fields = [name for name in FIELDS if name in touching]
        mine = {name: one.typed[name] for name in fields if name in one.typed}
        theirs = None if told is None else {name: told[name] for name in fields}
        stale.append({
            "row": one.row, "mine": mine, "theirs": theirs, "by": by, "at": at[:16],
            "version": row["version"] if row else None,
            "text": stale_text(told, mine, fields, by=by, at=at, say=say),
        })  # fmt: skip
    return stale


def stale_text(
    told: Mapping[str, Any] | None, mine: Mapping[str, str], fields: Sequence[str],
    *, by: str, at: str, say: Say,
) -> str:  # fmt: skip
    """Return in words what a row says now, by whom, and what would be put over it."""
    if told is None:
        return say("activity.stale.gone")
    wanted = say.listed([*mine.values()]) if mine else say("activity.stale.remove")
    now = say.listed([str(told[name]) for name in fields if str(told[name])])
    place = f"{told['site']} {told['item']} {told['month']}"
    return say("activity.stale.row", place=place, by=by, at=at[:16].replace("T", " "), theirs=now,
               mine=wanted)  # fmt: skip


def read_seq(head: str) -> int:
    """Return the event a head names.

    Raises
    ------
    TanluError
        ``activity.head``.
    """
    seq = head.partition(":")[0]
    if not (seq.isascii() and seq.isdecimal()):
        raise TanluError("activity.head", found=head[:40])
    return int(seq)


def _refuse_sites(principal: Principal, sites: set[str]) -> None:
    refused = [one for one in sites if not access.can(principal, "correct", site=one)]
    if refused:
        raise TanluError("activity.sites", found=", ".join(sorted(refused)) or "-")
