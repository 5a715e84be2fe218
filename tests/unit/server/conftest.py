"""A served workspace: the real application on the sample company."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from tanlu.app import demo
from tanlu.app.desk import Desk
from tanlu.i18n.say import Say
from tanlu.server.application import build
from tanlu.server.door import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tanlu.server.guard import Guard


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample company's workspace; no test writes to it."""
    folder = tmp_path_factory.mktemp("server") / "workspace"
    demo.build_company("machinery", folder, say=Say("zh"), progress=lambda _code: None)
    return folder


@pytest.fixture
def own(company: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may change."""
    return Path(shutil.copytree(company, tmp_path / "own"))


@pytest.fixture(scope="session")
def company_desk(company: Path) -> Iterator[Desk]:
    """Return one desk of the company for all tests that only read: it works out things once."""
    desk = Desk(company)
    yield desk
    desk.close()


@pytest.fixture
def served(company_desk: Desk) -> Iterator[Callable[..., TestClient]]:
    """Return a function that serves a folder and gives a browser of the owner."""
    desks: list[Desk] = []

    def serve(folder: Path, **door: object) -> TestClient:
        desk = company_desk
        if folder != company_desk.folder:
            desk = Desk(folder)
            desks.append(desk)
        return browser(build(desk, Door(**door)))  # type: ignore[arg-type]  # fields of a test

    yield serve
    for desk in desks:
        desk.close()


def browser(application: Guard) -> TestClient:
    """Return a client that was let in: it has opened the address with the token."""
    client = TestClient(
        application, base_url="http://127.0.0.1:8765", raise_server_exceptions=False
    )
    client.get("/api/none", params={"token": application.door.token})
    return client
