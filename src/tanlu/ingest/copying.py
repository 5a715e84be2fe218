"""The workbook that gets the marks: the user's own, or a plain copy of its values.

openpyxl keeps what it knows of an xlsx file; of a text file, an old format, a workbook with
parts it would lose, or one too large for it, a copy with values only is made.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook

from tanlu.ingest import shipped
from tanlu.ingest.decode import DecodeContext, read_delimited
from tanlu.ingest.workbook.grid import Cell, CellKind, Grid, parse_address
from tanlu.ingest.workbook.legacy import read_legacy
from tanlu.ingest.workbook.xlsx import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpyxl.worksheet.worksheet import Worksheet

_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
_FORMULA_STARTS = ("=", "+", "-", "@")
_TITLE_MAX = 31
_TITLE_BAD = re.compile(r"[\[\]:*?/\\]")
_LOST_PARTS = (
    "xl/charts/",
    "xl/pivotTables/",
    "xl/externalLinks/",
    "xl/vbaProject.bin",
    "xl/media/",
    "xl/embeddings/",
    "xl/drawings/drawing",
    "xl/ctrlProps/",
)


def copy_of(data: bytes, job: Mapping[str, Any]) -> tuple[Workbook, str]:
    """Open a user's file for marking.

    Parameters
    ----------
    data : bytes
        The file.
    job : Mapping
        ``name``, ``sheet`` (title for a text file) and ``marks`` (``sheet`` and ``cell`` each).

    Returns
    -------
    tuple of (openpyxl.Workbook, str)
        The workbook, and what it lacks: nothing, ``data_only`` (no charts, macros, ...), or
        ``only_marked`` (of a large file the first rows and those with a mark, at their place).
    """
    limits = shipped.limits()
    is_large = len(data) > limits["checked_bytes"]
    parts = _parts(data)
    if "xl/workbook.xml" in parts and not is_large:
        if any(name.startswith(_LOST_PARTS) for name in parts):
            return _values_only(load_workbook(io.BytesIO(data), data_only=True)), "data_only"
        return load_workbook(io.BytesIO(data)), ""
    grids = _grids(data, job, parts, limits=limits)
    if is_large:
        _keep_marked(grids, job["marks"], first=limits["header_search_rows"])
        return _of_grids(grids), "only_marked"
    return _of_grids(grids), "data_only" if parts or data.startswith(_OLE) else ""


def _parts(data: bytes) -> list[str]:
    if not data.startswith(_ZIP):
        return []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def _grids(
    data: bytes, job: Mapping[str, Any], parts: list[str], *, limits: Mapping[str, int]
) -> list[Grid]:
    name = str(job["name"])
    if "xl/workbook.xml" in parts:
        return read_xlsx(data, name, limits=limits).sheets
    if parts or data.startswith(_OLE):
        return read_legacy(data, name, limits=limits).sheets
    table = read_delimited(data, name, context=DecodeContext(words=shipped.header_words()))
    grid = Grid(_TITLE_BAD.sub("_", str(job["sheet"]))[:_TITLE_MAX] or "data", is_text=True)
    for index, row in enumerate(table.rows, 1):
        grid.rows[index] = {column: Cell(text) for column, text in enumerate(row, 1) if text}
    return [grid]


def _keep_marked(grids: list[Grid], marks: Iterable[Mapping[str, str]], *, first: int) -> None:
    """Drop the rows of large sheets that carry no mark and lie below the header."""
    kept: dict[str, set[int]] = {}
    for mark in marks:
        if mark["cell"]:
            row = parse_address(mark["cell"].partition(":")[0])[0]
            kept.setdefault(mark["sheet"] or grids[0].name, set()).add(row)
    for grid in grids:
        rows = kept.get(grid.name, set())
        grid.rows = {r: cells for r, cells in grid.rows.items() if r <= first or r in rows}


def _of_grids(grids: list[Grid]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        sheet = book.create_sheet(grid.name[:_TITLE_MAX])
        sheet.sheet_state = grid.state
        for row, cells in grid.rows.items():
            for column, cell in cells.items():
                set_value(sheet, row, column, _value(cell))
    return book


def _value(cell: Cell) -> Any:
    if cell.kind is CellKind.NUMBER:
        return Decimal(cell.text)
    if cell.kind is CellKind.DATE:
        moment = datetime.fromisoformat(cell.text)
        return moment if "T" in cell.text else moment.date()
    return cell.text


def _values_only(source: Workbook) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in source.worksheets:
        copy = book.create_sheet(sheet.title)
        copy.sheet_state = sheet.sheet_state
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.value is not None:
                    set_value(copy, cell.row, int(cell.column or 1), cell.value)
                    copy.cell(cell.row, int(cell.column or 1)).number_format = cell.number_format
    return book


def set_value(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    """Write a value; text that begins like a formula stays text, quoted."""
    cell = sheet.cell(row, column)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        if value.startswith(_FORMULA_STARTS):
            cell.quotePrefix = True
