"""The same joins and sums in pandas, in doubles: the yardstick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.ledger import book, segments
from tanlu.compute.numbering import Names, StreamTables, stream_tables
from tanlu.compute.stage2 import KEYS, OK
from tanlu.kernel.results import Stream

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_COLUMNS = ["site", "item", "ym", "ledger_unit", "qty_u"]


def summary(data: Path, _: Path) -> int:
    """Return the number of groups of the same joins and sums in pandas, in doubles."""
    table = pa.concat_tables(pq.read_table(path, columns=_COLUMNS) for path in segments(data))
    columns = ("site", "item", "ledger_unit")
    sites, items, units = (tuple(sorted(table[c].unique().to_pylist())) for c in columns)
    names = Names(sites=sites, items=items, units=units, suppliers=())
    small = stream_tables(book(), Stream.MAIN, names=names)
    quantity = table["qty_u"].cast(pa.float64())
    rows = table.set_column(table.schema.get_field_index("qty_u"), "qty_u", quantity).to_pandas()
    return len(_pandas_summary(rows, small))


def _pandas_summary(rows: pd.DataFrame, small: StreamTables) -> pd.DataFrame:
    """Return what a careful pandas user would write: left merges, a mask, one groupby."""
    multiplier = small.multiplier.cast(
        pa.schema(
            [
                pa.field(f.name, pa.float64() if pa.types.is_decimal(f.type) else f.type)
                for f in small.multiplier.schema
            ]
        )
    ).to_pandas()
    rows = (
        rows.merge(small.unit.to_pandas(), on="ledger_unit", how="left")
        .merge(small.site.to_pandas(), on="site", how="left")
        .merge(small.item.to_pandas(), on="item", how="left")
    )
    cell = (rows["class_no"] * small.n_items + rows["item_key"]) * small.n_units + rows["unit_key"]
    rows["cell"] = cell * small.n_months + rows["ym"] - small.first_month
    cells = small.cell.to_pandas()
    rows = rows.merge(cells.astype({"cell": "float64"}), on="cell", how="left")
    rows = rows.merge(multiplier, on="mid", how="left")
    rows["status"] = np.select(
        [
            rows["unit_key"].isna(),
            rows["item_key"].isna(),
            rows["class_no"].isna(),
            rows["mid"].isna(),
            rows["mid"] == 0,
            rows["qty_u"].abs() <= rows["q_max"],
        ],
        [0, 1, 2, 5, 4, 3],
        default=6,
    )
    fits = rows["qty_u"].where(rows["status"] == OK)
    names = [f"g{i}" for i in range(len(small.gases))]
    for i, name in enumerate(names):
        rows[name] = np.floor(fits * rows[f"m{i}"] + 0.5)
    rows["co2e_mg"] = rows[names].sum(axis=1)
    grouped = rows.groupby(list(KEYS), dropna=False, sort=False)
    sums = {name: (name, "sum") for name in ("qty_u", "co2e_mg", *names)}
    return grouped.agg(n=("qty_u", "size"), **sums)
