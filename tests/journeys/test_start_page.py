"""Every command that docs/start.md shows with its output runs, in order, and prints that output."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import run

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "start.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LANGUAGES = ("zh", "en")


def shown(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield each command of the page's console blocks and the parts of its output that are shown.

    An ellipsis stands for what is left out: lines, or a part of one.
    """
    for block in _BLOCK.findall(text):
        for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = entry.splitlines()
            parts = (_squeezed(part) for line in output for part in line.split("…"))
            yield shlex.split(command), [part for part in parts if part]


def _squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("lang", _LANGUAGES)
def test_what_the_page_shows_is_what_the_program_says(
    lang: str, tmp_path: Path, workbooks: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PAGE.read_text(encoding="utf-8").split('<a id="english"></a>')[_LANGUAGES.index(lang)]
    for workbook in map(Path, workbooks):
        (tmp_path / workbook.name).write_bytes(workbook.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANLU_LANG", lang)
    monkeypatch.delenv("TANLU_WORKSPACE", raising=False)
    faults, calls = [], 0

    for words, expected in shown(text):
        if words[0] == "cd":
            monkeypatch.chdir(Path.cwd() / words[1])
            continue
        told = run(*words[1:])
        said = _squeezed(told.text)
        calls += 1
        faults += [f"{words}: exit code {told.code}"] if told.code else []
        faults += [f"{words}: does not say {part!r}" for part in expected if part not in said]

    assert faults == []
    assert calls > 8


def test_the_python_page_runs_and_prints_what_it_shows(
    tmp_path: Path, workbooks: tuple[str, str]
) -> None:
    page = (PAGE.parent / "guides" / "python.md").read_text(encoding="utf-8")
    snippets = re.findall(r"^```python\n(.*?)^```\n+```text\n(.*?)^```", page, re.M | re.S)
    for workbook in map(Path, workbooks):
        (tmp_path / workbook.name).write_bytes(workbook.read_bytes())

    said = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        for code, _ in snippets
    ]

    assert len(snippets) > 1
    assert said == [output for _, output in snippets]
