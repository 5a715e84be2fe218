"""Targets, measures, calculators and studies in a real browser: what only a browser shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tanlu.app import demo
from tanlu.i18n.say import Say
from tests.browser.test_beginning import Served
from tests.unit.web.test_calculators import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

SCREENS = (
    "/targets",
    "/targets/one?id=cut-2030",
    "/targets/edit?kind=intensity",
    "/measures?sector=machinery&family=efficiency",
    "/measures/x_led",
    "/measures/compare?id=x_led&id=x_motor_ie4",
    "/measures/own",
    "/measures/equipment",
    "/calculators",
    "/calculators/pump-speed-control",
    "/calculators/pinch-analysis",
    "/scenarios",
)
WIDTHS = (1280, 390)
LOOKS: tuple[tuple[str, Literal["light", "dark"]], ...] = (("zh", "light"), ("en", "dark"))
STUDY_MS = 240_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the sample company."""
    folder = tmp_path_factory.mktemp("planning") / "workspace"
    demo.build_company("machinery", folder, say=Say("zh"), progress=lambda _code: None)
    made = Served(folder)
    yield made
    made.stop()


def opened(page: Page, served: Served, path: str, lang: str) -> None:
    """Open a screen; the first one proves with the token who asks."""
    mark = "&" if "?" in path else "?"
    page.goto(f"{served.address}{path}{mark}lang={lang}&token={served.door.token}")


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_fits_and_hinders_nobody(
    served: Served, page: Page, hindrances: Callable[[], list[str]], path: str
) -> None:
    page.set_default_timeout(60_000)
    for lang, theme in LOOKS:
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            opened(page, served, path, lang)
            page.wait_for_load_state("networkidle")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (lang, width)
            assert page.evaluate("document.documentElement.lang").startswith(lang)
        assert hindrances() == [], (lang, theme)


def test_a_calculation_becomes_a_measure(served: Served, page: Page) -> None:
    page.set_default_timeout(60_000)
    opened(page, served, "/calculators/pump-speed-control", "en")
    for name, value in FIELDS.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.locator("form.calculator button.primary").click()
    page.locator("#answer").get_by_text("kWh/yr").first.wait_for()
    page.get_by_role("button", name="Make it a measure").click()

    page.get_by_text("Open the calculation").click()

    page.locator("#answer").wait_for()
    assert page.locator('form.calculator [name="v.head.0"]').input_value() == "50"


def test_a_study_is_followed_to_its_chart(served: Served, page: Page) -> None:
    page.set_default_timeout(STUDY_MS)
    opened(page, served, "/scenarios", "en")
    page.locator('input[name="tornado"]').check()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator("[data-job]").wait_for()

    page.locator("#figure-study-tornado svg").first.wait_for()

    assert page.locator("[data-job][data-state=running]").count() == 0
    assert "moves the cost most" in page.locator("#figure-study-tornado").inner_text()
