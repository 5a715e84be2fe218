"""Bytes of a checked file to grids of clean text, whatever its format."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from tanlu.ingest.decode import DecodeContext, clean_text, read_delimited
from tanlu.ingest.precheck import FileKind
from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.workbook.grid import Cell, CellKind, Grid, Workbook, address, column_letters
from tanlu.ingest.workbook.legacy import read_legacy
from tanlu.ingest.workbook.xlsx import read_xlsx
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.ingest.vocabulary import Vocabulary

_BIDI = "BIDI_CONTROL"
_MOST_SHARED = 50_000


def load(data: bytes, name: str, *, kind: FileKind, words: Vocabulary) -> Workbook:
    """Read a checked file into grids.

    Parameters
    ----------
    data, name : bytes, str
        The file.
    kind : FileKind
        What it is, from `precheck.check_file`.
    words : Vocabulary
        Dictionaries and the user's answers.

    Returns
    -------
    Workbook
        Grids with clean text, stray cells set aside.

    Raises
    ------
    RejectedError
        When nothing of it can be taken.
    """
    limits = words.context.limits
    if kind is FileKind.TEXT:
        return _delimited(data, name, words)
    if kind is FileKind.HTML:
        return _html(data, name, limits=limits)
    if kind is FileKind.XLSX:
        book = read_xlsx(data, name, limits=limits)
    else:
        book = read_legacy(data, name, limits=limits)
    for grid in book.sheets:
        _set_stray_cells_aside(grid, name, limits=limits)
        _clean(grid, name, limit=limits["cell_text"])
    return book


def _delimited(data: bytes, name: str, words: Vocabulary) -> Workbook:
    mapping = words.context.mapping
    context = DecodeContext(
        words=words.header_words(),
        encoding=str(mapping.get("encoding", "")),
        delimiter=str(mapping.get("delimiter", "")),
        limits=words.context.limits,
    )
    table = read_delimited(data, name, context=context)
    grid = Grid("", is_text=True)
    cell_of = _Cells()
    for index, row in enumerate(table.rows, 1):
        cells = {
            column: cell
            for column, text in enumerate(row, 1)
            if (cell := cell_of[text]) is not None
        }
        if cells:
            grid.rows[index] = cells
    grid.flags = {index + 1: found for index, found in table.flags.items()}
    return Workbook([grid], list(table.findings))


class _Cells(dict[str, Cell | None]):
    """Text to its cell, None for a blank one; equal texts share one cell, up to a number."""

    def __missing__(self, text: str) -> Cell | None:
        cell = Cell(text) if text.strip(" \u3000") else None
        if len(self) < _MOST_SHARED:
            self[text] = cell
        return cell


class _Tables(HTMLParser):
    """Cells of the tables of an HTML page; nothing of it is run or fetched."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._open = False
        self._limits = limits

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._open = len(self.rows[-1]) <= self._limits["sheet_columns"]

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data


def _html(data: bytes, name: str, *, limits: Mapping[str, int]) -> Workbook:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise RejectedError.of("ENCODING_INVALID", name, found=str(error)[:100]) from error
    parser = _Tables(limits)
    parser.feed(text)
    parser.close()
    grid = Grid("", is_text=True)
    for index, row in enumerate(parser.rows, 1):
        cells = {i: Cell(cell.strip()) for i, cell in enumerate(row, 1) if cell.strip()}
        if cells:
            grid.rows[index] = cells
    _clean(grid, name, limit=limits["cell_text"])
    return Workbook([grid])


def _clean(grid: Grid, name: str, *, limit: int) -> None:
    """Strip invisible characters, flag direction controls and overlong texts."""
    seen: dict[str, list[str]] = {}
    for row, cells in grid.rows.items():
        for column, cell in cells.items():
            if cell.kind is not CellKind.TEXT or (cell.text.isascii() and cell.text.isprintable()
                                                  and len(cell.text) <= limit):  # fmt: skip
                continue
            text, codes = clean_text(cell.text)
            length = len(text)
            where = address(row, column)
            if length > limit:
                codes = (*codes, "FIELD_TOO_LONG")
                text = text[:limit]
            for code in codes:
                if code in {_BIDI, "FIELD_TOO_LONG"}:
                    shown = str(length) if code != _BIDI else repr(text[:40])[1:-1]
                    facts = {"found": shown, "expected": str(limit)}
                    finding = Finding(code, Outcome.QUARANTINE, name, grid.name, where, facts)
                    grid.flags[row] = (*grid.flags.get(row, ()), finding)
                else:
                    seen.setdefault(code, []).append(where)
            if text != cell.text:
                cells[column] = cell._replace(text=text)
    for code, places in seen.items():
        facts = {"found": ", ".join(places[:8]), "count": str(len(places))}
        grid.findings.append(Finding(code, Outcome.WARN, name, grid.name, places[0], facts))


def _set_stray_cells_aside(grid: Grid, name: str, *, limits: Mapping[str, int]) -> None:
    """Drop the few cells that lie far below everything else, with a warning."""
    rows = sorted(grid.rows)
    cells = 0
    for index in range(len(rows) - 1, 0, -1):
        cells += len(grid.rows[rows[index]])
        if cells > limits["stray_cells"]:
            return
        if rows[index] - rows[index - 1] > limits["stray_gap_rows"]:
            stray = rows[index:]
            first = f"{column_letters(min(grid.rows[stray[0]]))}{stray[0]}"
            facts = {"found": first, "count": str(cells)}
            grid.findings.append(
                Finding("STRAY_CELLS", Outcome.WARN, name, grid.name, first, facts)
            )
            for row in stray:
                del grid.rows[row]
            return
