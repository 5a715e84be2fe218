"""A pinch analysis from the command line, with its grand composite curve as a picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tanlu.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

STREAMS = [
    {"name": "C1", "t_supply": 20, "t_target": 180, "cp": 20},
    {"name": "H1", "t_supply": 250, "t_target": 40, "cp": 15},
    {"name": "C2", "t_supply": 140, "t_target": 230, "cp": 30},
    {"name": "H2", "t_supply": 200, "t_target": 80, "cp": 25},
]


def test_the_curve_is_drawn_once_and_replaced_only_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, drawn = tmp_path / "in.json", tmp_path / "curve.svg"
    given.write_text(json.dumps({"streams": STREAMS, "dt_min": {"value": 10, "unit": "K"}}))
    call = ["measures", "calc", "pinch-analysis", "--input", str(given), "-o", str(drawn)]

    assert main([*call, "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    picture = drawn.read_text(encoding="utf-8")
    assert "750" in shown
    assert "'t_supply'" not in shown
    assert picture.startswith("<svg")
    for word in ("夹点", "最小热公用工程 750 kW", "最小冷公用工程 1,000 kW", "[degC]"):
        assert word in picture

    assert main(call) == 2
    assert drawn.read_text(encoding="utf-8") == picture
    assert main([*call, "--lang", "en", "--yes"]) == 0
    assert "Pinch" in drawn.read_text(encoding="utf-8")


def test_a_calculator_without_a_curve_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "in.json"
    given.write_text('{"CH4": 100}')
    target = tmp_path / "x.svg"
    call = ["measures", "calc", "combustion-gas-fuel", "--input", str(given), "-o", str(target)]

    assert main([*call, "--lang", "en"]) == 2
    told = capsys.readouterr()
    assert "pinch-analysis" in told.out + told.err
    assert not target.exists()
