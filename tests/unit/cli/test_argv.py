"""Shared options may stand anywhere in the call."""

from __future__ import annotations

import pytest

from tanlu.cli.argv import read_call


@pytest.mark.parametrize(
    "argv",
    [
        ["--json", "-w", "X", "import", "a.xlsx"],
        ["import", "a.xlsx", "--json", "--workspace=X"],
        ["import", "-w", "X", "--json", "a.xlsx"],
    ],
)
def test_shared_options_are_taken_out(argv: list[str]) -> None:
    call = read_call(argv, {})

    assert call.args == ("import", "a.xlsx")
    assert call.as_json
    assert call.workspace == "X"


def test_the_languages_of_a_report_stay_with_the_report() -> None:
    call = read_call(["--lang", "en", "report", "--lang", "zh,en"], {})

    assert call.lang == "en"
    assert call.args == ("report", "--lang", "zh,en")


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_TW.UTF-8"}, "zh-Hant"),
        ({"LANG": "en_US.UTF-8", "TANLU_LANG": "zh"}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
    ],
)
def test_language_follows_option_then_environment_then_locale(
    environ: dict[str, str], lang: str
) -> None:
    assert read_call([], environ).lang == lang
    assert read_call(["--lang", "zh-hant"], environ).lang == "zh-Hant"


def test_what_follows_a_double_dash_is_left_alone() -> None:
    assert read_call(["import", "--", "--json"], {}).args == ("import", "--", "--json")


@pytest.mark.parametrize(
    ("argv", "environ", "lang"),
    [
        (["-w", "english", "verify"], {}, "en"),
        (["verify", "english"], {}, "en"),
        (["verify", "--expect-head", "english"], {}, "zh"),
        (["-w", "english", "verify"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["-w", "english", "verify"], {"TANLU_LANG": "zh-hant"}, "zh-Hant"),
        (["-w", "english", "verify", "--lang", "zh"], {}, "zh"),
        (["verify"], {"TANLU_WORKSPACE": "english"}, "en"),
        (["-w", "other", "verify"], {"LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_the_language_of_the_workspace_goes_before_that_of_the_system(
    argv: list[str], environ: dict[str, str], lang: str
) -> None:
    def language_of(folder: str) -> str:
        return "en" if folder == "english" else ""

    assert read_call(argv, environ, language_of=language_of).lang == lang
