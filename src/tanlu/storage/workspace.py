"""The workspace a caller holds: open or create it, write to its ledger, read it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path
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
    from tanlu.storage.model import (
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
    """A company's folder. Every write takes ``at`` (an aware datetime) and ``actor``."""

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        name: str,
        at: datetime,
        sector: str = "",
        province: str = "",
        language: str = "zh",
        actor: str = "owner",
    ) -> Workspace:
        """Make a new workspace and open it."""
        raise NotImplementedError

    @classmethod
    def open(cls, folder: Path, *, at: datetime | None = None, actor: str = "owner") -> Workspace:
        """Open a workspace; with `at`, older schemas are upgraded and leftovers swept."""
        raise NotImplementedError

    folder: Path
    read_only: bool

    def close(self) -> None:
        """Let go of the database."""

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
    def id(self) -> str:
        """Id given at creation."""
        raise NotImplementedError

    # settings, sites, targets
    @property
    def settings(self) -> Settings:
        """Newest settings."""
        raise NotImplementedError

    def put_setting(
        self, key: str, value: object, *, at: datetime, actor: str, reason: str = ""
    ) -> None: ...
    def sites(self) -> tuple[Site, ...]:
        raise NotImplementedError

    def register_sites(
        self, sites: Sequence[Site], *, at: datetime, actor: str, reason: str = ""
    ) -> None: ...
    def targets(self) -> tuple[StoredTarget, ...]:
        raise NotImplementedError

    def put_target(
        self,
        target_id: str,
        body: Mapping[str, object] | None,
        *,
        at: datetime,
        actor: str,
        reason: str = "",
    ) -> None: ...

    # writing the ledger
    def post_batch(self, draft: BatchDraft, *, at: datetime, actor: str) -> Receipt:
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

    def void_batch(
        self, batch_id: str, *, reason: str, at: datetime, actor: str, approver: str = ""
    ) -> Receipt:
        raise NotImplementedError

    def acknowledge(
        self, batch_id: str, numbers: Sequence[int], *, reason: str, at: datetime, actor: str
    ) -> None: ...
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
        raise NotImplementedError

    def reopen_period(
        self, first: int, last: int, *, at: datetime, actor: str, second: str, reason: str
    ) -> None: ...
    def save_run(
        self, run_id: str, meta: Mapping[str, object], rows: pa.Table, *, at: datetime, actor: str
    ) -> StoredRun:
        raise NotImplementedError

    # reading
    def head(self) -> str:
        raise NotImplementedError

    def events(self, *, after: int = 0) -> tuple[Event, ...]:
        raise NotImplementedError

    def activity(self, *, as_of_seq: int | None = None) -> pa.Table:
        raise NotImplementedError

    def has_changes(self) -> bool:
        raise NotImplementedError

    def segment_paths(self) -> list[Path]:
        raise NotImplementedError

    def row(self, row_id: str) -> ActivityRow | None:
        raise NotImplementedError

    def rows(self, row_ids: Sequence[str]) -> tuple[ActivityRow, ...]:
        raise NotImplementedError

    def records(
        self, kind: RecordKind | None = None, *, as_of_seq: int | None = None
    ) -> tuple[Record, ...]:
        raise NotImplementedError

    def quarantine(self) -> tuple[QuarantinedRow, ...]:
        raise NotImplementedError

    def batches(self) -> tuple[BatchInfo, ...]:
        raise NotImplementedError

    def receipt(self, batch_id: str) -> Receipt | None:
        raise NotImplementedError

    def control_totals(self) -> tuple[ControlTotal, ...]:
        raise NotImplementedError

    def findings(self, *, open_only: bool = False) -> tuple[StoredFinding, ...]:
        raise NotImplementedError

    def has_source(self, sha256: str) -> bool:
        raise NotImplementedError

    def sources(self) -> tuple[SourceInfo, ...]:
        raise NotImplementedError

    def source_path(self, sha256: str) -> Path:
        raise NotImplementedError

    def run(self, run_id: str) -> StoredRun | None:
        raise NotImplementedError

    def runs(self) -> tuple[StoredRun, ...]:
        raise NotImplementedError

    def closed_months(self) -> tuple[ClosedMonth, ...]:
        raise NotImplementedError
