"""The program as a user runs it: one call, its exit code and its JSON."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tanlu.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable


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
