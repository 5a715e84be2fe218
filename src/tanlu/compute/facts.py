"""What is known of the ledger's rows before any factor: years, units, evidence, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from tanlu.kernel.periods import year_month, year_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Ledger: TypeAlias = pa.Table | Sequence[Path]
"""Current ledger rows: a table, or the segments that hold them."""

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class YearFacts:
    """Rows of a calendar year.

    Parameters
    ----------
    rows : int
        Number of rows.
    units : tuple of str
        Ledger units of the whole ledger.
    evidence : Mapping of str to int
        Rows by quality of evidence; ``unknown`` where nothing is said.
    files : frozenset of str
        SHA-256 of the files the rows came from.
    years : tuple of int
        Years the ledger has rows of.
    sites, earlier_sites : frozenset of str
        Sites with rows of the year, and of any year before.
    """

    rows: int
    units: tuple[str, ...]
    evidence: Mapping[str, int]
    files: frozenset[str]
    years: tuple[int, ...]
    sites: frozenset[str]
    earlier_sites: frozenset[str]


def year_facts(activity: pa.Table, year: int) -> YearFacts:
    """Return what is known of the rows of a year.

    Parameters
    ----------
    activity : pa.Table
        Current ledger rows.
    year : int
        Calendar year.
    """
    first, last = year_month(year, 1), year_month(year, _MONTHS)
    months = activity["ym"]
    inside = pc.and_(pc.greater_equal(months, first), pc.less_equal(months, last))
    rows = activity.filter(inside)
    counts = pc.value_counts(rows["quality"]).to_pylist()
    return YearFacts(
        rows=rows.num_rows,
        units=tuple(sorted(pc.unique(activity["ledger_unit"]).to_pylist())),
        evidence={
            row["values"] or "unknown": row["counts"]
            for row in sorted(counts, key=lambda row: row["values"] or "")
        },
        files=frozenset(pc.unique(rows["sha256"]).to_pylist()),
        years=years_of(activity),
        sites=_sites(rows),
        earlier_sites=_sites(activity.filter(pc.less(months, first))),
    )


def _sites(rows: pa.Table) -> frozenset[str]:
    return frozenset(pc.unique(rows["site"]).to_pylist()) - {""}


def years_of(activity: pa.Table) -> tuple[int, ...]:
    """Return the calendar years a ledger has rows of."""
    return tuple(sorted({int(year_of(ym)) for ym in pc.unique(activity["ym"]).to_pylist()}))
