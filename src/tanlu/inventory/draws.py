"""The draws behind the uncertainty: counter-based, keyed by name, in chunks.

Chunk size and number of threads do not change a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tanlu.inventory.propagation import sigma_of_cv
from tanlu.units.ratio import KG_PER_T

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tanlu.inventory.model import Basis

    Floats = NDArray[np.float64]

FEW_ROWS = 30
SINGLE_ROWS = 3_000


@dataclass(frozen=True, slots=True)
class Group:
    """Result rows that share factor, scope and site.

    Parameters
    ----------
    factor_id : str
        Factor that all rows share.
    scope : int
        1, 2 or 3.
    site : str
        Site.
    n : int
        Number of rows.
    weight_t : float
        Sum of the rows [tCO2e].
    v_t2 : float
        ``sum((t * u)^2)`` over the rows that are not in `rows`, u the relative sd of the
        quantity [tCO2e^2].
    gsd : float
        Geometric standard deviation of the factor, 1 or more.
    corr_group : str
        Factors of one group share a draw; empty is a group of its own.
    basis : Basis or None
        Method the rows belong to; None for both.
    rows : tuple of (float, float)
        Tonnes and relative sd of the rows to draw one by one: all of a group of few rows,
        those that dominate a larger one; empty otherwise.
    """

    factor_id: str
    scope: int
    site: str
    n: int
    weight_t: float
    v_t2: float
    gsd: float
    corr_group: str = ""
    basis: Basis | None = None
    rows: tuple[tuple[float, float], ...] = ()

    @property
    def draw_id(self) -> str:
        """What the factor's draw is keyed by."""
        return self.corr_group or self.factor_id

    @property
    def sigma(self) -> float:
        """Sd of the factor's logarithm."""
        return log(self.gsd)

    @property
    def row_variance(self) -> float:
        """Variance from the quantities, ``(1 + cv^2) V`` over all rows [tCO2e^2]."""
        return exp(self.sigma**2) * (self.v_t2 + self.single_v_t2)

    @property
    def single_v_t2(self) -> float:
        """V of the rows that are drawn one by one [tCO2e^2]."""
        return sum((t * u) ** 2 for t, u in self.rows)


@dataclass(frozen=True, slots=True)
class MarketSite:
    """Purchased electricity of a site with instruments: not linear, redone in every draw.

    Parameters
    ----------
    site : str
        Site.
    purchased_kwh : float
        Consumption of the year [kWh].
    activity_u : float
        Its relative sd.
    contracts : tuple of (float, float)
        kWh and kg/kWh of each accepted instrument, in order.
    residual_kg_per_kwh : float
        Factor of the rest.
    factor_id, corr_group : str
        Factor of the rest, for its draw.
    gsd : float
        Its geometric standard deviation.
    """

    site: str
    purchased_kwh: float
    activity_u: float
    contracts: tuple[tuple[float, float], ...]
    residual_kg_per_kwh: float
    factor_id: str
    gsd: float
    corr_group: str = ""


class _Leaf(NamedTuple):
    """The smallest cell that noise is drawn for."""

    scope: int
    site: str
    basis: Basis | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A run as arrays.

    Parameters
    ----------
    draw_ids : tuple of str
        Names the factors' draws are keyed by.
    sigmas : ndarray, shape (n_factors,)
        Sd of the logarithm of each factor.
    draw_of : ndarray, shape (n_factors,)
        Position of the factor's draw.
    weights : ndarray, shape (n_leaves, n_factors)
        Tonnes of the factor in the leaf, without what is drawn row by row.
    noise_sd : ndarray, shape (n_leaves,)
        Sd from the quantities of many rows [tCO2e].
    leaves : tuple of _Leaf
        Names of the leaves.
    singles : tuple of (Group, int, int)
        Groups drawn row by row, with the positions of their factor and leaf.
    names : tuple of str
        Names of the totals.
    members : ndarray, shape (n_totals, n_leaves)
        1 where a leaf belongs to a total.
    n_normal : int
        Groups of few rows that the normal limit had to serve.
    """

    draw_ids: tuple[str, ...]
    sigmas: Floats
    draw_of: NDArray[np.intp]
    weights: Floats
    noise_sd: Floats
    leaves: tuple[_Leaf, ...]
    singles: tuple[tuple[Group, int, int], ...]
    names: tuple[str, ...]
    members: Floats
    n_normal: int


def lay_out(groups: Sequence[Group], columns: Mapping[str, Sequence[int]]) -> Layout:
    """Turn groups and totals into arrays.

    Parameters
    ----------
    groups : sequence of Group
        Groups of rows.
    columns : Mapping[str, sequence of int]
        Total to the positions of its groups.

    Returns
    -------
    Layout
        Arrays for `draw_totals`.
    """
    factors = {key: i for i, key in enumerate(sorted({(g.factor_id, g.sigma) for g in groups}))}
    draw_of_factor = {(g.factor_id, g.sigma): g.draw_id for g in groups}
    draw_ids = tuple(sorted(set(draw_of_factor.values())))
    place = {name: i for i, name in enumerate(draw_ids)}
    leaf_of = [_Leaf(g.scope, g.site, g.basis) for g in groups]
    leaves = tuple(dict.fromkeys(leaf_of))
    leaf_place = {leaf: i for i, leaf in enumerate(leaves)}
    single = _choose_singles(groups)
    weights = np.zeros((len(leaves), len(factors)))
    variance = np.zeros(len(leaves))
    for i, group in enumerate(groups):
        leaf = leaf_place[leaf_of[i]]
        drawn = sum(t for t, _ in group.rows) if i in single else 0.0
        weights[leaf, factors[group.factor_id, group.sigma]] += group.weight_t - drawn
        variance[leaf] += _normal_variance(group, is_single=i in single)
    members = np.zeros((len(columns), len(leaves)))
    for c, chosen in enumerate(columns.values()):
        members[c, [leaf_place[leaf_of[i]] for i in chosen]] = 1
    return Layout(
        draw_ids=draw_ids,
        sigmas=np.array([sigma for _, sigma in factors]),
        draw_of=np.array([place[draw_of_factor[key]] for key in factors], dtype=np.intp),
        weights=weights,
        noise_sd=np.sqrt(variance),
        leaves=leaves,
        singles=tuple(
            (groups[i], factors[groups[i].factor_id, groups[i].sigma], leaf_place[leaf_of[i]])
            for i in sorted(single)
        ),
        names=tuple(columns),
        members=members,
        n_normal=sum(
            g.n < FEW_ROWS and g.row_variance > 0 for i, g in enumerate(groups) if i not in single
        ),
    )


def _normal_variance(group: Group, *, is_single: bool) -> float:
    """Return the variance that the normal limit serves [tCO2e^2]."""
    if is_single:
        return exp(group.sigma**2) * group.v_t2
    return group.row_variance


def _choose_singles(groups: Sequence[Group]) -> set[int]:
    """Choose the groups to draw row by row: the largest first, up to a number of rows."""
    few = [i for i, g in enumerate(groups) if g.rows]
    chosen: set[int] = set()
    room = SINGLE_ROWS
    for i in sorted(few, key=lambda i: (-groups[i].single_v_t2, i)):
        if len(groups[i].rows) <= room:
            chosen.add(i)
            room -= len(groups[i].rows)
    return chosen


def draw_totals(
    layout: Layout,
    market_sites: Sequence[MarketSite],
    *,
    seed: int,
    draws: int,
    chunk: int,
    into: Sequence[str],
) -> dict[str, Floats]:
    """Draw every total.

    Parameters
    ----------
    layout : Layout
        The run.
    market_sites : sequence of MarketSite
        Sites whose market-based electricity is redone in every draw.
    seed, draws, chunk : int
        Key, number, number at a time.
    into : sequence of str
        Totals that the market sites are added to.

    Returns
    -------
    dict of str to ndarray, shape (draws,)
        Total to its draws [tCO2e].
    """
    factor_ids = dict.fromkeys((*layout.draw_ids, *(_draw_id(m) for m in market_sites)))
    factors = [_generator(seed, "factor", name) for name in factor_ids]
    position = {name: i for i, name in enumerate(factor_ids)}
    noise = [_generator(seed, "noise", *map(str, leaf)) for leaf in layout.leaves]
    rows = [
        _generator(seed, "rows", g.factor_id, *map(str, layout.leaves[leaf]))
        for g, _, leaf in layout.singles
    ]
    sites = [_generator(seed, "site", m.site) for m in market_sites]
    drawn: dict[str, list[Floats]] = {name: [] for name in layout.names}
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        z = _normals(factors, size)
        totals = layout.members @ _leaf_totals(layout, z, noise=noise, rows=rows)
        for m, site in zip(market_sites, sites, strict=True):
            market = _market_t(m, z[position[_draw_id(m)]], site.standard_normal(size))
            for name in into:
                totals[layout.names.index(name)] += market
        for name, total in zip(layout.names, totals, strict=True):
            drawn[name].append(total)
    return {name: np.concatenate(parts) for name, parts in drawn.items()}


def _leaf_totals(
    layout: Layout,
    z: Floats,
    *,
    noise: Sequence[np.random.Generator],
    rows: Sequence[np.random.Generator],
) -> Floats:
    """Return the draws of each leaf, shape (n_leaves, size)."""
    sigma = layout.sigmas[:, None]
    shifts = z[layout.draw_of]
    shifts *= sigma
    shifts -= sigma**2 / 2
    multipliers = np.exp(shifts, out=shifts)
    totals: Floats = layout.weights @ multipliers
    totals += layout.noise_sd[:, None] * _normals(noise, z.shape[1])
    for (group, factor, leaf), generator in zip(layout.singles, rows, strict=True):
        totals[leaf] += multipliers[factor] * _row_total(group, generator, z.shape[1])
    return totals


def _row_total(group: Group, generator: np.random.Generator, size: int) -> Floats:
    """Draw a group row by row, lognormal and mean-preserving, shape (size,)."""
    tonnes = np.array([t for t, _ in group.rows])
    sigma = np.array([sigma_of_cv(u) for _, u in group.rows])
    z = generator.standard_normal((size, len(tonnes)))
    total: Floats = np.exp(z * sigma - sigma**2 / 2) @ tonnes
    return total


def _market_t(site: MarketSite, z: Floats, own: Floats) -> Floats:
    """Redo ``min(contract, consumption)`` for each draw [t]."""
    sigma, spread = log(site.gsd), sigma_of_cv(site.activity_u)
    left = site.purchased_kwh * np.exp(spread * own - spread**2 / 2)
    kg = np.zeros_like(left)
    for kwh, kg_per_kwh in site.contracts:
        used = np.minimum(left, kwh)
        kg += used * kg_per_kwh
        left -= used
    kg += left * site.residual_kg_per_kwh * np.exp(sigma * z - sigma**2 / 2)
    return kg / KG_PER_T


def _draw_id(site: MarketSite) -> str:
    return site.corr_group or site.factor_id


def _normals(generators: Sequence[np.random.Generator], size: int) -> Floats:
    """Fill one line of standard normals per generator."""
    out = np.empty((len(generators), size))
    for line, generator in zip(out, generators, strict=True):
        generator.standard_normal(out=line)
    return out


def _generator(seed: int, *names: str) -> np.random.Generator:
    """Make a generator that depends on seed and names alone."""
    text = "\x1f".join((str(seed), *names))
    key = int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "big")
    return np.random.Generator(np.random.Philox(key=key))
