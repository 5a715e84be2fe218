"""What of the green-power ledger has to be redone in every draw."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from tanlu.inventory.draws import MarketSite
from tanlu.inventory.instrument import MILLION
from tanlu.inventory.ledger import RESIDUAL
from tanlu.kernel.periods import year_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.inventory.ledger import GreenPowerLedger


def read_market_sites(
    ledger: GreenPowerLedger,
    *,
    purchased_u: Mapping[tuple[str, int], int],
    row_u: float,
    gsd: float,
) -> tuple[MarketSite, ...]:
    """Return the sites with purchased electricity for the draws of scope 2 (M-49).

    Parameters
    ----------
    ledger : GreenPowerLedger
        Where each kWh went. An instrument enters with its whole amount, surplus included:
        in a draw of higher consumption the surplus covers more.
    purchased_u : Mapping[tuple of (str, int), int]
        Site and ledger month to purchased electricity, millionths of a kWh.
    row_u : float
        Relative sd of one month's reading; months are independent, so that a year is known
        better than a month.
    gsd : float
        Geometric standard deviation of the residual factor.

    Returns
    -------
    tuple of MarketSite
        One per site; a site whose residual is not known is left out.
    """
    surplus = {u.instrument_id: u.kwh_u or 0 for u in ledger.surplus}
    known = [a.kg_per_kwh for a in ledger.allocations if a.kind == RESIDUAL]
    residual = next((kg for kg in known if kg is not None), None)
    sites = []
    for site in sorted({a.site for a in ledger.allocations if a.is_purchased}):
        mine = [a for a in ledger.allocations if a.is_purchased and a.site == site]
        if any(a.kg_per_kwh is None for a in mine):
            continue
        contracts = {
            a.instrument_id: (
                (a.kwh_u + surplus.get(a.instrument_id, 0)) / MILLION,
                float(a.kg_per_kwh or 0),
            )
            for a in mine
            if a.kind != RESIDUAL
        }
        sites.append(
            MarketSite(
                site=site,
                purchased_kwh=sum(a.kwh_u for a in mine) / MILLION,
                activity_u=row_u * _spread(site, ledger.year, purchased_u),
                contracts=tuple(contracts.values()),
                residual_kg_per_kwh=float(residual or 0),
                factor_id=ledger.residual_factor_id,
                gsd=gsd,
            )
        )
    return tuple(sites)


def _spread(site: str, year: int, purchased_u: Mapping[tuple[str, int], int]) -> float:
    """Return ``sqrt(sum q_m^2) / |sum q_m|`` over a site's months; 1 when it bought nothing."""
    months = [u for (name, ym), u in purchased_u.items() if name == site and year_of(ym) == year]
    total = abs(sum(months))
    return sqrt(sum(u * u for u in months)) / total if total else 1.0
