"""What every engine offers: lazy frames over the activity rows and over small tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, Self

import narwhals as nw

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa

Frame = nw.LazyFrame[Any]


class EngineName(StrEnum):
    """Engines the calculation runs on, with the same digits."""

    DUCKDB = "duckdb"
    POLARS = "polars"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one calculation may use.

    Parameters
    ----------
    threads : int
        Number of threads; 0 leaves it to the engine.
    memory : str
        Memory such as ``2GB``; empty leaves it to the engine. DuckDB keeps to it.
    """

    threads: int = 0
    memory: str = ""


class Engine(Protocol):
    """One engine for the time of one calculation."""

    def __enter__(self) -> Self:
        """Open it."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """Close it."""
        ...

    def scan(self, activity: pa.Table | Sequence[Path]) -> Frame:
        """Return the activity rows as a lazy frame."""
        ...

    def table(self, table: pa.Table) -> Frame:
        """Return a small table as a lazy frame."""
        ...

    def collect(self, frame: Frame) -> pa.Table:
        """Run a lazy frame."""
        ...

    def batches(self, frame: Frame) -> pa.RecordBatchReader:
        """Run a lazy frame and hand its rows over in batches."""
        ...


_CLASSES = {
    EngineName.DUCKDB: ("tanlu.compute.duckdb_engine", "DuckDbEngine"),
    EngineName.POLARS: ("tanlu.compute.polars_engine", "PolarsEngine"),
}


def open_engine(name: str, limits: Limits | None = None) -> Engine:
    """Return an engine by name, to be used in a ``with`` statement.

    Raises
    ------
    TanluError
        ``compute.unknown-engine`` if there is none of this name.
    """
    try:
        module, cls = _CLASSES[EngineName(name)]
    except ValueError:
        raise TanluError(
            "compute.unknown-engine", found=name, known=", ".join(EngineName)
        ) from None
    engine: Engine = getattr(import_module(module), cls)(limits or Limits())
    return engine
