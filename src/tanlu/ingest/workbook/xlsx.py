"""Read an xlsx workbook part by part into sparse grids, streaming, within limits.

Nothing is allocated for what a sheet only claims to hold; formulas count by their cached
value. The archive was checked before (`ingest.precheck`).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import TYPE_CHECKING

from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.workbook.grid import (
    COLUMNS_MAX,
    ROWS_MAX,
    Cell,
    CellKind,
    Grid,
    Workbook,
    address,
    parse_address,
    parse_range,
)
from tanlu.ingest.workbook.style import Style, date_text, plain_number, read_styles
from tanlu.ingest.workbook.xml import Attributes, MalformedError, Strings, stream
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = Style()
_ERROR_START = "#"
_OWN_COMMENT = re.compile(r"\[[A-Z][A-Z0-9_]+\]")  # written by `ingest.checked`


def read_xlsx(data: bytes, name: str, *, limits: Mapping[str, int]) -> Workbook:
    """Read all sheets of a workbook.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name, for findings.
    limits : Mapping[str, int]
        Table `ingest_limit`.

    Returns
    -------
    Workbook
        Sheets in order, hidden ones too.

    Raises
    ------
    RejectedError
        ``XLSX_MALFORMED``, ``SHEET_TOO_LARGE``, ``TOO_MANY_COLUMNS``.
    """
    try:
        return _Reader(data, name, limits).read()
    except (MalformedError, KeyError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise RejectedError.of("XLSX_MALFORMED", name, found=str(error)[:200]) from error
    except NotImplementedError as error:
        raise RejectedError.of("XLSX_MALFORMED", name, found=str(error)[:200]) from error


class _Reader:
    def __init__(self, data: bytes, name: str, limits: Mapping[str, int]) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.names = set(self.archive.namelist())
        self.name = name
        self.limits = limits
        self.depth = limits["xml_depth"]

    def read(self) -> Workbook:
        root = self._workbook_part()
        listing = self._attributes(root, "sheet", "workbookPr")
        is_1904 = any(
            tag == "workbookPr" and a.get("date1904", "0") in {"1", "true"} for tag, a in listing
        )
        targets = self._targets(root)
        strings = self._strings(targets)
        styles = self._styles(targets)
        book = Workbook([], list(self._file_findings()))
        for tag, attributes in listing:
            if tag != "sheet":
                continue
            rid = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            part = targets.get(rid, ("", ""))[1]
            if part not in self.names or "worksheet" not in targets[rid][0]:
                continue
            grid = Grid(attributes["name"], is_1904=is_1904)
            grid.state = attributes.get("state", "visible")
            self._read_sheet(part, grid, strings=strings, styles=styles)
            book.sheets.append(grid)
        if not book.sheets:
            msg = "no worksheet"
            raise MalformedError(msg)
        return book

    def _workbook_part(self) -> str:
        for _, attributes in self._attributes("_rels/.rels", "Relationship"):
            if attributes.get("Type", "").endswith("/officeDocument"):
                return attributes["Target"].lstrip("/")
        return "xl/workbook.xml"

    def _attributes(self, part: str, *names: str) -> list[tuple[str, dict[str, str]]]:
        handler = Attributes(*names)
        with self.archive.open(part) as stream_in:
            stream(stream_in, handler, max_depth=self.depth)
        return handler.found

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id to (type, part) of a part."""
        folder, base = posixpath.split(part)
        rels = f"{folder}/_rels/{base}.rels"
        if rels not in self.names:
            return {}
        found = {}
        for _, attributes in self._attributes(rels, "Relationship"):
            target = attributes.get("Target", "")
            if attributes.get("TargetMode") == "External":
                continue
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            found[attributes.get("Id", "")] = (
                attributes.get("Type", ""),
                posixpath.normpath(path),
            )
        return found

    def _part_of_type(self, targets: Mapping[str, tuple[str, str]], ending: str) -> str:
        for kind, part in targets.values():
            if kind.endswith(ending) and part in self.names:
                return part
        return ""

    def _strings(self, targets: Mapping[str, tuple[str, str]]) -> list[str]:
        part = self._part_of_type(targets, "/sharedStrings")
        if not part:
            return []
        handler = Strings("si")
        with self.archive.open(part) as stream_in:
            stream(stream_in, handler, max_depth=self.depth)
        return handler.items

    def _styles(self, targets: Mapping[str, tuple[str, str]]) -> list[Style]:
        part = self._part_of_type(targets, "/styles")
        if not part:
            return []
        with self.archive.open(part) as stream_in:
            return read_styles(stream_in, max_depth=self.depth)

    def _file_findings(self) -> list[Finding]:
        """Things of the file that are never run, fetched or trusted."""
        found = []
        checks = (
            ("MACRO_IGNORED", ("xl/vbaProject.bin", "xl/macrosheets/")),
            ("EXTERNAL_LINK", ("xl/externalLinks/",)),
            ("ACTIVE_CONTENT", ("xl/embeddings/", "xl/activeX/", "xl/ctrlProps/")),
        )
        for code, prefixes in checks:
            parts = sorted(part for part in self.names if part.startswith(prefixes))
            if parts:
                facts = {"found": parts[0]}
                found.append(Finding(code, Outcome.WARN, file=self.name, facts=facts))
        if "xl/connections.xml" in self.names:
            facts = {"found": "xl/connections.xml"}
            found.append(Finding("EXTERNAL_LINK", Outcome.WARN, file=self.name, facts=facts))
        return found

    def _read_sheet(
        self, part: str, grid: Grid, *, strings: list[str], styles: list[Style]
    ) -> None:
        handler = _SheetHandler(grid, strings, styles, self.name, self.limits)
        with self.archive.open(part) as stream_in:
            stream(stream_in, handler, max_depth=self.depth)
        handler.finish()
        comments = self._part_of_type(self._targets(part), "/comments")
        if comments:
            texts = Strings("comment")
            with self.archive.open(comments) as stream_in:
                stream(stream_in, texts, max_depth=self.depth)
            pairs = zip(texts.keys, texts.items, strict=True)
            grid.comments.update((c, t) for c, t in pairs if not _OWN_COMMENT.match(t))


class _SheetHandler:
    """Cells of a sheet as they stream by."""

    def __init__(
        self,
        grid: Grid,
        strings: list[str],
        styles: list[Style],
        file: str,
        limits: Mapping[str, int],
    ) -> None:
        self.grid = grid
        self.strings = strings
        self.styles = styles
        self.file = file
        self.limits = limits
        self.row = 0
        self.column = 0
        self.seen = 0
        self.filled = 0
        self.elements = 0
        self.declared = ""
        self._cells: dict[int, Cell] = {}
        self._kind = ""
        self._style = _PLAIN
        self._value: list[str] = []
        self._formula: list[str] = []
        self._has_formula = False
        self._into: list[str] | None = None
        self._phonetic = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or (name == "t" and not self._phonetic):
            self._into = self._value
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._has_formula = True
            self._into = self._formula
        elif name == "rPh":
            self._phonetic += 1
        elif name == "mergeCell":
            self.grid.merged.append(parse_range(attributes["ref"]))
            self._count(len(self.grid.merged), self.limits["sheet_filled_cells"])
        elif name == "dimension":
            self.declared = attributes.get("ref", "")
        elif name == "col" and attributes.get("hidden", "0") in {"1", "true"}:
            last = min(int(attributes["max"]), COLUMNS_MAX)
            self.grid.hidden_columns.update(range(int(attributes["min"]), last + 1))

    def _start_row(self, attributes: dict[str, str]) -> None:
        self.elements += 1
        self._count(self.elements, self.limits["sheet_rows"])
        row = int(attributes.get("r", self.row + 1))
        if not self.row < row <= ROWS_MAX:
            msg = f"row {row} after row {self.row}"
            raise MalformedError(msg)
        self.row, self.column, self._cells = row, 0, {}
        if attributes.get("hidden", "0") in {"1", "true"}:
            self.grid.hidden_rows.add(row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.seen += 1
        self._count(self.seen, self.limits["sheet_cells"])
        if "r" in attributes:
            row, column = parse_address(attributes["r"])
        else:
            row, column = self.row, self.column + 1
        if row != self.row or not self.column < column <= COLUMNS_MAX:
            msg = f"cell {attributes.get('r', column)} in row {self.row}"
            raise MalformedError(msg)
        self.column = column
        self._kind = attributes.get("t", "n")
        index = int(attributes.get("s", "0"))
        self._style = self.styles[index] if 0 <= index < len(self.styles) else _PLAIN
        self._value, self._formula, self._has_formula = [], [], False

    def _count(self, found: int, limit: int) -> None:
        if found > limit:
            raise RejectedError.of("SHEET_TOO_LARGE", self.file, found=found, expected=limit)

    def text(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def end(self, name: str) -> None:
        if name in {"v", "t", "f"}:
            self._into = None
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._phonetic -= 1

    def _end_cell(self) -> None:
        raw = "".join(self._value)
        formula = ("=" + "".join(self._formula)) if self._has_formula else ""
        cell = self._cell(raw, formula)
        if cell is not None:
            self._cells[self.column] = cell
            self.filled += 1
            self._count(self.filled, self.limits["sheet_filled_cells"])

    def _cell(self, raw: str, formula: str) -> Cell | None:
        style = self._style
        kind = CellKind.TEXT
        text = raw
        if self._kind == "s":
            text = self._shared_string(int(raw)) if raw else ""
        elif self._kind == "n" and raw:
            text, kind = self._number(raw)
        elif self._kind == "b":
            text, kind = ("TRUE" if raw == "1" else "FALSE"), CellKind.BOOLEAN
        elif self._kind == "e" or (formula and raw.startswith(_ERROR_START)):
            kind = CellKind.ERROR
        elif self._kind == "d":
            text, kind = raw[:19].removesuffix("T00:00:00"), CellKind.DATE
        if not text:
            if not formula:
                return None
            return Cell("", CellKind.UNCACHED, formula)
        if kind is CellKind.TEXT and not text.strip():
            return None
        shown = style.number_format if style.is_scaled or style.is_date else ""
        if kind is CellKind.NUMBER and "%" in style.number_format:
            shown = style.number_format
        return Cell(text, kind, formula, shown, style.is_struck)

    def _shared_string(self, index: int) -> str:
        if not 0 <= index < len(self.strings):
            msg = f"shared string {index} of {len(self.strings)}"
            raise MalformedError(msg)
        return self.strings[index]

    def _number(self, raw: str) -> tuple[str, CellKind]:
        if self._style.is_date:
            shown = date_text(raw, is_1904=self.grid.is_1904)
            if shown is not None:
                return shown, CellKind.DATE
        return plain_number(raw), CellKind.NUMBER

    def _end_row(self) -> None:
        limit = self.limits["sheet_columns"]
        if len(self._cells) > limit:
            raise RejectedError.of(
                "TOO_MANY_COLUMNS", self.file, found=len(self._cells), expected=limit
            )
        if self._cells:
            self.grid.rows[self.row] = self._cells

    def finish(self) -> None:
        """Refuse a used range that lies; put far stray cells aside."""
        limits = self.limits
        last = max((max(cells) for cells in self.grid.rows.values()), default=0)
        declared = 0
        if ":" in self.declared:
            try:
                declared = parse_range(self.declared)[3]
            except ValueError:
                declared = 0
        columns = {column for cells in self.grid.rows.values() for column in cells}
        if len(columns) > limits["sheet_columns"]:
            raise RejectedError.of(
                "TOO_MANY_COLUMNS", self.file, found=len(columns), expected=limits["sheet_columns"]
            )
        rows = max(self.grid.rows, default=0)
        claimed = self._claimed_cells()
        is_wide = max(last, declared) > limits["sheet_columns"]
        if is_wide and max(claimed, last * rows) > limits["sheet_cells"]:
            raise RejectedError.of(
                "SHEET_TOO_LARGE",
                self.file,
                found=self.declared or address(rows, last),
                expected=limits["sheet_cells"],
            )

    def _claimed_cells(self) -> int:
        if ":" not in self.declared:
            return 0
        try:
            first_row, first_column, last_row, last_column = parse_range(self.declared)
        except ValueError:
            return 0
        return (last_row - first_row + 1) * (last_column - first_column + 1)
