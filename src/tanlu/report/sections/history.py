"""What the year is compared with: the base year, and what changed since the year before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.report.sections.summary import unlike
from tanlu.report.source import (
    TONNE,
    figures_column,
    share,
    stated,
    text,
    tonnes,
    totals,
    words_column,
    year,
)
from tanlu.report.tree import Column, Kind, Paragraph, Row, Section, Table, Value

if TYPE_CHECKING:
    from tanlu.report.payload import BaseYear, FactorChange
    from tanlu.report.source import Source
    from tanlu.report.tree import Block

_ROWS = ("scope1", "scope2_location", "scope2_market", "scope3", "location", "market")
_STRONG = ("location", "market")


def base_year(source: Source) -> tuple[Section, ...]:
    """Return the base-year inventory beside the year's, and when it is recalculated."""
    base = source.payload.get("base")
    if not base:
        return ()
    told = "report.base.stated" if base["is_stated"] else "report.base.of-targets"
    blocks: list[Block] = [Paragraph(text(told, year=year(base["year"])))]
    if base["totals"] is None:
        blocks.append(Paragraph(text("report.base.no-rows", year=year(base["year"])), "warn"))
    else:
        blocks.append(_compared(source, base, base["totals"]))
        if not base.get("is_complete", True):
            lacks = text("report.base.incomplete", year=year(base["year"]))
            blocks.append(Paragraph(lacks, "warn"))
    policy = "recalculation" in (source.payload.get("statements") or {})
    rule = text("report.base.policy", told=stated(source, "recalculation"))
    blocks.append(Paragraph(rule if policy else text("report.base.no-policy")))
    return (Section("base-year", text("report.section.base-year"), tuple(blocks)),)


def _compared(source: Source, base: BaseYear, before: dict[str, float | None]) -> Table:
    now = totals(source)
    rows = tuple(
        Row(
            (
                text(f"report.base.{name.replace('_', '-')}"),
                tonnes(before[name]),
                tonnes(now[name]),
                _change(now[name], before[name]),
            ),
            strong=name in _STRONG,
        )
        for name in _ROWS
    )
    columns = (
        words_column("scope"),
        Column(text("report.col.of-year", year=year(base["year"])), TONNE, numeric=True),
        Column(text("report.col.of-year", year=year(source.year)), TONNE, numeric=True),
        figures_column("change"),
    )
    return Table("base-year", text("report.table.base-year"), columns, rows)


def _change(now: float | None, before: float | None) -> Value:
    ratio = share(now, before)
    return Value(Kind.CHANGE, None if ratio is None else ratio - 1)


def changes(source: Source) -> tuple[Section, ...]:
    """Return what changed since the year before: what is covered, and which factors."""
    previous, changed = source.inventory.get("previous"), source.payload.get("factor_changes")
    said = "changes" in (source.payload.get("statements") or {})
    if changed is None and not said:
        return ()
    blocks: list[Block] = list(unlike(source))
    if said:
        blocks.append(Paragraph(text("report.changes.stated", told=stated(source, "changes"))))
    if changed:
        blocks.append(_factors(source, changed))
    elif changed is not None and previous:
        same = text("report.changes.no-factor", year=year(previous["year"]))
        blocks.append(Paragraph(same, "good"))
    return (Section("changes", text("report.section.changes"), tuple(blocks)),)


def _factors(source: Source, changed: list[FactorChange]) -> Table:
    rows = tuple(
        Row(
            (
                source.item(row["item"]),
                row["region"],
                Value(Kind.EXACT, row["before"]),
                Value(Kind.EXACT, row["now"]),
                row["unit"],
                row["before_id"],
                row["now_id"],
            )
        )
        for row in changed
    )
    columns = (
        words_column("item"),
        words_column("region"),
        figures_column("value-before"),
        figures_column("value-now"),
        words_column("unit"),
        words_column("factor-before"),
        words_column("factor-now"),
    )
    return Table("factor-changes", text("report.table.factor-changes"), columns, rows)
