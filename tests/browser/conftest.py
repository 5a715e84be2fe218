"""The system's Chromium for tests that need a browser: fixtures `browser`, `page`, `faults`.

`page` fails its test when the page logged an error, broke its own security policy or asked another
host for anything. A test that provokes one takes it out of `faults`. The policy forbids eval, which
`page.wait_for_function` needs: use `until(expression)`.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT_S = 10
LOCAL = ("127.0.0.1", "localhost")
# What the browser logs of an answer that a page shows: a form with its faults, a refusal.
SHOWN = re.compile(r"Failed to load resource.* status of (401|403|409|413|422|429) ")
# Tabulator gives its root the role of a grid and its rows no group below it.
TABULATOR = {("aria-required-children", ".tabulator")}
WATCH = """addEventListener('securitypolicyviolation', (event) => console.error(
  `policy: ${event.violatedDirective} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything below this folder, so that ``-m "not browser"`` leaves it out."""
    here = "tests/browser/"
    for item in items:
        if here in item.nodeid.replace("\\", "/"):
            item.add_marker(pytest.mark.browser)


def find_chromium() -> str | None:
    """Return the program named by TANLU_CHROMIUM, or the first one on the path."""
    named = os.environ.get("TANLU_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser once for all tests."""
    program = find_chromium()
    if program is None:
        reason = (
            "SKIPPED LOUDLY: no Chromium (set TANLU_CHROMIUM): nothing of the browser is tested"
        )
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a fresh profile: English, light, no motion, with the clipboard."""
    opened = browser.new_context(
        viewport={"width": 1440, "height": 900},
        reduced_motion="reduce",
        color_scheme="light",
        locale="en-US",
        permissions=["clipboard-read", "clipboard-write"],
    )
    opened.add_init_script(WATCH)
    yield opened
    opened.close()


@pytest.fixture
def faults() -> list[str]:
    """Collect what went wrong on the page besides what a test looks at."""
    return []


@pytest.fixture
def page(context: BrowserContext, faults: list[str]) -> Iterator[Page]:
    """Open a tab whose errors, policy violations and foreign requests fail the test."""
    opened = context.new_page()
    opened.set_default_timeout(1000 * WAIT_S)
    opened.on("pageerror", lambda error: faults.append(f"error: {error}"))
    opened.on(
        "console",
        lambda message: (
            faults.append(f"console: {message.text}")
            if message.type in {"error", "warning"} and not SHOWN.search(message.text)
            else None
        ),
    )
    opened.on(
        "request",
        lambda request: (
            faults.append(f"foreign: {request.url}")
            if request.url.startswith("http") and urlsplit(request.url).hostname not in LOCAL
            else None
        ),
    )
    yield opened
    opened.close()
    assert faults == []


@pytest.fixture
def until(page: Page) -> Callable[[str], None]:
    """Return a function that waits until an expression is true on the page."""

    def wait(expression: str) -> None:
        end = time.monotonic() + WAIT_S
        while not page.evaluate(expression):
            assert time.monotonic() < end, f"never true: {expression}"
            page.wait_for_timeout(20)

    return wait


@pytest.fixture
def hindrances(page: Page) -> Callable[[], list[str]]:
    """Return a function that lists what axe calls serious or critical on the page."""

    def look() -> list[str]:
        return [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in Axe().run(page).response["violations"]
            if rule["impact"] in {"serious", "critical"}
            for node in rule["nodes"]
            if (rule["id"], node["target"][0]) not in TABULATOR
        ]

    return look
