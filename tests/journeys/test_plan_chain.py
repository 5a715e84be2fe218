"""A plan case with products and slices of the year, as its author meets it."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.conftest import run

if TYPE_CHECKING:
    from pathlib import Path

CASES = resources.files("tanlu") / "data" / "plan_cases"


def load(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((CASES / name).read_text(encoding="utf-8"))
    return case


def test_a_plan_of_hydrogen_and_steel_says_what_each_plant_makes(tmp_path: Path) -> None:
    path = tmp_path / "steel.json"
    path.write_text(json.dumps(load("chain.json")), encoding="utf-8")

    body = run("--json", "plan", "--case", str(path)).body
    english = run("--lang", "en", "plan", "--case", str(path)).text
    chinese = run("--lang", "zh", "plan", "--case", str(path)).text

    assert body["series"]["made:shaft"] == [0, 50_000]
    assert body["series"]["made:electrolyzer"] == [0, 3_000]
    assert "What technologies serve and make a year" in english
    assert "各设备每年供应或生产的量" in chinese
    for told in (english, chinese):
        line = next(row for row in told.splitlines() if row.startswith("furnace"))
        assert line.split()[1:] == ["110,000", "60,000"]


def test_what_if_more_is_asked_of_a_chain(tmp_path: Path) -> None:
    path = tmp_path / "steel.json"
    path.write_text(json.dumps(load("chain.json")), encoding="utf-8")

    told = run("--lang", "en", "plan", "--case", str(path), "--what-if", "growth=5%").text

    assert "277.9 kt" in told  # 165,000 and 107,500 times 1.05
    assert "No longer met: cap" in told
    assert "shaft: from 2027, size 1.000 units → 2.000 units" in told


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ["must name each slice of the year (day, night)", "no technology of works makes it"],
        ),
        ("zh", ["须逐一写出各时段（day, night）", "works 没有设备生产它"]),
    ],
)
def test_faults_of_a_chain_are_told_at_once(tmp_path: Path, lang: str, words: list[str]) -> None:
    case = load("slices.json")
    del case["end_uses"][0]["profile"]["night"]
    case["products"].append({"id": "steam"})
    case["technologies"][0] = {"id": "coal_plant", "makes": "power", "inputs": {"steam": 1}}
    path = tmp_path / "faults.json"
    path.write_text(json.dumps(case), encoding="utf-8")

    told = run("--lang", lang, "plan", "--case", str(path))

    assert told.code == 2
    flat = "".join(told.error.split())
    for word in words:
        assert "".join(word.split()) in flat
