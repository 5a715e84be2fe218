"""The claim check: intervals of both figures, verdicts, and slips."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from tanlu.inventory.claim import (
    ClaimVerdict,
    Constant,
    ConstantKind,
    Measure,
    PairCheck,
    check_claim,
    energy_of_capacity,
    printed,
)


def constant(
    name: str,
    value: str,
    *,
    to: Measure = Measure.TCO2,
    kind: ConstantKind = ConstantKind.CONSTANT,
    published: date | None = None,
    reference: bool = False,
    band: str = "0",
) -> Constant:
    ratio = Fraction(value)
    return Constant(
        id=name,
        pair=(Measure.KWH, to),
        low=ratio - Fraction(band),
        value=ratio,
        high=ratio + Fraction(band),
        kind=kind,
        is_reference=reference,
        published=published,
        source="s",
        locator="l",
        name_zh=name,
        name_en=name,
    )


def check(
    kwh: str, other: str, measure: Measure, constants: list[Constant], on: date | None = None
) -> PairCheck:
    figures = {Measure.KWH: printed(Decimal(kwh)), measure: printed(Decimal(other))}
    (pair,) = check_claim(figures, constants, claimed_on=on)
    return pair


CALORIFIC = constant("calorific", "0.1229", to=Measure.TCE)
EQUIVALENT = constant("equivalent-2021", "0.3015", to=Measure.TCE)
TIANJIN = constant("tianjin-2021", "0.7355", published=date(2024, 4, 12))
NATIONAL = constant("national-2021", "0.5568", published=date(2024, 4, 12), reference=True)
COAL = constant(
    "0.3015 x 2.4567", str(Fraction("0.3015") * Fraction("2.4567")), kind=ConstantKind.CHAIN
)
MIXED = constant(
    "0.1229 x 2.4567", str(Fraction("0.1229") * Fraction("2.4567")), kind=ConstantKind.WRONG_CHAIN
)


def test_interval_holds_half_a_digit_of_both_figures() -> None:
    pair = check("42000000", "31000000", Measure.TCO2, [TIANJIN])

    assert round(float(pair.implied), 4) == 0.7381
    assert (round(float(pair.low), 3), round(float(pair.high), 3)) == (0.718, 0.759)


def test_coal_equivalent_is_reproduced_by_the_calorific_value_only() -> None:
    pair = check("25120000", "3000000", Measure.TCE, [CALORIFIC, EQUIVALENT])

    assert pair.verdict is ClaimVerdict.REPRODUCED
    assert [match.constant.id for match in pair.matches] == ["calorific"]
    assert [match.constant.id for match in pair.nearest] == ["equivalent-2021"]


def test_a_constant_published_after_the_claim_reproduces_it_only_later() -> None:
    pair = check("42000000", "31000000", Measure.TCO2, [TIANJIN, NATIONAL], date(2021, 12, 31))

    assert pair.verdict is ClaimVerdict.REPRODUCED_LATER


def test_a_chain_that_belongs_together_reproduces() -> None:
    pair = check("42000000", "31000000", Measure.TCO2, [TIANJIN, COAL], date(2021, 12, 31))

    assert pair.verdict is ClaimVerdict.REPRODUCED


def test_the_wrong_chain_is_named() -> None:
    pair = check("42000000", "12700000", Measure.TCO2, [TIANJIN, NATIONAL, MIXED])

    assert pair.verdict is ClaimVerdict.WRONG_CHAIN


def test_a_claim_no_constant_gives_is_not_reproduced() -> None:
    pair = check("42000000", "31000000", Measure.TCO2, [NATIONAL])

    assert pair.verdict is ClaimVerdict.NOT_REPRODUCED
    assert round(float(pair.nearest[0].deviation), 2) == -0.25


def test_a_lost_power_of_ten_is_a_slip() -> None:
    pair = check("1000000", "5568000", Measure.TCO2, [NATIONAL])

    assert pair.verdict is ClaimVerdict.UNIT_SLIP
    assert pair.slip == 10


def test_a_range_explains_and_does_not_reproduce() -> None:
    discount = constant("discount", "0.1", to=Measure.CNY, kind=ConstantKind.RANGE, band="0.05")

    pair = check("25120000", "2730000", Measure.CNY, [discount])

    assert pair.matches
    assert pair.verdict is ClaimVerdict.NOT_REPRODUCED


def test_capacity_stands_for_a_range_of_energy() -> None:
    energy = energy_of_capacity(Fraction(16_000), (Fraction(1000), Fraction(1200)))

    assert energy.value - energy.half == 16_000_000
    assert energy.value + energy.half == 19_200_000
