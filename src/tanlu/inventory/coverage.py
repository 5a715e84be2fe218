"""What the totals of a year cover, and every reason why they are incomplete."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.inventory.figures import ENERGY_CATEGORIES
from tanlu.inventory.model import Coverage, GridRow, Line, LineStatus
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import month_of
from tanlu.kernel.results import RowStatus, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.factors.model import Item
    from tanlu.kernel.results import SummaryRow

QUARANTINED = "QUARANTINED"
MEMO = "MEMO"
SCOPE_3_GAPS = frozenset(
    {"COVERAGE_LINES", "COVERAGE_UNDATED", "COVERAGE_UNEXPLAINED", "COVERAGE_UPSTREAM"}
)
_MONTHS = 12


def measure_coverage(
    main: Sequence[SummaryRow],
    lines: Sequence[Line],
    *,
    items: Mapping[str, Item],
    others: Sequence[SummaryRow] = (),
    quarantined: int = 0,
    silent_sites: Sequence[str] = (),
    undated: int = 0,
    evidence: Mapping[str, int] | None = None,
) -> Coverage:
    """Count what has a result, what has none and why, and the months filled (rule M-40).

    Parameters
    ----------
    main : sequence of SummaryRow
        Main rows of the year.
    lines : sequence of Line
        Scope 3 lines.
    items : Mapping[str, Item]
        Items by id; memo items ask for no result.
    others : sequence of SummaryRow
        Market-based and upstream rows of the year.
    quarantined : int
        Rows of the year that wait in quarantine.
    silent_sites : sequence of str
        Sites that should have rows of the year and have none.
    undated : int
        Purchases and lanes that name no year.
    evidence : Mapping[str, int], optional
        Rows by quality of evidence.

    Returns
    -------
    Coverage
        Its reasons are empty only when nothing is known to be missing.
    """
    by_status: Counter[str] = Counter()
    for row in main:
        by_status[MEMO if _is_memo(row, items) else row.status.value] += row.n
    if quarantined:
        by_status[QUARANTINED] += quarantined
    grid = _grid(main, items)
    unexplained = _unexplained(lines)
    return Coverage(
        rows=sum(by_status.values()),
        ok=by_status[RowStatus.OK.value],
        by_status=dict(sorted(by_status.items())),
        lines=len(lines),
        lines_ok=sum(line.status is LineStatus.OK for line in lines),
        grid=grid,
        evidence=dict(evidence or {}),
        unexplained_cny=unexplained,
        silent_sites=tuple(silent_sites),
        reasons=(
            *_empty_reasons(by_status),
            *_site_reasons(silent_sites),
            *_status_reasons(by_status),
            *_stream_reasons(others),
            *_line_reasons(lines, unexplained),
            *_undated_reasons(undated),
            *_month_reasons(grid),
        ),
    )


def _is_memo(row: SummaryRow, items: Mapping[str, Item]) -> bool:
    item = items.get(row.item)
    return item is not None and item.category == "memo"


def _grid(main: Sequence[SummaryRow], items: Mapping[str, Item]) -> tuple[GridRow, ...]:
    """Mark the months in which each site has a row of each energy carrier, resolved or not."""
    filled: dict[tuple[str, str], set[int]] = {}
    for row in main:
        item = items.get(row.item)
        if item is None or item.category not in ENERGY_CATEGORIES:
            continue
        filled.setdefault((row.site, row.item), set()).add(month_of(row.ym))
    return tuple(
        GridRow(site, item, tuple(m + 1 in months for m in range(_MONTHS)))
        for (site, item), months in sorted(filled.items())
    )


def _unexplained(lines: Sequence[Line]) -> Fraction | None:
    """Return the money of the lines without a result; None when no money is known."""
    spent = [(line.status, line.spend_cny) for line in lines if line.spend_cny is not None]
    if not spent:
        return None
    return sum((cny for status, cny in spent if status is not LineStatus.OK), Fraction(0))


def _empty_reasons(by_status: Mapping[str, int]) -> list[Finding]:
    """Say that a year has no activity row at all."""
    return [] if any(by_status.values()) else [Finding("COVERAGE_EMPTY", Outcome.WARN)]


def _site_reasons(silent_sites: Sequence[str]) -> list[Finding]:
    return [Finding("COVERAGE_SITE", Outcome.WARN, facts={"site": site}) for site in silent_sites]


def _undated_reasons(undated: int) -> list[Finding]:
    facts = {"n": str(undated)}
    return [Finding("COVERAGE_UNDATED", Outcome.WARN, facts=facts)] if undated else []


def _status_reasons(by_status: Mapping[str, int]) -> list[Finding]:
    silent = {RowStatus.OK.value, MEMO, QUARANTINED}
    waiting = by_status.get(QUARANTINED, 0)
    reasons = (
        [Finding("COVERAGE_QUARANTINED", Outcome.WARN, facts={"n": str(waiting)})]
        if waiting
        else []
    )
    return reasons + [
        Finding("COVERAGE_STATUS", Outcome.WARN, facts={"status": status, "n": str(n)})
        for status, n in sorted(by_status.items())
        if n and status not in silent
    ]


def _stream_reasons(others: Sequence[SummaryRow]) -> list[Finding]:
    """Name the items that have no market-based or no upstream result."""
    reasons = []
    for stream, code in (
        (Stream.MARKET, "COVERAGE_MARKET"),
        (Stream.UPSTREAM, "COVERAGE_UPSTREAM"),
    ):
        open_rows = [r for r in others if r.stream is stream and r.status is not RowStatus.OK]
        if open_rows:
            facts = {
                "n": str(sum(r.n for r in open_rows)),
                "items": ", ".join(sorted({r.item for r in open_rows})),
            }
            reasons.append(Finding(code, Outcome.WARN, facts=facts))
    return reasons


def _line_reasons(lines: Sequence[Line], unexplained: Fraction | None) -> list[Finding]:
    missing = Counter(line.category for line in lines if line.status is not LineStatus.OK)
    reasons = [
        Finding("COVERAGE_LINES", Outcome.WARN, facts={"category": category, "n": str(n)})
        for category, n in sorted(missing.items())
    ]
    if unexplained:
        cny = f"{float(unexplained):.0f}"
        reasons.append(Finding("COVERAGE_UNEXPLAINED", Outcome.WARN, facts={"cny": cny}))
    return reasons


def _month_reasons(grid: tuple[GridRow, ...]) -> list[Finding]:
    return [
        Finding(
            "COVERAGE_MONTHS",
            Outcome.WARN,
            facts={
                "site": row.site,
                "item": row.item,
                "months": ", ".join(map(str, row.missing)),
            },
        )
        for row in grid
        if row.missing
    ]
