"""Uncertainty of the totals: one draw per factor, shared by all its rows, and a formula check.

Floats by nature; nothing here flows back into the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tanlu.inventory.draws import Group, MarketSite, draw_totals, lay_out
from tanlu.inventory.model import Basis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DRAWS = 10_000
CHUNK = 2_500
LEVEL = 0.95
MEAN_TOLERANCE, SD_TOLERANCE = 0.005, 0.03


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """Distribution of one total [tCO2e].

    Parameters
    ----------
    mean_t, sd_t : float
        Of the draws.
    low_t, high_t : float
        Interval at the level of the run.
    expected_t, analytic_sd_t : float or None
        Reported value and closed-form sd; None where the total is not linear.
    is_checked : bool
        Whether draws and formula agree: mean within 0.5 %, sd within 3 %.
    """

    mean_t: float
    sd_t: float
    low_t: float
    high_t: float
    expected_t: float | None
    analytic_sd_t: float | None
    is_checked: bool


class Share(NamedTuple):
    """What one source adds to the variance of the location-based total."""

    source: str
    kind: str  # factor, or activity
    share: float


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Uncertainty of an inventory.

    Parameters
    ----------
    columns : Mapping[str, ColumnResult]
        ``location``, ``market``, ``scope1``, ``scope2_location``, ``scope2_market``,
        ``scope3``, and ``site=`` with the site's id (location-based).
    top : tuple of Share
        Largest shares of the variance first: measure these first.
    level : float
        Coverage of the interval.
    draws, seed : int
        Of the run.
    n_normal : int
        Groups of few rows whose rows were not given, drawn by the normal limit.
    """

    columns: Mapping[str, ColumnResult]
    top: tuple[Share, ...]
    level: float
    draws: int
    seed: int
    n_normal: int


_LINEAR_ONLY_ELSEWHERE = frozenset({"market", "scope2_market"})
_SCOPE_2 = 2


def simulate(
    groups: Sequence[Group],
    *,
    seed: int,
    market_sites: Sequence[MarketSite] = (),
    draws: int = DRAWS,
    chunk: int = CHUNK,
    level: float = LEVEL,
) -> Uncertainty:
    """Draw the totals with one draw per factor, and check them by formula (rule M-49).

    Parameters
    ----------
    groups : sequence of Group
        All rows, grouped; the market-based electricity of `market_sites` may be among them
        and is then replaced.
    seed : int
        Same seed, same result, whatever the chunk.
    market_sites : sequence of MarketSite
        Sites with instruments.
    draws, chunk : int
        Number of draws, and how many at a time.
    level : float
        Coverage of the interval, 0 to 1.

    Returns
    -------
    Uncertainty
        Distribution of each total and what it comes from.

    Notes
    -----
    ``T_g = sum_f Z_f W_fg + noise_g``, ``Z_f = exp(sigma_f z - sigma_f^2 / 2)``, so that the
    mean is the reported total. ``noise_g ~ N(0, sum_f (1 + cv_f^2) V_fg)``; groups of fewer
    than 30 rows, or with a row above 20 % of V, are drawn row by row, lognormal.
    """
    replaced = {m.site for m in market_sites}
    linear = [g for g in groups if not _is_replaced(g, replaced)]
    columns = column_members(linear)
    layout = lay_out(linear, columns)
    nonlinear = _LINEAR_ONLY_ELSEWHERE if market_sites else frozenset()
    totals = draw_totals(
        layout, market_sites, seed=seed, draws=draws, chunk=chunk, into=sorted(nonlinear)
    )
    return Uncertainty(
        columns={
            name: _summarise(
                totals[name],
                level=level,
                members=None if name in nonlinear else [linear[i] for i in columns[name]],
            )
            for name in columns
        },
        top=variance_shares([g for g in linear if g.basis is not Basis.MARKET]),
        level=level,
        draws=draws,
        seed=seed,
        n_normal=layout.n_normal,
    )


def column_members(groups: Sequence[Group]) -> dict[str, list[int]]:
    """Return the groups, by position, that each total is the sum of."""
    columns: dict[str, list[int]] = {
        name: [i for i, g in enumerate(groups) if g.basis is not other]
        for name, other in (("location", Basis.MARKET), ("market", Basis.LOCATION))
    }
    for scope in (1, 3):
        columns[f"scope{scope}"] = [i for i, g in enumerate(groups) if g.scope == scope]
    for basis in ("location", "market"):
        columns[f"scope2_{basis}"] = [i for i in columns[basis] if groups[i].scope == _SCOPE_2]
    for i in columns["location"]:
        columns.setdefault(f"site={groups[i].site}", []).append(i)
    return columns


def analytic_variance(groups: Sequence[Group]) -> float:
    """Return the variance of a sum of groups in closed form [tCO2e^2] (rule M-49).

    Parameters
    ----------
    groups : sequence of Group
        Groups that are added.

    Returns
    -------
    float
        ``sum_f (W_f^2 cv_f^2 + (1 + cv_f^2) V_f)``; factors of one draw covary by
        ``exp(sigma_f sigma_g) - 1``.
    """
    return sum(term for _, _, term in _terms(groups))


def variance_shares(groups: Sequence[Group]) -> tuple[Share, ...]:
    """Return what each source adds to the variance, largest first."""
    terms = _terms(groups)
    total = sum(term for _, _, term in terms)
    if total <= 0:
        return ()
    shares = [Share(source, kind, term / total) for source, kind, term in terms if term]
    return tuple(sorted(shares, key=lambda s: (-s.share, s.source, s.kind)))


def _terms(groups: Sequence[Group]) -> list[tuple[str, str, float]]:
    """Return the terms of the variance: one per draw, one per factor for its quantities."""
    weights: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    quantities: dict[str, float] = defaultdict(float)
    for g in groups:
        weights[g.draw_id][g.sigma] += g.weight_t
        quantities[g.factor_id] += g.row_variance
    terms = [
        (draw_id, "factor", _covariance(list(by_sigma.items())))
        for draw_id, by_sigma in weights.items()
    ]
    return terms + [(name, "activity", variance) for name, variance in quantities.items()]


def _covariance(parts: list[tuple[float, float]]) -> float:
    return sum(w * v * (exp(s * t) - 1) for s, w in parts for t, v in parts)


def _is_replaced(group: Group, sites: set[str]) -> bool:
    return group.basis is Basis.MARKET and group.scope == _SCOPE_2 and group.site in sites


def _summarise(drawn: Floats, *, level: float, members: Sequence[Group] | None) -> ColumnResult:
    """Summarise the draws of a total, and compare with the formula where it is linear."""
    mean, sd = float(drawn.mean()), float(drawn.std(ddof=1))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    expected = None if members is None else sum(g.weight_t for g in members)
    analytic = None if members is None else sqrt(analytic_variance(members))
    return ColumnResult(
        mean_t=mean,
        sd_t=sd,
        low_t=float(low),
        high_t=float(high),
        expected_t=expected,
        analytic_sd_t=analytic,
        is_checked=_is_near(mean, expected, MEAN_TOLERANCE)
        and _is_near(sd, analytic, SD_TOLERANCE),
    )


def _is_near(found: float, expected: float | None, tolerance: float) -> bool:
    return expected is not None and abs(found - expected) <= tolerance * abs(expected)
