"""Further published cases, series by series, through the calculators' own JSON.

A file of ``printed/`` lists series: ``kind``, ``source`` and ``locator``, the ``inputs`` that all
cases share, and ``cases``: a pair of further inputs and of what the publication prints. A value
with a unit is written ``[value, unit]``. ``rel`` or ``abs`` is half the last printed digit.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tanlu.app.calculators import calculation_body
from tanlu.catalog import load
from tanlu.i18n.say import Say

SERIES: list[dict[str, Any]] = [
    series
    for path in sorted((Path(__file__).parent / "printed").glob("*.yaml"))
    for series in yaml.safe_load(path.read_text(encoding="utf-8"))
]
CASES = [
    pytest.param(series, given, prints, id=f"{series['kind']}-{number}-{place}")
    for number, series in enumerate(SERIES)
    for place, (given, prints) in enumerate(series["cases"])
]
PRINTED_DIGITS = 1.2e-5  # relative, as the suite of published cases compares


def test_every_series_names_its_publication() -> None:
    known = load.sources()

    for series in SERIES:
        assert series["source"] in known, series["kind"]
        assert series["locator"], series["kind"]


@pytest.mark.parametrize(("series", "given", "prints"), CASES)
def test_a_printed_case(
    series: dict[str, Any], given: dict[str, Any], prints: dict[str, Any], tmp_path: Path
) -> None:
    inputs = {name: paired(value) for name, value in (series.get("inputs", {}) | given).items()}
    wanted = {name: value[1] for name, value in prints.items() if has_unit(value)}
    path = tmp_path / "in.json"
    path.write_text(json.dumps({"inputs": inputs, "output_units": wanted}), encoding="utf-8")

    found = calculation_body(series["kind"], path, say=Say("en"))["outputs"]

    rel, margin = float(series.get("rel", PRINTED_DIGITS)), float(series.get("abs", 0.0))
    for name, value in prints.items():
        printed = value[0] if has_unit(value) else value
        expected = printed if isinstance(printed, str) else pytest.approx(printed, rel, margin)
        assert found[name]["value"] == expected, name


def has_unit(value: Any) -> bool:
    """Whether it is a value with its unit."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[1], str)


def paired(value: Any) -> Any:
    """Return a value as the calculators take it; the rows of a table cell by cell."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{name: paired(cell) for name, cell in row.items()} for row in value]
    return {"value": value[0], "unit": value[1]} if has_unit(value) else value
