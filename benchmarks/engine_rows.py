"""Result rows for the audit: against reading and rewriting the file they end up in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.case import Bar, Case, register
from benchmarks.ledger import write_ledger, write_result

if TYPE_CHECKING:
    from pathlib import Path


def prepare(folder: Path, rows: int) -> None:
    """Write the ledger, and its result file for the yardstick to copy."""
    write_ledger(folder, rows)
    write_result(folder, folder / "result.parquet")


register(
    Case(
        name="engine_rows",
        prepare=prepare,
        variants={"rows": "tanlu_duckdb:rows", "rewrite": "rewrite:copy"},
        agree=(("rows", "rewrite"),),
        bars=(
            Bar(
                "10 M rows, CPU against read and rewrite", "cpu_s", "rows", 2, 10_000_000, "rewrite"
            ),
            Bar("10 M rows, peak memory [MB]", "peak_mb", "rows", 500, 10_000_000),
        ),
    )
)
