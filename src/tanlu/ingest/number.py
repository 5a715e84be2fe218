"""Numbers as people write them: one grammar, before any Decimal is made."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from tanlu.ingest.number_text import (
    DoubtError,
    is_expression,
    power_text,
    split_head,
    ungroup,
    value_of,
)
from tanlu.ingest.numeral import cjk_value, is_cjk_numeral
from tanlu.kernel.activity import RowKind
from tanlu.kernel.findings import Finding, Outcome
from tanlu.units.parse import parse_unit
from tanlu.units.table import UnitOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tanlu.ingest.words import GrammarWords
    from tanlu.units.table import ParsedUnit, UnitTable

LONGEST = 1_000
EXCEL_DIGITS = 15
_SHOWN = 80
_PLAIN = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,9})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3}){1,5}(?:\.[0-9]{1,9})?")
_RAISED = re.compile("([×✕xX] ?10)([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_MINUSES = str.maketrans(dict.fromkeys("−‐‑–", "-") | {"’": "'", "‘": "'"})
_BRACKETS = re.compile(r"\(([^()]*)\)")
_TRAILING_MINUS = re.compile(r"\d[\d.,' ]*-")
_ASKED = {"NUMBER_LOCALE", "NUMBER_SCALE_TWICE"}


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
    """Read the text of a cell as a number.

    Parameters
    ----------
    text : str or None
        As written, any text; None and empty are missing.
    context : NumberContext
        Words, column and locale.

    Returns
    -------
    Number
        A value, or the code that says why there is none. Never zero for a missing number.

    Notes
    -----
    Rules M-01, M-09. The grammar decides on text and exponent before a Decimal is made, so
    any text takes well under 10 ms.
    """
    written = text or ""
    if _PLAIN.fullmatch(written) and not context.decimal_comma:
        return _signed(written, Decimal(written), (), context)
    if _GROUPED.fullmatch(written) and not context.decimal_comma:
        return _signed(written, Decimal(written.replace(",", "")), (), context)
    if len(written) > LONGEST:
        return Number(written[:_SHOWN], NumberStatus.QUARANTINE, codes=("NUMBER_TOO_LONG",))
    try:
        value, codes, unit_text = _read(written, context)
    except DoubtError as doubt:
        return Number(written, _status(doubt.code), codes=(doubt.code,))
    return _signed(written, value, codes, context, unit_text=unit_text)


def number_of_double(value: float, *, context: NumberContext) -> Number:
    """Read an Excel number: 15 significant digits of its shortest text.

    Parameters
    ----------
    value : float
        Cell value; an int is exact.
    context : NumberContext
        As for a text; the same rules of sign and range apply.

    Returns
    -------
    Number
        0.1 + 0.2 gives 0.3, as Excel shows it.
    """
    written = str(value)
    exact = Decimal(written) if isinstance(value, int) else Decimal(repr(value))
    if not exact.is_finite():
        return Number(written, NumberStatus.QUARANTINE, codes=("NUMBER_NONFINITE",))
    if not isinstance(value, int):
        exact = Context(prec=EXCEL_DIGITS).plus(exact)
    sign, digits, exponent = exact.as_tuple()
    written_digits = "".join(map(str, digits))
    significant = written_digits.rstrip("0")
    power = int(exponent) + len(written_digits) - len(significant)
    try:
        plain = value_of("-" if sign else "", significant, "", power)
    except DoubtError as doubt:
        return Number(written, NumberStatus.QUARANTINE, codes=(doubt.code,))
    return _signed(written, plain, (), context)


def share_column_code(texts: Iterable[str], *, words: GrammarWords) -> str:
    """Return ``PERCENT_OR_FRACTION`` if a share column mixes its forms, else empty.

    Parameters
    ----------
    texts : iterable of str
        All cells of the column.
    words : GrammarWords
        Rows of the table `number_word`.

    Returns
    -------
    str
        The forms are: with a percent sign, a fraction up to 1, a bare number above 1.
    """
    context = NumberContext(words, is_share=True)
    forms: set[str] = set()
    for text in texts:
        number = parse_number(text, context=context)
        if not number.value:
            continue
        marked = unicodedata.normalize("NFKC", text).strip()[-1:] in words.of("percent")
        forms.add("marked" if marked else "fraction" if abs(number.value) <= 1 else "bare")
    return "PERCENT_OR_FRACTION" if len(forms) > 1 else ""


def findings_of(number: Number, *, file: str, sheet: str, cell: str) -> tuple[Finding, ...]:
    """Return the findings of a read number at its cell, none when it is plain."""
    outcome = {
        NumberStatus.OK: Outcome.WARN,
        NumberStatus.ASK: Outcome.ASK,
    }.get(number.status, Outcome.QUARANTINE)
    read = "-" if number.value is None else f"{number.value:f}"
    facts = {"found": number.text[:_SHOWN], "read": read}
    return tuple(Finding(code, outcome, file, sheet, cell, facts) for code in number.codes)


def _status(code: str) -> NumberStatus:
    if code == "NUMBER_MISSING":
        return NumberStatus.MISSING
    return NumberStatus.ASK if code in _ASKED else NumberStatus.QUARANTINE


def _signed(
    written: str,
    value: Decimal,
    codes: tuple[str, ...],
    context: NumberContext,
    *,
    unit_text: str = "",
) -> Number:
    if value < 0 and context.kind is RowKind.NORMAL:
        return Number(written, NumberStatus.QUARANTINE, codes=("NEGATIVE_QUANTITY",))
    plain = value if value else Decimal(0)
    return Number(written, NumberStatus.OK, plain, codes, unit_text)


def _read(written: str, context: NumberContext) -> tuple[Decimal, tuple[str, ...], str]:
    words = context.words
    stripped = written.strip()
    _check_words(unicodedata.normalize("NFKC", stripped).casefold(), words)
    body, codes = _plain_characters(stripped.removeprefix("'"), words)
    if is_cjk_numeral(body, words):
        numeral = cjk_value(body, words)
        if numeral is None:
            code = "NUMBER_UNPARSED"
            raise DoubtError(code)
        return value_of("", str(numeral), "", 0), (*codes, "CJK_NUMERAL"), ""
    _check_qualifiers(body.casefold(), words)
    body = _leading_minus(body)
    body = _without_currency(body, context)
    body, percent = _without_percent(body, context)
    if raised := power_text(body):
        sign, digits, power = raised
        whole, _, fraction = digits.partition(".")
        value = value_of(sign, whole, fraction, int(power) - percent)
        return value, (*codes, "NUMBER_SCI_TEXT"), ""
    try:
        value, unit_text = _core(body, percent, context)
    except DoubtError as doubt:
        raise DoubtError(_diagnose(doubt.code, body, words)) from None
    return value, codes, unit_text


def _core(body: str, percent: int, context: NumberContext) -> tuple[Decimal, str]:
    sign, digits, exponent, tail = split_head(body)
    power, unit_text = _tail(tail, context)
    whole, fraction = ungroup(digits, decimal_comma=context.decimal_comma)
    return value_of(sign, whole, fraction, int(exponent or 0) + power - percent), unit_text


def _check_words(key: str, words: GrammarWords) -> None:
    if not key or key in words.of("missing"):
        code = "NUMBER_MISSING"
    elif key.startswith("#") or key in words.of("cell_error"):
        code = "CELL_ERROR"
    elif key.lstrip("+-") in words.of("nonfinite"):
        code = "NUMBER_NONFINITE"
    else:
        return
    raise DoubtError(code)


def _plain_characters(text: str, words: GrammarWords) -> tuple[str, tuple[str, ...]]:
    """Return the text with ASCII digits and plain signs; refuse numbers that are symbols."""
    raised = _RAISED.sub(lambda hit: hit[1] + "^" + hit[2].translate(_SUPERSCRIPTS), text)
    symbols = {"No", "Nl"}
    allowed = words.of("cjk_digit")
    if any(unicodedata.category(c) in symbols and c not in allowed for c in raised):
        code = "NUMBER_UNPARSED"
        raise DoubtError(code)
    plain = unicodedata.normalize("NFKC", raised).translate(_MINUSES)
    plain = " ".join(plain.split())
    foreign = {c for c in plain if not c.isascii() and unicodedata.category(c) == "Nd"}
    if not foreign:
        return plain, ()
    zeros = {ord(c) - unicodedata.decimal(c) for c in plain if c.isdecimal()}
    if len(zeros) > 1:
        code = "NUMBER_UNPARSED"
        raise DoubtError(code)
    digits = {ord(c): str(unicodedata.decimal(c)) for c in foreign}
    return plain.translate(digits), ("NUMBER_DIGIT_SCRIPT",)


def _check_qualifiers(key: str, words: GrammarWords) -> None:
    for word in words.of("qualifier"):
        if key.startswith(word) or key.endswith(word) or f"({word}" in key or f"{word})" in key:
            code = "NUMBER_QUALIFIED"
            raise DoubtError(code)


def _leading_minus(body: str) -> str:
    """Return a number in brackets, or with its minus behind (as SAP prints it), as negative."""
    if _TRAILING_MINUS.fullmatch(body):
        return "-" + body[:-1].strip()
    hit = _BRACKETS.fullmatch(body)
    if hit and hit[1].strip()[:1] not in {"", "+", "-"}:
        return "-" + hit[1].strip()
    return body


def _without_currency(body: str, context: NumberContext) -> str:
    """Return the text without a leading currency sign, which only money may have."""
    unsigned = body.lstrip("+-")
    sign = body[: len(body) - len(unsigned)]
    found = [word for word in context.words.of("currency") if _starts(unsigned, word)]
    if not found:
        return body
    word = max(found, key=len)
    _check_currency(word, context)
    return sign + unsigned[len(word) :].strip()


def _starts(text: str, word: str) -> bool:
    return text[: len(word)].casefold() == word


def _check_currency(word: str, context: NumberContext) -> None:
    unit = context.unit
    column = unit.unit if unit is not None and unit.counts else ""
    is_money = context.is_money or bool(unit and unit.dimension.startswith("money"))
    allowed = context.words.of("currency")[word].split("|")
    if not is_money or (column and column not in allowed):
        code = "CURRENCY_IN_NUMBER"
        raise DoubtError(code)


def _without_percent(body: str, context: NumberContext) -> tuple[str, int]:
    power = context.words.of("percent").get(body[-1:])
    if power is None:
        return body, 0
    if not context.is_share:
        code = "PERCENT"
        raise DoubtError(code)
    return body[:-1].strip(), int(power)


def _tail(tail: str, context: NumberContext) -> tuple[int, str]:
    """Return the power of ten and the unit text that follow the digits."""
    if not tail:
        return 0, ""
    readings = [(0, tail)]
    for word, ten_power in context.words.of("magnitude").items():
        if tail.startswith(word):
            readings.append((int(ten_power), tail[len(word) :].strip()))
    for power, rest in readings:
        if not rest:
            _check_scale_once(context)
            return power, ""
    if tail.casefold() in context.words.of("currency"):
        _check_currency(tail.casefold(), context)
    return _unit_tail(readings, context)


def _check_scale_once(context: NumberContext) -> None:
    """Ask when both the number and its unit column carry a word of magnitude."""
    unit, table = context.unit, context.units
    if unit is None or table is None or not unit.counts:
        return
    if table.folding(unit.unit)[1] != unit.scale:
        code = "NUMBER_SCALE_TWICE"
        raise DoubtError(code)


def _unit_tail(readings: list[tuple[int, str]], context: NumberContext) -> tuple[int, str]:
    if context.units is None:
        code = "NUMBER_UNPARSED"
        raise DoubtError(code)
    column = context.unit
    parsed = [(power, rest, parse_unit(rest, context.units)) for power, rest in readings]
    known = [reading for reading in parsed if reading[2].outcome is not UnitOutcome.UNKNOWN]
    if column is None or column.outcome is UnitOutcome.MISSING:
        if known:
            return known[0][0], known[0][1]
    else:
        for power, _, unit in known:
            if _agree(unit, column):
                return power, ""
    raise DoubtError("UNIT_IN_NUMBER" if known else "NUMBER_UNPARSED")


def _agree(unit: ParsedUnit, column: ParsedUnit) -> bool:
    if unit.counts and column.counts:
        return (unit.ledger_unit, unit.scale) == (column.ledger_unit, column.scale)
    return unit.text.casefold() == column.text.strip().casefold()


def _diagnose(code: str, body: str, words: GrammarWords) -> str:
    """Return a better code for a text that is no number: a range or an expression."""
    if code not in {"NUMBER_UNPARSED", "UNIT_IN_NUMBER"}:
        return code
    for word in words.of("range"):
        left, found, right = body.partition(word)
        if found and left[:1].isdigit() and right.strip()[:1].isdigit() and _numberish(left):
            return "NUMBER_RANGE"
    return "NUMBER_EXPR" if is_expression(body) else code


def _numberish(left: str) -> bool:
    return not set(left) & set("+*/^=×÷()")
