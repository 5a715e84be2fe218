"""A sheet as a sparse grid of text cells, and what is known of each cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tanlu.kernel.findings import Finding

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_LETTERS = 26
_FIRST_LETTER = ord("A")
COLUMNS_MAX = 16384
ROWS_MAX = 1048576


class CellKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    UNCACHED = "uncached"  # a formula without its value


class Cell(NamedTuple):
    """One cell.

    `text` is the value as text: a number plain with 15 significant digits, a date as ISO.
    """

    text: str
    kind: CellKind = CellKind.TEXT
    formula: str = ""
    number_format: str = ""
    is_struck: bool = False


@dataclass(slots=True)
class Grid:
    """One sheet.

    Parameters
    ----------
    name : str
        Sheet name; empty for a text file.
    rows : dict of int to dict of int to Cell
        Cells by row and column, both from 1; empty cells are absent.
    merged : list of tuple
        Merged ranges ``(row, column, last row, last column)``.
    hidden_rows, hidden_columns : set of int
        What Excel does not show.
    state : str
        visible, hidden or veryHidden.
    comments : dict of str to str
        Address to comment.
    flags : dict of int to tuple of Finding
        Rows that may not count, with the reason.
    findings : list of Finding
        About the sheet.
    is_text : bool
        Whether it came from a text file, where every cell is text.
    is_1904 : bool
        Date system.
    """

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    state: str = "visible"
    comments: dict[str, str] = field(default_factory=dict)
    flags: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    is_text: bool = False
    is_1904: bool = False

    def cell(self, row: int, column: int) -> Cell | None:
        """Return a cell, None when it is empty."""
        return self.rows.get(row, {}).get(column)

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell, empty when it is."""
        cell = self.rows.get(row, {}).get(column)
        return cell.text if cell else ""


@dataclass(slots=True)
class Workbook:
    """The sheets of a file and the findings about the file itself."""

    sheets: list[Grid]
    findings: list[Finding] = field(default_factory=list)


@lru_cache(COLUMNS_MAX)
def column_letters(column: int) -> str:
    """Return the letters of a column, A for 1."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, _LETTERS)
        letters = chr(_FIRST_LETTER + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Return an address such as ``B17``."""
    return f"{column_letters(column)}{row}"


def parse_address(text: str) -> tuple[int, int]:
    """Return row and column of an address.

    Raises
    ------
    ValueError
        If it is no address inside a sheet.
    """
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise ValueError(text)
    column = 0
    for letter in match[1]:
        column = column * _LETTERS + ord(letter) - _FIRST_LETTER + 1
    row = int(match[2])
    if column > COLUMNS_MAX or row > ROWS_MAX:
        raise ValueError(text)
    return row, column


def parse_range(text: str) -> tuple[int, int, int, int]:
    """Return ``(row, column, last row, last column)`` of a range or a single address."""
    first, _, last = text.partition(":")
    row, column = parse_address(first)
    last_row, last_column = parse_address(last or first)
    return row, column, last_row, last_column
