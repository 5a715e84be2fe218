"""Doubts between rows: duplicates, repeated keys, overlaps, gaps, outliers, double counting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING

from tanlu.ingest.vocabulary import key
from tanlu.kernel.activity import QuarantinedRow
from tanlu.kernel.findings import Finding, Outcome
from tanlu.kernel.periods import month_of, year_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.ingest.sheets.draft import Draft, SheetResult

_FUELS = frozenset({"combustion", "mobile"})
_EXACT = Context(prec=120, traps=[Inexact])
_OWN_POWER = "self_generated_electricity"
# Alike enough to tell a slip of magnitude: a litre of a liquid weighs about a kilogram.
_COMPARABLE_UNITS = {"L": "kg", "Nm3": "m3"}


def find_doubts(
    results: list[SheetResult],
    *,
    items: Mapping[str, Mapping[str, object]],
    limits: Mapping[str, int],
) -> list[Finding]:
    """Hold exact duplicates back and report every other doubt between the rows of a file.

    Parameters
    ----------
    results : list of SheetResult
        All sheets; duplicates move from their drafts to their duplicates.
    items : Mapping[str, Mapping]
        Table `items` by id.
    limits : Mapping[str, int]
        Table `ingest_limit`.

    Returns
    -------
    list of Finding
        Warnings; none of them changes what is accepted, except ``DUPLICATE_ROW``.
    """
    found = _hold_duplicates(results)
    drafts = [draft for result in results for draft in result.drafts]
    found += _repeated_keys(drafts, limits["repeated_key_note"])
    found += _overlaps(drafts)
    found += _reused_evidence(drafts)
    found += _gaps(drafts, least=limits["series_months"])
    found += _outliers(drafts, ratio=limits["outlier_ratio"])
    found += _double_counts(drafts, items=items)
    return found


def _finding(code: str, draft: Draft, outcome: Outcome = Outcome.WARN, **facts: object) -> Finding:
    words = {"site": draft.site, "item": draft.item}
    words |= {name: str(value) for name, value in facts.items()}
    source = draft.source
    return Finding(code, outcome, source.file, source.sheet, source.cell, words)


def _span(draft: Draft) -> str:
    return f"{draft.period.first}..{draft.period.last}"


def _hold_duplicates(results: list[SheetResult]) -> list[Finding]:
    found: list[Finding] = []
    alike: dict[tuple[object, ...], dict[Decimal, Draft | _Alike]] = defaultdict(dict)
    for result in results:
        kept: list[Draft] = []
        for draft in result.drafts:
            amounts = alike[_series(draft)]
            others = amounts.setdefault(draft.ledger_quantity, draft)
            if others is draft:
                kept.append(draft)
                continue
            if not isinstance(others, _Alike):
                others = amounts[draft.ledger_quantity] = _Alike(others)
            twin = others.twin(draft)
            if twin is None:
                others.add(draft)
                kept.append(draft)
                continue
            finding = _finding(
                "DUPLICATE_ROW", draft, found=f"{draft.quantity:f}", expected=twin.source.cell,
                sheet=twin.sheet,
            )  # fmt: skip
            found.append(finding)
            result.duplicates.append(QuarantinedRow(draft.source, draft.raw(), (finding,)))
        result.drafts = kept
    return found


def _series(draft: Draft) -> tuple[object, ...]:
    period = draft.period
    return (draft.site, draft.item, period.first, period.last, draft.unit.ledger_unit)


class _Alike:
    """Rows of the same site, item, period and amount: the same row twice, or different ones."""

    def __init__(self, first: Draft) -> None:
        self._same: dict[tuple[str, int, str], Draft] = {}
        self._vouchers: dict[str, dict[str, Draft]] = defaultdict(dict)
        self.add(first)

    def add(self, draft: Draft) -> None:
        """Remember a row that counts."""
        sheet = draft.sheet
        self._same[sheet, draft.column, draft.other_texts()] = draft
        self._vouchers[sheet].setdefault(draft.voucher, draft)

    def twin(self, draft: Draft) -> Draft | None:
        """Return the row that a further one repeats, None when it is another."""
        sheet = draft.sheet
        same = self._same.get((sheet, draft.column, draft.other_texts()))
        return self._elsewhere(draft) if same is None and draft.quantity else same

    def _elsewhere(self, draft: Draft) -> Draft | None:
        """Return the same row on another sheet, such as a summary beside its details."""
        for sheet, rows in self._vouchers.items():
            if sheet == draft.sheet:
                continue
            if not draft.voucher:
                return next(iter(rows.values()))
            twin = rows.get("") or rows.get(draft.voucher)
            if twin is not None:
                return twin
        return None


def _repeated_keys(drafts: list[Draft], most: int) -> list[Finding]:
    """Report site, item and period with several rows: once per site and item."""
    keys = defaultdict(list)
    for draft in drafts:
        keys[draft.site, draft.item, draft.period.first, draft.period.last].append(draft)
    groups: dict[tuple[str, str], list[list[Draft]]] = defaultdict(list)
    for group in keys.values():
        if len({(draft.sheet, draft.row) for draft in group}) > 1:
            groups[group[0].site, group[0].item].append(group)
    found = []
    for repeated in groups.values():
        group = max(repeated, key=len)
        outcome = Outcome.WARN if len(group) <= most else Outcome.NOTE
        cells = ", ".join(draft.source.cell for draft in group[:5])
        found.append(
            _finding("DUPLICATE_KEY", group[-1], outcome, found=_span(group[0]), cells=cells,
                     count=len(group), periods=len(repeated))
        )  # fmt: skip
    return found


def _overlaps(drafts: list[Draft]) -> list[Finding]:
    groups: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        groups[draft.site, draft.item].append(draft)
    found = []
    for group in groups.values():
        ordered = sorted(group, key=lambda d: (d.period.first, d.period.last))
        widest = ordered[0]
        for earlier, later in pairwise(ordered):
            widest = earlier if earlier.period.last > widest.period.last else widest
            same = (widest.period.first, widest.period.last) == (
                later.period.first,
                later.period.last,
            )
            if not same and later.period.first <= widest.period.last:
                found.append(
                    _finding("PERIOD_OVERLAP", later, found=_span(later), expected=_span(widest),
                             cells=widest.source.cell)
                )  # fmt: skip
    return found


def _reused_evidence(drafts: list[Draft]) -> list[Finding]:
    firsts: dict[str, Draft] = {}
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        voucher = key(draft.voucher) if draft.voucher else ""
        first = firsts.setdefault(voucher, draft) if voucher else draft
        if first is not draft:
            groups.setdefault(voucher, [first]).append(draft)
    found = []
    for group in (groups[voucher] for voucher in firsts if voucher in groups):
        keys = {(d.site, d.item, d.period.first, d.period.last) for d in group}
        rows = {(d.sheet, d.row) for d in group}
        if len(keys) > 1 and len(rows) > 1:
            cells = ", ".join(draft.source.cell for draft in group[:5])
            found.append(
                _finding("EVIDENCE_REUSED", group[1], found=group[0].voucher, cells=cells,
                         count=len(group))
            )  # fmt: skip
    return found


@dataclass(slots=True)
class _Month:
    """What the rows of one series say about a month: amounts by how many months they cover."""

    parts: dict[int, list[Decimal]] = field(default_factory=dict)
    last: Draft | None = None

    def total(self) -> Fraction:
        """Return the exact sum; a row over several months counts in equal parts."""
        return sum(
            (Fraction(reduce(_EXACT.add, found)) / count for count, found in self.parts.items()),
            Fraction(0),
        )


def _monthly(drafts: list[Draft]) -> dict[tuple[str, str, str], dict[int, tuple[Fraction, Draft]]]:
    """Sum by site, item, comparable unit and month; a longer period counts in equal parts."""
    series: dict[tuple[str, str, str], dict[int, _Month]] = defaultdict(lambda: defaultdict(_Month))
    for draft in drafts:
        months = draft.months()
        unit = draft.unit.ledger_unit
        group = series[draft.site, draft.item, _COMPARABLE_UNITS.get(unit, unit)]
        for ym in months:
            month = group[ym]
            month.last = draft
            month.parts.setdefault(len(months), []).append(draft.ledger_quantity)
    return {
        names: {ym: (month.total(), month.last) for ym, month in group.items() if month.last}
        for names, group in series.items()
    }


def _month_text(ym: int) -> str:
    return f"{int(year_of(ym))}-{month_of(ym):02d}"


def _gaps(drafts: list[Draft], *, least: int) -> list[Finding]:
    """Report months missing inside a series that is otherwise dense."""
    months: dict[tuple[str, str], dict[int, Draft]] = defaultdict(dict)
    for draft in drafts:
        for ym in draft.months():
            months[draft.site, draft.item][ym] = draft
    found = []
    for group in months.values():
        first, last = min(group), max(group)
        missing = [ym for ym in range(first, last + 1) if ym not in group]
        is_dense = len(group) >= least and 2 * len(missing) <= len(group)
        if missing and is_dense:
            listed = ", ".join(_month_text(ym) for ym in missing)
            after = group[min(ym for ym in group if ym > missing[0])]
            found.append(_finding("PERIOD_GAP", after, found=listed, count=len(missing)))
    return found


def _outliers(drafts: list[Draft], *, ratio: int) -> list[Finding]:
    """Report months far from most others of their series, up or down."""
    found = []
    for group in _monthly(drafts).values():
        values = {ym: abs(value) for ym, (value, _) in group.items() if value}
        if len(values) < 3:  # noqa: PLR2004 - two values tell nothing about each other
            continue
        least, most = min(values.values()), max(values.values())
        for ym, value in values.items():
            others = [other for at, other in values.items() if at != ym]
            if least * ratio > value > most / ratio:
                continue
            high = sum(value >= other * ratio for other in others)
            low = sum(value * ratio <= other for other in others)
            if 2 * max(high, low) > len(others):
                draft = group[ym][1]
                typical, other = sorted(
                    (amount, group[at][1].unit.ledger_unit)
                    for at, amount in values.items()
                    if at != ym
                )[len(others) // 2]
                found.append(
                    _finding("OUTLIER_MAGNITUDE", draft, found=_short(value), month=_month_text(ym),
                             expected=_short(typical), unit=draft.unit.ledger_unit,
                             expected_unit=other)
                )  # fmt: skip
    return found


def _short(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    whole = value * 1000
    return f"{(whole.numerator // whole.denominator)}e-3"


def _double_counts(
    drafts: list[Draft], *, items: Mapping[str, Mapping[str, object]]
) -> list[Finding]:
    """Report own power beside a fuel of the same site and month: one may be made of the other."""
    fuels: dict[tuple[str, int], Draft] = {}
    for draft in drafts:
        if items.get(draft.item, {}).get("category") in _FUELS:
            for ym in draft.months():
                fuels.setdefault((draft.site, ym), draft)
    found = []
    for draft in drafts:
        if draft.item != _OWN_POWER:
            continue
        fuel = next(
            (fuels[draft.site, ym] for ym in draft.months() if (draft.site, ym) in fuels), None
        )
        if fuel is not None:
            found.append(
                _finding("DOUBLE_COUNT_SUSPECT", draft, found=f"{draft.quantity:f}",
                         other=fuel.item, cells=fuel.source.cell)
            )  # fmt: skip
    return found
