"""Welcome: a company from the form and its first file, the worked company, a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tanlu.app import workspaces
from tests.unit.web.conftest import HOSTILE, Browser, text_of
from tests.unit.web.test_imports import TIDY, posted, settled, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[Browser]:
    """Return a browser on a folder that is no workspace yet."""
    opened = Browser(tmp_path / "new")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("用自己的数据", "五个步骤")), ("en", ("Start with your own data", "Five steps"))],
)
def test_an_empty_folder_shows_three_ways(
    nothing: Browser, lang: str, words: tuple[str, ...]
) -> None:
    assert nothing.get("/").headers["location"].startswith("/welcome")
    assert nothing.get("/import").headers["location"].startswith("/welcome")
    shown = text_of(nothing.get("/welcome", lang=lang))
    assert all(word in shown for word in words)


def test_a_company_and_its_first_file_become_an_inventory(nothing: Browser) -> None:
    sent = [("files", ("台账.csv", TIDY.encode()))]
    answer = nothing.upload("/import/company", sent, name=HOSTILE[0], province="CN-JS")
    shown = settled(nothing, answer)
    assert HOSTILE[0] not in shown.text
    posted(nothing, token_of(answer))
    assert nothing.desk.years() == (2024,)
    assert [site.province for site in nothing.desk.workspace.sites()] == ["CN-JS"]
    assert nothing.get("/").status_code == 200
    steps = nothing.get("/welcome", lang="en")
    assert steps.text.count('class="done"') >= 2


@pytest.mark.parametrize(
    ("name", "province", "told"), [("", "CN-JS", "no name"), ("A", "", "province"), ("A", "X", "X")]
)
def test_a_company_half_told_is_refused_and_nothing_is_made(
    nothing: Browser, name: str, province: str, told: str
) -> None:
    answer = nothing.upload("/import/company?lang=en", [], name=name, province=province)
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert not nothing.desk.has_workspace


def test_a_company_is_made_once(empty: Browser) -> None:
    assert empty.post("/import/company", name="B", province="CN-JS").status_code == 422
    assert empty.desk.workspace.settings.name == "Empty"
    assert empty.post("/welcome/demo", case="machinery").status_code == 422


def test_the_worked_company_is_loaded_as_a_job_the_page_follows(nothing: Browser) -> None:
    answer = nothing.post("/welcome/demo?lang=en", case="machinery")
    shown = nothing.get(answer.headers["location"])
    assert "data-follow" in shown.text
    job = nothing.desk.jobs.list()[0].id
    nothing.post(f"/jobs/{job}/cancel")


def test_an_unknown_worked_company_is_refused(nothing: Browser) -> None:
    assert nothing.post("/welcome/demo", case="../x").status_code == 422
    assert not nothing.desk.has_workspace


def test_a_template_is_a_workbook(nothing: Browser) -> None:
    answer = nothing.get("/welcome/template", sector="machinery")
    assert answer.content.startswith(b"PK")
    assert nothing.get("/welcome/template", sector="../x").status_code == 422


def test_the_steps_are_those_of_the_workspace(reading: Browser, company: Path) -> None:
    assert workspaces.open_workspace(company).sites()
    shown = reading.get("/welcome", lang="en")
    assert shown.text.count('class="done"') >= 3
    assert "Go to Import" in text_of(shown)
