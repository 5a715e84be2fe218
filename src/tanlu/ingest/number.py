"""Numbers as people write them: one grammar, before any Decimal is made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.kernel.activity import RowKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from tanlu.ingest.words import GrammarWords
    from tanlu.kernel.findings import Finding
    from tanlu.units.table import ParsedUnit, UnitTable


class NumberStatus(StrEnum):
    """What became of a number's text."""

    OK = "ok"
    MISSING = "missing"
    QUARANTINE = "quarantine"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class NumberContext:
    """What the reader of a cell must know.

    Parameters
    ----------
    words : GrammarWords
        Rows of the table `number_word`.
    units : UnitTable or None
        To read a unit written inside the number; None leaves such a number unparsed.
    unit : ParsedUnit or None
        The unit column of the row; a unit inside the number must agree with it.
    is_share, is_money : bool
        The column holds shares (percent signs allowed) or money (currency signs allowed).
    kind : RowKind
        What the column of row types says; a negative quantity needs one other than normal.
    decimal_comma : bool
        Number locale of the workspace: ``1.234,5`` is 1234.5. False in zh and en.
    """

    words: GrammarWords
    units: UnitTable | None = None
    unit: ParsedUnit | None = None
    is_share: bool = False
    is_money: bool = False
    kind: RowKind = RowKind.NORMAL
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A read number.

    Parameters
    ----------
    text : str
        As written.
    status : NumberStatus
        Whether `value` counts.
    value : Decimal or None
        Exact, plain (no exponent); None unless the status is OK.
    codes : tuple of str
        Finding codes: the reason when not OK, warnings when OK.
    unit_text : str
        Unit written inside the number when the unit column is empty (``1200 kWh``).
    """

    text: str
    status: NumberStatus
    value: Decimal | None = None
    codes: tuple[str, ...] = ()
    unit_text: str = ""


def parse_number(text: str | None, *, context: NumberContext) -> Number:
    """Read the text of a cell as a number."""
    raise NotImplementedError


def number_of_double(value: float, *, context: NumberContext) -> Number:
    """Read an Excel double: 15 significant digits of its shortest text."""
    raise NotImplementedError


def share_column_code(texts: Iterable[str], *, words: GrammarWords) -> str:
    """Return ``PERCENT_OR_FRACTION`` if a share column mixes its forms, else empty."""
    raise NotImplementedError


def findings_of(number: Number, *, file: str, sheet: str, cell: str) -> tuple[Finding, ...]:
    """Return the findings of a read number at its cell, none when it is plain."""
    raise NotImplementedError
