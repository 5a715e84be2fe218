"""Cut the document font Tanlu Sans out of Noto Sans CJK SC; `--check` only compares.

The source is the Debian package ``fonts-noto-cjk``. The cut keeps the Simplified forms as they
are and the Traditional ones behind the language system ZHT, drops hinting and vertical metrics,
and is renamed, as the SIL Open Font License asks of a changed font.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "src" / "tanlu" / "render" / "assets" / "fonts"
SOURCES = Path("/usr/share/fonts/opentype/noto")
STYLES = {"Regular": "NotoSansCJK-Regular.ttc", "Bold": "NotoSansCJK-Bold.ttc"}
FAMILY = "Tanlu Sans"
_FACE = "Noto Sans CJK SC"
_SCRIPTS = ("latn", "hani", "kana", "grek", "cyrl")
_FEATURES = ["ccmp", "kern", "locl", "mark"]
_ROWS = {"gb2312": (0xA1, 0xF7), "big5": (0xA1, 0xC6)}  # of Big 5: symbols and level 1
_RANGES = (
    (0x20, 0x7F),  # Latin
    (0xA0, 0x250),  # Latin-1, Extended A and B
    (0x2B0, 0x530),  # modifiers, Greek, Cyrillic
    (0x1E00, 0x1F00),  # Latin with more marks
    (0x2000, 0x2400),  # punctuation, currencies, letter-like forms, arrows, operators
    (0x2460, 0x2800),  # numbers in circles, boxes, shapes, signs
    (0x3000, 0x3400),  # Chinese punctuation, kana, units in one square
    (0xFE30, 0xFE50),  # forms of punctuation
    (0xFF00, 0xFFF0),  # full-width forms
)
_FORMS = "裏爲汚"  # in use beside the forms of Big 5
_READ = (".yaml", ".yml", ".csv", ".toml", ".json", ".j2", ".typ", ".md")


def wanted() -> set[str]:
    """Return every character the font should have."""
    lines = (ROOT / "tools" / "general_standard_characters.txt").read_text("utf-8").splitlines()
    chars = set("".join(line for line in lines if not line.startswith("#")))
    for encoding, (first, last) in _ROWS.items():
        chars |= _of_encoding(encoding, first, last)
    for start, stop in _RANGES:
        chars |= {chr(code) for code in range(start, stop)}
    return chars | set(_FORMS) | own_characters()


def own_characters() -> set[str]:
    """Return every character of our catalogues, data tables and templates."""
    folders = (ROOT / "src" / "tanlu" / "data", ROOT / "src" / "tanlu" / "render" / "templates")
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in _READ]
    return {mark for path in files for mark in path.read_text(encoding="utf-8")} - set("\n\r\t")


def _of_encoding(encoding: str, first: int, last: int) -> set[str]:
    found = set()
    for lead in range(first, last + 1):
        for trail in range(0x40, 0xFF):
            mark = bytes([lead, trail]).decode(encoding, errors="ignore")
            found |= {mark} if len(mark) == 1 and ord(mark) > 0x7F else set()  # noqa: PLR2004
    return found


def cut(style: str, chars: set[str]) -> bytes:
    """Return one style of the font as bytes: the same for the same source and characters."""
    font = TTFont(SOURCES / STYLES[style], fontNumber=2, recalcTimestamp=False)
    if str(font["name"].getDebugName(1)).removesuffix(" Bold") != _FACE:
        message = f"{STYLES[style]}: face 2 is not {_FACE}"
        raise SystemExit(message)
    options = subset.Options()
    options.hinting = False
    options.layout_features = _FEATURES
    options.layout_scripts = ["DFLT.dflt"] + [
        f"{script}.{system}" for script in _SCRIPTS for system in ("dflt", "ZHT ")
    ]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14]
    options.drop_tables += ["vhea", "vmtx", "VORG"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(ord(mark) for mark in chars))
    cutter.subset(font)
    _rename(font, style)
    target = io.BytesIO()
    font.save(target, reorderTables=True)
    return target.getvalue()


def _rename(font: Any, style: str) -> None:
    bare = FAMILY.replace(" ", "")
    names = {
        1: FAMILY,
        2: style,
        3: f"{bare}-{style}",
        4: f"{FAMILY} {style}",
        6: f"{bare}-{style}",
    }
    table = font["name"]
    table.names = [record for record in table.names if record.langID == 0x409]  # noqa: PLR2004
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)
    table.removeNames(nameID=7)  # the trademark is not ours
    top = font["CFF "].cff
    top.fontNames = [names[6]]
    top.topDictIndex[0].FullName = names[4]
    top.topDictIndex[0].FamilyName = FAMILY
    for part in ("Notice", "Trademark"):
        top.topDictIndex[0].rawDict.pop(part, None)


def files() -> dict[str, bytes]:
    """Return the generated files: both styles, and the characters they have."""
    chars = wanted()
    made = {f"TanluSans-{style}.otf": cut(style, chars) for style in STYLES}
    covered = [set(TTFont(io.BytesIO(data)).getBestCmap()) for name, data in made.items()]
    both = sorted(set.intersection(*covered))
    made["characters.txt"] = (_spans(both) + "\n").encode()
    return made


def _spans(codes: list[int]) -> str:
    """Return code points as spans in hexadecimal, one a line."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "\n".join(
        f"{first:X}-{last:X}" if first < last else f"{first:X}" for first, last in spans
    )


def main() -> int:
    """Write the fonts, or tell whether they are up to date."""
    made = files()
    if "--check" in sys.argv[1:]:
        old = [n for n, data in made.items() if (FOLDER / n).read_bytes() != data]
        print("\n".join(f"{name} is out of date" for name in old) or "up to date")
        return 1 if old else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
