"""Every message has both languages with the same facts; Traditional Chinese is up to date."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tanlu.i18n.catalogue import messages, placeholders

ROOT = Path(__file__).resolve().parents[2]
RAISED = re.compile(r"TanluError\(\s*\"([a-z0-9.-]+)\"")
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_every_message_has_both_languages_and_the_same_facts() -> None:
    faults = []
    for code, message in messages().items():
        where = f"{message.origin} {code}"
        if not message.zh.strip() or not message.en.strip():
            faults.append(f"{where}: zh or en is empty; both are needed")
        if placeholders(message.zh) != placeholders(message.en):
            faults.append(f"{where}: placeholders of zh and en differ")
        if bool(message.advice_zh.strip()) != bool(message.advice_en.strip()):
            faults.append(f"{where}: advice is given in one language only")
        if placeholders(message.advice_zh) != placeholders(message.advice_en):
            faults.append(f"{where}: placeholders of the advice differ")

    assert faults == []


def test_english_sentences_hold_no_chinese_beside_quoted_examples() -> None:
    reports = [m for m in messages().values() if m.origin in {"report.yaml", "render.yaml"}]

    assert [message.en for message in reports if HAN.search(message.en)] == []


def test_no_code_is_defined_twice() -> None:
    seen: dict[str, str] = {}
    faults = []
    for file in sorted((ROOT / "src/tanlu/data/messages").glob("*.yaml")):
        for line in file.read_text(encoding="utf-8").splitlines():
            match = re.match(r"([A-Za-z][\w.\-]*):", line)
            if match and match.group(1) in seen:
                faults.append(f"{match.group(1)}: {seen[match.group(1)]} and {file.name}")
            elif match:
                seen[match.group(1)] = file.name

    assert faults == []


def test_every_error_says_what_to_do() -> None:
    raised = {
        code
        for file in (ROOT / "src").rglob("*.py")
        for code in RAISED.findall(file.read_text(encoding="utf-8"))
    }
    known = messages()

    assert len(raised) > 100
    assert [c for c in sorted(raised) if c not in known or not known[c].advice_zh.strip()] == []


def test_traditional_chinese_is_up_to_date() -> None:
    if importlib.util.find_spec("opencc") is None:
        pytest.skip(
            "SKIPPED LOUDLY: OpenCC is not installed; tools/make_traditional.py not checked"
        )
    command = [sys.executable, str(ROOT / "tools" / "make_traditional.py"), "--check"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
