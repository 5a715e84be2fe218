"""Exact purchased electricity by site and month: what contracts and certificates cover."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import pyarrow as pa

from tanlu.compute import stage1
from tanlu.compute.frames import Limits
from tanlu.compute.numbering import is_purchased_power
from tanlu.compute.pipeline import Source, prepared
from tanlu.kernel.rounding import floor_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tanlu.factors.book import Book


def purchased_electricity(
    activity: pa.Table | Sequence[Path],
    book: Book,
    *,
    engine: str = "duckdb",
    limits: Limits | None = None,
) -> dict[tuple[str, int], int]:
    """Return the purchased electricity of each site and month.

    Parameters
    ----------
    activity : pa.Table or sequence of Path
        Current ledger rows.
    book : Book
        Compiled book; its items say which are purchased electricity.
    engine : str
        ``duckdb`` or ``polars``.
    limits : Limits, optional
        Threads and memory.

    Returns
    -------
    dict of (site, ym) to int
        Millionths of a kWh. Only sites and months that have rows; rows whose quantity is out of
        range do not count, here as in the calculation.
    """
    source = Source(activity, book, engine=engine, limits=limits or Limits())
    with prepared(source) as run:
        wanted = [name for name in run.names.item.numbers if is_purchased_power(book.items[name])]
        flags = pa.array([True] * len(wanted), pa.bool_())
        items = pa.table({"item": pa.array(wanted, pa.string()), "wanted": flags})
        frame = stage1.quantity_by_month(run.ledger, run.run.table(items))
        found = run.run.collect(frame).to_pylist()
    exact: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for row in found:
        ratio = book.kwh_per_unit.get(row["ledger_unit"])
        if ratio is not None and row["n_qty"]:
            exact[row["site"], row["ym"]] += int(row["qty_u"]) * ratio
    return {key: floor_half_up(value) for key, value in sorted(exact.items())}
