"""The program as a user runs it: one call, its exit code and its JSON."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tanlu.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Told(NamedTuple):
    """What a call said."""

    code: int
    text: str
    error: str

    @property
    def body(self) -> dict[str, Any]:
        """The answer of a call with ``--json``."""
        read: dict[str, Any] = json.loads(self.text)
        return read


def run(*argv: str) -> Told:
    """Run one call of the program."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(argv)
    return Told(int(code), out.getvalue(), err.getvalue())


def in_workspace(folder: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that runs calls in a workspace and expects them to succeed."""

    def call(*argv: str) -> dict[str, Any]:
        told = run("-w", str(folder), "--json", *argv)
        assert told.code == 0, told.text
        return told.body

    return call


@pytest.fixture(scope="session", autouse=True)
def _fixed_day() -> Iterator[None]:
    """Give every call of the journeys, also those in children, one date and one actor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TANLU_TODAY", "2026-06-30")
        patch.setenv("TANLU_ACTOR", "li")
        patch.delenv("TANLU_WORKSPACE", raising=False)
        yield


@pytest.fixture(scope="session")
def workbooks() -> tuple[str, str]:
    """Return the sample company's workbooks of 2023 and 2024."""
    folder = Path(str(resources.files("tanlu") / "data" / "demo" / "machinery"))
    return str(folder / "machinery-group-2023.xlsx"), str(folder / "machinery-group-2024.xlsx")


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory, workbooks: tuple[str, str]) -> Path:
    """Return a workspace that holds both years of the sample company."""
    folder = tmp_path_factory.mktemp("journey") / "ws"
    assert run("init", str(folder), "--name", "样例", "--province", "江苏").code == 0
    in_workspace(folder)("import", *workbooks)
    return folder


@pytest.fixture
def own(company: Path, tmp_path: Path) -> Path:
    """Return a copy of the company's workspace that a test may change."""
    return Path(shutil.copytree(company, tmp_path / "own"))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Return a workspace that holds nothing."""
    folder = tmp_path / "empty"
    assert run("init", str(folder), "--name", "空", "--province", "江苏").code == 0
    return folder


@pytest.fixture(scope="session")
def inventory(company: Path) -> dict[str, Any]:
    """Return the company's inventory of 2024 as the command line tells it."""
    return in_workspace(company)("inventory", "2024")


def state_of(folder: Path) -> dict[str, bytes]:
    """Return every kept file of a workspace with its content, the database as its rows say."""
    kept = (folder / "segments", folder / "sources", folder / "runs")
    files = {str(p.relative_to(folder)): p.read_bytes() for f in kept for p in f.rglob("*")
             if p.is_file()}  # fmt: skip
    told = in_workspace(folder)
    for words in (("verify",), ("findings", "list", "--all"), ("period", "list")):
        files[" ".join(words)] = json.dumps(told(*words)).encode()
    return files
