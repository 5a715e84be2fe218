"""Amounts of the report tree as numbers of a spreadsheet: value, unit, number format."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tanlu.report.tree import Kind, Value

if TYPE_CHECKING:
    from tanlu.render.speech import Speaker
    from tanlu.report.tree import Node

_DIGITS = 4  # significant, as in the report
_MOST = 15  # digits a double holds
_SCALES = {  # kinds that are told with the unit that fits: here always the base unit
    Kind.MASS: "mass",
    Kind.ENERGY: "energy",
    Kind.HEAT: "heat",
    Kind.TCE: "tce",
    Kind.MONEY: "money",
}
_FORMATS = {
    Kind.TONNES: "#,##0.00",
    Kind.KWH: "#,##0",
    Kind.COUNT: "#,##0",
    Kind.YEAR: "0",
    Kind.CHANGE: "+0.0%;-0.0%;0.0%",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a cell holds it: full precision, base unit, format of its digits."""

    value: float
    unit: str
    form: str

    @property
    def with_unit(self) -> str:
        """Format that shows the unit beside the number."""
        return f'{self.form}" {self.unit}"' if self.unit else self.form


def number(node: Node, say: Speaker) -> Number | None:
    """Return an amount as a number; None when it is no amount, is missing, or is no number."""
    if not isinstance(node, Value) or node.amount is None:
        return None
    try:
        amount = Decimal(str(node.amount))
    except InvalidOperation:
        return None
    if not amount.is_finite():
        return None
    return Number(float(amount), _unit(node, say), _form(node, amount))


def _unit(node: Value, say: Speaker) -> str:
    return say.scale(_SCALES[node.kind], 1)[1] if node.kind in _SCALES else ""


def _form(node: Value, amount: Decimal) -> str:
    if node.kind in _FORMATS:
        return _FORMATS[node.kind]
    if node.kind is Kind.PERCENT:
        return _decimals("0", node.places) + "%"
    if node.kind is Kind.EXACT:
        return _decimals("#,##0", max(0, -int(amount.normalize().as_tuple().exponent)))
    places = _DIGITS - 1 - amount.adjusted() if amount else 0
    return _decimals("#,##0", max(0, places))


def _decimals(whole: str, places: int) -> str:
    return f"{whole}.{'0' * min(places, _MOST)}" if places else whole
