"""Sums that the sheet itself states, beside what was read of it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.ingest.number import NumberContext, NumberStatus, parse_number
from tanlu.ingest.sheets.kind import total_columns
from tanlu.ingest.workbook.grid import column_letters
from tanlu.kernel.activity import ControlTotal
from tanlu.kernel.findings import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.ingest.sheets.body import Body
    from tanlu.ingest.sheets.draft import Draft, SheetResult
    from tanlu.ingest.sheets.header import Column, HeaderBlock
    from tanlu.ingest.sheets.place import Place
    from tanlu.kernel.findings import Finding


def check_totals(
    place: Place, block: HeaderBlock, body: Body, values: list[Column], result: SheetResult
) -> None:
    """Compare every stated sum with the rows it stands for; add totals and findings.

    Parameters
    ----------
    place, block, body
        The table.
    values : list of Column
        Its quantity columns.
    result : SheetResult
        Gets control totals, and ``SUBTOTAL_ROW`` and ``CONTROL_TOTAL_MISMATCH`` findings.
    """
    _row_totals(place, block, body, result)
    is_wide = len(values) > 1
    outcome = Outcome.NOTE if is_wide else Outcome.WARN
    for row, word in body.subtotals.items():
        cells = place.grid.rows[row]
        place.repeat(
            "SUBTOTAL_ROW", outcome, row, min(cells), found=cells[min(cells)].text.strip()[:60]
        )
        above = _above(row, word, body)
        for column in values:
            drafts = [d for d in result.drafts if d.row in above and _column(d, column)]
            drafts = _matching(place, block, row, drafts)
            _compare(place, row, column.index, drafts, result=result)


def _column(draft: Draft, column: Column) -> bool:
    return draft.source.cell.rstrip("0123456789") == column_letters(column.index)


def _above(row: int, word: str, body: Body) -> set[int]:
    """Rows a total stands for: back to the previous total, or all of them."""
    earlier = [r for r in body.subtotals if r < row]
    start = max(earlier, default=0) if word == "subtotal" else 0
    return {r for r in body.data if start < r < row} or {r for r in body.data if r > row}


def _matching(place: Place, block: HeaderBlock, row: int, drafts: list[Draft]) -> list[Draft]:
    """Keep the rows that share what the total's own row names: site and item."""
    for name in ("site", "item"):
        column = block.of(name)
        text = place.grid.text(row, column.index).strip() if column else ""
        if not text or place.words.derived(text) in {"total", "subtotal"}:
            continue
        wanted = place.words.item(text) if name == "item" else place.words.site(text)
        if wanted:
            drafts = [d for d in drafts if getattr(d, name) == wanted]
    return drafts


def _row_totals(place: Place, block: HeaderBlock, body: Body, result: SheetResult) -> None:
    """Check the columns that state the sum of a line's months."""
    by_row: dict[int, list[Draft]] = {}
    for draft in result.drafts:
        by_row.setdefault(draft.row, []).append(draft)
    for column in total_columns(block):
        for row in body.data:
            drafts = by_row.get(row, [])
            if column.period is not None:
                inside = column.period
                year = place.year
                span = inside.in_year(year)
                drafts = [
                    d for d in drafts
                    if span and span.first <= d.period.first and d.period.last <= span.last
                ]  # fmt: skip
            elif column.derived == "subtotal":
                continue
            if column.item:
                drafts = [d for d in drafts if d.item == column.item]
            _compare(place, row, column.index, drafts, result=result)


def _compare(
    place: Place, row: int, column: int, drafts: list[Draft], *, result: SheetResult
) -> None:
    cell = place.grid.cell(row, column)
    if cell is None or not drafts:
        return
    stated = parse_number(cell.text, context=NumberContext(place.words.numbers))
    if stated.status is not NumberStatus.OK or stated.value is None:
        return
    units = {draft.unit.ledger_unit for draft in drafts}
    scale = _own_scale(place, row, drafts)
    if len(units) > 1 or scale is None or len({draft.item for draft in drafts}) > 1:
        return
    read = _sum(drafts, scale)
    first = drafts[0]
    source = place.source(row, column)
    total = ControlTotal(source, first.site, first.item, first.unit.text, stated.value, read)
    result.control_totals.append(total)
    if not _agrees(stated.value, read, drafts):
        result.findings.append(_mismatch(place, row, column, total))


def _own_scale(place: Place, row: int, drafts: list[Draft]) -> Fraction | None:
    """Scale of the stated sum: that of its rows; None when they differ among themselves."""
    del place, row
    scales = {draft.unit.scale for draft in drafts}
    return scales.pop() if len(scales) == 1 else None


def _sum(drafts: Iterable[Draft], scale: Fraction) -> Decimal:
    total = sum((draft.ledger_quantity for draft in drafts), Fraction(0)) / scale
    return Decimal(total.numerator) / Decimal(total.denominator)


def _agrees(stated: Decimal, read: Decimal, drafts: list[Draft]) -> bool:
    """Exact, or rounded to fewer decimals than its parts have."""
    if stated == read:
        return True
    places = _places(stated)
    if places >= max(_places(draft.quantity) for draft in drafts):
        return False
    return abs(stated - read) * 2 <= Decimal(1).scaleb(-places)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _mismatch(place: Place, row: int, column: int, total: ControlTotal) -> Finding:
    return place.finding(
        "CONTROL_TOTAL_MISMATCH",
        Outcome.WARN,
        row,
        column,
        found=f"{total.stated:f}",
        expected=f"{total.read:f}",
        difference=f"{total.stated - total.read:f}",
        item=total.item,
        site=total.site,
        unit=total.unit,
    )
