"""The marked copy of a user's workbook: red cells, comments, an error sheet in front.

The original is never touched. Marking runs in the limited child process, as reading does.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import os
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from tanlu.ingest import shipped
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tanlu.kernel.findings import Finding

_RED, _AMBER = "FECACA", "FEF3C7"
_COLUMNS = ("place", "code", "problem-zh", "problem-en", "value", "advice")
_LACKS = {
    "data_only": "ingest.errors-data-only",
    "only_marked": "ingest.errors-only-marked",
}
_WIDTHS = (22, 26, 46, 46, 20, 60)
_COMMENT_MAX = 30_000
_TITLE_MAX = 31


class Speaker(Protocol):
    """The translator that `app` hands in."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def lang(self) -> str:
        """Return its language."""

    def __call__(self, code: str, /, **facts: object) -> str:
        """Return the sentence of a code."""

    def advice(self, code: str, /, **facts: object) -> str:
        """Return what to do about a code."""


def write_checked(
    path: Path, findings: Iterable[Finding], out: Path, *, say: Speaker, sheet: str = ""
) -> Path:
    """Write a copy of a file in which every finding is marked at its cell.

    Parameters
    ----------
    path : Path
        The user's file; it is only read.
    findings : iterable of Finding
        Held cells become red and are listed on the first sheet; warnings become amber. Of
        very many the first are marked, held ones before warnings.
    out : Path
        Where to write, ``.xlsx``; replaced whole or not at all.
    say : Speaker
        Translator; both zh and en are written whatever its language.
    sheet : str
        Title of the sheet made from a text file; by default the file's own name.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    TanluError
        ``ingest.checked-failed`` when the file cannot be opened for marking.
    """
    from tanlu.ingest.read import run_child  # noqa: PLC0415 - keeps the child's imports few

    zh, en = dataclasses.replace(say, lang="zh"), dataclasses.replace(say, lang="en")
    limits = shipped.limits()
    worst = sorted(findings, key=lambda f: not f.outcome.holds)[: limits["checked_marks"]]
    job: dict[str, Any] = {
        "task": "mark",
        "name": path.name,
        "marks": [_mark(finding, zh, en) for finding in worst],
        "title": f"{zh('ingest.errors-title')} {en('ingest.errors-title')}",
        "columns": [f"{zh(f'ingest.errors-{c}')} {en(f'ingest.errors-{c}')}" for c in _COLUMNS],
        "lacks": {lack: f"{zh(code)} {en(code)}" for lack, code in _LACKS.items()},
        "sheet": sheet or path.stem,
    }
    lines, failure = run_child(job, path.read_bytes(), limits=limits)
    if failure is not None or not lines:
        found = failure[0] if failure else "-"
        raise TanluError("ingest.checked-failed", file=path.name, found=found)
    part = out.with_name(f"{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(base64.b64decode(lines[0]["xlsx"]))
    os.replace(part, out)  # noqa: PTH105 - the atomic rename
    return out


def _mark(finding: Finding, zh: Speaker, en: Speaker) -> dict[str, str]:
    facts: dict[str, object] = dict(finding.facts)
    return {
        "sheet": finding.sheet,
        "cell": finding.cell,
        "code": finding.code,
        "zh": zh(finding.code, **facts),
        "en": en(finding.code, **facts),
        "advice": f"{zh.advice(finding.code, **facts)} {en.advice(finding.code, **facts)}".strip(),
        "value": str(facts.get("found", "")),
        "held": "yes" if finding.outcome.holds else "",
    }


def mark_cells(job: Mapping[str, Any], data: bytes) -> dict[str, str]:
    """Mark a file; runs in the child.

    Parameters
    ----------
    job : Mapping
        As `write_checked` makes it.
    data : bytes
        The user's file.

    Returns
    -------
    dict
        ``xlsx``: the marked workbook, base64.
    """
    from tanlu.ingest.copying import copy_of  # noqa: PLC0415 - loads openpyxl
    from tanlu.ingest.workbook.save import workbook_bytes  # noqa: PLC0415 - loads openpyxl

    book, lack = copy_of(data, job)
    marks = list(job["marks"])
    for mark in marks:
        _mark_cell(book, mark)
    _error_sheet(book, job, marks, note=str(job["lacks"].get(lack, "")))
    return {"xlsx": base64.b64encode(workbook_bytes(book)).decode()}


def _sheet_of(book: Workbook, name: str) -> Worksheet | None:
    if not name:
        return book.worksheets[0]
    return next((sheet for sheet in book.worksheets if sheet.title == name), None)


def _mark_cell(book: Workbook, mark: Mapping[str, str]) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415 - slow to import
    from openpyxl.styles import PatternFill  # noqa: PLC0415 - slow to import

    sheet = _sheet_of(book, mark["sheet"])
    if sheet is None or not mark["cell"]:
        return
    cell: Any = sheet[mark["cell"].partition(":")[0]]
    for merged in sheet.merged_cells.ranges:
        if cell.coordinate in merged:
            cell = sheet.cell(merged.min_row, merged.min_col)
            break
    is_red = cell.fill.fill_type == "solid" and cell.fill.start_color.rgb.endswith(_RED)
    if mark["held"] or not is_red:
        cell.fill = PatternFill("solid", start_color=_RED if mark["held"] else _AMBER)
    text = f"[{mark['code']}] {mark['zh']}\n{mark['en']}\n{mark['advice']}".strip()
    before = f"{cell.comment.text}\n" if cell.comment else ""
    with contextlib.suppress(AttributeError):
        cell.comment = Comment((before + text)[:_COMMENT_MAX], "Tanlu", height=160, width=320)


def _error_sheet(
    book: Workbook, job: Mapping[str, Any], marks: list[dict[str, str]], *, note: str
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - slow to import
    from openpyxl.worksheet.hyperlink import Hyperlink  # noqa: PLC0415 - slow to import

    from tanlu.ingest.copying import set_value  # noqa: PLC0415 - loads openpyxl

    title = str(job["title"])[:_TITLE_MAX]
    if title in book.sheetnames:
        book.remove(book[title])
    own = {sheet.title for sheet in book.worksheets}
    sheet = book.create_sheet(title, 0)
    book.active = 0
    for column, (text, width) in enumerate(zip(job["columns"], _WIDTHS, strict=True), 1):
        cell = sheet.cell(1, column, text)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color="E5E7EB")
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"
    first = next((s.title for s in book.worksheets[1:]), "")
    row = 1
    for mark in marks:
        row += 1
        name = mark["sheet"] or first
        place = f"{name}!{mark['cell']}" if mark["cell"] else name
        values = (place, mark["code"], mark["zh"], mark["en"], mark["value"], mark["advice"])
        for column, value in enumerate(values, 1):
            set_value(sheet, row, column, value)
            sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
        if mark["cell"] and name in own:
            quoted = name.replace("'", "''")
            where = f"'{quoted}'!{mark['cell']}"
            sheet.cell(row, 1).hyperlink = Hyperlink(ref=f"A{row}", location=where)
            sheet.cell(row, 1).font = Font(underline="single", color="1D4ED8")
    if note:
        set_value(sheet, row + 2, 1, note)
