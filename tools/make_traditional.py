"""Write data/i18n/traditional.yaml: Simplified sentences and names with their Traditional form.

OpenCC (a development tool, not a dependency) converts with `s2twp`; terms of our field come from
tools/traditional_terms.csv, because the converter alone is wrong for them. `--check` compares.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "tanlu" / "data"
TARGET = DATA / "i18n" / "traditional.yaml"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_KEYS = {"zh", "advice_zh", "name_zh", "label_zh", "words_zh", "title_zh", "note_zh"}


def converter() -> Callable[[str], str]:
    """Return the conversion: our terms as they stand, the rest by OpenCC."""
    from opencc import OpenCC  # noqa: PLC0415 (development tool)

    with (ROOT / "tools" / "traditional_terms.csv").open(encoding="utf-8") as file:
        terms = {row["simplified"]: row["traditional"] for row in csv.DictReader(file)}
    pattern = re.compile("|".join(map(re.escape, sorted(terms, key=lambda t: (-len(t), t)))))
    plain = OpenCC("s2twp")

    def convert(text: str) -> str:
        parts, end = [], 0
        for match in pattern.finditer(text):
            parts += [plain.convert(text[end : match.start()]), terms[match.group()]]
            end = match.end()
        return "".join([*parts, plain.convert(text[end:])])

    return convert


def sentences() -> list[str]:
    """Return every Chinese text that may be shown: messages, unit words, names in tables."""
    found: set[str] = set()
    for file in sorted(DATA.rglob("*.yaml")):
        if file != TARGET:
            found.update(_texts(yaml.safe_load(file.read_text(encoding="utf-8")), key=""))
    for file in sorted(DATA.rglob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                found.update(text for name, text in row.items() if name in _KEYS and text)
    found.update(_unit_words())
    return sorted(text for text in found if _HAN.search(text))


def _texts(node: Any, *, key: str) -> Iterator[str]:
    if isinstance(node, dict):
        for name, child in node.items():
            yield from _texts(child, key=str(name))
    elif isinstance(node, list):
        for child in node:
            yield from _texts(child, key=key)
    elif isinstance(node, str) and key in _KEYS:
        yield node


def _unit_words() -> Iterator[str]:
    units = yaml.safe_load((DATA / "i18n" / "units.yaml").read_text(encoding="utf-8"))
    for ladder in units["ladders"].values():
        for _, words in [
            *ladder["zh"]["steps"],
            *([ladder["zh"]["small"]] if "small" in ladder["zh"] else []),
        ]:
            yield " ".join(words.replace("{}", " ").split())


def text() -> str:
    """Return the whole file: only what differs, sorted."""
    convert = converter()
    table = {sentence: convert(sentence) for sentence in sentences()}
    changed = {key: value for key, value in table.items() if key != value}
    head = "# Written by tools/make_traditional.py; do not edit by hand.\n"
    return head + yaml.safe_dump(changed, allow_unicode=True, sort_keys=True, width=10**6)


def main() -> int:
    """Write the file, or tell whether it is up to date."""
    made = text()
    if "--check" in sys.argv[1:]:
        is_current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == made
        print("up to date" if is_current else f"{TARGET.name} is out of date")
        return 0 if is_current else 1
    TARGET.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
