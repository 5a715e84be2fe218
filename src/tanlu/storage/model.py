"""What goes into and comes out of a workspace: drafts, receipts, settings, stored rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from tanlu.kernel.activity import ActivityRow, ControlTotal, QuarantinedRow, Record, Site
    from tanlu.kernel.findings import Finding


class BatchKind(StrEnum):
    """What a batch did."""

    IMPORT = "import"
    CORRECT = "correct"
    VOID = "void"


class MonthState(StrEnum):
    """Whether a ledger month still takes rows."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RowCounts:
    """The four counts of a file; ``rows_in`` is their sum, always.

    Parameters
    ----------
    rows_in : int
        Data rows seen.
    accepted, quarantined, duplicates, excluded : int
        What happened to them; excluded are subtotal and title rows.
    """

    rows_in: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    excluded: int = 0

    @property
    def balances(self) -> bool:
        """Whether every row that came in is accounted for."""
        parts = (self.accepted, self.quarantined, self.duplicates, self.excluded)
        return self.rows_in == sum(parts) and min(parts) >= 0

    def __add__(self, other: RowCounts) -> RowCounts:
        return RowCounts(
            self.rows_in + other.rows_in,
            self.accepted + other.accepted,
            self.quarantined + other.quarantined,
            self.duplicates + other.duplicates,
            self.excluded + other.excluded,
        )


@dataclass(frozen=True, slots=True)
class FileDraft:
    """One file of an import, read but not yet posted.

    Parameters
    ----------
    path : Path
        Where the original lies now; its bytes are kept in the workspace.
    name : str
        Name as the user knows it.
    sha256 : str
        Hash of the bytes that were parsed; another hash at posting is refused.
    rows : sequence of ActivityRow, or pyarrow.Table with `segment.SCHEMA`
        Accepted activity rows.
    records, quarantine, control_totals, findings
        What else the file held.
    counts : RowCounts
        Row counts by outcome.
    sheets : sequence of mapping
        One JSON-able entry per sheet, kept as it is for the import report.
    open_questions : bool
        True when part of the file waits for an answer, so that it may be imported again.
    """

    path: Path
    name: str
    sha256: str
    rows: Sequence[ActivityRow] | pa.Table = ()
    records: Sequence[Record] = ()
    quarantine: Sequence[QuarantinedRow] = ()
    control_totals: Sequence[ControlTotal] = ()
    findings: Sequence[Finding] = ()
    counts: RowCounts = RowCounts()
    sheets: Sequence[Mapping[str, object]] = ()
    open_questions: bool = False


@dataclass(frozen=True, slots=True)
class BatchDraft:
    """All files of one import, posted in one transaction or not at all.

    Parameters
    ----------
    batch_id : str
        Made by the caller; posting a committed id again returns its first receipt.
    files : sequence of FileDraft
        At least one.
    sites : sequence of Site
        Sites to register with the batch (a workspace that has declared none).
    force : bool
        Post a file a second time although it is already in the ledger; its rows get new ids.
    note : str
        Reason or remark, kept with the event.
    importer : str
        Version of the reader, for the record.
    mapping : Mapping
        Answers given with ``--mapping``, kept with the event.
    """

    batch_id: str
    files: Sequence[FileDraft]
    sites: Sequence[Site] = ()
    force: bool = False
    note: str = ""
    importer: str = ""
    mapping: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PostedTotal:
    """Exact sum of the posted rows of one site, item and ledger unit.

    Parameters
    ----------
    qty_u : int
        Sum in millionths of `unit`, over the rows that have one.
    rows, out_of_range : int
        Number of rows, and of those among them without `qty_u`.
    """

    site: str
    item: str
    unit: str
    qty_u: int
    rows: int
    out_of_range: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement of a batch: it exists and will survive a power cut.

    Parameters
    ----------
    batch_id : str
        As given.
    seq : int
        Its event in the chain.
    head : str
        ``seq:hash`` of that event.
    counts : RowCounts
        Sum over the files, as read.
    new_rows, new_records : int
        What was added to the ledger.
    known_rows : int
        Rows of a file imported again that the ledger already held.
    totals : tuple of PostedTotal
        Sums of the rows added.
    repeated : bool
        True when the batch had been posted before and nothing was added now.
    """

    batch_id: str
    seq: int
    head: str
    counts: RowCounts
    new_rows: int
    new_records: int
    known_rows: int
    totals: tuple[PostedTotal, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """An original file kept in the workspace."""

    sha256: str
    name: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class BatchInfo:
    """A batch as the ledger holds it."""

    batch_id: str
    seq: int
    kind: BatchKind
    at: str
    actor: str
    reason: str
    counts: RowCounts
    rows: int
    records: int
    sources: tuple[SourceInfo, ...]
    sheets: tuple[Mapping[str, object], ...]
    open_questions: bool
    voids: str = ""


@dataclass(frozen=True, slots=True)
class BatchContent:
    """What voiding an import takes out of the ledger, and what comes back.

    Parameters
    ----------
    cancelled_rows : int
        Activity rows that no longer count.
    restored_rows, restored_records : int
        Rows and records of other imports whose version before this import counts again.
    cancelled_records : Mapping of str to int
        Records that no longer count, by kind.
    """

    cancelled_rows: int
    restored_rows: int
    cancelled_records: Mapping[str, int]
    restored_records: int


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding of a batch, and who accepted it.

    Parameters
    ----------
    n : int
        Its number in the batch, for `acknowledge`.
    acknowledged : str
        Reason given when it was accepted; empty when it was not.
    superseded : bool
        True when the file was imported again later, or a later import brought the row, or
        filled the gap, it is about: it no longer counts.
    sha256 : str
        File it was found in.
    """

    batch_id: str
    n: int
    finding: Finding
    acknowledged: str = ""
    superseded: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A calculation that was kept: its description and where its rows lie."""

    run_id: str
    seq: int
    at: str
    meta: Mapping[str, object]
    rows: int
    sha256: str
    path: Path


@dataclass(frozen=True, slots=True)
class StoredTarget:
    """The newest version of a target."""

    target_id: str
    version: int
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """The state of one ledger month."""

    ym: int
    state: MonthState
    seq: int
    actor: str
    second: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a workspace.

    Parameters
    ----------
    name : str
        Name of the company.
    sector, province : str
        Ids from the data tables; the province of sites that name none.
    language : str
        ``zh``, ``en`` or ``zh-Hant``: also decides how ``1,234`` is read.
    gwp : str
        Set of global warming potentials.
    profile : str
        Profile of factor sets.
    fiscal_start : int
        First month of the fiscal year, 1 to 12.
    sites_declared : bool
        True when the list of sites is complete, so that other names are quarantined.
    other : Mapping
        Any further key put with `put_setting`.
    """

    name: str
    sector: str = ""
    province: str = ""
    language: str = "zh"
    gwp: str = ""
    profile: str = ""
    fiscal_start: int = 1
    sites_declared: bool = False
    other: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One link of the chain, as stored."""

    seq: int
    hash: str
    at: str
    actor: str
    action: str
    subject: str
    reason: str
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was recomputed, and every thing that is not as it was written.

    Parameters
    ----------
    events : int
        Number of events read.
    head : str
        ``seq:hash`` of the last event.
    checked : Mapping[str, int]
        How many of each thing were recomputed.
    failures : tuple of Finding
        The first names the first bad event in ``facts["seq"]``.
    """

    events: int
    head: str
    checked: Mapping[str, int]
    failures: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.failures
