"""One data folder: finds the files of a table and reads them by its schema.

Knows files and schemas, not what a table means; the domain values are made in `catalog.load`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tanlu.catalog.schema import SCHEMA_COLUMNS, CellError, Column, column_from_row
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path

_SKIPPED = {"schema", "messages", "i18n"}
_SUFFIXES = {".csv", ".yaml"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a data file."""

    file: str
    line: int
    column: str
    text: str

    def __str__(self) -> str:
        """Return ``file:line column: what is wrong; what would be right``."""
        return f"{self.file}:{self.line} {self.column}: {self.text}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its place, for those who report on it."""

    file: str
    line: int
    values: dict[str, Any]


class Tables:
    """All tables below one data folder.

    Parameters
    ----------
    root : Path
        The data folder; its ``schema`` subfolder names the tables.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[str, tuple[tuple[Row, ...], tuple[Fault, ...]]] = {}

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        """Table files by stem; the files of a folder belong to the table of that name too."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self.root.rglob("*")):
            inner = path.relative_to(self.root).parts
            if path.suffix not in _SUFFIXES or inner[0] in _SKIPPED:
                continue
            for key in {path.stem, path.parent.name} - {self.root.name}:
                found.setdefault(key, []).append(path)
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all tables that have a schema."""
        return tuple(sorted(path.stem for path in (self.root / "schema").glob("*.csv")))

    def files(self, name: str) -> list[Path]:
        """Return the files of a table, in order."""
        return self._files.get(name, [])

    def columns(self, name: str) -> tuple[Column, ...]:
        """Return the columns of a table, from its schema file.

        Parameters
        ----------
        name : str
            Table name.

        Returns
        -------
        tuple of Column
            In the order of the schema.

        Raises
        ------
        TanluError
            ``catalog.no-table`` when there is no such schema; ``catalog.bad-table`` when the
            schema itself is wrong.
        """
        path = self.root / "schema" / f"{name}.csv"
        if not path.is_file():
            raise TanluError("catalog.no-table", table=name)
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
        if tuple(reader.fieldnames or ()) != SCHEMA_COLUMNS:
            fault = f"schema/{name}.csv:1 header: must be {','.join(SCHEMA_COLUMNS)}"
            raise TanluError("catalog.bad-table", table=name, faults=fault)
        columns = []
        for row in reader:
            try:
                columns.append(column_from_row(row))
            except (CellError, AttributeError) as fault:
                text = f"schema/{name}.csv:{reader.line_num} {row['column']}: {fault}"
                raise TanluError("catalog.bad-table", table=name, faults=text) from None
        return tuple(columns)

    def rows(self, name: str) -> tuple[tuple[Row, ...], tuple[Fault, ...]]:
        """Return the rows of a table with their places, and what is wrong with its cells."""
        if name not in self._read:
            columns = self.columns(name)
            rows: list[Row] = []
            faults: list[Fault] = []
            for path in self.files(name):
                shown = path.relative_to(self.root).as_posix()
                raw = _csv_rows(path) if path.suffix == ".csv" else _yaml_rows(path)
                if isinstance(raw, str):
                    faults.append(Fault(shown, 1, "file", raw))
                    continue
                _type_rows(raw, columns, shown, into=(rows, faults))
            if not self.files(name):
                faults.append(Fault(f"schema/{name}.csv", 1, "table", "has no file; add one"))
            self._read[name] = tuple(rows), tuple(faults)
        return self._read[name]

    def read(self, name: str) -> tuple[dict[str, Any], ...]:
        """Return the typed rows of a table.

        Parameters
        ----------
        name : str
            Table name: the stem of its file, or of the folder that holds its files.

        Returns
        -------
        tuple of dict
            One dict per row; an empty cell is None.

        Raises
        ------
        TanluError
            ``catalog.no-table``, ``catalog.bad-table``.
        """
        rows, faults = self.rows(name)
        if faults:
            shown = "\n".join(str(fault) for fault in faults)
            raise TanluError("catalog.bad-table", table=name, faults=shown)
        return tuple(row.values for row in rows)


def _csv_rows(path: Path) -> list[tuple[int, dict[str, Any]]] | str:
    text = path.read_bytes().decode("utf-8")
    if "\r" in text:
        return "carriage returns; end lines with LF alone"
    reader = csv.DictReader(io.StringIO(text), restkey="(beyond the header)", strict=True)
    return [(reader.line_num, dict(row)) for row in reader]


def _yaml_rows(path: Path) -> list[tuple[int, dict[str, Any]]] | str:
    from tanlu.catalog.yaml_rows import load_rows  # noqa: PLC0415 - yaml is slow to import

    return load_rows(path.read_text(encoding="utf-8"))


def _type_rows(
    raw: list[tuple[int, dict[str, Any]]],
    columns: tuple[Column, ...],
    shown: str,
    *,
    into: tuple[list[Row], list[Fault]],
) -> None:
    rows, faults = into
    known = {column.name for column in columns}
    strangers: set[str] = set()
    for line, cells in raw:
        values: dict[str, Any] = {}
        for column in columns:
            try:
                values[column.name] = column.convert(cells.get(column.name))
            except CellError as fault:
                values[column.name] = None
                faults.append(Fault(shown, line, column.name, str(fault)))
        for name in cells.keys() - known - strangers:
            strangers.add(name)
            text = "not in the schema; add it there or take it out"
            faults.append(Fault(shown, line, name, text))
        rows.append(Row(shown, line, values))
