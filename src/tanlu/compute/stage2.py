"""Stage 2: each row to its factor, its status and its exact milligrams.

The verbs used here are those that give the same answer on every engine; a test reads this
module's syntax tree and refuses any other. No division, no window, no sort, no text work.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import narwhals as nw

from tanlu.factors.gas import BIOGENIC
from tanlu.kernel.results import RowStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.compute.frames import Engine, Frame
    from tanlu.compute.numbering import StreamTables

STATUSES = (
    RowStatus.UNKNOWN_UNIT,
    RowStatus.UNKNOWN_ITEM,
    RowStatus.UNKNOWN_SITE,
    RowStatus.OK,
    RowStatus.DIM_MISMATCH,
    RowStatus.NO_FACTOR,
    RowStatus.OUT_OF_RANGE,
)
OK = STATUSES.index(RowStatus.OK)
NUMBERS = ("class_no", "item_no", "unit_no", "within", "spot")
COLUMNS = ("site", "item", "ym", "ledger_unit", "qty_u")

_HALF = Decimal("0.5")
_CODE = {status: number for number, status in enumerate(STATUSES)}


def rounded_product(quantity: nw.Expr, multiplier: nw.Expr) -> nw.Expr:
    """Return ``floor(quantity * multiplier + 1/2)`` as int64, exactly.

    Parameters
    ----------
    quantity : nw.Expr
        DECIMAL(18,0), at most ``9e18 / multiplier``.
    multiplier : nw.Expr
        DECIMAL(19,12).

    Notes
    -----
    M-17: the floating product is only a guess, wrong by a few thousand at most; what is left of
    the exact decimal product after the guess is small, so its double keeps all its decimals.
    The half is a decimal: a floating half would turn the whole product into a double. Ten times
    faster than the floor of a 128-bit decimal.
    """
    guess = (quantity.cast(nw.Float64) * multiplier.cast(nw.Float64)).floor().cast(nw.Int64)
    left = quantity * multiplier + nw.lit(_HALF) - guess.cast(nw.Decimal(19, 0))
    return guess + left.cast(nw.Float64).floor().cast(nw.Int64)


@dataclass(frozen=True, slots=True)
class JoinFrames:
    """The tables of one stream inside an engine."""

    site: Frame
    item: Frame
    unit: Frame
    cell: Frame
    multiplier: Frame
    supplier: Frame | None
    own: Frame | None
    market: Frame | None

    @classmethod
    def of(cls, engine: Engine, tables: StreamTables) -> JoinFrames:
        """Hand the tables to an engine."""
        return cls(
            site=engine.table(tables.site),
            item=engine.table(tables.item),
            unit=engine.table(tables.unit),
            cell=engine.table(tables.cell),
            multiplier=engine.table(tables.multiplier),
            supplier=engine.table(tables.supplier) if tables.supplier is not None else None,
            own=engine.table(tables.own) if tables.own is not None else None,
            market=engine.table(tables.market) if tables.market is not None else None,
        )


def months(rows: Frame, *, first: int, last: int) -> Frame:
    """Return the rows of a range of ledger months, both ends included."""
    return rows.filter(nw.col("ym") >= first, nw.col("ym") <= last)


def resolve(
    rows: Frame, tables: StreamTables, joins: JoinFrames, *, keep: Sequence[str] = ()
) -> Frame:
    """Return the rows of a stream with `mid` and `status`; no row is lost or doubled.

    Parameters
    ----------
    rows : Frame
        Rows of the months of the book, at least with the columns site, item, ym, ledger_unit,
        qty_u and, where suppliers have factors of their own, supplier.
    keep : sequence of str
        Further columns of the rows to carry along.
    """
    named = (
        rows.join(joins.unit, on="ledger_unit", how="left")
        .join(joins.site, on="site", how="left")
        .join(joins.item, on="item", how="left")
    )
    if not tables.takes_all:
        named = named.filter(nw.col("in_stream"))
    size, within = block(tables), nw.col("within")
    placed = named.with_columns(within=_within(tables)).with_columns(
        slot=nw.col("class_no") * size + within, spot=nw.col("site_no") * size + within
    )
    found = placed.join(joins.cell, on="slot", how="left")
    columns = tuple(dict.fromkeys((*COLUMNS, *NUMBERS, "mid", *keep)))
    if joins.supplier is not None and joins.own is not None:
        found = found.join(joins.supplier, on="supplier", how="left")
        number = nw.col("supplier_no") * size + within
        found = _override(found, joins.own, number=number, columns=columns)
    if joins.market is not None:
        found = _override(found, joins.market, number=nw.col("spot"), columns=columns)
    return found.join(joins.multiplier, on="mid", how="left").with_columns(status=_status(tables))


def _within(tables: StreamTables) -> nw.Expr:
    """Return the place of item, unit and month inside the block of one site or class."""
    unit_cell = nw.col("item_no") * tables.names.unit.n + nw.col("unit_no")
    return unit_cell * tables.n_months + nw.col("ym") - tables.first_month


def block(tables: StreamTables) -> int:
    """Return the number of cells of one site or class."""
    return tables.names.item.n * tables.names.unit.n * tables.n_months


def _override(found: Frame, cells: Frame, *, number: nw.Expr, columns: Sequence[str]) -> Frame:
    """Let a more specific table of cells decide where it has a factor."""
    own, below = nw.col("over_mid"), nw.col("mid")
    joined = found.with_columns(over_slot=number).join(cells, on="over_slot", how="left")
    decided = nw.when(own > 0).then(own).otherwise(nw.coalesce(below, own))
    return joined.with_columns(mid=decided).select(*columns)


def _status(tables: StreamTables) -> nw.Expr:
    """Return the number of the first status that applies."""
    quantity, limit, mid = nw.col("qty_u"), nw.col("q_max"), nw.col("mid")
    fits = (quantity <= limit) & (quantity + limit >= 0)
    rules = (
        (nw.col("unit_no") >= tables.names.unit.n_known, RowStatus.UNKNOWN_UNIT),
        (nw.col("item_no") >= tables.names.item.n_known, RowStatus.UNKNOWN_ITEM),
        (nw.col("class_no") >= tables.n_classes, RowStatus.UNKNOWN_SITE),
        (mid.is_null(), RowStatus.NO_FACTOR),
        (mid == 0, RowStatus.DIM_MISMATCH),
        (fits, RowStatus.OK),
    )
    result = nw.lit(_CODE[RowStatus.OUT_OF_RANGE])
    for condition, status in reversed(rules):
        result = nw.when(condition).then(nw.lit(_CODE[status])).otherwise(result)
    return result.cast(nw.Int64)


def results(resolved: Frame, tables: StreamTables) -> Frame:
    """Return the rows with one int64 column of mg per gas, and their integer sum."""
    is_ok = nw.col("status") == OK
    quantity = nw.when(is_ok).then(nw.col("qty_u"))
    with_gases = resolved.with_columns(fit_u=quantity)
    if tables.gases:
        with_gases = with_gases.with_columns(
            rounded_product(nw.col("fit_u"), nw.col(f"m{i}")).alias(f"g{i}")
            for i in range(len(tables.gases))
        )
    return with_gases.with_columns(co2e_mg=_sum_of_gases(tables))


def _sum_of_gases(tables: StreamTables) -> nw.Expr:
    """Return the sum of the gases that a row's factor has; null unless the status is OK."""
    total = nw.lit(0).cast(nw.Int64)
    for i, gas in enumerate(tables.gases):
        if gas != BIOGENIC:
            total = total + nw.coalesce(nw.col(f"g{i}"), nw.lit(0).cast(nw.Int64))
    return nw.when(nw.col("status") == OK).then(total)


def summary(rows: Frame, tables: StreamTables) -> Frame:
    """Return exact sums by site, item, unit and month (one number, `spot`), factor and status.

    `n_qty` counts the quantities that are there: a sum of none is unknown, not zero.
    """
    quantity = nw.col("qty_u")
    gases = [nw.col(f"g{i}").sum() for i in range(len(tables.gases))]
    return rows.group_by("spot", "mid", "status").agg(
        nw.len().alias("n"), quantity.count().alias("n_qty"), quantity.sum(), *gases
    )


def result_rows(rows: Frame, tables: StreamTables, *, statuses: Frame) -> Frame:
    """Return the result rows as they are kept: row, factor, unit, status, mg by gas.

    Parameters
    ----------
    statuses : Frame
        Number of a status to its name.
    """
    named = rows.join(statuses, on="status", how="left")
    gases = [nw.col(f"g{i}").alias(name) for i, name in enumerate(tables.columns)]
    return named.select(
        "row_id",
        "rid",
        nw.col("ledger_unit").alias("unit"),
        nw.col("status_name").alias("status"),
        "co2e_mg",
        *gases,
    )
