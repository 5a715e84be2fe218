"""Measures: the catalogue and its filters, own measures, and the equipment register."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tanlu.app import access, equipment_board, measure_board, own_forms, own_measures
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tanlu.web.held import demand
from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser

SITE = "常州基地"
OWN = {"site": SITE, "carrier": "electricity", "saves": "120MWh", "capex": "80万", "life": "10",
       "evidence": "typed", "reason": "workshop"}  # fmt: skip


def test_the_filter_is_the_address(reading: Browser) -> None:
    found = text_of(reading.get("/measures", lang="en", sector="machinery", family="efficiency"))
    searched = text_of(reading.get("/measures", lang="en", q="LED"))

    assert "Minimum quantity" not in found
    assert "All sectors" in found
    assert "Motors to IE4" in found
    assert "LED and controls" in searched
    assert "Motors to IE4" not in searched


def test_templates_are_marked_on_card_and_page(reading: Browser) -> None:
    page = text_of(reading.get("/measures/x_led", lang="en"))

    assert "45.0% – 60.0% – 75.0%" in page
    assert "template" in page.split("Sector", 1)[0]
    assert "Templates of measures and end-use splits" in page


def test_a_measure_tells_where_it_fits_and_what_it_excludes(reading: Browser) -> None:
    page = text_of(reading.get("/measures/e_pv_roof", lang="en"))
    fits = text_of(reading.get("/measures/x_led", lang="zh"))

    assert re.search(r"Excludes .*EMC|Excludes (?!none)", page)
    assert SITE in fits
    assert "kWh" in fits


def test_measures_stand_side_by_side(reading: Browser) -> None:
    page = reading.get("/measures/compare?id=x_led&id=x_motor_ie4&lang=en")

    assert page.text.count('<th scope="col"><a') == 2
    assert "Life 8 years 15 years" in text_of(page)


def test_an_unknown_measure_is_refused(reading: Browser) -> None:
    assert reading.get("/measures/no-such").status_code == 404
    assert reading.get("/api/measures/no-such").status_code == 404
    assert reading.get("/api/measures/x_led").json()["measures"][0]["id"] == "x_led"


def test_an_own_measure_is_added_changed_and_taken_out(writing: Browser) -> None:
    made = writing.post("/measures/own", **OWN, name="Store")
    form = writing.get("/measures/own", edit="own-1", lang="en").text
    mark = re.search(r'name="mark" value="([^"]+)"', form)
    assert mark is not None
    changed = writing.post("/measures/own", **(OWN | {"life": "12"}), id="own-1", mark=mark[1])
    listed = text_of(writing.get("/measures/own", lang="en"))
    silent = writing.post("/measures/remove", id="own-1", reason="")
    removed = writing.post("/measures/remove", id="own-1", reason="withdrawn")

    assert made.status_code == changed.status_code == removed.status_code == 303
    assert 'value="120000 kWh"' in form
    assert "120,000 kWh CNY 800.0 k" in listed
    assert silent.status_code == 422
    assert own_measures.own_measures(writing.desk.workspace) == ()


def test_what_is_wrong_stands_beside_its_field(writing: Browser) -> None:
    answer = writing.post("/measures/own?lang=en", **(OWN | {"saves": "12 apples"}))
    nameless = writing.post("/measures/own?lang=en", **(OWN | {"reason": ""}))
    unproved = writing.post("/measures/own?lang=en", **(OWN | {"evidence": "quoted"}))

    assert answer.status_code == nameless.status_code == unproved.status_code == 422
    assert 'id="saves-about" class="bad"' in answer.text
    assert "Fill in: Reason" in text_of(nameless)
    assert "Fill in: Source" in text_of(unproved)
    assert "--" not in text_of(unproved)


def test_own_figures_take_the_place_of_a_template(writing: Browser) -> None:
    fields = {"measure": "x_led", "site": SITE, "saving": "55%", "capex": "600000",
              "evidence": "quoted", "source": "offer 7", "reason": "quote"}  # fmt: skip

    made = writing.post("/measures/own", **fields)
    nothing = writing.post("/measures/own?lang=en", measure="x_led", site=SITE, reason="none")
    listed = text_of(writing.get("/measures/own", lang="en"))

    assert made.status_code == 303
    assert nothing.status_code in (409, 422)
    assert "LED and controls" in listed
    assert "55.0%" in listed
    assert "offer 7" in listed


def test_of_two_changes_the_second_is_asked_which_stays(writing: Browser) -> None:
    writing.post("/measures/own", **OWN)
    late = writing.post("/measures/own?lang=en", **(OWN | {"life": "20"}), id="own-1", mark="old")

    assert late.status_code == 409
    assert "Now stored: 10" in text_of(late)


def test_names_are_shown_as_they_are_written(writing: Browser) -> None:
    for name in HOSTILE:
        writing.post("/measures/own", **OWN, name=name)

    page = writing.get("/measures/own", lang="en")

    assert "<img src=x" not in page.text
    assert "{{7*7}}" in page.text
    assert "=1+1" in page.text


def test_machines_tell_what_each_could_do_and_what_is_missing(writing: Browser) -> None:
    known = text_of(writing.get("/measures/equipment", lang="en"))
    added = writing.post(
        "/measures/equipment", machine="M-900", site=SITE, kind="motor", rating="30kW", count="2"
    )
    lacking = text_of(writing.get("/measures/equipment", lang="en", site=SITE))
    refused = writing.post("/measures/equipment?lang=en", machine="M-901", site=SITE, kind="motor")

    assert "Motors to IE4" in known
    assert "126" in known
    assert added.status_code == 303
    assert "M-900" in lacking
    assert "The list lacks" in lacking
    assert refused.status_code == 422
    assert "Fill in: Rating" in text_of(refused)


def test_an_empty_workspace_says_what_to_do(empty: Browser) -> None:
    assert "No machines yet" in text_of(empty.get("/measures/equipment", lang="en"))
    assert "There are no sites yet" in text_of(empty.get("/measures/own", lang="en"))
    assert empty.get("/measures/x_led", lang="en").status_code == 200


def test_who_is_held_to_a_site_sees_and_changes_it_alone(writing: Browser) -> None:
    desk, say = writing.desk, Say("zh")
    held = access.Principal("li", access.Role.PLANNER, frozenset({SITE}))
    sites = access.scope(held)
    writing.post("/measures/own", **OWN)
    writing.post("/measures/own", **(OWN | {"site": "西安桥箱厂", "name": "other"}))

    board = equipment_board.board(desk, say, sites=sites)
    page = measure_board.one(desk, "x_led", say, sites=sites)
    own = own_forms.own(desk.workspace, say, sites=sites)

    assert {place["site"] for place in board["sites"]} == {SITE}
    assert {place["site"] for place in page["places"]} == {SITE}
    assert [row["site"] for row in own["own"]] == [SITE]
    demand(held, "measure", site=SITE)
    with pytest.raises(TanluError, match=r"gate\.denied"):
        demand(held, "measure", site="西安桥箱厂")
