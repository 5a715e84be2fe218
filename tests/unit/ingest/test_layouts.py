"""Workbooks of other layouts than the sample: what plants in other places keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tanlu.ingest.model import ParsedFile

Read = Callable[..., ParsedFile]
Sums = Callable[[ParsedFile], dict[tuple[str, str, str], Fraction]]

MONTHS = [f"{number}月" for number in range(1, 13)]
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def test_long_table_in_traditional_chinese_with_roc_years(read: Read, sums: Sums) -> None:
    rows = [
        ["○○股份有限公司 民國113年度能源使用紀錄"],
        ["廠區", "計費月份", "能源別", "用量", "單位", "發票號碼", "備註"],
        ["新竹廠", "民國113年1月", "外購電力", 125000, "度", "AB1", ""],
        ["新竹廠", "113年2月", "外購電力", "12.1", "萬度", "AB2", ""],
        ["新竹廠", "民國113年1月", "天然氣", 3.2, "千立方公尺", "G1", ""],
        ["台中廠", "民國113年3月", "柴油", 2, "公秉", "D1", ""],
        ["合計"],
    ]

    parsed = read({"用電": rows})

    assert not parsed.open_questions
    assert sums(parsed) == {
        ("新竹廠", "electricity", "kWh"): 246000,
        ("新竹廠", "natural_gas", "m3"): 3200,
        ("台中廠", "diesel", "L"): 2000,
    }
    assert {row.ym // 12 for row in parsed.rows} == {2024}


def test_months_down_and_items_in_two_header_rows(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["徐州重型厂2024年能源消耗表"],
        ["月份", "电(万kWh)", None, "天然气(万m³)", None],
        [None, "峰", "谷", "锅炉", "涂装"],
        *([month, 10 + i, 5 + i, 1, 2] for i, month in enumerate(MONTHS)),
        ["合计", 186, 126, 12, 24],
    ]

    parsed = read({"Sheet1": rows}, merges={"Sheet1": ["B2:C2", "D2:E2", "A2:A3", "A1:E1"]})

    assert sums(parsed) == {
        ("徐州重型厂", "electricity", "kWh"): 3120000,
        ("徐州重型厂", "natural_gas", "m3"): 360000,
    }
    assert "GAS_STATE_UNSTATED" in {f.code for f in parsed.findings}
    assert not parsed.open_questions


def test_site_above_item_in_two_header_rows(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["月份", "一厂", None, "二厂", None],
        [None, "电(kWh)", "天然气(Nm³)", "电(kWh)", "天然气(Nm³)"],
        *([month, 100, 10, 200, 20] for month in MONTHS),
    ]

    parsed = read({"2024年": rows}, merges={"2024年": ["B1:C1", "D1:E1", "A1:A2"]})

    assert sums(parsed) == {
        ("一厂", "electricity", "kWh"): 1200,
        ("一厂", "natural_gas", "Nm3"): 120,
        ("二厂", "electricity", "kWh"): 2400,
        ("二厂", "natural_gas", "Nm3"): 240,
    }


def test_english_items_across(read: Read, sums: Sums) -> None:
    head = ["Month", "Electricity (MWh)", "Natural gas (Nm3)", "Diesel (L)", "Comments"]
    body = [[f"2024-{i:02d}", 100, 2000, 300, None] for i in range(1, 13)]

    parsed = read({"Plant A": [head, *body, ["Total", 1200, 24000, 3600, None]]})

    assert sums(parsed) == {
        ("Plant A", "electricity", "kWh"): 1200000,
        ("Plant A", "natural_gas", "Nm3"): 24000,
        ("Plant A", "diesel", "L"): 3600,
    }
    assert all(total.stated == total.read for total in parsed.control_totals)


def test_english_months_across_with_months_not_reported(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["Site", "Energy", "Unit", *ENGLISH, "Total"],
        ["North", "Electricity", "MWh", *[10.5] * 6, *[None] * 6, 63],
        ["North", "Natural gas", "Nm3", *[100] * 6, *[None] * 6, 600],
    ]

    parsed = read({"Energy 2024": rows})

    assert sums(parsed)["North", "electricity", "kWh"] == 63000
    assert parsed.sheets[0].rows_in == parsed.sheets[0].accepted == 12
    assert "NOT_REPORTED" in {f.code for f in parsed.findings}


@pytest.mark.parametrize(
    "heads",
    [
        ["Jan-24", "Feb-24", "Mar-24"],
        [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)],
        ["2024年1月", "2024年2月", "2024年3月"],
        ["202401", "202402", "202403"],
        ["一月", "二月", "三月"],
        [1, 2, 3],
    ],
)
def test_month_headers_in_many_spellings(read: Read, heads: list[Any]) -> None:
    rows: list[list[Any]] = [
        ["2024年用能"],
        ["Site", "Item", "Unit", *heads],
        ["P1", "Electricity", "kWh", 1, 2, 3],
    ]

    parsed = read({"E": rows})

    months = [(row.ym, int(row.quantity)) for row in parsed.rows]
    assert months == [(2024 * 12 + 1, 1), (2024 * 12 + 2, 2), (2024 * 12 + 3, 3)]


def test_quarters_are_split_by_days_and_sum_exactly(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["厂区", "能源品种", "计量单位", "一季度", "二季度", "三季度", "四季度", "全年"],
        ["A厂", "电力", "万kWh", 1, 2, 3, 4, 10],
    ]

    parsed = read({"2024": rows})

    assert len(parsed.rows) == 12
    assert sums(parsed) == {("A厂", "electricity", "kWh"): 100000}
    assert sum(row.quantity for row in parsed.rows) == 10


def test_quarter_columns_beside_months_are_control_totals(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["厂区", "能源品种", "单位", "1月", "2月", "3月", "一季度", "4月", "5月", "6月", "二季度"],
        ["A厂", "电力", "kWh", 1, 2, 3, 6, 4, 5, 6, 16],
    ]

    parsed = read({"2024年": rows})

    assert sums(parsed) == {("A厂", "electricity", "kWh"): 21}
    wrong = [f for f in parsed.findings if f.code == "CONTROL_TOTAL_MISMATCH"]
    assert [(f.cell, f.facts["found"], f.facts["expected"]) for f in wrong] == [("K2", "16", "15")]


def test_units_in_a_row_of_their_own(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["2024年能源台账"],
        ["月份", "厂区", "电力", "天然气", "柴油"],
        [None, None, "kWh", "Nm³", "吨"],
        ["1月", "A厂", 100, 10, 1],
        ["2月", "A厂", 110, 11, 2],
    ]

    parsed = read({"能耗": rows})

    assert sums(parsed)["A厂", "diesel", "kg"] == 3000
    assert sums(parsed)["A厂", "electricity", "kWh"] == 210


def test_years_above_months(read: Read) -> None:
    rows: list[list[Any]] = [
        ["厂区", "品种", "单位", "2023年", None, None, "2024年", None, None],
        [None, None, None, "1月", "2月", "3月", "1月", "2月", "3月"],
        ["A厂", "电力", "kWh", 1, 2, 3, 4, 5, 6],
    ]

    parsed = read({"能耗": rows}, merges={"能耗": ["D1:F1", "G1:I1"]})

    assert [row.ym for row in parsed.rows] == [24277, 24278, 24279, 24289, 24290, 24291]


def test_one_sheet_per_month_and_one_per_site(read: Read, sums: Sums) -> None:
    head = ["厂区", "能源", "用量", "单位"]
    by_month = {f"{i}月": [head, ["A厂", "电", 100 * i, "kWh"]] for i in (1, 2, 3)}
    by_site = {
        name: [["月份", "用电量(kWh)", "天然气用量(Nm³)"], ["2024-01", 5, 6]]
        for name in ("徐州厂", "常州厂")
    }

    months = read(by_month, "2024能耗.xlsx")
    sites = read(by_site)

    assert [row.ym for row in months.rows] == [24289, 24290, 24291]
    assert {row.site for row in sites.rows} == {"徐州厂", "常州厂"}
    assert sums(sites)["常州厂", "natural_gas", "Nm3"] == 6


def test_a_column_that_names_no_item_is_held_not_dropped(read: Read) -> None:
    rows = [["月份", "用电量(kWh)", "木屑(吨)"], ["2024-01", 5, 7], ["2024-02", 5, 7]]

    parsed = read({"徐州厂": rows})

    held = [f for f in parsed.findings if f.code == "UNKNOWN_ITEM"]
    assert [(f.cell, f.facts["found"]) for f in held] == [("C2", "木屑(吨)"), ("C3", "木屑(吨)")]
    assert parsed.sheets[0].quarantined == 2


def test_a_sheet_without_site_asks_once(read: Read) -> None:
    rows = [["月份", "用电量(kWh)"], ["2024-01", 5], ["2024-02", 6]]

    asked = read({"Sheet1": rows})
    answered = read({"Sheet1": rows}, mapping={"site": "总厂"})
    single = read({"Sheet1": rows}, sites=("总厂",))

    assert [f.code for f in asked.findings if f.outcome == "ask"] == ["SITE_MISSING"]
    assert asked.sheets[0].quarantined == 2
    assert {row.site for row in answered.rows} == {"总厂"}
    assert {row.site for row in single.rows} == {"总厂"}


def test_a_period_that_crosses_months_keeps_its_sum(read: Read) -> None:
    head = ["site", "start date", "end date", "activity", "amount", "unit", "invoice no"]
    rows = [head, ["P", "2023-12-21", "2024-01-20", "electricity", 31000, "kWh", "i1"]]

    parsed = read({"x": rows})

    parts = [(row.ym, int(row.quantity)) for row in parsed.rows]
    assert parts == [(24288, 11000), (24289, 20000)]
    assert len({row.row_id for row in parsed.rows}) == 2


def test_missing_markers_and_a_carrier_not_used(read: Read) -> None:
    rows: list[list[Any]] = [
        ["厂区", "品种", "单位", "1月", "2月", "3月", "4月"],
        ["A厂", "电力", "kWh", 1, "-", "停产", 4],
        ["A厂", "蒸汽", "GJ", "/", "/", "/", "/"],
    ]

    parsed = read({"2024": rows})

    missing = [f.cell for f in parsed.findings if f.code == "NUMBER_MISSING"]
    assert missing == ["E2", "F2"]
    assert (parsed.sheets[0].rows_in, parsed.sheets[0].accepted) == (4, 2)


def test_a_summary_sheet_is_not_counted_beside_its_details(read: Read, sums: Sums) -> None:
    head = ["期间", "厂区", "活动", "数量", "单位", "凭证号"]
    detail = [head, ["2024-01", "A厂", "电", 100, "kWh", "v1"]]
    summary = [head[:5], ["2024-01", "A厂", "电", 100, "kWh"]]

    parsed = read({"明细": detail, "汇总": summary})

    assert sums(parsed) == {("A厂", "electricity", "kWh"): 100}
    assert [sheet.duplicates for sheet in parsed.sheets] == [0, 1]


def test_the_normal_state_of_gas_is_taken_from_a_remark(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["2024年"],
        ["厂区", "品种", "单位", "1月", "2月", "3月"],
        ["A厂", "天然气", "万m³", 1, 1, 1],
    ]
    notes = [["口径"], ["天然气按标况计量；电以结算单为准"]]

    plain = read({"用能": rows})
    stated = read({"用能": rows, "说明": notes})
    answered = read({"用能": rows}, mapping={"gas_volume": "normal"})

    assert sums(plain) == {("A厂", "natural_gas", "m3"): 30000}
    assert sums(stated) == sums(answered) == {("A厂", "natural_gas", "Nm3"): 30000}


def test_energy_beside_production_is_read_and_the_rest_named(read: Read, sums: Sums) -> None:
    rows = [["月份", "产量(台)", "电(kWh)", "电费(元)"], ["2024-01", 5, 10, 7]]

    parsed = read({"2024": rows}, mapping={"site": "A厂"})

    assert sums(parsed) == {("A厂", "electricity", "kWh"): 10}
    assert [f.cell for f in parsed.findings if f.code == "COLUMN_IGNORED"] == ["B1", "D1"]


@pytest.mark.parametrize(
    ("header", "value", "codes"),
    [
        ("Gross output (CNY million, 2020 prices)", "900000000", set()),
        ("工业总产值(亿元)", "90000000000", set()),
        ("工业总产值", "900", {"HEADER_UNIT_ASSUMED"}),
        ("工业总产值(xyz)", "900", {"HEADER_UNIT_ASSUMED"}),
    ],
)
def test_the_unit_of_a_small_table_is_never_assumed_silently(
    read: Read, header: str, value: str, codes: set[str]
) -> None:
    parsed = read({"产值": [["年份", header], [2024, 900]]})

    assert parsed.records[0].fields["output_value_cny"] == value
    assert {f.code for f in parsed.findings} == codes


def test_small_tables_in_english(read: Read) -> None:
    sheets = {
        "Green power": [
            ["Site", "Type", "Year", "Energy (MWh)", "Certificate no", "Ownership"],
            ["North", "Rooftop PV", 2024, 1200, "", "Third party"],
            ["North", "Green certificate", 2024, "3,000", "GEC-1", "Own"],
        ],
        "Freight": [
            ["Route", "Mode", "Mass (t)", "Distance (km)"],
            ["A to B", "Road", 100, 200],
            ["C-D", "Drone", 1, 1],
        ],
    }

    parsed = read(sheets)

    assert [r.fields["kind"] for r in parsed.records[:2]] == ["pv_self", "gec"]
    assert [r.fields.get("kwh") for r in parsed.records[:2]] == ["1200000", "3000000"]
    assert parsed.records[2].fields["tkm"] == "20000"
    unknown = [f for f in parsed.findings if f.code == "UNKNOWN_CHOICE"]
    assert [(f.sheet, f.cell, f.outcome.value) for f in unknown] == [
        ("Freight", "B3", "quarantine")
    ]


def test_yearly_totals_take_the_year_of_the_title(read: Read, sums: Sums) -> None:
    rows = [["2024年度能源消耗"], ["厂区", "品种", "数量", "单位"], ["A厂", "电", 366, "kWh"]]

    parsed = read({"年报": rows})

    assert sums(parsed) == {("A厂", "electricity", "kWh"): 366}
    assert [int(row.quantity) for row in parsed.rows][:2] == [31, 29]
    assert "PERIOD_YEAR" in {f.code for f in parsed.findings}


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("厂区,活动,数量,单位", "COLUMN_MISSING"),
        ("期间,厂区,活动,单位", "COLUMN_MISSING"),
        ("a,b,c,d", "HEADER_UNRECOGNISED"),
        ("1,2,3,4", "HEADER_UNRECOGNISED"),
    ],
)
def test_a_table_without_what_it_needs_is_refused(read: Read, head: str, code: str) -> None:
    parsed = read(f"{head}\n2024-01,A,5,kWh\n2024-02,A,6,kWh\n".encode(), "a.csv")

    assert parsed.rejected
    assert [f.code for f in parsed.findings] == [code]


def test_subtotals_are_checked_block_by_block(read: Read, sums: Sums) -> None:
    lines = [
        "期间,厂区,活动,数量,单位,凭证号",
        "2024-01,A,电,5,kWh,1",
        "2024-02,A,电,6,kWh,2",
        "小计,A,电,11,kWh,",
        "2024-01,B,电,7,kWh,3",
        "小计,B,电,8,kWh,",
        "总计,,电,18,kWh,",
    ]

    parsed = read("\n".join(lines).encode(), "a.csv")

    assert sums(parsed) == {("A", "electricity", "kWh"): 11, ("B", "electricity", "kWh"): 7}
    wrong = [f.cell for f in parsed.findings if f.code == "CONTROL_TOTAL_MISMATCH"]
    assert wrong == ["D6"]


def test_blanks_of_an_outline_are_filled_and_of_single_entries_held(read: Read) -> None:
    outline: list[list[Any]] = [
        ["厂区", "能源", "单位", "2024年1月", "2024年2月", "2024年3月"],
        ["A厂", "电", "kWh", 1, 2, 3],
        [None, "柴油", "吨", 4, 5, 6],
    ]
    entries = [["期间", "厂区", "活动", "数量", "单位"], ["2024-01", "A厂", "电", 1, "kWh"]]

    filled = read({"S": outline})
    held = read({"S": [*entries, ["2024-02", None, "电", 2, "kWh"]]})

    assert {row.site for row in filled.rows} == {"A厂"}
    assert [f.cell for f in filled.findings if f.code == "FILLED_DOWN"] == ["A3"]
    assert held.sheets[0].quarantined == 1
    assert [f.cell for f in held.findings if f.code == "SITE_MISSING"] == ["D3"]


def test_a_monthly_report_per_sheet_takes_this_month_and_not_the_year_so_far(
    read: Read, sums: Sums
) -> None:
    sheets = {
        f"{month}月": [
            ["徐州重型厂能源消耗月报"],
            [f"2024年{month}月"],
            ["序号", "能源名称", "计量单位", "本月消耗", "本年累计", "去年同期"],
            [1, "电力", "万千瓦时", 10 + month, 100 * month, 9],
            [2, "柴油", "吨", 1.5, 1.5 * month, 1.4],
        ]
        for month in range(1, 13)
    }

    parsed = read(sheets, mapping={"site": "徐州重型厂"})

    assert sums(parsed) == {
        ("徐州重型厂", "electricity", "kWh"): 1980000,
        ("徐州重型厂", "diesel", "kg"): 18000,
    }
    assert len({row.ym for row in parsed.rows}) == 12


def test_a_consultants_table_of_sources_is_no_list_of_equipment(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["温室气体排放活动数据收集表"],
        ["填报单位：无锡工厂", "", "填报年份：2024"],
        ["编号", "排放源类别", "排放源", "活动数据", "单位", "数据来源", "备注"],
        ["1", "化石燃料燃烧", "柴油", 3.2, "t", "加油记录", ""],
        ["2", "净购入电力", "外购电力", 5600, "MWh", "电费单", ""],
        ["3", "化石燃料燃烧", "叉车用油", 5, "t", "加油记录", ""],
    ]

    parsed = read({"活动数据": rows})

    assert [sheet.kind for sheet in parsed.sheets] == ["tidy"]
    assert sums(parsed) == {
        ("无锡工厂", "diesel", "kg"): 3200,
        ("无锡工厂", "electricity", "kWh"): 5600000,
    }
    assert [row.raw["排放源"] for row in parsed.quarantine] == ["叉车用油"]


def test_taiwanese_bills_and_fuel_slips(read: Read, sums: Sums) -> None:
    power: list[list[Any]] = [
        ["民國113年度 電力使用紀錄"],
        ["年", "月", "廠別", "用電度數(度)", "電費(元)"],
    ]
    power += [["民國113年", month, "台中廠", 10000 + month, 40000] for month in range(1, 13)]
    fuel: list[list[Any]] = [["日期", "廠別", "油品", "加油量(公升)", "金額"],
            ["民國113年1月15日", "台中廠", "柴油", 120, 3000],
            ["民國113年2月20日", "台中廠", "汽油", 80, 2500]]  # fmt: skip

    parsed = read({"用電紀錄": power, "燃料": fuel})

    assert not parsed.open_questions
    assert sums(parsed) == {
        ("台中廠", "electricity", "kWh"): 120078,
        ("台中廠", "diesel", "L"): 120,
        ("台中廠", "gasoline", "L"): 80,
    }


def test_factories_side_by_side_under_two_header_rows(read: Read, sums: Sums) -> None:
    rows: list[list[Any]] = [
        ["期间", "一厂", None, "二厂", None],
        [None, "电(kWh)", "天然气(Nm³)", "电(kWh)", "天然气(Nm³)"],
        *([f"2023-{month:02d}", 1000 + month, 20, 2000 + month, 40] for month in range(1, 13)),
    ]

    parsed = read({"2023": rows}, merges={"2023": ["B1:C1", "D1:E1", "A1:A2"]})

    assert sums(parsed) == {
        ("一厂", "electricity", "kWh"): 12078,
        ("一厂", "natural_gas", "Nm3"): 240,
        ("二厂", "electricity", "kWh"): 24078,
        ("二厂", "natural_gas", "Nm3"): 480,
    }


def test_quarters_and_half_years_beside_months_are_not_added(read: Read, sums: Sums) -> None:
    months = [100, 101, 102, 103, 104, 105]
    rows: list[list[Any]] = [
        ["苏州工厂2024年1-6月能源统计表"],
        [
            "项目",
            "单位",
            "1月",
            "2月",
            "3月",
            "一季度",
            "4月",
            "5月",
            "6月",
            "二季度",
            "上半年合计",
        ],
        ["外购电量", "kWh", *months[:3], 303, *months[3:], 312, 615],
    ]

    parsed = read({"2024年能源统计": rows})

    assert sums(parsed) == {("苏州工厂", "electricity", "kWh"): 615}
