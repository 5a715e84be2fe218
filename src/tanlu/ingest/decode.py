"""Bytes of a delimited text file to rows of clean text, or a refusal with its reason."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tanlu.ingest import shipped
from tanlu.ingest.clean import BIDI, SUSPECT, clean_text, header_key
from tanlu.ingest.encoding import decode_bytes, first_lines, row_hits
from tanlu.ingest.rejected import RejectedError
from tanlu.ingest.workbook.grid import address
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "DecodeContext",
    "DecodedTable",
    "clean_text",
    "header_key",
    "read_delimited",
]

_LINE_END = re.compile("\r\n|\r|\n")
_PLAIN_DELIMITERS = (",", ";", "\t", "|")
_WIDE_DELIMITERS = ("\uff0c", "\uff1b")
_CLEAR_HITS = 2
_HEADER_ROWS = 50
_MOST_SHARED = 50_000


@dataclass(frozen=True, slots=True)
class DecodeContext:
    """What the decoder must know.

    Parameters
    ----------
    words : frozenset of str
        Every spelling of every column header (texts of the table `header_alias`).
    encoding : str
        The user's answer to ``ENCODING_AMBIGUOUS``; empty decides by the content.
    delimiter : str
        The user's answer to ``DELIMITER_UNCERTAIN``; empty decides by the content.
    limits : Mapping[str, int]
        Table `ingest_limit`.
    """

    words: frozenset[str] = frozenset()
    encoding: str = ""
    delimiter: str = ""
    limits: Mapping[str, int] = field(default_factory=shipped.limits)


@dataclass(frozen=True, slots=True)
class DecodedTable:
    """Rows of a delimited file.

    Parameters
    ----------
    rows : list of list of str
        Clean cells; ``rows[i]`` is row ``i + 1`` as Excel shows it (blank rows are empty lists).
    encoding, delimiter : str
        What was found; `delimiter` is empty while it is asked for.
    findings : tuple of Finding
        About the file: warnings and questions. With an ASK among them, `rows` is empty.
    flags : Mapping[int, tuple of Finding]
        Index of a row to the findings that quarantine it (``COLUMN_COUNT``, ``FIELD_TOO_LONG``,
        ``BIDI_CONTROL``).
    """

    rows: list[list[str]]
    encoding: str
    delimiter: str
    findings: tuple[Finding, ...] = ()
    flags: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)


def read_delimited(data: bytes, name: str, *, context: DecodeContext) -> DecodedTable:
    """Decode and split a delimited file.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        Its name, for findings.
    context : DecodeContext
        Known headers and the user's answers.

    Returns
    -------
    DecodedTable
        Rows, or the question that must be answered first.

    Raises
    ------
    RejectedError
        If nothing of the file can be taken: the codes of `decode_bytes`, CSV_UNCLOSED_QUOTE,
        TOO_MANY_COLUMNS, FIELD_TOO_LONG (above 128 KiB).
    """
    words = frozenset(header_key(word) for word in context.words)
    decoded = decode_bytes(data, name, words=words, answer=context.encoding)
    if not decoded.text:
        return DecodedTable([], decoded.encoding, "", decoded.findings)
    choices = _delimiters(decoded.text, words)
    if not context.delimiter and (len(choices) > 1 or choices[0] in _WIDE_DELIMITERS):
        facts = {
            "found": first_lines(decoded.text)[0][:80],
            "choices": " ".join(dict.fromkeys((*choices, ","))).replace("\t", "TAB"),
        }
        asked = Finding("DELIMITER_UNCERTAIN", Outcome.ASK, file=name, facts=facts)
        return DecodedTable([], decoded.encoding, "", (*decoded.findings, asked))
    delimiter = context.delimiter or choices[0]
    rows = _shared(_split(decoded.text, delimiter, name, limits=context.limits))
    while rows and not rows[-1]:
        rows.pop()
    flags: dict[int, list[Finding]] = {}
    findings = list(decoded.findings)
    if SUSPECT.search(decoded.text):
        findings += _clean_rows(rows, name, flags)
    _flag_lengths(rows, name, flags, most=context.limits["cell_text"])
    _flag_counts(rows, name, words, flags=flags)
    frozen = {index: tuple(found) for index, found in sorted(flags.items())}
    return DecodedTable(rows, decoded.encoding, delimiter, tuple(findings), frozen)


def _shared(rows: Iterable[list[str]]) -> list[list[str]]:
    """Return the rows with equal cells as one string: sites and units repeat a million times."""
    known: dict[str, str] = {}
    taken = []
    for row in rows:
        if len(known) < _MOST_SHARED:
            taken.append([known.setdefault(cell, cell) for cell in row])
        else:
            taken.append([known.get(cell, cell) for cell in row])
    return taken


def _delimiters(text: str, words: frozenset[str]) -> list[str]:
    """Return the delimiter that yields known headers, or all that fit equally well."""
    lines = [line for line in first_lines(text) if line.strip()]
    candidates = (*_PLAIN_DELIMITERS, *_WIDE_DELIMITERS)
    hits = {mark: _hits(lines, mark, words) for mark in candidates}
    best = max(hits.values())
    leaders = [mark for mark in candidates if hits[mark] == best]
    if best >= _CLEAR_HITS:
        return leaders
    even = [mark for mark in leaders if lines and _is_even(lines, mark)]
    return even or [","]


def _hits(lines: list[str], mark: str, words: frozenset[str]) -> int:
    return max((row_hits(line.split(mark), words) for line in lines if mark in line), default=0)


def _is_even(lines: list[str], mark: str) -> bool:
    """Say whether nearly all lines hold the same number of a mark, at least one."""
    counts = Counter(re.sub('"[^"]*"', "", line).count(mark) for line in lines)
    count, lines_with = counts.most_common(1)[0]
    return count > 0 and lines_with * 10 >= len(lines) * 9


def _lines(text: str) -> Iterator[str]:
    start = 0
    for hit in _LINE_END.finditer(text):
        yield text[start : hit.start()]
        start = hit.end()
    yield text[start:]


def _split(
    text: str, delimiter: str, name: str, *, limits: Mapping[str, int]
) -> Iterator[list[str]]:
    longest, most = limits["field_text"], limits["sheet_columns"]
    if '"' in text:
        yield from _split_quoted(text, delimiter, name, limits=limits)
        return
    for number, line in enumerate(_lines(text)):
        if line.count(delimiter) >= most:
            _refuse("TOO_MANY_COLUMNS", name, number, line.count(delimiter) + 1, most)
        row = line.split(delimiter) if line else []
        if len(line) > longest and max(map(len, row)) > longest:
            _refuse("FIELD_TOO_LONG", name, number, f"> {longest}", longest)
        yield row


class _QuoteWatch:
    """Lines fed to the csv reader, with the quotes of the record that is being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.quotes = 0

    def __iter__(self) -> Iterator[str]:
        for line in _lines(self._text):
            self.quotes += line.count('"')
            yield line + "\n"


def _split_quoted(
    text: str, delimiter: str, name: str, *, limits: Mapping[str, int]
) -> Iterator[list[str]]:
    longest, most = limits["field_text"], limits["sheet_columns"]
    csv.field_size_limit(longest)
    watch = _QuoteWatch(text)
    reader = csv.reader(watch, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if len(row) > most:
                _refuse("TOO_MANY_COLUMNS", name, number - 1, len(row), most)
            watch.quotes = 0
            yield row
    except csv.Error as error:
        if "field limit" in str(error) and watch.quotes % 2 == 0:
            _refuse("FIELD_TOO_LONG", name, number, f"> {longest}", longest)
        place = address(number + 1, 1)
        raise RejectedError.of("CSV_UNCLOSED_QUOTE", name, cell=place, line=number + 1) from None


def _refuse(code: str, name: str, row: int, found: object, expected: int) -> None:
    place = address(row + 1, 1)
    raise RejectedError.of(code, name, cell=place, found=found, expected=expected) from None


def _clean_rows(rows: list[list[str]], name: str, flags: dict[int, list[Finding]]) -> list[Finding]:
    """Clean all cells in place; return one warning per kind, with the first cell and the count."""
    places: dict[str, list[str]] = {}
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            clean, codes = clean_text(cell)
            for code in codes:
                places.setdefault(code, []).append(address(index + 1, column + 1))
            row[column] = clean
            if BIDI in codes:
                place = address(index + 1, column + 1)
                facts = {"found": clean[:80]}
                flagged = Finding(BIDI, Outcome.QUARANTINE, name, "", place, facts)
                flags.setdefault(index, []).append(flagged)
    places.pop(BIDI, None)
    return [
        Finding(code, Outcome.WARN, name, "", cells[0], {"count": str(len(cells))})
        for code, cells in places.items()
    ]


def _flag_lengths(
    rows: list[list[str]], name: str, flags: dict[int, list[Finding]], *, most: int
) -> None:
    for index, row in enumerate(rows):
        if row and max(map(len, row)) > most:
            column = next(i for i, cell in enumerate(row) if len(cell) > most)
            facts = {"found": str(len(row[column])), "expected": str(most)}
            place = address(index + 1, column + 1)
            flagged = Finding("FIELD_TOO_LONG", Outcome.QUARANTINE, name, "", place, facts)
            flags.setdefault(index, []).append(flagged)


def _flag_counts(
    rows: list[list[str]],
    name: str,
    words: frozenset[str],
    *,
    flags: dict[int, list[Finding]],
) -> None:
    """Flag rows below the header whose number of cells is not the header's."""
    top = next((i for i, row in enumerate(rows[:_HEADER_ROWS]) if _is_header(row, words)), None)
    if top is None:
        return
    width = len(rows[top])
    for index in range(top + 1, len(rows)):
        row = rows[index]
        if len(row) == width or sum(1 for cell in row if cell.strip()) <= 1:
            continue
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            continue
        facts = {"found": str(len(row)), "expected": str(width)}
        place = address(index + 1, 1)
        flagged = Finding("COLUMN_COUNT", Outcome.QUARANTINE, name, "", place, facts)
        flags.setdefault(index, []).append(flagged)


def _is_header(row: list[str], words: frozenset[str]) -> bool:
    return row_hits(row, words) >= _CLEAR_HITS
