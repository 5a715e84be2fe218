"""The workspace on disk: an append-only ledger in SQLite whose every change is a link of a
SHA-256 chain, immutable Parquet segments of activity rows, and the originals by content hash.
Nothing here knows a factor or a language.
"""

from tanlu.storage.model import (
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
from tanlu.storage.workspace import Workspace

__all__ = [
    "BatchDraft",
    "BatchInfo",
    "BatchKind",
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
]
