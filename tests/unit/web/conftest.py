"""A served workspace for tests of screens: the real application, one import of the sample."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from tanlu.app import demo, workspaces
from tanlu.app.desk import Desk
from tanlu.i18n.say import Say
from tanlu.server.application import build
from tanlu.server.door import Door

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

HOSTILE = ("<img src=x onerror=alert(1)>", "{{7*7}}", "=1+1")


class Browser:
    """A browser of the owner: it sends the token of its session's forms."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        application = build(self.desk, Door())
        self._client = TestClient(
            application, base_url="http://127.0.0.1:8765", raise_server_exceptions=False
        )
        self._client.get("/api/none", params={"token": application.door.token})

    def get(self, path: str, **query: str | int) -> Response:
        """Open a page without following it elsewhere."""
        return self._client.get(path, params=query or None, follow_redirects=False)

    def post(self, path: str, **fields: object) -> Response:
        """Send a form; the answer is not followed."""
        sent = {"csrf": self.csrf, **fields}
        return self._client.post(path, data=sent, follow_redirects=False)

    def upload(self, path: str, files: object, **fields: object) -> Response:
        """Send a form with files."""
        sent = {"csrf": self.csrf, **fields}
        return self._client.post(path, data=sent, files=files, follow_redirects=False)  # type: ignore[arg-type]

    def send(self, path: str, body: object) -> Response:
        """Send JSON to the API."""
        return self._client.post(path, json=body, headers={"x-csrf-token": self.csrf})

    @property
    def csrf(self) -> str:
        """Token of this session's forms."""
        found = re.search(r'data-csrf="([^"]+)"', self._client.get("/jobs").text)
        assert found is not None
        return found[1]

    def close(self) -> None:
        """Let go of the workspace."""
        self.desk.close()


def text_of(answer: Response) -> str:
    """Return what a reader sees of a page: no tags, single blanks."""
    main = answer.text.split("<main", 1)[-1]
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(bare).split())


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample company's workspace; no test writes to it."""
    folder = tmp_path_factory.mktemp("web") / "workspace"
    demo.build_company("machinery", folder, say=Say("zh"), progress=lambda _code: None)
    return folder


@pytest.fixture(scope="session")
def reading(company: Path) -> Iterator[Browser]:
    """Return a browser on the sample; no test writes through it."""
    opened = Browser(company)
    yield opened
    opened.close()


@pytest.fixture
def writing(company: Path, tmp_path: Path) -> Iterator[Browser]:
    """Return a browser on a copy that the test may change."""
    opened = Browser(Path(shutil.copytree(company, tmp_path / "own")))
    yield opened
    opened.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Browser]:
    """Return a browser on a workspace without data."""
    folder = tmp_path / "empty"
    workspaces.create_workspace(folder, name="Empty", language="en")
    opened = Browser(folder)
    yield opened
    opened.close()
