"""Doubts between rows: what is held back, and what is only said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tanlu.ingest.model import ParsedFile

Read = Callable[..., ParsedFile]

HEAD = "期间,厂区,活动,数量,单位,凭证号,备注"


def table(*lines: str) -> bytes:
    return "\n".join((HEAD, *lines, "")).encode()


def codes(parsed: ParsedFile, code: str) -> list[tuple[str, str]]:
    return [(f.cell, f.outcome.value) for f in parsed.findings if f.code == code]


def test_an_exact_duplicate_is_held_and_counted(read: Read) -> None:
    line = "2024-01,A厂,电,100,kWh,V1,"

    parsed = read(table(line, line, line), "a.csv")

    assert codes(parsed, "DUPLICATE_ROW") == [("D3", "warn"), ("D4", "warn")]
    assert (parsed.sheets[0].accepted, parsed.sheets[0].duplicates) == (1, 2)


def test_the_same_key_with_another_quantity_is_accepted_with_a_warning(read: Read) -> None:
    parsed = read(table("2024-01,A厂,电,100,kWh,V1,", "2024-01,A厂,电,200,kWh,V2,"), "a.csv")

    assert codes(parsed, "DUPLICATE_KEY") == [("D3", "warn")]
    assert parsed.sheets[0].accepted == 2


def test_a_unit_slip_stands_out_and_seasons_do_not(read: Read) -> None:
    slip = [
        f"2024-{i:02d},A厂,电,{100 + i},{'MWh' if i == 5 else 'kWh'},V{i}," for i in range(1, 9)
    ]
    season = [f"2024-{i:02d},A厂,外购蒸汽,{v},GJ,S{i}," for i, v in
              enumerate((900, 800, 400, 90, 12, 7, 8, 15, 100, 500), 1)]  # fmt: skip

    assert codes(read(table(*slip), "a.csv"), "OUTLIER_MAGNITUDE") == [("D6", "warn")]
    assert codes(read(table(*season), "a.csv"), "OUTLIER_MAGNITUDE") == []


def test_one_of_three_months_is_the_outlier(read: Read) -> None:
    lines = [
        "2024-01,A厂,电,100,kWh,1,",
        "2024-02,A厂,电,100000,kWh,2,",
        "2024-03,A厂,电,101,kWh,3,",
    ]

    assert codes(read(table(*lines), "a.csv"), "OUTLIER_MAGNITUDE") == [("D3", "warn")]


def test_a_gap_is_reported_in_a_dense_series_only(read: Read) -> None:
    dense = [f"2024-{i:02d},A厂,电,100,kWh,V{i}," for i in (1, 2, 3, 5, 6)]
    sparse = [f"2024-{i:02d},A厂,柴油,1,吨,V{i}," for i in (1, 6)]

    assert codes(read(table(*dense), "a.csv"), "PERIOD_GAP") == [("D5", "warn")]
    assert codes(read(table(*sparse), "a.csv"), "PERIOD_GAP") == []


def test_a_voucher_used_for_two_months_is_reported(read: Read) -> None:
    parsed = read(table("2024-01,A厂,电,100,kWh,V1,", "2024-02,A厂,电,120,kWh,V1,"), "a.csv")

    assert codes(parsed, "EVIDENCE_REUSED") == [("D3", "warn")]


def test_own_power_beside_its_fuel_may_count_twice(read: Read) -> None:
    lines = ["2024-01,A厂,天然气,1000,Nm3,1,", "2024-01,A厂,自发自用电力,3500,kWh,2,"]

    assert codes(read(table(*lines), "a.csv"), "DOUBLE_COUNT_SUSPECT") == [("D3", "warn")]
    assert codes(read(table(lines[1]), "a.csv"), "DOUBLE_COUNT_SUSPECT") == []


@pytest.mark.parametrize(("stated", "fine"), [("300", True), ("301", False)])
def test_a_total_is_checked_against_its_rows(read: Read, stated: str, *, fine: bool) -> None:
    lines = ["2024-01,A厂,电,100,kWh,1,", "2024-02,A厂,电,200,kWh,2,", f"合计,,,{stated},,,"]

    parsed = read(table(*lines), "a.csv")

    assert bool(codes(parsed, "CONTROL_TOTAL_MISMATCH")) is not fine
    assert parsed.sheets[0].excluded == 1


def test_negative_rows_need_their_type(read: Read) -> None:
    head = HEAD + ",类型\n"
    lines = ["2024-01,A厂,电,-5,kWh,1,,退补", "2024-02,A厂,电,-5,kWh,2,,"]

    parsed = read((head + "\n".join(lines) + "\n").encode(), "a.csv")

    assert [(row.kind.value, int(row.quantity)) for row in parsed.rows] == [("adjustment", -5)]
    assert codes(parsed, "NEGATIVE_QUANTITY") == [("D3", "quarantine")]


def test_quantities_beyond_the_engine_stay_exact(read: Read) -> None:
    parsed = read(table("2024-01,A厂,电,1e15,kWh,1,"), "a.csv")

    assert parsed.rows[0].qty_u is None
    assert parsed.rows[0].quantity == 10**15
