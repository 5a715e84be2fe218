"""The program speaks the workspace's language, its mistakes and its help pages included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tanlu.app import doctor
from tests.journeys.conftest import run

if TYPE_CHECKING:
    from pathlib import Path

HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b(Usage|Options|Arguments|Commands|Missing|Invalid|No such|Input should)\b")
_CALLS = [
    ("inventory", "soon"), ("inventory",), ("inventory", "2024", "--as-of", "x"),
    ("plan", "--chance", "7"), ("plan", "--seed", "x"), ("plan", "--gap"), ("plan", "--delay=3"),
    ("explain", "a", "--rows", "0"), ("nonsense",), ("target", "li"), ("version", "a", "b"),
    ("version", "--jsn"), ("version", "-x"), ("row", "correct", "x"), ("inventory", ""),
    ("\N{GRINNING FACE}",), ("version", "--" + "x" * 500),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_wish_about_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TANLU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("lang", "other"), [("en", "zh"), ("zh", "en")])
def test_a_workspace_answers_in_its_own_language(
    lang: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path / "ws")
    assert run("init", folder, "--name", "A", "--lang", lang).code == 0

    monkeypatch.setenv("LANG", "en_US.UTF-8" if other == "en" else "zh_CN.UTF-8")

    assert bool(HAN.search(run("-w", folder, "findings", "list").text)) is (lang == "zh")
    assert bool(HAN.search(run("-w", folder, "inventory", "2024").error)) is (lang == "zh")
    assert bool(HAN.search(run("-w", folder, "--help").text)) is (lang == "zh")
    told = run("-w", folder, "--lang", other, "findings", "list").text
    assert bool(HAN.search(told)) is (other == "zh")
    monkeypatch.setenv("TANLU_LANG", other)
    assert bool(HAN.search(run("-w", folder, "findings", "list").text)) is (other == "zh")
    monkeypatch.delenv("TANLU_LANG")
    monkeypatch.chdir(folder)
    assert bool(HAN.search(run("findings", "list").text)) is (lang == "zh")


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"x" * 200])
def test_a_folder_that_cannot_be_read_leaves_the_language_to_the_system(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "workspace.db").write_bytes(content)

    told = run("version")

    assert told.code == 0
    assert HAN.search(told.text)


@pytest.mark.parametrize("words", _CALLS, ids=lambda words: " ".join(words)[:30])
def test_a_mistake_in_the_call_is_told_in_the_language_of_the_call(words: tuple[str, ...]) -> None:
    zh, en = run(*words), run(*words, "--lang", "en")

    assert (zh.code, en.code) == (2, 2)
    assert HAN.search(zh.error)
    assert not ENGLISH.search(zh.error)
    assert not HAN.search(en.error)
    assert len(zh.error) < 400


def test_a_mistake_names_what_is_near_or_expected() -> None:
    assert "list" in run("target", "lst").error
    assert "--quantity" in run("row", "correct", "x", "--quantty", "1").error
    assert "inventory、" in run("qqqq").error
    assert "整数" in run("inventory", "soon").error
    assert "tanlu row correct --help" in run("row", "correct", "x").error


@pytest.mark.parametrize("words", [(), ("plan",), ("target",), ("target", "add"), ("import",)])
def test_help_pages_are_in_one_language_and_show_the_options_of_every_command(
    words: tuple[str, ...],
) -> None:
    zh, en = run(*words, "--help").text, run(*words, "--help", "--lang", "en").text

    assert not ENGLISH.search(zh)
    assert HAN.search(zh)
    assert "Usage" in en
    for option in ("-w, --workspace", "--lang", "--json", "--yes", "-h, --help"):
        assert option in zh
        assert option in en


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_fault_of_the_program_says_where_its_log_is(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        message = "a fault"
        raise RuntimeError(message)

    monkeypatch.setattr(doctor, "examine", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    told = run("doctor", "--lang", lang)
    body = run("doctor", "--lang", lang, "--json").body

    assert told.code == 3
    logs = sorted(tmp_path.glob("tanlu-fault-*.txt"))
    assert len(logs) == 2
    assert any(str(log) in told.error for log in logs)
    assert "RuntimeError: a fault" in logs[0].read_text("utf-8")
    assert body["facts"]["log"] in body["message"]
    assert bool(HAN.search(body["message"])) is (lang == "zh")


def test_what_the_system_refuses_is_told_in_the_language_of_the_call(tmp_path: Path) -> None:
    zh, en = run("init", "x" * 3000), run("init", "x" * 3000, "--lang", "en")
    (tmp_path / "afile").write_text("x", encoding="utf-8")
    over = run("demo", "-o", "afile")

    assert (zh.code, en.code, over.code) == (2, 2, 2)
    assert "名称太长" in zh.error
    assert "the name is too long" in en.error
    assert "不是文件夹" in over.error
    assert len(zh.error) < 400
