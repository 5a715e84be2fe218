"""The mapping file: what it may say, and what is refused with a hint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tanlu.ingest.mapping import (
    ANSWERS,
    FILE_ONLY,
    NAMES,
    SHEET_ONLY,
    check_items,
    load_mapping,
    read_mapping,
)
from tanlu.kernel.errors import TanluError

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "mapping.md"


def test_the_example_of_the_guide_is_valid(tmp_path: Path) -> None:
    example = GUIDE.read_text(encoding="utf-8").split("```yaml")[1].split("```")[0]
    path = tmp_path / "m.yaml"
    path.write_text(example, encoding="utf-8")

    loaded = load_mapping(path)

    assert loaded["year"] == 2024
    assert loaded["sheets"]["旧数据"] == {"skip": True}


def test_the_guide_names_every_key() -> None:
    text = GUIDE.read_text(encoding="utf-8")

    documented = set(re.findall(r"`([a-z_]+)`", text))

    assert {*NAMES, *ANSWERS, *FILE_ONLY, *SHEET_ONLY, "sheets"} <= documented


@pytest.mark.parametrize(
    ("text", "code", "fact", "value"),
    [
        ("hiden_rows: include", "mapping.unknown-key", "near", "hidden_rows, hidden_sheets"),
        ("hidden_rows: maybe", "mapping.unknown-value", "choices", "include, exclude"),
        ("- year", "mapping.not-a-map", "key", "-"),
        ("sites: 一厂", "mapping.not-a-map", "key", "sites"),
        ("sheets: {用能: {yeer: 2024}}", "mapping.unknown-key", "key", "sheets.用能.yeer"),
        ("year: [2024]", "mapping.unknown-value", "key", "year"),
        ("items: {a: {b: c}}", "mapping.unknown-value", "key", "items.a"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(
    text: str, code: str, fact: str, value: str
) -> None:
    with pytest.raises(TanluError) as caught:
        read_mapping(text.encode(), "m.yaml")

    assert caught.value.code == code
    assert caught.value.facts[fact] == value


def test_an_empty_file_answers_nothing() -> None:
    assert read_mapping(b"") == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("items: {冷媒油: disel}", "items.冷媒油"),
        ("item: disel", "item"),
        ("sheets: {一季度: {item: disel}}", "sheets.一季度.item"),
    ],
)
def test_an_item_that_does_not_exist_is_refused_where_it_stands(text: str, place: str) -> None:
    known = ["diesel", "柴油", "Diesel oil"]
    check_items(read_mapping(text.replace("disel", " DIESEL").encode()), known)

    with pytest.raises(TanluError) as caught:
        check_items(read_mapping(text.encode()), known, "m.yaml")

    assert caught.value.code == "mapping.unknown-item"
    assert caught.value.facts["key"] == place
    assert caught.value.facts["near"].startswith("diesel")
