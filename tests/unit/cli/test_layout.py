"""Texts are tamed, broken and drawn as a terminal needs them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tanlu.cli.views import layout
from tanlu.i18n.say import Say


def piped() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, highlight=False, soft_wrap=True), out


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\nb\tc\r", "a b c "),
        ("\x00\x7f", "␀␡"),
        ("\u202egpj\u200b.exe", "gpj.exe"),
        ("a\u2028b", "a b"),
        ("徐州 ⅢⅣ é 𠮷", "徐州 ⅢⅣ é 𠮷"),
    ],
)
def test_controls_become_pictures_and_letters_stay(written: str, told: str) -> None:
    assert layout.plain(written) == told


@pytest.mark.parametrize(
    ("fraction", "told"),
    [(0, ""), (1, "████"), (0.5, "██"), (2, "████"), (-1, ""), (1 / 32, "▏")],
)
def test_bar_fills_by_eighths(fraction: float, told: str) -> None:
    assert layout.bar(fraction, width=4) == told


def test_signed_bar_shows_direction_and_nothing_for_nothing() -> None:
    assert layout.signed_bar(-1, 2, width=4) == "-██"
    assert layout.signed_bar(2, 2, width=4) == "+████"
    assert layout.signed_bar(0, 2) == ""
    assert layout.signed_bar(1, 0) == ""


def test_chinese_breaks_anywhere_but_before_a_full_stop() -> None:
    console, out = piped()

    layout.paragraph(console, "数" * 48 + "。" + "据", indent=4)

    assert out.getvalue() == "    " + "数" * 47 + "\n    数。据\n"


def test_english_breaks_between_words_and_a_long_path_stays_whole() -> None:
    console, out = piped()

    layout.paragraph(console, "see " + "x" * 120 + " there", indent=2)

    assert out.getvalue() == "  see\n  " + "x" * 120 + "\n  there\n"


def test_a_table_too_wide_breaks_words_and_never_figures() -> None:
    console, out = piped()

    layout.table(console, ["a", "b", "c"], [("字" * 60, "word " * 30, "1,234,567 t")], right=1)

    rows = out.getvalue().split("\n")
    assert max(map(len, rows)) <= 100
    assert "1,234,567 t" in out.getvalue()
    assert out.getvalue().count("字") == 60


def test_a_word_without_message_stays_as_it_is() -> None:
    assert layout.word("cli.family", "pv", Say("en")) == "solar power"
    assert layout.word("cli.family", "tidal", Say("en")) == "tidal"


@pytest.mark.parametrize("path", ["a/b/c.xlsx", r"C:\b\c.xlsx", "c.xlsx"])
def test_last_part_of_a_path_of_any_system(path: str) -> None:
    assert layout.base_name(path) == "c.xlsx"
