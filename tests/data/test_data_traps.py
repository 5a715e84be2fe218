"""The traps of the published figures: wrong year, wrong series, wrong set, wrong arithmetic."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tanlu.catalog import load, rules, tables
from tanlu.factors.model import FactorQuality
from tanlu.kernel.rounding import floor_half_up

if TYPE_CHECKING:
    from pathlib import Path

GRID = {
    (row["key"], row["data_year"], row["definition"]): row
    for row in tables.read("grid_electricity")
}
FACTORS = {factor.id: factor for factor in load.factors()}


@pytest.mark.parametrize(
    ("place", "year", "definition", "value"),
    [
        ("CN", 2021, "average", "0.5568"),
        ("CN", 2022, "average", "0.5366"),
        ("CN", 2023, "average", "0.5306"),
        ("CN", 2023, "average_excl_market_traded_nonfossil", "0.6096"),
        ("CN", 2023, "fossil_power", "0.8273"),
        ("CN", 2021, "ets_reporting_parameter", "0.581"),
        ("CN", 2022, "ets_reporting_parameter", "0.5703"),
        ("CN-JS", 2021, "average", "0.6451"),
        ("CN-JS", 2022, "average", "0.5978"),
        ("CN-JS", 2023, "average", "0.5827"),
        ("CN-TJ", 2021, "average", "0.7355"),
        ("CN-TJ", 2022, "average", "0.7041"),
        ("CN-TJ", 2023, "average", "0.6796"),
        ("CN-N", 2021, "average", "0.712"),
        ("TW", 2023, "average", "0.494"),
        ("TW", 2024, "average", "0.474"),
        ("TW", 2025, "average", "0.467"),
    ],
)
def test_electricity_is_of_its_own_year_and_series(
    place: str, year: int, definition: str, value: str
) -> None:
    assert GRID[place, year, definition]["value"] == Decimal(value)


def test_the_residual_series_rose_by_the_percentage_the_authority_gives() -> None:
    rows = [GRID["CN", year, "average_excl_market_traded_nonfossil"] for year in (2022, 2023)]
    rise = rows[1]["value"] / rows[0]["value"] - 1

    assert Decimal("0.0405") <= rise < Decimal("0.0415")
    assert rows[0]["quality"] == "to-confirm"


def test_no_mainland_electricity_factor_describes_a_year_after_2023() -> None:
    years = [row["data_year"] for row in GRID.values() if row["factor_set"] == "CN-GRID"]

    assert max(years) == 2023


@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_thirty_provinces_and_seven_regions_are_printed_each_year(year: int) -> None:
    rows = [row for row in GRID.values() if row["data_year"] == year and row["use"] == "scope2"]

    assert sum(row["level"] == "province" for row in rows) == 30
    assert sum(row["level"] == "region" for row in rows) == 7


def test_places_without_a_printed_row_have_none() -> None:
    assert not {"CN-XZ", "HK", "MO"} & {row["key"] for row in GRID.values()}


def test_the_legacy_six_regions_share_no_key_with_the_seven() -> None:
    legacy = {row["key"] for row in GRID.values() if row["use"] in {"history", "offset"}}

    assert legacy
    assert not legacy & set(load.grid_regions())


def test_footprint_and_baseline_factors_never_become_inventory_factors() -> None:
    definitions = {factor.definition for factor in load.factors()}

    assert not definitions & {"carbon_footprint", "baseline_om", "baseline_bm", "average_legacy"}


def test_no_template_is_reachable_by_an_inventory() -> None:
    assert all(factor.quality is not FactorQuality.TEMPLATE for factor in load.factors())
    assert all(row.quality is not FactorQuality.TEMPLATE for row in load.conversions())
    shown = {row["id"] for row in tables.read("fuel") if row["quality"] == "template"}
    shown |= {row["id"] for row in tables.read("grid_electricity") if row["quality"] == "template"}
    assert shown
    assert not shown & set(FACTORS)
    assert shown & {factor.id for factor in load.template_factors()}


def test_rows_that_must_not_ship_are_absent() -> None:
    fuels = {row["id"] for row in tables.read("fuel")}
    benchmarks = {row["id"] for row in tables.read("benchmark")}

    assert not fuels & {"CNETS:lng", "CN10:lng", "TWEPA604:natural_gas", "CNETS:bituminous"}
    assert "ets3_al_guess" not in benchmarks
    text = "".join(path.read_text(encoding="utf-8") for path in _files()).lower()
    assert "glec" not in text
    assert "defra_" not in text
    assert "2025/8151" not in text
    assert "secondary copy" not in text


def _files() -> list[Path]:
    shipped = tables.shipped()
    return sorted({path for name in shipped.names for path in shipped.files(name)})


@pytest.mark.parametrize(
    ("factor", "kg_of_co2"),
    [
        ("CN24:natural_gas", "2.162188809"),
        ("CN24:diesel", "3.145122493"),
        ("CN24:bituminous", "2.071509255"),
        ("CNPROV2025:diesel", "3.095909637"),
        ("CNETS:natural_gas", "2.165015200"),
    ],
)
def test_fuel_factors_follow_from_their_printed_parts(factor: str, kg_of_co2: str) -> None:
    value = FACTORS[factor].gases["CO2"]

    assert floor_half_up(value * 10**9) == int(Decimal(kg_of_co2) * 10**9)


def test_numbered_inventory_cases_come_out_to_the_milligram() -> None:
    gas, diesel = FACTORS["CN24:natural_gas"].gases["CO2"], FACTORS["CN24:diesel"].gases["CO2"]
    coal, power = (
        FACTORS["CN24:bituminous"].gases["CO2"],
        FACTORS["CN-GRID:CN:average:2023"].gases["CO2"],
    )
    kg = 10**6

    assert floor_half_up(power * 1_282_500 * kg) == 680_494_500_000
    assert [floor_half_up(gas * Fraction(q) * kg) for q in ("1200", "1350.5", "980.25")] == [
        2_594_626_571,
        2_920_035_987,
        2_119_485_580,
    ]
    assert floor_half_up(diesel * 2050 * kg) == 6_447_501_111
    assert floor_half_up(coal * 125_000 * kg) == 258_938_656_900


def test_raw_coal_stands_on_bituminous_and_says_so() -> None:
    (item,) = (item for item in load.items() if item.id == "raw_coal")

    assert item.factor_item == "bituminous"
    assert item.note_code == "COAL_RANK_ASSUMED"


@pytest.mark.parametrize(
    ("factor", "tonnes"),
    [
        ("limestone", "0.439712"),
        ("magnesite", "0.521972"),
        ("dolomite", "0.477324"),
        ("soda_ash", "0.415226"),
        ("baking_soda", "0.523879"),
        ("urea", "0.732816"),
        ("mixed_shielding_80ar20co2", "0.215945"),
        ("mixed_shielding_82ar18co2", "0.194739"),
        ("acetylene", "3.38044"),
        ("propane", "2.99408"),
        ("co2_shielding", "1"),
    ],
)
def test_process_factors_are_stoichiometric(factor: str, tonnes: str) -> None:
    value = FACTORS[f"STOICHIOMETRY:{factor}"].gases["CO2"]

    assert abs(value - Fraction(tonnes)) <= Fraction(1, 200_000)


@pytest.mark.parametrize(
    ("factor", "tonnes"), [("municipal", "0.557333"), ("hazardous", "1.64175")]
)
def test_waste_burning_has_not_forgotten_44_over_12(factor: str, tonnes: str) -> None:
    value = FACTORS[f"CN-WASTE:waste_{factor}_incinerated"].gases["CO2"]

    assert abs(value - Fraction(tonnes)) <= Fraction(1, 2_000_000)
    fixed = load.constants()
    stem = {"municipal": "msw", "hazardous": "hazardous"}[factor]
    parts = [fixed[f"{stem}_{part}"] for part in ("carbon_share", "fossil_share", "burnout")]
    assert value == parts[0] * parts[1] * parts[2] * fixed["co2_per_c"]


def test_purchased_heat_is_the_default_of_the_guides() -> None:
    assert FACTORS["CN-HEAT:heat"].gases == {"CO2": Fraction(11, 100)}
    assert FACTORS["CN-HEAT:heat"].unit == "MJ"


@pytest.mark.parametrize(
    ("blend", "ar4", "ar5", "ar6"),
    [
        ("R410A", "2087.5", "1923.5", "2255.5"),
        ("R404A", "3921.6", "3942.8", "4728.0"),
        ("R407C", "1773.85", "1624.21", "1907.93"),
        ("R507A", "3985", "3985", "4775"),
    ],
)
def test_blends_are_computed_from_their_composition(
    blend: str, ar4: str, ar5: str, ar6: str
) -> None:
    found = [load.gwp()[name][blend] for name in ("AR4", "AR5", "AR6")]

    assert found == [Decimal(ar4), Decimal(ar5), Decimal(ar6)]


def test_the_four_sets_of_gwp_are_not_mixed_up() -> None:
    methane = [load.gwp()[name]["CH4"] for name in ("SAR", "AR4", "AR5", "AR6")]
    fossil = [load.gwp()[name]["CH4_fossil"] for name in ("AR5", "AR6")]

    assert methane == [21, 25, 28, Decimal("27.9")]
    assert fossil == [30, Decimal("29.8")]


def test_gwp_of_ar5_agrees_with_the_us_table(shared: Path) -> None:
    path = shared / "vectors" / "factors" / "epa-hub-2024-gwp.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    ours = load.gwp()["AR5"]
    names = {"Carbon dioxide": "CO2", "Methane": "CH4", "Nitrous oxide": "N2O"}
    compared = 0
    for row in rows:
        label = row["Industrial Designation or Common Name"]
        gas = names.get(label, label.replace("HFC-", "HFC"))
        if gas in ours:
            assert ours[gas] == Decimal(row["100-Year GWP"].replace(",", "")), gas
            compared += 1

    assert compared >= 12


def test_grid_factors_agree_with_the_shared_facts(shared: Path) -> None:
    path = shared / "facts" / "grid.csv"
    names = {row["name_zh"]: row["id"] for row in tables.read("province")}
    compared = 0
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        if row["region_type"] != "province" or row["data_year"] == "2018":
            continue
        ours = GRID[names[row["name_zh"]], int(row["data_year"]), "average"]
        assert ours["value"] == Decimal(row["factor_kg_per_kwh"]), row
        compared += 1

    assert compared == 90


def test_spend_factors_agree_with_the_shared_table(shared: Path) -> None:
    name = "SupplyChainGHGEmissionFactors_v1.3.0_NAICS_CO2e_USD2022.csv"
    text = (shared / "vectors" / "factors" / name).read_text(encoding="utf-8-sig")
    theirs = {
        row["2017 NAICS Code"]: row["Supply Chain Emission Factors with Margins"]
        for row in csv.DictReader(text.splitlines())
    }
    ours = {row["id"]: row["with_margins"] for row in tables.read("spend_factor")}

    assert len(ours) == len(theirs) == 1016
    assert all(ours[code] == Decimal(value) for code, value in theirs.items())
    assert ours["111110"] == Decimal("0.532")


def test_electricity_in_coal_equivalent_is_the_printed_value() -> None:
    (item,) = (item for item in load.items() if item.id == "electricity")

    assert item.tce["calorific"] == Fraction(1229, 10_000)
    assert Fraction(36, 10) / load.constants()["kgce_mj"] != item.tce["calorific"]


def test_coal_equivalents_agree_with_the_heat_of_a_kilogram() -> None:
    heat = next(item for item in load.items() if item.id == "heat")

    assert heat.tce["calorific"] == 1 / load.constants()["kgce_mj"]


@pytest.mark.parametrize("claim", [row for row in rules.claims() if row["kwh"] is not None])
def test_the_articles_claims_have_constants_of_their_kind(claim: dict[str, object]) -> None:
    measures = {"kgce": "tce", "kg_co2": "tco2", "cny": "cny"}
    (other,) = (name for column, name in measures.items() if claim[column] is not None)

    assert any(constant.pair == ("kwh", other) for constant in rules.claim_constants())


def test_the_national_rules_have_dates_and_the_two_rule_sets_overlap() -> None:
    schemes = rules.rule_schemes()

    assert schemes["sbti-v2"]["valid_from"] < schemes["sbti-v1"]["valid_to"]
    values = {rule.id: rule.value for rule in rules.target_rules()}
    assert values["sbti1-abs-s12"] == Decimal("0.042")
    assert values["cn-co2-gdp-15"] == Decimal("0.17")


def test_every_item_has_names_units_and_a_scope() -> None:
    for item in load.items():
        assert item.unit in item.dims, item.id
        assert item.iso_category or not item.scope, item.id
        assert (item.scope == 0) == (item.category == "memo"), item.id


def test_places_are_found_by_every_name() -> None:
    codes = load.place_codes()

    assert {codes[name] for name in ("江苏", "江苏省", "jiangsu", "cn-js", "江蘇")} == {"CN-JS"}
    assert codes["内蒙"] == "CN-NM"
    assert codes["台灣"] == "TW"
    assert sum(len(provinces) for provinces in load.grid_regions().values()) == 31


def test_profiles_name_sets_and_definitions_that_exist() -> None:
    sets = {row["id"] for row in tables.read("factor_set")}
    definitions = {row["definition"] for row in GRID.values()}
    for profile in load.profiles().values():
        assert set(profile["sets"]) <= sets, profile["id"]
        assert {profile["grid_location"], profile["grid_market"]} <= definitions, profile["id"]


def test_every_unit_named_by_items_factors_and_conversions_is_in_the_unit_table() -> None:
    known = {row["id"] for row in tables.read("unit")}
    used = {unit for item in load.items() for unit in (*item.dims, item.unit)}
    used |= {factor.unit for factor in load.factors()}
    used |= {unit for row in load.conversions() for unit in (row.from_unit, row.to_unit)}

    assert used <= known, used - known


def test_every_gas_of_a_factor_has_a_potential_in_the_sets_of_today() -> None:
    gases = {gas for factor in load.factors() for gas in factor.gases} - {"CO2e", "CO2bio"}

    for name in ("AR4", "AR5", "AR6"):
        assert gases <= set(load.gwp()[name]), name
