"""The default engine: DuckDB in memory. The only module that knows DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import duckdb
import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa

    from tanlu.compute.frames import Frame, Limits

_BATCH_ROWS = 2**17


class DuckDbEngine:
    """One in-memory connection for one calculation; it can read only the files it was given.

    Parameters
    ----------
    limits : Limits
        Threads and memory.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._n_tables = 0

    def __enter__(self) -> Self:
        """Open the connection."""
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if self._limits.threads:
            settings["threads"] = self._limits.threads
        if self._limits.memory:
            settings["memory_limit"] = self._limits.memory
        self._connection = duckdb.connect(config=settings)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """Close the connection."""
        self._connection.close()

    def scan(self, activity: pa.Table | Sequence[Path]) -> Frame:
        """Return the activity rows as a lazy frame; afterwards no other file can be reached."""
        if isinstance(activity, (list, tuple)):
            paths = [str(path) for path in activity]
            self._connection.execute("SET allowed_paths = ?", [paths])
            self._connection.execute("SET enable_external_access = false")
            return nw.from_native(self._connection.read_parquet(paths))
        self._connection.execute("SET enable_external_access = false")
        return nw.from_native(self._connection.from_arrow(activity))

    def table(self, table: pa.Table) -> Frame:
        """Return a small table as a lazy frame; copied, so that its joins know its range."""
        self._n_tables += 1
        name = f"small_{self._n_tables}"
        self._connection.from_arrow(table).create(name)
        return nw.from_native(self._connection.table(name))

    def collect(self, frame: Frame) -> pa.Table:
        """Run a lazy frame."""
        return frame.to_native().to_arrow_table()

    def batches(self, frame: Frame) -> pa.RecordBatchReader:
        """Run a lazy frame and hand its rows over in batches, in input order."""
        return frame.to_native().to_arrow_reader(_BATCH_ROWS)
