"""Golden cases of the inventory's formulas: numbers that somebody else printed."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from tanlu.inventory.heat import HeatReference

CASES = yaml.safe_load(Path(__file__).with_name("methods.yaml").read_text(encoding="utf-8"))


def _exact(value: Any) -> Any:
    """Turn quoted numbers into fractions, at any depth."""
    if isinstance(value, str):
        return Fraction(value)
    if isinstance(value, dict):
        return {name: _exact(inner) for name, inner in value.items()}
    return value


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_formula_gives_the_printed_number(case: dict[str, Any]) -> None:
    module, name = case["call"].split(".")
    given = _exact(case["given"])
    if "reference" in given:
        given["reference"] = HeatReference(**given["reference"])
    function = getattr(import_module(f"tanlu.inventory.{module}"), name)
    positional = [given.pop(key) for key in _positional(function, given)]

    result = function(*positional, **given)

    assert float(result) == pytest.approx(case["expect"], abs=case["tolerance"] + 1e-12)


def _positional(function: Any, given: dict[str, Any]) -> list[str]:
    """Return the names of the positional parameters that are given."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return [name for name in names if name in given]
