"""Bytes that are hashed: canonical JSON without floats, and canonical activity rows."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_ESCAPES = (("\\", "\\\\"), ("|", "\\p"), ("\n", "\\n"), ("\r", "\\r"))
_MILLION = 1_000_000
_LINES_AT_ONCE = 100_000


def canonical_json(value: object) -> bytes:
    """Encode as UTF-8 JSON with sorted keys, no spaces and no floats.

    Parameters
    ----------
    value : object
        Text, bool, int, None, and lists, tuples and mappings of them. Decimal, Fraction, date
        and enum members become plain text.

    Returns
    -------
    bytes
        The same for equal values, on every machine.

    Raises
    ------
    TypeError
        For a float, or anything else without one spelling.

    Examples
    --------
    >>> canonical_json({"b": Decimal("1.50"), "a": [1, None]})
    b'{"a":[1,null],"b":"1.50"}'
    """
    plain = _plain(value)
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def sha256_of(lines: Iterable[bytes]) -> str:
    """Return the SHA-256 of lines, each followed by LF, as 64 hex digits."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
        digest.update(b"\n")
    return digest.hexdigest()


def instant(at: datetime) -> str:
    """Write an aware time as UTC, to the microsecond where it has one.

    Raises
    ------
    ValueError
        If it has no time zone.
    """
    if at.tzinfo is None:
        msg = "a time without zone cannot be ordered"
        raise ValueError(msg)
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain_decimal(value: Decimal) -> str:
    """Write a decimal without exponent, plus sign or trailing zeros; zero is ``0``.

    Examples
    --------
    >>> plain_decimal(Decimal("1.500")), plain_decimal(Decimal("-1E+3"))
    ('1.5', '-1000')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def row_line(row: Mapping[str, Any]) -> str:
    r"""Write one row of the segment schema in the canonical form.

    Notes
    -----
    ``row id|op|replaces|site|item|first day|last day|quantity|unit|voucher|sheet|cells``.
    Quantity and unit are those of the ledger (`qty_u` as a plain decimal); a row out of the
    engine's range has those written in the source. In text, backslash, bar, LF and CR are
    written as ``\\``, ``\p``, ``\n`` and ``\r``, so that no two rows share a line (M-52).
    """
    replaces = "" if row["op"] == "new" else f"{row['row_id']}@{row['version'] - 1}"
    in_range = row["qty_u"] is not None
    quantity = Decimal(int(row["qty_u"])).scaleb(-6) if in_range else row["quantity"]
    cells = (
        row["row_id"],
        row["op"],
        replaces,
        row["site"],
        row["item"],
        row["first_day"].isoformat(),
        row["last_day"].isoformat(),
        plain_decimal(quantity),
        row["ledger_unit"] if in_range else row["unit"],
        row["voucher"],
        row["sheet"],
        row["cell"],
    )
    return "|".join(_escape(cell) for cell in cells)


def rows_hash(table: pa.Table) -> str:
    """Hash the canonical rows of a table, in row id order.

    Parameters
    ----------
    table : pyarrow.Table
        Of the segment schema, in any order.

    Returns
    -------
    str
        SHA-256, 64 hex digits; independent of the Parquet writer and of row order.
    """
    order = pc.sort_indices(table, [("row_id", "ascending"), ("version", "ascending")])
    return sha256_of(_encoded(row_lines(table.take(order))))


def same_data_hash(table: pa.Table) -> str:
    """Hash what the rows say and not where it stood: site to voucher, sorted.

    Two files are the same data when this is equal.
    """
    columns = _columns(table)[3:10]
    lines = pc.binary_join_element_wise(*columns, "|").to_pylist()
    return sha256_of(sorted(line.encode("utf-8") for line in lines))


def row_lines(table: pa.Table) -> pa.ChunkedArray:
    """Return the canonical line of each row, in table order, without a Python loop."""
    parts = [
        pc.binary_join_element_wise(*_columns(part), "|")
        for part in (pa.Table.from_batches([b]) for b in table.to_batches(_LINES_AT_ONCE))
    ]
    chunks = [chunk for part in parts for chunk in part.chunks]
    return pa.chunked_array(chunks, pa.string())


def _columns(table: pa.Table) -> list[pa.ChunkedArray]:
    row_id = _escaped(table["row_id"])
    version = pc.subtract(table["version"], 1).cast(pa.string())
    replaces = pc.binary_join_element_wise(row_id, version, "@")
    in_range = pc.is_valid(table["qty_u"])
    return [
        row_id,
        table["op"],
        pc.if_else(pc.equal(table["op"], "new"), "", replaces),
        _escaped(table["site"]),
        _escaped(table["item"]),
        table["first_day"].cast(pa.string()),
        table["last_day"].cast(pa.string()),
        _quantities(table),
        pc.if_else(in_range, _escaped(table["ledger_unit"]), _escaped(table["unit"])),
        _escaped(table["voucher"]),
        _escaped(table["sheet"]),
        _escaped(table["cell"]),
    ]


def _quantities(table: pa.Table) -> pa.ChunkedArray:
    texts = [
        plain_decimal(written if folded is None else Decimal(int(folded)).scaleb(-6))
        for folded, written in zip(
            table["qty_u"].to_pylist(), table["quantity"].to_pylist(), strict=True
        )
    ]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _escape(text: str) -> str:
    for bad, good in _ESCAPES:
        text = text.replace(bad, good)
    return text


def _escaped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    for bad, good in _ESCAPES:
        column = pc.replace_substring(column, bad, good)
    return column


def _encoded(lines: pa.ChunkedArray) -> Iterator[bytes]:
    for chunk in lines.cast(pa.binary()).chunks:
        yield from chunk.to_pylist()


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Fraction | date):
        return str(value)
    return _plain_collection(value)


def _plain_collection(value: object) -> Sequence[object] | dict[str, object]:
    if isinstance(value, dict) or hasattr(value, "items"):
        return {_key(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    msg = f"{type(value).__name__} has no canonical spelling; give text or whole numbers"
    raise TypeError(msg)


def _key(key: object) -> str:
    if not isinstance(key, str):
        msg = f"a key must be text, not {type(key).__name__}"
        raise TypeError(msg)
    return str(key)
