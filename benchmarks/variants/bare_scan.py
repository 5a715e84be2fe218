"""DuckDB reading the columns of the summary and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from benchmarks.ledger import segments

if TYPE_CHECKING:
    from pathlib import Path


def summary(data: Path, _: Path) -> int:
    """Return the number of rows, after reading every column that the summary reads."""
    paths = [str(path) for path in segments(data)]
    names = ("site", "item", "ym", "ledger_unit", "qty_u")
    largest = ", ".join(f"max({name})" for name in names)
    found = duckdb.connect().read_parquet(paths).aggregate(f"count(*) AS n, {largest}")
    return int(found.to_arrow_table().column("n")[0].as_py())
