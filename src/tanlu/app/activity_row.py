"""One row of the ledger: what it says, every version of it, the files that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import access, activity
from tanlu.app.activity_changes import Change, Save, save
from tanlu.app.activity_marks import read_marks
from tanlu.app.histories import batches_told, versions_told
from tanlu.app.typed_rows import FIELDS
from tanlu.kernel.errors import TanluError
from tanlu.storage import segment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say

EDITED = ("quantity", "unit", "supplier", "voucher", "quality", "note")


def one(desk: Desk, principal: Principal, row_id: str, *, say: Say) -> dict[str, Any]:
    """Return a row, cancelled or not, with its versions, evidence, batch and decision.

    Raises
    ------
    TanluError
        ``app.row-unknown``; ``activity.sites`` for a row of a site the person does not see.
    """
    row = held(desk, principal, row_id)
    marks = read_marks(desk)
    decision = marks.approved.get(row["batch_id"]) or marks.returned.get(row["batch_id"])
    return {
        "row": activity.told(row, marks, say=say),
        "is_void": row["op"] == "void",
        "versions": versions_told(desk, row_id, say=say),
        "history": batches_told(
            desk, batches={row["batch_id"]}, originals={row["sha256"]}, say=say
        ),
        "proofs": marks.proofs(row),
        "decision": decision,
        "is_approved": row["batch_id"] in marks.approved,
        "head": desk.head(),
        "may_correct": row["op"] != "void"
        and access.can(principal, "correct", site=str(row["site"])),
        "may_open": access.can(principal, "evidence", site=str(row["site"])),
    }


def held(desk: Desk, principal: Principal, row_id: str) -> dict[str, Any]:
    """Return the newest version of a row as the ledger has it, to who sees its site.

    Raises
    ------
    TanluError
        ``app.row-unknown``; ``activity.sites``.
    """
    found = activity.rows_with(desk, [row_id]).get(row_id)
    if found is None:
        rows = desk.workspace.rows([row_id])
        if not rows:
            raise TanluError("app.row-unknown", found=row_id)
        found = segment.from_rows(rows, batch_of(desk, row_id)).to_pylist()[0]
    mine = access.scope(principal)
    if mine is not None and found["site"] not in mine:
        raise TanluError("activity.sites", found=found["site"] or "-")
    return found


def batch_of(desk: Desk, row_id: str) -> str:
    """Return the batch that wrote the newest version of a row with more than one."""
    revised = desk.kept("revised", lambda: desk.workspace.revised().to_pylist())
    mine = [row for row in revised if row["row_id"] == row_id]
    return str(max(mine, key=lambda row: int(row["version"]))["batch_id"]) if mine else ""


def correct(
    desk: Desk, principal: Principal, row_id: str, typed: Mapping[str, str], *, say: Say
) -> dict[str, Any]:
    """Write what a form changed of a row; answers as `activity_changes.save`.

    Raises
    ------
    TanluError
        ``activity.cells`` with the cells that cannot be taken; those of `save`.
    """
    shown = activity.told(held(desk, principal, row_id), read_marks(desk), say=say)
    changed = {
        name: typed[name]
        for name in EDITED
        if name in typed and typed[name].strip() != str(shown[name])
    }
    is_removed = typed.get("act") == "void"
    version = typed.get("version", "")
    change = Change(
        row_id, {} if is_removed else changed, is_removed=is_removed,
        version=int(version) if version.isascii() and version.isdecimal() else 0,
    )  # fmt: skip
    found = save(desk, principal, Save(desk.head(), [change], typed.get("reason", "")), say=say)
    return refused_cells(found)


def add(desk: Desk, principal: Principal, typed: Mapping[str, str], *, say: Say) -> dict[str, Any]:
    """Write the row of a form.

    Raises
    ------
    TanluError
        ``activity.cells``: the row is kept and counts in no total; those of `save`.
    """
    change = Change("new-1", {name: typed.get(name, "") for name in FIELDS}, is_new=True)
    found = save(desk, principal, Save(desk.head(), [change], typed.get("reason", "")), say=say)
    return refused_cells(found)


def refused_cells(found: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without bad cells; with some they are an error that names them."""
    bad = found.get("bad") or ()
    if bad:
        told = " ".join(one["reason"] for one in bad)
        raise TanluError("activity.cells", found=told, undo=found["undo"])
    return found
