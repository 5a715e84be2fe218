"""The documentation speaks of what there is: links, commands, generated pages."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tanlu.cli.argv import read_call
from tanlu.cli.program import build
from tanlu.i18n.say import Say

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_generated_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "make_reference.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"run tools/make_reference.py: {done.stdout}{done.stderr}"


def _calls() -> list[tuple[str, list[str]]]:
    found = []
    for page in PAGES:
        for block in _SHELL.findall(page.read_text(encoding="utf-8")):
            for line in block.splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] == ["tanlu"]:
                    found.append((f"{page.name}: {line.strip()}", words[1:]))
    return found


@pytest.mark.parametrize(("line", "words"), _calls(), ids=lambda value: str(value)[:60])
def test_commands_exist_with_their_options(line: str, words: list[str]) -> None:
    call = read_call(words, {})
    command = build(call, Say("en"))
    rest = list(call.args)
    while getattr(command, "commands", None):
        assert set(rest[:1]) & set(command.commands), line
        command = command.commands[rest.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    given = {word for word in rest if re.match(r"--?[a-z]", word)}
    assert given <= known, line


def test_guides_show_commands() -> None:
    assert len(_calls()) > 30
