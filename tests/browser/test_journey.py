"""What a new user does, from an empty folder to a document, in both languages, mouse and keys."""

from __future__ import annotations

import io
import os
import re
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pypdf
import pytest
import uvicorn

from tanlu.app.desk import Desk
from tanlu.i18n.say import Say
from tanlu.server.application import build
from tanlu.server.door import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

PATIENCE_MS = 120_000
SCREENS = (
    "/", "/organisation", "/import", "/activity", "/quality", "/factors", "/inventory",
    "/hotspots", "/targets", "/measures", "/calculators", "/roadmap", "/scenarios", "/reports",
    "/review", "/jobs", "/settings", "/welcome",
)  # fmt: skip


class Company:
    """A company served to a browser: the real application on a folder."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        self.door = Door(port=port)
        self.address = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(build(self.desk, self.door), log_level="error")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        """End the server."""
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()


@pytest.fixture(scope="module")
def shots() -> Path:
    """Return the folder screenshots are kept in."""
    folder = Path(os.environ.get("TANLU_SCREENSHOTS", "build/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Company]:
    """Serve a folder in which there is nothing."""
    served = Company(tmp_path / "company")
    yield served
    served.stop()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Serve the sample company with its plan."""
    from tanlu.app import demo, plans  # noqa: PLC0415  # only here

    folder = tmp_path_factory.mktemp("sample") / "company"
    say = Say("zh")
    demo.build_company("machinery", folder, say=say, progress=lambda _code: None)
    served = Company(folder)
    plans.plan_roadmap(served.desk.workspace, options=demo.FIRST_LOOK, say=say)
    yield served
    served.stop()


def further_fuel(folder: Path) -> Path:
    """Write a workbook as a plant keeps it: one more fuel of one site, a text like a formula."""
    path = folder / "2024-05.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["厂区", "能源品种", "月份", "用量", "单位", "备注"])
    sheet.append(["徐州科技园", "汽油", "2024-05", 3.2, "吨", "'=1+1"])
    book.save(path)
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_an_empty_folder_to_a_document(
    fresh: Company, page: Page, shots: Path, tmp_path: Path, lang: str
) -> None:
    say = Say(lang)
    page.set_default_timeout(PATIENCE_MS)

    def keep(name: str) -> None:
        page.screenshot(path=shots / f"journey-{lang}-{name}.png", full_page=True)

    # The demo.
    page.goto(f"{fresh.address}/?token={fresh.door.token}&lang={lang}")
    page.wait_for_url("**/welcome*")
    keep("1-welcome")
    page.locator('form[action*="/welcome/demo"] button').first.click()
    page.wait_for_url(re.compile(r"/(\?.*)?$"))
    page.locator(".kpi").first.wait_for()
    keep("2-overview")

    # One more workbook.
    page.goto(f"{fresh.address}/import?lang={lang}")
    page.locator('input[type="file"]').set_input_files(further_fuel(tmp_path))
    page.locator('main form[enctype] button:not([type="button"])').first.click()
    page.wait_for_url("**/import/staged/*")
    page.locator('form[action*="/commit"] button').first.wait_for()
    keep("3-import")
    page.locator('form[action*="/commit"] button').first.click()
    page.wait_for_url("**/import/batch/*")

    # A number back to its cell.
    page.goto(f"{fresh.address}/inventory?lang={lang}&year=2024")
    page.locator("main a[data-figure]").first.click()
    page.locator("#drawer .trace").wait_for()
    assert page.locator("#drawer").get_by_text("machinery-group-2024.xlsx").count()
    keep("4-trace")
    page.keyboard.press("Escape")
    page.locator("#drawer").wait_for(state="hidden")

    # A carbon price, and the plan anew.
    page.goto(f"{fresh.address}/roadmap?lang={lang}&year=2024")
    page.locator("#carbon_price").focus()
    page.keyboard.press("PageUp")
    page.locator('[data-badge="optimum"]').wait_for()
    assert page.locator('form[action*="/roadmap/keep"]').count() == 1
    keep("5-what-if")
    page.locator('form[action*="/roadmap/keep"] button').click()
    page.locator('#confirm button[value="yes"]').click()
    page.wait_for_url("**/roadmap?*")
    keep("6-new-plan")

    # The document.
    page.goto(f"{fresh.address}/reports/preview/full?lang={lang}&year=2024")
    with page.expect_download() as saved:
        page.locator('a[href*="/reports/make/full.pdf"]').first.click()
    data = Path(saved.value.path()).read_bytes()
    text = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(data)).pages)
    run = fresh.desk.taken(2024).run_hash
    assert run[:12] in text
    assert say("report.section.plan") in text.replace("\n", "")


@pytest.mark.parametrize("lang", ["zh", "en", "zh-Hant"])
def test_every_screen_in_every_language(
    sample: Company, page: Page, hindrances: Callable[[], list[str]], shots: Path, lang: str
) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{sample.address}/?token={sample.door.token}&lang={lang}")
    found: list[str] = []
    for path in SCREENS:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(f"{sample.address}{path}?lang={lang}")
            assert answer is not None
            if answer.status != 200:
                found.append(f"{path}: status {answer.status}")
                continue
            page.wait_for_timeout(200)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{path} at {width}: {wide} px wide")
            name = path.strip("/").replace("/", "-") or "overview"
            page.screenshot(path=shots / f"screen-{lang}-{name}-{width}.png", full_page=True)
        if page.evaluate("document.documentElement.lang") != Say(lang).html_lang:
            found.append(f"{path}: wrong lang")
        if lang == "en":
            found += [f"{path}: {one}" for one in hindrances()]
            found += [f"{path}: not translated: {one}" for one in codes_in(page)]
    assert found == []


def codes_in(page: Page) -> list[str]:
    """Return what looks like a code of the catalogue where words should stand."""
    text = page.locator("main").inner_text()
    return re.findall(r"\b(?:web|report|cli|plan)\.[a-z_]+[a-z._-]*\b", text)


def test_keys_alone_lead_to_a_number_and_back(sample: Company, page: Page) -> None:
    page.goto(f"{sample.address}/?token={sample.door.token}&lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.keyboard.press("Enter")

    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hasAttribute('data-figure')"):
            break
    figure = page.evaluate("document.activeElement.dataset.figure")
    assert figure
    page.keyboard.press("Enter")
    page.locator("#drawer .trace").wait_for()
    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.dataset.figure") == figure


def test_another_language_keeps_the_place(sample: Company, page: Page) -> None:
    page.goto(f"{sample.address}/inventory?token={sample.door.token}&lang=en&year=2023")

    page.locator('.languages a[lang="zh-Hans"]').click()
    page.wait_for_url(re.compile("lang=zh"))

    assert "/inventory" in page.url
    assert "year=2023" in page.url
