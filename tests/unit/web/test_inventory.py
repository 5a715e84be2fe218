"""The inventory's screen: every sum is the figure its link opens; filters live in the address."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from html import unescape
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tanlu.app import clock
from tanlu.app.access import Principal, Role
from tanlu.app.explanations import value_of
from tanlu.app.inventory_board import TABS, held_to_sites, read_cut
from tanlu.app.inventory_pivot import ACROSS, DOWN, Cut, pivot
from tanlu.i18n.say import Say
from tanlu.inventory.figures import read_figure
from tanlu.inventory.model import Basis, tonnes
from tanlu.kernel.activity import Site
from tanlu.kernel.errors import TanluError
from tests.unit.web.conftest import HOSTILE, text_of

if TYPE_CHECKING:
    from tests.unit.web.conftest import Browser


@pytest.mark.parametrize("basis", list(Basis))
def test_each_cell_is_the_figure_it_opens_and_cells_add_up(reading: Browser, basis: Basis) -> None:
    taken = reading.desk.taken(2024)
    filters = [{}, {"scope": "1"}, {"site": taken.inventory.parts[0].site}, {"gas": "CO2"}]

    for down, across, where in product(DOWN, ACROSS, filters):
        if down == across or {down, across} & {*where}:
            continue
        found = pivot(taken.inventory, Cut(basis, down, across, where))
        for cell in (*found.cells.values(), *found.row_totals.values(), found.total):
            assert cell.t == tonnes(value_of(taken, read_figure(cell.figure))), cell.figure
        rows = [cell.t for cell in found.row_totals.values() if cell.t is not None]
        assert sum(rows, Decimal(0)) == (found.total.t or 0)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_shows_in_words(reading: Browser, lang: str, tab: str) -> None:
    answer = reading.get("/inventory", lang=lang, year=2024, tab=tab)

    told = text_of(answer)
    assert answer.status_code == 200
    assert Say(lang)(f"web.inventory.tab.{tab}") in told
    assert not re.search(r"\b(web|report)\.[a-z-]+\.[a-z-]+", told)


def test_the_total_tells_its_interval_and_what_it_covers(reading: Browser) -> None:
    told = text_of(reading.get("/inventory", lang="en", year=2024))

    assert re.search(r"Total, market-based [\d.]+ Mt 95% interval .* of \d+ rows", told)


def test_a_row_drills_to_its_sources_and_a_chip_takes_the_filter_away(reading: Browser) -> None:
    page = reading.get("/inventory", lang="en", year=2024).text
    link = next(
        unescape(href) for href in re.findall(r'href="([^"]+)"', page) if "category=comb" in href
    )

    opened = reading.get(link)

    told = text_of(opened)
    assert "Category: Stationary combustion ×" in told
    assert "Natural gas" in told
    assert "Purchased electricity" not in told.split("Rows with a result")[1]


def test_the_method_is_switched_in_the_address(reading: Browser) -> None:
    market = text_of(reading.get("/inventory", lang="en", year=2024))
    location = text_of(reading.get("/inventory", lang="en", year=2024, basis="location"))

    assert "Scope 2, market-based 260.3 kt" in market
    assert "Scope 2, location-based 236.3 kt" in location


def test_what_the_address_does_not_know_is_left_out() -> None:
    cut = read_cut({"by": "colour", "across": "site", "site": "A", "basis": "x"})

    assert cut == Cut(Basis.MARKET, "category", "scope", {"site": "A"})


def test_two_years_add_up_and_their_chart_can_be_saved(reading: Browser) -> None:
    page = reading.get("/inventory", lang="en", year=2024, tab="change", vs=2023)
    file = reading.get("/figure/years-2023-market-category.csv", lang="en", year=2024)
    flows = reading.get("/figure/flows-location.svg", lang="en", year=2024)

    assert "From 2023 to 2024" in text_of(page)
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    column = next(name for name in rows[0] if name.startswith("Difference"))
    known = [row[column].replace(",", "") for row in rows if row[column][-1:].isdigit()]
    changes = [Decimal(text) for text in known]
    assert abs(sum(changes[:-1]) - changes[-1]) < Decimal("0.05")
    assert flows.text.startswith("<svg")


def test_a_year_without_rows_says_what_to_do(reading: Browser) -> None:
    assert "There are no rows of 2019" in text_of(reading.get("/inventory", lang="en", year=2019))


def test_an_empty_workspace_sends_to_the_import(empty: Browser) -> None:
    answer = empty.get("/inventory", lang="en")

    assert answer.status_code == 200
    assert "/import?lang=en" in answer.text


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_in_address_and_data_stand_as_typed(writing: Browser, word: str) -> None:
    workspace = writing.desk.workspace
    first = workspace.sites()[0]
    renamed = Site(first.id, first.province, word)
    workspace.register_sites([renamed], at=clock.now(), actor="t", reason="")

    page = writing.get("/inventory", lang="en", year=2024)
    filtered = writing.get("/inventory", lang="en", year=2024, site=word)

    assert word in text_of(page)
    assert "<img src=x" not in page.text + filtered.text
    assert "Nothing is left with these filters" in text_of(filtered)


def test_somebody_held_to_a_site_gets_its_sums_alone() -> None:
    held = Principal("wang", Role.DATA_ENTRY, frozenset({"A"}))

    assert held_to_sites({"by": "item"}, held) == {"site": "A", "by": "item"}
    for asked in ({"site": "B"}, {"tab": "flows"}):
        with pytest.raises(TanluError, match=r"gate\.denied"):
            held_to_sites(asked, held)
