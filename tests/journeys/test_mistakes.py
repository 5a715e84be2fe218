"""What a user gets wrong: the program says what, where and what to do, and writes nothing."""

from __future__ import annotations

import sqlite3
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


def test_a_mapping_that_names_no_known_item_is_refused(tmp_path: Path) -> None:
    folder = _mapped(tmp_path, "disel")

    told = run("-w", str(folder), "--json", *_import(tmp_path))

    assert (told.code, told.body["code"]) == (2, "mapping.unknown-item")
    assert told.body["facts"]["file"] == "映射.yaml"
    assert told.body["facts"]["key"] == "items.冷媒油"
    assert "diesel" in told.body["facts"]["near"]


def test_an_item_of_unknown_scope_in_the_ledger_has_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _mapped(tmp_path, "disel")
    monkeypatch.setattr("tanlu.app.imports.item_words", lambda: ["disel"])
    call = in_workspace(folder)
    call(*_import(tmp_path))

    (row,) = (row for row in call("inventory", "2024")["by_item"] if row["item"] == "disel")

    assert row["figure"] is None
    assert row["co2e_t"] is None


def _mapped(folder: Path, item: str) -> Path:
    """Make a workspace, a table and a mapping that gives one word an item."""
    (folder / "用能.csv").write_text(
        "期间,厂区,活动,数量,单位\n2024-01,一厂,外购电力,120.5,万kWh\n2024-01,一厂,冷媒油,3.2,吨\n",
        encoding="utf-8",
    )
    (folder / "映射.yaml").write_text(f"items: {{冷媒油: {item}}}", encoding="utf-8")
    run("init", str(folder / "ws"), "--name", "江南", "--province", "江苏", "--site", "一厂")
    return folder / "ws"


def _import(folder: Path) -> tuple[str, ...]:
    return "import", str(folder / "用能.csv"), "--mapping", str(folder / "映射.yaml")


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


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("named", "code", "said"),
    [
        ("nowhere", "WORKSPACE_NO_FOLDER", "nowhere"),
        ("a-file", "WORKSPACE_IS_FILE", "import"),
        (".", "WORKSPACE_BELOW", "inner"),
    ],
)
def test_a_path_that_is_no_workspace_says_what_is_there(
    named: str, code: str, said: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("x", encoding="utf-8")
    run("init", "inner", "--name", "A")

    told = run("-w", named, "--lang", lang, "inventory", "2024")
    body = run("-w", named, "--lang", lang, "--json", "inventory", "2024").body

    assert told.code == 2
    assert body["code"] == "app.no-workspace"
    assert [row["code"] for row in body["findings"]] == [code]
    assert body["findings"][0]["message"] in " ".join(told.error.split())
    assert said in told.error


def test_a_workspace_of_a_newer_format_is_left_alone(empty: Path) -> None:
    with sqlite3.connect(empty / "workspace.db") as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(schema_version)")]
        row = database.execute("SELECT * FROM schema_version").fetchone()
        newer = [99 if name == "version" else value for name, value in zip(names, row, strict=True)]
        newer = [2 if name == "n" else value for name, value in zip(names, newer, strict=True)]
        marks = ", ".join("?" for _ in names)
        database.execute(f"INSERT INTO schema_version VALUES ({marks})", newer)  # noqa: S608

    told = run("-w", str(empty), "--lang", "en", "inventory", "2024")

    assert told.code == 2
    assert "storage.newer-schema" in told.error
    assert "99" in told.error


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("init", ""), "cli.folder-unnamed"),
        (("init", "new", "--sector", "nonsense"), "app.sector-unknown"),
        (("init", "new", "--province", "\N{GRINNING FACE}"), "app.province-unknown"),
    ],
)
def test_a_workspace_that_cannot_be_made_leaves_nothing(
    argv: tuple[str, ...], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    told = run("--json", *argv)

    assert (told.code, told.body["code"]) == (2, code)
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_of_the_current_folder_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "我的公司").mkdir()
    monkeypatch.chdir(tmp_path / "我的公司")

    assert run("--json", "init", ".").body["name"] == "我的公司"


@pytest.mark.parametrize(
    "argv", [("inventory", "9" * 20), ("hotspots", "0"), ("explain", f"inv/{'9' * 20}/scope1")]
)
def test_what_is_no_year_is_refused(argv: tuple[str, ...], company: Path) -> None:
    told = run("-w", str(company), "--json", *argv)

    assert (told.code, told.body["code"]) == (2, "app.not-a-year")


def test_measures_of_no_sector_are_refused_as_a_workspace_of_none_is() -> None:
    told = run("--json", "measures", "list", "--sector", "nonsense")

    assert (told.code, told.body["code"]) == (2, "app.sector-unknown")
    assert run("--json", "measures", "list", "--sector", "machinery").code == 0


def test_a_word_far_too_long_is_shortened(company: Path) -> None:
    word = "x" * 3000

    told = run("-w", str(company), "--lang", "en", "explain", word)
    body = run("-w", str(company), "--json", "explain", word).body

    assert len(told.error) < 1000
    assert body["facts"]["found"] == word


@pytest.mark.parametrize(("lang", "told"), [("zh", "另有 27 条"), ("en", "27 more of")])
def test_one_code_repeated_does_not_hide_the_others(tmp_path: Path, lang: str, told: str) -> None:
    rows = "".join(f"2024-01,一厂,不识之物{n},{n + 1},吨\n" for n in range(30))
    table = tmp_path / "用能.csv"
    table.write_text(f"期间,厂区,活动,数量,单位\n{rows}2024-02,一厂,外购电力,9,斛\n", "utf-8")
    run("init", str(tmp_path / "ws"), "--name", "甲")

    shown = run("-w", str(tmp_path / "ws"), "--lang", lang, "import", str(table)).text

    assert shown.count("  UNKNOWN_ITEM  ") == 3
    assert f"UNKNOWN_ITEM {told}" in shown or f"{told} UNKNOWN_ITEM" in shown
    assert "  UNIT_UNKNOWN  " in shown or "  UNKNOWN_UNIT  " in shown
