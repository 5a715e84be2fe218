"""The numbered method rules: each is written down, and each that code cites exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RULE = re.compile(r"\bM-(\d+)\b")
OWN = range(20, 50)


def _numbers(paths: list[Path]) -> set[int]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return {int(number) for number in RULE.findall(text)}


def test_every_rule_of_the_inventory_is_written_down_once() -> None:
    text = (ROOT / "docs/method/inventory.md").read_text(encoding="utf-8")

    heads = [int(n) for n in re.findall(r"^\*\*M-(\d+)\*\*", text, flags=re.MULTILINE)]

    assert sorted(heads) == list(OWN)


def test_code_cites_only_rules_that_are_written_down() -> None:
    written = _numbers(sorted((ROOT / "docs/method").glob("*.md")))
    cited = _numbers(sorted((ROOT / "src/tanlu/inventory").glob("*.py")))

    assert {n for n in cited if n in OWN} == set(OWN)
    assert cited & set(OWN) <= written
