"""Values to JSON and back, for the pipe to the parsing process; never pickle.

Single values go as tagged trees, many values of one class as a table of columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from operator import attrgetter
from typing import Any

from tanlu.ingest import model
from tanlu.kernel import activity, findings

_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls
    for cls in (
        activity.ActivityRow,
        activity.ControlTotal,
        activity.Quality,
        activity.QuarantinedRow,
        activity.Record,
        activity.RecordKind,
        activity.RowKind,
        activity.RowOp,
        activity.Site,
        activity.SourceCell,
        findings.Finding,
        findings.Outcome,
        model.ImportContext,
        model.ParsedFile,
        model.SheetReport,
    )
}
_PLAIN = {str, int, bool, type(None)}
_NAMES: dict[type[Any], tuple[str, ...]] = {
    cls: tuple(f.name for f in fields(cls)) for cls in _CLASSES.values() if is_dataclass(cls)
}


def encode(value: object) -> Any:
    """Turn a value into what `json.dumps` takes; see `decode`."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Enum):
        return {"e": [type(value).__name__, value.value]}
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return [encode(part) for part in value]
    if isinstance(value, Mapping):
        return {"m": [[str(key), encode(part)] for key, part in value.items()]}
    if type(value) in _NAMES:
        parts = [encode(getattr(value, name)) for name in _NAMES[type(value)]]
        return {"c": [type(value).__name__, *parts]}
    return _encode_scalar(value)


def _encode_scalar(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"d": str(value)}
    if isinstance(value, Fraction):
        return {"f": str(value)}
    if isinstance(value, datetime):
        return {"s": value.isoformat()}
    if isinstance(value, date):
        return {"t": value.isoformat()}
    msg = f"{type(value).__name__} does not go over the wire"
    raise TypeError(msg)


def _make(parts: list[Any]) -> object:
    return _CLASSES[parts[0]](*(decode(part) for part in parts[1:]))


_DECODERS: dict[str, Callable[[Any], object]] = {
    "c": _make,
    "d": Decimal,
    "e": lambda parts: _CLASSES[parts[0]](parts[1]),
    "f": Fraction,
    "m": lambda pairs: {key: decode(part) for key, part in pairs},
    "s": datetime.fromisoformat,
    "t": date.fromisoformat,
}


def decode(value: Any) -> Any:
    """Turn parsed JSON back into the value; lists come back as tuples.

    Raises
    ------
    KeyError, ValueError, TypeError
        If the text was not made by `encode`.
    """
    if isinstance(value, list):
        return tuple(decode(part) for part in value)
    if isinstance(value, dict):
        ((tag, inner),) = value.items()
        return _DECODERS[tag](inner)
    return value


def encode_table(values: Sequence[object]) -> Any:
    """Turn many values of one class into columns; see `decode_table`.

    Parameters
    ----------
    values : sequence of object
        At least one, all of the same dataclass.
    """
    cls = type(values[0])
    columns = zip(*map(attrgetter(*_NAMES[cls]), values), strict=True)
    return [cls.__name__, *map(_encode_column, columns)]


def _encode_column(column: tuple[Any, ...]) -> Any:
    kinds = set(map(type, column))
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    if kind in _NAMES:
        return {"rows": encode_table(column)}
    if kind is Decimal:
        return {"decimals": list(map(str, column))}
    if kinds <= _PLAIN and kind is not str:
        return {"plain": column}
    if kind is None or not issubclass(kind, (str, date)):
        return {"each": [encode(value) for value in column]}
    places = {value: place for place, value in enumerate(dict.fromkeys(column))}
    if kind is str and 2 * len(places) > len(column):
        return {"plain": column}
    return {"of": [encode(value) for value in places], "at": [places[value] for value in column]}


def decode_table(table: Any) -> Iterable[Any]:
    """Return the values of `encode_table` one by one.

    Raises
    ------
    KeyError, ValueError, TypeError
        If the text was not made by `encode_table`.
    """
    name, *columns = table
    return map(_CLASSES[name], *map(_decode_column, columns))


def _decode_column(column: dict[str, Any]) -> Iterable[Any]:
    if "rows" in column:
        return decode_table(column["rows"])
    if "decimals" in column:
        return map(Decimal, column["decimals"])
    if "plain" in column:
        plain: list[Any] = column["plain"]
        return plain
    if "each" in column:
        return map(decode, column["each"])
    return map([decode(value) for value in column["of"]].__getitem__, column["at"])
