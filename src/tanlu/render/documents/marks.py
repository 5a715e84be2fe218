"""Characters of a document: gases with their subscript, and what the font does not have."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

from tanlu.render.labels import ELLIPSIS
from tanlu.render.views import GAS

Run = tuple[str, str]  # text, and "", "sub" or "super"

BREAK = "\N{ZERO WIDTH SPACE}"
_LONG_WORD = 14  # letters after which a word breaks at its separators
_LONG_PIECE = 22  # and what holds none breaks anywhere
_AFTER = re.compile(r"([/\\_.:;,?&=!-])(?=[^\s\d])")
_LONGEST_NAME = 255  # characters of a property of an office document
_LATIN = re.compile(rf"[!-~]{{{_LONG_WORD + 1},}}")
_SHIFTED = {"<sub>": "sub", "<super>": "super"}
_SPACES = frozenset("\t\n\r\N{NO-BREAK SPACE}" + BREAK)
_SHOWN = frozenset("LMNPSZ")  # letters, marks, numbers, punctuation, symbols, spaces
_SVG_FONT = re.compile(r"font-family:[^;\"]*|font-family=\"[^\"]*\"")


@cache
def covered() -> frozenset[int]:
    """Return the code points Tanlu Sans has in both styles."""
    text = (resources.files("tanlu.render") / "assets/fonts/characters.txt").read_text("ascii")
    found: set[int] = set()
    for span in text.split():
        first, _, last = span.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


def runs(text: str, *, in_any_font: bool = False) -> list[Run]:
    """Return a text as pieces on the line, below it and above it.

    Parameters
    ----------
    text : str
        What a reader should see.
    in_any_font : bool
        The program that shows it has other fonts too: only what no font has is spelled out.

    Examples
    --------
    >>> runs("12 t CO2e")
    [('12 t CO', ''), ('2', 'sub'), ('e', '')]
    """
    found: list[Run] = []
    place = 0
    for match in GAS.finditer(text):
        found += _spelled(text[place : match.start(2)], in_any_font=in_any_font)
        found.append((match.group(2), "sub"))
        place = match.end(2)
    found += _spelled(text[place:], in_any_font=in_any_font)
    return _joined(found)


def plain(text: str) -> str:
    """Return a text in characters the font has, without subscripts."""
    return "".join(piece for piece, _ in _spelled(text))


def name(text: str) -> str:
    """Return a text that names something inside a file, where formats bound its length."""
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + ELLIPSIS


def breakable(text: str) -> str:
    """Return a text in which words too long for a line may break."""
    return "".join(
        _broken(part) if len(part) > _LONG_WORD else part for part in re.split(r"(\s)", text)
    )


def svg_text(svg: str) -> str:
    """Return an SVG whose texts are set in the document font, with characters it has."""
    return plain(_SVG_FONT.sub(_own_font, svg))


def _own_font(match: re.Match[str]) -> str:
    is_style = match.group().startswith("font-family:")
    return "font-family:Tanlu Sans" if is_style else 'font-family="Tanlu Sans"'


def _broken(word: str) -> str:
    """Break after a separator, and within what is still too long."""
    if not word.isascii():
        return _LATIN.sub(lambda match: _broken(match.group()), word)
    pieces = _AFTER.sub(rf"\1{BREAK}", word).split(BREAK)
    return BREAK.join(
        BREAK.join(piece[i : i + _LONG_PIECE] for i in range(0, len(piece), _LONG_PIECE))
        for piece in pieces
    )


def _spelled(text: str, *, in_any_font: bool = False) -> list[Run]:
    has = covered()

    def is_kept(mark: str) -> bool:
        return ord(mark) in has or (in_any_font and unicodedata.category(mark)[0] in _SHOWN)

    if all(is_kept(mark) for mark in text):
        return [(text, "")] if text else []
    return _joined([(mark, "") if is_kept(mark) else _other(mark) for mark in text])


def _other(mark: str) -> Run:
    """Return a character the font lacks by its parts, or by its code point."""
    if mark in _SPACES or unicodedata.category(mark) in {"Cf", "Zl", "Zp"}:
        return (mark if mark in {BREAK, "\n"} else " " if mark.isspace() else "", "")
    tag, *codes = unicodedata.decomposition(mark).split() or [""]
    parts = codes if tag.startswith("<") else [tag, *codes]
    if tag and all(int(code, 16) in covered() for code in parts):
        return "".join(chr(int(code, 16)) for code in parts), _SHIFTED.get(tag, "")
    base = unicodedata.normalize("NFD", mark)[0]
    return (base if base != mark and ord(base) in covered() else f"[U+{ord(mark):04X}]"), ""


def _joined(pieces: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for text, shift in pieces:
        if joined and joined[-1][1] == shift:
            joined[-1] = (joined[-1][0] + text, shift)
        elif text:
            joined.append((text, shift))
    return joined
