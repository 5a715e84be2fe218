"""Tanlu on DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.ledger import book, segments, write_result
from tanlu.compute import calculate, duckdb_engine
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from pathlib import Path

_IMPORTED = duckdb_engine

_BOOK = book()  # compiled before the clock starts, in every variant


def summary(data: Path, _: Path) -> str:
    """Return the hash of the summary."""
    return calculate(segments(data), _BOOK, streams=(Stream.MAIN,), with_rows=False).hash


def rows(data: Path, out: Path) -> int:
    """Return the number of result rows written."""
    return write_result(data, out / "rows.parquet")
