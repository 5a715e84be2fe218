"""Ledger rows to exact sums: Tanlu on DuckDB and Polars, pandas in doubles, and a bare scan."""

from __future__ import annotations

from benchmarks.case import Bar, Case, register
from benchmarks.ledger import write_ledger

register(
    Case(
        name="engine_summary",
        prepare=write_ledger,
        variants={
            "duckdb": "tanlu_duckdb:summary",
            "polars": "tanlu_polars:summary",
            "pandas": "in_pandas:summary",
            "bare_scan": "bare_scan:summary",
        },
        agree=(("duckdb", "polars"),),
        bars=(
            Bar("1 M rows, CPU against pandas", "cpu_s", "duckdb", 1 / 1.5, 1_000_000, "pandas"),
            Bar("10 M rows, CPU against pandas", "cpu_s", "duckdb", 1 / 3, 10_000_000, "pandas"),
            Bar("10 M rows, peak memory [MB]", "peak_mb", "duckdb", 500, 10_000_000),
            Bar(
                "10 M rows, memory against pandas",
                "peak_mb",
                "duckdb",
                1 / 8,
                10_000_000,
                "pandas",
            ),
            Bar(
                "10 M rows, CPU against a bare scan", "cpu_s", "duckdb", 25, 10_000_000, "bare_scan"
            ),
        ),
    )
)
