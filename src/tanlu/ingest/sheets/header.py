"""Find the header of a sheet: title rows above it, one or more header rows, its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tanlu.ingest.sheets.month import HeaderPeriod, header_period, numbered_months
from tanlu.ingest.workbook.grid import Cell, CellKind

if TYPE_CHECKING:
    from tanlu.ingest.vocabulary import Header, Vocabulary
    from tanlu.ingest.workbook.grid import Grid

_NUMBER_LIKE = re.compile(r"[-+]?[\d,. ]*\d[\d,. ]*%?")
_MOST_HEADER_ROWS = 4
_MERGE_CELLS_MAX = 10**6


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, with what its header cells say together.

    Parameters
    ----------
    index : int
        Column, from 1.
    texts : tuple of str
        Header texts from top to bottom, merged cells filled.
    field, item, unit, site, qualifiers : str
        What they name; empty when nothing.
    period : HeaderPeriod or None
        Month, quarter or year.
    derived : str
        ``total``, ``subtotal``, ``average`` or ``change``; empty for plain data.
    row : int
        Row of the lowest header cell.
    is_money : bool
        Whether its unit is one of money.
    """

    index: int
    texts: tuple[str, ...]
    field: str = ""
    item: str = ""
    unit: str = ""
    site: str = ""
    qualifiers: str = ""
    period: HeaderPeriod | None = None
    derived: str = ""
    row: int = 0
    is_money: bool = False

    @property
    def label(self) -> str:
        """Header text as one line."""
        return " ".join(dict.fromkeys(text for text in self.texts if text))


@dataclass(slots=True)
class HeaderBlock:
    """The header of a table.

    Parameters
    ----------
    first, last : int
        Its rows.
    columns : dict of int to Column
        Columns that carry a header.
    titles : list of str
        Texts of the rows above, in order.
    """

    first: int
    last: int
    columns: dict[int, Column]
    titles: list[str] = field(default_factory=list)

    def fields(self) -> set[str]:
        """Fields of the header dictionary that are there."""
        return {column.field for column in self.columns.values() if column.field}

    def of(self, name: str) -> Column | None:
        """Return the first column of a field, None when there is none."""
        return next((c for c in self.columns.values() if c.field == name), None)


def is_number_like(cell: Cell) -> bool:
    """Say whether a cell holds a number, as number or as text."""
    if cell.kind in {CellKind.NUMBER, CellKind.UNCACHED, CellKind.ERROR}:
        return True
    return cell.kind is CellKind.TEXT and bool(_NUMBER_LIKE.fullmatch(cell.text.strip()))


def header_merges(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """Map each covered cell of merged ranges to the top left one, up to a million of them."""
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    left = _MERGE_CELLS_MAX
    for row, column, last_row, last_column in grid.merged:
        left -= (last_row - row + 1) * (last_column - column + 1)
        if left < 0:
            return covered
        for r in range(row, last_row + 1):
            for c in range(column, last_column + 1):
                if (r, c) != (row, column):
                    covered[r, c] = (row, column)
    return covered


def find_header(grid: Grid, words: Vocabulary, *, after: int = 0) -> HeaderBlock | None:
    """Find the first header at or below a row.

    Parameters
    ----------
    grid : Grid
        The sheet.
    words : Vocabulary
        Header dictionary.
    after : int
        Rows up to this one are passed over.

    Returns
    -------
    HeaderBlock or None
        None when no row looks like a header.
    """
    merged = header_merges(grid)
    rows = [row for row in sorted(grid.rows) if row > after]
    titles: list[str] = []
    for row in rows[: words.context.limits["header_search_rows"]]:
        if _is_header(grid.rows[row], words):
            return _block(grid, words, row, merged=merged, titles=titles)
        titles.extend(cell.text.strip() for _, cell in sorted(grid.rows[row].items()))
    return None


def _is_header(row: dict[int, Cell], words: Vocabulary) -> bool:
    months = numbered_months(row)
    fields = items = periods = strange = 0
    for column, cell in row.items():
        if column in months:
            periods += 1
            continue
        period = header_period(cell, words)
        header = words.header(cell.text)
        if period:
            periods += 1
        elif header.field:
            fields += 1
        elif header.item or header.subtotal:
            items += 1
        elif is_number_like(cell):
            return False
        else:
            strange += 1
    if months and not fields:
        return False
    least = words.context.limits["month_columns"]
    if periods and periods < least and not fields:
        return False
    known = fields + items + (periods if periods >= least or fields else 0)
    needs = fields >= 1 or periods >= least or items > 1
    return needs and known > 1 and known >= strange


def _block(
    grid: Grid,
    words: Vocabulary,
    row: int,
    *,
    merged: dict[tuple[int, int], tuple[int, int]],
    titles: list[str],
) -> HeaderBlock:
    last = row
    row = _upper_row(grid, row, merged=merged)
    if row < last and titles:
        del titles[-len(grid.rows[row]) :]
    while last - row + 1 < _MOST_HEADER_ROWS and _continues(grid, words, last, merged=merged):
        last += 1
    columns: dict[int, Column] = {}
    months = numbered_months(grid.rows[last])
    width = max(max(grid.rows.get(r, {0: None})) for r in range(row, last + 1))
    for index in range(1, width + 1):
        column = _column(grid, words, index, rows=range(row, last + 1), merged=merged)
        if column is not None:
            if index in months and column.period is None and not column.field:
                column = _with_period(column, months[index])
            columns[index] = column
    return HeaderBlock(row, last, columns, list(titles))


def _upper_row(grid: Grid, row: int, *, merged: dict[tuple[int, int], tuple[int, int]]) -> int:
    """Return the row above when it groups the columns of this header row, else this row."""
    above = grid.rows.get(row - 1, {})
    if len(above) < 2 or any(is_number_like(cell) for cell in above.values()):  # noqa: PLR2004
        return row
    reaches_down = any(merged.get((row, column)) == (row - 1, column) for column in above)
    is_group = any((row - 1, column + 1) in merged for column in above)
    return row - 1 if reaches_down or is_group else row


def _with_period(column: Column, period: HeaderPeriod) -> Column:
    return Column(
        column.index,
        column.texts,
        item=column.item,
        unit=column.unit,
        site=column.site,
        period=period,
        row=column.row,
    )


def _continues(
    grid: Grid, words: Vocabulary, last: int, *, merged: dict[tuple[int, int], tuple[int, int]]
) -> bool:
    """Say whether the row below is still header: it refines wide cells, or gives units."""
    below = grid.rows.get(last + 1)
    if not below:
        return False
    above = grid.rows[last]
    months = numbered_months(below)
    if any(
        is_number_like(c) and i not in months and not header_period(c, words)
        for i, c in below.items()
    ):
        return False
    if all(words.is_unit(cell.text.strip()) for cell in below.values()):
        return True
    if _says_the_same(above, below, words):
        return True
    refined = known = grouped = 0
    for index, cell in below.items():
        is_wide = index not in above or (last, index + 1) in merged or (last, index) in merged
        grouped += (last, index + 1) in merged or (last, index) in merged
        refined += is_wide or (index + 1 not in above and index + 1 in below)
        header = words.header(cell.text)
        known += bool(
            header.field
            or header.item
            or header.subtotal
            or index in months
            or header_period(cell, words)
            or words.is_unit(cell.text.strip())
        )
    if grouped == len(below) and len(below) > 1:
        return True
    return refined == len(below) and known * 2 >= len(below) and len(below) > 1


def _says_the_same(above: dict[int, Cell], below: dict[int, Cell], words: Vocabulary) -> bool:
    """Say whether a row names the same columns in other words, such as zh below en."""
    if len(below) < 2 or not below.keys() <= above.keys():  # noqa: PLR2004 - one word is no row
        return False
    if all(cell.text == above[index].text for index, cell in below.items()):
        return False
    for index, cell in below.items():
        field = words.header(cell.text).field
        if not field or field != words.header(above[index].text).field:
            return False
    return True


def _texts(
    grid: Grid, index: int, *, rows: range, merged: dict[tuple[int, int], tuple[int, int]]
) -> list[tuple[int, Cell]]:
    found = []
    for row in rows:
        cell = grid.cell(row, index)
        origin = merged.get((row, index))
        if cell is None and origin is not None:
            if origin[1] == index and origin[0] >= rows.start:
                continue
            cell = grid.cell(*origin)
        if cell is None and len(rows) > 1 and row < rows.stop - 1:
            cell = _left_neighbour(grid, row, index, rows=rows)
        if cell is not None:
            found.append((row, cell))
    return found


def _left_neighbour(grid: Grid, row: int, index: int, *, rows: range) -> Cell | None:
    """Return the cell to the left that an unmerged group header may stand for."""
    if grid.cell(rows.stop - 1, index) is None:
        return None
    left = [i for i in grid.rows.get(row, {}) if i < index]
    if not left or grid.cell(rows.stop - 1, max(left)) is None:
        return None
    return grid.cell(row, max(left))


def _column(
    grid: Grid,
    words: Vocabulary,
    index: int,
    *,
    rows: range,
    merged: dict[tuple[int, int], tuple[int, int]],
) -> Column | None:
    cells = _texts(grid, index, rows=rows, merged=merged)
    if not cells:
        return None
    found: dict[str, str] = {}
    period: HeaderPeriod | None = None
    for _, cell in cells:
        text = cell.text.strip()
        seen = header_period(cell, words)
        if seen is not None:
            period = _combined(period, seen)
            continue
        header = words.header(text)
        if len(cells) > 1 and not header.field and not header.item and words.is_unit(text):
            found["unit"] = text
            continue
        _merge(found, header, words)
    return Column(
        index=index,
        texts=tuple(cell.text.strip() for _, cell in cells),
        field=found.get("field", ""),
        item=found.get("item", ""),
        unit=found.get("unit", ""),
        site=found.get("site", ""),
        qualifiers=found.get("qualifiers", ""),
        period=period,
        derived=found.get("derived", ""),
        row=cells[-1][0],
        is_money=words.unit(found.get("unit", "")).dimension.startswith("money"),
    )


def _combined(outer: HeaderPeriod | None, inner: HeaderPeriod) -> HeaderPeriod:
    """Put a year above and a month below together."""
    if outer is None:
        return inner
    year, month = (outer, inner) if outer.has_year else (inner, outer)
    if year.has_year and not month.has_year:
        period = month.in_year(year.first.year)
        if period is not None:
            return HeaderPeriod(period.first, period.last, has_year=True)
    return inner


def _merge(found: dict[str, str], header: Header, words: Vocabulary) -> None:
    """Add what one header cell says to what the cells above it said."""
    if header.field:
        found["field"] = header.field
    if header.item:
        found["item"] = header.item
    if header.unit:
        found["unit"] = header.unit
    if header.qualifiers:
        found["qualifiers"] = header.qualifiers
    if header.subtotal:
        found["derived"] = header.subtotal
    if not (header.field or header.item or header.subtotal) and "item" not in found:
        found["site"] = words.site(header.text.strip())
