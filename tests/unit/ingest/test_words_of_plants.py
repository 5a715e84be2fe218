"""Headers, units and names as plants write them, each read as what it means."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from tanlu.ingest.model import ImportContext, ParsedFile, SheetKind
from tanlu.ingest.parse import parse_file

Read = Callable[..., ParsedFile]
Rows = list[list[object]]
Sums = Callable[[ParsedFile], dict[tuple[str, str, str], Fraction]]


@pytest.mark.parametrize(
    ("sheet", "header", "row"),
    [
        (
            "主要材料消耗",
            ["材料名称", "规格", "单位", "用量", "金额（万元）", "供应商"],
            ["钢板", "Q345", "t", 3200, 1440, "宝钢"],
        ),
        (
            "原材料采购",
            ["物料", "规格型号", "数量", "单位", "采购额(万元)"],
            ["钢板", "Q345", 3200, "t", 1440],
        ),
        ("采购", ["名称", "规格", "数量", "单位"], ["热轧钢板", "Q345", 3200, "t"]),
        ("采购", ["名称", "规格", "数量", "单位"], ["特种件", "Q345", 3200, "t"]),
        ("Sheet1", ["Name", "Specification", "Quantity", "Unit"], ["Steel plate", "A", 3200, "t"]),
    ],
)
def test_materials_with_a_specification_are_purchases(
    read: Read, sheet: str, header: list[str], row: list[object]
) -> None:
    parsed = read({sheet: [header, row]})

    [record] = parsed.records
    assert parsed.sheets[0].kind == SheetKind.PURCHASE
    assert record.fields["mass_kg"] == "3200000"
    assert "COLUMN_IGNORED" not in {f.code for f in parsed.findings}
    money = any("金额" in text or "采购额" in text for text in header)
    assert record.fields["spend_cny"] == ("14400000" if money else None)


def test_machines_under_a_name_and_a_specification_stay_equipment(read: Read) -> None:
    rows: Rows = [["名称", "规格", "数量"], ["空压机", "75kW", 2], ["水泵", "15kW", 4]]

    parsed = read({"清单": rows})

    assert [r.fields["power_kw"] for r in parsed.records] == ["75", "15"]
    assert {r.kind.value for r in parsed.records} == {"equipment"}


def test_a_specification_beside_nothing_we_know_is_asked_about(read: Read) -> None:
    parsed = read({"Sheet1": [["名称", "规格", "数量", "单位"], ["某物", "X", 3, "t"]]})

    assert not parsed.records
    assert [f.code for f in parsed.findings] == ["HEADER_UNRECOGNISED"]


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("10k CNY", 10_000),
        ("CNY 10k", 10_000),
        ("RMB 10,000", 10_000),
        ("10,000 RMB", 10_000),
        ("10^4 CNY", 10_000),
        ("CNY 10^4", 10_000),
        ("万元", 10_000),
        ("kCNY", 1000),
        ("thousand CNY", 1000),
        ("CNY thousand", 1000),
        ("CNY '000", 1000),
        ("千元", 1000),
        ("百万元", 1_000_000),
        ("CNY million", 1_000_000),
        ("CNY mn", 1_000_000),
        ("亿元", 100_000_000),
    ],
)
def test_money_in_the_header_in_any_common_spelling(read: Read, unit: str, scale: int) -> None:
    parsed = read({"Output": [["Year", f"Output value ({unit})"], [2023, 21]]})

    [record] = parsed.records
    assert record.fields["output_value_cny"] == str(21 * scale)
    assert not parsed.findings


@pytest.mark.parametrize(
    "header",
    [
        "Certificate no",
        "Certificate no.",
        "Certificate number",
        "Certificate ID",
        "Number",
        "证书编号",
        "證書編號",
    ],
)
def test_the_number_of_a_certificate_under_its_common_headers(read: Read, header: str) -> None:
    rows: Rows = [
        ["Site", "Kind", "Year", "kWh", header, "Certificate holder"],
        ["A works", "GEC", 2024, 2000, "GEC-1", "own"],
        ["A works", "Green certificate", 2024, 2000, "GEC-2", "own"],
    ]

    parsed = read({"Green power": rows})

    assert [r.fields["serial"] for r in parsed.records] == ["GEC-1", "GEC-2"]
    assert [r.fields["kwh"] for r in parsed.records] == ["2000", "2000"]
    assert {f.code for f in parsed.findings} <= {"SITE_REGISTERED"}


def test_a_written_unit_of_energy_is_not_called_assumed(read: Read) -> None:
    rows: Rows = [["Site", "Kind", "Year", "Energy (kWh)"], ["A works", "GEC", 2024, 2000]]

    parsed = read({"Green power": rows})

    assert parsed.records[0].fields["kwh"] == "2000"
    assert "HEADER_UNIT_ASSUMED" not in {f.code for f in parsed.findings}


@pytest.mark.parametrize("header", ["方向", "运输方向", "運輸方向", "Direction"])
def test_the_direction_of_freight_under_its_common_headers(read: Read, header: str) -> None:
    words = ["出厂", "销售出厂", "outbound", "发货", "采购入厂", "inbound"]
    rows: Rows = [["年份", header, "方式", "货量(t)", "距离(km)"]]
    rows += [[2024, word, "公路", 10 + i, 650] for i, word in enumerate(words)]

    parsed = read({"运输": rows})

    directions = [record.fields["direction"] for record in parsed.records]
    assert directions == ["outbound"] * 4 + ["inbound"] * 2


@pytest.mark.parametrize(
    ("gross", "own", "fed"),
    [
        ("发电量(kWh)", "自用电量(kWh)", "上网电量(kWh)"),
        ("发电(kWh)", "自用(kWh)", "上网(kWh)"),
        ("Generation (kWh)", "Self-use (kWh)", "Exported (kWh)"),
    ],
)
def test_a_roof_keeps_own_use_and_feed_in_and_checks_their_sum(
    read: Read, sums: Sums, gross: str, own: str, fed: str
) -> None:
    rows: Rows = [["月份", gross, own, fed]]
    rows += [[f"2024-{month:02d}", 26000, 24000, 2000] for month in range(1, 13)]

    parsed = read({"A厂": rows})

    assert sums(parsed) == {
        ("A厂", "self_generated_electricity", "kWh"): 288000,
        ("A厂", "exported_electricity", "kWh"): 24000,
    }
    codes = {f.code for f in parsed.findings}
    assert not {"COLUMN_IGNORED", "CONTROL_TOTAL_MISMATCH"} & codes


def test_a_roof_whose_parts_miss_its_generation_is_told(read: Read) -> None:
    rows: Rows = [["月份", "发电量(kWh)", "自用电量(kWh)", "上网电量(kWh)"]]
    rows += [[f"2024-{month:02d}", 26000, 24000, 900] for month in range(1, 13)]

    parsed = read({"A厂": rows})

    assert "CONTROL_TOTAL_MISMATCH" in {f.code for f in parsed.findings}


def test_water_gases_and_common_names_are_items(read: Read, sums: Sums) -> None:
    rows: Rows = [["月份", "厂区", "能源品种", "用量", "单位"]]
    rows += [
        ["2024-01", "A厂", "自来水", 3, "吨"],
        ["2024-01", "A厂", "Water", 4, "m3"],
        ["2024-01", "A厂", "氮气", 5, "m3"],
        ["2024-01", "A厂", "氩气", 6, "瓶"],
        ["2024-01", "A厂", "压缩天然气", 7, "kg"],
        ["2024-01", "A厂", "汽油（公务车）", 8, "升"],
    ]

    parsed = read({"台账": rows})

    assert sums(parsed) == {
        ("A厂", "water", "kg"): 3000,
        ("A厂", "water", "m3"): 4,
        ("A厂", "nitrogen", "m3"): 5,
        ("A厂", "argon", "piece"): 6,
        ("A厂", "natural_gas", "kg"): 7,
        ("A厂", "gasoline", "L"): 8,
    }


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("钢材", "steel"),
        ("Steel", "steel"),
        ("铝锭", "aluminium_part"),
        ("Aluminium ingot", "aluminium_part"),
        ("铜线", "copper_part"),
        ("铜材", "copper_part"),
    ],
)
def test_common_materials_are_items(read: Read, name: str, item: str) -> None:
    parsed = read({"采购": [["年份", "材料", "数量", "单位"], [2024, name, 3, "t"]]})

    assert [record.fields["item"] for record in parsed.records] == [item]
    assert not parsed.findings


def test_a_title_that_ends_in_a_listed_site_names_that_site(read: Read) -> None:
    title = "江南机床有限公司 一厂 2024年能耗"
    rows: Rows = [[title], ["月份", "电(万kWh)"], *([f"{m}月", 10] for m in range(1, 13))]
    green = [["厂区", "类型", "年份", "电量(kWh)"], ["一厂", "绿证", 2024, 100]]

    both = read({"用电": rows, "绿电": green})
    alone = read({"用电": rows})

    assert [site.id for site in both.sites_seen] == ["一厂"]
    assert [site.id for site in alone.sites_seen] == ["一厂"]


def test_a_column_of_an_unknown_item_registers_no_site(read: Read) -> None:
    rows: Rows = [
        ["一厂 2024年能耗"],
        ["月份", "电(万kWh)", "木屑(吨)"],
        *([f"{m}月", 10, 3] for m in range(1, 13)),
    ]

    parsed = read({"用电": rows})

    assert [site.id for site in parsed.sites_seen] == ["一厂"]
    assert {q.key.get("site") for q in parsed.quarantine} == {"一厂"}


def test_gases_that_are_no_emission_ask_for_no_state(read: Read) -> None:
    parsed = read({"A厂": [["月份", "氮气(m3)", "氩气(m3)"], ["2024-01", 3, 4]]})

    assert "GAS_STATE_UNSTATED" not in {f.code for f in parsed.findings}


def test_a_slip_of_magnitude_across_units_is_told(read: Read) -> None:
    rows: Rows = [["月份", "厂区", "品种", "用量", "单位"]]
    for month in range(1, 13):
        amount = (1100, "吨") if month == 5 else (1.1, "kL")
        rows.append([f"2024-{month:02d}", "A厂", "柴油", *amount])

    parsed = read({"台账": rows})

    [found] = [f for f in parsed.findings if f.code == "OUTLIER_MAGNITUDE"]
    assert found.cell == "D6"
    assert (found.facts["unit"], found.facts["expected_unit"]) == ("kg", "L")


@pytest.mark.parametrize("name", ["a.html", "a.htm", "A.HTML"])
def test_an_html_table_under_its_own_name_is_read(
    context: Callable[..., ImportContext], sums: Sums, name: str
) -> None:
    head = "<tr><th>期间</th><th>厂区</th><th>活动</th><th>数量</th><th>单位</th></tr>"
    line = "<tr><td>2024-03</td><td>A厂</td><td>电</td><td>5</td><td>万kWh</td></tr>"

    parsed = parse_file(f"<table>{head}{line}</table>".encode(), name, context=context())

    assert sums(parsed) == {("A厂", "electricity", "kWh"): 50000}


@pytest.mark.parametrize(
    "rows",
    [
        [["方式", "货量(t)", "距离(km)"], ["公路", 2400, 650], ["公路", 10, 5]],
        [["材料", "数量", "单位"], ["钢板", 3, "t"], ["型钢", 2, "t"]],
        [["厂区", "类型", "电量(MWh)", "凭证号"], ["A厂", "绿证", 1, "X"], ["A厂", "绿证", 1, "Y"]],
    ],
)
def test_rows_without_a_year_are_told_at_import(read: Read, rows: Rows) -> None:
    parsed = read({"表": rows})
    answered = read({"表": rows}, mapping={"year": 2024})

    [found] = [f for f in parsed.findings if f.code == "ROWS_NO_YEAR"]
    assert (found.cell, found.facts["count"]) == ("A2", "2")
    assert {record.fields["year"] for record in answered.records} == {"2024"}
    assert "ROWS_NO_YEAR" not in {f.code for f in answered.findings}
