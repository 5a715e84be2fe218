"""The plan's model of one instance as plain arrays, for builders that know nothing of Tanlu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.roadmap_instances import BOILERS, SHAPES, make_case, write_case
from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.layout import KILO, MEGA, make_layout, to_float

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.roadmap.layout import Layout

CARRIERS = ("coal", "gas")


def write_arrays(folder: Path, size: int) -> None:
    """Write the case of a size and its arrays into a folder."""
    write_case(folder, size)
    shape = SHAPES[size]
    layout = make_layout(read_case(make_case(size)))
    cost = layout.builder.matrix().cost
    periods = layout.periods
    measures = (shape.sites, shape.end_uses, shape.measures, periods)
    boilers = (shape.sites, len(BOILERS), periods)
    count = shape.sites * shape.end_uses * shape.measures
    arrays = {
        "shape": np.array([shape.sites, shape.end_uses, shape.measures, periods]),
        "z_cost": cost[layout.z[:count]].reshape(measures),
        "n_cost": cost[layout.n].reshape(boilers),
        "n_top": layout.builder.matrix().upper[layout.n].reshape(boilers),
        "buy_cost": cost[layout.buy].reshape(shape.sites, -1, periods),
        "e_cost": cost[layout.e],
        "q_cost": cost[layout.q],
        "q_top": layout.builder.matrix().upper[layout.q],
        "g_cost": cost[layout.g],
        "g_top": layout.builder.matrix().upper[layout.g],
        "s1_cost": cost[layout.em["s1"]],
        "f_low": np.exp(layout.reach[:, :, 0]).reshape(shape.sites, -1, periods),
        "f_high": np.exp(layout.reach[:, :, 1]).reshape(shape.sites, -1, periods),
        **_savings(size, measures),
        **_flows(layout, shape.sites),
        **_money(layout, measures, boilers),
        **_rules(layout),
    }
    np.savez(folder / "arrays.npz", **arrays)


def _savings(size: int, measures: tuple[int, ...]) -> dict[str, Any]:
    """Return the rows ``f >= least + sum of slope z`` of each end use; no number where fewer."""
    assembly = assemble(read_case(make_case(size)))
    layout, matrix = assembly.layout, assembly.matrix
    sites, uses, count, periods = measures
    table, blocks = matrix.table().tocsr(), assembly.rows_of("savings")
    by_use: dict[str, list[str]] = {use: [] for use in layout.end_uses}
    for block in blocks:
        by_use[block.removeprefix("savings.").rpartition(".")[0]].append(block)
    shape = (max(map(len, by_use.values())), sites * uses)
    slope, least = np.zeros((*shape, count, periods)), np.full((*shape, periods), np.nan)
    for use, names in enumerate(by_use.values()):
        columns = layout.z[use * count : (use + 1) * count]
        for point, block in enumerate(names):
            rows = matrix.blocks[block]
            slope[point, use] = -table[np.broadcast_to(rows, columns.shape), columns].toarray()
            least[point, use] = matrix.row_lo[rows]
    return {
        "slope": slope.reshape(-1, *measures),
        "least": least.reshape(-1, sites, uses, periods),
    }


def _flows(layout: Layout, sites: int) -> dict[str, Any]:
    problem, periods = layout.problem, layout.periods
    demand = np.array([layout.demand(u) for u in layout.end_uses]).reshape(sites, -1, periods)
    carrier = [problem.end_uses[u].carrier for u in layout.end_uses]
    technologies = [problem.technologies[r.owner] for r in layout.routes]
    top = [max(to_float(problem.end_uses[t.serves].demand).max(), 1.0) for t in technologies]
    share = [
        to_float(problem.end_uses[t.serves].demand) / scale
        for t, scale in zip(technologies, top, strict=True)
    ]
    boilers = (sites, len(BOILERS), periods)
    return {
        "demand": demand,
        "carrier": np.array([["", "electricity", "gas"].index(c) for c in carrier]).reshape(
            sites, -1
        ),
        "route_carrier": np.array(
            [["coal", "gas", "electricity"].index(next(iter(t.inputs))) for t in technologies]
        ).reshape(sites, -1),
        "inflow": np.array([layout.flow(r, *r.inputs[0]) for r in layout.routes]).reshape(boilers),
        "activity": np.array(share).reshape(boilers),
        "unit": np.array(
            [float(t.unit_size or 0) / s for t, s in zip(technologies, top, strict=True)]
        ).reshape(sites, -1),
        "existing": np.array(
            [to_float(t.existing or ()) / s for t, s in zip(technologies, top, strict=True)]
        ).reshape(boilers),
        "life": np.array([t.life for t in technologies]).reshape(sites, -1),
    }


def _money(layout: Layout, measures: tuple[int, ...], boilers: tuple[int, ...]) -> dict[str, Any]:
    problem = layout.problem
    owners = [problem.measures[d.owner] for d in layout.decisions if d.owner in problem.measures]
    options = [problem.pv[name] for name in layout.pv]
    technologies = [problem.technologies[name] for name in layout.stocks]
    budget = problem.budget
    return {
        "z_capex": np.array([to_float(m.capex) / MEGA for m in owners]).reshape(measures),
        "z_life": np.array([m.life for m in owners]).reshape(measures[:3]),
        "q_capex": np.array([to_float(o.capex) * KILO / MEGA for o in options]),
        "q_life": np.array([o.life for o in options]),
        "n_capex": np.array([to_float(t.capex) / MEGA for t in technologies]).reshape(boilers),
        "budget": np.array([float(v or 0) / MEGA for v in budget.limits])
        if budget
        else np.zeros(0),
        "yield": np.array([to_float(o.yield_per_kw) for o in options]),
        "envelope": np.array([[float(a), float(b)] for a, b in options[0].envelope]),
    }


def _rules(layout: Layout) -> dict[str, Any]:
    problem = layout.problem
    site = layout.sites[0]
    cap, share, peak = (problem.targets[name] for name in ("cap", "green_share", "peak"))
    return {
        "ef_grid": layout.factor_kt(problem.ef(site, "electricity"), "electricity"),
        "ef_fuel": np.array([layout.factor_kt(problem.ef(site, c), c) for c in CARRIERS]),
        "cap_years": np.array(sorted(cap.levels)),
        "cap": np.array([float(cap.levels[y] / KILO) for y in sorted(cap.levels)]),
        "share_years": np.array(sorted(share.levels)),
        "share": np.array([float(share.levels[y]) for y in sorted(share.levels)]),
        "peak": np.array(min(peak.levels)),
        "contract": np.array(
            [float(v / layout.unit["electricity"]) for v in problem.contracts["green"].limit]
        ),
    }
