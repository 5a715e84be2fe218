"""The same joins and sums in pandas, in doubles: the yardstick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.ledger import book, segments
from tanlu.compute.numbering import LedgerNames, Names, StreamTables, stream_tables
from tanlu.compute.stage2 import OK, block
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_COLUMNS = ["site", "item", "ym", "ledger_unit", "qty_u"]

_BOOK = book()  # compiled before the clock starts, in every variant


def summary(data: Path, _: Path) -> int:
    """Return the number of groups of the same joins and sums."""
    table = pa.concat_tables(pq.read_table(path, columns=_COLUMNS) for path in segments(data))
    factors = _BOOK
    names = LedgerNames(
        site=Names.of(table["site"].unique().to_pylist(), factors.places),
        item=Names.of(table["item"].unique().to_pylist(), factors.items),
        unit=Names.of(table["ledger_unit"].unique().to_pylist(), factors.units),
        supplier=Names((), 0),
    )
    small = stream_tables(factors, Stream.MAIN, names=names)
    quantity = table["qty_u"].cast(pa.float64())
    rows = table.set_column(table.schema.get_field_index("qty_u"), "qty_u", quantity).to_pandas()
    return len(_sums(rows, small))


def _sums(rows: pd.DataFrame, small: StreamTables) -> pd.DataFrame:
    """Return what a careful pandas user would write: left merges, a mask, one groupby."""
    names = small.names
    rows = (
        rows.merge(small.unit.to_pandas(), on="ledger_unit", how="left")
        .merge(small.site.to_pandas(), on="site", how="left")
        .merge(small.item.to_pandas(), on="item", how="left")
    )
    unit_cell = rows["item_no"] * names.unit.n + rows["unit_no"]
    within = unit_cell * small.n_months + rows["ym"] - small.first_month
    rows["slot"] = rows["class_no"] * block(small) + within
    rows["spot"] = rows["site_no"] * block(small) + within
    rows = rows.merge(small.cell.to_pandas(), on="slot", how="left")
    rows = rows.merge(_doubles(small.multiplier).to_pandas(), on="mid", how="left")
    rows["status"] = np.select(
        [
            rows["unit_no"] >= names.unit.n_known,
            rows["item_no"] >= names.item.n_known,
            rows["class_no"] >= small.n_classes,
            rows["mid"].isna(),
            rows["mid"] == 0,
            rows["qty_u"].abs() <= rows["q_max"],
        ],
        [0, 1, 2, 5, 4, 3],
        default=6,
    )
    fits = rows["qty_u"].where(rows["status"] == OK)
    gases = [f"g{i}" for i in range(len(small.gases))]
    for i, name in enumerate(gases):
        rows[name] = np.floor(fits * rows[f"m{i}"] + 0.5)
    grouped = rows.groupby(["spot", "mid", "status"], dropna=False, sort=False)
    sums = {name: (name, "sum") for name in ("qty_u", *gases)}
    return grouped.agg(n=("qty_u", "size"), n_qty=("qty_u", "count"), **sums)


def _doubles(table: pa.Table) -> pa.Table:
    """Return a table with its decimals as doubles."""
    kinds = [pa.float64() if pa.types.is_decimal(f.type) else f.type for f in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True))))
