"""The command line as other programs call it: help, exit codes, one JSON object, languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tanlu.app import goals
from tanlu.cli.argv import read_call
from tanlu.cli.main import main
from tanlu.cli.program import build
from tanlu.i18n.say import Say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAVY = (
    "polars", "duckdb", "pyarrow", "openpyxl", "highspy", "sqlalchemy", "numpy", "pandas", "scipy",
    "narwhals", "pint", "python_calamine", "quickjs", "jinja2",
)  # fmt: skip
PROGRAM = [sys.executable, "-c", "from tanlu.cli.main import run; run()"]
TARGETS = ["target", "list", "--company", "xcmg"]


@cache
def commands(lang: str) -> dict[tuple[str, ...], str]:
    """Return the help sentence of every command and group, by its words."""
    return dict(_walk(build(read_call(["--lang", lang], {}), Say(lang)), ()))


def _walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    yield words, command.help or ""
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        yield from _walk(inner, (*words, name))


WORDS = sorted(commands("en"))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TANLU_LANG", "TANLU_WORKSPACE", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


def child(
    *args: str, program: list[str] | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the program on its own."""
    return subprocess.run(
        [*(program or PROGRAM), *args], capture_output=True, text=True, check=False,
        encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1", **environ},
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en", "zh-Hant"])
@pytest.mark.parametrize("words", WORDS, ids=lambda words: " ".join(words) or "tanlu")
def test_every_command_has_help_in_every_language(
    words: tuple[str, ...], lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = commands(lang)[words]

    code = main(["--lang", lang, *words, "--help"])

    told = "".join(capsys.readouterr().out.split())
    assert code == 0
    assert sentence
    assert "".join(sentence.split())[:30] in told
    assert "cli." not in told.replace("tanlu.cli.", "")


def test_help_of_the_two_languages_differs() -> None:
    assert all(commands("zh")[words] != commands("en")[words] for words in WORDS)


@pytest.mark.parametrize("args", [["--help"], ["version"], ["nonsense"], ["plan", "--help"]])
def test_help_loads_no_heavy_library(args: list[str]) -> None:
    script = (
        "import sys; from tanlu.cli.main import main; main(sys.argv[1:]);"
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )

    done = child(*args, program=[sys.executable, "-c", script])

    assert done.stdout.strip().endswith("LOADED []"), done.stdout + done.stderr


def test_views_load_without_the_terminal_library() -> None:
    script = "import sys; from tanlu.cli import views; print('rich' in sys.modules, views.ledger)"

    done = child(program=[sys.executable, "-c", script])

    assert done.stdout.startswith("False"), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ([], 0),
        (["version"], 0),
        (["nonsense"], 2),
        (["target", "nonsense"], 2),
        (["inventory"], 2),
        (["inventory", "soon"], 2),
        (["version", "--nonsense"], 2),
        (["--lang", "klingon", "version"], 2),
        (["inventory", "2024"], 2),
        (["-w", "nowhere", "verify"], 2),
        (["explain", "app.no-workspace"], 0),
        (["measures", "show", "nothing-of-the-kind"], 2),
        (["plan", "--case", "missing.json"], 2),
        (["import", "missing.xlsx"], 2),
        (["claim", "--kwh", "many"], 2),
        (TARGETS, 0),
    ],
)
def test_exit_codes_follow_the_contract(
    args: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*args, "--lang", "en"] if "--lang" not in args else args) == code

    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    assert bool(told.err) == (code == 2)
    assert bool(told.out) == (code == 0)


def test_a_check_not_met_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    codes = {main(["target", "check", "--company", name, "--json"]) for name in ("xcmg", "lenovo")}

    assert codes <= {0, 1}
    unmet = [
        any(row["met"] is False for row in json.loads(text)["targets"])
        for text in capsys.readouterr().out.splitlines()
    ]
    assert (1 in codes) == any(unmet)


def test_a_bug_is_three_with_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(goals, "company_targets_body", _fail(RuntimeError("a fault")))

    assert main([*TARGETS, "--lang", "en"]) == 3

    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" in told.err
    assert "RuntimeError: a fault" in told.err
    assert "no data are lost" in told.err


def test_an_interrupted_command_is_130_without_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(goals, "company_targets_body", _fail(KeyboardInterrupt()))

    assert main(TARGETS) == 130

    assert "Traceback" not in capsys.readouterr().err


def _fail(error: BaseException) -> Any:
    def raises(*_: object, **__: object) -> NoReturn:
        raise error

    return raises


@pytest.mark.parametrize("lang", ["zh", "en", "zh-Hant"])
@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["version"], None),
        (["nonsense"], "cli.call"),
        (["inventory"], "cli.call"),
        (["inventory", "2024"], "app.no-workspace"),
        (["import", "missing.xlsx"], "app.no-workspace"),
        (["claim", "--kwh", "1"], "claim.too-few"),
        (["measures", "list"], None),
    ],
)
def test_json_is_one_object_and_nothing_else(
    args: list[str], code: str | None, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code = main([*args, "--json", "--lang", lang])

    told = capsys.readouterr()
    body = json.loads(told.out)
    assert told.out.count("\n") == 1
    assert told.err == ""
    assert body["ok"] is (code is None)
    assert body.get("code") == code
    assert exit_code == (2 if code else 0)
    if code:
        assert body["message"]
        assert body["findings"] == []


def test_json_of_a_bug_is_one_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(goals, "company_targets_body", _fail(RuntimeError("a fault")))

    assert main([*TARGETS, "--json"]) == 3

    told = capsys.readouterr()
    assert json.loads(told.out)["ok"] is False
    assert "Traceback" in told.err


def test_a_workspace_answers_in_json_and_in_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "我的 [red]公司")
    shared = ["-w", folder, "--lang", "en"]

    assert main(["init", folder, "--name", "A", "--site", "[red]North[/red]", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["workspace"] == folder

    assert main([*shared, "site", "list"]) == 0
    assert "[red]North[/red]" in capsys.readouterr().out
    for args in (["target", "list"], ["period", "list"], ["findings", "list"], ["verify"]):
        assert main([*shared, *args]) == 0
        assert capsys.readouterr().out.strip()
        assert main([*shared, *args, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["ok"] is True


@pytest.mark.parametrize(
    ("args", "environ", "said"),
    [
        (["--lang", "en"], {"TANLU_LANG": "zh"}, "Tanlu"),
        ([], {"TANLU_LANG": "en"}, "Tanlu"),
        ([], {"TANLU_LANG": "en", "LANG": "zh_CN.UTF-8"}, "Tanlu"),
        ([], {"LANG": "en_GB.UTF-8"}, "Tanlu"),
        ([], {"LANG": "C.UTF-8"}, "碳路"),
        ([], {}, "碳路"),
        (["--lang=zh-hant"], {}, "碳路"),
    ],
)
def test_language_of_the_answer(
    args: list[str],
    environ: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert main(["version", *args]) == 0

    assert capsys.readouterr().out.startswith(said)


def test_no_escape_sequences_outside_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    main(["target", "check", "--company", "xcmg"])
    main(["nonsense"])

    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    with subprocess.Popen(
        [*PROGRAM, "measures", "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()

    assert said == b""
    assert running.returncode == 0


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
def test_a_console_of_another_encoding_is_served(encoding: str) -> None:
    done = subprocess.run(
        [*PROGRAM, "target", "check", "--company", "xcmg", "--lang", "zh"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding},
    )

    assert done.returncode in (0, 1), done.stderr
    assert done.stdout


def test_an_error_shows_its_code_and_tames_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["plan", "--case", "\x1b[31m[red]x[/red].json", "--lang", "en"])

    told = capsys.readouterr().err
    assert code == 2
    assert "[red]x[/red].json" in told
    assert "\x1b" not in told
    assert "[app.file-missing]" in told
