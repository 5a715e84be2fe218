"""The documentation speaks of what there is, and of all of it: links, commands, codes, rules."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tanlu.catalog.tables import shipped
from tanlu.cli.argv import read_call
from tanlu.cli.program import build
from tanlu.i18n.catalogue import messages
from tanlu.i18n.say import Say

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_SHELL = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_RULE = re.compile(r"\bM-(?:\d\d|1\d\d)\b")
_RAISED = re.compile(r"TanluError\(\s*\"([a-z0-9.-]+)\"")
LARGEST_PICTURE = 250_000


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
                words = shlex.split(line.removeprefix("$ "), comments=True)
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


def _headings(page: str) -> set[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return set(re.findall(r"^## `?([^`\n]+?)`?(?: .*)?$", text, re.MULTILINE))


def _commands(command: Any, path: str) -> list[str]:
    below = getattr(command, "commands", None)
    if not below:
        return [path]
    return [one for name, child in below.items() for one in _commands(child, f"{path} {name}")]


def test_every_command_has_its_heading() -> None:
    text = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## `(.*)`$", text, re.MULTILINE))

    assert set(_commands(build(read_call([], {}), Say("en")), "tanlu")) == headings


def test_every_error_that_is_raised_has_its_heading() -> None:
    raised = {
        code
        for file in (ROOT / "src").rglob("*.py")
        for code in _RAISED.findall(file.read_text(encoding="utf-8"))
    }

    assert len(raised) > 50
    assert raised - _headings("reference/codes.md") == set()


def test_every_code_of_a_finding_has_its_heading() -> None:
    findings = {code for code in messages() if re.fullmatch(r"[A-Z][A-Z0-9_]+", code)}

    assert len(findings) > 100
    assert findings - _headings("reference/codes.md") == set()


def test_every_data_table_has_its_heading() -> None:
    assert set(shipped().names) - _headings("reference/data.md") == set()


def test_rules_are_numbered_once_and_every_rule_cited_exists() -> None:
    method = ROOT / "docs" / "method"
    defined = [
        number
        for page in method.glob("*.md")
        if page.name != "README.md"
        for number in re.findall(
            r"^(?:\| )?\*\*(M-\d{2,3})\*\*", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    ]
    cited = {
        number
        for folder in ("src", "tests", "docs")
        for file in (ROOT / folder).rglob("*.*")
        if file.suffix in {".py", ".yaml", ".md", ".csv"}
        for number in _RULE.findall(file.read_text(encoding="utf-8"))
    }
    listed = re.findall(
        r"^\| (M-\d{2,3}) \|", (method / "README.md").read_text("utf-8"), re.MULTILINE
    )

    assert len(defined) == len(set(defined))
    assert cited - set(defined) == set()
    assert listed == sorted(defined, key=lambda number: int(number[2:]))


def test_the_readme_names_targets_of_the_makefile() -> None:
    named = re.findall(r"^make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert set(named) == {"demo", "test"}
    assert set(named) <= set(targets)


def test_pictures_are_small_and_used() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    pictures = sorted((ROOT / "docs" / "images").glob("*"))

    assert [p.name for p in pictures if p.stat().st_size > LARGEST_PICTURE] == []
    assert [p.name for p in pictures if p.name not in text] == []
