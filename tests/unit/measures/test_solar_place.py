"""A site whose city is known gets that city's solar yield in place of the template's."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tanlu.catalog import tables
from tanlu.kernel.plan import BaseYear, CarrierFact, EndUseFact, Evidence, SiteFact
from tanlu.measures.catalogue import offers_for
from tanlu.measures.solar.resource import city_of_site

CITIES = tables.read("solar_city")
MWH = Fraction(1, 1000)


@pytest.mark.parametrize(
    ("site", "province", "city"),
    [
        ("徐州重型厂", "CN-JS", "徐州市"),
        ("Xuzhou heavy plant", "CN-JS", "徐州市"),
        ("浦东一厂", "CN-SH", "上海市"),
        ("吉林工厂", "CN-JL", None),
        ("徐州重型厂", "", None),
        ("总厂", "CN-JS", None),
        ("台中一厂", "TW", "台中市"),
        ("新竹一厂", "TW", None),
        ("海南工厂", "CN-HI", None),
    ],
)
def test_the_name_of_a_site_tells_its_city(site: str, province: str, city: str | None) -> None:
    row = city_of_site(site, province, CITIES)

    assert (row and row["name_zh"]) == city


def test_the_roof_of_a_known_city_is_sized_with_its_yield() -> None:
    base = BaseYear(
        year=2024,
        carriers=(CarrierFact("electricity", "kWh", 2, MWH),),
        sites=(SiteFact("徐州厂", "CN-JS"), SiteFact("总厂", "CN-JS")),
        purchases=(),
        other_mg={},
        output=Fraction(1),
    )
    uses = tuple(
        EndUseFact(
            f"{site}/electricity/motor",
            site,
            "electricity",
            "motor",
            Fraction(10_000_000),
            Evidence.TEMPLATE,
        )
        for site in ("徐州厂", "总厂")
    )
    city = city_of_site("徐州厂", "CN-JS", CITIES)
    assert city is not None
    rows = [row for row in tables.read("measure") if row["id"] == "e_pv_roof"]

    offers = {
        offer.site: offer
        for offer in offers_for(rows, base, uses, sector="machinery", cities={"徐州厂": city})
    }

    assert offers["总厂"].size == -(-1_500_000 // 1100)
    assert offers["徐州厂"].size == -(-1_500_000 // int(city["yield_flat"]))
    assert "cdsrd-2021" in offers["徐州厂"].source
    assert "cdsrd" not in offers["总厂"].source
