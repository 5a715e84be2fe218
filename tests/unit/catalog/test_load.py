"""Domain values made of the tables: what is in, what is kept apart."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from tanlu.catalog import load, rules, tables
from tanlu.factors.model import FactorQuality, Level
from tanlu.kernel.results import Stream


def test_factor_ids_are_unique_and_sorted() -> None:
    ids = [factor.id for factor in load.factors()]

    assert ids == sorted(set(ids))


def test_every_factor_names_publication_place_and_document() -> None:
    for factor in load.factors():
        assert factor.source in load.sources(), factor.id
        assert factor.locator, factor.id
        assert factor.document_no, factor.id


def test_national_electricity_serves_both_results_with_one_draw() -> None:
    found = {factor.id: factor for factor in load.factors()}
    main = found["CN-GRID:CN:average:2023"]
    market = found["CN-GRID:CN:average:2023:market"]

    assert (main.stream, market.stream) == (Stream.MAIN, Stream.MARKET)
    assert main.corr_group == market.corr_group
    assert main.gases == market.gases


def test_provinces_and_regions_serve_the_location_based_result_only() -> None:
    local = [f for f in load.factors() if f.definition and f.level is Level.PROVINCE]

    assert {factor.stream for factor in local} == {Stream.MAIN}


def test_variants_stand_apart_from_the_factor_of_the_item() -> None:
    trucks = dict(load.variant_factors()["road_freight"])

    assert trucks["hgv_diesel_46t"].gases == {"CO2e": Fraction(57, 1000)}
    assert not {factor.id for factor in trucks.values()} & {f.id for f in load.factors()}


def test_spend_factors_are_per_dollar_of_their_price_year() -> None:
    pump = load.spend_factors()["hydraulic_part"]

    assert load.spend_price_year() == 2022
    assert pump.unit == "USD"
    assert pump.gases == {"CO2e": Fraction(202, 1000)}
    assert load.spend_price_year() in load.exchange_rates()
    assert load.price_index("CN-PPI")[2024] == Decimal("-0.022")


def test_densities_serve_every_set() -> None:
    (density,) = (c for c in load.conversions() if c.item == "diesel" and c.basis == "density")

    assert density.factor_set == ""
    assert Fraction(82, 100) < density.value < Fraction(84, 100)


def test_equivalent_values_of_electricity_are_flagged() -> None:
    rows = load.tce_equivalents()

    assert rows[2021]["kgce_per_kwh"] == Decimal("0.3015")
    assert {row["quality"] for row in rows.values()} == {"template"}


def test_the_claim_constants_cover_grid_and_coal_and_carry_a_mark() -> None:
    constants = {constant.id: constant for constant in rules.claim_constants()}

    assert constants["tce-calorific"].value == Fraction(1229, 10_000)
    assert constants["CN-GRID:CN-TJ:average:2021"].value == Fraction(7355, 10_000)
    assert all(name in rules.constant_quality() for name in constants)
    assert rules.constant_quality()["tce-equivalent-2021"] == "template"


def test_company_targets_are_those_of_the_three() -> None:
    targets = rules.company_targets()

    assert set(targets) == {"xcmg", "lenovo", "fawtoyota"} == set(rules.companies())
    (renewable,) = (t for t in targets["xcmg"] if t.id == "xcmg-re")
    assert (renewable.year, renewable.level) == (2035, Decimal("0.5"))


def test_templates_are_offered_but_apart() -> None:
    offered = load.template_factors()

    assert offered
    assert {factor.quality for factor in offered} == {FactorQuality.TEMPLATE}


def test_glossary_benchmarks_and_uncertainties_read() -> None:
    assert load.glossary()["market_based"]["name_zh"] == "市场法"
    assert load.benchmarks()["gb_bf"]["low"] == Decimal(361)
    assert load.uncertainty_defaults()["activity:1"] == Decimal("0.02")


def test_attribution_goes_with_the_uk_tables() -> None:
    rows = {row["id"]: row for row in tables.read("sources")}

    for name in ("desnz-2024", "desnz-2025"):
        assert "Open Government Licence" in rows[name]["attribution"]
