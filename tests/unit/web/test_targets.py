"""The screen of targets: what stands there, how one is set, changed and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser

_ABSOLUTE = {"kind": "absolute", "scope": "1+2", "basis": "market", "year": "2035"}


def test_each_target_stands_with_its_rules_their_source_and_the_gap(reading: Browser) -> None:
    told = text_of(reading.get("/targets", lang="en"))

    assert "Scopes 1 and 2 30 % below 2023 in 2030" in told
    assert "SBTi Corporate Net-Zero Standard v1.3.1 · Criterion C18, absolute contraction" in told
    assert "1.0 years ahead" in told
    assert "The inventory of 2024 is incomplete" in told


def test_the_same_in_chinese(reading: Browser) -> None:
    told = text_of(reading.get("/targets", lang="zh"))

    assert "自身路径（自 2023 年）" in told
    assert "提前 1.0 年" in told


def test_published_targets_of_a_company_are_checked_by_the_rules(reading: Browser) -> None:
    told = text_of(reading.get("/targets", lang="en", company="xcmg"))

    assert "Peak in 2027" in told
    assert "CO 2 peak before 2030" in told


def test_a_target_has_the_chart_of_its_path(reading: Browser) -> None:
    page = reading.get("/targets/one", id="cut-2030", lang="en").text
    saved = reading.get("/figure/target-path-cut-2030.csv", lang="en")

    assert 'id="figure-target-path-cut-2030"' in page
    assert "data-chart" in page
    assert "2030,,276.3 kt" in saved.text.replace("\N{EM DASH}", "")


@pytest.mark.parametrize(
    ("kind", "present", "absent"),
    [
        ("peak", ("scope", "basis"), ("base_year", "level", "reduction")),
        ("renewable_share", ("level",), ("scope", "reduction")),
        ("energy_intensity", ("base_year", "base_value", "reduction", "level"), ("scope",)),
    ],
)
def test_the_form_asks_only_what_a_kind_needs(
    reading: Browser, kind: str, present: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    page = reading.get("/targets/edit", kind=kind).text

    assert all(f'name="{name}"' in page for name in present)
    assert not any(f'name="{name}"' in page for name in absent)


def test_a_target_is_set_changed_and_withdrawn(writing: Browser) -> None:
    made = writing.post("/targets/edit", **_ABSOLUTE, base_year="2023", reduction="45")
    first = text_of(writing.get("/targets/one", id="absolute-2035", lang="en"))
    changed = writing.post(
        "/targets/edit", **_ABSOLUTE, id="absolute-2035", version="1", base_year="2023",
        reduction="50%",
    )  # fmt: skip
    second = text_of(writing.get("/targets/one", id="absolute-2035", lang="en"))
    unnamed = writing.post("/targets/remove", id="absolute-2035", reason=" ")
    removed = writing.post("/targets/remove", id="absolute-2035", reason="merged")
    after = text_of(writing.get("/targets", lang="en"))

    assert made.status_code == changed.status_code == removed.status_code == 303
    assert "45.0% below 2023 in 2035" in first
    assert "50.0% below 2023 in 2035" in second
    assert "version 2" in second
    assert unnamed.status_code == 422
    assert "50.0% below 2023 in 2035" not in after


def test_an_intensity_is_typed_per_ten_thousand_yuan(writing: Browser) -> None:
    fields = {"kind": "intensity", "scope": "1+2", "basis": "market", "year": "2030"}
    writing.post("/targets/edit", **fields, level="0.012")

    told = text_of(writing.get("/targets/one", id="intensity-2030", lang="en"))
    form = writing.get("/targets/edit", id="intensity-2030").text

    assert "0.01200 t CO 2 e/10⁴ CNY in 2030" in told
    assert 'value="0.012"' in form


def test_what_is_wrong_stands_on_top_and_beside_its_field(writing: Browser) -> None:
    answer = writing.post("/targets/edit", **_ABSOLUTE, base_year="2040", reduction="30")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'id="year-about" class="bad"' in answer.text
    assert 'value="2040"' in answer.text


def test_of_two_changes_the_second_is_asked_which_stays(writing: Browser) -> None:
    fields = {**_ABSOLUTE, "base_year": "2023"}
    writing.post("/targets/edit", **fields, reduction="45")
    writing.post("/targets/edit", **fields, id="absolute-2035", version="1", reduction="50")
    late = writing.post(
        "/targets/edit", **fields, id="absolute-2035", version="1", reduction="60", lang="en"
    )

    assert late.status_code == 409
    assert 'value="60"' in late.text
    assert "50" in text_of(late)
    assert 'name="version" value="2"' in late.text


def test_names_are_shown_as_they_are_written(writing: Browser) -> None:
    for place, name in enumerate(HOSTILE):
        fields = _ABSOLUTE | {"year": str(2036 + place)}
        writing.post("/targets/edit", **fields, level="1000", name=name)

    page = writing.get("/targets", lang="en")

    assert "<img src=x" not in page.text
    assert all(name in text_of(page) or name in page.text for name in HOSTILE[1:])
    assert "&lt;img src=x onerror=alert(1)&gt;" in page.text


def test_without_targets_it_says_what_to_do(empty: Browser) -> None:
    told = text_of(empty.get("/targets", lang="en"))

    assert "No targets yet" in told
    assert "New target" in told


def test_a_form_without_its_token_is_refused(writing: Browser) -> None:
    answer = writing.post("/targets/edit", **_ABSOLUTE, level="1", csrf="x")

    assert answer.status_code == 403


def test_an_unknown_target_is_refused(reading: Browser) -> None:
    answer = reading.get("/targets/one", id="no-such", lang="en")

    assert answer.status_code == 404
    assert "no-such" in text_of(answer)
