"""Levels of energy and emissions per product, at the values their publications print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.app.calculators import calculation_body
from tanlu.i18n.say import Say
from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from pathlib import Path


def level(folder: Path, kind: str, product: str, **given: Any) -> dict[str, Any]:
    path = folder / "in.json"
    path.write_text(json.dumps({"product": product} | given), encoding="utf-8")
    outputs = calculation_body(f"benchmark-{kind}", path, say=Say("en"))["outputs"]
    return {name: told["value"] for name, told in outputs.items()}


def kgce(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "kgce/t"}


@pytest.mark.parametrize(
    ("product", "value", "expected"),
    [  # GB 21256-2025: blast furnace 361/370/415, converter -30/-28/-12; smaller is better
        ("gb_bf", 361, "level_1"),
        ("gb_bf", 361.1, "level_2"),
        ("gb_bf", 415, "level_3"),
        ("gb_bf", 416, "beyond_level_3"),
        ("gb_bof", -31, "level_1"),
        ("gb_bof", -29, "level_2"),
        ("gb_bof", -12, "level_3"),
        ("gb_bof", -5, "beyond_level_3"),
        # 发改产业〔2023〕723号: blast furnace 361/435, converter -30/-10
        ("lvl_bf", 361, "leading"),
        ("lvl_bf", 400, "between"),
        ("lvl_bf", 436, "below_baseline"),
        ("lvl_bof", -30, "leading"),
        ("lvl_bof", -9, "below_baseline"),
    ],
)
def test_a_level_is_reached_from_below(
    tmp_path: Path, product: str, value: float, expected: str
) -> None:
    assert level(tmp_path, "energy", product, intensity=kgce(value))["level"] == expected


def test_the_distance_of_a_negative_value_keeps_its_sign(tmp_path: Path) -> None:
    output = {"value": 3_000_000, "unit": "t/yr"}

    found = level(tmp_path, "energy", "gb_bof", intensity=kgce(-29), production=output)

    assert (found["gap_leading"], found["gap_baseline"], found["excess"]) == (1, -17, 3000)
    assert found["publication"].startswith("GB 21256-2025")


def test_what_lies_below_the_leading_level_has_no_excess(tmp_path: Path) -> None:
    found = level(
        tmp_path, "energy", "gb_bof", intensity=kgce(-40), production={"value": 1, "unit": "t/yr"}
    )

    assert (found["gap_leading"], found["excess"]) == (-10, 0)


def test_without_output_there_is_no_excess_of_the_year(tmp_path: Path) -> None:
    assert level(tmp_path, "energy", "gb_bf", intensity=kgce(400))["excess"] is None


def test_other_families_have_their_own_units(tmp_path: Path) -> None:
    power = {"value": 0.79, "unit": "t/MWh"}
    steel = {"value": 0.07, "unit": "t/t"}
    oil = {"value": 600, "unit": "kgoe/t"}
    cell = {"value": 13.0, "unit": "MWh/t"}

    assert level(tmp_path, "power", "ets_pc_gt300_2024", intensity=power)["level"] == "beyond"
    assert level(tmp_path, "emission", "cbam_hrc_eaf", intensity=steel)["level"] == "within"
    assert level(tmp_path, "energy-oil", "lvl_ethylene", intensity=oil)["confidence"] == "template"
    assert level(tmp_path, "electricity", "gb_al_ac", intensity=cell)["level"] == "level_2"


def test_a_level_in_another_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TanluError) as caught:
        level(tmp_path, "energy", "gb_al_ac", intensity=kgce(100))

    assert [finding.code for finding in caught.value.findings] == ["CALC_CHOICE"]
