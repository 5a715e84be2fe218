"""Gas families."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from tanlu.factors.gas import co2e_by_family, family_of


@pytest.mark.parametrize(
    ("gas", "family"),
    [
        ("CO2", "CO2"),
        ("CH4_fossil", "CH4"),
        ("N2O", "N2O"),
        ("HFC134a", "HFC"),
        ("R410A", "HFC"),
        ("R227ea", "HFC"),
        ("R22", "HCFC"),
        ("HCFC22", "HCFC"),
        ("CF4", "PFC"),
        ("SF6", "SF6"),
        ("NF3", "NF3"),
        ("CO2e", "CO2e"),
        ("CO2bio", "CO2bio"),
        ("xenon", None),
    ],
)
def test_each_gas_has_its_family(gas: str, family: str | None) -> None:
    assert family_of(gas) == family


def test_a_gas_without_gwp_is_named() -> None:
    assert co2e_by_family({"HFC32": Fraction(1)}, {}) == "HFC32"
    assert co2e_by_family({"HFC32": Fraction(2)}, {"HFC32": Decimal(675)}) == {
        "HFC": Fraction(1350)
    }
