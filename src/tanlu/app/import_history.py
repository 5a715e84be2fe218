"""The imports of the ledger as a screen shows them, and what undoing one takes back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tanlu.app import access, audits, clock
from tanlu.app.findings import item_name
from tanlu.app.import_desk import listed
from tanlu.app.import_findings import findings_shown
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.i18n.say import Say
    from tanlu.storage import BatchInfo, PostedTotal, Workspace

COUNTS = ("rows_in", "accepted", "quarantined", "duplicates", "excluded")


def overview(desk: Desk, principal: Principal, say: Say) -> dict[str, Any]:
    """Return the imports of the ledger, newest first, and what this person has begun."""
    batches = desk.workspace.batches()
    voided = {batch.voids: batch for batch in batches if batch.voids}
    done = [batch for batch in batches if batch.kind == "import" and _may_see(principal, batch)]
    return {
        "begun": [
            {"token": one["token"], "at": clock.minute(one["at"]),
             "files": [file["name"] for file in one["files"]]}
            for one in listed(desk, principal)
        ],
        "batches": [_line(batch, voided, say) for batch in reversed(done)],
    }  # fmt: skip


def _may_see(principal: Principal, batch: BatchInfo) -> bool:
    """Tell whether a person may look into an import: who is held to sites, only own ones."""
    return access.scope(principal) is None or batch.actor == principal.name


def check_undo(workspace: Workspace, principal: Principal, batch_id: str) -> None:
    """Refuse to undo an import that holds rows of sites which a person may not correct.

    Raises
    ------
    TanluError
        ``import.sites``; ``storage.no-such-batch``.
    """
    receipt = workspace.receipt(batch_id)
    if receipt is None:
        raise TanluError("storage.no-such-batch", batch=batch_id)
    touched = {total.site for total in receipt.totals} | ({""} if receipt.new_records else set())
    refused = [one for one in touched if not access.can(principal, "correct", site=one)]
    if refused:
        raise TanluError("import.sites", found=", ".join(sorted(refused)) or "-")


def _line(batch: BatchInfo, voided: Mapping[str, BatchInfo], say: Say) -> dict[str, Any]:
    undone = voided.get(batch.batch_id)
    return {
        "id": batch.batch_id,
        "at": clock.minute(batch.at),
        "actor": batch.actor,
        "reason": batch.reason,
        "files": [
            {"name": one.name, "sha256": one.sha256, "size": say.count(one.size)}
            for one in batch.sources
        ],
        "rows": say.count(batch.rows),
        "records": say.count(batch.records),
        "quarantined": batch.counts.quarantined,
        "counts": {name: say.count(getattr(batch.counts, name)) for name in COUNTS},
        "open": batch.open_questions,
        "undone": None
        if undone is None
        else {"at": clock.minute(undone.at), "actor": undone.actor, "reason": undone.reason},
    }


def batch(
    desk: Desk, principal: Principal, batch_id: str, *, say: Say, severity: str = ""
) -> dict[str, Any]:
    """Return one import of the ledger: counts, totals, findings, and what undoing takes back.

    Raises
    ------
    TanluError
        ``storage.no-such-batch``.
    """
    workspace = desk.workspace
    batches = workspace.batches()
    found = next((one for one in batches if one.batch_id == batch_id), None)
    receipt = workspace.receipt(batch_id)
    if found is None or receipt is None or found.kind != "import" or not _may_see(principal, found):
        raise TanluError("storage.no-such-batch", batch=batch_id)
    line = _line(found, {one.voids: one for one in batches if one.voids}, say)
    stored = [one for one in workspace.findings() if one.batch_id == batch_id]
    return {
        **line,
        "seq": found.seq,
        "sheets": [_sheet(one, say) for one in found.sheets],
        "totals": _posted(receipt.totals, say),
        "content": "" if line["undone"] else audits.batch_content(workspace, batch_id, say=say),
        **findings_shown((one.finding for one in stored), say, severity=severity),
        "years": list(desk.years()),
    }


def _posted(totals: Sequence[PostedTotal], say: Say) -> list[dict[str, str]]:
    return [
        {
            "site": one.site or say("cli.group"),
            "item": item_name(one.item, say),
            "quantity": say.exact(Decimal(one.qty_u).scaleb(-6)),
            "unit": one.unit,
        }
        for one in totals
    ]


def _sheet(sheet: Mapping[str, Any], say: Say) -> dict[str, Any]:
    return {
        "name": sheet["name"],
        "kind": say(f"cli.sheet.{sheet['kind']}"),
        **{name: say.count(int(sheet[name])) for name in COUNTS},
    }
