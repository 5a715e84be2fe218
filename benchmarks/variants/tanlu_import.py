"""Read a file as an import does: the limited child process and the way back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tanlu.catalog import tables
from tanlu.ingest.model import import_context
from tanlu.ingest.read import read_file

if TYPE_CHECKING:
    from pathlib import Path

_CONTEXT = import_context(tables.read, tables.shipped().columns, today=date(2026, 6, 30))


def read(data: Path, _: Path) -> list[int]:
    """Return the number of rows and the sum of their quantities as written."""
    parsed = read_file(data / "ledger.csv", context=_CONTEXT)
    held = sum(sheet.duplicates for sheet in parsed.sheets)
    quantities = [row.quantity for row in parsed.rows]
    again = sum(int(row.raw["数量"]) for row in parsed.quarantine)
    return [len(quantities) + held, int(sum(quantities)) + again]
