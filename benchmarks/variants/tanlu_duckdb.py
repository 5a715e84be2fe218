"""Tanlu on DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.ledger import book, segments
from tanlu.compute import calculate, duckdb_engine
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from pathlib import Path

_IMPORTED = duckdb_engine


def summary(data: Path, _: Path) -> str:
    """Return the hash of the summary."""
    return calculate(segments(data), book(), streams=(Stream.MAIN,), with_rows=False).hash
