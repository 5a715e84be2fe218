"""Who wrote what stands behind a figure or a row, and when: from the batches of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.app import clock
from tanlu.app.activity_marks import read_marks
from tanlu.app.payloads import number
from tanlu.storage.model import BatchKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.storage.model import BatchInfo


def batches_told(
    desk: Desk, *, batches: Collection[str] = (), originals: Collection[str] = (), say: Say
) -> list[dict[str, Any]]:
    """Return the entries of the ledger that brought rows, oldest first.

    Parameters
    ----------
    desk : Desk
        The workspace.
    batches : collection of str
        Ids of batches.
    originals : collection of str
        SHA-256 of the files they were read from: the imports that brought them are told too.
    say : Say
        Language.
    """
    wanted, files = set(batches), set(originals)
    approved = read_marks(desk).approved
    return [
        _told(batch, files, say) | {"approved": _decision(approved.get(batch.batch_id))}
        for batch in desk.kept("batches", desk.workspace.batches)
        if batch.batch_id in wanted
        or (
            batch.kind is BatchKind.IMPORT
            and any(source.sha256 in files for source in batch.sources)
        )
    ]


def evidence_told(desk: Desk, row_id: str) -> list[dict[str, Any]]:
    """Return the files that prove a row, its own and those of its voucher."""
    row = desk.workspace.row(row_id)
    if row is None:
        return []
    known = {"row_id": row.row_id, "voucher": row.voucher, "site": row.site}
    return [
        {"sha256": p.sha256, "name": p.name, "by": p.by, "at": _minute(p.at), "note": p.note}
        for p in read_marks(desk).proofs(known)
    ]


def versions_told(desk: Desk, row_id: str, *, say: Say) -> list[dict[str, Any]]:
    """Return every version of a row that was corrected or cancelled, oldest first."""
    batches = {b.batch_id: b for b in desk.kept("batches", desk.workspace.batches)}
    revised = desk.kept("revised", lambda: desk.workspace.revised().to_pylist())
    mine = sorted((row for row in revised if row["row_id"] == row_id), key=_version)
    return [
        {
            "version": row["version"],
            "what": say(f"web.trace.op.{row['op']}"),
            "quantity": number(row["quantity"]) if row["quantity"] is not None else None,
            "unit": row["unit"],
            "note": row["note"] or "",
            "by": batches[row["batch_id"]].actor if row["batch_id"] in batches else "",
            "at": _minute(batches[row["batch_id"]].at) if row["batch_id"] in batches else "",
            "reason": batches[row["batch_id"]].reason if row["batch_id"] in batches else "",
        }
        for row in mine
    ]


def _version(row: dict[str, Any]) -> int:
    return int(row["version"])


def _told(batch: BatchInfo, originals: Collection[str], say: Say) -> dict[str, Any]:
    return {
        "seq": batch.seq,
        "batch": batch.batch_id,
        "what": say(f"web.trace.batch.{batch.kind.value}"),
        "by": batch.actor,
        "at": _minute(batch.at),
        "reason": batch.reason,
        "files": [
            {"name": source.name, "sha256": source.sha256}
            for source in batch.sources
            if source.sha256 in originals
        ],
    }


def _decision(found: dict[str, str] | None) -> dict[str, str] | None:
    return None if found is None else {"by": found["by"], "at": _minute(found["at"])}


def _minute(at: str) -> str:
    """Return a time of the ledger (UTC) to the minute."""
    return f"{clock.minute(at)} UTC"
