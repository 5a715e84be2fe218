"""Values to JSON and back, for the pipe to the parsing process; never pickle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
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
