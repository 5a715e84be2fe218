"""A corrected file comes in: what it replaces, what stands beside, what was held back before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_POWER = "期间,厂区,活动,数量,单位\n2024-01,一厂,外购电力,1000,MWh\n"
_GREEN = "厂区,类型,年份,电量(kWh),凭证号,权益归属\n"
_GAS = _POWER + "2024-01,一厂,天然气,100,m³\n2024-02,一厂,天然气,200,m³\n"


def write(folder: Path, name: str, text: str) -> str:
    """Write a CSV file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return str(path)


def codes(body: dict[str, Any]) -> Sequence[str]:
    """Return the codes of the findings."""
    return [finding["code"] for finding in body["findings"]]


def fact(body: dict[str, Any], code: str) -> dict[str, str]:
    """Return the facts of the one finding of a code."""
    (found,) = [finding["facts"] for finding in body["findings"] if finding["code"] == code]
    facts: dict[str, str] = found
    return facts


def market(folder: Path) -> float:
    """Return the market-based power of 2024."""
    total: float = in_workspace(folder)("inventory", "2024")["scope2_t"]["market"]
    return total


def test_a_corrected_certificate_replaces_the_one_before(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    call("import", write(tmp_path, "电.csv", _POWER))
    call("import", write(tmp_path, "绿电.csv", _GREEN + "一厂,绿证,2024,100000,GEC-1,自有\n"))
    before = market(empty)

    told = call(
        "import", write(tmp_path, "更正.csv", _GREEN + "一厂,绿证,2024,120000,GEC-1,自有\n")
    )

    assert fact(told, "ROWS_REPLACED")["before"] == "100000"
    assert "电量由 100000" in next(
        f["message"] for f in told["findings"] if f["code"] == "ROWS_REPLACED"
    )
    # 20,000 kWh more at the residual factor 0.6096 kg/kWh
    assert before - market(empty) == pytest.approx(12.192, abs=1e-6)
    assert call("verify")["failures"] == []


def test_taking_the_correction_back_restores_the_certificate(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    call("import", write(tmp_path, "电.csv", _POWER))
    call("import", write(tmp_path, "绿电.csv", _GREEN + "一厂,绿证,2024,100000,GEC-1,自有\n"))
    before = market(empty)
    told = call(
        "import", write(tmp_path, "更正.csv", _GREEN + "一厂,绿证,2024,120000,GEC-1,自有\n")
    )

    back = call("row", "void-batch", told["batch"], "--reason", "导错了")

    assert "1 行恢复为之前的版本" in back["content"]
    assert market(empty) == before
    assert call("verify")["failures"] == []


def test_a_purchase_of_another_file_counts_beside_with_a_warning(
    empty: Path, tmp_path: Path
) -> None:
    call = in_workspace(empty)
    head = "厂区,年份,物料,供应商,采购量(t)\n"
    call("import", write(tmp_path, "采购.csv", head + "一厂,2024,钢板,宝钢,100\n"))

    beside = call("import", write(tmp_path, "采购2.csv", head + "一厂,2024,钢板,宝钢,120\n"))
    named = call("import", write(tmp_path / "改", "采购.csv", head + "一厂,2024,钢板,宝钢,110\n"))

    assert "KEY_IN_LEDGER" in codes(beside)
    assert fact(named, "ROWS_REPLACED")["before"] == "100000"
    row = fact(beside, "KEY_IN_LEDGER")["row"]
    assert call("row", "void", row, "--reason", "重复")["rows"] == 1
    assert call("verify")["failures"] == []


def test_a_later_state_of_a_file_replaces_its_rows_but_not_corrections_by_hand(
    empty: Path, tmp_path: Path
) -> None:
    call = in_workspace(empty)
    first = call("import", write(tmp_path, "电.csv", _POWER + "2024-02,一厂,外购电力,900,MWh\n"))
    assert first["accepted"] == 2
    row = call("explain", "inv/2024/scope2/location")["rows"]
    february = next(r["row_id"] for r in row if r["month"] == "2024-02")
    call("row", "correct", february, "--quantity", "950", "--reason", "抄表")

    text = _POWER.replace("1000", "1100") + "2024-02,一厂,外购电力,900,MWh\n"
    told = call("import", write(tmp_path / "改", "电.csv", text))

    assert told["totals"][0]["quantity"] == 1_100_000
    assert "DUPLICATE_KEY" not in codes(told)
    rows = call("explain", "inv/2024/scope2/location")["rows"]
    quantities = {r["month"]: r["quantity"] for r in rows if r["row_id"] != "allocation_rounding"}
    assert quantities == {"2024-01": 1100, "2024-02": 950}


def test_the_advice_about_gas_leads_to_a_result(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    source = write(tmp_path, "能耗.csv", _GAS)
    assert "GAS_STATE_UNSTATED" in codes(call("import", source))
    assert call("inventory", "2024")["scope1_t"] is None
    mapping = write(tmp_path, "m.yaml", "gas_volume: normal\n")

    told = call("import", source, "--mapping", mapping)

    assert fact(told, "ROWS_READ_ANEW")["count"] == "2"
    assert "GAS_STATE_UNSTATED" not in codes(call("findings", "list"))
    # 300 Nm3 at 2.16218881 kg/Nm3
    assert call("inventory", "2024")["scope1_t"] == pytest.approx(0.648656643, abs=1e-8)
    assert run("-w", str(empty), "--json", "import", source, "--mapping", mapping).body["code"] == (
        "FILE_ALREADY_IMPORTED"
    )


@pytest.mark.parametrize("name", ["电.csv", "电-修正.csv"])
def test_a_row_held_back_is_resolved_when_a_later_file_brings_it(
    empty: Path, tmp_path: Path, name: str
) -> None:
    call = in_workspace(empty)
    held = call("import", write(tmp_path, "电.csv", _POWER + "2024-02,一厂,外购电力,约900,MWh\n"))
    assert held["quarantined"] == 1
    assert call("inventory", "2024")["coverage"]["by_status"]["QUARANTINED"] == 1

    call("import", write(tmp_path / "改", name, _POWER + "2024-02,一厂,外购电力,900,MWh\n"))

    assert "QUARANTINED" not in call("inventory", "2024")["coverage"]["by_status"]
    assert "NUMBER_QUALIFIED" not in codes(call("findings", "list"))


def test_another_row_does_not_resolve_what_is_held_back(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    call("import", write(tmp_path, "电.csv", _POWER + "2024-02,一厂,外购电力,约900,MWh\n"))

    call("import", write(tmp_path / "改", "电.csv", _POWER + "2024-03,一厂,外购电力,900,MWh\n"))

    assert call("inventory", "2024")["coverage"]["by_status"]["QUARANTINED"] == 1


def test_a_site_of_held_rows_only_is_known_to_the_corrected_file(
    empty: Path, tmp_path: Path
) -> None:
    call = in_workspace(empty)
    call("import", write(tmp_path, "电.csv", _POWER + "2024-01,二厂,外购电力,约900,MWh\n"))

    told = call(
        "import", write(tmp_path / "改", "电.csv", _POWER + "2024-01,二厂,外购电力,9,MWh\n")
    )

    assert (told["accepted"], told["quarantined"]) == (1, 0)
    assert {site["site"] for site in call("site", "list")["sites"]} == {"一厂", "二厂"}


def test_force_says_how_many_rows_now_count_twice(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    source = write(tmp_path, "电.csv", _POWER)
    call("import", source)

    told = call("import", source, "--force")

    assert fact(told, "ROWS_COUNTED_TWICE")["count"] == "1"
    assert told["accepted"] == 1


def test_a_voided_file_can_be_imported_again_after_another_held_its_rows(
    empty: Path, tmp_path: Path
) -> None:
    call = in_workspace(empty)
    first = call("import", write(tmp_path, "电.csv", _POWER))
    both = write(tmp_path, "全.csv", _POWER + "2024-02,一厂,外购电力,900,MWh\n")
    call("import", both)
    call("row", "void-batch", first["batch"], "--reason", "用全年文件")

    told = call("import", both)

    assert (told["accepted"], told["duplicates"]) == (1, 1)
    assert call("verify")["failures"] == []


def test_numbers_of_a_record_are_corrected_by_field(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    call("import", write(tmp_path, "电.csv", _POWER))
    call("import", write(tmp_path, "绿电.csv", _GREEN + "一厂,绿证,2024,100000,GEC-1,自有\n"))
    head = "厂区,年份,物料,供应商,采购量(t),采购额(元)\n"
    call("import", write(tmp_path, "采购.csv", head + "一厂,2024,钢板,宝钢,100,5000\n"))
    again = write(tmp_path, "绿电2.csv", _GREEN + "一厂,绿证,2024,100001,GEC-1,自有\n")
    instrument = fact(call("import", again), "ROWS_REPLACED")["row"]
    other = write(tmp_path, "采购2.csv", head + "一厂,2024,钢板,宝钢,101,5000\n")
    purchase = fact(call("import", other), "KEY_IN_LEDGER")["row"]
    before = market(empty)

    call("row", "correct", instrument, "--quantity", "200001", "--reason", "核对交易单")

    # 100,000 kWh more at the residual factor 0.6096 kg/kWh
    assert before - market(empty) == pytest.approx(60.96, abs=1e-6)
    words = ("row", "correct", purchase, "--quantity", "7", "--reason", "x")
    asked = run("-w", str(empty), "--json", *words)
    assert asked.code == 2
    assert asked.body["code"] == "app.record-field"
    assert "mass_kg = 100000 kg" in asked.body["message"]
    assert call(*words, "--field", "mass_kg")["rows"] == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("产值.csv", "厂区,年份,工业总产值(万元),产量(台)\n一厂,2023,100,5\n"),
        ("绿电.csv", _GREEN + "一厂,绿证,2023,100,G,自有\n"),
    ],
)
def test_a_year_of_output_or_certificates_alone_has_no_inventory(
    empty: Path, tmp_path: Path, name: str, text: str
) -> None:
    call = in_workspace(empty)
    call("import", write(tmp_path, "电.csv", _POWER), write(tmp_path, name, text))

    told = run("-w", str(empty), "--json", "inventory", "2023")

    assert (told.code, told.body["code"]) == (2, "app.no-rows")
    assert "CERT_SITE_UNKNOWN" not in codes(call("inventory", "2024"))


def test_sites_are_in_the_companys_province_and_named_so(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)

    told = call("import", write(tmp_path, "电.csv", _POWER))

    assert fact(told, "SITE_REGISTERED")["province"] == "CN-JS"
    assert "省份：江苏" in next(
        f["message"] for f in told["findings"] if f["code"] == "SITE_REGISTERED"
    )
    assert "Jiangsu" in run("-w", str(empty), "--lang", "en", "site", "list").text
    assert "江苏" in run("-w", str(empty), "--lang", "zh", "site", "list").text


def test_a_marked_copy_imported_as_it_is_counts_what_is_held_once(
    empty: Path, tmp_path: Path
) -> None:
    call = in_workspace(empty)
    call("import", write(tmp_path, "电.csv", _POWER + "2024-02,一厂,外购电力,约900,MWh\n"))

    told = call("import", str(empty / "exports" / "电.checked.xlsx"))

    assert [sheet["kind"] for sheet in told["files"][0]["sheets"]] == ["errors", "tidy"]
    coverage = call("inventory", "2024")["coverage"]["by_status"]
    assert coverage == {"OK": 1, "QUARANTINED": 1}
    again = ("--force", "--dry-run", str(empty / "exports" / "电.checked.xlsx"))
    assert "错误清单" in run("-w", str(empty), "--lang", "zh", "import", *again).text


def test_a_voided_row_that_a_file_brings_again_is_told(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    source = write(tmp_path, "电.csv", _POWER + "2024-02,一厂,外购电力,900,MWh\n")
    call("import", source)
    rows = call("explain", "inv/2024/scope2/location")["rows"]
    row = next(r["row_id"] for r in rows if r["month"] == "2024-02")
    call("row", "void", row, "--reason", "重复")

    told = call("import", source)

    assert fact(told, "VOIDED_ROW_AGAIN")["count"] == "1"
    assert (told["accepted"], told["duplicates"]) == (1, 1)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("GD-1,", "GD-2,", "凭证号由 GD-1（"),
        ("GD-1,", "GD-1,抄表", "备注由 （空）（"),
    ],
)
def test_a_correction_names_what_changed(
    empty: Path, tmp_path: Path, before: str, after: str, told: str
) -> None:
    call = in_workspace(empty)
    head = "期间,厂区,活动,数量,单位,凭证号,备注\n2024-01,一厂,外购电力,1000,MWh,"
    call("import", write(tmp_path, "电.csv", f"{head}{before}\n"))

    body = call("import", write(tmp_path / "2", "电.csv", f"{head}{after}\n"))

    (message,) = (f["message"] for f in body["findings"] if f["code"] == "ROWS_REPLACED")
    assert told in message


def test_a_reading_that_adds_an_item_says_so_by_name(empty: Path, tmp_path: Path) -> None:
    call = in_workspace(empty)
    head = "年份,厂区,物料名称,用量,单位\n2024,一厂,"
    call("import", write(tmp_path, "料.csv", f"{head}特种板坯料,12,吨\n"))
    mapping = write(tmp_path, "映射.yaml", "items: {特种板坯料: hot_rolled_plate}")

    body = call(
        "import", write(tmp_path, "料.csv", f"{head}特种板坯料,12,吨\n"), "--mapping", mapping
    )

    (message,) = (f["message"] for f in body["findings"] if f["code"] == "ROWS_READ_ANEW")
    assert "品种编号由 （空） 改为 热轧钢板" in message
