"""A first look at a file: each sheet, what it is taken for, its columns and first rows.

It shows what the reader saw, cell by cell as text; what became of the rows is `ingest.parse`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.ingest.precheck import check_file
from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.sheets.header import HeaderBlock, find_header
from tanlu.ingest.sheets.kind import columns_told_apart, sheet_kind
from tanlu.ingest.sheets.place import Place
from tanlu.ingest.source import load
from tanlu.ingest.vocabulary import Vocabulary, key
from tanlu.ingest.workbook.grid import column_letters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tanlu.ingest.model import ImportContext
    from tanlu.ingest.sheets.header import Column
    from tanlu.ingest.workbook.grid import Grid

_ROWS, _COLUMNS, _TEXT, _SHEETS = 8, 40, 80, 60


def read_preview(path: Path, *, context: ImportContext, name: str = "") -> list[dict[str, Any]]:
    """Look at a file in the limited child process.

    Parameters
    ----------
    path : Path
        The file; it is only read.
    context : ImportContext
        As for `ingest.read.read_file`: with other answers the columns are told otherwise.
    name : str
        Name to show instead of the path's own.

    Returns
    -------
    list of dict
        One per sheet: ``name``, ``kind``, ``state``, ``rows`` (how many), ``first`` (number of the
        first row shown), ``columns`` and ``cells``; see `preview_sheets`. Empty for a file that
        cannot be opened: `read_file` says why.
    """
    from tanlu.ingest.read import run_child  # noqa: PLC0415 - keeps the child's imports few
    from tanlu.ingest.wire import encode  # noqa: PLC0415 - likewise

    job = {"task": "preview", "name": name or path.name, "context": encode(context)}
    lines, failure = run_child(job, path.read_bytes(), limits=context.limits)
    return [] if failure is not None or not lines else list(lines[0]["sheets"])


def preview_sheets(data: bytes, name: str, *, context: ImportContext) -> list[dict[str, Any]]:
    """Look at a file; runs in the child.

    Parameters
    ----------
    data, name, context
        As in `ingest.parse.parse_file`.

    Returns
    -------
    list of dict
        One per sheet. A column has ``letter``, ``label``, ``field``, ``item``, ``unit``, ``period``
        and ``by``: ``answer`` (the user's), ``name`` (the header dictionary), ``cells`` (what
        stands below) or ``""`` where it is not recognised.
    """
    words = Vocabulary(context)
    answer = str(context.mapping.get("file_type", ""))
    try:
        checked = check_file(data, name, limits=context.limits, file_type=answer)
        if checked.findings:
            return []
        book = load(data, name, kind=checked.kind, words=words)
    except RejectedError:
        return []
    return [_sheet(Place(name, "", grid, words)) for grid in book.sheets[:_SHEETS]]


def _sheet(place: Place) -> dict[str, Any]:
    grid = place.grid
    found = find_header(grid, place.words)
    block = columns_told_apart(found, place) if found is not None else None
    kind = sheet_kind(block, place).value if block is not None else ""
    first = block.first if block is not None else min(grid.rows, default=1)
    rows = [row for row in sorted(grid.rows) if row >= first]
    columns = _told(block, found, place) if block is not None else _plain(grid, first)
    return {
        "name": grid.name,
        "state": grid.state,
        "kind": kind,
        "rows": len(grid.rows),
        "header": [block.first, block.last] if block is not None else None,
        "columns": columns,
        "cells": [
            {"row": row, "texts": [grid.text(row, one["index"])[:_TEXT] for one in columns]}
            for row in rows[:_ROWS]
        ],
    }


def _told(block: HeaderBlock, found: HeaderBlock | None, place: Place) -> list[dict[str, Any]]:
    named = found.columns if found is not None else {}
    answers = {key(text) for text in place.words.answers("headers")}
    return [
        {
            "index": index,
            "letter": column_letters(index),
            "label": column.label[:_TEXT],
            "texts": [text[:_TEXT] for text in column.texts if text],
            "field": column.field,
            "item": column.item,
            "unit": column.unit,
            "period": _period(column),
            "by": _by(column, named.get(index), answers),
        }
        for index, column in sorted(block.columns.items())[:_COLUMNS]
    ]


def _period(column: Column) -> str:
    """Return the months of a column, ``2024-01``; the month alone where no year is given."""
    period = column.period
    if period is None:
        return ""
    form = "%Y-%m" if period.has_year else "%m"
    ends = (period.first.strftime(form), period.last.strftime(form))
    return "..".join(dict.fromkeys(ends))


def _by(column: Column, named: Column | None, answers: set[str]) -> str:
    if any(key(text) in answers for text in column.texts):
        return "answer"
    if named is not None and column.field != named.field:
        return "cells"
    is_named = column.field or column.item or column.period or column.derived
    return "name" if is_named else ""


def _plain(grid: Grid, row: int) -> list[dict[str, Any]]:
    """Return the columns of a sheet without a header, named as its first row names them."""
    cells: Mapping[int, Any] = grid.rows.get(row, {})
    return [
        {
            "index": index, "letter": column_letters(index), "label": cell.text.strip()[:_TEXT],
            "texts": [cell.text.strip()[:_TEXT]], "field": "", "item": "", "unit": "",
            "period": "", "by": "",
        }
        for index, cell in sorted(cells.items())[:_COLUMNS]
    ]  # fmt: skip
