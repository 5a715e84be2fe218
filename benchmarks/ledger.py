"""An invented ledger of any size, the same every time, and the book that goes with it."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tanlu.catalog import load, tables
from tanlu.compute import write_rows
from tanlu.compute.pipeline import Source
from tanlu.factors import Book, Profile, compile_book, places_of
from tanlu.kernel.activity import Site
from tanlu.kernel.periods import year_month
from tanlu.kernel.results import Stream
from tanlu.units.table import UnitTable

if TYPE_CHECKING:
    from pathlib import Path

YEAR = 2024
SITES = 400
PROFILE = "cn-disclosure-province"
PAIRS = (
    ("electricity", "kWh"),
    ("electricity", "kWh"),
    ("electricity", "kWh"),
    ("natural_gas", "Nm3"),
    ("natural_gas", "MJ"),
    ("diesel", "kg"),
    ("diesel", "L"),
    ("gasoline", "kg"),
    ("raw_coal", "kg"),
    ("lpg", "kg"),
    ("heat", "MJ"),
    ("road_freight", "tkm"),
    ("hot_rolled_plate", "kg"),
    ("not_an_item", "kg"),
    ("electricity", "kg"),
)
QUALITIES = ("metered", "invoiced", "estimated", "proxy", "")
_PART = 1_000_000
_WARM = pa.array([0])  # the first array imports pandas where it is installed: not our work


def months() -> list[int]:
    """Return the ledger months of the year."""
    return [year_month(YEAR, month) for month in range(1, 13)]


def sites() -> list[Site]:
    """Return the invented sites, spread over the provinces."""
    provinces = [row["id"] for row in load.provinces() if row["country"] == "CN"]
    return [Site(f"site-{i:04d}", provinces[i % len(provinces)]) for i in range(SITES)]


@cache
def book() -> Book:
    """Return the factor book of the invented sites, compiled once per process."""
    units = UnitTable.from_rows(
        tables.read("unit"), tables.read("unit_alias"), tables.read("unit_prefix")
    )
    return compile_book(
        load.factors(),
        load.conversions(),
        load.items(),
        units=units,
        profile=Profile.from_row(load.profiles()[PROFILE]),
        months=months(),
        sites=sites(),
        gwp=load.gwp(),
        as_of=date(2026, 6, 30),
        places=places_of(load.provinces()),
    )


def write_ledger(folder: Path, rows: int) -> None:
    """Write `rows` invented rows as Parquet segments of a million rows each."""
    for number, start in enumerate(range(0, rows, _PART)):
        table = _part(np.random.default_rng([20240101, number]), start, min(_PART, rows - start))
        pq.write_table(table, folder / f"segment-{number:03d}.parquet", compression="zstd")


def segments(folder: Path) -> list[Path]:
    """Return the segments of a ledger in order."""
    return sorted(folder.glob("segment-*.parquet"))


def write_result(folder: Path, path: Path) -> int:
    """Write the result rows of a ledger, main stream, and return their number."""
    return write_rows(Source(segments(folder), book(), (Stream.MAIN,)), path)


def _part(rng: np.random.Generator, start: int, n: int) -> pa.Table:
    """Return one part of the ledger."""
    names = pa.array([site.id for site in sites()])
    pair = rng.integers(0, len(PAIRS), n)
    quantity = np.floor(np.exp(rng.normal(20.0, 3.0, n))).astype(np.int64)
    quantity *= np.where(rng.random(n) < 0.01, -1, 1)
    quality = rng.integers(0, len(QUALITIES), n)
    return pa.table(
        {
            "row_id": _row_ids(start, n),
            "site": names.take(pa.array(rng.integers(0, SITES, n))),
            "item": pa.array([item for item, _ in PAIRS]).take(pa.array(pair)),
            "ym": pa.array(rng.choice(months(), n), pa.int32()),
            "ledger_unit": pa.array([unit for _, unit in PAIRS]).take(pa.array(pair)),
            "qty_u": pc.cast(pa.array(quantity), pa.decimal128(19, 0)).cast(pa.decimal128(18, 0)),
            "supplier": pa.array([""] * n),
            "quality": pa.array(QUALITIES).take(pa.array(quality)),
        }
    )


def _row_ids(start: int, n: int) -> pa.Array:
    """Return ids like those of a ledger: hexadecimal, in no order."""
    stream = hashlib.shake_128(str(start).encode()).digest(8 * n)
    numbers = np.frombuffer(stream, dtype=">u8")
    return pa.array([f"{number:016x}" for number in numbers.tolist()])
