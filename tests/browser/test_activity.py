"""Activity data and data quality in a real browser: paste, save, undo, two people on one row."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app import demo
from tanlu.i18n.say import Say
from tests.browser.test_beginning import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

POWER = "/activity?year=2024&item=electricity&site=徐州重型厂&lang=en"
SCREENS = ("/activity?year=2024", "/activity?year=2024&view=plain", "/quality?year=2024")
VECTOR = '１,１１１.５\tkWh\n"2,222"\tMWh\n3O3\tkWh'
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample company's workspace."""
    folder = tmp_path_factory.mktemp("activity") / "workspace"
    demo.build_company("machinery", folder, say=Say("zh"), progress=lambda _code: None)
    return folder


@pytest.fixture
def served(company: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve a copy that the test may change."""
    made = Served(Path(shutil.copytree(company, tmp_path / "own")))
    yield made
    made.stop()


def opened(page: Page, served: Served, path: str = POWER) -> None:
    """Open a screen; the first one proves with the token who asks."""
    page.set_default_timeout(60_000)
    mark = "&" if "?" in path else "?"
    page.goto(f"{served.address}{path}{mark}token={served.door.token}")
    page.wait_for_load_state("networkidle")


def cell(page: Page, row: int, field: str) -> Any:
    return page.locator(".tabulator-row").nth(row - 1).locator(f'[tabulator-field="{field}"]')


def column(page: Page, field: str) -> list[str]:
    return page.locator(f'.tabulator-row [tabulator-field="{field}"]').all_inner_texts()


def paste(page: Page, row: int, field: str, text: str) -> None:
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    cell(page, row, field).click()
    page.keyboard.press("Control+v")


def save(page: Page, reason: str = "checked with the bill") -> None:
    page.locator("[data-grid-reason]").fill(reason)
    page.locator('[data-grid-action="save"]:not([disabled])').click()


def told(page: Page, text: str) -> None:
    page.wait_for_selector(f".toast >> text={text}")


def test_a_paste_is_saved_as_one_set_and_taken_back_by_the_server(
    served: Served, page: Page
) -> None:
    opened(page, served)
    page.wait_for_selector("[data-ready]")
    before = [column(page, name) for name in ("quantity", "unit", "version")]

    paste(page, 2, "quantity", VECTOR)
    page.wait_for_selector('[aria-invalid="true"]')
    save(page)
    told(page, "corrected: 2")

    assert column(page, "quantity")[1:4] == ["1111.5", "2222", "3O3"]
    assert column(page, "unit")[1:4] == ["kWh", "MWh", "kWh"]
    assert column(page, "version")[:4] == ["1", "2", "2", "1"]
    assert "3O3" in page.locator("[data-grid-faults]").inner_text()
    cell(page, 2, "quantity").click()
    page.keyboard.press("Control+z")
    told(page, "Undone")
    assert [column(page, name) for name in ("quantity", "unit")] == before[:2]
    assert page.locator("[data-grid-faults] li").count() == 0
    assert served.desk.workspace.activity().num_rows == 692


def test_pasted_rows_are_added_and_a_bad_one_is_kept_until_it_is_right(
    served: Served, page: Page, until: Callable[[str], None]
) -> None:
    opened(page, served)
    page.wait_for_selector("[data-ready]")
    site = column(page, "site")[0]
    rows = [f"{site}\tElectricity\t2025-0{n}\t{amount}\tkWh" for n, amount in ((1, 5), (2, "6Z"))]

    page.locator('[data-grid-action="add"]').click()
    until("document.querySelectorAll('.tabulator-row').length === 13")
    paste(page, 13, "site", "\n".join(rows))
    until("document.querySelectorAll('.tabulator-row').length === 14")
    save(page, "")
    told(page, "added: 1")

    assert page.locator("[data-grid-faults] li").count() == 1
    assert "6Z" in column(page, "quantity")
    assert page.locator('[data-grid-action="save"]').is_disabled(), "it is kept already"
    place = column(page, "quantity").index("6Z") + 1
    paste(page, place, "quantity", "62")
    save(page, "")
    cell(page, 1, "version").get_by_text("1").wait_for()
    assert page.locator("[data-grid-faults] li").count() == 0
    assert column(page, "quantity")[0] == "62"
    assert served.desk.workspace.activity().num_rows == 694


def test_rows_are_removed_at_the_next_save(served: Served, page: Page) -> None:
    opened(page, served)
    page.wait_for_selector("[data-ready]")
    months = column(page, "month")

    cell(page, 1, "quantity").click()
    page.locator('[data-grid-action="remove"]').click()
    page.wait_for_selector(".removed")
    page.locator('[data-grid-action="save"]').click()
    page.wait_for_selector("[data-grid-refused]:not([hidden])")
    assert "reason" in page.locator("[data-grid-refused]").inner_text()
    save(page, "counted twice")
    told(page, "cancelled: 1")

    assert column(page, "month") == months[1:]


def test_two_people_on_one_row_the_second_chooses_and_nothing_is_lost(
    served: Served, page: Page, context: BrowserContext
) -> None:
    opened(page, served)
    other = context.new_page()
    opened(other, served)
    for one in (page, other):
        one.wait_for_selector("[data-ready]")
    paste(page, 1, "quantity", "11\tMWh")
    save(page)
    told(page, "corrected: 1")

    paste(other, 1, "quantity", "22")
    paste(other, 2, "quantity", "33")
    save(other)
    other.wait_for_selector("[data-grid-refused]:not([hidden])")

    refused = other.locator("[data-grid-refused]").inner_text()
    assert "it says 11, MWh now" in refused
    assert "you wrote 22" in refused
    assert column(other, "quantity")[:2] == ["22", "33"], "what was typed stays"
    other.locator('[data-grid-action="theirs"]').click()
    assert column(other, "quantity")[:2] == ["11", "33"]
    assert column(other, "unit")[0] == "MWh"
    paste(other, 2, "unit", "kWh")
    save(other)
    told(other, "corrected: 1")
    paste(page, 2, "quantity", "44")
    save(page)
    page.wait_for_selector("[data-grid-refused]:not([hidden])")
    page.locator('[data-grid-action="mine"]').click()
    page.wait_for_selector("[data-grid-refused]", state="hidden")
    assert column(page, "quantity")[:2] == ["11", "44"]
    assert column(page, "unit")[1] == "万kWh", "44 was meant in the unit that was seen"
    other.close()


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_fits_and_hinders_nobody(
    served: Served, page: Page, hindrances: Callable[[], list[str]], path: str
) -> None:
    for lang, theme in (("zh", "light"), ("en", "dark")):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of two words
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            opened(page, served, f"{path}&lang={lang}")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (lang, width)
        assert hindrances() == [], (lang, theme)


def test_evidence_is_attached_on_the_page_of_the_row(
    served: Served, page: Page, hindrances: Callable[[], list[str]], tmp_path: Path
) -> None:
    bill = tmp_path / "bill.pdf"
    bill.write_bytes(b"%PDF-1.7 bill")
    opened(page, served)
    page.wait_for_selector("[data-ready]")
    cell(page, 1, "status").locator("a").click()
    page.set_input_files('input[name="file"]', bill)
    page.locator("#evidence button.primary").click()
    page.wait_for_selector("#evidence a[download] >> text=bill.pdf")

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert hindrances() == []
