"""What stands beside rows: files that prove them, and batches that a reviewer approved."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.app import access, clock
from tanlu.catalog import tables
from tanlu.ingest.precheck import check_evidence, display_name
from tanlu.ingest.rejected import RejectedError
from tanlu.kernel.errors import TanluError
from tanlu.storage import browse
from tanlu.storage.attachment import ACTION as ATTACH

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tanlu.app.access import Principal
    from tanlu.app.desk import Desk
    from tanlu.app.spool import Upload

APPROVE, RETURN = "approve-batch", "return-batch"


@dataclass(frozen=True, slots=True)
class Proof:
    """A file kept as evidence: of a row or of all rows with a voucher of a site."""

    sha256: str
    name: str
    row: str
    voucher: str
    site: str
    by: str
    at: str
    note: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Evidence by row and by voucher, and the decisions on batches.

    Parameters
    ----------
    by_row, by_voucher : Mapping
        Files of evidence.
    approved, returned : Mapping
        Batch to who decided, when and why; the newest decision counts.
    """

    by_row: Mapping[str, list[Proof]]
    by_voucher: Mapping[str, list[Proof]]
    approved: Mapping[str, dict[str, str]]
    returned: Mapping[str, dict[str, str]]

    def proofs(self, row: Mapping[str, Any]) -> list[Proof]:
        """Return the files that prove a row."""
        named = self.by_voucher.get(row["voucher"], []) if row["voucher"] else []
        shared = [one for one in named if one.site == row["site"]]
        return [*self.by_row.get(row["row_id"], []), *shared]


def read_marks(desk: Desk) -> Marks:
    """Return the marks of the ledger, read once for the state it is in."""
    return desk.kept("activity.marks", lambda: _read(desk))


def _read(desk: Desk) -> Marks:
    by_row: dict[str, list[Proof]] = defaultdict(list)
    by_voucher: dict[str, list[Proof]] = defaultdict(list)
    decided: dict[str, dict[str, dict[str, str]]] = {APPROVE: {}, RETURN: {}}
    for event in desk.workspace.events():
        if event.action == ATTACH:
            told = {name: str(value) for name, value in event.payload.items()}
            proof = Proof(
                told["sha256"], told["name"], told.get("row", ""), told.get("voucher", ""),
                told.get("site", ""), event.actor, event.at, event.reason,
            )  # fmt: skip
            (by_row[proof.row] if proof.row else by_voucher[proof.voucher]).append(proof)
        elif event.action in decided:
            for known in decided.values():
                known.pop(event.subject, None)
            decision = {"by": event.actor, "at": event.at, "reason": event.reason}
            decided[event.action][event.subject] = decision
    return Marks(dict(by_row), dict(by_voucher), decided[APPROVE], decided[RETURN])


def attach(
    desk: Desk, principal: Principal, row: Mapping[str, Any], upload: Upload,
    *, for_voucher: bool = False, note: str = "",
) -> str:  # fmt: skip
    """Keep a file as evidence of a row, or of its voucher; return its SHA-256.

    Raises
    ------
    TanluError
        ``activity.evidence`` with what is wrong with the file as findings; ``activity.sites``;
        ``activity.no-voucher``.
    """
    if not access.can(principal, "correct", site=row["site"]):
        raise TanluError("activity.sites", found=row["site"] or "-")
    if for_voucher and not row["voucher"]:
        raise TanluError("activity.no-voucher")
    limits = {str(one["id"]): int(one["value"]) for one in tables.read("ingest_limit")}
    data = upload.file.read(limits["file_bytes"] + 1)
    name, _ = display_name(upload.name)
    try:
        suffix = check_evidence(data, name, limits=limits)
    except RejectedError as error:
        raise TanluError("activity.evidence", findings=error.findings, file=name) from error
    about = {"site": str(row["site"])}
    about |= {"voucher": row["voucher"]} if for_voucher else {"row": row["row_id"]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"evidence{suffix}"
        path.write_bytes(data)
        return desk.workspace.attach(
            path, about, name=name, suffix=suffix, at=clock.now(), actor=clock.actor(), reason=note
        )


def sites_of_evidence(desk: Desk, sha256: str) -> set[str]:
    """Return the sites whose rows a file is evidence of."""
    return {one.site for one in _proofs(desk) if one.sha256 == sha256}


def evidence(desk: Desk, principal: Principal, sha256: str) -> tuple[Path, str]:
    """Return where a file of evidence is kept, and its name.

    Raises
    ------
    TanluError
        ``gate.not-found``; ``activity.sites`` for evidence of other sites alone.
    """
    known = [one for one in _proofs(desk) if one.sha256 == sha256]
    if not known:
        raise TanluError("gate.not-found", place=sha256)
    mine = [one for one in known if access.can(principal, "evidence", site=one.site)]
    if not mine:
        raise TanluError("activity.sites", found=known[0].site)
    return desk.workspace.source_path(sha256), mine[0].name


def _proofs(desk: Desk) -> list[Proof]:
    marks = read_marks(desk)
    groups = (*marks.by_row.values(), *marks.by_voucher.values())
    return [one for group in groups for one in group]


def decide(
    desk: Desk, principal: Principal, batches: Collection[str], *, approve: bool, reason: str
) -> None:
    """Approve or return batches; nobody decides on own entries.

    Raises
    ------
    TanluError
        ``activity.no-batch``; ``activity.own`` for own entries; ``activity.sites`` for rows of
        sites the person is not held to; ``storage.reason-missing`` for a return without a reason.
    """
    known = {batch.batch_id: batch for batch in desk.workspace.batches()}
    if not batches or not {*batches} <= {*known}:
        raise TanluError("activity.no-batch")
    own = [b for b in batches if not access.can(principal, "approve", owner=known[b].actor)]
    if own:
        raise TanluError("activity.own", found=", ".join(sorted(own)))
    others = _other_sites(desk, principal, batches)
    if others:
        raise TanluError("activity.sites", found=", ".join(others))
    if not approve and not reason.strip():
        raise TanluError("storage.reason-missing")
    for batch in sorted(batches):
        desk.workspace.note(
            APPROVE if approve else RETURN, batch, {"rows": known[batch].rows},
            at=clock.now(), actor=clock.actor(), reason=reason,
        )  # fmt: skip


def _other_sites(desk: Desk, principal: Principal, batches: Collection[str]) -> list[str]:
    """Return the sites of rows of batches which a person does not see."""
    mine = access.scope(principal)
    if mine is None:
        return []
    found = browse.chosen(desk.workspace.activity(), browse.Wanted(equal={"batch_id": [*batches]}))
    return sorted((site or "-") for site in browse.counted(found, "site") if site not in mine)
