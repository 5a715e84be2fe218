"""Weather files: EPW and CSV; what a file leaves out stays out."""

from __future__ import annotations

import pytest

from tanlu.ingest.weather import read_weather
from tanlu.kernel.errors import TanluError

HEAD = ["LOCATION,Shanghai,SHH,CHN,TMYx,583670,31.198,121.336,8.0,2.9", *(["DATA"] * 7)]


def epw(*cells: dict[int, str]) -> bytes:
    lines = [",".join(hour.get(column, "0") for column in range(35)) for hour in cells]
    return "\n".join([*HEAD, *lines]).encode()


def test_an_epw_tells_its_place_and_its_hours() -> None:
    found = read_weather(epw({6: "5.5", 13: "120", 15: "80", 21: "3"}), "a.epw")

    assert found.place["latitude"] == {"value": 31.198, "unit": "deg"}
    assert found.place["time_zone"] == {"value": 8.0, "unit": "h"}
    assert found.rows == (
        {
            "temperature_air": 5.5,
            "irradiance_global": 120,
            "irradiance_diffuse": 80,
            "wind": 3,
        },
    )


def test_what_an_epw_marks_as_missing_stays_out() -> None:
    found = read_weather(epw({6: "99.9", 13: "120", 15: "80", 21: "999"}), "a.epw")

    assert found.rows == ({"irradiance_global": 120, "irradiance_diffuse": 80},)


def test_a_table_is_read_by_its_headings() -> None:
    found = read_weather("GHI,DHI,note\n100,40,x\n\n0,0,\n".encode("utf-8-sig"), "a.csv")

    assert found.rows == (
        {"irradiance_global": 100, "irradiance_diffuse": 40},
        {"irradiance_global": 0, "irradiance_diffuse": 0},
    )
    assert found.place == {}


@pytest.mark.parametrize(
    "content", [b"", b"ghi,temperature\n1,2\n", b"ghi,dhi\n1,x\n", b"LOCATION,Shanghai\n"]
)
def test_what_is_no_weather_is_refused(content: bytes) -> None:
    with pytest.raises(TanluError) as error:
        read_weather(content, "a.csv")

    assert error.value.code == "ingest.weather"
    assert error.value.facts["path"] == "a.csv"
