"""Limits that limit nothing stay out of the model: they spoil its scaling."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.infeasible import diagnose
from tanlu.roadmap.search import Options

CASES = Path(str(resources.files("tanlu") / "data" / "sector_cases"))
_LARGEST = 1e5


def _case() -> dict[str, Any]:
    case: dict[str, Any] = json.loads((CASES / "cement.json").read_text(encoding="utf-8"))
    return case


def test_no_row_or_column_of_a_sector_has_a_bound_that_is_only_large() -> None:
    matrix = assemble(read_case(_case())).matrix

    for bounds in (matrix.row_up, matrix.row_lo, matrix.upper):
        finite = np.abs(bounds[np.isfinite(bounds)])
        assert finite.max() < _LARGEST


def test_why_a_sector_has_no_plan_is_told() -> None:
    """Neutral without offsets: capture leaves a tenth, which only offsets could take."""
    case = _case()
    case["offsets"] = {"price": 100, "max_share": "1/1000000"}
    found = diagnose(read_case(case), Options())

    assert not found.conflict
    assert found.short
    assert found.would_help
