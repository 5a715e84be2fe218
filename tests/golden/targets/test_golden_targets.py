"""Golden cases of target paths from published test sets."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.targets.path import absolute_contraction, sectoral_convergence, temperature_score

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, dict[str, Any]]:
    text = (shared / "vectors/engineering/target.json").read_text(encoding="utf-8")
    return {vector["id"]: vector for vector in json.loads(text)["vectors"]}


def _dec(vector: dict[str, Any], name: str) -> Any:
    value = vector["inputs"][name]["value"]
    return [Decimal(str(x)) for x in value] if isinstance(value, list) else Decimal(str(value))


def test_sectoral_convergence(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["target-sda-b2ds"]
    first, last = _dec(vector, "scenario_years")
    paths = [
        sectoral_convergence(
            _dec(vector, "company_base"),
            market_base=_dec(vector, "market_base"),
            scenario=_dec(vector, "scenario"),
            share=(year - first) / (last - first),
        )
        for year in _dec(vector, "years")
    ]

    for index, name in enumerate(("adjusted", "target")):
        expected = vector["expected"][name]
        got = [float(path[index]) for path in paths]
        assert got == pytest.approx(expected["value"], abs=expected["tolerance"]["abs"])


def test_temperature_score(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["target-temperature-score-abs"]
    rate = _dec(vector, "reduction") / (_dec(vector, "end_year") - _dec(vector, "base_year"))

    score = temperature_score(
        rate, slope=_dec(vector, "slope"), intercept=_dec(vector, "intercept")
    )

    expected = vector["expected"]["score"]
    assert float(score) == pytest.approx(expected["value"], abs=expected["tolerance"]["abs"])


def test_absolute_contraction(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["target-absolute-contraction"]

    got = [
        absolute_contraction(_dec(vector, "base"), rate / 100, int(_dec(vector, "years")))
        for rate in _dec(vector, "rate")
    ]

    assert got == [Decimal(str(x)) for x in vector["expected"]["emissions"]["value"]]
