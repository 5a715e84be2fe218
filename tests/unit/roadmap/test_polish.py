"""A plan found within a gap is improved by moves of single measures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csc_array

from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.paths import Paths
from tanlu.roadmap.polish import repair
from tanlu.roadmap.recourse import Recourse
from tanlu.roadmap.search import Options, search

CASES = Path(__file__).parents[3] / "src/tanlu/data/plan_cases"


def shipped(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((CASES / name).read_text(encoding="utf-8"))
    return case


def test_a_measure_too_late_moves_to_its_best_year() -> None:
    assembly = assemble(read_case(shipped("v1c-41.json")))
    best = search(assembly, Options()).values
    assert best is not None
    late = best.copy()
    late[assembly.layout.z[:, 0]] = 0.0  # everything a year late

    polished = repair(assembly, late)

    assert polished is not None
    assert float(assembly.matrix.cost @ polished) == pytest.approx(
        float(assembly.matrix.cost @ best), abs=1e-6
    )


def test_the_best_plan_stays() -> None:
    assembly = assemble(read_case(shipped("v1.json")))
    best = search(assembly, Options()).values
    assert best is not None

    polished = repair(assembly, best)

    assert polished is not None
    np.testing.assert_allclose(polished, best, atol=1e-6)


def test_a_plan_that_misses_its_target_is_mended() -> None:
    assembly = assemble(read_case(shipped("v1a.json")))
    nothing = np.zeros(assembly.matrix.n_columns)

    mended = repair(assembly, nothing)

    assert mended is not None
    cap = np.concatenate([assembly.matrix.blocks[b] for b in assembly.rows_of("cap")])
    matrix = assembly.matrix
    table = csc_array((matrix.values, matrix.indices, matrix.starts)).tocsr()
    activity = np.asarray(table @ mended)
    assert np.all(activity[cap] <= matrix.row_up[cap] + 1e-9)


def test_decisions_beyond_the_budget_are_moved_within_it() -> None:
    everything = assemble(read_case(shipped("v1c-41.json")))
    dear = search(everything, Options()).values
    assembly = assemble(read_case(shipped("v1.json")))  # 30 a year: not all of it at once
    best = search(assembly, Options()).values
    assert dear is not None
    assert best is not None

    mended = repair(assembly, dear)

    assert mended is not None
    cost = assembly.matrix.cost
    assert float(cost @ mended) == pytest.approx(float(cost @ best), rel=0.01)
    budget = assembly.matrix.blocks["budget.limit"]
    spent = assembly.matrix.table().tocsr()[budget] @ mended
    assert np.all(spent <= assembly.matrix.row_up[budget] + 1e-9)


def test_a_target_out_of_reach_is_not_mended() -> None:
    assembly = assemble(read_case(shipped("v1a-infeasible.json")))

    assert repair(assembly, np.zeros(assembly.matrix.n_columns)) is None


def test_what_needs_a_measure_leaves_with_it() -> None:
    assembly = assemble(read_case(shipped("v1.json")))
    best = search(assembly, Options()).values
    assert best is not None
    paths = Paths(assembly, best)

    moved = paths.moved("A", None)  # C requires A

    names = {assembly.layout.decisions[index].id for index in moved}
    assert names == {"A", "C"}
    assert not any(path.any() for path in moved.values())


def test_duals_of_the_fixed_plan_cover_all_rows() -> None:
    assembly = assemble(read_case(shipped("v1a.json")))
    best = search(assembly, Options()).values
    assert best is not None

    duals = Recourse(assembly, best).run().row_duals

    assert duals is not None
    assert len(duals) == assembly.matrix.n_rows
