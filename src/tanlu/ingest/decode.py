"""Bytes of a delimited text file to rows of clean text, or a refusal with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.kernel.findings import Finding


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

    Raises
    ------
    RejectedError
        If nothing of the file can be taken.
    """
    raise NotImplementedError


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Strip invisible and control characters of one cell; codes say what was found.

    Codes: ``INVISIBLE_CHARS_STRIPPED``, ``CONTROL_CHARS_STRIPPED`` (warnings) and
    ``BIDI_CONTROL`` (the row is quarantined).
    """
    raise NotImplementedError


def header_key(text: str) -> str:
    """Return the form in which headers are compared: NFKC, no blanks, case folded."""
    raise NotImplementedError
