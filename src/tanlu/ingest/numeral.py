"""Positional CJK numerals (hundred, thousand, ten thousand...) to integers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.ingest.words import GrammarWords

_SECTION_POWER = 4


def is_cjk_numeral(text: str, words: GrammarWords) -> bool:
    """Say whether a text is made of CJK digits and powers alone."""
    known = words.of("cjk_digit").keys() | words.of("cjk_unit").keys()
    known |= words.of("cjk_section").keys()
    return bool(text) and all(char in known for char in text)


def cjk_value(text: str, words: GrammarWords) -> int | None:
    """Return the value of a positional CJK numeral, or None if it is not a strict one.

    Notes
    -----
    Digits in a row (a phone number, a year) and elliptic forms (one hundred two for 120) have
    two readings and give None.
    """
    sections = words.of("cjk_section")
    total, limit, part = 0, None, ""
    for char in text:
        if char not in sections:
            part += char
            continue
        power = int(sections[char])
        below = _section(part, words)
        if below is None or below == 0 or (limit is not None and power >= limit):
            return None
        total += below * 10**power
        limit, part = power, ""
    if not part:
        return total if limit is not None else None
    if limit is not None and not _joins(part, limit, words.of("cjk_digit")):
        return None
    rest = _section(part, words, is_whole=limit is None)
    return None if rest is None else total + rest


def _joins(part: str, limit: int, digits: Mapping[str, str]) -> bool:
    """Say whether what follows a section is not an elliptic form of the section itself."""
    return limit >= _SECTION_POWER and (len(part) > 1 or part not in digits)


def _section(part: str, words: GrammarWords, *, is_whole: bool = False) -> int | None:
    digits, units = words.of("cjk_digit"), words.of("cjk_unit")
    total, digit, limit, gap = 0, None, _SECTION_POWER, False
    for char in part:
        if char in units:
            power = int(units[char])
            if power >= limit or (digit in {None, 0} and power != 1):
                return None
            total += (1 if digit is None else digit) * 10**power
            digit, limit, gap = None, power, False
            continue
        value = int(digits[char])
        if digit not in {None, 0}:
            return None
        gap = gap or value == 0
        digit = value
    if digit is None:
        return total if total else None
    if limit == _SECTION_POWER:
        return None if is_whole else digit
    return total + digit if limit == 1 or gap else None
