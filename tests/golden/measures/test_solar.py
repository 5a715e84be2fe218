"""Sun, yield and value of a plant against published figures.

Plane of array and yield: CDSRD station means of 1988-2017 with the monthly method of Klein and of
Hay and Davies at a performance ratio of 0.80, as its users print them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.catalog import tables
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.measures.solar.value import hourly_ratios, tariff_rows

if TYPE_CHECKING:
    from pathlib import Path

CITIES = {  # city: best tilt, plane of array [kWh/m2/yr], yield at it, yield at 10 degrees
    "北京市": (36, 1581, 1265, 1169),
    "上海市": (22, 1241, 993, 979),
    "广州市": (19, 1321, 1057, 1049),
    "重庆市": (11, 942, 754, 754),
    "拉萨市": (32, 2268, 1815, 1708),
    "哈尔滨市": (40, 1625, 1300, 1172),
    "乌鲁木齐市": (34, 1709, 1367, 1277),
    "徐州市": (29, 1491, 1193, 1149),
    "天津市": (34, 1515, 1212, 1138),
    "昆明市": (26, 1675, 1340, 1301),
    "海口市": (11, 1429, 1143, 1143),
    "兰州市": (34, 1888, 1510, 1411),
}
TARIFFS = {  # price in the hours of the plant against the flat price
    "徐州": 0.886,
    "广州": 1.395,
    "济南": 0.622,
    "天津": 1.206,
    "北京": 1.272,
    "合肥": 0.839,
    "西宁": 0.494,
    "贵阳": 1.243,
}


def run(kind: str, folder: Path, **given: Any) -> dict[str, Any]:
    path = folder / "in.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    body = calculation_body(kind, path, say=Say("en"))
    return {name: told["value"] for name, told in body["outputs"].items()} | {
        "codes": [finding["code"] for finding in body["findings"]]
    }


def deg(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "deg"}


@pytest.mark.parametrize("city", CITIES)
def test_a_city_yields_what_is_published(city: str, tmp_path: Path) -> None:
    tilt, plane, best, roof = CITIES[city]

    found = run("solar-yield", tmp_path, city=city, tilt=deg(tilt))
    flat = run("solar-yield", tmp_path, city=city, tilt=deg(10))

    assert abs(found["tilt_optimum"] - tilt) <= 1
    assert found["irradiation_plane"] == pytest.approx(plane, rel=0.01)
    assert found["yield"] == pytest.approx(best, rel=0.01)
    assert flat["yield"] == pytest.approx(roof, rel=0.01)
    assert sum(found["yield_month"]) == pytest.approx(found["yield"])
    assert found["performance_ratio"] == pytest.approx(0.8)


@pytest.mark.parametrize("city", ["北京市", "重庆市", "拉萨市"])
def test_a_horizontal_plane_receives_the_global_irradiation(city: str, tmp_path: Path) -> None:
    found = run("solar-yield", tmp_path, city=city, tilt=deg(0))

    assert found["irradiation_plane"] == pytest.approx(found["irradiation_global"], rel=1e-9)
    assert found["ratio_station"] == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("city", ["北京市", "重庆市", "厦门市", "西宁市"])
def test_the_table_holds_what_the_calculator_gives(city: str, tmp_path: Path) -> None:
    row = next(row for row in tables.read("solar_city") if row["name_zh"] == city)

    found = run("solar-yield", tmp_path, city=city, tilt=deg(10))

    assert found["yield"] == pytest.approx(float(row["yield_flat"]), abs=0.51)
    assert found["tilt_optimum"] == row["tilt_optimum"]


def test_modules_and_inverter_come_near_the_ratio(tmp_path: Path) -> None:
    """Monthly temperatures of Beijing; PVWatts losses; the ratio of the trade is 0.75 to 0.85."""
    air = [-3, 0.5, 7, 15, 21, 25, 27, 26, 21, 14, 5, -1]
    given = {"city": "北京", "temperature_air": {"value": air, "unit": "degC"}}

    found = run("solar-yield", tmp_path, **given, basis="module")
    hot = run(
        "solar-yield",
        tmp_path,
        city="北京",
        temperature_air={"value": [t + 10 for t in air], "unit": "degC"},
        basis="module",
    )

    assert 0.75 < found["performance_ratio"] < 0.85
    assert hot["yield"] / found["yield"] == pytest.approx(1 - 0.0034 * 10, abs=0.004)


def test_modules_ask_for_the_air(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as error:
        run("solar-yield", tmp_path, city="北京", basis="module")

    assert error.value.code == "calc.needs"


def test_the_roof_tells_the_size(tmp_path: Path) -> None:
    found = run(
        "solar-yield",
        tmp_path,
        city="徐州",
        area_roof={"value": 10_000, "unit": "m2"},
        fraction_packing=0.6,
        efficiency_module=0.2,
    )

    assert found["power_dc"] == pytest.approx(1200)
    assert found["energy"] == pytest.approx(1200 * found["yield"])
    assert sum(found["energy_month"]) == pytest.approx(found["energy"])


def test_a_weather_file_far_above_the_stations_is_doubted(tmp_path: Path) -> None:
    high = hours(tmp_path, 1.25)
    near = hours(tmp_path, 1.05)

    assert high["codes"] == ["SOLAR_WEATHER_HIGH"]
    assert high["ratio_station"] == pytest.approx(1.25, rel=0.01)
    assert near["codes"] == []


def hours(folder: Path, factor: float) -> dict[str, Any]:
    """Run a CSV of weather made of Shanghai's mean days."""
    base = run(
        "solar-yield",
        folder,
        city="上海",
        tilt=deg(0),
        power_dc={"value": 1, "unit": "kW"},
        performance_ratio=1,
    )
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    lines = ["ghi,dhi,temperature,wind"]
    for month, count in enumerate(days):
        day = [1000 * factor * v for v in base["generation"][24 * month : 24 * month + 24]]
        lines += [f"{value},{value * 0.5},20,2" for value in day] * count
    (folder / "w.csv").write_text("\n".join(lines), encoding="utf-8")
    return run("solar-yield", folder, city="上海", weather_file="w.csv")


def test_a_short_weather_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("ghi,dhi\n0,0\n", encoding="utf-8")

    with pytest.raises(TanluError) as error:
        run("solar-yield", tmp_path, city="上海", weather_file="w.csv")

    assert error.value.code == "calc.solar-hours"


def test_an_unknown_city_has_near_ones(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as error:
        run("solar-yield", tmp_path, city="徐洲")

    assert error.value.code == "calc.city-unknown"
    assert "徐州市" in error.value.facts["near"]


def test_a_place_without_stations_asks_for_its_months(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as error:
        run("solar-yield", tmp_path, city="台中市")

    assert error.value.code == "calc.solar-no-climate"


@pytest.mark.parametrize("city", TARIFFS)
def test_the_hours_of_a_tariff_weigh_as_published(city: str, tmp_path: Path) -> None:
    found = run("solar-tariff", tmp_path, city=city)

    assert found["ratio_value"] == pytest.approx(TARIFFS[city], rel=0.02)


def test_own_bands_replace_the_table(tmp_path: Path) -> None:
    band = {"months": "1-12", "hours": "0-24", "ratio": 1.7}

    found = run("solar-tariff", tmp_path, city="徐州", tariff=[band])

    assert found["ratio_value"] == pytest.approx(1.7)
    assert found["document"] is None


def test_bands_of_the_documents_as_printed() -> None:
    """Jiangsu, July, 11-13 h 0.35 and 14-22 h 1.80; Guangdong, August, 15-17 h 2.125."""
    rows = tables.read("tou_tariff")
    jiangsu = hourly_ratios(tariff_rows("CN-JS", rows))
    guangdong = hourly_ratios(tariff_rows("CN-GD", rows))

    assert list(jiangsu[6, 11:13]) == [0.35, 0.35]
    assert set(jiangsu[6, 14:22]) == {1.8}
    assert list(guangdong[7, 15:17]) == [2.125, 2.125]


P1 = {
    "power_dc": {"value": 22.836, "unit": "MW"},
    "yield_year": {"value": 1100, "unit": "kWh/kW"},
    "price_electricity": {"value": 0.65, "unit": "CNY/kWh"},
}


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ({"ownership": "own"}, 15.186e6),
        (
            {
                "ownership": "emc",
                "price_discount": {"value": 0.108678, "unit": "CNY/kWh"},
                "certificate_holder": "investor",
            },
            2.730e6,
        ),
        (
            {
                "ownership": "ppa",
                "price_contract": {"value": 0.45, "unit": "CNY/kWh"},
                "certificate_holder": "host",
            },
            5.024e6,
        ),
    ],
)
def test_who_owns_the_roof_decides_what_it_saves(
    given: dict[str, Any], saved: float, tmp_path: Path
) -> None:
    """The same 25.12 GWh in three hands."""
    found = run(
        "solar-value", tmp_path, **P1, **given, grid_factor={"value": 0.5306, "unit": "kg/kWh"}
    )

    assert found["energy"] == pytest.approx(25.12e6, rel=5e-4)
    assert found["cost_saved"] == pytest.approx(saved, abs=500)
    assert found["emission"] == pytest.approx(13_329, rel=5e-4)
    is_host = given.get("certificate_holder") != "investor"
    assert found["energy_claimed"] == (found["energy_self"] if is_host else 0)


def test_a_contract_must_tell_who_holds_the_certificates(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as error:
        run("solar-value", tmp_path, **P1, ownership="emc")

    assert error.value.code == "calc.needs"
    assert "certificate_holder" in error.value.facts["name"]


@pytest.mark.parametrize(("gwh", "million", "each"), [(25.12, 2.73, 0.1087), (42, 2.52, 0.06)])
def test_the_claims_of_the_article_are_contracts(
    gwh: float, million: float, each: float, tmp_path: Path
) -> None:
    found = run(
        "solar-claim",
        tmp_path,
        energy={"value": gwh, "unit": "GWh/yr"},
        cost_claimed={"value": million, "unit": "MCNY/yr"},
        price_electricity={"value": 0.65, "unit": "CNY/kWh"},
    )

    assert found["price_claimed"] == pytest.approx(each, abs=5e-5)
    assert found["reading"] == "third_party_contract"


def site(**given: Any) -> dict[str, Any]:
    return {
        "city": "徐州",
        "power_dc": {"value": 1000, "unit": "kW"},
        "shifts": [{"start": 8, "end": 20, "power": 600, "days_per_week": 6}],
        "power_base": {"value": 100, "unit": "kW"},
    } | given


def test_self_use_and_export_are_the_generation(tmp_path: Path) -> None:
    plain = run("solar-self-use", tmp_path, **site())
    stored = run("solar-self-use", tmp_path, **site(energy_storage={"value": 500, "unit": "kWh"}))

    for found in (plain, stored):
        parts = found["energy_self"] + found["energy_export"] + found["energy_lost"]
        assert parts == pytest.approx(found["energy"], rel=1e-9)
    assert plain["energy_lost"] == 0
    assert stored["energy_self"] > plain["energy_self"]
    assert stored["energy_lost"] == pytest.approx(
        (1 - 0.88) * (plain["energy_export"] - stored["energy_export"]), rel=1e-6
    )
    assert plain["energy_load"] == pytest.approx(100 * 8760 + 600 * 12 * 313, rel=2e-3)


@pytest.mark.parametrize("size", [300, 1000, 3000])
def test_the_bounds_of_the_plan_hold_at_every_size(size: float, tmp_path: Path) -> None:
    bounds = run("solar-self-use", tmp_path, **site())["envelope"]
    found = run("solar-self-use", tmp_path, **site(power_dc={"value": size, "unit": "kW"}))

    least = min(a * found["energy"] + b * found["energy_load"] for a, b in bounds)

    assert found["energy_self"] <= least * (1 + 1e-9)
    assert found["energy_self"] >= least * 0.97


def test_a_profile_of_288_values_serves_as_generation(tmp_path: Path) -> None:
    made = run(
        "solar-yield", tmp_path, city="徐州", tilt=deg(10), power_dc={"value": 1000, "unit": "kW"}
    )
    load = {"value": [500.0] * 24, "unit": "kW"}
    generation = {"value": made["generation"], "unit": "kW"}

    by_profile = run("solar-self-use", tmp_path, generation=generation, load=load)
    by_city = run(
        "solar-self-use", tmp_path, city="徐州", power_dc={"value": 1000, "unit": "kW"}, load=load
    )

    assert by_profile["energy_self"] == pytest.approx(by_city["energy_self"], rel=0.01)
