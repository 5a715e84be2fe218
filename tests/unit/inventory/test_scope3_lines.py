"""Purchases, freight and records: best basis first, the unexplained shown."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tanlu.factors.model import Item
from tanlu.inventory.freight import Lane, estimate_freight
from tanlu.inventory.model import Amount, Basis, Both, LineBasis, LineStatus, Part
from tanlu.inventory.money import MoneyTables, SpendFactor, estimate_spend
from tanlu.inventory.purchases import (
    ActivityFactor,
    Purchase,
    PurchaseResult,
    PurchaseTables,
    estimate_purchases,
)
from tanlu.inventory.records import (
    read_lanes,
    read_outputs,
    read_purchases,
    reported_energy_tce,
)
from tanlu.inventory.upstream import UpstreamPart, split_upstream
from tanlu.kernel.activity import Record, RecordKind, SourceCell

STEEL = ActivityFactor("mass:steel", "steel", "kg", Fraction("2.1"))
SPEND = SpendFactor("epa:331110", "steel", Fraction("0.787"), "USD", 2022)
MONEY = MoneyTables(
    rates={("USD", "CNY", 2024): Fraction("7.1")},
    deflators={("USD", 2024, 2022): Fraction("0.95")},
)
SOURCE = SourceCell("f.xlsx", "0" * 64, "S", "A2:F2")
UNITS = {("t", "kg"): Fraction(1000), ("kg", "kg"): Fraction(1), ("piece", "piece"): Fraction(1)}
TABLES = PurchaseTables(
    mass={"steel": (STEEL,)},
    spend={"steel": SPEND, "tyre": SpendFactor("epa:tyre", "tyre", Fraction(1), "USD", 2022)},
    conversion=lambda a, b: UNITS.get((a, b)),
    money=MONEY,
)


def estimate(*purchases: Purchase) -> PurchaseResult:
    return estimate_purchases(purchases, year=2024, tables=TABLES)


def test_supplier_figure_comes_before_every_factor() -> None:
    steel = Purchase(
        "p1", "steel", "plate", "S", quantity=Fraction(10), unit="t", spend_cny=Fraction(50_000),
        supplier_kg_per_unit=Fraction("2.05"), supplier_unit="kg",
    )  # fmt: skip

    (line,) = estimate(steel).lines

    assert line.basis is LineBasis.SUPPLIER
    assert line.co2e_mg == 20_500 * 10**6


def test_mass_comes_before_money() -> None:
    steel = Purchase(
        "p1", "steel", "plate", quantity=Fraction(10), unit="t", spend_cny=Fraction(50_000)
    )

    result = estimate(steel)

    assert result.lines[0].basis is LineBasis.MASS
    assert result.lines[0].co2e_mg == 21_000 * 10**6
    assert result.spend_cny == {LineBasis.MASS: 50_000}


def test_pieces_without_a_factor_per_piece_fall_back_on_money() -> None:
    tyres = Purchase(
        "p1", "tyre", "tyres", quantity=Fraction(310), unit="piece", spend_cny=Fraction(7_100)
    )

    (line,) = estimate(tyres).lines

    assert line.basis is LineBasis.SPEND
    assert line.co2e_mg == 950 * 10**6
    assert line.steps["price_year"] == "2022"


def test_money_goes_through_rate_and_deflator_in_order() -> None:
    found = estimate_spend(Fraction(1_000_000), SPEND, year=2024, money=MONEY)

    assert found is not None
    assert float(found.kg) == pytest.approx(105_302.82, abs=0.005)


def test_missing_rate_or_deflator_gives_no_result() -> None:
    assert estimate_spend(Fraction(1), SPEND, year=2023, money=MONEY) is None
    assert estimate_spend(Fraction(1), SPEND, year=2024, money=MoneyTables()) is None


def test_unexplained_spend_is_shown_and_never_zero() -> None:
    unknown = Purchase("p1", "", "hydraulics", spend_cny=Fraction(186_000))
    none = Purchase("p2", "paint", "paint", quantity=Fraction(1), unit="t")
    empty = Purchase("p3", "steel", "plate")

    result = estimate(unknown, none, empty)

    assert [line.status for line in result.lines] == [
        LineStatus.UNKNOWN_ITEM,
        LineStatus.NO_FACTOR,
        LineStatus.MISSING_QUANTITY,
    ]
    assert all(line.co2e_mg is None for line in result.lines)
    assert result.unexplained_cny == 186_000
    assert len(result.findings) == 3


ROAD = ActivityFactor("road", "road_freight", "tkm", Fraction("0.057"))


def lane(**changes: object) -> Lane:
    given: dict[str, object] = {
        "id": "l1", "name": "A-B", "item": "road_freight",
        "mass_t": Fraction(100), "distance_km": Fraction(420), "spend_cny": Fraction(1),
    }  # fmt: skip
    return Lane(**(given | changes))  # type: ignore[arg-type]  # fields by name


def test_lane_is_mass_times_distance_times_factor() -> None:
    (line,) = estimate_freight([lane()], factors={"road_freight": ROAD}).lines

    assert line.co2e_mg == 2_394 * 10**6
    assert line.category == "4"
    assert line.spend_cny is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"mass_t": None}, LineStatus.MISSING_QUANTITY),
        ({"distance_km": None}, LineStatus.MISSING_QUANTITY),
        ({"item": ""}, LineStatus.UNKNOWN_ITEM),
        ({"item": "air_freight"}, LineStatus.NO_FACTOR),
    ],
)
def test_lane_without_something_has_a_status(
    changes: dict[str, object], status: LineStatus
) -> None:
    result = estimate_freight([lane(**changes)], factors={"road_freight": ROAD})

    assert result.lines[0].status is status
    assert result.lines[0].co2e_mg is None
    assert result.findings[0].code == "FREIGHT_NO_RESULT"


def test_stated_tonne_kilometres_need_no_distance() -> None:
    stated = lane(mass_t=None, distance_km=None, tkm=Fraction(10))

    (line,) = estimate_freight([stated], factors={"road_freight": ROAD}).lines

    assert line.quantity == 10


def test_outbound_lane_without_charge_is_category_9_and_asked_about() -> None:
    sold = lane(spend_cny=None, is_outbound=True)

    result = estimate_freight([sold], factors={"road_freight": ROAD})

    assert result.lines[0].category == "9"
    assert [f.code for f in result.findings] == ["FREIGHT_PAYER_UNKNOWN"]


def record(kind: RecordKind, **fields: str | None) -> Record:
    return Record("r1", kind, fields, SOURCE)


def test_purchase_record_becomes_a_purchase() -> None:
    row = record(
        RecordKind.PURCHASE, year="2024", item="steel", material="plate", supplier="S",
        mass_kg="285000000", spend_cny="1210000000", pcf_kgco2e_per_kg="2.05",
    )  # fmt: skip

    (found,) = read_purchases([row], year=2024).purchases

    assert found.quantity == 285_000_000
    assert (found.unit, found.supplier_unit) == ("kg", "kg")
    assert found.supplier_kg_per_unit == Fraction("2.05")


def test_money_with_tax_is_netted_or_asked_about() -> None:
    row = record(RecordKind.PURCHASE, year="2024", material="x", spend_cny="113", tax="included")

    netted = read_purchases([row], year=2024, tax_fraction=Fraction("0.13"))
    asked = read_purchases([row], year=2024)

    assert netted.purchases[0].spend_cny == 100
    assert asked.purchases[0].spend_cny is None
    assert [f.code for f in asked.findings] == ["PURCHASE_TAX_UNKNOWN"]


def test_record_without_year_is_asked_about_and_left_out() -> None:
    row = record(RecordKind.FREIGHT, mode="road", mass_t="1", distance_km="1")

    found = read_lanes([row], year=2024)

    assert found.lanes == ()
    assert [f.code for f in found.findings] == ["RECORD_NO_YEAR"]


def test_mode_names_the_item_where_no_item_is_given() -> None:
    row = record(RecordKind.FREIGHT, year="2024", mode="sea", mass_t="1", distance_km="2")

    assert read_lanes([row], year=2024).lanes[0].item == "sea_freight"


def test_output_of_the_whole_company_wins_over_sites() -> None:
    whole = record(
        RecordKind.OUTPUT, year="2024", output_value_cny="91780000000", price_year="2020",
        units_produced="127200", units_unit="piece", energy_tce="115900",
    )  # fmt: skip
    site = record(RecordKind.OUTPUT, year="2024", site="A", units_produced="5")
    rows = [whole, site]

    found = {o.name: (o.amount, o.unit) for o in read_outputs(rows, year=2024)}

    assert found == {
        "output_value": (Fraction(91_780_000_000), "CNY (2020)"),
        "units": (Fraction(127_200), "piece"),
    }
    assert reported_energy_tce(rows, year=2024) == 115_900
    assert reported_energy_tce(rows, year=2023) is None


def test_category_3_splits_by_what_it_supplies() -> None:
    items = {
        "natural_gas": Item("natural_gas", "", "", "Nm3", 1, "combustion", 1),
        "electricity": Item("electricity", "", "", "kWh", 2, "electricity", 2),
    }

    def part(item: str, category: str, mg: int | None) -> Part:
        amount = Amount(mg, n=1, n_ok=0 if mg is None else 1)
        gases = {basis: {"CO2": mg or 0} for basis in Basis}
        return Part("A", item, 3, category, 4, Both(amount, amount), gases)

    found = split_upstream(
        [part("natural_gas", "3", 5), part("natural_gas", "3", None), part("electricity", "3", 7),
         part("electricity", "4", 1)],
        items,
    )  # fmt: skip

    assert found[UpstreamPart.FUELS] == Amount(5, n=2, n_ok=1)
    assert found[UpstreamPart.ELECTRICITY] == Amount(7, n=1, n_ok=1)
    assert UpstreamPart.HEAT not in found


def test_a_known_mass_without_a_factor_is_told_apart_from_a_missing_mass() -> None:
    zinc = Purchase("p1", "zinc", "zinc", quantity=Fraction(3), unit="t")
    crates = Purchase("p2", "crate", "crates", quantity=Fraction(3), unit="piece")

    found = estimate(zinc, crates).findings

    assert [finding.code for finding in found] == ["PURCHASE_NO_FACTOR", "PURCHASE_UNEXPLAINED"]
