"""Add up result rows, scope 3 lines and the ledger in cells of site, item and category."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tanlu.factors.gas import UNSPLIT
from tanlu.inventory.figures import (
    ELECTRICITY,
    UPSTREAM_CATEGORY,
    is_purchased_power,
)
from tanlu.inventory.model import Amount, Basis, Both, LineStatus, Part
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import RowStatus, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tanlu.factors.model import Item
    from tanlu.inventory.ledger import GreenPowerLedger
    from tanlu.inventory.model import Line
    from tanlu.kernel.results import SummaryRow

UNKNOWN = "unknown"
_BOTH = (Basis.LOCATION, Basis.MARKET)


class CellKey(NamedTuple):
    """Where an amount belongs."""

    site: str
    item: str
    scope: int
    category: str
    iso_category: int


@dataclass(slots=True)
class _Running:
    """A running sum of one method."""

    n: int = 0
    n_ok: int = 0
    gases_mg: Counter[str] = field(default_factory=Counter)

    def add(self, n: int, gases_mg: Mapping[str, int] | None) -> None:
        self.n += n
        if gases_mg is not None:
            self.n_ok += n
            for gas, mg in gases_mg.items():
                self.gases_mg[gas] += mg

    def amount(self) -> Amount:
        known = sum(self.gases_mg.values()) if self.n_ok else None
        return Amount(known, n=self.n, n_ok=self.n_ok)


@dataclass(slots=True)
class _Cell:
    methods: dict[Basis, _Running] = field(
        default_factory=lambda: {basis: _Running() for basis in _BOTH}
    )
    biogenic_mg: int = 0


class Cells:
    """Running sums by cell; `parts` freezes them."""

    def __init__(self, items: Mapping[str, Item], iso_of_scope3: Mapping[str, int]) -> None:
        self._items = items
        self._iso = iso_of_scope3
        self._cells: dict[CellKey, _Cell] = {}

    def add_rows(self, summary: Iterable[SummaryRow]) -> None:
        """Add the engine's sums; memo items take part in no total (M-40).

        Raises
        ------
        TanluError
            ``inventory.sum-broken`` if the gases of a row do not add up to its CO2e.
        """
        for row in summary:
            item = self._items.get(row.item)
            if item is not None and item.category == "memo":
                continue
            gases = _gases(row)
            cell = self._cell(self._key(row, item))
            methods = _methods(row, item)
            for basis in methods:
                cell.methods[basis].add(row.n, gases)
            if Basis.LOCATION in methods:
                cell.biogenic_mg += row.biogenic_mg

    def add_lines(self, lines: Iterable[Line]) -> None:
        """Add scope 3 lines; their gas is not known apart."""
        for line in lines:
            key = CellKey(line.site, line.item, 3, line.category, self._iso[line.category])
            is_ok = line.status is LineStatus.OK and line.co2e_mg is not None
            gases = {UNSPLIT: line.co2e_mg or 0} if is_ok else None
            for basis in _BOTH:
                self._cell(key).methods[basis].add(1, gases)

    def add_ledger(self, ledger: GreenPowerLedger) -> None:
        """Add generation whose certificates another holds, market-based alone (M-31)."""
        for a in ledger.allocations:
            if not a.is_purchased:
                market = self._electricity(a.site).methods[Basis.MARKET]
                market.add(1, None if a.co2_mg is None else {ledger.gas: a.co2_mg})

    def add_rounding(self, ledger: GreenPowerLedger) -> dict[str, int]:
        """Close the market rows to the allocation, site by site (M-35).

        Returns
        -------
        dict of str to int
            Site to what was added [mg], where it is not 0; sites with an unresolved row are
            not closed.

        Raises
        ------
        TanluError
            ``inventory.allocation-broken`` if more than rounding would be needed.
        """
        closed: dict[str, int] = {}
        for site in sorted({a.site for a in ledger.allocations if a.is_purchased}):
            market = [c.methods[Basis.MARKET] for k, c in self._power() if k.site == site]
            allocated = [a.co2_mg for a in ledger.allocations if a.is_purchased and a.site == site]
            if not market or any(m.n != m.n_ok for m in market) or None in allocated:
                continue
            found = sum(sum(m.gases_mg.values()) for m in market)
            gap = sum(mg or 0 for mg in allocated) - found
            _require_rounding(site, gap=gap, n=sum(m.n for m in market))
            if gap:
                market[0].add(0, {ledger.gas: gap})
                closed[site] = gap
        return closed

    def mark_missing_market(self) -> None:
        """Count electricity rows without a market-based result as unresolved (M-34)."""
        for _, cell in self._power():
            location, market = (cell.methods[basis] for basis in _BOTH)
            market.add(max(location.n - market.n, 0), None)

    def parts(self) -> tuple[Part, ...]:
        """Return the cells, sorted, as frozen parts."""
        return tuple(_part(key, self._cells[key]) for key in sorted(self._cells))

    def _key(self, row: SummaryRow, item: Item | None) -> CellKey:
        if row.stream is Stream.UPSTREAM:
            return CellKey(row.site, row.item, 3, UPSTREAM_CATEGORY, self._iso[UPSTREAM_CATEGORY])
        if item is None:
            return CellKey(row.site, row.item, 0, UNKNOWN, 0)
        return CellKey(row.site, row.item, item.scope, item.category, item.iso_category)

    def _power(self) -> list[tuple[CellKey, _Cell]]:
        """Return the cells of purchased electricity."""
        return [
            (key, cell)
            for key, cell in self._cells.items()
            if key.category != UPSTREAM_CATEGORY
            and (item := self._items.get(key.item)) is not None
            and is_purchased_power(item)
        ]

    def _electricity_key(self, site: str) -> CellKey:
        item = self._items[ELECTRICITY]
        return CellKey(site, item.id, item.scope, item.category, item.iso_category)

    def _electricity(self, site: str) -> _Cell:
        return self._cell(self._electricity_key(site))

    def _cell(self, key: CellKey) -> _Cell:
        return self._cells.setdefault(key, _Cell())


def _methods(row: SummaryRow, item: Item | None) -> tuple[Basis, ...]:
    """Return the methods a row counts in: electricity has rows of its own for each."""
    if row.stream is Stream.MARKET:
        return (Basis.MARKET,)
    if row.stream is Stream.MAIN and item is not None and is_purchased_power(item):
        return (Basis.LOCATION,)
    return _BOTH


def _gases(row: SummaryRow) -> Mapping[str, int] | None:
    """Return the gases of a resolved row, checked; None when it is not resolved."""
    if row.status is not RowStatus.OK or row.co2e_mg is None:
        return None
    found = sum(row.gases_mg.values())
    if found != row.co2e_mg:
        raise TanluError("inventory.sum-broken", what="gases", expected=row.co2e_mg, found=found)
    return row.gases_mg


def _require_rounding(site: str, *, gap: int, n: int) -> None:
    """Require that the rows miss the allocation by rounding alone: n/2 mg and 1 g."""
    limit = n // 2 + 1_000
    if abs(gap) > limit:
        raise TanluError("inventory.allocation-broken", site=site, gap_mg=gap, limit_mg=limit)


def _part(key: CellKey, cell: _Cell) -> Part:
    location, market = (cell.methods[basis].amount() for basis in _BOTH)
    return Part(
        site=key.site,
        item=key.item,
        scope=key.scope,
        category=key.category,
        iso_category=key.iso_category,
        amounts=Both(location, market),
        gases_mg={basis: dict(sorted(cell.methods[basis].gases_mg.items())) for basis in _BOTH},
        biogenic_mg=cell.biogenic_mg,
    )
