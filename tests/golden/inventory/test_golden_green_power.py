"""Green power and the totals of the reference ledger, to the milligram."""

from __future__ import annotations

from fractions import Fraction

from tanlu.inventory.greenpower import allocate_green_power
from tanlu.inventory.instrument import Holder, Instrument, InstrumentKind
from tanlu.inventory.ledger import ResidualFactor
from tanlu.inventory.row import multiplier_of, row_mg
from tanlu.kernel.periods import year_month

RESIDUAL = ResidualFactor("CN-GRID:CN:residual:2023", Fraction("0.6096"))
MONTHS: dict[tuple[str, int], int] = {
    ("P1", year_month(2024, k + 1)): (100_000 + 1_250 * k) * 10**6 for k in range(12)
}
GAS = multiplier_of(Fraction("389.31") * Fraction("0.0153") * Fraction("0.99") * 44 / 12 / 10)
DIESEL = multiplier_of(Fraction("43.33") * Fraction("0.0202") * Fraction("0.98") * 44 / 12)
COAL = multiplier_of(Fraction("23.204") * Fraction("0.02618") * Fraction("0.93") * 44 / 12)


def _instrument(kind: InstrumentKind, kwh: int, holder: Holder = Holder.SELF) -> Instrument:
    return Instrument(
        f"{kind}-1", kind, "P1", 2024, None, kwh * 10**6, serial=f"{kind}-1", holder=holder
    )


def test_case_1_twelve_months_of_electricity_at_the_grid_average() -> None:
    total = sum(row_mg(u, Fraction("0.5306")) for u in MONTHS.values())

    assert sum(MONTHS.values()) == 1_282_500 * 10**6
    assert total == 680_494_500_000


def test_case_2_three_months_of_natural_gas() -> None:
    rows = [row_mg(u, GAS) for u in (1_200_000_000, 1_350_500_000, 980_250_000)]

    assert Fraction("2.162188809") == GAS
    assert rows == [2_594_626_571, 2_920_035_987, 2_119_485_580]
    assert sum(rows) == 7_634_148_138


def test_case_3_diesel_in_two_rows() -> None:
    rows = [row_mg(u, DIESEL) for u in (1_200 * 10**6, 850 * 10**6)]

    assert sum(rows) == 6_447_501_111


def test_case_4_coal_and_scope_1_of_the_reference_ledger() -> None:
    coal = row_mg(125_000 * 10**6, COAL)

    assert coal == 258_938_656_900
    assert coal + 7_634_148_138 + 6_447_501_111 == 273_020_306_149


def test_case_5_contract_then_certificates_then_residual() -> None:
    ledger = allocate_green_power(
        MONTHS,
        [_instrument(InstrumentKind.GEC, 200_000), _instrument(InstrumentKind.PPA, 300_000)],
        year=2024,
        residual=RESIDUAL,
    )

    assert ledger.residual_u == 782_500 * 10**6
    assert ledger.purchased_mg == 477_012_000_000
    assert [a.kind for a in ledger.allocations] == ["ppa", "gec", "residual"]
    assert ledger.surplus == ()


def test_case_6_certificates_beyond_consumption_are_surplus_not_negative() -> None:
    ledger = allocate_green_power(
        MONTHS,
        [_instrument(InstrumentKind.PPA, 300_000), _instrument(InstrumentKind.GEC, 1_500_000)],
        year=2024,
        residual=RESIDUAL,
    )

    assert [a.kwh_u // 10**6 for a in ledger.allocations] == [300_000, 982_500]
    assert ledger.surplus_u == 517_500 * 10**6
    assert ledger.purchased_mg == 0


def test_case_7_roof_owner_sells_the_certificates() -> None:
    pv = _instrument(InstrumentKind.PV_SELF, 420_000, Holder.THIRD_PARTY)

    ledger = allocate_green_power(MONTHS, [pv], year=2024, residual=RESIDUAL)

    assert ledger.unbacked_mg == 256_032_000_000
    assert ledger.purchased_u == 1_282_500 * 10**6
    assert ledger.self_used_u == {"P1": 420_000 * 10**6}
