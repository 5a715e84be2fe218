"""A year that lacks a site, or a year unlike the one before: said wherever its total is used."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from pathlib import Path

HEADS = ("期间", "厂区", "活动", "数量", "单位")


def table(path: Path, *rows: tuple[str, ...]) -> str:
    """Write a table of activity rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((HEADS, *rows))
    return str(path)


def power(year: int, *sites: str) -> list[tuple[str, ...]]:
    """Return twelve months of electricity of each site."""
    return [
        (f"{year}-{month:02d}", site, "电力", "120000", "kWh")
        for site in sites
        for month in range(1, 13)
    ]


@pytest.fixture
def lacking(tmp_path: Path) -> Path:
    """Return a workspace of two sites, one of which is silent in 2024."""
    folder = tmp_path / "ws"
    sites = ("--site", "一厂", "--site", "二厂")
    assert run("init", str(folder), "--name", "S", "--province", "江苏", *sites).code == 0
    rows = power(2023, "一厂", "二厂") + power(2024, "一厂")
    in_workspace(folder)("import", table(tmp_path / "台账.csv", *rows))
    return folder


def test_a_site_that_reported_before_and_is_silent_makes_the_total_incomplete(
    lacking: Path,
) -> None:
    call = in_workspace(lacking)

    covered = call("inventory", "2024")["coverage"]

    assert not covered["complete"]
    assert covered["silent_sites"] == ["二厂"]
    assert {"code": "COVERAGE_SITE", "facts": {"site": "二厂"}} in covered["reasons"]
    assert call("inventory", "2023")["coverage"]["silent_sites"] == []
    assert "二厂 这一年没有任何数据" in run("-w", str(lacking), "inventory", "2024").text


def test_purchases_without_a_year_make_the_total_incomplete(lacking: Path, tmp_path: Path) -> None:
    call = in_workspace(lacking)
    bought = tmp_path / "采购.csv"
    bought.write_text("材料名称,单位,数量\n热轧钢板,t,100\n焊丝,t,3\n", encoding="utf-8")
    call("import", str(bought))

    covered = call("inventory", "2024")["coverage"]

    assert {"code": "COVERAGE_UNDATED", "facts": {"n": "2"}} in covered["reasons"]
    assert "2 行采购或货运没有写年份" in run("-w", str(lacking), "inventory", "2024").text


def test_a_declared_site_that_never_reported_is_missed_too(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    sites = ("--site", "一厂", "--site", "三厂")
    assert run("init", str(folder), "--name", "S", "--province", "江苏", *sites).code == 0
    call = in_workspace(folder)
    call("import", table(tmp_path / "台账.csv", *power(2024, "一厂")))

    assert call("inventory", "2024")["coverage"]["silent_sites"] == ["三厂"]

    call("import", table(tmp_path / "三厂.csv", ("2024", "三厂", "电力", "0", "kWh")))
    assert call("inventory", "2024")["coverage"]["silent_sites"] == []


def test_a_target_is_not_met_without_a_caveat_in_a_year_that_lacks_a_site(lacking: Path) -> None:
    call = in_workspace(lacking)
    call("target", "add", "cut", "--kind", "absolute", "--year", "2030",
         "--base-year", "2023", "--reduction", "0.3")  # fmt: skip

    own = next(row for row in call("target", "check")["targets"] if row["rule"] == "own-path")

    assert own["met"] is True
    assert [gap["year"] for gap in own["incomplete"]] == [2024]
    # the target is of scopes 1 and 2: upstream factors that lack are not its business
    assert [reason["code"] for reason in own["incomplete"][0]["reasons"]] == ["COVERAGE_SITE"]
    for lang, told in (("zh", "满足（数据不全）"), ("en", "met (data incomplete)")):
        text = run("-w", str(lacking), "--lang", lang, "target", "check").text
        assert told in text
        assert "2024" in text.split(told)[1]
        assert "二厂" in text


def test_a_plan_warns_of_a_base_year_that_lacks_a_site(lacking: Path) -> None:
    findings = in_workspace(lacking)("plan", "--time-limit", "20")["findings"]

    (found,) = [row for row in findings if row["code"] == "PLAN_BASE_SITES"]
    assert found["facts"] == {"year": "2024", "sites": "二厂"}


def test_the_report_says_what_its_total_lacks_and_is_unlike(lacking: Path, tmp_path: Path) -> None:
    call = in_workspace(lacking)
    call("target", "add", "cut", "--kind", "absolute", "--year", "2030",
         "--base-year", "2023", "--reduction", "0.3")  # fmt: skip

    call("report", "--year", "2024", "-o", str(tmp_path / "out"))

    zh = (tmp_path / "out" / "tanlu-2024-zh.html").read_text("utf-8")
    assert "合计不完整" in zh
    assert "数据完整" not in zh
    assert "本年没有数据的场所" in zh
    assert "只有 2023 年有数据的是 二厂" in zh
    assert "达标（数据不全）" in zh
    assert "没有 2023 年的产值或产量" in zh  # no drivers, and why
    en = (tmp_path / "out" / "tanlu-2024-en.html").read_text("utf-8")
    assert "二厂 has no data at all in this year" in en


def test_a_rise_shows_its_sign(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    assert run("init", str(folder), "--name", "S", "--province", "江苏").code == 0
    rows = [(f"{y}-{m:02d}", "一厂", "柴油", str(y - 2021), "t")
            for y in (2023, 2024) for m in range(1, 13)]  # fmt: skip
    call = in_workspace(folder)
    call("import", table(tmp_path / "台账.csv", *rows))

    call("report", "--year", "2024", "-o", str(tmp_path / "out"))

    # 3 t a month after 2 t
    assert "较 2023 年 +50.0%" in (tmp_path / "out" / "tanlu-2024-zh.html").read_text("utf-8")
    assert "+50.0% vs 2023" in (tmp_path / "out" / "tanlu-2024-en.html").read_text("utf-8")
