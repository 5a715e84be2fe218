"""Activity rows as immutable Parquet segments: one schema, fixed writer options."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tanlu.kernel.activity import ActivityRow, Quality, RowKind, RowOp, SourceCell
from tanlu.kernel.rounding import floor_half_up
from tanlu.storage.canonical import plain_decimal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS_PER_GROUP = 50_000

SCHEMA = pa.schema(
    [
        pa.field("row_id", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("op", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("site", pa.string(), nullable=False),
        pa.field("item", pa.string(), nullable=False),
        pa.field("ym", pa.int32(), nullable=False),
        pa.field("first_day", pa.date32(), nullable=False),
        pa.field("last_day", pa.date32(), nullable=False),
        pa.field("quantity", pa.decimal128(28, 9), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("ledger_unit", pa.string(), nullable=False),
        pa.field("qty_u", pa.decimal128(18, 0), nullable=True),
        pa.field("supplier", pa.string(), nullable=False),
        pa.field("voucher", pa.string(), nullable=False),
        pa.field("quality", pa.string(), nullable=False),
        pa.field("note", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("sheet", pa.string(), nullable=False),
        pa.field("cell", pa.string(), nullable=False),
        pa.field("batch_id", pa.string(), nullable=False),
    ]
)

_TEXT = ("row_id", "site", "item", "unit", "ledger_unit", "supplier", "voucher", "note")
_CHOICE = ("op", "kind", "quality")
_PLAIN = ("version", "ym", "first_day", "last_day", "qty_u")
_SOURCE = ("file", "sha256", "sheet", "cell")


def empty() -> pa.Table:
    """Return a table of the segment schema without rows."""
    return SCHEMA.empty_table()


def from_rows(rows: Sequence[ActivityRow], batch_id: str) -> pa.Table:
    """Lay ledger rows out as columns.

    Parameters
    ----------
    rows : sequence of ActivityRow
        In the order they are to be kept. What a quantity has beyond nine decimals is rounded
        half up; the kept source has the digits as written.
    batch_id : str
        Batch that posts them.

    Returns
    -------
    pyarrow.Table
        With `SCHEMA`.
    """
    columns: dict[str, list[Any]] = {
        name: [getattr(row, name) for row in rows] for name in (*_TEXT, *_PLAIN)
    }
    columns |= {name: [str(getattr(row, name)) for row in rows] for name in _CHOICE}
    columns |= {name: [getattr(row.source, name) for row in rows] for name in _SOURCE}
    columns["quantity"] = [_nine_decimals(row.quantity) for row in rows]
    columns["batch_id"] = [batch_id] * len(rows)
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def to_rows(table: pa.Table) -> tuple[ActivityRow, ...]:
    """Return the rows of a table of the segment schema; for a few rows, not for a ledger."""
    return tuple(_row(values) for values in table.to_pylist())


def for_batch(table: pa.Table, batch_id: str) -> pa.Table:
    """Return a caller's table with the exact segment schema and this batch id."""
    ids = pa.array([batch_id], pa.string()).take(pa.array([0] * table.num_rows, pa.int32()))
    columns = [ids if name == "batch_id" else table.column(name) for name in SCHEMA.names]
    return pa.table(columns, names=SCHEMA.names).cast(SCHEMA).combine_chunks()


def write(table: pa.Table, path: Path) -> None:
    """Write a table with the options that never change, so that same rows give same bytes."""
    pq.write_table(
        table,
        path,
        row_group_size=ROWS_PER_GROUP,
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        version="2.6",
        data_page_version="1.0",
        store_schema=True,
    )


def read(path: Path) -> pa.Table:
    """Read one segment."""
    return pq.read_table(path, memory_map=True)


def _nine_decimals(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -9:  # noqa: PLR2004 - DECIMAL(28,9)
        return Decimal(floor_half_up(Fraction(value) * 10**9)).scaleb(-9)
    return value


def _row(values: dict[str, Any]) -> ActivityRow:
    qty_u = values["qty_u"]
    return ActivityRow(
        row_id=values["row_id"],
        site=values["site"],
        item=values["item"],
        ym=values["ym"],
        first_day=values["first_day"],
        last_day=values["last_day"],
        quantity=Decimal(plain_decimal(values["quantity"])),
        unit=values["unit"],
        ledger_unit=values["ledger_unit"],
        qty_u=None if qty_u is None else int(qty_u),
        source=SourceCell(*(values[name] for name in _SOURCE)),
        kind=RowKind(values["kind"]),
        supplier=values["supplier"],
        voucher=values["voucher"],
        quality=Quality(values["quality"]),
        note=values["note"],
        op=RowOp(values["op"]),
        version=values["version"],
    )
