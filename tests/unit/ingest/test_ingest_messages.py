"""Every code that reading a file can give has its sentences, and the words they need."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import yaml

from tanlu.ingest.model import ParsedFile

Read = Callable[..., ParsedFile]

SOURCE = Path(str(resources.files("tanlu"))) / "ingest"
MESSAGES = Path(str(resources.files("tanlu"))) / "data" / "messages"
CODE = re.compile(r'"((?:[A-Z][A-Z0-9]+_)+[A-Z0-9]+|mapping\.[a-z-]+|ingest\.[a-z-]+)"')


def messages() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in MESSAGES.glob("*.yaml"):
        found.update(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    return found


def test_every_code_in_the_source_has_both_languages() -> None:
    known = messages()
    used = {code for path in SOURCE.rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}

    missing = sorted(code for code in used if not (known.get(code) or {}).get("en"))

    assert missing == []
    assert all(known[code]["zh"] for code in used)


def test_findings_of_the_samples_and_the_corpus_fill_their_sentences(
    shared: Path, read: Read
) -> None:
    known = messages()
    paths = [*shared.glob("inputs/*.xlsx"), *shared.glob("badinputs/*/*.*")]
    wrong = set()
    for path in paths:
        if path.suffix not in {".xlsx", ".csv", ".txt", ".xls", ".zip", ".png", ".json"}:
            continue
        for finding in read(path.read_bytes(), path.name).findings:
            for text in known[finding.code].values():
                needed = set(re.findall(r"\{(\w+)\}", text))
                wrong |= {(finding.code, name) for name in needed - finding.facts.keys()}

    assert wrong == set()


def test_no_word_of_another_language_in_the_source() -> None:
    for path in SOURCE.rglob("*.py"):
        assert not re.search("[\u4e00-\u9fff]", path.read_text("utf-8")), path
