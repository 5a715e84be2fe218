"""Emissions per unit of output, year by year, and whether a published value stands beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.report.source import text, words_column, year
from tanlu.report.tree import Column, Kind, Paragraph, Row, Section, Table, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.report.source import Source
    from tanlu.report.tree import Block

_ROWS = (
    ("tco2e_per_10k_cny", "report.intensity.market"),
    ("location_per_10k_cny", "report.intensity.location"),
    ("tco2e_per_unit", "report.intensity.unit"),
)


def intensity(years: Sequence[Source]) -> tuple[Section, ...]:
    """Return the intensities of several years side by side.

    Parameters
    ----------
    years : sequence of Source
        One source for each year; told in the order of the years.
    """
    ordered = sorted(years, key=lambda source: source.year)
    found: dict[int, dict[str, Any]] = {
        source.year: {**(source.inventory.get("intensity") or {})} for source in ordered
    }
    rows = [
        Row((text(code), *(Value(Kind.NUMBER, found[one].get(name)) for one in found)))
        for name, code in _ROWS
        if any(found[one].get(name) is not None for one in found)
    ]
    blocks: list[Block] = []
    if not rows:
        blocks.append(Paragraph(text("report.intensity.no-output"), "hint"))
    else:
        columns = (words_column("intensity"), *map(_of_year, found))
        note = text("report.intensity.no-benchmark")
        blocks.append(
            Table("intensity", text("report.table.intensity"), columns, tuple(rows), note)
        )
    return (Section("intensity", text("report.table.intensity"), tuple(blocks)),)


def _of_year(number: int) -> Column:
    return Column(text("report.col.of-year", year=year(number)), numeric=True)
