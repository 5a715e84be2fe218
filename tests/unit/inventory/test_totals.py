"""From sums to an inventory: both methods, coverage, missing values, run-time checks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tanlu.factors.model import Item
from tanlu.inventory.greenpower import allocate_green_power
from tanlu.inventory.instrument import Holder, Instrument, InstrumentKind
from tanlu.inventory.ledger import GreenPowerLedger, ResidualFactor
from tanlu.inventory.model import Basis, Line, LineBasis, LineStatus
from tanlu.inventory.tce import EnergyTables
from tanlu.inventory.totals import InventoryInputs, Output, check_inventory, take_inventory
from tanlu.kernel.errors import TanluError
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import RowStatus, Stream, SummaryRow

KWH = 10**6
JAN = year_month(2024, 1)
ITEMS = {
    item.id: item
    for item in (
        Item(
            "electricity", "", "", "kWh", 2, "electricity", 2, tce={"calorific": Fraction("0.1229")}
        ),
        Item("natural_gas", "", "", "Nm3", 1, "combustion", 1, tce={"calorific": Fraction("1.33")}),
        Item("steam", "", "", "MJ", 2, "heat", 2),
        Item("output_value", "", "", "CNY", 0, "memo", 0),
    )
}
ISO = {str(c): 4 for c in range(1, 16)} | {"4": 3}


def row(
    item: str, mg: int | None, *, stream: Stream = Stream.MAIN, site: str = "A", ym: int = JAN
) -> SummaryRow:
    is_ok = mg is not None
    return SummaryRow(
        stream, site, item, ym, ITEMS[item].unit if item in ITEMS else "kg",
        rid=1 if is_ok else None,
        status=RowStatus.OK if is_ok else RowStatus.NO_FACTOR,
        n=1,
        qty_u=1_000 * KWH,
        co2e_mg=mg,
        gases_mg={"CO2": mg} if mg is not None else {},
    )  # fmt: skip


def inputs(*summary: SummaryRow, **more: object) -> InventoryInputs:
    return InventoryInputs(2024, summary, ITEMS, ISO, **more)  # type: ignore[arg-type]


def ledger(*instruments: Instrument, kwh_u: int = 1_000 * KWH) -> GreenPowerLedger:
    return allocate_green_power(
        {("A", JAN): kwh_u},
        instruments,
        year=2024,
        residual=ResidualFactor("residual", Fraction("0.6096")),
    )


def line(mg: int | None, *, category: str = "1", spend: int | None = None) -> Line:
    return Line(
        "l1", category, "", "steel", "steel", "",
        LineBasis.MASS if mg is not None else LineBasis.NONE,
        LineStatus.OK if mg is not None else LineStatus.NO_FACTOR,
        None, "kg", "f", None,
        co2e_mg=mg,
        spend_cny=None if spend is None else Fraction(spend),
    )  # fmt: skip


def test_both_methods_stand_side_by_side() -> None:
    taken = take_inventory(
        inputs(
            row("natural_gas", 7_000),
            row("electricity", 530_600_000),
            row("electricity", 609_600_000, stream=Stream.MARKET),
            row("steam", 11_000),
            ledger=ledger(),
        )
    )

    assert taken.scope1.co2e_mg == 7_000
    assert taken.scope2.location.co2e_mg == 530_611_000
    assert taken.scope2.market.co2e_mg == 609_611_000
    assert taken.total.market.co2e_mg == 609_618_000
    assert taken.allocation_rounding_mg == 0


def test_rounding_closes_the_rows_to_the_allocation() -> None:
    taken = take_inventory(
        inputs(
            row("electricity", 530_600_000),
            row("electricity", 609_599_998, stream=Stream.MARKET),
            ledger=ledger(),
        )
    )

    assert taken.allocation_rounding_mg == 2
    assert taken.rounding_by_site_mg == {"A": 2}
    assert taken.scope2.market.co2e_mg == 609_600_000


def test_rows_that_miss_the_allocation_by_more_than_rounding_stop_the_run() -> None:
    with pytest.raises(TanluError) as error:
        take_inventory(
            inputs(
                row("electricity", 530_600_000),
                row("electricity", 609_500_000, stream=Stream.MARKET),
                ledger=ledger(),
            )
        )

    assert error.value.code == "inventory.allocation-broken"


def test_generation_without_certificates_is_market_based_only() -> None:
    pv = Instrument(
        "pv", InstrumentKind.PV_SELF, "A", 2024, None, 420_000 * KWH, holder=Holder.THIRD_PARTY
    )
    without = take_inventory(inputs(row("electricity", 530_600_000), ledger=ledger()))
    taken = take_inventory(
        inputs(
            row("electricity", 530_600_000),
            row("electricity", 609_600_000, stream=Stream.MARKET),
            ledger=ledger(pv),
        )
    )

    assert taken.scope2.location == without.scope2.location
    assert taken.scope2.market.co2e_mg == 609_600_000 + 256_032_000_000


def test_electricity_without_market_rows_is_unknown_not_zero() -> None:
    taken = take_inventory(inputs(row("electricity", 530_600_000)))

    assert taken.scope2.market.co2e_mg is None
    assert not taken.total.market.is_complete
    assert taken.total_t["market"] is None


def test_nothing_resolved_is_none_and_nothing_there_is_none() -> None:
    taken = take_inventory(inputs(row("natural_gas", None)))

    assert taken.scope1.co2e_mg is None
    assert (taken.scope1.n, taken.scope1.n_ok) == (1, 0)
    assert taken.scope3.co2e_mg is None


def test_unknown_item_counts_in_the_total_and_in_no_scope() -> None:
    taken = take_inventory(inputs(row("natural_gas", 5), row("whatever", None)))

    assert taken.total.location.n == 2
    assert taken.total.location.co2e_mg == 5
    assert not taken.total.location.is_complete


def test_memo_items_and_other_years_take_no_part() -> None:
    taken = take_inventory(
        inputs(
            row("natural_gas", 5),
            row("output_value", None),
            row("natural_gas", 9, ym=year_month(2023, 12)),
        )
    )

    assert taken.total.location.co2e_mg == 5
    assert taken.coverage.by_status == {"MEMO": 1, "OK": 1}


def test_upstream_rows_are_category_3() -> None:
    taken = take_inventory(
        inputs(row("natural_gas", 5), row("natural_gas", 2, stream=Stream.UPSTREAM))
    )

    assert taken.scope1.co2e_mg == 5
    assert taken.scope3_by_category["3"].co2e_mg == 2
    assert taken.by_item["natural_gas"].location.co2e_mg == 7


def test_rows_without_upstream_or_market_result_are_named() -> None:
    taken = take_inventory(
        inputs(
            *(row("natural_gas", 5, ym=year_month(2024, m)) for m in range(1, 13)),
            row("natural_gas", None, stream=Stream.UPSTREAM),
            row("electricity", None, stream=Stream.MARKET),
        )
    )

    assert [r.code for r in taken.coverage.reasons] == ["COVERAGE_MARKET", "COVERAGE_UPSTREAM"]
    assert taken.coverage.reasons[1].facts["items"] == "natural_gas"


def test_lines_make_scope_3_with_an_unsplit_gas() -> None:
    taken = take_inventory(inputs(lines=(line(40), line(2, category="4"))))

    assert taken.scope3.co2e_mg == 42
    assert taken.iso[3].market.co2e_mg == 2
    assert taken.by_gas_mg[Basis.MARKET] == {"CO2e": 42}


def test_coverage_gives_every_reason() -> None:
    taken = take_inventory(
        inputs(
            row("natural_gas", 5),
            row("natural_gas", None, ym=JAN + 1),
            quarantined=3,
            lines=(line(None, spend=900), line(40, spend=100)),
        )
    )
    coverage = taken.coverage

    assert coverage.rows == 5
    assert coverage.by_status == {"NO_FACTOR": 1, "OK": 1, "QUARANTINED": 3}
    assert coverage.unexplained_cny == 900
    assert {r.code for r in coverage.reasons} == {
        "COVERAGE_QUARANTINED",
        "COVERAGE_STATUS",
        "COVERAGE_LINES",
        "COVERAGE_UNEXPLAINED",
        "COVERAGE_MONTHS",
    }
    assert coverage.grid[0].missing == tuple(range(3, 13))


def test_full_year_without_gaps_is_complete() -> None:
    rows = [row("natural_gas", 5, ym=year_month(2024, m)) for m in range(1, 13)]

    assert take_inventory(inputs(*rows)).coverage.is_complete


def test_intensity_is_none_when_the_total_is_unknown() -> None:
    output = Output("units", Fraction(10), "piece")

    known = take_inventory(inputs(row("natural_gas", 20 * 10**9), outputs=(output,)))
    unknown = take_inventory(inputs(row("natural_gas", None), outputs=(output,)))

    assert known.intensity[0].location == 2
    assert unknown.intensity[0].location is None


def test_energy_names_what_it_cannot_count() -> None:
    conversion = {("kWh", "MJ"): Fraction(36, 10), ("MJ", "MJ"): Fraction(1)}
    tables = EnergyTables(
        conversion=lambda a, b: Fraction(1) if a == b else conversion.get((a, b)),
        equivalent_kgce_per_kwh=Fraction("0.302"),
    )

    taken = take_inventory(
        inputs(row("natural_gas", 5), row("electricity", 5), row("steam", 5), energy=tables)
    )

    assert taken.energy.tce_calorific == Fraction("1.4529")
    assert taken.energy.tce_equivalent == Fraction("1.632")
    assert taken.energy.gj == Fraction("4.6")
    assert taken.energy.not_counted == ("natural_gas", "steam")


def test_check_refuses_a_breakdown_that_does_not_add_up() -> None:
    taken = take_inventory(inputs(row("natural_gas", 5)))
    broken = replace(taken, by_gas_mg={basis: {"CO2": 4} for basis in Basis})

    with pytest.raises(TanluError) as error:
        check_inventory(broken)

    assert error.value.facts["what"] == "gases"


def test_row_whose_gases_do_not_add_up_stops_the_run() -> None:
    wrong = replace(row("natural_gas", 5), gases_mg={"CO2": 4})

    with pytest.raises(TanluError) as error:
        take_inventory(inputs(wrong))

    assert error.value.code == "inventory.sum-broken"
