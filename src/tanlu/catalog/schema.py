"""Table schemas: which columns a data table has, and how a cell becomes a typed value.

Does not find or open files; that is `catalog.tables`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCHEMA_COLUMNS = ("column", "type", "unit", "required", "allowed", "meaning_zh", "meaning_en")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class CellError(ValueError):
    """A cell that does not fit its column; carries what is wrong and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(f"{wrong}; {right}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Column header.
    type : str
        text, integer, decimal, fraction, date, boolean, choice, list, map or json.
    unit : str
        Unit of its values, empty for none.
    is_required : bool
        Whether an empty cell is a fault.
    allowed : tuple of str
        Choices; empty when free.
    reference : tuple of str
        ``(table, column)`` the value must exist in; empty when free.
    meaning_zh, meaning_en : str
        What the column holds.
    """

    name: str
    type: str
    unit: str
    is_required: bool
    allowed: tuple[str, ...]
    reference: tuple[str, ...]
    meaning_zh: str
    meaning_en: str

    def convert(self, raw: object) -> object:
        """Turn a raw cell (text from CSV, any scalar from YAML) into its typed value.

        Parameters
        ----------
        raw : object
            The cell as read.

        Returns
        -------
        object
            The typed value; None for an empty cell.

        Raises
        ------
        CellError
            When the cell does not fit the column.
        """
        if raw is None or raw == "":
            if self.is_required:
                wrong = "empty"
                right = f"a {self.type} is required"
                raise CellError(wrong, right)
            return None
        value = _CONVERTERS[self.type](raw)
        self._check_choice(value)
        return value

    def _check_choice(self, value: object) -> None:
        if not self.allowed:
            return
        parts = value if isinstance(value, tuple) else (value,)
        for part in parts:
            if str(part) not in self.allowed:
                wrong = f"'{part}' is not a choice"
                right = "one of " + ", ".join(self.allowed)
                raise CellError(wrong, right)


def column_from_row(row: Mapping[str, str]) -> Column:
    """Build a column from a row of a schema file.

    Parameters
    ----------
    row : Mapping[str, str]
        One row of ``data/schema/<table>.csv``.

    Returns
    -------
    Column
        The column.

    Raises
    ------
    CellError
        When the row itself is not a valid column.
    """
    if row["type"] not in _CONVERTERS:
        wrong = f"type '{row['type']}' is unknown"
        right = "one of " + ", ".join(_CONVERTERS)
        raise CellError(wrong, right)
    allowed = row["allowed"].strip()
    reference = tuple(allowed[1:].split(".", 1)) if allowed.startswith("@") else ()
    choices = tuple(allowed.split("|")) if allowed and not reference else ()
    return Column(
        name=row["column"],
        type=row["type"],
        unit=row["unit"],
        is_required=row["required"].lower() in {"yes", "true", "required"},
        allowed=choices,
        reference=reference,
        meaning_zh=row["meaning_zh"],
        meaning_en=row["meaning_en"],
    )


def _text(raw: object) -> str:
    if isinstance(raw, (dict, list)):
        wrong = f"a {type(raw).__name__}"
        raise CellError(wrong, "plain text")
    text = str(raw)
    if text != text.strip():
        wrong = f"'{text}' has blanks around it"
        raise CellError(wrong, f"'{text.strip()}'")
    return text


def _integer(raw: object) -> int:
    try:
        return int(str(raw))
    except ValueError:
        wrong = f"'{raw}' is not an integer"
        raise CellError(wrong, "digits only") from None


def _decimal(raw: object) -> Decimal:
    text = str(raw)
    try:
        value = Decimal(text)
    except InvalidOperation:
        wrong = f"'{text}' is not a number"
        raise CellError(wrong, "a plain number such as 0.5306") from None
    if not value.is_finite():
        wrong = f"'{text}' is not finite"
        raise CellError(wrong, "a plain number or an empty cell")
    return value


def exact(raw: object) -> Fraction:
    """Return the exact value of a number or a quotient such as ``44.0095/100.0869``.

    Raises
    ------
    CellError
        When it is neither, or divides by zero.
    """
    text = str(raw)
    parts = text.split("/")
    if len(parts) > 2 or not all(_PLAIN_NUMBER.fullmatch(part) for part in parts):  # noqa: PLR2004
        wrong = f"'{text}' is not a fraction"
        raise CellError(wrong, "a number or two numbers such as 44.0095/100.0869")
    try:
        value = Fraction(parts[0])
        return value / Fraction(parts[1]) if parts[1:] else value
    except ZeroDivisionError:
        wrong = f"'{text}' divides by zero"
        raise CellError(wrong, "a denominator above zero") from None


def _date(raw: object) -> date:
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        wrong = f"'{raw}' is not a date"
        raise CellError(wrong, "YYYY-MM-DD") from None


def _boolean(raw: object) -> bool:
    text = str(raw).lower()
    if text not in {"yes", "no", "true", "false"}:
        wrong = f"'{raw}' is not yes or no"
        raise CellError(wrong, "yes or no")
    return text in {"yes", "true"}


def _list(raw: object) -> tuple[str, ...]:
    if isinstance(raw, list):
        return tuple(str(part) for part in raw)
    parts = tuple(part.strip() for part in str(raw).split(";"))
    if "" in parts:
        wrong = f"'{raw}' has an empty part"
        raise CellError(wrong, "parts joined by a single ;")
    return parts


def _map(raw: object) -> dict[str, str]:
    if isinstance(raw, dict):
        return {str(key): str(value) for key, value in raw.items()}
    pairs = [part.split(":", 1) for part in str(raw).split(";")]
    if any(len(pair) != 2 or not pair[0].strip() for pair in pairs):  # noqa: PLR2004
        wrong = f"'{raw}' is not a map"
        raise CellError(wrong, "key:value pairs joined by ;")
    keys = [key.strip() for key, _ in pairs]
    if len(set(keys)) != len(keys):
        wrong = f"'{raw}' names a key twice"
        raise CellError(wrong, "each key once")
    return {key.strip(): value.strip() for key, value in pairs}


def _json(raw: object) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw, parse_float=Decimal)
    except ValueError:
        wrong = "not JSON"
        raise CellError(wrong, "a JSON value") from None


_CONVERTERS: dict[str, Callable[[object], object]] = {
    "text": _text,
    "choice": _text,
    "integer": _integer,
    "decimal": _decimal,
    "fraction": exact,
    "date": _date,
    "boolean": _boolean,
    "list": _list,
    "map": _map,
    "json": _json,
}
