"""Every character we print is in the font, and what a user adds is told by its code point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from tanlu.render.documents import marks

ROOT = Path(__file__).resolve().parents[3]
FONTS = ROOT / "src" / "tanlu" / "render" / "assets" / "fonts"
READ = {".yaml", ".csv", ".toml", ".json", ".j2", ".typ"}
# The source font has none of these, nor their parts: units and messages of the terminal alone.
LACKED = set("‱⌊⌋\N{REPLACEMENT CHARACTER}")
PROMISED = (
    "−•™↗↘⁴㎡㎥㎏\N{NON-BREAKING HYPHEN}喆堃镕垚珺犇赟祎燚裏爲汚"
    "±×÷≤≥≈√∞℃‰€£¥·—…“”‘’「」『』【】《》αβγδεζηθλμπρσφω√ΣΔéüñç"
)


def test_every_character_of_catalogues_and_data_is_in_the_font() -> None:
    lacking: dict[str, str] = {}
    for path in (ROOT / "src" / "tanlu" / "data").rglob("*"):
        if path.suffix in READ:
            for mark in set(path.read_text(encoding="utf-8")) - LACKED - set("\n\r\t"):
                if ord(mark) not in marks.covered() and "[U+" in marks.plain(mark):
                    lacking[f"U+{ord(mark):04X} {mark}"] = path.name

    assert lacking == {}, "run tools/make_fonts.py"


def test_promised_characters_are_in_the_font() -> None:
    assert [mark for mark in PROMISED if ord(mark) not in marks.covered()] == []


def test_general_standard_characters_are_in_the_font() -> None:
    lines = (ROOT / "tools" / "general_standard_characters.txt").read_text("utf-8").splitlines()
    table = set("".join(line for line in lines if not line.startswith("#")))

    assert len(table) == 8105
    assert [mark for mark in table if ord(mark) not in marks.covered()] == []


@pytest.mark.parametrize("style", ["Regular", "Bold"])
def test_list_of_characters_is_that_of_the_font(style: str) -> None:
    font = TTFont(FONTS / f"TanluSans-{style}.otf")

    assert marks.covered() <= set(font.getBestCmap())
    assert font["name"].getDebugName(1) == "Tanlu Sans"
    assert "Open Font License" in font["name"].getDebugName(13)


def test_traditional_forms_are_behind_their_language() -> None:
    table = TTFont(FONTS / "TanluSans-Regular.otf")["GSUB"].table

    systems = {
        record.LangSysTag
        for script in table.ScriptList.ScriptRecord
        for record in script.Script.LangSysRecord
    }
    assert systems == {"ZHT "}


def test_both_styles_stay_below_eleven_megabytes() -> None:
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 11_000_000


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("12 t CO2e", [("12 t CO", ""), ("2", "sub"), ("e", "")]),
        ("kgCO2/kWh", [("kgCO", ""), ("2", "sub"), ("/kWh", "")]),
        ("CN-CO2X tN2O", [("CN-CO2X tN", ""), ("2", "sub"), ("O", "")]),
        ("10⁸ kg CO₂", [("10", ""), ("8", "super"), (" kg CO", ""), ("2", "sub")]),
        ("厂😀", [("厂[U+1F600]", "")]),
        ("a\u202eb\u200b", [("ab\u200b", "")]),
        ("ĕ", [("e", "")]),
        ("", []),
    ],
)
def test_text_is_told_in_pieces_the_font_has(text: str, pieces: list[tuple[str, str]]) -> None:
    assert marks.runs(text) == pieces


def test_long_words_may_break_and_lose_nothing() -> None:
    hashed = "sha256:" + "0123456789abcdef" * 4

    broken = marks.breakable(f"a {hashed} 台账/{'x' * 40}.xlsx b")

    assert max(map(len, broken.replace(" ", marks.BREAK).split(marks.BREAK))) <= 24
    assert broken.replace(marks.BREAK, "") == f"a {hashed} 台账/{'x' * 40}.xlsx b"


def test_ordinary_words_stay_whole() -> None:
    assert marks.BREAK not in marks.breakable("Decarbonisation roadmap, 1,234,567,890.12 kt")


@pytest.mark.skipif(not Path("/usr/share/fonts/opentype/noto").is_dir(), reason="no source font")
def test_cutting_again_gives_the_same_font() -> None:
    script = (
        "import sys; sys.path.insert(0, 'tools'); import make_fonts as m;"
        "print(m.cut('Bold', set('碳路 Tanlu 123')) == m.cut('Bold', set('碳路 Tanlu 123')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "True"
