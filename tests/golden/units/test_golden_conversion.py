"""Conversions against printed numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from tanlu.catalog.tables import read
from tanlu.units.table import UnitTable

CASES = yaml.safe_load(Path(__file__).with_name("conversion.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_conversion_reproduces_the_printed_number(case: dict[str, Any]) -> None:
    table = UnitTable.from_rows(read("unit"), read("unit_alias"), read("unit_prefix"))

    found = table.conversion(*case["given"])

    assert found is not None
    assert abs(found - Fraction(case["expect"])) <= Fraction(case["tolerance"])
