"""From a dropped workbook to an inventory with its gaps, in a real browser; and what breaks off."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import openpyxl
import pytest
import uvicorn

from tanlu.app import workspaces
from tanlu.app.desk import Desk
from tanlu.server.application import build
from tanlu.server.door import Door
from tanlu.server.patience import PatientProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

PATIENCE_MS = 120_000
WORKBOOK = Path("src/tanlu/data/demo/machinery/machinery-group-2024.xlsx")
LIMIT_S = 300  # from a dropped workbook to an inventory


class Served:
    """The real application on a folder, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.door = Door(port=self.port)
        self.address = f"http://127.0.0.1:{self.port}"
        application = build(self.desk, self.door)
        config = uvicorn.Config(application, http=PatientProtocol, log_level="error")
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


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve a folder that is no workspace yet."""
    made = Served(tmp_path / "company")
    yield made
    made.stop()


def messy(folder: Path) -> Path:
    """Return a workbook with an unknown column, item and unit, and text that wants to run."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "<img src=x onerror=alert(1)>"
    sheet.append(["厂区", "啥", "单位", *(f"{n}月" for n in range(1, 13))])
    sheet.append(["{{7*7}}", "外购电力", "度", *range(100, 112)])
    sheet.append(["<script>alert(1)</script>", "绿色魔力", "怪方", *range(12)])
    path = folder / "messy.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_dropped_workbook_becomes_an_inventory_with_its_gaps(
    served: Served, page: Page, lang: str
) -> None:
    page.set_default_timeout(PATIENCE_MS)
    began = time.monotonic()
    page.goto(f"{served.address}/?token={served.door.token}&lang={lang}")
    page.wait_for_url("**/welcome*")
    page.fill("#name", "A <b>厂</b>")
    page.select_option("#province", "CN-JS")
    page.set_input_files("#files", WORKBOOK)
    page.click('form[action^="/import/company"] button.primary')
    page.wait_for_url("**/import/staged/**")
    page.click('form[action*="/commit"] button')
    page.wait_for_url("**/import/batch/**")
    page.click('a.primary[href*="/inventory"]')
    page.locator("main table, main .kpi").first.wait_for()
    assert time.monotonic() - began < LIMIT_S
    page.goto(f"{served.address}/?lang={lang}")
    assert page.locator(".tasks li").count() >= 2
    assert f"lang={lang}" in page.url


def test_questions_fit_narrow_windows_and_nothing_runs(
    served: Served, page: Page, tmp_path: Path
) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(f"{served.address}/welcome?token={served.door.token}&lang=en")
    page.fill("#name", "A")
    page.select_option("#province", "CN-JS")
    page.set_input_files("#files", messy(tmp_path))
    page.click('form[action^="/import/company"] button.primary')
    page.locator("#questions").wait_for()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.select_option("#q0", "item")
    page.locator('#questions button[class=""], #questions .buttons button').last.click()
    page.locator("#questions").wait_for()
    page.locator(".taken").wait_for()
    assert page.locator("main").get_by_text("{{7*7}}").count()


def test_an_upload_that_breaks_off_leaves_nothing(served: Served) -> None:
    workspaces.create_workspace(served.desk.folder, name="A")
    head = served.desk.head()
    with httpx2.Client(base_url=served.address) as client:
        client.get("/api/none", params={"token": served.door.token})
        page = client.get("/import").text
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    csrf = page.split('data-csrf="')[1].split('"')[0]
    rows = b"\n".join([b"1,2,3"] * 20_000)
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        + rows
        + b"\r\n--x--\r\n"
    )
    top = (
        f"POST /import HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {cookie}\r\n"
        f"X-CSRF-Token: {csrf}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    ).encode()
    inbox = served.desk.folder / "inbox"
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(top + body[:-100])
    time.sleep(1)
    assert not inbox.exists() or not list(inbox.iterdir())
    assert served.desk.head() == head
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(top + body)
        assert b" 303 " in line.recv(200)
    assert len(list(inbox.iterdir())) == 1
