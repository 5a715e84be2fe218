"""Calculators: the list, forms made from the inputs, answers, and measures made of them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.app import calculator_forms, calculators, own_measures
from tanlu.i18n.say import Say
from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser

PUMP = "/calculators/pump-speed-control"
# The pump of the guide: 300 m3/h against 50 m, 15 m of it static, at three loads.
FIELDS = {
    "v.flow.0": "300", "u.flow": "m3/h", "v.head.0": "50", "u.head": "m",
    "v.head_static.0": "15", "v.head_shutoff.0": "60", "v.efficiency_pump.0": "78%",
    "v.efficiency_motor.0": "0.94", "v.efficiency_drive.0": "0.97",
    "t.profile.0.fraction_flow": "1", "t.profile.0.hours": "1,000",
    "t.profile.1.fraction_flow": "0.8", "t.profile.1.hours": "3000",
    "t.profile.2.fraction_flow": "60%", "t.profile.2.hours": "3000",
    "v.price_electricity.0": "0.7", "v.investment.0": "12", "u.investment": "万元",
    "v.life.0": "10",
}  # fmt: skip


def test_every_calculator_is_listed_by_area_and_found_by_its_words(reading: Browser) -> None:
    every = reading.get("/calculators", lang="en").text
    found = text_of(reading.get("/calculators", lang="en", q="pinch"))

    assert all(f"/calculators/{kind.id}?" in every for kind in calculators.known_calculators())
    assert "Heat integration (pinch) 2" in found
    assert "Pumps" not in found.split("Find", 1)[1]


def test_each_calculator_has_a_form_with_all_its_inputs(reading: Browser) -> None:
    for calculator in calculators.known_calculators():
        page = reading.get(f"/calculators/{calculator.id}", lang="zh")
        assert page.status_code == 200, calculator.id
        for value in calculator.inputs:
            assert re.search(rf'name="[vlt]\.{re.escape(value.name)}["\.]', page.text), value.name


def test_the_answer_is_that_of_the_terminal(reading: Browser) -> None:
    inputs = calculator_forms.read("pump-speed-control", FIELDS)
    body = calculators.calculated_body("pump-speed-control", inputs, say=Say("en"))

    told = text_of(reading.post(f"{PUMP}?lang=en", **FIELDS))

    saved = Say("en").exact(f"{body['outputs']['energy_saved']['value']:.6g}")
    assert saved in told
    assert body["outputs"]["investment"]["value"] == pytest.approx(120_000)
    assert "Density" in told.split("taken by default", 1)[1]


def test_numbers_are_read_as_people_type_them() -> None:
    assert calculator_forms.number("\N{FULLWIDTH DIGIT ONE},200.5") == (Decimal("1200.5"), False)
    assert calculator_forms.number("12.5%") == (Decimal("12.5"), True)
    assert calculator_forms.number("\N{MINUS SIGN}3") == (Decimal(-3), False)
    assert calculator_forms.number("3O3") == ("3O3", False)
    assert calculator_forms.number("1,5") == ("1,5", False)


def test_what_is_wrong_stands_beside_its_field(reading: Browser) -> None:
    answer = reading.post(f"{PUMP}?lang=en", **(FIELDS | {"v.head.0": "5O", "v.flow.0": ""}))

    assert answer.status_code == 422
    told = text_of(answer)
    assert '"5O" is not a number' in told
    assert "Fill this in" in told
    assert 'value="5O"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2


def test_a_cell_of_a_table_is_told_in_its_row(reading: Browser) -> None:
    answer = reading.post(f"{PUMP}?lang=en", **(FIELDS | {"t.profile.1.hours": "x"}))

    assert answer.status_code == 422
    cell = re.search(r'name="t\.profile\.1\.hours"[^>]*>', answer.text)
    assert cell is not None
    assert 'aria-invalid="true"' in cell[0]


def test_rows_and_cases_are_added_without_a_script(reading: Browser) -> None:
    more = reading.post(PUMP, **FIELDS, more="profile").text
    cases = reading.post(PUMP, **FIELDS, more="cases").text

    assert 'name="t.profile.3.hours"' in more
    assert 'value="1,000"' in more
    assert 'name="v.flow.1"' in cases


def test_cases_are_answered_side_by_side(reading: Browser) -> None:
    inputs = {"v.flow.0": "30", "v.flow.1": "60", "u.flow": "m3/min",
              "v.specific_power_old.0": "7", "v.specific_power_old.1": "",
              "v.specific_power_new.0": "6", "v.hours.0": "6000"}  # fmt: skip
    path = "/calculators/compressed-air-compressor-replacement?lang=en"

    told = text_of(reading.post(path, **inputs))

    # One kW min/m3 less at 30 and 60 m3/min for 6,000 hours.
    assert "180,000 360,000 kWh/yr" in told


def test_pasted_rows_take_the_place_of_the_table(reading: Browser) -> None:
    streams = "H1\t250\t40\t0.15\nH2\t200\t80\t0.25\nC1\t20\t180\t0.2\nC2\t140\t230\t0.3"
    fields = {"p.streams": streams, "v.temperature_difference_min.0": "10"}

    answer = reading.post("/calculators/pinch-analysis?lang=en", **fields)

    # The four-stream problem of Linnhoff and Flower: 7.5 hot, 10 cold, pinch at 145.
    told = text_of(answer)
    assert "7.5 kW" in told
    assert 'id="figure-pinch"' in answer.text
    assert "data-chart" in answer.text


def test_an_answer_becomes_a_measure_with_the_calculation_as_evidence(writing: Browser) -> None:
    offered = writing.post(f"{PUMP}?lang=en", **FIELDS)
    site = re.search(r'<select id="site".*?<option value="([^"]+)"', offered.text, re.DOTALL)
    assert site is not None
    sent = {**FIELDS, "site": site[1], "carrier": "electricity", "capex": "120000", "life": "10",
            "reason": "calculated"}  # fmt: skip

    refused = writing.post(f"{PUMP}/measure?lang=en", **(sent | {"capex": ""}))
    made = writing.post(f"{PUMP}/measure?lang=en", **sent)
    stored = own_measures.own_measures(writing.desk.workspace)[0]
    kind, _, mark = stored.source.partition("#")
    evidence = writing.get(f"/calculators/{kind}", calculation=mark, lang="en")

    body = calculators.calculated_body(
        kind, calculator_forms.read("pump-speed-control", FIELDS), say=Say("en")
    )
    assert refused.status_code == 422
    assert made.status_code == 303
    assert float(stored.amount) == pytest.approx(body["outputs"]["energy_saved"]["value"])
    assert 'value="300"' in evidence.text
    assert "Answer" in text_of(evidence)


def test_words_are_shown_as_they_are_written(reading: Browser) -> None:
    for name in HOSTILE:
        page = reading.post("/calculators/pinch-analysis", **{"t.streams.0.name": name})
        searched = reading.get("/calculators", q=name)
        assert "<img src=x" not in page.text + searched.text
        assert "49" not in text_of(searched).split("}}")[0]


def test_the_api_calculates_what_the_terminal_does(reading: Browser) -> None:
    listed = reading.get("/api/calculators", area="pinch").json()
    one = reading.get("/api/calculators/motor-load").json()
    inputs = {"power_rated": {"value": 75, "unit": "kW"}}
    wrong = reading.send("/api/calculators/motor-load", inputs)
    unknown = reading.get("/api/calculators/no-such")

    assert [row["kind"] for row in listed["calculators"]] == ["pinch-analysis", "pinch-heat-pump"]
    assert one["calculators"][0]["inputs"]
    assert wrong.status_code == 422
    assert wrong.json()["findings"]
    assert unknown.status_code == 404


def test_the_api_opens_no_file_of_the_server(reading: Browser) -> None:
    answer = reading.send("/api/calculators/solar-yield", {"weather_file": "/etc/passwd"})

    assert answer.status_code == 422
    assert any(
        row["code"] == "CALC_INPUT_UNKNOWN" and row["cell"] == "weather_file"
        for row in answer.json()["findings"]
    )


def test_choices_are_words_of_the_language() -> None:
    zh, en = Say("zh"), Say("en")

    assert calculator_forms.choice_words("load_unload", zh) == "加卸载"
    assert calculator_forms.choice_words("CN-JS", en) == "Jiangsu"
    assert calculator_forms.choice_words("forklift_battery", en) == "Battery forklift, 3 t"
    assert calculator_forms.choice_words("natural_gas", zh) == "天然气"
    assert calculator_forms.choice_words("fast-grid", en) == "Fast grid"
    assert calculator_forms.choice_words("1 1/4", zh) == "1 1/4"
