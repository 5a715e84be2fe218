"""What a user gets wrong: the program says what, where and what to do, and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import in_workspace, run

if TYPE_CHECKING:
    from pathlib import Path

_MISTAKES = [
    (("-w", "nowhere", "inventory", "2024"), "app.no-workspace"),
    (("frobnicate",), "cli.call"),
    (("inventory",), "cli.call"),
    (("--lang", "fr", "version"), None),
    (("explain", "inv/2024/scope9"), None),
    (("claim", "--kwh", "多少"), None),
    (("plan", "--case", "missing.json"), None),
]


@pytest.mark.parametrize(("argv", "code"), _MISTAKES)
def test_a_mistake_is_explained(
    argv: tuple[str, ...], code: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run("--json", *argv)
    assert told.code == 2, told
    body = told.body
    assert body["ok"] is False
    assert body["message"]
    assert "{" not in body["message"]
    if code:
        assert body["code"] == code


@pytest.mark.parametrize("lang", ["zh", "zh-Hant", "en"])
def test_a_year_without_rows_names_those_that_have(company: Path, lang: str) -> None:
    told = run("-w", str(company), "--lang", lang, "--json", "inventory", "1999")
    assert told.code == 2
    assert "2023, 2024" in told.body["message"]


def test_gbk_csv_with_a_doubtful_number_is_read_but_for_that_row(tmp_path: Path) -> None:
    table = tmp_path / "能耗.csv"
    table.write_bytes(
        "厂区,月份,能源品种,用量,单位\n"
        "一厂,2024年1月,外购电力,120.5,万kWh\n"
        "一厂,2024年2月,外购电力,\"1,23,4\",万kWh\n"
        "一厂,2024年3月,外购电力,118,万kWh\n".encode("gbk")
    )  # fmt: skip
    run("init", str(tmp_path / "ws"), "--name", "甲")
    call = in_workspace(tmp_path / "ws")
    body = call("import", str(table))
    assert (body["accepted"], body["quarantined"]) == (2, 1)
    doubtful = next(f for f in body["findings"] if f["code"] == "NUMBER_GROUPING")
    assert doubtful["cell"] == "D3"
    inventory = call("inventory", "2024")
    # (120.5 + 118) x 10^4 kWh; the doubtful month is neither zero nor guessed
    assert inventory["energy"]["electricity_kwh"] == 2_385_000
    assert inventory["coverage"]["complete"] is False


def test_dry_run_writes_nothing(tmp_path: Path, workbooks: tuple[str, str]) -> None:
    run("init", str(tmp_path / "ws"), "--name", "甲")
    call = in_workspace(tmp_path / "ws")
    assert call("import", "--dry-run", workbooks[0])["dry_run"] is True
    assert run("-w", str(tmp_path / "ws"), "--json", "inventory", "2023").code == 2


def test_a_folder_in_use_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "台账.txt").write_text("重要", encoding="utf-8")
    told = run("--json", "demo", "-o", str(folder))
    assert told.code == 2
    assert told.body["code"] == "demo.folder"
    assert (folder / "台账.txt").read_text(encoding="utf-8") == "重要"
