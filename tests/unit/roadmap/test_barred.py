"""What a proof leaves out is in no plan that it would find."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest

from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.barred import barred
from tanlu.roadmap.case import read_case
from tanlu.roadmap.condense import condense
from tanlu.roadmap.search import Cuts, Options, search
from tanlu.roadmap.solve import Answer, Status

FOLDER = resources.files("tanlu") / "data" / "plan_cases"


def relaxed(name: str) -> tuple[Assembly, Cuts, Answer]:
    """Return a published case, its tangents and its relaxation."""
    case = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assembly = assemble(read_case(case))
    cuts = Cuts(assembly.layout, condense(assembly))
    return assembly, cuts, cuts.engine(assembly, Options(), integer=False).run()


@pytest.mark.parametrize("name", ["v1.json", "v1c-39.json", "v1c-41.json"])
def test_the_best_plan_keeps_what_is_settled_within_its_distance(name: str) -> None:
    assembly, _, answer = relaxed(name)
    best = search(assembly, Options())
    assert best.values is not None
    assert answer.objective is not None
    cost = float(assembly.matrix.cost @ best.values)

    columns, levels = barred(assembly, answer, cost - answer.objective)

    assert np.array_equal(np.round(best.values[columns]), levels)


def test_a_smaller_room_settles_more_and_none_leaves_no_plan() -> None:
    assembly, cuts, answer = relaxed("v1.json")
    settled = [len(barred(assembly, answer, room)[0]) for room in (0.0, 100.0)]
    columns, levels = barred(assembly, answer, 0.0)
    engine = cuts.engine(assembly, Options(), integer=True)
    engine.set_bounds(columns, levels, levels)

    found = engine.run(below=answer.objective)

    assert settled[0] > settled[1]
    assert found.status is Status.INFEASIBLE
