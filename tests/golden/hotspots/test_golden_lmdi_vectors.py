"""The published decomposition vectors, read from the shared folder."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.hotspots.lmdi import decompose, log_mean

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, dict[str, Any]]:
    text = (shared / "vectors/engineering/lmdi.json").read_text(encoding="utf-8")
    return {vector["id"]: vector for vector in json.loads(text)["vectors"]}


def test_log_mean_of_two_shares(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["lmdi-log-mean"]
    a, b = (vector["inputs"][name]["value"] for name in ("a", "b"))

    expected = vector["expected"]["log_mean"]

    assert log_mean(a, b) == pytest.approx(expected["value"], abs=expected["tolerance"]["abs"])


def test_two_measures_share_what_they_save(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["lmdi-two-measures-closed-form"]
    flow = vector["inputs"]["flow"]["value"]
    kept = [1 - r for r in vector["inputs"]["reduction"]["value"]]

    _, *effects = decompose([((flow, 1.0, 1.0), (flow, *kept))], 3)

    end = flow * math.prod(kept)
    expected = vector["expected"]
    assert end == pytest.approx(expected["end"]["value"])
    assert log_mean(flow, end) == pytest.approx(expected["log_mean"]["value"], abs=1e-4)
    assert [-effect for effect in effects] == pytest.approx(expected["shares"]["value"], abs=1e-4)


def test_every_vector_of_the_area_is_used(vectors: dict[str, dict[str, Any]]) -> None:
    assert set(vectors) == {"lmdi-log-mean", "lmdi-two-measures-closed-form"}
