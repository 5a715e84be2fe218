"""The second engine: Polars, streaming. The only module that knows Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import narwhals as nw
import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from tanlu.compute.frames import Frame, Limits


class PolarsEngine:
    """Lazy Polars frames; its threads are those of the process, whatever the limits say.

    Parameters
    ----------
    limits : Limits
        Taken for the sake of one signature.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def __enter__(self) -> Self:
        """Do nothing: there is no connection."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """Do nothing: there is no connection."""

    def scan(self, activity: pa.Table | Sequence[Path]) -> Frame:
        """Return the activity rows as a lazy frame."""
        if isinstance(activity, (list, tuple)):
            return nw.from_native(pl.scan_parquet(list(activity)))
        return self.table(activity)

    def table(self, table: pa.Table) -> Frame:
        """Return a small table as a lazy frame."""
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table, not a column
        return nw.from_native(frame.lazy())

    def collect(self, frame: Frame) -> pa.Table:
        """Run a lazy frame."""
        return frame.to_native().collect(engine="streaming").to_arrow()

    def batches(self, frame: Frame) -> pa.RecordBatchReader:
        """Run a lazy frame and hand its rows over in batches."""
        table = self.collect(frame)
        return pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
