"""A save of a person: corrections, cancellations and new rows, in one transaction or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tanlu.kernel.errors import TanluError
from tanlu.storage import current, folder
from tanlu.storage.entry import write_entry
from tanlu.storage.posting import Ready, post_ready
from tanlu.storage.revision import cancellation, correction, taking_back

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from tanlu.kernel.activity import ActivityRow
    from tanlu.storage.chain import Stamp
    from tanlu.storage.entry import Entry
    from tanlu.storage.folder import Store
    from tanlu.storage.model import BatchDraft, Receipt


@dataclass(frozen=True, slots=True)
class Changes:
    """What one save does.

    Parameters
    ----------
    change_id : str
        Made by the caller; the ids of its batches begin with it.
    corrected : sequence of ActivityRow
        Rows as they should be, by their id.
    voided : sequence of str
        Ids of rows that are cancelled.
    versions : Mapping of str to int
        The version of each corrected or cancelled row that the person saw.
    draft : BatchDraft, optional
        New rows.
    """

    change_id: str
    corrected: Sequence[ActivityRow] = ()
    voided: Sequence[str] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    draft: BatchDraft | None = None


def post_changes(store: Store, changes: Changes, *, stamp: Stamp) -> tuple[Receipt, ...]:
    """Post a save: one batch for each of corrections, cancellations and new rows.

    Parameters
    ----------
    store : Store
        The workspace.
    changes : Changes
        What is done.
    stamp : Stamp
        When, by whom and why; the reason is required where a row of the ledger is touched.

    Returns
    -------
    tuple of Receipt
        One per batch; each may be taken back with `revision.void_batch`.

    Raises
    ------
    TanluError
        ``storage.row-changed`` when a row has another version by now; ``storage.reason-missing``;
        those of `revision.correct` and `posting.post_batch`.
    """
    if (changes.corrected or changes.voided) and not stamp.reason.strip():
        raise TanluError("storage.reason-missing")
    ready = Ready.of(changes.draft) if changes.draft else None
    written: list[Path] = []
    try:
        with store.database.write(needed=ready.needed if ready else 0) as conn:
            told = list(_revised(store, conn, changes, stamp=stamp, written=written))
            if ready is not None:
                told.append(post_ready(store, conn, ready=ready, stamp=stamp, written=written))
            return tuple(told)
    except BaseException:
        folder.discard(store, written)
        raise


def take_back(store: Store, batch_ids: Sequence[str], *, stamp: Stamp) -> tuple[Receipt, ...]:
    """Take the batches of a save back, last first, in one transaction.

    Raises
    ------
    TanluError
        Those of `revision.void_batch`.
    """
    if not stamp.reason.strip():
        raise TanluError("storage.reason-missing")
    written: list[Path] = []
    try:
        with store.database.write() as conn:
            return tuple(
                write_entry(
                    store, conn, stamp=stamp, written=written,
                    entry=taking_back(store, conn, batch_id, new_id=f"undo-{batch_id}"),
                )
                for batch_id in reversed(batch_ids)
            )  # fmt: skip
    except BaseException:
        folder.discard(store, written)
        raise


def _revised(
    store: Store, conn: Connection, changes: Changes, *, stamp: Stamp, written: list[Path]
) -> Iterator[Receipt]:
    _refuse_changed(store, conn, changes)
    entries: list[Entry] = []
    if changes.corrected:
        batch_id = f"{changes.change_id}-c"
        entries.append(correction(store, conn, changes.corrected, batch_id=batch_id))
    if changes.voided:
        batch_id = f"{changes.change_id}-v"
        entries.append(cancellation(store, conn, changes.voided, batch_id=batch_id))
    for entry in entries:
        yield write_entry(store, conn, entry=entry, stamp=stamp, written=written)


def _refuse_changed(store: Store, conn: Connection, changes: Changes) -> None:
    held = current.with_ids(store, conn, row_ids=changes.versions)
    versions = dict(zip(held["row_id"].to_pylist(), held["version"].to_pylist(), strict=True))
    for name, version in sorted(changes.versions.items()):
        if name in versions and versions[name] != version:
            raise TanluError("storage.row-changed", row=name)
