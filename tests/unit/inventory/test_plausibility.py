"""Published figures of real manufacturers against the shipped factors."""

from __future__ import annotations

import csv
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tanlu.catalog import tables
from tanlu.inventory.combustion import co2_per_unit
from tanlu.inventory.model import Energy
from tanlu.inventory.plausibility import (
    Candidate,
    Code,
    Meaning,
    check_parts,
    check_reported_energy,
    grid_candidates,
    heat_candidates,
    is_primary_energy,
    plausibility,
    plausibility_finding,
)
from tanlu.inventory.tce import tce

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Figures = Mapping[tuple[str, str, str], Fraction]
    Rows = Mapping[tuple[str, str, str, str], Mapping[str, str]]

FIVE = Fraction(5, 100)
FUELS = {row["id"]: row for row in tables.read("fuel")}
GRID = {row["id"]: Fraction(row["value"]) for row in tables.read("grid_electricity")}
# The reference figures of two companies were made with rounded factors: rel=2e-4 there.
DENSITY = {"diesel": Fraction("0.84"), "gasoline": Fraction("0.74")}
EXACT = Fraction(1, 2000)
HKEX, MINEBEA = "HKEX-2023042501847", "MinebeaMitsumi"
HITACHI = "Hitachi Construction Machinery"


def per_gj(fuel: str) -> Fraction:
    """Return t CO2 per GJ, net basis."""
    row = FUELS[fuel]
    return co2_per_unit(
        Fraction(1),
        Fraction(row["carbon_tc_per_gj"]),
        oxidation_fraction=Fraction(row["oxidation"]),
    )


def heat(fuel: str) -> Fraction:
    """Return GJ per 1,000 kg or per 10^4 Nm3."""
    return Fraction(FUELS[fuel]["ncv_gj"])


def per_t(fuel: str) -> Fraction:
    return heat(fuel) * per_gj(fuel)


@pytest.fixture(scope="module")
def published(shared: Path) -> dict[tuple[str, str, str], Fraction]:
    """Return company, year and metric (with scope) to the printed value."""
    with (shared / "vectors/companies/published.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[tuple[str, str, str], Fraction] = {}
    for row in rows:
        try:
            value = Fraction(row["value"])
        except ValueError:
            continue
        found[row["company"], row["fiscal_year"], f"{row['metric']}|{row['scope']}"] = value
    return found


@pytest.fixture(scope="module")
def reconciled(shared: Path) -> dict[tuple[str, str, str, str], dict[str, str]]:
    with (shared / "vectors/companies/reconciled.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["company"], row["fiscal_year"], row["quantity"], row["factors"]): row
            for row in csv.DictReader(file)
        }


def hkex_fuels(figures: Figures, year: str) -> Fraction:
    litres = {fuel: figures[HKEX, year, f"energy_{fuel}|S1"] for fuel in DENSITY}
    gas = figures.get((HKEX, year, "energy_natural_gas|S1"), Fraction(0))
    liquid = sum(
        litres[fuel] * density / 1000 * per_t(f"CN10:{fuel}") for fuel, density in DENSITY.items()
    )
    return liquid + gas / 10_000 * per_t("CN10:natural_gas")


def minebea_fuels(figures: Figures, year: str) -> Fraction:
    lpg, gas, oil = (
        figures[MINEBEA, year, f"energy_{name}|S1"] for name in ("lpg", "natural_gas", "oil")
    )
    return (
        lpg * per_t("CN24:lpg")
        + gas / 10_000 * per_t("CN24:natural_gas")
        + oil * DENSITY["diesel"] / 1000 * per_t("CN24:diesel")
    )


def minebea_energy(figures: Figures, year: str) -> Fraction:
    lpg, gas, oil = (
        figures[MINEBEA, year, f"energy_{name}|S1"] for name in ("lpg", "natural_gas", "oil")
    )
    gj = (
        lpg * heat("CN24:lpg")
        + gas / 10_000 * heat("CN24:natural_gas")
        + oil * DENSITY["diesel"] / 1000 * heat("CN24:diesel")
    )
    return gj / Fraction("3.6") + figures[MINEBEA, year, "energy_electricity|S2"]


def shinmaywa_gross(figures: Figures, year: str) -> dict[str, Fraction]:
    return {
        fuel: figures["ShinMaywa", year, f"energy_{name}|S1"]
        for fuel, name in (
            ("CN24:natural_gas", "city_gas"),
            ("CN24:lpg", "lpg_lng"),
            ("CN24:fuel_oil", "fuel_oil"),
        )
    }


NET_OVER_GROSS = {
    "CN24:natural_gas": Fraction("0.9"),
    "CN24:lpg": Fraction("0.9"),
    "CN24:fuel_oil": Fraction("0.95"),
}


@pytest.mark.parametrize("year", ["2020", "2021", "2022"])
def test_fuels_that_do_not_explain_all_of_scope_1_are_asked_about(
    published: Figures,
    reconciled: Rows,
    year: str,
) -> None:
    recomputed = hkex_fuels(published, year)
    row = reconciled[HKEX, year, "S1 fuels", "CN10, density diesel 0.84 gasoline 0.74 kg/L"]

    (verdict,) = plausibility(
        published[HKEX, year, "ghg|S1"], [Candidate("fuels", recomputed)], tolerance=FIVE
    )

    assert float(recomputed) == pytest.approx(float(row["recomputed"]), abs=5e-3)
    assert verdict.code is Code.NOT_EXPLAINED
    assert float(verdict.ratio) == pytest.approx(float(row["ratio"]), abs=5e-4)


@pytest.mark.parametrize(
    ("year", "value", "tolerance"),
    [("2020", "0.6101", EXACT), ("2021", "0.581", EXACT), ("2022", "0.5703", Fraction("0.02"))],
)
def test_grid_factor_is_identified_from_the_figures(
    published: Figures, year: str, value: str, tolerance: Fraction
) -> None:
    kwh = published[HKEX, year, "energy_electricity|S2"] * 1000
    national = {name: kg for name, kg in GRID.items() if ":CN:" in name}

    found = plausibility(
        published[HKEX, year, "ghg|S2"],
        grid_candidates(kwh, national, expected=["CN-GRID:CN:average:2023"]),
        tolerance=tolerance,
    )

    assert found[0].code is Code.OTHER_FACTOR
    assert Fraction(value) in {GRID[v.candidate_id] for v in found}


@pytest.mark.parametrize("year", ["2020", "2021", "2022", "2023", "2024"])
def test_gross_heat_needs_the_net_factor_brought_to_its_basis(
    published: Figures,
    reconciled: Rows,
    year: str,
) -> None:
    factors = {fuel: per_gj(fuel) for fuel in NET_OVER_GROSS}
    right, wrong = heat_candidates(
        shinmaywa_gross(published, year), factors, net_over_gross=NET_OVER_GROSS
    )
    row = reconciled["ShinMaywa", year, "S1", "CN24 (NCV) applied to gross GJ"]
    tolerance = Fraction(6, 100)

    (honest,) = plausibility(
        published["ShinMaywa", year, "ghg|S1"], [right, wrong], tolerance=tolerance
    )
    (mistaken,) = plausibility(wrong.value, [right, wrong], tolerance=tolerance)

    assert float(wrong.value) == pytest.approx(float(row["recomputed"]), abs=5e-3)
    assert honest.code is Code.REPRODUCED
    assert mistaken.code is Code.NET_ON_GROSS


def test_shipped_ratios_of_heating_values_are_those_used_here() -> None:
    shipped = {
        r["item"]: r["value"] for r in tables.read("plausibility") if r["kind"] == "net_over_gross"
    }

    assert shipped["gas"] == NET_OVER_GROSS["CN24:natural_gas"]
    assert shipped["oil"] == NET_OVER_GROSS["CN24:fuel_oil"]


@pytest.mark.parametrize(
    ("quantity", "factors", "metric", "amount", "factor"),
    [
        ("S1 city gas", "CN24 2.162 t/1000 m3", "city_gas", "energy_city_gas|S1",
         per_t("CN24:natural_gas") / 10),
        ("S1 LPG+LNG", "CN24 LPG 2.954 t/t", "LPG, LNG", "energy_lpg_lng|S1", per_t("CN24:lpg")),
        ("S1 fuel oils", "CN24 diesel 0.84 kg/L", "fuel oils", "energy_fuel_oils|S1",
         DENSITY["diesel"] * per_t("CN24:diesel")),
    ],
)  # fmt: skip
def test_fuels_by_amount_reproduce_what_is_printed(
    published: Figures,
    reconciled: Rows,
    quantity: str,
    factors: str,
    metric: str,
    amount: str,
    factor: Fraction,
) -> None:
    row = reconciled[HITACHI, "2019", quantity, factors]
    recomputed = published[HITACHI, "2019", amount] * factor

    (verdict,) = plausibility(
        Fraction(row["published"]), [Candidate(metric, recomputed)], tolerance=FIVE
    )

    assert float(recomputed) == pytest.approx(float(row["recomputed"]), rel=2e-4)
    assert verdict.code is Code.REPRODUCED


def test_city_gas_in_gross_heat_is_told_apart(
    published: Figures,
    reconciled: Rows,
) -> None:
    right, wrong = heat_candidates(
        {"CN24:natural_gas": published[HITACHI, "2019", "energy_city_gas_gj|S1"]},
        {"CN24:natural_gas": per_gj("CN24:natural_gas")},
        net_over_gross=NET_OVER_GROSS,
    )
    row = reconciled[HITACHI, "2019", "S1 city gas", "CN24 per GJ"]

    assert float(wrong.value) == pytest.approx(float(row["recomputed"]), abs=5e-3)
    assert plausibility(Fraction(17_400), [right, wrong], tolerance=FIVE)[0].code is Code.REPRODUCED
    assert plausibility(wrong.value, [right, wrong], tolerance=FIVE)[0].code is Code.NET_ON_GROSS


@pytest.mark.parametrize("year", ["FY3/2022", "FY3/2023", "FY3/2024"])
def test_fluorinated_gases_show_as_what_fuels_do_not_explain(
    published: Figures,
    reconciled: Rows,
    year: str,
) -> None:
    fuels = minebea_fuels(published, year)
    row = reconciled[MINEBEA, year, "S1 fuels only", "CN24"]

    (verdict,) = plausibility(
        published[MINEBEA, year, "ghg|S1"], [Candidate("fuels", fuels)], tolerance=FIVE
    )

    assert float(fuels) == pytest.approx(float(row["recomputed"]), rel=2e-4)
    assert verdict.code is Code.NOT_EXPLAINED
    assert Fraction(5, 2) < verdict.ratio < Fraction(7, 2)


@pytest.mark.parametrize("year", ["FY3/2022", "FY3/2023", "FY3/2024"])
def test_energy_total_is_reproduced_from_its_parts(
    published: Figures,
    reconciled: Rows,
    year: str,
) -> None:
    energy = minebea_energy(published, year)
    row = reconciled[MINEBEA, year, "total energy MWh", "CN24 NCV"]

    (verdict,) = plausibility(
        published[MINEBEA, year, "energy_total|"], [Candidate("energy", energy)], tolerance=FIVE
    )

    assert float(energy) == pytest.approx(float(row["recomputed"]), rel=2e-4)
    assert verdict.code is Code.REPRODUCED


def test_solar_in_tce_is_the_calorific_value() -> None:
    candidates = [
        Candidate("calorific", tce(Fraction(25_120_000), Fraction("0.1229"))),
        Candidate(
            "equivalent", tce(Fraction(25_120_000), Fraction("0.3015")), Meaning.OTHER_FACTOR
        ),
    ]

    (verdict,) = plausibility(Fraction(3_000), candidates, tolerance=FIVE)

    assert (verdict.code, verdict.candidate_id) == (Code.REPRODUCED, "calorific")


def test_avoided_emissions_fit_only_a_factor_of_another_place_and_year() -> None:
    kwh = Fraction(42_000_000)
    names = {
        "ets-2021": Fraction("0.581"),
        "ets-2015": Fraction("0.6101"),
        "tianjin-2021": GRID["CN-GRID:CN-TJ:average:2021"],
        "north-2012": Fraction("0.8843"),
    }

    (verdict,) = plausibility(
        Fraction(31_000),
        grid_candidates(kwh, names, expected=["ets-2021"]),
        tolerance=FIVE,
    )

    assert (verdict.code, verdict.candidate_id) == (Code.OTHER_FACTOR, "tianjin-2021")


@pytest.mark.parametrize("year", ["2020", "2021", "2022", "2023", "2024"])
def test_electricity_printed_as_primary_energy_is_noticed(published: Figures, year: str) -> None:
    primary = [r["value"] for r in tables.read("plausibility") if r["kind"] == "primary_energy"]

    found = is_primary_energy(
        published["ShinMaywa", year, "energy_electricity_grid|S2"],
        published["ShinMaywa", year, "ghg|S2 market"],
        range_kg_per_kwh=(Fraction("0.3"), Fraction("0.6")),
        primary_mj_per_kwh=primary,
    )

    assert found in primary


def test_electricity_in_final_energy_is_left_alone() -> None:
    found = is_primary_energy(
        Fraction(3_600), Fraction(530), range_kg_per_kwh=(Fraction("0.3"), Fraction("0.6")),
        primary_mj_per_kwh=[Fraction(9)],
    )  # fmt: skip

    assert found is None


@pytest.mark.parametrize(
    "scale", [Fraction(10), Fraction(1, 10), Fraction(1000), Fraction(1, 1000)]
)
def test_extra_digit_and_thousand_tonnes_are_unit_slips(scale: Fraction) -> None:
    expected = [Candidate("fuels", Fraction(12_345))]

    (verdict,) = plausibility(Fraction(12_345) * scale, expected, tolerance=FIVE)

    assert verdict.code is Code.UNIT_SLIP
    assert plausibility_finding(verdict).code == "PLAUSIBLE_UNIT_SLIP"


def test_country_rows_below_the_printed_total_are_noticed(published: Figures) -> None:
    parts = [
        value
        for (company, year, metric), value in published.items()
        if company == "Lenovo"
        and year == "2022/23"
        and metric.startswith("ghg [")
        and metric.endswith("|S1")
    ]

    verdict = check_parts(published["Lenovo", "2022/23", "ghg|S1"], parts, quantum=Fraction(1))

    assert sum(parts) == 4_924
    assert verdict is not None
    assert verdict.code is Code.SUM_SHORT


@pytest.mark.parametrize(("year", "is_short"), [("FY3/2022", True), ("FY3/2023", False)])
def test_scope_3_total_short_of_its_categories_is_noticed(
    published: Figures, year: str, is_short: bool
) -> None:
    parts = [
        value
        for (company, at, metric), value in published.items()
        if company == MINEBEA and at == year and metric.startswith("ghg category")
    ]

    verdict = check_parts(published[MINEBEA, year, "ghg|S3"], parts, quantum=Fraction(1_000))

    assert (verdict is not None and verdict.code is Code.SUM_OVER) is is_short


def test_rounding_alone_is_no_finding_and_no_parts_is_none() -> None:
    assert check_parts(Fraction(10), [Fraction(3)] * 3, quantum=Fraction(1)) is None
    assert check_parts(Fraction(10), [], quantum=Fraction(1)) is None


def test_reported_energy_is_reproduced_by_one_of_the_conventions() -> None:
    energy = Energy(Fraction(114_000), Fraction(182_000), None, by_item={}, not_counted=())

    (verdict,) = check_reported_energy(energy, Fraction(115_900), tolerance=FIVE)
    slip = check_reported_energy(energy, Fraction(1_159_000), tolerance=FIVE)
    unknown = check_reported_energy(
        Energy(None, None, None, by_item={}, not_counted=()), Fraction(1), tolerance=FIVE
    )

    assert (verdict.code, verdict.candidate_id) == (Code.REPRODUCED, "calorific")
    assert slip[0].code is Code.UNIT_SLIP
    assert unknown == ()


def test_nothing_to_compare_with_gives_no_verdict() -> None:
    assert plausibility(Fraction(1), [], tolerance=FIVE) == ()
