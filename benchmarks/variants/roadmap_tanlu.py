"""The plan's model by Tanlu, built and loaded: the rows alone, from the problem, from JSON."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.roadmap_instances import read
from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.families import FAMILIES
from tanlu.roadmap.layout import make_layout
from tanlu.roadmap.solve import Engine

if TYPE_CHECKING:
    from pathlib import Path


def rows(data: Path, _: Path) -> dict[str, Any]:
    """Build and load with the costs of the columns ready, as the other builders have them."""
    layout = make_layout(read_case(read(data)))
    begin = time.process_time()
    for name in sorted(FAMILIES):
        for block in FAMILIES[name].rows(layout):
            layout.builder.con(block)
    assembly = Assembly(layout, layout.builder.matrix())
    Engine(assembly.matrix, integer=True)
    return {"cpu_s": time.process_time() - begin, **_size(assembly)}


def build(data: Path, _: Path) -> dict[str, Any]:
    """Build and load from the problem, whose costs are exact fractions."""
    problem = read_case(read(data))
    begin = time.process_time()
    assembly = assemble(problem)
    Engine(assembly.matrix, integer=True)
    return {"cpu_s": time.process_time() - begin, **_size(assembly)}


def read_and_build(data: Path, _: Path) -> dict[str, Any]:
    """Build and load from the JSON text."""
    begin = time.process_time()
    assembly = assemble(read_case(read(data)))
    Engine(assembly.matrix, integer=True)
    return {"cpu_s": time.process_time() - begin, **_size(assembly)}


def _size(assembly: Assembly) -> dict[str, Any]:
    """Return the rows, and for one plant the optimum of the relaxation."""
    value: dict[str, Any] = {"rows": assembly.matrix.n_rows}
    if len(assembly.layout.sites) == 1:
        relaxed = Engine(assembly.matrix, integer=False).run()
        value["objective"] = float(f"{relaxed.objective:.9g}")
    return value
