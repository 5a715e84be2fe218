"""Draws of the totals on groups made by DuckDB; sd must be within 1 % of the formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.ledger import book, segments
from tanlu.compute import uncertainty_groups
from tanlu.inventory.draws import Group
from tanlu.inventory.uncertainty import simulate

if TYPE_CHECKING:
    from pathlib import Path

_RELATIVE = {"": 0.05, "metered": 0.02, "invoiced": 0.03, "estimated": 0.1, "proxy": 0.2}
_GSD = 1.1


def draw(data: Path, _: Path) -> str:
    """Return what tells that the draws agree with the formula."""
    factors = book()
    found = uncertainty_groups(segments(data), factors, relative_by_quality=_RELATIVE)
    groups = [
        Group(
            factor_id=factors.factor(g.rid).factor.id,
            scope=factors.items[g.item].scope,
            site="",
            n=g.n,
            weight_t=g.total_t,
            v_t2=g.variance_t2,
            gsd=_GSD,
            rows=tuple(zip(g.single_t, g.single_u, strict=True)),
        )
        for g in found
    ]
    total = simulate(groups, seed=1).columns["location"]
    if total.analytic_sd_t is None or abs(total.sd_t / total.analytic_sd_t - 1) > 0.01:
        msg = f"sd {total.sd_t} t, by formula {total.analytic_sd_t} t"
        raise AssertionError(msg)
    return f"{len(groups)} groups, sd {total.sd_t:.6g} t"
