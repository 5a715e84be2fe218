"""Bytes of a delimited text file to rows of clean text, or a refusal with its reason."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tanlu.ingest.clean import BIDI, SUSPECT, clean_text, header_key
from tanlu.ingest.encoding import decode_bytes, first_lines, row_hits
from tanlu.ingest.rejected import RejectedError
from tanlu.kernel.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "DecodeContext",
    "DecodedTable",
    "cell_name",
    "clean_text",
    "header_key",
    "read_delimited",
]

MOST_COLUMNS = 512
LONGEST_CELL = 4_096
LONGEST_FIELD = 131_072
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
    """

    words: frozenset[str] = frozenset()
    encoding: str = ""
    delimiter: str = ""


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
    rows = _shared(_split(decoded.text, delimiter, name))
    while rows and not rows[-1]:
        rows.pop()
    flags: dict[int, list[Finding]] = {}
    findings = list(decoded.findings)
    if SUSPECT.search(decoded.text):
        findings += _clean_rows(rows, name, flags)
    _flag_lengths(rows, name, flags)
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


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell from its 0-based row and column: ``(0, 27)`` is ``AB1``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


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


def _split(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    if '"' in text:
        yield from _split_quoted(text, delimiter, name)
        return
    for number, line in enumerate(_lines(text)):
        if line.count(delimiter) >= MOST_COLUMNS:
            _refuse_columns(name, number, line.count(delimiter) + 1)
        row = line.split(delimiter) if line else []
        if len(line) > LONGEST_FIELD and max(map(len, row)) > LONGEST_FIELD:
            _refuse_length(name, number)
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


def _split_quoted(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_FIELD)
    watch = _QuoteWatch(text)
    reader = csv.reader(watch, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if len(row) > MOST_COLUMNS:
                _refuse_columns(name, number - 1, len(row))
            watch.quotes = 0
            yield row
    except csv.Error as error:
        place = f"A{number + 1}"
        is_long = "field limit" in str(error) and watch.quotes % 2 == 0
        if is_long:
            _refuse_length(name, number)
        raise RejectedError.of("CSV_UNCLOSED_QUOTE", name, cell=place, line=number + 1) from None


def _refuse_length(name: str, row: int) -> None:
    place = f"A{row + 1}"
    longer = f"> {LONGEST_FIELD}"
    raise RejectedError.of(
        "FIELD_TOO_LONG", name, cell=place, found=longer, expected=LONGEST_FIELD
    ) from None


def _refuse_columns(name: str, row: int, columns: int) -> None:
    raise RejectedError.of(
        "TOO_MANY_COLUMNS", name, cell=f"A{row + 1}", found=columns, expected=MOST_COLUMNS
    )


def _clean_rows(rows: list[list[str]], name: str, flags: dict[int, list[Finding]]) -> list[Finding]:
    """Clean all cells in place; return one warning per kind, with the first cell and the count."""
    places: dict[str, list[str]] = {}
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            clean, codes = clean_text(cell)
            for code in codes:
                places.setdefault(code, []).append(cell_name(index, column))
            row[column] = clean
            if BIDI in codes:
                place = cell_name(index, column)
                facts = {"found": clean[:80]}
                flagged = Finding(BIDI, Outcome.QUARANTINE, name, "", place, facts)
                flags.setdefault(index, []).append(flagged)
    places.pop(BIDI, None)
    return [
        Finding(code, Outcome.WARN, name, "", cells[0], {"count": str(len(cells))})
        for code, cells in places.items()
    ]


def _flag_lengths(rows: list[list[str]], name: str, flags: dict[int, list[Finding]]) -> None:
    for index, row in enumerate(rows):
        if row and max(map(len, row)) > LONGEST_CELL:
            column = next(i for i, cell in enumerate(row) if len(cell) > LONGEST_CELL)
            facts = {"found": str(len(row[column])), "expected": str(LONGEST_CELL)}
            place = cell_name(index, column)
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
        place = f"A{index + 1}"
        flagged = Finding("COLUMN_COUNT", Outcome.QUARANTINE, name, "", place, facts)
        flags.setdefault(index, []).append(flagged)


def _is_header(row: list[str], words: frozenset[str]) -> bool:
    return row_hits(row, words) >= _CLEAR_HITS
