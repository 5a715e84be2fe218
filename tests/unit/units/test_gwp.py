"""Gases to CO2 equivalent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.units.gwp import by_gas, co2e

_AR5 = {"CH4": Decimal(28), "N2O": Decimal(265)}


def test_gases_weigh_by_their_gwp_and_biogenic_co2_does_not_count() -> None:
    gases = {"CO2": Fraction(10), "CH4": Fraction(1, 2), "CO2bio": Fraction(99)}

    assert co2e(gases, _AR5) == 24
    assert by_gas(gases, _AR5) == {"CO2": 10, "CH4": 14}


def test_what_is_published_as_co2e_counts_as_it_is() -> None:
    assert co2e({"CO2e": Fraction(3)}, _AR5) == 3


def test_a_gas_without_a_gwp_is_an_error_and_not_zero() -> None:
    with pytest.raises(TanluError) as caught:
        co2e({"SF6": Fraction(1)}, _AR5, gwp_set="AR5")

    assert caught.value.facts == {"gas": "SF6", "gwp_set": "AR5"}


def test_nothing_emitted_is_zero() -> None:
    assert co2e({}, _AR5) == 0
