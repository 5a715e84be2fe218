"""Closing a year: what concerns it stands in the way; what concerns other years does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.conftest import in_workspace, run
from tests.journeys.test_incomplete_year import power, table

if TYPE_CHECKING:
    from pathlib import Path


def test_findings_of_another_year_do_not_keep_a_year_open(own: Path) -> None:
    call = in_workspace(own)
    refused = run("-w", str(own), "--json", "period", "close", "2023")
    assert refused.code == 2
    assert refused.body["code"] == "storage.open-findings"
    listed = call("findings", "list", "--year", "2023")["findings"]
    assert {row["file"] for row in listed} == {"machinery-group-2023.xlsx"}
    first = listed[0]
    assert f"{first['batch']} #{first['n']} {first['code']}" in refused.body["facts"]["first"]

    told = call("findings", "acknowledge", "--all", "--year", "2023", "--reason", "已核对")

    assert told["accepted"] == len(listed)
    assert {row["file"] for row in told["findings"]} == {"machinery-group-2024.xlsx"}
    assert len(call("period", "close", "2023")["closed"]) == 12
    assert run("-w", str(own), "--json", "period", "close", "2024").code == 2


def test_years_in_one_sheet_are_told_apart_by_their_lines(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    rows = power(2023, "一厂") + power(2024, "一厂")
    rows[20] = (*rows[20][:3], "-", "kWh")  # September 2024, no number
    call("import", table(tmp_path / "台账.csv", *rows))

    assert call("findings", "list", "--year", "2023")["findings"] == []
    assert call("findings", "list", "--year", "2024")["findings"] != []
    assert len(call("period", "close", "2023")["closed"]) == 12


def test_a_gap_that_a_later_import_fills_is_settled(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    rows = power(2024, "一厂")
    call("import", table(tmp_path / "台账.csv", *rows[:6], *rows[7:]))
    (gap,) = call("findings", "list", "--year", "2024")["findings"]
    assert (gap["code"], gap["facts"]["found"]) == ("PERIOD_GAP", "2024-07")

    call("import", table(tmp_path / "补.csv", rows[6]))

    assert call("findings", "list")["findings"] == []
    assert len(call("period", "close", "2024")["closed"]) == 12


def test_accepting_names_an_import_and_numbers_or_all(own: Path) -> None:
    call = in_workspace(own)
    (batch,) = {row["batch"] for row in call("findings", "list")["findings"]}
    for words, code in (
        ((), "app.findings-unnamed"),
        ((batch,), "app.findings-unnamed"),
        ((batch, "1", "--all"), "app.findings-all-and-numbers"),
        (("--all", "--batch", "b-none"), "storage.no-such-batch"),
        (("--all", "--year", "0"), "app.not-a-year"),
    ):
        told = run("-w", str(own), "--json", "findings", "acknowledge", *words, "--reason", "x")
        assert (told.code, told.body["code"]) == (2, code)

    assert (
        call("findings", "acknowledge", "--all", "--batch", batch, "--reason", "x")["findings"]
        == []
    )


def test_a_ledger_of_freight_alone_has_an_inventory(empty: Path, tmp_path: Path) -> None:
    lanes = tmp_path / "运输.csv"
    lanes.write_text(
        "年份,起点,终点,货量（吨）,距离（km）,运输方式,运费（元）\n2024,南京,上海,100,300,公路,5000\n",
        "utf-8",
    )
    call = in_workspace(empty)
    call("import", str(lanes))

    for engine in ("duckdb", "polars"):
        body = call("inventory", "2024", "--engine", engine)
        assert body["scope3_t"] > 0
        assert body["scope1_t"] is None
        # no energy at all is a gap, not a total that is complete
        assert "COVERAGE_EMPTY" in {reason["code"] for reason in body["coverage"]["reasons"]}
