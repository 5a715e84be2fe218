"""Units of small tables: in the header, in a column, above the table, or beside the number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tanlu.ingest.model import ParsedFile

Read = Callable[..., ParsedFile]
GREEN = ["厂区", "类型", "年份", "电量", "单位", "凭证号"]
BOUGHT = ["厂区", "年份", "物料名称", "数量", "单位"]
LANES = ["厂区", "年份", "线路", "运输方式", "货量", "单位", "运距(km)"]


def codes(parsed: ParsedFile) -> set[str]:
    """Return the codes of the findings."""
    return {finding.code for finding in parsed.findings}


@pytest.mark.parametrize(
    ("amount", "unit", "kwh"),
    [
        (12, "万kWh", "120000"),
        (12, "MWh", "12000"),
        ("3000 kWh", "", "3000"),
        ("3 MWh", "", "3000"),
    ],
)
def test_power_is_in_the_unit_of_its_column_or_cell(
    read: Read, amount: object, unit: str, kwh: str
) -> None:
    (record,) = read({"绿电": [GREEN, ["一厂", "绿证", 2024, amount, unit, "G1"]]}).records

    assert record.fields["kwh"] == kwh


@pytest.mark.parametrize(
    ("amount", "unit", "mass_kg"),
    [(12, "t", "12000"), (3000, "kg", "3000"), (2, "万吨", "20000000"), ("500kg", "", "500")],
)
def test_masses_of_one_column_may_have_units_of_their_own(
    read: Read, amount: object, unit: str, mass_kg: str
) -> None:
    (record,) = read({"采购": [BOUGHT, ["一厂", 2024, "钢板", amount, unit]]}).records

    assert record.fields["mass_kg"] == mass_kg


def test_a_unit_beside_the_number_must_agree_with_the_column(read: Read) -> None:
    parsed = read({"采购": [BOUGHT, ["一厂", 2024, "钢板", "3 t", "kg"]]})

    assert not parsed.records
    assert "UNIT_IN_NUMBER" in codes(parsed)


def test_a_number_without_any_unit_is_held(read: Read) -> None:
    parsed = read({"采购": [BOUGHT[:-1], ["一厂", 2024, "钢板", 3]]})

    assert not parsed.records
    assert "UNIT_MISSING" in codes(parsed)


@pytest.mark.parametrize("header", ["数量(t)", "重量（吨）", "采购量(t)", "净重 t"])
def test_a_unit_in_the_header_is_that_of_the_column(read: Read, header: str) -> None:
    rows = [["厂区", "年份", "材料", header], ["一厂", 2024, "钢板", 12]]

    (record,) = read({"材料": rows}).records

    assert (record.fields["mass_kg"], record.fields["unit"]) == ("12000", "kg")


def test_a_unit_above_the_table_is_that_of_the_amounts(read: Read) -> None:
    rows = [["单位：吨"], ["厂区", "年份", "材料", "数量"], ["一厂", 2024, "钢板", 12]]

    (record,) = read({"材料": rows}).records

    assert record.fields["mass_kg"] == "12000"


def test_a_count_and_a_mass_side_by_side_are_both_kept(read: Read) -> None:
    rows = [["厂区", "年份", "材料", "数量(件)", "重量(t)"], ["一厂", 2024, "轴承", 200, 1.5]]

    (record,) = read({"材料": rows}).records

    fields = record.fields
    assert (fields["quantity"], fields["unit"], fields["mass_kg"]) == ("200", "piece", "1500")


@pytest.mark.parametrize(
    ("mass", "unit", "mass_t", "tkm"),
    [(1200, "kg", "1.2", "720"), ("3 t", "", "3", "1800"), (3, "吨", "3", "1800")],
)
def test_loads_are_in_the_unit_of_their_column_or_cell(
    read: Read, mass: Any, unit: str, mass_t: str, tkm: str
) -> None:
    row = ["一厂", 2024, "徐州-上海", "公路", mass, unit, 600]

    (record,) = read({"运输": [LANES, row]}).records

    assert (record.fields["mass_t"], record.fields["tkm"]) == (mass_t, tkm)


def test_output_takes_the_unit_of_its_column(read: Read) -> None:
    rows = [["厂区", "年份", "产量", "单位"], ["一厂", 2024, 5, "台"]]

    (record,) = read({"产值产量": rows}).records

    assert (record.fields["units_produced"], record.fields["units_unit"]) == ("5", "piece")
