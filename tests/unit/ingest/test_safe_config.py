"""YAML and JSON of users."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.safe_config import load_json, load_yaml

if TYPE_CHECKING:
    from pathlib import Path


def test_yaml_gives_text_whole_numbers_and_exact_decimals() -> None:
    data = "a: 2024.10\nb: 2024-01-01\nc: no\nd: true\ne: ~\nf: 012\n期间: [3, -4]\n".encode()

    assert load_yaml(data) == {
        "a": Decimal("2024.10"),
        "b": "2024-01-01",
        "c": "no",
        "d": True,
        "e": None,
        "f": "012",
        "期间": [3, -4],
    }


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"!!python/object/apply:os.system ['true']", "CONFIG_TAG"),
        (b"a: !x 1", "CONFIG_TAG"),
        (b"a: &a [1]\n" + b"".join(b"k%d: *a\n" % i for i in range(30)), "CONFIG_ALIASES"),
        (b"[" * 100, "CONFIG_DEPTH"),
        (b"a: 1\na: 2", "CONFIG_DUPLICATE_KEY"),
        (b"? [a]\n: 1", "CONFIG_MALFORMED"),
        (b"a: [b", "CONFIG_MALFORMED"),
        (b'a: "\\ud800"', "ENCODING_INVALID"),
        (b"a: \xff", "ENCODING_INVALID"),
    ],
)
def test_hostile_yaml_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(RejectedError) as caught:
        load_yaml(data, "m.yaml")

    assert (caught.value.code, caught.value.finding.file) == (code, "m.yaml")


def test_json_gives_exact_decimals() -> None:
    assert load_json(b'{"a": 0.1, "b": [1, null, "\\ud83d\\ude00"]}') == {
        "a": Decimal("0.1"),
        "b": [1, None, "😀"],
    }


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[" * 200_000 + b"]" * 200_000, "JSON_DEPTH"),
        (b'{"a": 1, "a": 2}', "JSON_DUPLICATE_KEY"),
        (b"[NaN]", "NUMBER_NONFINITE"),
        (b"[-Infinity]", "NUMBER_NONFINITE"),
        (b"[1e999999999]", "NUMBER_OUT_OF_RANGE"),
        (b"[" + b"9" * 100_000 + b"]", "NUMBER_TOO_LONG"),
        (b'["\\ud800"]', "ENCODING_INVALID"),
        (b'{"\\ud800": 1}', "ENCODING_INVALID"),
        (b"\xff", "ENCODING_INVALID"),
        (b'{"a":', "JSON_MALFORMED"),
    ],
)
def test_hostile_json_is_refused_quickly(data: bytes, code: str) -> None:
    started = time.perf_counter()

    with pytest.raises(RejectedError) as caught:
        load_json(data, "b.json")

    assert caught.value.code == code
    assert time.perf_counter() - started < 1


def test_brackets_inside_texts_are_no_depth() -> None:
    assert load_json(b'["' + b"[" * 500 + b'"]') == ["[" * 500]


def test_the_shared_hostile_files_are_refused(shared: Path) -> None:
    folder = shared / "badinputs"
    readers = {
        "attack/deep_json.json": (load_json, "JSON_DEPTH"),
        "attack/dup_keys.json": (load_json, "JSON_DUPLICATE_KEY"),
        "enc/lone_surrogate.json": (load_json, "ENCODING_INVALID"),
        "attack/yaml_object.yaml": (load_yaml, "CONFIG_TAG"),
    }

    for file, (reader, code) in readers.items():
        with pytest.raises(RejectedError) as caught:
            reader((folder / file).read_bytes(), file)
        assert caught.value.code == code
