"""Read xls, xlsb and ods with calamine, everything as text.

These formats do not show us hidden rows, struck-out text or formulas; a warning says so.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.workbook.grid import Cell, CellKind, Grid, Workbook
from tanlu.ingest.workbook.style import plain_number
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_legacy(data: bytes, name: str, *, limits: Mapping[str, int]) -> Workbook:
    """Read all sheets of an xls, xlsb or ods workbook.

    Parameters
    ----------
    data, name, limits
        As in `read_xlsx`.

    Returns
    -------
    Workbook
        With the warning ``LEGACY_FORMAT``.

    Raises
    ------
    RejectedError
        ``XLSX_MALFORMED``, ``SHEET_TOO_LARGE``, ``TOO_MANY_COLUMNS``.
    """
    try:
        source = CalamineWorkbook.from_filelike(io.BytesIO(data))
        finding = Finding("LEGACY_FORMAT", Outcome.WARN, file=name, facts={"found": name[-4:]})
        book = Workbook([], [finding])
        for meta in source.sheets_metadata:
            is_visible = meta.visible == SheetVisibleEnum.Visible
            grid = Grid(meta.name, state="visible" if is_visible else "hidden")
            sheet = source.get_sheet_by_name(meta.name)
            if sheet.width > limits["sheet_columns"]:
                raise RejectedError.of(
                    "TOO_MANY_COLUMNS", name, found=sheet.width, expected=limits["sheet_columns"]
                )
            first_row, first_column = sheet.start or (0, 0)
            for i, values in enumerate(sheet.iter_rows(), 1):
                cells = {j + first_column: _cell(v) for j, v in enumerate(values, 1) if v != ""}
                if cells:
                    grid.rows[i + (first_row if sheet.height else 0)] = cells
            book.sheets.append(grid)
    except (CalamineError, ValueError, OSError, KeyError, IndexError) as error:
        raise RejectedError.of("XLSX_MALFORMED", name, found=str(error)[:200]) from error
    return book


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return Cell(str(value).upper(), CellKind.BOOLEAN)
    if isinstance(value, (int, float)):
        return Cell(plain_number(repr(value)), CellKind.NUMBER)
    if isinstance(value, datetime):
        text = value.date().isoformat() if value.time() == time() else value.isoformat()
        return Cell(text, CellKind.DATE)
    if isinstance(value, date):
        return Cell(value.isoformat(), CellKind.DATE)
    if isinstance(value, (time, timedelta)):
        return Cell(str(value), CellKind.TEXT)
    return Cell(str(value))
