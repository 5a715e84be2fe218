"""Inventory, hotspots, factors and the trace in a real browser: what only a browser shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import pytest

from tanlu.app import demo
from tanlu.i18n.say import Say
from tests.browser.test_beginning import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

SCREENS = (
    "/inventory?year=2024",
    "/inventory?year=2024&scope=1&by=item&across=gas",
    "/inventory?year=2024&tab=change",
    "/inventory?year=2024&tab=flows&basis=location",
    "/inventory?year=2024&tab=greenpower",
    "/inventory?year=2024&tab=uncertainty",
    "/hotspots?year=2024",
    "/factors?year=2024&used=1",
    "/factors/one?id=CN24:natural_gas&year=2024",
    "/factors/compare?id=CN24:diesel&id=IPCC2006:diesel",
    "/factors/own?item=electricity",
    "/factors/claim?kwh=12GWh&tco2=6367",
    "/trace/inv/2024/total/market",
)
WIDTHS = (1280, 390)
LOOKS: tuple[tuple[str, Literal["light", "dark"]], ...] = (("zh", "light"), ("en", "dark"))
SLOW_MS = 60_000
WARM_MS = 150


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the sample company."""
    folder = tmp_path_factory.mktemp("measuring") / "workspace"
    demo.build_company("machinery", folder, say=Say("zh"), progress=lambda _code: None)
    made = Served(folder)
    yield made
    made.stop()


def opened(page: Page, served: Served, path: str, lang: str) -> None:
    """Open a screen; the first one proves with the token who asks."""
    page.set_default_timeout(SLOW_MS)
    mark = "&" if "?" in path else "?"
    page.goto(f"{served.address}{path}{mark}lang={lang}&token={served.door.token}")


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_fits_and_hinders_nobody(
    served: Served, page: Page, hindrances: Callable[[], list[str]], path: str
) -> None:
    for lang, theme in LOOKS:
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            opened(page, served, path, lang)
            page.wait_for_load_state("networkidle")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (lang, width)
        assert hindrances() == [], (lang, theme)


def test_a_number_opens_beside_the_page_and_esc_gives_the_focus_back(
    served: Served, page: Page
) -> None:
    opened(page, served, "/inventory?year=2024", "en")
    number = page.locator("table.pivot a[data-figure]").first
    number.click()
    page.locator("#drawer [data-traced]").wait_for()

    figure = number.get_attribute("data-figure")
    assert page.locator("#drawer [data-traced]").get_attribute("data-traced") == figure
    assert "trace=" in page.url
    page.keyboard.press("Escape")
    assert page.locator("#drawer").is_hidden()
    assert number.evaluate("node => node === document.activeElement")


def test_the_drawer_goes_down_to_a_cell_and_to_the_activity_row(served: Served, page: Page) -> None:
    opened(page, served, "/inventory?year=2024", "en")
    page.locator("table.pivot .strong a[data-figure]").last.click()
    page.locator("#drawer .terms a", has_text="101.2 kt").click()
    page.locator("#drawer .terms a", has_text="80.38 kt").click()
    page.locator("#drawer .traced a[data-figure^='row/']").first.click()

    page.locator("#drawer", has_text="machinery-group-2024.xlsx").wait_for()
    page.locator("#drawer a[href^='/activity/row/']").click()
    page.wait_for_url(re.compile(r"/activity/row/"))


def test_every_number_of_the_screen_opens_in_time(served: Served, page: Page) -> None:
    opened(page, served, "/inventory?year=2024&by=item", "en")
    figures = page.locator("[data-figure]").evaluate_all(
        "nodes => [...new Set(nodes.map(n => n.dataset.figure))]"
    )
    ask = """async (figures) => { const spent = []; for (const one of figures) {
      const began = performance.now();
      const answer = await fetch('/trace/' + encodeURIComponent(one),
        {headers: {'HX-Request': 'true'}});
      await answer.text(); spent.push([one, answer.status, performance.now() - began]); }
      return spent; }"""
    page.evaluate(ask, figures[:2])

    spent = page.evaluate(ask, figures)

    assert {status for _, status, _ in spent} == {200}
    times = sorted(ms for *_, ms in spent)
    assert times[len(times) // 2] <= WARM_MS
    assert len(figures) > 40


def test_an_effect_is_shown_before_a_factor_is_used(served: Served, page: Page) -> None:
    opened(page, served, "/factors/own?item=diesel", "en")
    page.locator("#new [name=value]").fill("3.0")
    page.locator("#new [name=source]").fill("Analysis 7")
    page.locator("#new [name=reason]").fill("measured")
    page.get_by_role("button", name="Show the effect").click()

    page.locator("#effect").wait_for()
    assert page.get_by_role("button", name="Use it").is_visible()
