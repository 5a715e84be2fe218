"""The green-power ledger: order, rejection, ownership, matching, checks."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tanlu.inventory.greenpower import allocate_green_power
from tanlu.inventory.instrument import Holder, Instrument, InstrumentKind, read_instruments
from tanlu.inventory.ledger import (
    GreenPowerLedger,
    GreenPowerRules,
    Matching,
    ResidualFactor,
    check_ledger,
)
from tanlu.kernel.activity import Record, RecordKind, SourceCell
from tanlu.kernel.errors import TanluError
from tanlu.kernel.findings import Outcome
from tanlu.kernel.periods import year_month

RESIDUAL = ResidualFactor("residual-2023", Fraction("0.6096"))
MWH = 10**9
JAN, FEB = year_month(2024, 1), year_month(2024, 2)
PURCHASED: dict[tuple[str, int], int] = {("A", JAN): 100 * MWH, ("A", FEB): 50 * MWH}


def gec(mwh: int, **changes: object) -> Instrument:
    base = Instrument("i1", InstrumentKind.GEC, "A", 2024, None, kwh_u=mwh * MWH, serial="GEC-1")
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


def take(*instruments: Instrument, **options: object) -> GreenPowerLedger:
    return allocate_green_power(
        PURCHASED,
        instruments,
        year=2024,
        residual=RESIDUAL,
        **options,  # type: ignore[arg-type]  # rules
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"vintage": 2023}, "CERT_VINTAGE"),
        ({"vintage": None}, "CERT_NO_YEAR"),
        ({"serial": "", "evidence": " "}, "CERT_NO_EVIDENCE"),
        ({"kwh_u": None}, "CERT_NO_QUANTITY"),
        ({"kwh_u": 0}, "CERT_NO_QUANTITY"),
        ({"holder": Holder.THIRD_PARTY}, "CERT_NOT_HELD"),
        ({"holder": Holder.UNKNOWN}, "CERT_NOT_HELD"),
        ({"site": "B"}, "CERT_SITE_UNKNOWN"),
    ],
)
def test_instrument_is_rejected_with_its_reason(changes: dict[str, object], reason: str) -> None:
    ledger = take(gec(10, **changes))

    assert [u.reason for u in ledger.rejected] == [reason]
    assert ledger.used_u == 0
    assert [f.code for f in ledger.findings] == [reason]


def test_serial_number_counts_once() -> None:
    ledger = take(gec(10), gec(20, id="i2", serial=" gec-1 "))

    assert ledger.used_u == 10 * MWH
    assert [(u.instrument_id, u.reason) for u in ledger.rejected] == [("i2", "CERT_DUPLICATE")]


def test_one_contract_may_be_billed_month_by_month() -> None:
    contract = gec(10, kind=InstrumentKind.PPA)

    ledger = take(replace(contract, ym=JAN), replace(contract, id="i2", ym=FEB))

    assert ledger.used_u == 20 * MWH


def test_instrument_of_another_market_is_rejected() -> None:
    rules = GreenPowerRules(markets={"A": "CN"})

    assert take(gec(10, market="EU"), rules=rules).rejected[0].reason == "CERT_MARKET"
    assert take(gec(10, market="CN"), rules=rules).rejected == ()


def test_kind_that_the_rules_do_not_accept_is_rejected() -> None:
    rules = GreenPowerRules(accepted=frozenset({InstrumentKind.PPA}))

    assert take(gec(10), rules=rules).rejected[0].reason == "CERT_KIND_NOT_ACCEPTED"


def test_monthly_matching_covers_only_its_month() -> None:
    rules = GreenPowerRules(matching=Matching.MONTH)

    ledger = take(gec(80, ym=FEB), rules=rules)

    assert ledger.used_u == 50 * MWH
    assert ledger.surplus_u == 30 * MWH
    assert ledger.multipliers["A", JAN] == Decimal("0.6096")
    assert ledger.multipliers["A", FEB] == 0
    assert take(gec(80), rules=rules).rejected[0].reason == "CERT_NO_MONTH"


def test_yearly_matching_blends_one_multiplier_for_all_months() -> None:
    ledger = take(gec(75))

    assert ledger.multipliers == {("A", JAN): Decimal("0.3048"), ("A", FEB): Decimal("0.3048")}


def test_without_residual_factor_the_rest_is_unknown_not_zero() -> None:
    ledger = allocate_green_power(PURCHASED, [gec(75)], year=2024, residual=None)

    assert ledger.purchased_mg is None
    assert ledger.multipliers == {}
    assert "RESIDUAL_FACTOR_MISSING" in {f.code for f in ledger.findings}


def test_fully_covered_site_needs_no_residual_factor() -> None:
    ledger = allocate_green_power(PURCHASED, [gec(150)], year=2024, residual=None)

    assert ledger.purchased_mg == 0
    assert ledger.multipliers["A", JAN] == 0


def test_third_party_roof_without_a_word_on_certificates_is_asked_about() -> None:
    pv = gec(10, kind=InstrumentKind.PV_SELF, holder=Holder.UNKNOWN)

    ledger = take(pv)

    assert [f.code for f in ledger.findings] == ["GEC_OWNER_UNKNOWN"]
    assert ledger.unbacked_mg == 6_096_000_000
    assert ledger.purchased_u == 150 * MWH


def test_own_roof_adds_nothing_and_covers_nothing() -> None:
    ledger = take(gec(10, kind=InstrumentKind.PV_SELF))

    assert ledger.unbacked_mg == 0
    assert ledger.used_u == 0
    assert ledger.self_used_u == {"A": 10 * MWH}


def test_own_roof_of_another_year_is_passed_over() -> None:
    pv = gec(10, kind=InstrumentKind.PV_SELF, vintage=2023, holder=Holder.UNKNOWN)

    ledger = take(pv)

    assert ledger.unbacked_mg == 0
    assert ledger.findings == ()


def test_roof_without_a_year_is_asked_about() -> None:
    ledger = take(gec(10, kind=InstrumentKind.PV_SELF, vintage=None))

    assert [(f.code, f.outcome) for f in ledger.findings] == [("PV_NO_YEAR", Outcome.ASK)]
    assert ledger.self_used_u == {}


def test_certificate_of_another_year_is_a_note() -> None:
    ledger = take(gec(10, vintage=2023))

    assert [f.outcome for f in ledger.findings] == [Outcome.NOTE]


def test_third_party_generation_without_amount_is_unknown() -> None:
    pv = gec(10, kind=InstrumentKind.PV_SELF, holder=Holder.THIRD_PARTY, kwh_u=None)

    assert take(pv).unbacked_mg is None


def test_net_refund_is_told_and_takes_no_certificate() -> None:
    ledger = allocate_green_power({("A", JAN): -5 * MWH}, [gec(10)], year=2024, residual=RESIDUAL)

    assert ledger.surplus_u == 10 * MWH
    assert ledger.residual_u == -5 * MWH
    assert "PURCHASED_NEGATIVE" in {f.code for f in ledger.findings}


def test_check_refuses_a_ledger_that_lost_a_kilowatt_hour() -> None:
    ledger = take(gec(75))
    first, *rest = ledger.allocations
    broken = replace(ledger, allocations=(replace(first, kwh_u=first.kwh_u - 1), *rest))

    with pytest.raises(TanluError) as error:
        check_ledger(broken, PURCHASED, [gec(75)])

    assert error.value.code == "inventory.ledger-broken"


def test_record_of_a_third_party_roof_leaves_the_holder_unknown() -> None:
    source = SourceCell("f.xlsx", "0" * 64, "S", "A2:G2")
    fields = {"site": "A", "kind": "pv_self", "year": "2024", "kwh": "5820000"}
    told = Record("r1", RecordKind.INSTRUMENT, fields | {"owner": "third_party"}, source)
    own = Record("r2", RecordKind.INSTRUMENT, fields, source)
    other = Record("r3", RecordKind.OUTPUT, {}, source)

    third, mine = read_instruments([told, own, other])

    assert third.holder is Holder.UNKNOWN
    assert mine.holder is Holder.SELF
    assert third.kwh_u == 5_820 * MWH
    assert third.source == source


def test_record_of_an_unknown_kind_is_refused() -> None:
    source = SourceCell("f.xlsx", "0" * 64, "S", "A2:G2")

    with pytest.raises(TanluError) as error:
        read_instruments([Record("r1", RecordKind.INSTRUMENT, {"kind": "wind"}, source)])

    assert error.value.code == "inventory.instrument-kind"
