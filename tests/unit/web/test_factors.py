"""The factors' screen: library, one in full, editions side by side, project factors, claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tanlu.app.own_factors import stored_factor
from tanlu.i18n.say import Say
from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser

GAS = "CN24:natural_gas"
FORM = {
    "item": "natural_gas", "site": "", "stream": "main", "adopt": "", "value": "2.0",
    "unit": "Nm3", "gas": "CO2", "source": "Analysis 7", "reason": "own gas", "first_year": "",
    "last_year": "", "drawn": "",
}  # fmt: skip
NAME = "natural_gas:main"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/factors", "/factors?used=1&year=2024", f"/factors/one?id={GAS}", "/factors/own",
        "/factors/own?item=electricity", f"/factors/compare?id={GAS}&id=CNETS:natural_gas",
        "/factors/claim", "/factors/claim?kwh=12GWh&tco2=6367",
    ],
)  # fmt: skip
def test_every_page_shows_in_words(reading: Browser, path: str, lang: str) -> None:
    answer = reading.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")

    assert answer.status_code == 200
    assert not re.search(r"\b(web|report|cli)\.[a-z-]+\.[a-z-]+", text_of(answer))


def test_filters_narrow_the_library(reading: Browser) -> None:
    every = text_of(reading.get("/factors", lang="en"))
    grid = text_of(reading.get("/factors", lang="en", set="CN-GRID", data_year="2022"))
    none = text_of(reading.get("/factors", lang="en", q=HOSTILE[0]))

    assert "Natural gas" in every
    assert "2022" in grid
    assert "DESNZ2025" not in grid.split("Document", 1)[1]
    assert "No factor matches" in none


def test_a_used_factor_tells_rows_reason_and_what_lost(reading: Browser) -> None:
    answer = reading.get("/factors/one", lang="en", id=GAS, year=2024)

    told = text_of(answer)
    assert "Natural gas: 47 rows · 80.38 kt" in told
    assert "its set is not in the profile" in told
    assert 'data-figure="inv/2024/' in answer.text


def test_small_values_have_no_exponent(reading: Browser) -> None:
    told = text_of(reading.get("/factors/one", lang="en", id="IPCC2006:natural_gas"))

    assert "0.000048" in told
    assert "e-0" not in told


def test_an_unknown_factor_is_not_there(reading: Browser) -> None:
    answer = reading.get("/factors/one", lang="en", id="CN24:natural_gaz")

    assert answer.status_code == 404
    assert GAS in text_of(answer)


def test_the_effect_is_shown_first_and_nothing_is_written(writing: Browser) -> None:
    head = writing.desk.head()

    tried = writing.post("/factors/own", **FORM, step="try")

    told = text_of(tried)
    assert tried.status_code == 200
    assert "6,029" in told
    assert writing.desk.head() == head


def test_it_is_used_once_saved_and_taken_out_again(writing: Browser) -> None:
    saved = writing.post("/factors/own", **FORM, step="save")
    listed = text_of(writing.get("/factors/own", lang="en"))
    opened = text_of(writing.get("/trace/inv/2024/scope1/item=natural_gas", lang="en"))
    unexplained = writing.post("/factors/own/remove", name=NAME, reason=" ")
    removed = writing.post("/factors/own/remove", name=NAME, reason="back")

    assert saved.status_code == 303
    assert "Analysis 7" in listed
    assert "a project factor of this workspace" in opened
    assert unexplained.status_code == 422
    assert removed.status_code == 303
    assert stored_factor(writing.desk.workspace, NAME) is None


def test_what_is_wrong_keeps_what_was_typed(reading: Browser) -> None:
    answer = reading.post("/factors/own", **{**FORM, "unit": "kWn", "reason": HOSTILE[0]})

    assert answer.status_code == 422
    assert 'value="kWn"' in answer.text
    assert "&lt;img src=x" in answer.text
    assert HOSTILE[0] not in answer.text


def test_a_change_by_somebody_else_meanwhile_is_a_choice(writing: Browser) -> None:
    writing.post("/factors/own", **FORM, step="save")

    late = writing.post("/factors/own", **{**FORM, "value": "1.5"}, step="save")
    drawn = re.search(r'name="drawn" value="([^"]+)"', late.text)
    assert drawn is not None
    mine = {**FORM, "value": "1.5", "drawn": drawn[1]}
    again = writing.post("/factors/own", **mine, step="save")

    assert late.status_code == 409
    assert Say("zh")("web.factors.own.theirs", value="2 kg", source="", reason="")[:9] in text_of(
        late
    )
    assert again.status_code == 303
    kept = stored_factor(writing.desk.workspace, NAME)
    assert kept is not None
    assert kept["value"] == "1.5"


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_stand_as_typed(writing: Browser, word: str) -> None:
    writing.post("/factors/own", **{**FORM, "reason": word, "source": word}, step="save")

    page = writing.get("/factors/own", lang="en")
    claim = writing.get("/factors/claim", lang="en", kwh=word, tco2="1")

    assert text_of(page).count(word) >= 2
    assert "<img src=x" not in page.text + claim.text
    assert claim.status_code == 422


def test_a_claim_says_which_constant_reproduces_it(reading: Browser) -> None:
    say = Say("en")
    told = text_of(reading.get("/factors/claim", lang="en", kwh="12GWh", tco2="6367"))

    assert say("report.claim.REPRODUCED") in told
    assert "China 2023 average" in told


def test_an_empty_workspace_has_a_library_too(empty: Browser) -> None:
    assert empty.get("/factors", lang="en").status_code == 200
    assert "Published factors are used throughout" in text_of(empty.get("/factors/own", lang="en"))
