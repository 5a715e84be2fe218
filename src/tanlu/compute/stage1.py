"""Stage 1: the distinct names of a ledger, and the exact purchased power of each site-month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

if TYPE_CHECKING:
    from tanlu.compute.frames import Frame


_TYPES = {
    "site": nw.String(),
    "item": nw.String(),
    "ledger_unit": nw.String(),
    "supplier": nw.String(),
    "quality": nw.String(),
    "ym": nw.Int64(),
    "qty_u": nw.Decimal(18, 0),
}


def typed(rows: Frame) -> Frame:
    """Return the rows with the types the joins need, whatever the file stored them as."""
    schema = rows.collect_schema()
    wrong = [name for name, kind in _TYPES.items() if name in schema and schema[name] != kind]
    return rows.with_columns(nw.col(name).cast(_TYPES[name]) for name in wrong) if wrong else rows


def named(rows: Frame) -> Frame:
    """Return the rows with an empty name where there is none, so that no join loses them."""
    columns = ("site", "item", "ledger_unit")
    return rows.with_columns(nw.coalesce(nw.col(name), nw.lit("")) for name in columns)


def distinct(rows: Frame, column: str) -> Frame:
    """Return the distinct values of a column, with the number of rows of each."""
    named = rows.select(name=nw.coalesce(nw.col(column), nw.lit("")))
    return named.group_by("name").agg(nw.len().alias("n"))


def quantity_by_month(rows: Frame, items: Frame) -> Frame:
    """Return the sum of quantities by site, month and unit, of the rows of some items.

    Parameters
    ----------
    items : Frame
        One column, item, and one, wanted, that is true.
    """
    wanted = rows.join(items, on="item", how="left").filter(nw.col("wanted"))
    return wanted.group_by("site", "ym", "ledger_unit").agg(
        nw.col("qty_u").sum().alias("qty_u"),
        nw.col("qty_u").count().alias("n_qty"),
    )
