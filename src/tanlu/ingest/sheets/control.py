"""Sums that the sheet itself states, beside what was read of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.ingest.number import NumberContext, NumberStatus, parse_number
from tanlu.ingest.sheets.kind import total_columns
from tanlu.kernel.activity import ControlTotal
from tanlu.kernel.findings import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tanlu.ingest.sheets.body import Body
    from tanlu.ingest.sheets.draft import Draft, SheetResult
    from tanlu.ingest.sheets.header import Column, HeaderBlock
    from tanlu.ingest.sheets.place import Place
    from tanlu.kernel.findings import Finding

_GENERATION = frozenset({"self_generated_electricity", "exported_electricity"})


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
    by_row: dict[int, list[Draft]] = {}
    if body.subtotals or total_columns(block):
        for draft in result.drafts:
            by_row.setdefault(draft.row, []).append(draft)
    _row_totals(place, block, body, result, by_row=by_row)
    is_wide = len(values) > 1
    outcome = Outcome.NOTE if is_wide else Outcome.WARN
    for row, readings in _readings(body, most=place.words.context.limits["running_totals"]):
        cells = place.grid.rows[row]
        place.repeat(
            "SUBTOTAL_ROW", outcome, row, min(cells), found=cells[min(cells)].text.strip()[:60]
        )
        choices = [[d for r in rows for d in by_row.get(r, ())] for rows in readings]
        for column in values:
            drafts = [
                _matching(place, block, row, [d for d in choice if d.column == column.index])
                for choice in choices
            ]
            _compare(place, row, column.index, drafts, result=result)


def _readings(body: Body, *, most: int) -> Iterator[tuple[int, list[list[int]]]]:
    """Yield each row of sums with the rows it may stand for, the likeliest last.

    A subtotal goes back to the sum before it. A total stands for everything above it, or for
    what follows the total before it; only the first `most` of a sheet are taken for running
    totals, as each of them looks at the whole sheet.
    """
    last = {"total": 0, "subtotal": 0}
    for count, (row, word) in enumerate(body.subtotals.items()):
        end = bisect_left(body.data, row)
        since = max(last.values()) if word == "subtotal" else last["total"]
        own = body.data[bisect_right(body.data, since) : end]
        last[word] = row
        if word == "total" and since and count < most:
            yield row, [own, body.data[:end]]
        else:
            yield row, [own or body.data[end:]]


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


def _row_totals(
    place: Place,
    block: HeaderBlock,
    body: Body,
    result: SheetResult,
    *,
    by_row: Mapping[int, list[Draft]],
) -> None:
    """Check the columns that state the sum of a line's months."""
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
            _compare(place, row, column.index, [drafts], result=result)


def _compare(
    place: Place, row: int, column: int, choices: list[list[Draft]], *, result: SheetResult
) -> None:
    """Compare a stated sum with the rows it may stand for; the first that agrees is meant."""
    cell = place.grid.cell(row, column)
    choices = [drafts for drafts in choices if _can_be_summed(drafts)]
    if cell is None or not choices:
        return
    stated = parse_number(cell.text, context=NumberContext(place.words.numbers))
    if stated.status is not NumberStatus.OK or stated.value is None:
        return
    source = place.source(row, column)
    for drafts in choices:
        first, read = drafts[0], _sum(drafts)
        total = ControlTotal(source, first.site, first.item, first.unit.text, stated.value, read)
        if _agrees(stated.value, read, drafts):
            break
    else:
        result.findings.append(_mismatch(place, row, column, total))
    result.control_totals.append(total)


def _can_be_summed(drafts: list[Draft]) -> bool:
    """Say whether there are rows, all of one unit and one item or of the parts of generation."""
    items = {draft.item for draft in drafts}
    units = {(draft.unit.ledger_unit, draft.unit.scale) for draft in drafts}
    return len(units) == 1 and (len(items) == 1 or items == _GENERATION)


def _sum(drafts: list[Draft]) -> Decimal:
    exact = sum((Fraction(draft.ledger_quantity) for draft in drafts), Fraction(0))
    total = exact / drafts[0].unit.scale
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
