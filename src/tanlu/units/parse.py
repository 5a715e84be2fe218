"""What people write for a unit, read by the alias table alone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tanlu.units.table import Alias, ParsedUnit, UnitOutcome

if TYPE_CHECKING:
    from tanlu.units.table import UnitTable

LONGEST = 64
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED_TEN = re.compile("10([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})")
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・⸱*", "·"))
_CARET = re.compile(r"(?<!10)\^(?=\d)")
_LOOSE_BLANK = re.compile(r"\s+(?=[^\x21-\x27\x2a-\x7e])|(?<=[^\x21-\x27\x2a-\x7e])\s+")
_POWER = re.compile(r"[×x·]?\s*10\^(\d{1,2})\s*[×x·]?\s*(?=\S)")
_ROUND_POWER = re.compile(r"1(0{1,9})\s*(?=[^\d\s.,])")
_POWER_AFTER = re.compile(r"(.*\S)\s[×x·]?\s*10\^(\d{1,2})")
_ROUND_POWER_AFTER = re.compile(r"(.*[^\d\s])\s1(0{1,9})")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_BRACKETED = re.compile(r"([^()]*)\(([^()]*)\)")


def parse_unit(text: str | None, table: UnitTable) -> ParsedUnit:
    """Read the text of a unit.

    Parameters
    ----------
    text : str or None
        As written by the user, any text.
    table : UnitTable
        Units and spellings.

    Returns
    -------
    ParsedUnit
        ``counts`` says whether it may be posted; else ``code`` is the finding: UNIT_MISSING,
        UNKNOWN_UNIT, UNIT_AMBIGUOUS, HEAT_NEEDS_ENTHALPY, DIM_MISMATCH.

    Notes
    -----
    Rules M-03, M-07. Case folds only where the alias row says that one meaning is left. Powers
    of ten written before the unit or after it (words, ``10^4``, ``10,000``) join the scale.
    """
    written = text or ""
    body = _normal(written) if len(written) <= LONGEST else ""
    if not body:
        outcome = UnitOutcome.UNKNOWN if written.strip() else UnitOutcome.MISSING
        code = "UNKNOWN_UNIT" if written.strip() else "UNIT_MISSING"
        return ParsedUnit(written, outcome, code)
    found = _whole(body, table)
    if found is None:
        near = table.near(body)
        return ParsedUnit(written, UnitOutcome.UNKNOWN, "UNKNOWN_UNIT", near=near)
    alias, power = found
    parsed = ParsedUnit(written, alias.outcome, alias.code, choices=alias.choices)
    if not alias.unit:
        return parsed
    ledger_unit, scale = table.folding(alias.unit)
    return replace(
        parsed,
        unit=alias.unit,
        ledger_unit=ledger_unit,
        scale=scale * Fraction(10) ** power,
        dimension=table.dimension(alias.unit),
    )


def fold_for_item(
    parsed: ParsedUnit,
    item_unit: str,
    *,
    table: UnitTable,
    dims: tuple[str, ...] = (),
    standard_stated: bool = False,
    heat_by_mass: bool = False,
) -> ParsedUnit:
    """Settle a unit against the item it is used for.

    Parameters
    ----------
    parsed : ParsedUnit
        From `parse_unit`.
    item_unit : str
        Ledger unit of the item (``Nm3`` for natural gas).
    table : UnitTable
        Units and spellings.
    dims : tuple of str
        Unit codes whose dimension the item may be recorded in; empty allows every dimension.
    standard_stated : bool
        The sheet says that gas volumes are at standard state.
    heat_by_mass : bool
        The item is heat: its mass needs an enthalpy, which is asked for.

    Returns
    -------
    ParsedUnit
        With ``GAS_VOLUME_ASSUMED_STANDARD`` in its notes where cubic metres became Nm3;
        ``DIM_MISMATCH`` with the item's units as choices where the item cannot have the
        dimension; ``HEAT_NEEDS_ENTHALPY`` for heat by mass.

    Notes
    -----
    Rule M-05. Plants write plain cubic metres for gas at 0 degrees. That reading is taken when
    the sheet says so, or when the item knows no other volume; never for litres.
    """
    if not parsed.counts:
        return parsed
    allowed = {table.dimension(unit) for unit in (*dims, item_unit)}
    volume = table.units["m3"].dimension
    normal = table.units["Nm3"].dimension
    gas = normal in allowed and (standard_stated or volume not in allowed)
    if parsed.unit == "m3" and gas:
        notes = (*parsed.notes, "GAS_VOLUME_ASSUMED_STANDARD")
        return replace(parsed, unit="Nm3", ledger_unit="Nm3", dimension=normal, notes=notes)
    if not dims or parsed.dimension in allowed:
        return parsed
    if heat_by_mass and parsed.dimension == table.units["kg"].dimension:
        outcome, code = UnitOutcome.ASK, "HEAT_NEEDS_ENTHALPY"
    else:
        outcome, code = UnitOutcome.DIM_MISMATCH, "DIM_MISMATCH"
    return replace(parsed, outcome=outcome, code=code, choices=tuple(dict.fromkeys(dims)))


def _normal(text: str) -> str:
    raised = _RAISED_TEN.sub(lambda hit: "10^" + hit[1].translate(_SUPERSCRIPTS), text)
    plain = unicodedata.normalize("NFKC", raised).translate(_DOTS).strip()
    plain = _THOUSANDS.sub("", plain)
    return " ".join(_LOOSE_BLANK.sub("", _CARET.sub("", plain)).split())


def _direct(body: str, table: UnitTable) -> Alias | None:
    for form in (body, body.replace(" ", "")):
        found = table.exact.get(form) or table.folded.get(form.casefold())
        if found:
            return found
    return None


def _whole(body: str, table: UnitTable) -> tuple[Alias, int] | None:
    if found := _scaled(body, table):
        return found
    if bracketed := _BRACKETED.fullmatch(body):
        return _same(bracketed[1].strip(), bracketed[2].strip(), table)
    left, slash, right = body.rpartition("/")
    if slash and (base := _scaled(left.strip(), table)):
        return _rate(base, right.strip(), table)
    return None


def _scaled(body: str, table: UnitTable) -> tuple[Alias, int] | None:
    if found := _direct(body, table):
        return found, 0
    for power, rest in _prefixes(body, table):
        if found := _direct(rest, table):
            return found, power
    return None


def _prefixes(body: str, table: UnitTable) -> list[tuple[int, str]]:
    found = []
    if hit := _POWER.match(body):
        found.append((int(hit[1]), body[hit.end() :]))
    if hit := _ROUND_POWER.match(body):
        found.append((len(hit[1]), body[hit.end() :]))
    if hit := _POWER_AFTER.fullmatch(body):
        found.append((int(hit[2]), hit[1]))
    if hit := _ROUND_POWER_AFTER.fullmatch(body):
        found.append((len(hit[2]), hit[1]))
    folded = body.casefold()
    for word, power in table.prefixes.items():
        if folded.startswith(word):
            found.append((power, body[len(word) :].strip()))
        if folded.endswith(f" {word}"):
            found.append((power, body[: -len(word)].strip()))
    return found


def _same(left: str, right: str, table: UnitTable) -> tuple[Alias, int] | None:
    inner = _scaled(right, table)
    if not left:
        return inner
    outer = _scaled(left, table)
    if outer is None or inner is None or not outer[0].unit or not inner[0].unit:
        return None
    outer_ledger, outer_scale = table.folding(outer[0].unit)
    inner_ledger, inner_scale = table.folding(inner[0].unit)
    alike = outer_scale * 10 ** outer[1] == inner_scale * 10 ** inner[1]
    return outer if alike and outer_ledger == inner_ledger else None


def _rate(base: tuple[Alias, int], right: str, table: UnitTable) -> tuple[Alias, int] | None:
    if right.casefold() not in table.rates and not _scaled(right, table):
        return None
    return Alias(base[0].text, UnitOutcome.DIM_MISMATCH, code="DIM_MISMATCH"), base[1]


def facts_of(parsed: ParsedUnit) -> dict[str, str]:
    """Return the words of the sentences about a parsed unit: found, taken, choices, near."""
    return {
        "found": parsed.text[:LONGEST],
        "taken": parsed.unit,
        "choices": ", ".join(parsed.choices) or "-",
        "near": ", ".join(parsed.near) or "-",
    }
