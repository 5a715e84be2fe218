"""Settings: the company, users and tokens, a backup that opens, the checks."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from tanlu.app import accounts, audits, clock, users, workspaces
from tanlu.app.desk import Desk
from tanlu.i18n.say import Say
from tanlu.server.application import build
from tanlu.server.door import Door
from tests.unit.web.conftest import HOSTILE, Browser, text_of
from tests.unit.web.test_organisation import version_of

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

    from tanlu.server.guard import Guard

PASSWORD = "kohlenstoff-weg-2030"  # noqa: S105 - of a test


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("备份", "版本与许可", "单人模式")), ("en", ("Backup", "Version and licences"))],
)
def test_the_page_tells_company_backup_and_licences(
    reading: Browser, lang: str, words: tuple[str, ...]
) -> None:
    shown = text_of(reading.get("/settings", lang=lang))
    assert all(word in shown for word in words)
    assert "6000" in reading.get("/settings").text


def test_the_company_is_changed_shown_literally_and_stale_forms_are_not_saved(
    empty: Browser,
) -> None:
    fields = {
        "name": HOSTILE[0], "name_en": HOSTILE[1], "sector": "machinery", "province": "CN-JS",
        "language": "en", "budget": "12.5", "version": version_of(empty.get("/settings").text, "<"),
    }  # fmt: skip
    assert empty.post("/settings/company", **{**fields, "budget": "x"}).status_code == 422
    assert empty.post("/settings/company", **{**fields, "language": "xx"}).status_code == 422
    assert empty.post("/settings/company", **{**fields, "name": " "}).status_code == 422
    assert empty.post("/settings/company", **fields).status_code == 303
    settings = empty.desk.workspace.settings
    assert settings.name == HOSTILE[0]
    assert settings.other["budget_cny"] == 125_000
    shown = empty.get("/settings").text
    assert HOSTILE[0] not in shown
    assert "{{7*7}}" in shown
    late = empty.post("/settings/company", **{**fields, "name": "B"})
    assert late.status_code == 409
    assert 'value="B"' in late.text


def test_a_backup_opens_as_the_same_workspace_without_the_desk(
    writing: Browser, tmp_path: Path
) -> None:
    head = writing.desk.head()
    writing.desk.jobs.list()
    answer = writing.get("/settings/backup")
    assert answer.headers["content-type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert not [name for name in packed.namelist() if "desk" in name or "inbox" in name]
    packed.extractall(tmp_path / "copy")
    with workspaces.open_workspace(tmp_path / "copy") as again:
        assert again.head() == head
    assert audits.verify(tmp_path / "copy", say=Say("en"))["failures"] == []


def test_the_checks_tell_what_they_found(empty: Browser) -> None:
    shown = text_of(empty.get("/settings/checks", lang="en"))
    assert "HiGHS" in shown
    assert "passed" in shown


def test_users_and_tokens_are_managed_by_who_may(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    workspaces.create_workspace(folder, name="A", sites=["甲厂"])
    desk = Desk(folder)
    users.add_user(desk.workspace, users.UserDraft("boss", "admin", password=PASSWORD))
    users.add_user(desk.workspace, users.UserDraft("eye", "viewer", password=PASSWORD))
    application = build(desk, Door(host="127.0.0.1", has_accounts=True, is_encrypted=False))
    boss, eye = (client_of(application, desk, name) for name in ("boss", "eye"))
    made = post(boss, "/settings/people/add", name="clerk", role="data_entry", sites="甲厂")
    assert made.status_code == 200
    assert re.search(r"<code>[^<]{12,}</code>", made.text)
    assert "clerk" in text_of(boss.get("/settings"))
    wrong = post(boss, "/settings/people/add", name="x", role="data_entry", sites="")
    assert wrong.status_code == 422
    token = post(eye, "/settings/people/token", label="bi", action="view", days="30")
    assert "tnl_" in token.text
    assert post(eye, "/settings/people/token", name="boss", action="view").status_code == 403
    assert post(eye, "/settings/people/remove", name="boss").status_code == 403
    assert post(eye, "/settings/company", name="B").status_code == 403
    assert eye.get("/settings/backup").status_code == 403
    assert "clerk" not in text_of(eye.get("/settings"))
    assert post(boss, "/settings/people/remove", name="boss").status_code == 422
    assert post(boss, "/settings/people/nothing", name="boss").status_code == 404
    assert post(boss, "/settings/people/remove", name="clerk").status_code == 303
    desk.close()


def client_of(application: Guard, desk: Desk, name: str) -> TestClient:
    client = TestClient(
        application,
        base_url="http://127.0.0.1:8765",
        raise_server_exceptions=False,
    )
    opened = accounts.login(desk.workspace, name, PASSWORD, address="127.0.0.1", now=clock.now())
    sessions = application.sessions
    client.cookies.set(sessions.cookie_name, opened.id)
    return client


def post(client: TestClient, path: str, **fields: str) -> Response:
    found = re.search(r'data-csrf="([^"]+)"', client.get("/jobs").text)
    assert found is not None
    return client.post(path, data={"csrf": found[1], **fields}, follow_redirects=False)
