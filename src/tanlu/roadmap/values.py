"""Put a changed problem's numbers into an assembled model: same rows and columns, new values."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from tanlu.roadmap.assembly import Assembly
from tanlu.roadmap.builder import ABSENT
from tanlu.roadmap.families import FAMILIES, TARGET_FAMILIES
from tanlu.roadmap.layout import (
    KILO,
    MEGA,
    border_cost,
    dear_flow,
    dear_slices,
    emission_columns,
    fixed_cost,
    make_layout,
    neutral_from,
    surrender_terms,
    to_float,
)
from tanlu.roadmap.problem import TargetKind
from tanlu.roadmap.tariff import has_running_costs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from tanlu.roadmap.builder import Block, FloatArray, IntArray, MatrixModel
    from tanlu.roadmap.layout import Layout
    from tanlu.roadmap.problem import Measure, Problem, PvOption, Technology
    from tanlu.roadmap.storage import Storage

# What must be the same for the rows and columns to be the same.
_STRUCTURE = (
    "years", "salvage", "locks", "decision_years", "frozen_until", "is_mid_year", "products",
    "slices",
)  # fmt: skip
_COSTED = ("technologies", "measures", "pv", "storage")  # the same but for what they cost to build
_DEMAND = frozenset(
    {"capacity", "electricity", "equity", "fuel", "products", "reserve", "slices", "stock",
     "tight", "waste_heat"}
)  # fmt: skip
_LIMITS = frozenset({"targets", "budget", "offsets"})  # the price of offsets is set all the same
_OUTPUT = frozenset({"intensity", "energy_intensity"})


def is_same_structure(one: Problem, other: Problem) -> bool:
    """Say whether two problems differ in values only."""
    same = all(
        getattr(one, name) is getattr(other, name) or getattr(one, name) == getattr(other, name)
        for name in _STRUCTURE
    )
    same = same and all(_are_alike(getattr(one, n), getattr(other, n)) for n in _COSTED)
    keys = ("carriers", "sites", "end_uses", "contracts", "borders")
    same = same and has_surrender(one) == has_surrender(other)
    return same and all(getattr(one, k).keys() == getattr(other, k).keys() for k in keys)


def _are_alike(
    some: Mapping[str, Measure | PvOption | Storage | Technology],
    others: Mapping[str, Measure | PvOption | Storage | Technology],
) -> bool:
    if some is others:
        return True
    return some.keys() == others.keys() and all(
        owner == replace(others[name], capex=owner.capex) for name, owner in some.items()
    )


def has_new_costs(one: Problem, other: Problem) -> bool:
    """Say whether two problems of one structure discount or invest differently."""
    return one.rate != other.rate or any(
        getattr(one, name) is not getattr(other, name) for name in _COSTED
    )


def has_same_prices(one: Problem, other: Problem) -> bool:
    """Say whether two problems differ in limits alone, and not in what anything costs."""
    names = (field.name for field in fields(one) if field.name not in _LIMITS)
    return all(getattr(one, name) is getattr(other, name) for name in names)


def has_surrender(problem: Problem) -> bool:
    """Say whether offsets may be surrendered in the emission trading scheme."""
    return problem.ets is not None and problem.ets.surrender is not None


def touched_families(template: Problem, problem: Problem) -> frozenset[str]:
    """Return the families whose rows may have other values in a changed problem."""
    found: set[str] = set()
    if _are_new_but_for_prices(template, problem):
        found |= {"emissions", "energy_intensity", "electricity", "contracts", "renewable_share"}
        found.add("equity")
    if template.end_uses is not problem.end_uses:
        found |= _DEMAND
    if template.output is not problem.output:
        found |= _OUTPUT
    if template.offsets is not problem.offsets:
        found |= TARGET_FAMILIES
    found |= _moved_targets(template, problem)
    if template.borders is not problem.borders:
        found.add("cbam")
    if template.ets is not problem.ets:
        found.add("ets")
    if template.contracts is not problem.contracts:
        found.add("contracts")
    invests = any(getattr(template, n) is not getattr(problem, n) for n in _COSTED)
    if template.budget is not problem.budget or invests:
        found.add("budget")
    return frozenset(found & FAMILIES.keys())


def _are_new_but_for_prices(template: Problem, problem: Problem) -> bool:
    """Say whether carriers or sites differ in more than prices, which no row holds."""
    pairs = (
        (template.carriers, problem.carriers),
        (template.sites, problem.sites),
    )
    return any(
        getattr(owner, field.name) is not getattr(others[name], field.name)
        for some, others in pairs
        if some is not others
        for name, owner in some.items()
        for field in fields(owner)
        if field.name != "price"
    )


def _moved_targets(template: Problem, problem: Problem) -> set[str]:
    """Return the families of the targets that only one of two problems has as they are."""
    pairs = ((template.targets, problem.targets), (problem.targets, template.targets))
    kinds = {
        target.kind
        for some, others in pairs
        for name, target in some.items()
        if others.get(name) is not target
    }
    return {"cap" if kind is TargetKind.ABSOLUTE else str(kind) for kind in kinds}


def with_values(template: Assembly, problem: Problem) -> Assembly:
    """Return the model of a changed problem on the rows and columns of a template.

    Parameters
    ----------
    template : Assembly
        Model of a problem of the same structure that has at least the rows asked for.
    problem : Problem
        The changed problem; rows of the template that it has not do not bind.

    Raises
    ------
    KeyError
        When the changed problem needs a row or a cell that the template has not.
    """
    layout = replace(template.layout, problem=problem)
    known = template.matrix.cost
    if has_new_costs(template.layout.problem, problem):
        bare = make_layout(problem)
        known = bare.builder.matrix().cost
        layout = replace(layout, factors=bare.factors)
    is_same = has_same_prices(template.layout.problem, problem)
    patch = _Patch(template.matrix)
    for name in sorted(touched_families(template.layout.problem, problem)):
        patch.free(row for rows in template.rows_of(name) for row in template.matrix.blocks[rows])
        for block in FAMILIES[name].rows(layout):
            patch.put(block)
    matrix = replace(
        template.matrix,
        cost=_offset_costs(layout, known) if is_same else _costs(layout, known),
        upper=_upper(layout, template.matrix.upper),
        row_lo=patch.low,
        row_up=patch.high,
        values=patch.values,
    )
    constant = template.layout.constant if is_same else fixed_cost(problem)
    return Assembly(replace(layout, constant=constant), matrix)


class _Patch:
    """Private copies of what changes; lives only inside `with_values`."""

    def __init__(self, matrix: MatrixModel) -> None:
        self.matrix = matrix
        self.low, self.high = matrix.row_lo.copy(), matrix.row_up.copy()
        self.values = matrix.values.copy()
        columns = np.repeat(np.arange(matrix.n_columns), np.diff(matrix.starts))
        self.cells = columns * matrix.n_rows + matrix.indices

    def free(self, rows: Iterator[int]) -> None:
        index = np.fromiter(rows, dtype=np.int64)
        self.low[index], self.high[index] = -np.inf, np.inf

    def put(self, block: Block) -> None:
        name = block.name
        rows = self.matrix.blocks[name]
        if self.matrix.keys[name] != block.keys:
            known = dict(zip(self.matrix.keys[name], rows.tolist(), strict=True))
            rows = np.array([known[key] for key in block.keys], dtype=np.int64)
        self.low[rows] = np.broadcast_to(np.asarray(block.lo, dtype=np.float64), rows.shape)
        self.high[rows] = np.broadcast_to(np.asarray(block.up, dtype=np.float64), rows.shape)
        cells, values = _flat(block, rows, self.matrix.n_rows)
        places = np.searchsorted(self.cells, cells)
        inside = places < len(self.cells)
        inside[inside] = self.cells[places[inside]] == cells[inside]
        if np.any(~inside & (values != 0)):
            raise KeyError(block.name)
        self.values[places[inside]] = values[inside]


def _flat(block: Block, rows: IntArray, n_rows: int) -> tuple[IntArray, FloatArray]:
    """Return the cells of a block as ``column * n_rows + row``, added up, zeros kept."""
    cells: list[IntArray] = []
    values: list[FloatArray] = []
    for term in block.terms:
        columns = np.asarray(term.columns, dtype=np.int64)
        weight = np.asarray(term.coefficient, dtype=np.float64)
        if columns.ndim == 2 and weight.ndim == 1:  # noqa: PLR2004 - a value per row
            weight = weight[:, None]
        index = np.broadcast_to(rows if columns.ndim == 1 else rows[:, None], columns.shape)
        keep = columns != ABSENT
        cells.append((columns * n_rows + index)[keep])
        values.append(np.broadcast_to(weight, columns.shape)[keep])
    if not cells:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    unique, inverse = np.unique(np.concatenate(cells), return_inverse=True)
    total = np.zeros(len(unique))
    np.add.at(total, inverse, np.concatenate(values))
    return unique, total


def _costs(layout: Layout, known: FloatArray) -> FloatArray:
    """Return the objective with the prices of a changed problem."""
    problem, cost = layout.problem, known.copy()
    power = problem.electricity()

    def put(columns: IntArray, values: Sequence[Fraction], carrier: str) -> None:
        scaled = [value * layout.unit[carrier] / MEGA for value in values]
        cost[columns] = layout.factors * to_float(scaled)

    for index, (site, carrier) in enumerate(layout.purchases):
        put(layout.buy[index], problem.price(site, carrier), carrier)
    for index, site in enumerate(layout.grid_sites):
        put(layout.e[index], problem.price(site, power), power)
    for index, (contract, _) in enumerate(layout.claims):
        put(layout.g[index], problem.contracts[contract].premium, power)
    if has_running_costs(problem):
        _put_running(layout, cost)
    for name, columns in layout.em.items():
        cost[columns] = _carbon(layout, name)
    cost[layout.off] = _offset_costs(layout, cost)[layout.off]
    if len(layout.ccer):
        cost[layout.ccer] = surrender_terms(problem)[0]
    for index, name in enumerate(layout.borders):
        cost[layout.obl[index]] = border_cost(problem, problem.borders[name])
    return cost


def _offset_costs(layout: Layout, known: FloatArray) -> FloatArray:
    """Return the objective with the price of a changed problem's offsets."""
    cost, offsets = known.copy(), layout.problem.offsets
    if offsets is not None:
        cost[layout.off] = layout.factors * to_float(offsets.price) * KILO / MEGA
    return cost


def _put_running(layout: Layout, cost: FloatArray) -> None:
    """Set what is served, made and bought in slices costs besides purchases at one price."""
    problem = layout.problem
    for index, route in enumerate(layout.routes):
        cost[layout.a[index]] = layout.running_cost(route)
        if route.is_technology and problem.slices:
            dear = dear_slices(problem, route, layout.size(route))
            cost[layout.w[index]] = layout.factors * dear
    for index, name in enumerate(layout.end_uses):
        cost[layout.f[index]] = layout.factors * dear_flow(problem, name)


def _carbon(layout: Layout, name: str) -> FloatArray:
    total = np.zeros(layout.periods)
    for price in (layout.problem.ets, layout.problem.internal):
        if price is not None and name in emission_columns(price.scopes, str(price.method)):
            total = total + layout.factors * to_float(price.price) * KILO / MEGA
    return total


def _upper(layout: Layout, known: FloatArray) -> FloatArray:
    """Return the upper bounds: offsets of both kinds open and close with their prices."""
    upper = known.copy()
    if len(layout.ccer):
        upper[layout.ccer] = surrender_terms(layout.problem)[1]
    if layout.problem.offsets is not None:
        first = neutral_from(layout.problem)
        upper[layout.off] = np.where(np.arange(layout.periods) >= first, np.inf, 0.0)
    return upper
