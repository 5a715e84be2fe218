"""A company from its workbooks to its report, call by call."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tanlu.app.languages import workspace_language
from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from pathlib import Path


def test_import_accounts_for_every_row(tmp_path: Path, workbooks: tuple[str, str]) -> None:
    run("init", str(tmp_path / "ws"), "--name", "样例")
    body = in_workspace(tmp_path / "ws")("import", *workbooks)
    parts = ("accepted", "quarantined", "duplicates", "excluded")
    assert body["rows_in"] == sum(body[part] for part in parts) > 0
    assert len(body["checked"]) == len(workbooks)
    for finding in body["findings"]:
        assert finding["message"], finding
        assert finding["code"], finding
        assert finding["file"], finding


def test_import_of_the_same_file_adds_nothing(company: Path, workbooks: tuple[str, str]) -> None:
    call = in_workspace(company)
    before = call("inventory", "2024")["total_t"]
    told = run("-w", str(company), "--json", "import", workbooks[1])
    assert told.code == 2
    assert "FILE_ALREADY_IMPORTED" in told.text
    assert call("inventory", "2024")["total_t"] == before


def test_inventory_adds_up_and_says_what_it_covers(company: Path) -> None:
    body = in_workspace(company)("inventory", "2024")
    for basis in ("location", "market"):
        parts = (body["scope1_t"], body["scope2_t"][basis], body["scope3_t"])
        assert sum(Decimal(str(p)) for p in parts) == Decimal(str(body["total_t"][basis]))
    assert body["coverage"]["complete"] is False
    assert {reason["code"] for reason in body["coverage"]["reasons"]} >= {
        "COVERAGE_QUARANTINED", "COVERAGE_MONTHS",
    }  # fmt: skip
    assert body["uncertainty"]["low_t"] < body["total_t"]["market"] < body["uncertainty"]["high_t"]


def test_electricity_is_the_sum_of_the_meters(company: Path) -> None:
    # Sum of the sample's monthly readings of purchased electricity 2024, 10^4 kWh:
    # 16,699.54 + 9,206.66 + 8,079.90 + 3,879.88 = 37,865.98
    body = in_workspace(company)("inventory", "2024")
    assert body["energy"]["electricity_kwh"] == pytest.approx(378_659_800, abs=1e-6)


def test_hotspots_rank_and_drivers_add_up(company: Path) -> None:
    body = in_workspace(company)("hotspots", "2024", "--vs", "2023")
    shares = [row["share"] for row in body["pareto"]]
    assert shares == sorted(shares, reverse=True)
    change = body["to_t"] - body["from_t"]
    assert sum(driver["delta_t"] for driver in body["drivers"]) == pytest.approx(change, abs=1e-6)


def test_target_is_checked_against_its_path(company: Path) -> None:
    call = in_workspace(company)
    call("target", "add", "t30", "--kind", "absolute", "--year", "2030", "--reduction", "30%",
         "--base-year", "2023")  # fmt: skip
    checks = {check["rule"]: check for check in call("target", "check")["targets"]}
    own = checks["own-path"]
    # A straight line from 2023 to 70 % in 2030, one year of seven on: base x (1 - 0.3 / 7)
    assert own["required"] == pytest.approx(own["base_value"] * (1 - 0.3 / 7), rel=1e-12)
    assert own["met"] is (own["value"] <= own["required"])
    call("target", "remove", "t30", "--reason", "试算")
    assert call("target", "list")["targets"] == []


def test_report_in_both_languages_loads_nothing(company: Path, tmp_path: Path) -> None:
    body = in_workspace(company)(
        "report", "--year", "2024", "--lang", "zh,en", "-o", str(tmp_path / "out")
    )
    assert [report["lang"] for report in body["reports"]] == ["zh", "en"]
    for report in body["reports"]:
        page = (tmp_path / "out" / f"tanlu-2024-{report['lang']}.html").read_text("utf-8")
        for loading in ('src="http', 'href="http', "url(http", "@import"):
            assert loading not in page


def test_correction_moves_the_total_and_leaves_a_trace(
    tmp_path: Path, workbooks: tuple[str, str]
) -> None:
    run("init", str(tmp_path / "ws"), "--name", "样例")
    call = in_workspace(tmp_path / "ws")
    call("import", workbooks[1])
    before = call("inventory", "2024")
    rows = call("explain", "inv/2024/scope1", "--rows", "500")["rows"]
    row = next(r for r in rows if r["item"] == "diesel")
    call("row", "void", row["row_id"], "--reason", "重复抄表")
    after = call("inventory", "2024")
    fall = Decimal(str(before["scope1_t"])) - Decimal(str(after["scope1_t"]))
    assert fall == Decimal(row["result_mg"]) / 10**9
    verified = call("verify")
    assert verified["failures"] == []
    assert verified["events"] > 2


def test_verify_finds_the_head_a_screen_showed(company: Path) -> None:
    shown = run("-w", str(company), "inventory", "2024").text
    (head,) = re.findall(r"账本头 (\d+:[0-9a-f]+)", shown)
    assert run("-w", str(company), "verify", "--expect-head", head).code == 0
    seq = head.partition(":")[0]
    assert run("-w", str(company), "verify", "--expect-head", f"{seq}:{'0' * 12}").code == 1


def test_verify_finds_a_changed_original(tmp_path: Path, workbooks: tuple[str, str]) -> None:
    folder = tmp_path / "ws"
    run("init", str(folder), "--name", "样例")
    call = in_workspace(folder)
    call("import", workbooks[1])
    assert call("verify")["failures"] == []
    original = next((folder / "sources").glob("*.xlsx"))
    original.chmod(0o644)
    content = bytearray(original.read_bytes())
    content[len(content) // 2] ^= 1
    original.write_bytes(content)
    told = run("-w", str(folder), "--json", "verify")
    assert told.code == 1
    assert told.body["failures"]


def test_demo_runs_the_whole_chain(tmp_path: Path) -> None:
    told = run("--json", "--lang", "en", "demo", "-o", str(tmp_path / "demo"))
    assert told.code == 0, told.error
    assert workspace_language(tmp_path / "demo" / "workspace") == "en"
    body = told.body
    assert body["plan"]["status"] in {"optimal", "feasible"}
    assert body["plan"]["bound_npv"] <= body["plan"]["cost_npv"]
    assert body["plan"]["indicative"] is True  # costs of the sample are templates
    for report in body["reports"]:
        assert (tmp_path / "demo" / f"tanlu-2024-{report['lang']}.html").stat().st_size > 100_000
