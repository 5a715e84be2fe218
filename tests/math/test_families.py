"""Each constraint family alone: two years, two measures, the rows expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy.sparse import csc_array

from tanlu.roadmap.assembly import MODULES, Assembly, assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.families import FAMILIES

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))


def column_names(assembly: Assembly) -> list[str]:
    """Return a readable name for each column, such as ``z[A,2026]``."""
    names = [""] * assembly.matrix.n_columns
    for name, index in assembly.matrix.columns.items():
        axes = assembly.matrix.labels[name]
        for place in np.ndindex(index.shape):
            labels = ",".join(axis[i] for axis, i in zip(axes, place, strict=True))
            names[int(index[place])] = f"{name}[{labels}]"
    return names


def side(value: float) -> str:
    return f"{round(value, 6) + 0.0:g}"


def write_row(parts: list[tuple[str, float]], low: float, high: float) -> str:
    """Return a row as text: terms by column name, then its bounds."""
    terms = " + ".join(f"{side(value)} {name}" for name, value in sorted(parts))
    if low == high:
        return f"{terms} = {side(low)}"
    left = f"{side(low)} <= " if np.isfinite(low) else ""
    right = f" <= {side(high)}" if np.isfinite(high) else ""
    return f"{left}{terms}{right}"


def rows_of(assembly: Assembly, family: str) -> dict[str, list[str]]:
    """Return the rows of a family by block."""
    matrix, names = assembly.matrix, column_names(assembly)
    shape = (matrix.n_rows, matrix.n_columns)
    table = csc_array((matrix.values, matrix.indices, matrix.starts), shape=shape).tocsr()
    found = {}
    for block, keys in assembly.rows_of(family).items():
        lines = []
        for row, _key in zip(matrix.blocks[block], keys, strict=True):
            span = slice(table.indptr[row], table.indptr[row + 1])
            parts = [
                (names[int(c)], float(v))
                for c, v in zip(table.indices[span], table.data[span], strict=True)
            ]
            lines.append(write_row(parts, float(matrix.row_lo[row]), float(matrix.row_up[row])))
        found[block] = lines
    return found


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_family_gives_its_rows(path: Path) -> None:
    given: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))

    rows = rows_of(assemble(read_case(given["case"])), path.stem)

    assert {block: rows[block] for block in given["rows"]} == given["rows"]


def test_every_family_has_its_file() -> None:
    assert sorted(path.stem for path in FILES) == sorted(FAMILIES)


def test_every_module_registers_one_family() -> None:
    assert sorted(module.__name__.rpartition(".")[2] for module in MODULES) == sorted(FAMILIES)
