"""The workspace a caller holds: open or create it, write to its ledger, read it back."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from tanlu.storage import (
    attachment,
    chain,
    change,
    current,
    findings,
    folder,
    held,
    month,
    posting,
    register,
    revision,
    schema,
    segment,
    settings,
    verification,
)
from tanlu.storage.chain import Change, Stamp
from tanlu.storage.database import BUSY_MS, Access
from tanlu.storage.entry import receipt
from tanlu.storage.revision import Revision

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    import pyarrow as pa

    from tanlu.kernel.activity import (
        ActivityRow,
        ControlTotal,
        QuarantinedRow,
        Record,
        RecordKind,
        Site,
    )
    from tanlu.storage.change import Changes
    from tanlu.storage.folder import Store
    from tanlu.storage.model import (
        BatchContent,
        BatchDraft,
        BatchInfo,
        ClosedMonth,
        Event,
        Receipt,
        Settings,
        SourceInfo,
        StoredFinding,
        StoredRun,
        StoredTarget,
    )


class Workspace:
    """A company's folder: settings, ledger, originals, runs.

    Every write takes ``at`` (an aware datetime) and ``actor``; each is one event in the chain.
    The writes raise the TanluErrors of `database.Database.write` besides their own.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def create(
        cls,
        path: Path | str,
        *,
        name: str,
        at: datetime,
        sector: str = "",
        province: str = "",
        language: str = "zh",
        actor: str = "owner",
        workspace_id: str = "",
    ) -> Workspace:
        """Make a new workspace in a folder and open it.

        Raises
        ------
        TanluError
            ``storage.exists``, ``storage.not-a-folder``, ``storage.read-only``.
        """
        workspace_id = workspace_id or uuid.uuid4().hex
        values = {"name": name, "sector": sector, "province": province, "language": language}
        change = Change(
            "create",
            workspace_id,
            rows={
                "workspace": [{"id": workspace_id}],
                "schema_version": [{"version": schema.VERSION}],
                "setting": settings.setting_rows(values),
            },
        )
        stamp = Stamp(at, actor)
        folder.create(Path(path), change, workspace_id=workspace_id, stamp=stamp)
        return cls.open(path, at=at, actor=actor)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        at: datetime | None = None,
        actor: str = "owner",
        busy_ms: int = BUSY_MS,
    ) -> Workspace:
        """Open a workspace.

        Parameters
        ----------
        path : Path or str
            Its folder.
        at : datetime, optional
            With a time, an older schema is upgraded and leftovers of a killed writer are
            removed, each as an event; without, nothing is written.
        actor : str
            Who opens it.
        busy_ms : int
            How long a write waits for another writer [ms].

        Raises
        ------
        TanluError
            ``storage.not-a-workspace``, ``storage.newer-schema``, ``storage.older-schema``,
            ``storage.damaged``.
        """
        stamp = None if at is None else Stamp(at, actor)
        return cls(folder.open_store(Path(path), stamp=stamp, busy_ms=busy_ms))

    def close(self) -> None:
        """Let go of the database."""
        self._store.database.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Folder of the workspace."""
        return self._store.folder

    @property
    def exports(self) -> Path:
        """Folder for what is written for people."""
        return self._store.exports

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written here."""
        return self._store.database.access is Access.READ_ONLY

    @property
    def id(self) -> str:
        """Id given at creation; the chain begins with it."""
        with self._store.database.read() as conn:
            return str(conn.execute(select(schema.WORKSPACE.c.id)).scalar_one())

    @property
    def settings(self) -> Settings:
        """Newest settings."""
        with self._store.database.read() as conn:
            return settings.settings(conn)

    def put_setting(
        self, key: str, value: object, *, at: datetime, actor: str, reason: str = ""
    ) -> None:
        """Set one setting; what is set already writes nothing."""
        stamp = Stamp(at, actor, reason)
        settings.put_setting(self._store, key, value=value, stamp=stamp)

    def sites(self) -> tuple[Site, ...]:
        """Return the newest version of each site."""
        with self._store.database.read() as conn:
            return settings.sites(conn)

    def register_sites(
        self, sites: Sequence[Site], *, at: datetime, actor: str, reason: str = ""
    ) -> None:
        """Add sites or say something new about them."""
        settings.register_sites(self._store, sites, stamp=Stamp(at, actor, reason))

    def targets(self) -> tuple[StoredTarget, ...]:
        """Return the newest version of each target."""
        with self._store.database.read() as conn:
            return settings.targets(conn)

    def put_target(
        self,
        target_id: str,
        body: Mapping[str, object] | None,
        *,
        at: datetime,
        actor: str,
        reason: str = "",
    ) -> None:
        """Add a target or its next version; None removes it. No floats."""
        stamp = Stamp(at, actor, reason)
        settings.put_target(self._store, target_id, body=body, stamp=stamp)

    def post_batch(self, draft: BatchDraft, *, at: datetime, actor: str) -> Receipt:
        """Post an import, whole or not at all; see `posting.post_batch`."""
        return posting.post_batch(self._store, draft, stamp=Stamp(at, actor, draft.note))

    def correct(
        self,
        rows: Sequence[ActivityRow],
        *,
        reason: str,
        at: datetime,
        actor: str,
        approver: str = "",
        batch_id: str = "",
    ) -> Receipt:
        """Replace rows by new versions; see `revision.correct`."""
        return revision.correct(
            self._store,
            rows,
            revision=Revision(approver, batch_id),
            stamp=Stamp(at, actor, reason),
        )

    def void(
        self,
        row_ids: Sequence[str],
        *,
        reason: str,
        at: datetime,
        actor: str,
        approver: str = "",
        batch_id: str = "",
    ) -> Receipt:
        """Cancel rows; see `revision.void`."""
        return revision.void(
            self._store,
            row_ids,
            revision=Revision(approver, batch_id),
            stamp=Stamp(at, actor, reason),
        )

    def correct_records(
        self,
        records: Sequence[Record],
        *,
        reason: str,
        at: datetime,
        actor: str,
        approver: str = "",
        batch_id: str = "",
    ) -> Receipt:
        """Replace records by new versions; see `revision.correct_records`."""
        return revision.correct_records(
            self._store,
            records,
            revision=Revision(approver, batch_id),
            stamp=Stamp(at, actor, reason),
        )

    def void_records(
        self,
        record_ids: Sequence[str],
        *,
        reason: str,
        at: datetime,
        actor: str,
        approver: str = "",
        batch_id: str = "",
    ) -> Receipt:
        """Cancel records; see `revision.void_records`."""
        return revision.void_records(
            self._store,
            record_ids,
            revision=Revision(approver, batch_id),
            stamp=Stamp(at, actor, reason),
        )

    def void_batch(
        self, batch_id: str, *, reason: str, at: datetime, actor: str, approver: str = ""
    ) -> Receipt:
        """Take an import back with all it brought; see `revision.void_batch`."""
        return revision.void_batch(
            self._store, batch_id, revision=Revision(approver), stamp=Stamp(at, actor, reason)
        )

    def change(
        self, changes: Changes, *, reason: str, at: datetime, actor: str
    ) -> tuple[Receipt, ...]:
        """Post a save: corrections, cancellations and new rows; see `change.post_changes`."""
        return change.post_changes(self._store, changes, stamp=Stamp(at, actor, reason))

    def take_back(
        self, batch_ids: Sequence[str], *, reason: str, at: datetime, actor: str
    ) -> tuple[Receipt, ...]:
        """Take the batches of a save back together; see `change.take_back`."""
        return change.take_back(self._store, batch_ids, stamp=Stamp(at, actor, reason))

    def attach(
        self,
        path: Path,
        about: Mapping[str, str],
        *,
        name: str,
        suffix: str,
        at: datetime,
        actor: str,
        reason: str = "",
    ) -> str:
        """Keep a file as evidence; see `attachment.attach`."""
        stamp = Stamp(at, actor, reason)
        return attachment.attach(
            self._store, path, name=name, suffix=suffix, about=about, stamp=stamp
        )

    def batch_content(self, batch_id: str) -> BatchContent:
        """Return what `void_batch` would take back; see `revision.batch_content`."""
        with self._store.database.read() as conn:
            return revision.batch_content(self._store, conn, batch_id)

    def acknowledge(
        self, batch_id: str, numbers: Sequence[int], *, reason: str, at: datetime, actor: str
    ) -> None:
        """Accept findings of a batch, with a reason."""
        stamp = Stamp(at, actor, reason)
        findings.acknowledge(self._store, batch_id, numbers=numbers, stamp=stamp)

    def close_period(
        self,
        first: int,
        last: int,
        *,
        at: datetime,
        actor: str,
        approver: str = "",
        reason: str = "",
        statement: Mapping[str, object] | None = None,
    ) -> str:
        """Close ledger months after a whole verification; return the new head.

        See `month.close_period`.

        Raises
        ------
        TanluError
            Also ``storage.verify-failed``, with what was found.
        """
        verification.require(self._store)
        return month.close_period(
            self._store,
            range(first, last + 1),
            approver=approver,
            statement=statement or {},
            stamp=Stamp(at, actor, reason),
        )

    def reopen_period(
        self, first: int, last: int, *, at: datetime, actor: str, second: str, reason: str
    ) -> None:
        """Open closed months again: two people and a reason; see `month.reopen_period`."""
        stamp = Stamp(at, actor, reason)
        month.reopen_period(self._store, range(first, last + 1), second=second, stamp=stamp)

    def save_run(
        self,
        run_id: str,
        meta: Mapping[str, object],
        rows: pa.Table,
        *,
        at: datetime,
        actor: str,
    ) -> StoredRun:
        """Keep a calculation; see `register.save_run`."""
        return register.save_run(self._store, run_id, meta=meta, rows=rows, stamp=Stamp(at, actor))

    def note(
        self,
        action: str,
        subject: str,
        payload: Mapping[str, object],
        *,
        at: datetime,
        actor: str,
        reason: str = "",
    ) -> str:
        """Write an event that changes no table, such as a new user; return the new head.

        Parameters
        ----------
        action, subject : str
            What was done, and to what.
        payload : Mapping
            What else is to be known; no floats, no secrets.
        """
        change = Change(action, subject, payload=payload)
        with self._store.database.write() as conn:
            return str(chain.append(conn, change, stamp=Stamp(at, actor, reason)))

    def head(self) -> str:
        """Return ``seq:hash`` of the last event."""
        with self._store.database.read() as conn:
            return str(chain.head(conn))

    def events(self, *, after: int = 0) -> tuple[Event, ...]:
        """Return the events after a number, in order."""
        with self._store.database.read() as conn:
            return tuple(chain.read(conn, after=after))

    def activity(self, *, as_of_seq: int | None = None) -> pa.Table:
        """Return the current rows (`segment.SCHEMA`); segments are hashed before they are read.

        Parameters
        ----------
        as_of_seq : int, optional
            As the ledger stood after that event.
        """
        with self._store.database.read() as conn:
            return current.activity(self._store, conn, as_of_seq=as_of_seq)

    def has_changes(self) -> bool:
        """Whether any row was corrected or cancelled, so that segments alone are not the truth."""
        with self._store.database.read() as conn:
            return any(row.changes for row in current.segments(conn))

    def segment_paths(self) -> list[Path]:
        """Return the segment files, hashed; they are the current rows unless `has_changes`."""
        with self._store.database.read() as conn:
            return [current.segment_path(self._store, row) for row in current.segments(conn)]

    def engine_input(self) -> pa.Table | list[Path]:
        """Return what the engine reads: the segments; a table when there are none or changes."""
        paths = [] if self.has_changes() else self.segment_paths()
        return paths or self.activity()

    def rows(self, row_ids: Sequence[str]) -> tuple[ActivityRow, ...]:
        """Return the newest version, void or not, of a few rows, in order of id."""
        with self._store.database.read() as conn:
            found = current.with_ids(self._store, conn, row_ids=row_ids)
            return segment.to_rows(found.sort_by("row_id"))

    def row(self, row_id: str) -> ActivityRow | None:
        """Return the newest version of one row, void or not."""
        return next(iter(self.rows([row_id])), None)

    def records(
        self, kind: RecordKind | None = None, *, as_of_seq: int | None = None
    ) -> tuple[Record, ...]:
        """Return the current records, of one kind or all."""
        with self._store.database.read() as conn:
            return current.records(conn, kind=kind, as_of_seq=as_of_seq)

    def rows_near(self, *, sites: Collection[str], items: Collection[str], sha256: str) -> pa.Table:
        """Return the current rows of a source, and those of any of the sites and of the items."""
        with self._store.database.read() as conn:
            return current.near(self._store, conn, sites=sites, items=items, sha256=sha256)

    def revised(self) -> pa.Table:
        """Return every version of the rows that have more than one, see `activity`."""
        with self._store.database.read() as conn:
            return current.revised(self._store, conn)

    def corrected_by_hand(self) -> frozenset[str]:
        """Return the ids of the rows and records whose newest version a person wrote."""
        with self._store.database.read() as conn:
            return current.corrected_by_hand(self._store, conn)

    def record(self, record_id: str) -> Record | None:
        """Return the newest version of a current record."""
        return next((one for one in self.records() if one.record_id == record_id), None)

    def record_versions(self) -> dict[str, list[Record]]:
        """Return all versions of each current record, first to last."""
        with self._store.database.read() as conn:
            return current.record_versions(conn)

    def quarantine(self) -> tuple[QuarantinedRow, ...]:
        """Return the rows held back that no later import has brought; see `held.quarantine`."""
        with self._store.database.read() as conn:
            return held.quarantine(self._store, conn)

    def control_totals(self) -> tuple[ControlTotal, ...]:
        """Return the sums stated by the newest import of each file."""
        with self._store.database.read() as conn:
            return findings.control_totals(conn)

    def findings(
        self, *, open_only: bool = False, months: range | None = None
    ) -> tuple[StoredFinding, ...]:
        """Return findings.

        Parameters
        ----------
        open_only : bool
            Only errors and warnings that still ask for an answer.
        months : range, optional
            Only what concerns these ledger months: what can keep them from being closed.
        """
        with self._store.database.read() as conn:
            return findings.chosen(self._store, conn, open_only=open_only, months=months)

    def batches(self) -> tuple[BatchInfo, ...]:
        """Return all batches in order."""
        with self._store.database.read() as conn:
            return register.batches(conn)

    def receipt(self, batch_id: str) -> Receipt | None:
        """Return the receipt of a batch that is in the ledger."""
        with self._store.database.read() as conn:
            return receipt(conn, batch_id)

    def has_source(self, sha256: str) -> bool:
        """Whether an original is kept here."""
        return any(source.sha256 == sha256 for source in self.sources())

    def sources(self) -> tuple[SourceInfo, ...]:
        """Return the originals kept, in order."""
        with self._store.database.read() as conn:
            return register.sources(conn)

    def source_path(self, sha256: str) -> Path:
        """Return where an original is kept."""
        with self._store.database.read() as conn:
            return register.source_path(self._store, conn, sha256)

    def runs(self) -> tuple[StoredRun, ...]:
        """Return all runs in order."""
        with self._store.database.read() as conn:
            return register.runs(self._store, conn)

    def run(self, run_id: str) -> StoredRun | None:
        """Return one run."""
        return next((run for run in self.runs() if run.run_id == run_id), None)

    def closed_months(self) -> tuple[ClosedMonth, ...]:
        """Return the state of each month that was ever closed."""
        with self._store.database.read() as conn:
            return month.states(conn)
