"""The loaded values reproduce what their publications print."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tanlu.catalog import load

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = yaml.safe_load(Path(__file__).with_name("load.yaml").read_text(encoding="utf-8"))


def factor(id: str, gas: str) -> Fraction:
    (found,) = (row for row in load.factors() if row.id == id)
    return found.gases[gas]


def conversion(item: str, set: str) -> Fraction:
    (found,) = (r for r in load.conversions() if (r.item, r.factor_set) == (item, set))
    return found.value


def gwp(set: str, gas: str) -> Fraction:
    return Fraction(load.gwp()[set][gas])


CALLS: dict[str, Callable[..., Fraction]] = {"factor": factor, "conversion": conversion, "gwp": gwp}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_value_is_as_printed(case: dict[str, Any]) -> None:
    found = CALLS[case["call"]](**case["given"])

    assert abs(found - Fraction(case["expect"])) <= Fraction(case["tolerance"])
    assert case["source"]["id"] in load.sources()
