"""From the groups of an engine to the canonical summary: named, ordered, checked and hashed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tanlu.compute import stage2
from tanlu.compute.numbering import column_of
from tanlu.factors.gas import BIOGENIC, FAMILIES
from tanlu.kernel.errors import TanluError
from tanlu.kernel.results import RowStatus, Stream, SummaryRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from tanlu.compute.numbering import Names, StreamTables

    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

_LARGEST = 9e18
_RELATIVE = 1e-9
_TEXT = ("stream", "site", "item", "unit", "status")
_GASES = (*FAMILIES, BIOGENIC)
COLUMNS = (
    *("stream", "site", "item", "ym", "unit", "rid", "status", "n", "qty_u", "co2e_mg"),
    *(column_of(gas) for gas in _GASES),
)


def summary_table(collected: pa.Table, stream: Stream, *, tables: StreamTables) -> pa.Table:
    """Return the groups of one stream with their names, in canonical order.

    Parameters
    ----------
    collected : pa.Table
        What `stage2.summary` gave on an engine.
    tables : StreamTables
        Tables the rows were joined to.

    Returns
    -------
    pa.Table
        Columns `COLUMNS`, ordered by site, item, month, unit, factor and status. A gas that the
        factor does not have is null, and so is a sum over no result.

    Raises
    ------
    TanluError
        ``compute.overflow`` if a sum leaves the range of int64.

    Notes
    -----
    M-18: each sum is compared with multiplier x quantity of its group; rounding explains at
    most half a milligram per row.
    """
    names = tables.names
    rest, ym = np.divmod(_integers(collected, "spot"), tables.n_months)
    rest, unit = np.divmod(rest, names.unit.n)
    site, item = np.divmod(rest, names.item.n)
    mid, status = _integers(collected, "mid"), _integers(collected, "status")
    rid = np.array([-1, *(use.rid for use in tables.uses)], np.int64)[mid]
    ranks = [_rank(column)[number] for column, number in _paired(names, site, item, unit)]
    order = np.lexsort((status, rid, ranks[2], ym, ranks[1], ranks[0]))
    sums = _gas_sums(collected, tables, mid=mid, is_ok=status == stage2.OK)
    statuses = [code.value for code in stage2.STATUSES]
    columns = {
        "stream": pa.array(np.full(len(order), stream.value)),
        "site": pa.array(names.site.listed, pa.string()).take(pa.array(site)),
        "item": pa.array(names.item.listed, pa.string()).take(pa.array(item)),
        "ym": pa.array(ym + tables.first_month),
        "unit": pa.array(names.unit.listed, pa.string()).take(pa.array(unit)),
        "rid": pa.array(rid, mask=rid < 0),
        "status": pa.array(statuses, pa.string()).take(pa.array(status)),
        "n": collected["n"].cast(pa.int64()),
        "qty_u": _quantities(collected),
        **sums,
    }
    return pa.table([columns[name] for name in COLUMNS], names=list(COLUMNS)).take(pa.array(order))


def _paired(names: Any, *numbers: Integers) -> Iterator[tuple[Names, Integers]]:
    """Yield the names of site, item and unit with their numbers."""
    return zip((names.site, names.item, names.unit), numbers, strict=True)


def _rank(names: Names) -> Integers:
    """Return the place of each name in the order of text."""
    order = np.array(sorted(range(names.n), key=names.listed.__getitem__), np.int64)
    ranks = np.empty(names.n, np.int64)
    ranks[order] = np.arange(names.n)
    return ranks


def _integers(table: pa.Table, column: str) -> Integers:
    """Return a column of numbers, 0 where there is none."""
    found: Integers = pc.fill_null(table[column].cast(pa.int64()), 0).to_numpy()
    return found


def _quantities(collected: pa.Table) -> pa.Array:
    """Return the sums of quantities; null where every row is without one."""
    has_any = pc.greater(collected["n_qty"], 0)
    whole = collected["qty_u"].cast(pa.decimal128(38, 0))
    return pc.if_else(has_any, whole, pa.scalar(None, whole.type))


def _gas_sums(
    collected: pa.Table, tables: StreamTables, *, mid: Integers, is_ok: npt.NDArray[np.bool_]
) -> dict[str, pa.Array]:
    """Return the sums by gas and their total, checked; null where there is no result."""
    total = np.zeros(len(mid), np.int64)
    out = {column_of(gas): pa.nulls(len(mid), pa.int64()) for gas in _GASES}
    for i, gas in enumerate(tables.gases):
        has_gas = np.array([False, *(gas in use.families for use in tables.uses)])[mid] & is_ok
        expected = np.where(has_gas, _expected(collected, tables, gas=i, mid=mid), 0.0)
        if len(expected) and np.abs(expected).max() > _LARGEST:
            raise TanluError("compute.overflow", found=f"{np.abs(expected).max():.3e}")
        values = np.where(has_gas, _integers(collected, f"g{i}"), 0)
        _check(values, expected, n=_integers(collected, "n"))
        out[column_of(gas)] = pa.array(values, mask=~has_gas)
        total += 0 if gas == BIOGENIC else values
    return {**out, "co2e_mg": pa.array(total, mask=~is_ok)}


def _expected(collected: pa.Table, tables: StreamTables, *, gas: int, mid: Integers) -> Floats:
    """Return multiplier x quantity of each group, in doubles."""
    column = pc.fill_null(tables.multiplier[f"m{gas}"].cast(pa.float64()), 0.0).to_numpy()
    factors = np.concatenate([[0.0], column])
    quantity = pc.fill_null(collected["qty_u"].cast(pa.float64()), 0.0).to_numpy()
    found: Floats = factors[mid] * quantity
    return found


def _check(values: Integers, expected: Floats, *, n: Integers) -> None:
    """Raise if a sum is further from multiplier x quantity than rounding can explain."""
    allowed = n / 2 + 1 + _RELATIVE * np.abs(expected)
    wrong = np.abs(values - expected) > allowed
    if wrong.any():
        msg = f"{int(wrong.sum())} sums differ from multiplier x quantity"
        raise AssertionError(msg)


def summary_hash(tables: Iterable[pa.Table]) -> str:
    """Return the SHA-256 of summary tables: one line per group, in their order.

    Notes
    -----
    Fields are parted by tabs, text stands as JSON, nothing is ``null``, lines end in a line
    feed.
    """
    digest = hashlib.sha256()
    for table in tables:
        columns = [
            _quoted(table[name]) if name in _TEXT else table[name].cast(pa.string())
            for name in COLUMNS
        ]
        options = {"null_handling": "replace", "null_replacement": "null"}
        lines = pc.binary_join_element_wise(*columns, "\t", **options)
        ended = pc.binary_join_element_wise(lines, "\n", "")
        for chunk in ended.chunks:
            digest.update("".join(chunk.to_pylist()).encode())
    return digest.hexdigest()


def _quoted(column: pa.ChunkedArray) -> pa.Array:
    """Return text as JSON."""
    encoded = column.combine_chunks().dictionary_encode()
    quoted = [json.dumps(text, ensure_ascii=False) for text in encoded.dictionary.to_pylist()]
    return pa.array(quoted, pa.string()).take(encoded.indices)


def summary_rows(tables: Iterable[pa.Table]) -> tuple[SummaryRow, ...]:
    """Return summary tables as rows of the domain."""
    return tuple(row for table in tables for row in _rows(table))


def _rows(table: pa.Table) -> Iterator[SummaryRow]:
    """Yield the rows of one table."""
    names = [*COLUMNS[: -len(_GASES)]]
    plain = zip(*(table[name].to_pylist() for name in names), strict=True)
    families = [gas for gas in FAMILIES if table[column_of(gas)].null_count < table.num_rows]
    gases = _by_gas([table[column_of(gas)].to_pylist() for gas in families], families)
    biogenic = table[column_of(BIOGENIC)].to_pylist()
    for (stream, site, item, ym, unit, rid, status, n, qty, co2e), mg, bio in zip(
        plain, gases if families else [{}] * table.num_rows, biogenic, strict=True
    ):
        yield SummaryRow(
            stream=_STREAMS[stream],
            site=site,
            item=item,
            ym=ym,
            unit=unit,
            rid=rid,
            status=_STATUSES[status],
            n=n,
            qty_u=None if qty is None else int(qty),
            co2e_mg=co2e,
            gases_mg=mg,
            biogenic_mg=bio or 0,
        )


_STREAMS = {stream.value: stream for stream in Stream}
_STATUSES = {status.value: status for status in RowStatus}


def _by_gas(
    columns: Sequence[Sequence[int | None]], families: Sequence[str]
) -> Iterator[dict[str, int]]:
    """Yield the gases that are there, row by row."""
    for values in zip(*columns, strict=True):
        yield {gas: mg for gas, mg in zip(families, values, strict=True) if mg is not None}
