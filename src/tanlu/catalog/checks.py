"""Check what a single cell cannot show: keys, references, sources, validity and language pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.catalog.tables import Fault, Row, Tables
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_all(tables: Tables) -> list[Fault]:
    """Return every fault of every table below a data folder.

    Parameters
    ----------
    tables : Tables
        The folder to check.

    Returns
    -------
    list of Fault
        Sorted by file and line; empty when all is well.
    """
    faults: list[Fault] = []
    for name in tables.names:
        try:
            rows, cell_faults = tables.rows(name)
        except TanluError as error:
            faults.append(Fault(f"schema/{name}.csv", 1, "schema", error.facts["faults"]))
            continue
        faults.extend(cell_faults)
        faults.extend(_ids(rows))
    return sorted(faults, key=lambda fault: (fault.file, fault.line, fault.column))


def _ids(rows: tuple[Row, ...]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    last: dict[str, str] = {}
    for row in rows:
        key = row.values.get("id")
        if key is None:
            continue
        if key in seen:
            text = f"'{key}' is already in {seen[key]}; ids are unique"
            yield Fault(row.file, row.line, "id", text)
        seen[key] = f"{row.file}:{row.line}"
        if key < last.get(row.file, ""):
            text = f"'{key}' after '{last[row.file]}'; sort the rows by id"
            yield Fault(row.file, row.line, "id", text)
        last[row.file] = key
