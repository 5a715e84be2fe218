"""Report tree to XLSX, one table a sheet, numbers as numbers: the only door to XlsxWriter."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import xlsxwriter

from tanlu.render.documents import marks
from tanlu.render.documents.amounts import number
from tanlu.render.documents.archive import timeless
from tanlu.render.labels import shortened, text_width
from tanlu.render.speech import words
from tanlu.render.theme import LIGHT
from tanlu.report.tree import Facts, Figure, Kpis, Paragraph, Table, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tanlu.render.documents.amounts import Number
    from tanlu.render.speech import Speaker
    from tanlu.report.tree import Block, Column, Node, Report, Row, Section

_FONT = {"zh": "Microsoft YaHei", "en": "Arial", "zh-Hant": "Microsoft JhengHei"}
_GUARDED = "=+-@\t\r\N{FULLWIDTH EQUALS SIGN}"
_LONGEST = 32_767  # characters a cell holds
_SHEET_NAME = 190.0  # px that a tab shows; always below 31 characters
_NAME_LENGTH = 31
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")  # what no XML file may hold
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_CHAR = 7.0  # px of a column's unit of width
_NARROW, _WIDE = 8.0, 60.0  # columns
_A4 = 9  # the number spreadsheets give it
_HEAD = 2  # row of the headings of a table, from zero


def document(report: Report, say: Speaker) -> bytes:
    """Return a report as XLSX: the same bytes for the same report and language.

    Parameters
    ----------
    report : Report
        Tree without language.
    say : Speaker
        Translator.

    Notes
    -----
    A cell holds an amount in the base unit of its kind, with all the digits the tree has; its
    number format shows four of them. Text is written as text, never as a formula.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    pen = _Pen(book, say)
    tables = list(_tables(report, say))
    cover, notes = book.add_worksheet(pen.name(0, say("report.page.contents"))), None
    notes = book.add_worksheet(pen.name(1, say("document.notes")))
    sheets = [
        (_table_sheet(pen, table, place), table) for place, table in enumerate(tables, start=2)
    ]
    _notes(pen, notes, report)
    _cover(pen, cover, report, [(notes, say("document.notes"), None), *(
        (sheet, table.title, len(table.table.rows)) for sheet, table in sheets
    )])  # fmt: skip
    for sheet in book.worksheets():
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    _properties(book, report, say)
    book.close()
    return timeless(target.getvalue())


@dataclass(frozen=True, slots=True)
class _Listed:
    """A table with the words of its place in the report."""

    table: Table
    section: str
    title: str


def _tables(report: Report, say: Speaker) -> Iterator[_Listed]:
    """Yield every table, those behind charts too."""
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield _Listed(block, words(section.title, say), words(block.title, say))
            elif isinstance(block, Figure) and block.table:
                behind = say("document.behind", id=block.id)
                title = f"{behind} \N{MIDDLE DOT} {words(block.table.title, say)}"
                yield _Listed(block.table, words(section.title, say), title)


def guarded(text: str, say: Speaker) -> str:
    """Return a text that no program reads as a formula and that fits a cell."""
    text = _UNWRITABLE.sub(lambda match: f"[U+{ord(match.group()):04X}]", text)
    text = f"'{text}" if text.startswith(tuple(_GUARDED)) else text
    if len(text) <= _LONGEST:
        return text
    left = say("document.cut", count=len(text) - _LONGEST)
    return text[: _LONGEST - len(left) - 2] + left


class _Pen:
    """Writes cells of one workbook: formats by their looks, names of sheets."""

    def __init__(self, book: Any, say: Speaker) -> None:
        self.book, self.say = book, say
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def look(self, **look: Any) -> Any:
        """Return the format of a look, made once."""
        look = {"font_name": _FONT[self.say.lang], "font_size": 10, "valign": "top"} | look
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(look)
        return self._formats[key]

    def name(self, place: int, title: str) -> str:
        """Return a name a sheet may have, unique by its number."""
        plain = _FORBIDDEN.sub(" ", title)
        return f"{place:02} {shortened(plain, _SHEET_NAME)}"[:_NAME_LENGTH].rstrip()

    def text(self, sheet: Any, row: int, column: int, text: str, **look: Any) -> None:
        """Write a text, never a formula."""
        sheet.write_string(row, column, guarded(text, self.say), self.look(**look))

    def node(
        self, sheet: Any, row: int, column: int, node: Node, *, with_unit: bool = False, **look: Any
    ) -> None:
        """Write any leaf of the tree: a number where it is one, else its words."""
        amount = number(node, self.say)
        if amount is None:
            side = {"align": "right"} if isinstance(node, Value) else {"text_wrap": True}
            self.text(sheet, row, column, words(node, self.say), **(side | look))
        else:
            form = amount.with_unit if with_unit else amount.form
            sheet.write_number(row, column, amount.value, self.look(num_format=form, **look))


def _cover(
    pen: _Pen, sheet: Any, report: Report, listed: Sequence[tuple[Any, str, int | None]]
) -> None:
    say, stamp = pen.say, report.stamp
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70)
    sheet.hide_gridlines(2)
    pen.text(sheet, 0, 0, words(report.organisation, say), font_color=LIGHT.muted)
    sheet.set_row(1, 26)
    pen.text(sheet, 1, 0, words(report.title, say), bold=True, font_size=16, font_color=LIGHT.brand)
    facts = [
        (say("document.state"), words(stamp.state, say)),
        (say("document.dated"), stamp.dated),
        (say("report.fact.run-hash"), stamp.run_hash),
        (say("report.fact.ledger-head"), stamp.ledger_head),
        (say("report.fact.book-hash"), stamp.book_hash),
        (say("report.fact.version"), stamp.version),
    ]
    for row, (name, value) in enumerate(facts, start=3):
        pen.text(sheet, row, 0, name, font_color=LIGHT.muted)
        pen.text(sheet, row, 1, value)
    first = 4 + len(facts)
    heads = ("document.col.sheet", "report.page.contents", "document.col.rows")
    for column, code in enumerate(heads):
        pen.text(sheet, first, column, say(code), **_HEADING)
    link = pen.look(font_color=LIGHT.brand, underline=1)
    for row, (target, title, rows) in enumerate(listed, start=first + 1):
        name = target.get_name()
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, string=name)
        pen.text(sheet, row, 1, title)
        if rows is not None:
            sheet.write_number(row, 2, rows, pen.look(num_format="#,##0"))


_HEADING: dict[str, Any] = {
    "bold": True,
    "font_color": LIGHT.muted,
    "bottom": 1,
    "text_wrap": True,
    "valign": "bottom",
}


def _notes(pen: _Pen, sheet: Any, report: Report) -> None:
    """Write what stands in no table: cards, facts, sentences."""
    heads = ("section", "item", "value", "unit", "note", "figure")
    for column, (code, width) in enumerate(zip(heads, (18, 30, 24, 12, 60, 26), strict=True)):
        sheet.set_column(column, column, width)
        pen.text(sheet, 0, column, pen.say(f"document.col.{code}"), **_HEADING)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    row = 1
    for section in report.sections:
        for block in section.blocks:
            for line in _lines(block, pen.say):
                _note(pen, sheet, row, section, line)
                row += 1


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the sheet of notes."""

    item: str
    value: Node = ""
    note: str = ""
    figure: str = ""


def _lines(block: Block, say: Speaker) -> list[_Line]:
    if isinstance(block, Kpis):
        return [
            _Line(
                words(card.caption, say),
                card.value,
                words(card.context, say) if card.context else "",
                card.value.figure,
            )
            for card in block.cards
        ]
    if isinstance(block, Facts):
        return [_Line(words(name, say), value) for name, value in block.pairs]
    if isinstance(block, Paragraph):
        return [_Line("", note=words(block.text, say))]
    if isinstance(block, Figure):
        return [_Line(words(block.title, say), note=words(block.subtitle, say), figure=block.id)]
    return []


def _note(pen: _Pen, sheet: Any, row: int, section: Section, line: _Line) -> None:
    amount = number(line.value, pen.say)
    pen.text(sheet, row, 0, words(section.title, pen.say), font_color=LIGHT.muted)
    pen.text(sheet, row, 1, line.item, text_wrap=True)
    pen.node(sheet, row, 2, line.value)
    pen.text(sheet, row, 3, amount.unit if amount else "")
    pen.text(sheet, row, 4, line.note, text_wrap=True)
    pen.text(sheet, row, 5, line.figure, font_color=LIGHT.muted)


def _table_sheet(pen: _Pen, listed: _Listed, place: int) -> Any:
    """Write a table: title, headings with units, frozen above its rows."""
    table = listed.table
    sheet = pen.book.add_worksheet(pen.name(place, words(table.title, pen.say)))
    pen.text(sheet, 0, 0, listed.title, bold=True, font_size=12, font_color=LIGHT.brand)
    pen.text(sheet, 1, 0, listed.section, font_color=LIGHT.muted)
    mixed = [
        _column(pen, sheet, column, head, [row.cells[column] for row in table.rows])
        for column, head in enumerate(table.columns)
    ]
    if any(_figures(row) for row in table.rows):
        pen.text(sheet, _HEAD, len(table.columns), pen.say("document.col.figure"), **_HEADING)
        sheet.set_column(len(table.columns), len(table.columns), 34)
    for row, line in enumerate(table.rows, start=_HEAD + 1):
        _row(pen, sheet, row, line, mixed=mixed)
    sheet.freeze_panes(_HEAD + 1, 1)
    sheet.repeat_rows(_HEAD)
    if table.note:
        pen.text(sheet, _HEAD + 2 + len(table.rows), 0, words(table.note, pen.say))
    return sheet


def _column(pen: _Pen, sheet: Any, column: int, head: Column, cells: Sequence[Node]) -> bool:
    """Write a heading; tell whether the amounts below it have several units."""
    amounts = [number(cell, pen.say) for cell in cells]
    unit = words(head.unit, pen.say) or _common_unit(amounts)
    title = words(head.title, pen.say)
    side = {"align": "right"} if head.numeric else {}
    pen.text(sheet, _HEAD, column, f"{title}\n{unit}" if unit else title, **(_HEADING | side))
    longest = max((text_width(words(cell, pen.say)) for cell in cells), default=0.0)
    width = max(longest, text_width(unit), text_width(title) / 2) / _CHAR + 2
    sheet.set_column(column, column, min(max(width, _NARROW), _WIDE))
    return not unit


def _common_unit(amounts: Sequence[Number | None]) -> str:
    units = {amount.unit for amount in amounts if amount is not None}
    return units.pop() if len(units) == 1 else ""


def _figures(row: Row) -> str:
    found = [cell.figure for cell in row.cells if isinstance(cell, Value) and cell.figure]
    return ", ".join(dict.fromkeys(found))


def _row(pen: _Pen, sheet: Any, row: int, line: Row, *, mixed: Sequence[bool]) -> None:
    look: dict[str, Any] = {"bold": True, "top": 1} if line.strong else {}
    for column, cell in enumerate(line.cells):
        pen.node(sheet, row, column, cell, with_unit=mixed[column], **look)
    if figures := _figures(line):
        pen.text(sheet, row, len(line.cells), figures, font_color=LIGHT.muted)


def _properties(book: Any, report: Report, say: Speaker) -> None:
    dated = dt.datetime.fromisoformat(report.stamp.dated).replace(hour=12)
    book.set_properties(
        {
            "title": marks.name(words(report.title, say)),
            "author": marks.name(words(report.organisation, say)),
            "created": dated,
            "comments": report.stamp.run_hash,
        }
    )
