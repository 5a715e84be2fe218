"""Builds drafts with real source files, for the tests of the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tanlu.kernel.activity import ActivityRow, Record, RecordKind, Site, SourceCell
from tanlu.kernel.periods import Period, year_month
from tanlu.storage import BatchDraft, FileDraft, RowCounts, Workspace

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2025, 6, 1, 8, 30, tzinfo=UTC)
LATER = datetime(2026, 1, 2, tzinfo=UTC)


def ym(month: int) -> int:
    """Return the ledger month of a month of 2024."""
    return year_month(2024, month)


@dataclass(frozen=True)
class LedgerMaker:
    """Makes workspaces, files and drafts below one folder."""

    folder: Path

    def workspace(self, name: str = "ws") -> Workspace:
        """Make and open a workspace."""
        return Workspace.create(
            self.folder / name, name="测试公司", sector="machinery", province="江苏", at=AT
        )

    def source(self, text: str) -> tuple[Path, str]:
        """Write a source file."""
        data = text.encode("utf-8")
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.folder / "in" / f"{sha256[:12]}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path, sha256

    def row(self, sha256: str, n: int, **changes: Any) -> ActivityRow:
        """Make the n-th row of a source."""
        month = n % 12 + 1
        days = Period.of_month(2024, month)
        row = ActivityRow(
            row_id=f"{sha256[:16]}-{n}",
            site="一厂",
            item="electricity",
            ym=ym(month),
            first_day=days.first,
            last_day=days.last,
            quantity=Decimal(n + 1) / 4,
            unit="MWh",
            ledger_unit="kWh",
            qty_u=(n + 1) * 250_000_000,
            source=SourceCell("能耗表.csv", sha256, "", f"D{n + 2}"),
            voucher=f"V{n}",
        )
        return replace(row, **changes)

    def record(self, sha256: str, n: int, **changes: Any) -> Record:
        """Make the n-th record of a source."""
        record = Record(
            record_id=f"{sha256[:16]}-r{n}",
            kind=RecordKind.PURCHASE,
            fields={"material": "钢板", "mass_kg": str(n * 100), "supplier": None},
            source=SourceCell("能耗表.csv", sha256, "采购", f"A{n}"),
            cells={"mass_kg": f"C{n}"},
        )
        return replace(record, **changes)

    def file(self, text: str, *, rows: int = 5, records: int = 1, **changes: Any) -> FileDraft:
        """Make a file draft."""
        path, sha256 = self.source(text)
        count = rows + records
        draft = FileDraft(
            path=path,
            name="能耗表.csv",
            sha256=sha256,
            rows=[self.row(sha256, n) for n in range(rows)],
            records=[self.record(sha256, n) for n in range(records)],
            counts=RowCounts(rows_in=count + 1, accepted=count, excluded=1),
        )
        return replace(draft, **changes)

    def draft(
        self, batch_id: str, text: str, *, rows: int = 5, records: int = 1, **changes: Any
    ) -> BatchDraft:
        """Make a batch of one file."""
        file = self.file(text, rows=rows, records=records)
        draft = BatchDraft(batch_id, [file], sites=[Site("一厂", "江苏")])
        return replace(draft, **changes)
