"""Short tables of shares: allocation of products and ownership; checked, not yet used."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tanlu.ingest.model import SheetKind
from tanlu.ingest.number import NumberContext, parse_number, share_column_code
from tanlu.ingest.number import findings_of as number_findings
from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.sheets.draft import SheetResult
from tanlu.ingest.workbook.grid import address
from tanlu.kernel.activity import QuarantinedRow
from tanlu.kernel.findings import Outcome

if TYPE_CHECKING:
    from tanlu.ingest.sheets.header import HeaderBlock
    from tanlu.ingest.sheets.place import Place


def read_shares(place: Place, block: HeaderBlock, kind: SheetKind) -> SheetResult:
    """Check a table of shares; its rows are counted as excluded.

    Parameters
    ----------
    place, block : Place, HeaderBlock
        The table.
    kind : SheetKind
        ALLOCATION or OWNERSHIP.

    Returns
    -------
    SheetResult
        With ``PERCENT_OR_FRACTION`` (ask) the rows are held instead.

    Raises
    ------
    RejectedError
        ``SHARE_RANGE``, ``ALLOCATION_SUM``, ``OWNERSHIP_CYCLE``.
    """
    result = SheetResult(place.grid.name, kind)
    column = block.of("share" if kind is SheetKind.ALLOCATION else "equity")
    rows = [row for row in sorted(place.grid.rows) if row > block.last]
    rows = [row for row in rows if not place.words.derived(_first(place, row))]
    result.rows_in = len(rows)
    if column is None or not rows:
        result.excluded = len(rows)
        return result
    texts = [place.grid.text(row, column.index) for row in rows]
    is_mixed = bool(share_column_code(texts, words=place.words.numbers))
    if is_mixed and place.answer("percent") not in {"percent", "fraction"}:
        _hold(place, rows, column.index, result=result)
        return result
    shares = _numbers(place, rows, column.index, texts=texts, result=result)
    if kind is SheetKind.ALLOCATION:
        _check_sum(place, rows, column.index, shares)
    else:
        _check_cycle(place, block, rows)
    result.excluded = len(rows) - len(result.quarantine)
    result.findings.append(place.about_sheet("SHEET_NOT_USED", Outcome.NOTE, found=kind.value))
    return result


def _first(place: Place, row: int) -> str:
    cells = place.grid.rows[row]
    return cells[min(cells)].text


def _hold(place: Place, rows: list[int], column: int, *, result: SheetResult) -> None:
    facts = {
        "found": ", ".join(place.grid.text(row, column) for row in rows[:4]),
        "choices": "percent: percent, percent: fraction",
    }
    finding = place.finding("PERCENT_OR_FRACTION", Outcome.ASK, rows[0], column, **facts)
    result.findings.append(finding)
    for row in rows:
        raw = {address(row, c): cell.text for c, cell in place.grid.rows[row].items()}
        result.quarantine.append(QuarantinedRow(place.source(row, column), raw, (finding,)))


def _numbers(
    place: Place, rows: list[int], column: int, *, texts: list[str], result: SheetResult
) -> list[Decimal]:
    context = NumberContext(place.words.numbers, is_share=True)
    found: list[Decimal] = []
    parsed = [parse_number(text, context=context) for text in texts]
    percent = tuple(place.words.numbers.of("percent"))
    bare = [n.value for n in parsed if n.value is not None and not n.text.strip().endswith(percent)]
    as_percent = place.answer("percent") == "percent" or any(value > 1 for value in bare)
    for row, number in zip(rows, parsed, strict=True):
        if number.value is None:
            where = address(row, column)
            bad = number_findings(number, file=place.file, sheet=place.grid.name, cell=where)
            raw = {address(row, c): cell.text for c, cell in place.grid.rows[row].items()}
            result.findings.extend(bad)
            result.quarantine.append(QuarantinedRow(place.source(row, column), raw, bad))
            continue
        is_bare = not number.text.strip().endswith(percent)
        value = number.value / 100 if as_percent and is_bare else number.value
        if not 0 <= value <= 1:
            raise RejectedError(
                place.finding("SHARE_RANGE", Outcome.REJECT, row, column, found=number.text)
            )
        found.append(value)
    return found


def _check_sum(place: Place, rows: list[int], column: int, shares: list[Decimal]) -> None:
    total = sum(shares, Decimal(0))
    if total != 1:
        raise RejectedError(
            place.finding(
                "ALLOCATION_SUM", Outcome.REJECT, rows[-1], column, found=f"{total:f}", expected="1"
            )
        )


def _check_cycle(place: Place, block: HeaderBlock, rows: list[int]) -> None:
    parent = block.of("parent")
    child = block.of("child") or block.of("site")
    if parent is None or child is None:
        return
    owns: dict[str, list[str]] = {}
    for row in rows:
        owner = place.grid.text(row, parent.index).strip()
        owns.setdefault(owner, []).append(place.grid.text(row, child.index).strip())
    for start in owns:
        path = _way_back(owns, start)
        if path:
            raise RejectedError(
                place.finding(
                    "OWNERSHIP_CYCLE", Outcome.REJECT, rows[0], parent.index,
                    found=" > ".join(path),
                )
            )  # fmt: skip


def _way_back(owns: dict[str, list[str]], start: str) -> list[str]:
    """Return a chain of ownership from a company back to itself, empty when there is none."""
    waiting = [[start, child] for child in owns[start]]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path[-1] == start:
            return path
        if path[-1] in seen:
            continue
        seen.add(path[-1])
        waiting.extend([*path, child] for child in owns.get(path[-1], ()))
    return []
