"""The hotspots' screen: ranking, drivers between two years, intensity, measures that fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tanlu.app import clock, hotspots_board
from tanlu.app.explanations import value_of
from tanlu.i18n.say import Say
from tanlu.inventory.figures import read_figure
from tanlu.kernel.activity import Site
from tanlu.report.tree import Figure, Value
from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("basis", ["market", "location"])
def test_the_screen_shows_all_parts_in_words(reading: Browser, lang: str, basis: str) -> None:
    answer = reading.get("/hotspots", lang=lang, year=2024, basis=basis)

    told = text_of(answer)
    say = Say(lang)
    assert answer.status_code == 200
    for code in ("web.hotspots.suggested", "report.table.pareto", "report.table.intensity"):
        assert say(code) in told
    assert not re.search(r"\b(web|report)\.[a-z-]+\.[a-z-]+", told)


@pytest.mark.parametrize("basis", ["market", "location"])
def test_each_amount_of_the_ranking_is_the_figure_it_opens(reading: Browser, basis: str) -> None:
    found = hotspots_board.board(reading.desk, 2024, {"basis": basis}, say=Say("en"))
    taken, opened = reading.desk.taken(2024), 0

    for figure in found["ranking"]:
        assert isinstance(figure, Figure)
        for cell in (cell for row in figure.table.rows for cell in row.cells):  # type: ignore[union-attr]
            if isinstance(cell, Value) and cell.figure:
                mg = value_of(taken, read_figure(cell.figure))
                assert mg == round(float(cell.amount or 0) * 1e9), cell.figure
                opened += 1

    assert opened > 40


def test_drivers_follow_the_year_and_the_method_of_the_address(reading: Browser) -> None:
    page = reading.get("/hotspots", lang="en", year=2023, vs=2024)
    file = reading.get("/figure/drivers-location-2023.csv", lang="en", year=2024)

    assert "2024 to 2023" in text_of(page)
    assert "Green power" in file.text


def test_measures_of_the_catalogue_stand_beside_their_source(reading: Browser) -> None:
    page = reading.get("/hotspots", lang="en", year=2024).text

    assert re.search(r'href="/measures\?lang=en&amp;year=2024&amp;carrier=electricity"', page)
    assert re.search(r'href="/measures/e_[a-z_]+\?', page)


def test_an_empty_workspace_sends_to_the_import(empty: Browser) -> None:
    answer = empty.get("/hotspots", lang="zh")

    assert answer.status_code == 200
    assert "/import?lang=zh" in answer.text


def test_a_hostile_name_of_a_site_stands_as_typed(writing: Browser) -> None:
    workspace = writing.desk.workspace
    first = workspace.sites()[0]
    renamed = Site(first.id, first.province, HOSTILE[0])
    workspace.register_sites([renamed], at=clock.now(), actor="t", reason="")

    page = writing.get("/hotspots", lang="en", year=2024)

    assert HOSTILE[0] in text_of(page)
    assert HOSTILE[0] not in page.text
