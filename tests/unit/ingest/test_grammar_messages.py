"""Every code of the grammars has its sentences, and they use the facts that are given."""

from __future__ import annotations

import re
import string
from importlib import resources

import yaml

_PACKAGE = resources.files("tanlu")
_CODE = re.compile(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"')
_SOURCES = {
    "grammar": (
        "ingest/number.py",
        "ingest/number_text.py",
        "ingest/period.py",
        "ingest/period_text.py",
        "ingest/decode.py",
        "ingest/encoding.py",
        "ingest/clean.py",
        "ingest/safe_config.py",
    ),
    "units": ("units/parse.py",),
}
_FACTS = {
    "number": {"found", "read"},
    "period": {"found", "read"},
    "units/parse": {"found", "taken", "choices", "near"},
}


def _messages(room: str) -> dict[str, dict[str, str]]:
    text = (_PACKAGE / "data" / "messages" / f"{room}.yaml").read_text(encoding="utf-8")
    return {str(code): dict(sentences) for code, sentences in yaml.safe_load(text).items()}


def _codes(path: str) -> set[str]:
    return set(_CODE.findall((_PACKAGE / path).read_text(encoding="utf-8")))


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_code_has_four_sentences() -> None:
    known = {code for room in _SOURCES for code in _messages(room)}
    used = {code for paths in _SOURCES.values() for path in paths for code in _codes(path)}
    whole = {"zh", "en", "advice_zh", "advice_en"}

    assert used - known == set()
    assert all(set(found) == whole for room in _SOURCES for found in _messages(room).values())


def test_sentences_of_both_languages_use_the_same_facts_and_only_given_ones() -> None:
    faults = []
    for room, paths in _SOURCES.items():
        sentences = _messages(room)
        for path in paths:
            given = next((facts for stem, facts in _FACTS.items() if stem in path), None)
            for code in _codes(path):
                zh, en = (_placeholders(sentences[code][name]) for name in ("zh", "en"))
                if zh != en or (given is not None and not zh <= given):
                    faults.append((path, code, zh, en))

    assert faults == []
