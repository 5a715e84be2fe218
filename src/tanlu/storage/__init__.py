"""The workspace on disk: append-only ledger, segments of activity rows, originals by hash.

Every change is one event in a SHA-256 chain in SQLite; rows lie in immutable Parquet segments.
Nothing here knows a factor or a language.
"""

from tanlu.storage.change import Changes
from tanlu.storage.model import (
    BatchContent,
    BatchDraft,
    BatchInfo,
    BatchKind,
    ClosedMonth,
    Event,
    FileDraft,
    MonthState,
    PostedTotal,
    Receipt,
    RowCounts,
    Settings,
    SourceInfo,
    StoredFinding,
    StoredRun,
    StoredTarget,
    VerifyReport,
)
from tanlu.storage.verification import verify
from tanlu.storage.workspace import Workspace

__all__ = [
    "BatchContent",
    "BatchDraft",
    "BatchInfo",
    "BatchKind",
    "Changes",
    "ClosedMonth",
    "Event",
    "FileDraft",
    "MonthState",
    "PostedTotal",
    "Receipt",
    "RowCounts",
    "Settings",
    "SourceInfo",
    "StoredFinding",
    "StoredRun",
    "StoredTarget",
    "VerifyReport",
    "Workspace",
    "verify",
]
