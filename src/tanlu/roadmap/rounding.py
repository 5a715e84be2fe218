"""From the solver's floats to decisions in whole quanta that the exact simulator accepts."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from tanlu.kernel.rounding import floor_half_up
from tanlu.roadmap.chain_rounding import UNIT_STEP, Amounts
from tanlu.roadmap.checks import all_route_limits
from tanlu.roadmap.retirement import retirable
from tanlu.roadmap.scaled import Scaled, scaled, total_of
from tanlu.roadmap.simulate import ZERO, Choices, built_shares, remaining
from tanlu.roadmap.simulate import nothing as no_choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.roadmap.builder import FloatArray, IntArray
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Series
    from tanlu.roadmap.route import Route

SHARES = 10**9  # steps of a whole share
KW_STEP = Fraction(1, 10)
TONNE_STEP = Fraction(1, 10**6)
_WHOLE = {0: ZERO, 1: Fraction(1)}
NOISE = 1e-11
DOWN_NOISE = 10**8  # one in so many of an amount is solver noise


def to_choices(layout: Layout, values: FloatArray, *, is_relaxed: bool = False) -> Choices:
    """Round a solution to its quanta: 1 kWh, 0.1 kW, 1 g; shares of continuous ones to 1e-9.

    Parameters
    ----------
    layout : Layout
        Columns and scales.
    values : FloatArray
        A solution with whole numbers in the integer columns.
    is_relaxed : bool
        Whether it is one without: all that is built is then a share.
    """
    problem = layout.problem
    share = {
        decision.id: _shares(values[layout.z[i]], continuous=is_relaxed or decision.continuous)
        for i, decision in enumerate(layout.decisions)
    }
    units = {
        name: _units(layout, values, i, name, is_relaxed=is_relaxed)
        for i, name in enumerate(layout.stocks)
    }
    base = no_choices(problem)
    retired = {
        cohort.id: _shares(values[layout.y[i]], continuous=is_relaxed)
        for i, (_, cohort) in enumerate(retirable(problem))
    }
    draft = replace(base, share=share, units={**base.units, **units}, retired=retired)
    flows = remaining(problem, built_shares(problem, draft))
    power = problem.electricity()
    step = problem.carriers[power].quantum if power else Fraction(1)
    scale = layout.unit.get(power, Fraction(1))

    capacity = {name: _capacity(layout, values, index) for index, name in enumerate(layout.pv)}

    def made(columns: IntArray, name: str) -> Series:
        """Round what is made; nothing is where the capacity came to nothing."""
        rows = zip(_exact(values[columns]), capacity[name], strict=True)
        return tuple(_down(v * scale, step) if size else ZERO for v, size in rows)

    own, grid = _shifted(layout, values, step=step, scale=scale)
    activity = _activities(layout, values, draft=draft, flows=flows)
    served = _chained(layout, values, replace(draft, activity=activity), flows)
    return replace(
        served,
        capacity=capacity,
        within={name: made(layout.pin[i], name) for i, name in enumerate(layout.pv)},
        after={name: made(layout.after[i], name) for i, name in enumerate(layout.pv)},
        export={name: made(layout.export[i], name) for i, name in enumerate(layout.pv)},
        stored={name: _stored(layout, values, index) for index, name in enumerate(layout.storage)},
        shifted_own=own,
        shifted_grid=grid,
        claims=_claims(layout, values, step=step, scale=scale),
        offsets=tuple(_up(v * 1000, TONNE_STEP) for v in _exact(values[layout.off])),
    )


def _units(
    layout: Layout, values: FloatArray, index: int, name: str, *, is_relaxed: bool
) -> tuple[Fraction | int, ...]:
    """Return the units built in each year: whole, or up to the next step of any fraction."""
    path = values[layout.n[index]]
    if not (is_relaxed or layout.problem.technologies[name].continuous):
        return tuple(round(v) for v in path)
    most = layout.problem.technologies[name].max_units
    return tuple(min(_up(v, UNIT_STEP), m) for v, m in zip(_exact(path), most, strict=True))


def _chained(
    layout: Layout, values: FloatArray, draft: Choices, flows: Mapping[str, Series]
) -> Choices:
    """Return choices in which makers make what is taken, and slices add up to the year."""
    problem = layout.problem
    if not problem.products and not problem.slices:
        return draft
    places = range(len(problem.slices)) if problem.slices else [None]
    paths: dict[str, list[list[Fraction]]] = {}
    for index, route in enumerate(layout.routes):
        if not route.is_technology:
            continue
        step, size = problem.quantum(route.serves), layout.size(route)
        if not problem.slices and route.kind == "technology":
            paths[route.id] = [list(draft.activity[route.id])]
            continue
        paths[route.id] = [
            [
                _down(v * d, step)
                for v, d in zip(_exact(values[layout.activity(index, place)]), size, strict=True)
            ]
            for place in places
        ]
    amounts = Amounts(layout, draft, flows, paths)
    amounts.settle()
    whole = {
        name: tuple(sum(year, ZERO) for year in zip(*mine, strict=True))
        for name, mine in amounts.paths.items()
    }
    sliced = {name: tuple(map(tuple, mine)) for name, mine in amounts.paths.items()}
    return replace(
        draft,
        units=amounts.units(),
        activity={**draft.activity, **whole},
        sliced=sliced if problem.slices else {},
    )


def _exact(values: FloatArray) -> list[Fraction]:
    """Return floats as fractions, noise near zero removed."""
    return [Fraction(float(v)) if v > NOISE else ZERO for v in values]


def _down(value: Fraction, step: Fraction) -> Fraction:
    """Round to a step: to the nearest when that is closer than solver noise, else down."""
    if not value:
        return ZERO
    count = _nearest_or_down(value.numerator * step.denominator, value.denominator * step.numerator)
    return Fraction(count * step.numerator, step.denominator)


def _nearest_or_down(top: int, bottom: int) -> int:
    count = (2 * top + bottom) // (2 * bottom)
    if abs(count * bottom - top) * DOWN_NOISE > max(top, bottom):
        count = top // bottom
    return count


def _up(value: Fraction, step: Fraction) -> Fraction:
    if not value:
        return ZERO
    nearest = floor_half_up(value / step) * step
    if abs(nearest - value) <= max(value, step) * Fraction(1, 10**9):
        return nearest
    return math.ceil(value / step) * step


def _shares(path: FloatArray, *, continuous: bool) -> Series:
    if not continuous:
        whole = [round(v) for v in path.tolist()]
        return tuple([_WHOLE[v] if v in _WHOLE else Fraction(v) for v in whole])
    best, found = 0, []
    for value in path.tolist():
        top, bottom = value.as_integer_ratio()
        best = max(best, (2 * top * SHARES + bottom) // (2 * bottom))
        found.append(min(best, SHARES))
    return Scaled(found, SHARES).series()


def _size(value: Fraction) -> Fraction:
    """Round a capacity up to its step; nothing is built for less than half of one."""
    return ZERO if 2 * value < KW_STEP else _up(value, KW_STEP)


def _capacity(layout: Layout, values: FloatArray, index: int) -> Series:
    option = layout.problem.pv[layout.pv[index]]
    path = [_size(v * 1000) for v in _exact(values[layout.q[index]])]
    best = ZERO
    found = []
    for value in path:
        best = max(best, value)
        found.append(min(best, option.max_kw))
    return tuple(found)


def _stored(layout: Layout, values: FloatArray, index: int) -> Series:
    most = layout.problem.storage[layout.storage[index]].max_kwh
    best, found = ZERO, []
    for value in _exact(values[layout.s[index]]):
        best = max(best, _size(value * 1000))
        found.append(min(best, most))
    return tuple(found)


def _shifted(
    layout: Layout, values: FloatArray, *, step: Fraction, scale: Fraction
) -> tuple[dict[str, Series], dict[str, Series]]:
    """Return what batteries move, within what their rounded capacity can."""
    own: dict[str, Series] = {}
    grid: dict[str, Series] = {}
    for index, name in enumerate(layout.storage):
        cycles = layout.problem.storage[name].shift_per_kwh
        rows = zip(_stored(layout, values, index), cycles, strict=True)
        most = [math.floor(capacity * each / step) * step for capacity, each in rows]
        bought = [_down(v * scale, step) for v in _exact(values[layout.hg[index]])]
        made = [_up(v * scale, step) for v in _exact(values[layout.ho[index]])]
        own[name] = tuple(min(m, top) for m, top in zip(made, most, strict=True))
        rest = zip(bought, most, own[name], strict=True)
        grid[name] = tuple(max(min(b, top - m), ZERO) for b, top, m in rest)
    return own, grid


def _claims(
    layout: Layout, values: FloatArray, *, step: Fraction, scale: Fraction
) -> dict[str, Series]:
    return {
        f"{contract}@{site}": tuple(_up(v * scale, step) for v in _exact(values[layout.g[index]]))
        for index, (contract, site) in enumerate(layout.claims)
    }


def _activities(
    layout: Layout,
    values: FloatArray,
    *,
    draft: Choices,
    flows: dict[str, Series],
) -> dict[str, Series]:
    """Round what each route serves within its limit; what is left goes where there is room."""
    problem = layout.problem
    paths: dict[str, Scaled] = {}
    limits = all_route_limits(problem, draft)
    for index, route in enumerate(layout.routes):
        paths[route.id] = _amounts(
            values[layout.a[index]],
            scaled(layout.size(route)),
            step=problem.quantum(route.serves),
            limit=limits[route.id],
        )
    _within_source(layout, paths, flows=flows)
    by_use: dict[str, list[Route]] = {}
    for route in layout.routes:
        if route.kind != "maker":
            by_use.setdefault(route.serves, []).append(route)
    for end_use, mine in by_use.items():
        _absorb(paths, scaled(flows[end_use]), mine=mine, limits=limits)
    return {name: path.series() for name, path in paths.items()}


def _amounts(values: FloatArray, size: Scaled, *, step: Fraction, limit: Scaled | None) -> Scaled:
    """Return what a route serves in steps, not above its limit."""
    unit = size.bottom * step.numerator
    counts = []
    for value, whole in zip(values.tolist(), size.top, strict=True):
        top, bottom = value.as_integer_ratio() if value > NOISE else (0, 1)
        counts.append(_nearest_or_down(top * whole * step.denominator, bottom * unit))
    if limit is not None:
        per = limit.bottom * step.numerator
        most = [top * step.denominator // per for top in limit.top]
        counts = list(map(min, counts, most))
    return Scaled([count * step.numerator for count in counts], step.denominator)


def _within_source(
    layout: Layout, paths: dict[str, Scaled], *, flows: Mapping[str, Series]
) -> None:
    """Take off recovered heat what the rounded source flow does not give."""
    problem = layout.problem
    for measure in problem.measures.values():
        mine = [r for r in layout.routes if r.owner == measure.id and r.kind == "recover"]
        if not mine:
            continue
        given = scaled(flows[measure.source_end_use]).by(measure.source_share)
        total = total_of((paths[route.id] for route in mine), problem.periods)
        over = total.minus(given)
        for year in [year for year, amount in enumerate(over.top) if amount > 0]:
            largest = max(mine, key=lambda r: (_at(paths[r.id], year), r.id))
            step, path = problem.quantum(largest.serves), paths[largest.id]
            less = math.ceil(Fraction(over.top[year], over.bottom) / step) * step
            top = list(path.top)
            top[year] -= less.numerator * (path.bottom // less.denominator)
            paths[largest.id] = Scaled(top, path.bottom)


def _at(path: Scaled, year: int) -> Fraction:
    return Fraction(path.top[year], path.bottom)


def _absorb(
    paths: dict[str, Scaled],
    flow: Scaled,
    *,
    mine: Sequence[Route],
    limits: Mapping[str, Scaled | None],
) -> None:
    """Give what is left to the routes that have room, the largest first, then to the largest."""
    every = [flow, *(paths[route.id] for route in mine)]
    every += [limit for route in mine if (limit := limits[route.id]) is not None]
    bottom = lcm(*(path.bottom for path in every))
    rows = {route.id: list(paths[route.id].over(bottom)) for route in mine}
    most = {route.id: limit.over(bottom) for route in mine
            if (limit := limits[route.id]) is not None}  # fmt: skip
    last = [route.id for route in mine if route.kind != "recover"]
    for year, amount in enumerate(flow.over(bottom)):
        rest = amount - sum(row[year] for row in rows.values())
        if not rest:
            continue
        order = sorted(last, key=lambda n: (-rows[n][year], n))
        for name in order:
            if rest > 0 and name in most:
                room = min(rest, max(most[name][year] - rows[name][year], 0))
                rows[name][year] += room
                rest -= room
        rows[order[0]][year] += rest
    for name, row in rows.items():
        paths[name] = Scaled(row, bottom)
