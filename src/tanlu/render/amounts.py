"""Amounts in the units that targets and their rules are told in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tanlu.render.speech import Speaker

_SHARES = ("fraction", "1")


def amount(
    value: Any, unit: str | None, say: Speaker, *, is_bare: bool = False, places: int = 1
) -> str:
    """Return a value of a target in its unit; a bare one leaves a long unit to its neighbour.

    Parameters
    ----------
    value : number or None
        Value; None is told as missing.
    unit : str or None
        ``t``, ``fraction``, ``fraction_per_year``, ``year``, or a unit told as it is.
    say : Speaker
        Language.
    is_bare : bool
        Leave out a unit that is told as it is.
    places : int
        Decimals of a percent.
    """
    if value is None:
        return say.missing
    if unit == "t":
        return say.mass(value)
    if unit in _SHARES:
        return _percent(value, places, say)
    if unit == "fraction_per_year":
        return say("cli.per_year", value=_percent(value, places, say))
    if unit == "year":
        return str(int(value))
    return say.number(value) if is_bare or not unit else f"{say.number(value)} {unit}"


def _percent(value: Any, places: int, say: Speaker) -> str:
    return f"{say.fixed(value * 100, places)}%"


_DIGITS = 6  # significant digits shown of what a calculator answers; the JSON has all
_LONGEST = 24  # values of a list that are shown one by one


def calculated(value: Any, say: Speaker) -> str:
    """Return what a calculator takes or answers: a number, a word, a list or the size of a table.

    Parameters
    ----------
    value : number, str, list or None
        Value; None is told as missing.
    say : Speaker
        Language.
    """
    if value is None:
        return say.missing
    if isinstance(value, float | int):
        short = f"{value:.{_DIGITS}g}"
        return say.exact(short if "e" not in short else str(value))
    is_table = isinstance(value, list) and any(isinstance(part, dict) for part in value)
    if is_table or (isinstance(value, list) and len(value) > _LONGEST):
        return say("cli.long-list", count=len(value))
    if isinstance(value, list):
        return say.listed([calculated(part, say) for part in value])
    return str(value)
