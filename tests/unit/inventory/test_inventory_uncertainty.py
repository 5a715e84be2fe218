"""Uncertainty: shared draws, rows of few, the market redone, chunks, the formula check."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tanlu.inventory.draws import Group, MarketSite
from tanlu.inventory.greenpower import allocate_green_power
from tanlu.inventory.instrument import Instrument, InstrumentKind
from tanlu.inventory.ledger import ResidualFactor
from tanlu.inventory.market_draws import read_market_sites
from tanlu.inventory.model import Basis
from tanlu.inventory.propagation import gsd_of_cv
from tanlu.inventory.uncertainty import analytic_variance, simulate, variance_shares
from tanlu.kernel.periods import year_month

TEN = gsd_of_cv(0.10)


def group(name: str, weight_t: float, *, scope: int = 1, **more: object) -> Group:
    fields: dict[str, object] = {"site": "A", "n": 100, "v_t2": 0.0, "gsd": TEN}
    return Group(name, scope, weight_t=weight_t, **(fields | more))  # type: ignore[arg-type]


def test_case_15_own_factors_add_in_quadrature_one_factor_adds_in_full() -> None:
    own = [group("f", 100.0), group("g", 100.0)]
    same = [group("f", 100.0), group("f", 100.0, site="B")]

    assert analytic_variance(own) ** 0.5 / 200 == pytest.approx(0.0707, abs=5e-5)
    assert analytic_variance(same) ** 0.5 / 200 == pytest.approx(0.10, abs=5e-5)


def test_case_16_two_rows_of_one_factor() -> None:
    rows = ((100.0, 0.05), (100.0, 0.05))
    two = group("f", 200.0, n=2, rows=rows)

    found = simulate([two], seed=1).columns["location"]

    assert analytic_variance([two]) == pytest.approx(450.5, abs=1e-9)
    assert found.analytic_sd_t == pytest.approx(21.225, abs=5e-4)
    assert found.sd_t == pytest.approx(21.225, rel=0.03)
    assert found.mean_t == pytest.approx(200, rel=0.005)
    assert found.is_checked


def test_factors_of_one_group_share_their_draw() -> None:
    apart = [group("f", 100.0), group("g", 100.0)]
    joined = [replace(g, corr_group="fuels") for g in apart]

    assert analytic_variance(joined) == pytest.approx(2 * analytic_variance(apart))
    assert simulate(joined, seed=3).columns["location"].is_checked


def test_chunk_size_does_not_change_a_draw() -> None:
    groups = [
        group("f", 100.0, v_t2=9.0),
        group("g", 50.0, scope=3, rows=((30.0, 0.2), (20.0, 0.1)), n=2),
    ]

    whole = simulate(groups, seed=7, draws=1_000, chunk=1_000)
    parts = simulate(groups, seed=7, draws=1_000, chunk=333)

    assert whole == parts
    assert simulate(groups, seed=8, draws=1_000).columns != whole.columns


def test_a_dominant_row_of_a_large_group_is_drawn_alone() -> None:
    large = group("f", 1_000.0, v_t2=100.0, rows=((500.0, 0.2),))

    found = simulate([large], seed=2)

    assert found.n_normal == 0
    assert found.columns["scope1"].is_checked


def test_few_rows_that_are_not_given_are_counted() -> None:
    assert simulate([group("f", 10.0, n=3, v_t2=1.0)], seed=1, draws=100).n_normal == 1


def test_shares_of_the_variance_add_to_one_and_name_what_to_measure() -> None:
    shares = variance_shares([group("meter", 100.0, v_t2=900.0), group("small", 10.0)])

    assert sum(share.share for share in shares) == pytest.approx(1)
    assert (shares[0].source, shares[0].kind) == ("meter", "activity")


def test_locations_and_markets_stand_apart() -> None:
    groups = [
        group("grid", 530.6, scope=2, basis=Basis.LOCATION),
        group("residual", 609.6, scope=2, basis=Basis.MARKET),
        group("gas", 100.0),
    ]

    columns = simulate(groups, seed=1, draws=500).columns

    assert columns["location"].expected_t == pytest.approx(630.6)
    assert columns["market"].expected_t == pytest.approx(709.6)
    assert columns["scope2_market"].expected_t == pytest.approx(609.6)
    assert columns["site=A"].expected_t == pytest.approx(630.6)


def test_market_of_a_covered_site_is_redone_and_never_negative() -> None:
    site = MarketSite("A", 1e6, 0.05, ((1e6, 0.0),), 0.6096, "residual", TEN)
    replaced = group("residual", 0.0, scope=2, basis=Basis.MARKET)

    found = simulate([replaced], seed=1, market_sites=[site]).columns["scope2_market"]

    assert found.expected_t is None
    assert found.low_t == 0
    assert found.mean_t == pytest.approx(0.6096 * 1e3 * 0.05 * 0.4, rel=0.1)


def test_market_without_instruments_is_residual_times_consumption() -> None:
    site = MarketSite("A", 1e6, 0.0, (), 0.6096, "residual", 1.0)

    found = simulate([], seed=1, market_sites=[site], draws=10).columns["market"]

    assert found.mean_t == pytest.approx(609.6)
    assert found.sd_t == pytest.approx(0, abs=1e-9)


def test_draws_take_the_whole_amount_of_an_instrument() -> None:
    certificate = Instrument("i", InstrumentKind.GEC, "A", 2024, None, 150 * 10**6, serial="1")
    purchased: dict[tuple[str, int], int] = {("A", year_month(2024, 1)): 100 * 10**6}
    ledger = allocate_green_power(
        purchased,
        [certificate],
        year=2024,
        residual=ResidualFactor("residual", Fraction("0.6096")),
    )

    (site,) = read_market_sites(ledger, purchased_u=purchased, row_u=0.02, gsd=1.05)

    assert site.contracts == ((150.0, 0.0),)
    assert site.purchased_kwh == 100
    assert site.activity_u == pytest.approx(0.02)


def test_year_of_equal_months_is_known_better_than_a_month() -> None:
    purchased: dict[tuple[str, int], int] = {
        ("A", year_month(2024, m)): 100 * 10**6 for m in (1, 2, 3, 4)
    }
    residual = ResidualFactor("residual", Fraction("0.6096"))
    ledger = allocate_green_power(purchased, [], year=2024, residual=residual)

    (site,) = read_market_sites(ledger, purchased_u=purchased, row_u=0.10, gsd=1.05)

    assert site.activity_u == pytest.approx(0.05)
