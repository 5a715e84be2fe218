"""What the numbers rest on is named as what it is: certificates, roof plants, materials, paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import in_workspace, run
from tests.journeys.test_incomplete_year import power, table

if TYPE_CHECKING:
    from pathlib import Path


def test_a_certificate_of_another_year_is_told_by_the_inventory(
    empty: Path, tmp_path: Path
) -> None:
    certificates = tmp_path / "绿电.csv"
    certificates.write_text(
        "厂区,类型,年份,电量（kWh）,凭证号\n一厂,绿证,2022,200000,GEC-1\n一厂,绿证,2024,50000,GEC-2\n",
        "utf-8",
    )
    in_workspace(empty)("import", table(tmp_path / "电.csv", *power(2024, "一厂")))
    in_workspace(empty)("import", str(certificates))

    zh = run("-w", str(empty), "inventory", "2024").text
    en = run("-w", str(empty), "--lang", "en", "inventory", "2024").text

    assert "没有采用的绿电与绿证：20.00 万千瓦时" in zh
    assert "GEC-1" in zh
    assert "GEC-2" not in zh
    assert "not used: 200.0 MWh" in en


def test_power_of_a_third_partys_roof_is_a_source_of_its_own(company: Path) -> None:
    call = in_workspace(company)
    rows = call("hotspots", "2024")["pareto"]
    inventory = call("inventory", "2024")

    roof = [row for row in rows if row["item"] == "unbacked_power"]
    assert {row["site"] for row in roof} == {"徐州重型厂", "徐州科技园"}
    assert {row["name"] for row in roof} == {"第三方光伏电力（绿证归他人或未说明）"}
    bought = sum(row["co2e_t"] for row in rows if row["item"] == "electricity")
    unbacked = sum(row["co2e_t"] for row in roof)
    power_t = next(row for row in inventory["by_item"]
                   if (row["item"], row["scope"]) == ("electricity", "2"))["market_t"]  # fmt: skip
    upstream = sum(row["market_t"] or 0 for row in inventory["by_item"]
                   if (row["item"], row["scope"]) == ("electricity", "3"))  # fmt: skip
    assert bought + unbacked == pytest.approx(power_t + upstream, abs=1e-6)
    assert unbacked > 0
    location = call("hotspots", "2024", "--basis", "location")["pareto"]
    assert all(row["item"] != "unbacked_power" for row in location)


def test_a_neutrality_without_a_level_says_that_the_level_lacks(own: Path) -> None:
    call = in_workspace(own)
    call("target", "add", "n", "--kind", "neutrality", "--year", "2060", "--base-year", "2023")

    checked = run("-w", str(own), "--json", "target", "check").body
    told = next(row for row in checked["targets"] if row["rule"] == "own-path")

    assert told["reason"] == "TARGET_NO_LEVEL"
    assert told["base_year"] == 2023
