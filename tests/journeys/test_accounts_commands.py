"""Accounts at the command line: the first administrator, roles, one-time passwords, tokens."""

from __future__ import annotations

import io
import os
import pty
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tanlu.app import accounts, clock
from tanlu.storage import Workspace
from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORD = "wet copper lamp 41"


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "works"
    assert run("init", str(folder), "--site", "常州", "--site", "宁波").code == 0
    yield folder
    accounts.desk_of(folder).close()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace that no test changes."""
    folder = tmp_path_factory.mktemp("untouched") / "works"
    assert run("init", str(folder), "--site", "常州").code == 0
    return folder


def log_in(folder: Path, name: str, password: str) -> accounts.Opened:
    with Workspace.open(folder, at=clock.now(), actor="server") as workspace:
        return accounts.login(workspace, name, password, address="::1", now=clock.now())


def test_the_first_administrator_gets_a_one_time_password(works: Path) -> None:
    call = in_workspace(works)
    assert call("user", "list")["users"] == []
    made = call("user", "add", "李华", "--role", "admin")

    assert made["user"]["state"] == "one_time"
    assert log_in(works, "李华", made["password"]).session.must_change
    assert "password" not in str(call("user", "list"))
    assert stat.S_IMODE((works / "desk.db").stat().st_mode) == 0o600
    assert call("verify")["failures"] == []


def test_a_one_time_password_is_printed_once_and_says_so(works: Path) -> None:
    for lang, words in (("zh", "只显示这一次"), ("en", "Shown this once"), ("zh-Hant", "這一次")):
        told = run("-w", str(works), "--lang", lang, "user", "add", lang, "--role", "viewer")
        assert told.code == 0
        assert words in told.text
    listed = run("-w", str(works), "user", "list").text
    assert "zh-Hant" in listed


def test_a_password_comes_by_standard_input(works: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{WORD}\n"))
    made = in_workspace(works)("user", "add", "ann", "--role", "admin", "--ask")

    assert made["password"] is None
    assert not log_in(works, "ann", WORD).session.must_change


@pytest.mark.parametrize(("second", "code"), [(WORD, 0), ("another one 12", 2)])
def test_a_password_is_asked_twice_at_a_terminal_and_never_shown(
    works: Path, second: str, code: int
) -> None:
    terminal, other_end = pty.openpty()
    program = "from tanlu.cli.main import run; run()"
    words = ["-w", str(works), "--lang", "en", "user", "add", "ann", "--role", "admin", "--ask"]
    child = subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdin=other_end, stdout=other_end, stderr=other_end, start_new_session=True,
    )  # fmt: skip
    os.close(other_end)
    seen = b""
    for prompt, typed in ((b"Password:", WORD), (b"Once more:", second)):
        while prompt not in seen:
            seen += os.read(terminal, 1024)
        os.write(terminal, f"{typed}\n".encode())
    try:
        while part := os.read(terminal, 1024):
            seen += part
    except OSError:  # the other end is closed
        pass
    os.close(terminal)

    assert child.wait() == code
    assert WORD.encode() not in seen
    assert second.encode() not in seen
    assert (b"accounts.password-differs" in seen) is (code == 2)


def test_roles_sites_and_ends_are_kept(works: Path) -> None:
    call = in_workspace(works)
    call("user", "add", "boss", "--role", "admin")
    ben = call("user", "add", "ben", "--role", "data_entry", "--site", "常州")["user"]
    vera = call("user", "add", "vera", "--role", "verifier", "--expires", "2099-12-31")["user"]
    moved = call("user", "role", "BEN", "reviewer", "--site", "宁波")["user"]

    assert ben["sites"] == ["常州"]
    assert vera["expires_at"].startswith("2099-12-31") or vera["expires_at"].startswith("2100")
    assert (moved["role"], moved["sites"]) == ("reviewer", ["宁波"])
    assert call("user", "remove", "vera")["user"]["name"] == "vera"
    assert [user["name"] for user in call("user", "list")["users"]] == ["ben", "boss"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["user", "add", "x", "--role", "root"], "accounts.role-unknown"),
        (["user", "add", "x", "--role", "data_entry"], "accounts.sites-needed"),
        (["user", "add", "x", "--role", "viewer", "--site", "X"], "accounts.site-unknown"),
        (["user", "add", "x", "--role", "viewer", "--expires", "soon"], "app.not-a-date"),
        (["user", "role", "x", "viewer"], "accounts.user-unknown"),
        (["user", "password", "x", "--ask"], "accounts.user-unknown"),
        (["token", "add", "x"], "accounts.user-unknown"),
        (["token", "revoke", "x"], "accounts.token-unknown"),
    ],
)
def test_a_wrong_call_says_what_to_do(untouched: Path, words: list[str], code: str) -> None:
    told = run("-w", str(untouched), "--json", *words)

    assert (told.code, told.body["code"]) == (2, code)
    assert told.body["message"]


def test_a_token_is_shown_once_works_and_is_revoked(works: Path) -> None:
    call = in_workspace(works)
    call("user", "add", "ann", "--role", "admin")
    made = call("token", "add", "ann", "--allow", "view", "--allow", "import", "--days", "7")
    listed = call("token", "list", "--user", "ann")["tokens"]

    assert [one["id"] for one in listed] == [made["token"]["id"]]
    assert made["secret"] not in str(listed)
    principal = accounts.token_principal(works, made["secret"], now=clock.now())
    assert principal
    assert principal.actions == frozenset({"view", "import"})
    call("token", "revoke", made["token"]["id"])
    assert accounts.token_principal(works, made["secret"], now=clock.now()) is None
    assert call("token", "list")["tokens"] == []


def test_a_new_password_and_a_logout_end_sessions(works: Path) -> None:
    call = in_workspace(works)
    first = call("user", "add", "ann", "--role", "admin")["password"]
    opened = log_in(works, "ann", first)
    second = call("user", "password", "ann")["password"]

    assert accounts.session(works, opened.id, now=clock.now()) is None
    again = log_in(works, "ann", second)
    assert call("user", "logout", "ann")["ended"] == 1
    assert accounts.session(works, again.id, now=clock.now()) is None
