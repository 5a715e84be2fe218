"""Put the families' rows on the columns, in a fixed order, and build the matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.roadmap.constraints import (
    adoption,
    blocks,
    budget,
    cap,
    capacity,
    cbam,
    contracts,
    cumulative,
    electricity,
    emissions,
    energy_intensity,
    equity,
    ets,
    exclusion,
    fuel,
    heat,
    intensity,
    lock,
    neutrality,
    ownership,
    peak,
    prerequisite,
    products,
    pv,
    renewable_share,
    reserve,
    retirement,
    rollout,
    savings,
    slices,
    stock,
    storage,
    tight,
    waste_heat,
)
from tanlu.roadmap.families import FAMILIES
from tanlu.roadmap.layout import Layout, make_layout

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import ModuleType

    from tanlu.roadmap.builder import MatrixModel
    from tanlu.roadmap.problem import Problem

# Importing a family registers it; this is the whole list.
MODULES: tuple[ModuleType, ...] = (
    adoption,
    blocks,
    budget,
    cap,
    capacity,
    cbam,
    contracts,
    cumulative,
    electricity,
    emissions,
    energy_intensity,
    equity,
    ets,
    exclusion,
    fuel,
    heat,
    intensity,
    lock,
    neutrality,
    ownership,
    peak,
    prerequisite,
    products,
    pv,
    renewable_share,
    reserve,
    retirement,
    rollout,
    savings,
    slices,
    stock,
    storage,
    tight,
    waste_heat,
)

# What follows from other families, and no longer holds without them.
FOLLOWING = frozenset({"tight"})


@dataclass(frozen=True, slots=True)
class Assembly:
    """A layout with its rows."""

    layout: Layout
    matrix: MatrixModel

    def rows_of(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return the blocks of a family and the keys of their rows."""
        prefix = f"{name}."
        return {b: self.matrix.keys[b] for b in self.matrix.blocks if b.startswith(prefix)}


def assemble(problem: Problem, *, without: Collection[str] = ()) -> Assembly:
    """Build the model of a problem.

    Parameters
    ----------
    problem : Problem
        What is planned.
    without : collection of str, optional
        Families left out, to ask what they cost.
    """
    layout = make_layout(problem)
    left_out = {*without, *(FOLLOWING if without else ())}
    for name in sorted(FAMILIES):
        if name not in left_out:
            for block in FAMILIES[name].rows(layout):
                layout.builder.con(block)
    return Assembly(layout, layout.builder.matrix())
