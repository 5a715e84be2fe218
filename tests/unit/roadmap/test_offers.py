"""End uses add up to the meter; offers fit them; a grid-dependent saving is a formula."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tanlu.catalog import tables
from tanlu.kernel.plan import Effect, EquipmentFact, Evidence
from tanlu.measures.catalogue import offers_for
from tanlu.measures.enduse import equipment_kwh, split

if TYPE_CHECKING:
    from tanlu.kernel.plan import BaseYear

SHARES = tables.read("end_use_share")
ROWS = tables.read("measure")


def test_end_uses_add_up_to_the_meter_exactly(base_year: BaseYear) -> None:
    base = base_year

    uses = split(base, SHARES, sector="machinery")

    own = {site.id: site.pv_kwh for site in base.sites}
    for purchase in base.purchases:
        mine = [u for u in uses if (u.site, u.carrier) == (purchase.site, purchase.carrier)]
        extra = own[purchase.site] if purchase.carrier == "electricity" else 0
        assert sum(u.quantity for u in mine) == purchase.quantity + extra


def test_a_sector_without_shares_stays_unallocated(base_year: BaseYear) -> None:
    uses = split(base_year, SHARES, sector="unknown")

    assert {use.end_use for use in uses} == {"unallocated"}


def test_an_equipment_list_replaces_a_smaller_default(base_year: BaseYear) -> None:
    listed = equipment_kwh(
        [
            EquipmentFact("heavy", "compressor", Fraction(900), 9, Fraction(6800), Fraction(3, 4)),
            EquipmentFact("heavy", "motor", None, 5, Fraction(100), None),
        ],
        tables.read("end_use"),
    )
    kwh = Fraction(900) * 9 * 6800 * Fraction(3, 4)
    assert listed == {("heavy", "compressed_air"): kwh}

    uses = split(base_year, SHARES, sector="machinery", listed=listed)

    found = next(u for u in uses if u.id == "heavy/electricity/compressed_air")
    assert found.quantity == pytest.approx(kwh, rel=1e-6)
    assert found.evidence is Evidence.TYPED


def test_a_list_above_the_meter_is_not_used(base_year: BaseYear) -> None:
    listed = {("heavy", "compressed_air"): Fraction(10**12)}

    plain = split(base_year, SHARES, sector="machinery")

    assert split(base_year, SHARES, sector="machinery", listed=listed) == plain


def test_every_offer_is_a_template_with_a_size_and_a_source(base_year: BaseYear) -> None:
    base = base_year
    offers = offers_for(ROWS, base, split(base, SHARES, sector="machinery"), sector="machinery")

    assert len(offers) > 100
    assert {offer.evidence for offer in offers} == {Evidence.TEMPLATE}
    assert all(offer.size > 0 and offer.source for offer in offers)
    assert [offer.id for offer in offers] == sorted(offer.id for offer in offers)


def test_no_switch_stores_a_saving_of_carbon() -> None:
    """A switch holds what share of the end use it can serve, and efficiencies; no saving."""
    for row in ROWS:
        if row["effect"] == str(Effect.SWITCH):
            assert 0 < row["saving_low"] <= row["saving_typical"] <= row["saving_high"] <= 1
            assert row["perf_old"] > 0
            assert row["perf_new"] > 0


@pytest.mark.parametrize("carrier", ["natural_gas", "diesel", "steam", "propane", "co2_shielding"])
def test_every_direct_use_of_a_plant_has_a_way_out(carrier: str) -> None:
    """Without one, neutrality with few offsets is out of reach whatever is paid."""
    shares = tables.read("end_use_share")
    uses = {r["end_use"] for r in shares if (r["sector"], r["carrier"]) == ("machinery", carrier)}
    ways = {
        use
        for row in ROWS
        if row["carrier"] == carrier and row["family"] in {"switch", "process"}
        for use in row["end_uses"]
    }

    assert uses <= ways


@pytest.mark.parametrize(
    ("cop", "grid", "saving"),
    [
        ("2", "0.57", -31.1), ("2", "0.5306", -22.1), ("2", "0.30", 31.0), ("2", "0.05", 88.5),
        ("2.5", "0.5306", 2.3), ("3.5", "0.5306", 30.2), ("3.5", "0.05", 93.4),
        ("0.98", "0.5306", -149.1), ("0.98", "0.05", 76.5),
    ],
)  # fmt: skip
def test_heat_pumps_against_gas_follow_the_grid(cop: str, grid: str, saving: float) -> None:
    gas = Fraction("0.0153") * Fraction("0.99") * 44 / 12 * Fraction("3.6")  # kg/kWh
    new, old = Fraction(grid) / Fraction(cop), gas / Fraction("0.92")

    assert float(100 * (1 - new / old)) == pytest.approx(saving, abs=0.06)
