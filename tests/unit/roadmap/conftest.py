"""Fixtures: a company like the sample workbook, as the inventory would hand it to the plan."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.catalog import tables
from tanlu.kernel.plan import BaseYear, CarrierFact, PurchaseFact, SiteFact
from tanlu.measures.catalogue import offers_for
from tanlu.measures.enduse import split
from tanlu.roadmap.situation import Settings, case_from, scenario_series

if TYPE_CHECKING:
    from collections.abc import Callable

# id, unit, scope, MWh per unit, kgce per unit, kg CO2 per unit: round figures for a test
CARRIERS = (
    ("electricity", "kWh", 2, "0.001", "0.1229", "0.5978"),
    ("natural_gas", "Nm3", 1, "0.0108", "1.33", "2.1622"),
    ("diesel", "kg", 1, "0.01202", "1.4571", "3.096"),
    ("gasoline", "kg", 1, "0.0122", "1.4714", "2.925"),
    ("steam", "MJ", 2, "0.000277778", "0.03412", "0.11"),
    ("propane", "kg", 1, "0.01286", "1.7143", "2.996"),
    ("lpg", "kg", 1, "0.01312", "1.7143", "3.101"),
    ("co2_shielding", "kg", 1, None, None, "1"),
)
# site: electricity 10 MWh, gas 10^4 Nm3, diesel t, gasoline t, steam GJ, propane t, lpg t, CO2 t
SITES: dict[str, tuple[str, ...]] = {
    "heavy": ("16699.54", "1647.58", "2346.37", "96.01", "183087", "408.69", "0", "987.43"),
    "park": ("9206.66", "724.05", "1171.08", "61.3", "0", "159.68", "58.08", "309.63"),
    "changzhou": ("8079.9", "933.94", "957.94", "43.83", "97151", "230.58", "0", "643.84"),
    "xian": ("3879.88", "411.94", "318.06", "18.28", "41095", "85.6", "31.32", "220.13"),
}
SCALE = (10**4, 10**4, 1000, 1000, 1000, 1000, 1000, 1000)


@pytest.fixture(scope="session", name="base_year")
def make_base_year() -> BaseYear:
    """Return the base year's facts."""
    purchases = []
    for site, amounts in SITES.items():
        for (name, *_, ef), amount, scale in zip(CARRIERS, amounts, SCALE, strict=True):
            quantity = Fraction(amount) * scale
            if quantity:
                mg = round(quantity * Fraction(ef) * 10**6) + 7  # as if rounded row by row
                market = mg
                if name == "electricity" and site == "heavy":
                    market = round((quantity - 20_000_000) * Fraction("0.62") * 10**6) + 3
                purchases.append(PurchaseFact(site, name, quantity, mg, market, mg // 9))
    carriers = tuple(
        CarrierFact(
            name,
            unit,
            scope,
            Fraction(energy) if energy else None,
            Fraction(coal) if coal else None,
            Fraction("0.3015") if name == "electricity" else Fraction(coal) if coal else None,
        )
        for name, unit, scope, energy, coal, _ in CARRIERS
    )
    sites = (
        SiteFact("changzhou", "Jiangsu", Fraction(4_100_000)),
        SiteFact("heavy", "Jiangsu", Fraction(13_600_000), claims_kwh=Fraction(20_000_000)),
        SiteFact("park", "Jiangsu", Fraction(5_820_000)),
        SiteFact("xian", "Shaanxi"),
    )
    other = {"scope3": 900_000 * 10**9 + 11}
    return BaseYear(2024, carriers, sites, tuple(purchases), other, Fraction(91_780_000_000))


@pytest.fixture(scope="session", name="sample_case")
def make_sample_case(base_year: BaseYear) -> Callable[..., dict[str, Any]]:
    """Return a maker of the company's case with the shipped catalogue and base scenario."""
    return lambda **choices: _case(base_year, choices)


def _case(base: BaseYear, choices: dict[str, Any]) -> dict[str, Any]:
    uses = split(base, tables.read("end_use_share"), sector="machinery")
    offers = offers_for(tables.read("measure"), base, uses, sector="machinery")
    series = scenario_series(tables.read("scenario_path"), "base")
    targets: tuple[dict[str, Any], ...] = (
        {
            "id": "cap",
            "kind": "absolute",
            "levels": {"2030": 270_000, "2035": 200_000, "2050": 100_000},
        },
        {"id": "peak", "kind": "peak", "year": 2027},
        {
            "id": "re",
            "kind": "renewable_share",
            "levels": {"2030": "0.3", "2035": "0.5", "2050": "0.8"},
        },
    )
    last = choices.get("last_year", 2060)
    for target in targets:
        if "levels" in target:
            target["levels"] = {y: v for y, v in target["levels"].items() if int(y) <= last}
    settings = Settings(
        budget=choices.pop("budget", Fraction(60_000_000)),
        targets=choices.pop("targets", targets),
        **choices,
    )
    return case_from(base, uses, offers, series, settings=settings)
