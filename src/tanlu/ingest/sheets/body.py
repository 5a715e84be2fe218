"""The rows below a header: which are data, totals, footers, repeats, or a second table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tanlu.ingest.sheets.header import header_merges, is_number_like
from tanlu.ingest.workbook.grid import Cell, address
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.ingest.sheets.header import HeaderBlock
    from tanlu.ingest.sheets.place import Place
    from tanlu.ingest.workbook.grid import Grid

FILLED = frozenset(
    {"period", "year", "month", "site", "province", "item", "material", "unit", "type", "mode",
     "supplier", "voucher", "ownership", "outlet", "quality"}
)  # fmt: skip
_CARRIED = ("site", "item")
_ANSWERS = {"hidden_rows": "HIDDEN_ROWS", "strikethrough": "STRIKETHROUGH_ROW"}


@dataclass(slots=True)
class Body:
    """The rows of one table.

    Parameters
    ----------
    grid : Grid
        The sheet.
    data : list of int
        Rows that carry data.
    subtotals : dict of int to str
        Rows that state sums: ``subtotal`` or ``total``.
    excluded : int
        Rows below the header that are no data: subtotals, footers, repeats, answered away.
    held : dict of int to tuple of Finding
        Data rows that do not count until a question is answered.
    second : list of int
        Rows of further tables.
    filled : dict of int to dict of int to Cell
        By row and column, what merged ranges (or, with a warning, cells above) give to
        empty cells.
    """

    grid: Grid
    data: list[int] = field(default_factory=list)
    subtotals: dict[int, str] = field(default_factory=dict)
    excluded: int = 0
    held: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    second: list[int] = field(default_factory=list)
    filled: dict[int, dict[int, Cell]] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> Cell | None:
        """Return a cell, or the one that fills it; None when it stays empty."""
        return self.cells(row).get(column)

    def cells(self, row: int) -> Mapping[int, Cell]:
        """Return the cells of a row by column, with those that fill empty ones."""
        own = self.grid.rows.get(row, {})
        return {**self.filled[row], **own} if row in self.filled else own


def read_body(place: Place, block: HeaderBlock, findings: list[Finding]) -> Body:
    """Sort the rows below a header.

    Parameters
    ----------
    place : Place
        The sheet.
    block : HeaderBlock
        Its header.
    findings : list of Finding
        Questions and warnings about rows are added here.

    Returns
    -------
    Body
        Every nonblank row below the header is in exactly one of its lists.
    """
    body = Body(place.grid)
    rows = [row for row in sorted(place.grid.rows) if row > block.last]
    rows, body.second = _split_tables(place, block, rows)
    _fill_merged(place, block, body)
    labels = _label_columns(block)
    for row in rows:
        cells = place.grid.rows[row]
        if _is_repeat(block, cells):
            body.excluded += 1
            place.repeat("REPEATED_HEADER", Outcome.NOTE, row, min(cells))
        elif total := _total_word(place, cells, labels):
            body.subtotals[row] = total
            body.excluded += 1
        elif _is_footer(place, block, cells):
            body.excluded += 1
            place.repeat("FOOTER_ROW", Outcome.NOTE, row, min(cells), found=_first(cells)[:60])
        else:
            body.data.append(row)
    if any(column.period for column in block.columns.values()):
        _carry_down(place, block, body)
    _hold_doubtful(place, body, findings)
    _hold_second(place, body, findings)
    return body


def _first(cells: dict[int, Cell]) -> str:
    return cells[min(cells)].text.strip()


def _label_columns(block: HeaderBlock) -> list[int]:
    named = {"period", "year", "month", "site", "item", "material", "supplier", "product", "route",
             "equipment_id", "outlet", "province", "start", "type", "mode"}  # fmt: skip
    columns = {c.index for c in block.columns.values() if c.field in named}
    return sorted(columns | {min(block.columns)})


def _total_word(place: Place, cells: dict[int, Cell], labels: list[int]) -> str:
    for column in labels:
        cell = cells.get(column)
        value = place.words.derived(cell.text) if cell is not None else ""
        if value in {"total", "subtotal"}:
            return value
    return ""


def _is_repeat(block: HeaderBlock, cells: dict[int, Cell]) -> bool:
    if len(cells) < 2:  # noqa: PLR2004 - one equal cell is no header
        return False
    for column, cell in cells.items():
        header = block.columns.get(column)
        if header is None or cell.text.strip() not in header.texts:
            return False
    return True


def _is_footer(place: Place, block: HeaderBlock, cells: dict[int, Cell]) -> bool:
    """Say whether a row is a remark below the table: no number, and words of a footer."""
    first = _first(cells)
    label = first.replace("\uff1a", ":").partition(":")[0]
    is_worded = place.words.word("footer", label) or place.words.word(
        "footer", first.strip("\uff1a: ")
    )
    is_alone = len(cells) == 1 and len(block.columns) > 2 and min(cells) == min(block.columns)  # noqa: PLR2004
    if not (is_worded or is_alone):
        return False
    return not any(is_number_like(cell) for cell in cells.values())


def _split_tables(place: Place, block: HeaderBlock, rows: list[int]) -> tuple[list[int], list[int]]:
    """Cut where, after blank rows, another header begins."""
    previous = block.last
    for index, row in enumerate(rows):
        if row > previous + 1 and _begins_table(place, block, rows[index:]):
            return rows[:index], rows[index:]
        previous = row
    return rows, []


def _begins_table(place: Place, block: HeaderBlock, rows: list[int]) -> bool:
    """Say whether a row after a gap is the header of another table, a title allowed above."""
    grid = place.grid
    cells = grid.rows[rows[0]]
    if any(is_number_like(cell) for cell in cells.values()):
        return False
    if _is_repeat(block, cells) or _total_word(place, cells, _label_columns(block)):
        return False
    start = 1 if len(cells) == 1 and len(rows) > 1 else 0
    head = grid.rows[rows[start]] if start < len(rows) else {}
    below = grid.rows[rows[start + 1]] if start + 1 < len(rows) else {}
    if len(head) < 2 or any(is_number_like(cell) for cell in head.values()):  # noqa: PLR2004
        return False
    if _is_repeat(block, head) or _is_footer(place, block, head):
        return False
    return any(is_number_like(cell) for cell in below.values())


def _fill_merged(place: Place, block: HeaderBlock, body: Body) -> None:
    grid = place.grid
    if not grid.merged:
        return
    fields = {c.index for c in block.columns.values() if c.field in FILLED}
    for covered, origin in header_merges(grid).items():
        row, column = covered
        if row > block.last and origin[0] > block.last and column in fields:
            cell = grid.cell(*origin)
            if cell is not None and origin[1] == column and grid.cell(row, column) is None:
                body.filled.setdefault(row, {})[column] = cell


def _carry_down(place: Place, block: HeaderBlock, body: Body) -> None:
    """Fill blank sites and items of an outline from the row above, and say so.

    Only where periods run across: in a table of single entries a blank is an omission.
    """
    for name in _CARRIED:
        column = block.of(name)
        if column is None:
            continue
        above: Cell | None = None
        for row in body.data:
            cell = body.cell(row, column.index)
            if cell is not None:
                above = cell
            elif above is not None:
                body.filled.setdefault(row, {})[column.index] = above
                place.repeat(
                    "FILLED_DOWN", Outcome.WARN, row, column.index, group=name, found=above.text
                )


def _hold_doubtful(place: Place, body: Body, findings: list[Finding]) -> None:
    grid = place.grid
    hidden = [row for row in body.data if row in grid.hidden_rows]
    struck = [
        row
        for row in body.data
        if row not in hidden and any(cell.is_struck for cell in grid.rows[row].values())
    ]
    for rows, answer in ((hidden, "hidden_rows"), (struck, "strikethrough")):
        if rows:
            _ask(place, body, rows, answer=answer, findings=findings)


def _ask(
    place: Place, body: Body, rows: list[int], *, answer: str, findings: list[Finding]
) -> None:
    given = place.answer(answer)
    if given == "include":
        return
    if given == "exclude":
        body.data = [row for row in body.data if row not in set(rows)]
        body.excluded += len(rows)
        return
    facts = {
        "found": _runs(rows),
        "count": str(len(rows)),
        "choices": f"{answer}: include, {answer}: exclude",
    }
    cells = place.grid.rows[rows[0]]
    cell = address(rows[0], min(cells))
    finding = Finding(_ANSWERS[answer], Outcome.ASK, place.file, place.grid.name, cell, facts)
    findings.append(finding)
    for row in rows:
        body.held[row] = (finding,)


def _runs(rows: list[int]) -> str:
    parts: list[str] = []
    start = previous = rows[0]
    for row in [*rows[1:], 0]:
        if row == previous + 1:
            previous = row
            continue
        parts.append(str(start) if start == previous else f"{start}-{previous}")
        start = previous = row
    return ", ".join(parts)


def _hold_second(place: Place, body: Body, findings: list[Finding]) -> None:
    if not body.second:
        return
    answer = place.answer("tables")
    if answer == "first":
        body.excluded += len(body.second)
        return
    if answer == "all":
        return
    row = body.second[0]
    facts = {
        "found": " | ".join(c.text for _, c in sorted(place.grid.rows[row].items()))[:120],
        "choices": "tables: first, tables: all",
        "count": str(len(body.second)),
    }
    cell = address(row, min(place.grid.rows[row]))
    finding = Finding("MULTIPLE_TABLES", Outcome.ASK, place.file, place.grid.name, cell, facts)
    findings.append(finding)
    for held in body.second:
        body.held[held] = (finding,)
