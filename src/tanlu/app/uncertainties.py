"""Uncertainty of an inventory: groups of rows and lines, one draw per factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.catalog import load
from tanlu.compute import uncertainty_groups
from tanlu.inventory.draws import Group
from tanlu.inventory.market_draws import read_market_sites
from tanlu.inventory.model import Basis, LineBasis
from tanlu.inventory.propagation import gsd_of_cv
from tanlu.inventory.uncertainty import simulate
from tanlu.kernel.activity import Quality
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.compute.facts import Ledger
    from tanlu.compute.uncertainty import UncertaintyGroup
    from tanlu.factors.book import Book
    from tanlu.factors.model import Item
    from tanlu.inventory.ledger import GreenPowerLedger
    from tanlu.inventory.model import Line
    from tanlu.inventory.uncertainty import Uncertainty

SEED = 20240501
_SCORES = {
    Quality.METERED: "activity:1",
    Quality.INVOICED: "activity:2",
    Quality.ESTIMATED: "activity:4",
    Quality.PROXY: "activity:5",
    Quality.UNKNOWN: "activity:5",  # nothing said counts as the worst
}
_CLASSES = {
    "combustion": "factor:combustion",
    "mobile": "factor:combustion",
    "electricity": "factor:grid",
    "heat": "factor:heat",
    "process": "factor:process",
    "fugitive": "factor:process",
}
_LINE_CLASSES = {
    LineBasis.SPEND: "factor:spend",
    LineBasis.DISTANCE: "factor:freight",
    LineBasis.MASS: "factor:material",
    LineBasis.SUPPLIER: "factor:process",
}
_MG_PER_T = 10**9


def estimate_uncertainty(
    activity: Ledger,
    book: Book,
    *,
    ledger: GreenPowerLedger,
    purchased_u: Mapping[tuple[str, int], int],
    lines: Sequence[Line],
    items: Mapping[str, Item],
) -> Uncertainty | None:
    """Draw the totals of an inventory; None when nothing has a result.

    Parameters
    ----------
    activity : Ledger
        Ledger rows.
    book : Book
        Factor book of the inventory.
    ledger : GreenPowerLedger
        Where each kWh went: market-based electricity is redone in every draw.
    purchased_u : Mapping
        Site and month to purchased electricity, millionths of a kWh.
    lines : sequence of Line
        Scope 3 lines.
    items : Mapping of str to Item
        Items by id.
    """
    relative = {quality.value: float(_cv(score)) for quality, score in _SCORES.items()}
    found = uncertainty_groups(
        activity, book, relative_by_quality=relative, streams=(Stream.MAIN, Stream.UPSTREAM)
    )
    groups = [_group(group, book, items) for group in found]
    groups += _line_groups(lines, relative[""])
    groups += _unbacked_groups(ledger)
    if not groups:
        return None
    market = read_market_sites(ledger, purchased_u=purchased_u, row_u=relative[""], gsd=_grid_gsd())
    return simulate(groups, seed=SEED, market_sites=market)


def _cv(name: str) -> float:
    return float(load.uncertainty_defaults()[name])


def _group(group: UncertaintyGroup, book: Book, items: Mapping[str, Item]) -> Group:
    item = items[group.item]
    factor = book.factor(group.rid).factor
    is_upstream = group.stream is Stream.UPSTREAM
    kind = "factor:upstream" if is_upstream else _CLASSES.get(item.category, "factor:process")
    is_power = item.category == "electricity" and not is_upstream
    return Group(
        factor_id=factor.id,
        scope=3 if is_upstream else item.scope,
        site="",
        n=group.n,
        weight_t=group.total_t,
        v_t2=group.variance_t2,
        gsd=float(factor.gsd) if factor.gsd else gsd_of_cv(_cv(kind)),
        corr_group=factor.corr_group,
        basis=Basis.LOCATION if is_power else None,
        rows=tuple(zip(group.single_t, group.single_u, strict=True)),
    )


def _line_groups(lines: Sequence[Line], activity_u: float) -> list[Group]:
    return [
        Group(
            factor_id=line.factor_id,
            scope=3,
            site=line.site,
            n=1,
            weight_t=line.co2e_mg / _MG_PER_T,
            v_t2=0.0,  # drawn as a row of its own
            gsd=gsd_of_cv(_cv(_LINE_CLASSES.get(line.basis, "factor:material"))),
            rows=((line.co2e_mg / _MG_PER_T, activity_u),),
        )
        for line in lines
        if line.co2e_mg is not None
    ]


def _grid_gsd() -> float:
    return gsd_of_cv(_cv("factor:grid"))


def _unbacked_groups(ledger: GreenPowerLedger) -> list[Group]:
    """Return own generation whose certificates another holds: market-based only."""
    return [
        Group(
            factor_id=ledger.residual_factor_id,
            scope=2,
            site="",
            n=1,
            weight_t=a.co2_mg / _MG_PER_T,
            v_t2=0.0,
            gsd=_grid_gsd(),
            basis=Basis.MARKET,
        )
        for a in ledger.allocations
        if not a.is_purchased and a.co2_mg
    ]
