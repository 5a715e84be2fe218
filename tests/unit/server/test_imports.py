"""POST /api/import: the answer of `tanlu import --json`, in one call; nothing half done."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from tanlu.app import import_desk, workspaces
from tanlu.app.access import Kind, Principal, Role
from tanlu.app.desk import Desk
from tanlu.app.spool import Upload
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError
from tests.unit.web.test_imports import TIDY, WIDE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient


@pytest.fixture
def client(tmp_path: Path, served: Callable[..., TestClient]) -> TestClient:
    workspaces.create_workspace(tmp_path / "w", name="A", language="en")
    return served(tmp_path / "w")


def token(client: TestClient) -> dict[str, str]:
    page = client.get("/jobs").text
    return {"x-csrf-token": page.split('data-csrf="')[1].split('"')[0]}


def test_a_file_is_read_and_posted_and_a_dry_run_writes_nothing(client: TestClient) -> None:
    sent = {"files": ("a.csv", TIDY.encode())}
    head = client.get("/api/workspace").json()["ledger_head"]
    dry = client.post("/api/import", files=sent, data={"dry_run": "true"}, headers=token(client))
    assert dry.status_code == 200
    assert dry.json()["dry_run"] is True
    assert client.get("/api/workspace").json()["ledger_head"] == head
    done = client.post("/api/import", files=sent, headers=token(client)).json()
    assert done["ok"] is True
    assert done["accepted"] == 2
    assert done["totals"] == dry.json()["totals"]
    assert done["files"][0]["path"] == "a.csv"
    assert client.get("/api/workspace").json()["years"] == [2024]
    again = client.post("/api/import", files=sent, headers=token(client))
    assert again.status_code == 422
    assert again.json()["code"] == "FILE_ALREADY_IMPORTED"


def test_a_question_is_answered_with_a_mapping_file(client: TestClient) -> None:
    wide = ("files", ("w.csv", WIDE.encode()))
    asked = client.post("/api/import", files=[wide], headers=token(client))
    assert asked.status_code == 422
    assert asked.json()["code"] == "LAYOUT_WIDE"
    told = [wide, ("mapping", ("m.yaml", b"year: 2024\n"))]
    done = client.post("/api/import", files=told, headers=token(client))
    assert done.json()["accepted"] == 12, done.text
    wrong = [wide, ("mapping", ("m.yaml", b"yaer: 2024\n"))]
    refused = client.post("/api/import", files=wrong, headers=token(client))
    assert refused.status_code == 422
    assert refused.json()["code"] == "mapping.unknown-key"


def test_a_form_of_a_browser_needs_its_token(client: TestClient) -> None:
    assert client.post("/api/import", files={"files": ("a.csv", b"x")}).status_code == 403


def test_who_is_held_to_sites_writes_no_others(tmp_path: Path) -> None:
    workspaces.create_workspace(tmp_path / "w", name="A", sites=["甲厂", "乙厂"])
    desk = Desk(tmp_path / "w")
    clerk = Principal("c", Role.DATA_ENTRY, frozenset({"甲厂"}), Kind.USER)

    def send(text: str) -> dict[str, object]:
        upload = Upload("a.csv", io.BytesIO(text.encode()))
        return import_desk.import_at_once(desk, clerk, [upload], say=Say("en"))

    try:
        head = desk.head()
        with pytest.raises(TanluError) as refused:
            send(TIDY.replace("甲", "乙"))
        assert refused.value.code == "import.sites"
        assert desk.head() == head
        assert send(TIDY)["ok"] is True
        assert list((desk.folder / "inbox").iterdir()) == []
    finally:
        desk.close()
