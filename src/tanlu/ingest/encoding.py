"""Bytes to text: one encoding, strictly, or a refusal that names the first bad line."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.ingest.clean import SUSPECT, header_key
from tanlu.ingest.rejected import RejectedError
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

ENCODINGS = ("utf-8", "gb18030", "cp950", "cp932", "utf-16-le", "utf-16-be")
_LEGACY = ("gb18030", "cp950", "cp932")
_DAMAGED = (("latin-1", "utf-8"), ("cp1252", "utf-8"), ("gb18030", "utf-8"), ("latin-1", "gb18030"))
_SEPARATORS = re.compile("[,;\t|\uff0c\uff1b]")
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_CJK = re.compile("[\u3400-\u9fff]")
_BESIDE_CJK = re.compile(
    "[\u0000-\u00ff\u0370-\u03ff\u2000-\u22ff\u2460-\u24ff\u3000-\u9fff\uff00-\uffef]*"
)
_SAMPLE = 65_536
_HEADER_LINES = 50
_CLEAR_HITS = 2


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Text, its encoding, and what there is to say; `text` is empty while asked."""

    text: str
    encoding: str
    findings: tuple[Finding, ...] = ()


def header_hits(lines: Iterable[str], words: frozenset[str]) -> int:
    """Return the largest number of known headers in one line.

    Parameters
    ----------
    lines : iterable of str
        First lines of a file, split at any usual separator here.
    words : frozenset of str
        Known headers as `header_key` gives them.
    """
    return max((row_hits(_SEPARATORS.split(line), words) for line in lines), default=0)


def row_hits(cells: Iterable[str], words: frozenset[str]) -> int:
    """Return how many cells of a row are known headers, a unit in brackets left aside."""
    keys = {header_key(cell.strip().strip('"')) for cell in cells if len(cell) <= _HEADER_LINES}
    return sum(key in words or key.partition("(")[0] in words for key in keys if key)


def first_lines(text: str) -> list[str]:
    """Return the first lines of a text that is not longer than a sample."""
    return re.split("\r\n|\r|\n", text[:_SAMPLE])[:_HEADER_LINES]


def decode_bytes(data: bytes, name: str, *, words: frozenset[str], answer: str = "") -> DecodedText:
    """Decode a text file strictly.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        Its name, for findings.
    words : frozenset of str
        Known headers as `header_key` gives them; they decide between old encodings.
    answer : str
        The user's choice among `ENCODINGS`; empty decides here.

    Returns
    -------
    DecodedText
        Never with U+FFFD in it.

    Raises
    ------
    RejectedError
        EMPTY_FILE, NUL_BYTE, ENCODING_INVALID, ENCODING_MIXED, ENCODING_TRUNCATED,
        ENCODING_UNSUPPORTED, HEADER_UNRECOGNISED (text encoded twice).
    """
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise RejectedError.of("EMPTY_FILE", name)
    found = _by_answer(data, name, answer) if answer else _by_content(data, name, words)
    if not found.findings and not SUSPECT.sub("", found.text).strip():
        raise RejectedError.of("EMPTY_FILE", name)
    if "\x00" in found.text:
        _refuse_at("NUL_BYTE", name, found.text, found.text.index("\x00"))
    if "\ufffd" in found.text:
        _refuse_at("ENCODING_INVALID", name, found.text, found.text.index("\ufffd"))
    _check_double(found.text, name, words)
    return found


def _by_answer(data: bytes, name: str, answer: str) -> DecodedText:
    if answer not in ENCODINGS:
        raise RejectedError.of("ENCODING_UNSUPPORTED", name, found=answer)
    try:
        return DecodedText(data.decode(answer).removeprefix("\ufeff"), answer)
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        raise RejectedError.of("ENCODING_INVALID", name, cell=f"A{line}", line=line) from None


def _by_content(data: bytes, name: str, words: frozenset[str]) -> DecodedText:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise RejectedError.of("ENCODING_UNSUPPORTED", name, found="UTF-32")
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return _wide(data[len(mark) :], name, encoding)
    if b"\x00" in data and (guessed := _wide_without_mark(data, name, words)):
        return guessed
    try:
        return DecodedText(data.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise RejectedError.of("ENCODING_TRUNCATED", name, found="UTF-8") from None
    return _legacy(data, name, words)


def _wide(data: bytes, name: str, encoding: str) -> DecodedText:
    if len(data) % 2:
        raise RejectedError.of("ENCODING_TRUNCATED", name, found="UTF-16")
    try:
        return DecodedText(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        raise RejectedError.of("ENCODING_INVALID", name, cell=f"A{line}", line=line) from None


def _wide_without_mark(data: bytes, name: str, words: frozenset[str]) -> DecodedText | None:
    """Return UTF-16 that lost its mark, when its first lines hold known headers."""
    if len(data) % 2:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if header_hits(first_lines(text), words) >= _CLEAR_HITS:
            facts = {"found": encoding.upper()}
            finding = Finding("ENCODING_GUESSED", Outcome.WARN, file=name, facts=facts)
            return DecodedText(text, encoding, (finding,))
    return None


def _legacy(data: bytes, name: str, words: frozenset[str]) -> DecodedText:
    _check_lines(data, name)
    texts = {}
    for encoding in _LEGACY:
        try:
            texts[encoding] = data.decode(encoding)
        except UnicodeDecodeError:
            continue
    hits = {name: header_hits(first_lines(text), words) for name, text in texts.items()}
    best = max(hits.values())
    leaders = [encoding for encoding, count in hits.items() if count == best]
    if len(leaders) > 1:
        facts = {"choices": ", ".join(leaders)}
        asked = Finding("ENCODING_AMBIGUOUS", Outcome.ASK, file=name, facts=facts)
        return DecodedText("", "", (asked,))
    facts = {"found": leaders[0].upper()}
    guess = () if best else (Finding("ENCODING_GUESSED", Outcome.WARN, file=name, facts=facts),)
    return DecodedText(texts[leaders[0]], leaders[0], guess)


def _check_lines(data: bytes, name: str) -> None:
    """Refuse a file that is not UTF-8 and not one old encoding either, naming the line."""
    first_old, first_utf8, bad = 0, 0, 0
    for number, line in enumerate(_LINE_ENDS.split(data), start=1):
        if line.isascii():
            continue
        if _is_cjk_utf8(line):
            first_utf8 = first_utf8 or number
        elif any(_decodes(line, encoding) for encoding in _LEGACY):
            first_old = first_old or number
        else:
            bad = bad or number
        if bad or (first_utf8 and first_old):
            break
    if bad:
        raise RejectedError.of("ENCODING_INVALID", name, cell=f"A{bad}", line=bad)
    if first_utf8 and first_old:
        line_number = max(first_utf8, first_old)
        raise RejectedError.of("ENCODING_MIXED", name, cell=f"A{line_number}", line=line_number)
    if not any(_decodes(data, encoding) for encoding in _LEGACY):
        raise RejectedError.of("ENCODING_INVALID", name, line="-")


def _is_cjk_utf8(line: bytes) -> bool:
    """Say whether a line is UTF-8 with CJK text and what stands beside it, nothing else."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(_CJK.search(text) and _BESIDE_CJK.fullmatch(text))


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _check_double(text: str, name: str, words: frozenset[str]) -> None:
    """Refuse a text that was decoded wrongly and saved again."""
    lines = first_lines(text)
    if not words or header_hits(lines, words):
        return
    for wrong, right in _DAMAGED:
        repaired = (_again(line, wrong, right) for line in lines)
        if header_hits((line for line in repaired if line), words) >= _CLEAR_HITS:
            raise RejectedError.of(
                "HEADER_UNRECOGNISED",
                name,
                found=SUSPECT.sub("", lines[0])[:80],
            )


def _again(line: str, wrong: str, right: str) -> str:
    try:
        return line.encode(wrong).decode(right)
    except UnicodeError:
        return ""


def _line_of(data: bytes, position: int) -> int:
    return len(_LINE_ENDS.findall(data, 0, position)) + 1


def _refuse_at(code: str, name: str, text: str, position: int) -> None:
    line = len(re.findall("\r\n|\r|\n", text[:position])) + 1
    raise RejectedError.of(code, name, cell=f"A{line}", line=line)
