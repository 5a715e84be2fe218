"""Rows of a table of the ledger by what a reader looks for: columns are compared, no row is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_SEARCHED = ("site", "unit", "supplier", "voucher", "note", "file")
_ORDER = [("ym", "descending"), ("site", "ascending"), ("item", "ascending"),
          ("first_day", "ascending"), ("row_id", "ascending")]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; everything given must hold.

    Parameters
    ----------
    months : range, optional
        Ledger months.
    equal : Mapping of str to collection of str
        Column to the values it may have.
    text : str
        Part of a text of the row, in any case.
    text_items : collection of str
        Items whose names hold that text.
    marked : Mapping of str to collection of str, optional
        Column to values, one of which marks a row.
    is_marked : bool
        Whether marked rows are wanted, or the others.
    """

    months: range | None = None
    equal: Mapping[str, Collection[str]] = field(default_factory=dict)
    text: str = ""
    text_items: Collection[str] = ()
    marked: Mapping[str, Collection[str]] | None = None
    is_marked: bool = True


def ordered(table: pa.Table) -> pa.Table:
    """Return rows newest month first."""
    return table.sort_by(_ORDER)


def chosen(table: pa.Table, wanted: Wanted) -> pa.Table:
    """Return the rows that are looked for, in the order they have."""
    masks = [_among(table, name, values) for name, values in wanted.equal.items()]
    if wanted.months is not None:
        masks.append(pc.greater_equal(table["ym"], wanted.months.start))
        masks.append(pc.less(table["ym"], wanted.months.stop))
    found = _holding_all(table, masks)
    if wanted.marked is not None:
        marks = _any([_among(found, name, values) for name, values in wanted.marked.items()])
        found = found.filter(marks if wanted.is_marked else pc.invert(marks))
    return found.filter(_holding(found, wanted)) if wanted.text else found


def _holding_all(table: pa.Table, masks: list[Any]) -> pa.Table:
    if not masks:
        return table
    whole = masks[0]
    for mask in masks[1:]:
        whole = pc.and_(whole, mask)
    return table.filter(whole)


def told(table: pa.Table, *, start: int = 0, size: int | None = None) -> list[dict[str, Any]]:
    """Return a part of the rows as dictionaries."""
    rows: list[dict[str, Any]] = table.slice(start, size).to_pylist()
    return rows


def counted(table: pa.Table, column: str) -> dict[str, int]:
    """Return how many rows have each value of a column, most first."""
    pairs = [(one["values"], one["counts"]) for one in pc.value_counts(table[column]).to_pylist()]
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def grouped(table: pa.Table, columns: list[str]) -> list[dict[str, Any]]:
    """Return each set of values of some columns and how many rows (``rows``) have it."""
    found = table.group_by(columns, use_threads=False).aggregate([([], "count_all")])
    return [{**row, "rows": row["count_all"]} for row in found.to_pylist()]


def _among(table: pa.Table, column: str, values: Collection[str]) -> Any:
    return pc.is_in(table[column], pa.array(sorted(values), pa.string()))


def _holding(table: pa.Table, wanted: Wanted) -> Any:
    found = [pc.match_substring(table[name], wanted.text, ignore_case=True) for name in _SEARCHED]
    return _any([*found, _among(table, "item", wanted.text_items)])


def _any(masks: list[Any]) -> Any:
    whole = masks[0]
    for mask in masks[1:]:
        whole = pc.or_(whole, mask)
    return whole
