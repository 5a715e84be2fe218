"""Properties of the inventory: partition, order, green power, missing values, ids."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tanlu.factors.model import Item
from tanlu.inventory.figures import FigureKey, Measure, read_figure
from tanlu.inventory.greenpower import allocate_green_power
from tanlu.inventory.instrument import Holder, Instrument, InstrumentKind
from tanlu.inventory.ledger import GreenPowerLedger, GreenPowerRules, Matching, ResidualFactor
from tanlu.inventory.model import Basis, Inventory, LineStatus
from tanlu.inventory.purchases import (
    ActivityFactor,
    Purchase,
    PurchaseTables,
    estimate_purchases,
)
from tanlu.inventory.row import multiplier_of, row_mg
from tanlu.inventory.totals import InventoryInputs, take_inventory
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import RowStatus, Stream, SummaryRow

QUICK = settings(max_examples=60, deadline=None)
SITES = ("A", "B")
MONTHS = [year_month(2024, m) for m in (1, 2, 7)]
ITEMS = {
    "electricity": Item("electricity", "", "", "kWh", 2, "electricity", 2),
    "natural_gas": Item("natural_gas", "", "", "Nm3", 1, "combustion", 1),
    "road_freight": Item("road_freight", "", "", "tkm", 3, "4", 3),
}
ISO = {str(c): 4 for c in range(1, 16)}
RESIDUAL = ResidualFactor("residual", Fraction("0.6096"))

amounts = st.integers(0, 10**12)
purchases = st.dictionaries(
    st.tuples(st.sampled_from(SITES), st.sampled_from(MONTHS)), amounts, min_size=1
)
instruments = st.lists(
    st.builds(
        Instrument,
        id=st.integers(0, 10**6).map(str),
        kind=st.sampled_from(list(InstrumentKind)),
        site=st.sampled_from(SITES),
        vintage=st.sampled_from([2023, 2024, None]),
        ym=st.sampled_from([*MONTHS, None]),
        kwh_u=st.one_of(st.none(), amounts),
        serial=st.sampled_from(["", "s1", "s2", "s3", "s4"]),
        holder=st.sampled_from(list(Holder)),
    ),
    max_size=6,
    unique_by=lambda i: i.id,
)


def take(
    purchased: dict[tuple[str, int], int],
    given: list[Instrument],
    matching: Matching = Matching.YEAR,
) -> GreenPowerLedger:
    return allocate_green_power(
        purchased, given, year=2024, residual=RESIDUAL, rules=GreenPowerRules(matching=matching)
    )


@QUICK
@given(purchases, instruments, st.sampled_from(list(Matching)))
def test_every_kilowatt_hour_has_one_place_and_nothing_is_negative(
    purchased: dict[tuple[str, int], int], given: list[Instrument], matching: Matching
) -> None:
    ledger = take(purchased, given, matching)

    assert ledger.used_u + ledger.residual_u == sum(purchased.values())
    assert all(a.kwh_u >= 0 and (a.co2_mg or 0) >= 0 for a in ledger.allocations)
    assert all(m >= 0 for m in ledger.multipliers.values())
    certificates = [i for i in given if i.kind is not InstrumentKind.PV_SELF]
    offered = sum(i.kwh_u or 0 for i in certificates)
    refused = sum(u.kwh_u or 0 for u in ledger.rejected)
    assert offered == ledger.used_u + ledger.surplus_u + refused


@QUICK
@given(purchases, instruments, amounts)
def test_more_certificates_never_raise_the_market_based_result(
    purchased: dict[tuple[str, int], int], given: list[Instrument], kwh_u: int
) -> None:
    more = Instrument("new", InstrumentKind.GEC, "A", 2024, None, kwh_u, serial="new")

    before, after = take(purchased, given), take(purchased, [*given, more])

    assert (after.purchased_mg or 0) <= (before.purchased_mg or 0)


@QUICK
@given(purchases, instruments)
def test_finer_matching_never_covers_more(
    purchased: dict[tuple[str, int], int], given: list[Instrument]
) -> None:
    monthly, yearly = (take(purchased, given, m) for m in (Matching.MONTH, Matching.YEAR))

    assert monthly.used_u <= yearly.used_u


def electricity(
    purchased: dict[tuple[str, int], int], ledger: GreenPowerLedger
) -> list[SummaryRow]:
    """Return the rows an engine would make of purchases."""
    rows = []
    for (site, ym), kwh_u in purchased.items():
        for stream, kg in (
            (Stream.MAIN, Decimal("0.5306")),
            (Stream.MARKET, ledger.multipliers.get((site, ym))),
        ):
            mg = None if kg is None else row_mg(kwh_u, kg)
            rows.append(summary_row("electricity", site, ym, mg, stream=stream))
    return rows


def summary_row(
    item: str, site: str, ym: int, mg: int | None, *, stream: Stream = Stream.MAIN
) -> SummaryRow:
    return SummaryRow(
        stream=stream,
        site=site,
        item=item,
        ym=ym,
        unit="",
        rid=None if mg is None else 1,
        status=RowStatus.NO_FACTOR if mg is None else RowStatus.OK,
        n=1,
        qty_u=1,
        co2e_mg=mg,
        gases_mg={} if mg is None else {"CO2": mg - mg // 3, "CH4": mg // 3},
    )


def inventory(rows: list[SummaryRow], ledger: GreenPowerLedger | None = None) -> Inventory:
    return take_inventory(InventoryInputs(2024, tuple(rows), ITEMS, ISO, ledger=ledger))


@QUICK
@given(purchases, instruments)
def test_no_instrument_changes_the_location_based_result(
    purchased: dict[tuple[str, int], int], given: list[Instrument]
) -> None:
    with_none, with_all = take(purchased, []), take(purchased, given)

    before = inventory(electricity(purchased, with_none), with_none)
    after = inventory(electricity(purchased, with_all), with_all)

    assert before.scope2.location == after.scope2.location
    assert before.total.location == after.total.location
    unbacked = with_all.unbacked_mg
    if unbacked is not None:
        assert after.scope2.market.co2e_mg == (with_all.purchased_mg or 0) + unbacked


known_rows = st.builds(
    summary_row,
    st.sampled_from(list(ITEMS)),
    st.sampled_from(SITES),
    st.sampled_from(MONTHS),
    st.one_of(st.none(), st.integers(-(10**12), 10**12)),
    stream=st.sampled_from([Stream.MAIN, Stream.UPSTREAM]),
)
unknown_rows = st.builds(
    summary_row, st.just("unknown"), st.sampled_from(SITES), st.sampled_from(MONTHS), st.none()
)
rows_of = st.lists(st.one_of(known_rows, unknown_rows), max_size=12)


@QUICK
@given(rows_of, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[SummaryRow], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a seeded random.Random

    first, second = inventory(rows), inventory(shuffled)

    assert first.parts == second.parts
    assert first.total == second.total
    assert first.coverage.by_status == second.coverage.by_status


@QUICK
@given(rows_of)
def test_sites_add_up_to_the_group(rows: list[SummaryRow]) -> None:
    whole = inventory(rows)
    by_site = [inventory([r for r in rows if r.site == site]) for site in SITES]

    for basis in Basis:
        parts = [i.total.of(basis) for i in by_site]
        assert sum(a.n for a in parts) == whole.total.of(basis).n
        assert sum(a.n_ok for a in parts) == whole.total.of(basis).n_ok
        known = [a.co2e_mg for a in parts if a.co2e_mg is not None]
        assert whole.total.of(basis).co2e_mg == (sum(known) if known else None)


@QUICK
@given(rows_of)
def test_missing_in_never_gives_zero_out(rows: list[SummaryRow]) -> None:
    missing = [
        replace(r, status=RowStatus.NO_FACTOR, co2e_mg=None, gases_mg={}, rid=None) for r in rows
    ]

    taken = inventory(missing)

    assert taken.total.location.co2e_mg is None
    assert taken.scope1.co2e_mg is None
    assert all(both.market.co2e_mg is None for both in taken.by_site.values())
    assert taken.total.location.n == len(rows)
    assert not rows or not taken.total.location.is_complete


@QUICK
@given(st.lists(st.tuples(st.one_of(st.none(), amounts), st.one_of(st.none(), amounts))))
def test_all_money_is_under_exactly_one_basis(
    pairs: list[tuple[int | None, int | None]],
) -> None:
    factor = ActivityFactor("f", "steel", "kg", Fraction(2))
    tables = PurchaseTables(
        mass={"steel": (factor,)},
        spend={},
        conversion=lambda a, b: Fraction(1) if a == b else None,
    )
    bought = [
        Purchase(
            str(i),
            "steel",
            "",
            quantity=None if mass is None else Fraction(mass),
            unit="kg",
            spend_cny=None if cny is None else Fraction(cny),
        )
        for i, (mass, cny) in enumerate(pairs)
    ]

    result = estimate_purchases(bought, year=2024, tables=tables)

    assert sum(result.spend_cny.values()) == sum(cny or 0 for _, cny in pairs)
    assert len(result.lines) == len(pairs)
    for line in result.lines:
        assert (line.co2e_mg is None) == (line.status is not LineStatus.OK)


@QUICK
@given(
    st.sampled_from(list(Measure)),
    st.sampled_from(list(Basis)),
    st.one_of(st.none(), st.text(max_size=12)),
    st.one_of(st.none(), st.text(max_size=12)),
)
def test_every_figure_id_reads_back(
    measure: Measure, basis: Basis, site: str | None, gas: str | None
) -> None:
    figure = FigureKey(2024, measure, basis=basis, site=site, gas=gas).id

    assert read_figure(figure).id == figure
    assert read_figure(figure).site == site


@QUICK
@given(st.integers(-(10**15), 10**15), st.fractions(0, 10**4))
def test_row_is_within_half_a_milligram_of_the_exact_product(qty_u: int, kg: Fraction) -> None:
    multiplier = multiplier_of(kg)

    assert abs(row_mg(qty_u, multiplier) - qty_u * multiplier) <= Fraction(1, 2)
    assert row_mg(0, multiplier) == 0
