"""Whatever the amount, both languages show the same digits, and lose less than half a digit."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanlu.i18n.numbers import round_significant
from tanlu.i18n.say import Say

KINDS = ["mass", "money", "energy", "heat", "tce", "power"]
amounts = st.decimals(
    min_value=Decimal("-1e14"), max_value=Decimal("1e14"), allow_nan=False, allow_infinity=False
)


def digits(text: str) -> str:
    return re.sub(r"[^0-9-]", "", text).lstrip("0")


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(amount=amounts)
def test_digits_agree_in_all_languages(kind: str, amount: Decimal) -> None:
    shown = {digits(getattr(Say(lang), kind)(amount)) for lang in ("zh", "en", "zh-Hant")}

    assert len(shown) == 1


@settings(max_examples=100, deadline=None)
@given(amount=amounts)
def test_rounding_stays_within_half_of_the_last_digit(amount: Decimal) -> None:
    rounded = round_significant(amount)

    step = Decimal(1).scaleb(int(rounded.as_tuple().exponent)) if rounded else Decimal(0)
    assert abs(rounded - amount) <= step / 2
    assert amount == 0 or len(rounded.as_tuple().digits) == 4


@settings(max_examples=60, deadline=None)
@given(amount=amounts)
def test_mass_reads_back_within_half_of_the_last_digit(amount: Decimal) -> None:
    powers = {"kg": -3, "t": 0, "kt": 3, "Mt": 6, "Gt": 9, "Tt": 12}
    shown, unit = Say("en").mass(amount).split(" ")

    back = Decimal(shown.replace(",", "")).scaleb(powers[unit])

    assert abs(back - amount) <= abs(amount) * Decimal("0.0005")
