"""How far the total can be trusted: coverage, the green-power ledger and uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.inventory.figures import Measure
from tanlu.report.source import (
    KWH,
    MARKET,
    count,
    figures_column,
    mass,
    percent,
    text,
    total,
    words_column,
)
from tanlu.report.tree import Column, Figure, Kind, Name, Paragraph, Row, Section, Table, Value

if TYPE_CHECKING:
    from tanlu.report.payload import CoverageRow, GreenPowerRow
    from tanlu.report.source import Source
    from tanlu.report.tree import Block

MONTHS = tuple(str(month) for month in range(1, 13))
_LEDGER = ("purchased", "green", "certificates", "residual", "pv_self", "surplus", "rejected")


def coverage(source: Source) -> tuple[Section, ...]:
    """Return what the total covers: statuses, the month map, rows held back."""
    found = source.inventory["coverage"]
    blocks: list[Block] = [_statuses(source)]
    held = found.get("quarantined", 0)
    if held:
        blocks.append(Paragraph(text("report.coverage.quarantined", count=count(held)), "warn"))
    grid = found.get("grid")
    if grid:
        blocks.append(_map(source, grid))
    return (Section("coverage", text("report.section.coverage"), tuple(blocks)),)


def _statuses(source: Source) -> Table:
    found = source.inventory["coverage"]
    rows = [
        Row((text(f"report.status.{status}"), count(number), _part(number, found["rows"])))
        for status, number in sorted(found["by_status"].items(), key=lambda pair: -pair[1])
    ]
    rows.append(Row((text("report.word.total"), count(found["rows"]), ""), strong=True))
    columns = (words_column("status"), figures_column("rows"), figures_column("share"))
    return Table("coverage", text("report.table.coverage"), columns, tuple(rows))


def _part(number: int, whole: int) -> Value:
    return percent(number / whole if whole else None)


def _map(source: Source, grid: list[CoverageRow]) -> Figure:
    missing = sum(row["months"].count("missing") for row in grid)
    code = "report.figure.coverage" if missing else "report.figure.coverage-full"
    named = [
        text("report.word.site-item", site=source.site(r["site"]), item=source.item(r["item"]))
        for r in grid
    ]
    data = {
        "columns": MONTHS,
        "rows": [
            {"name": name, "states": list(row["months"])}
            for name, row in zip(named, grid, strict=True)
        ],
    }
    columns = (words_column("source"), *(_month_column(month) for month in MONTHS))
    rows = tuple(
        Row((name, *(text(f"report.state.{state}") for state in row["months"])))
        for name, row in zip(named, grid, strict=True)
    )
    table = Table("coverage-map", text("report.table.coverage-map"), columns, rows)
    return Figure(
        "coverage-map",
        "heatmap",
        text(code, count=count(missing)),
        text("report.figure.coverage-drawn"),
        "",
        data,
        table,
    )


def _month_column(month: str) -> Column:
    return Column(text("report.col.month", month=month))


def greenpower(source: Source) -> tuple[Section, ...]:
    """Return the green-power ledger: no kWh twice, never below zero, surplus shown."""
    ledger = source.payload.get("greenpower")
    if not ledger:
        return ()
    columns = (
        words_column("site"),
        *(figures_column(f"kwh-{name.replace('_', '-')}", KWH) for name in _LEDGER),
    )
    rows = [Row((source.site(row["site"]), *_kwh(row))) for row in ledger]
    sums = tuple(
        Value(Kind.KWH, total(row[f"{name}_kwh"] for row in ledger))  # type: ignore[literal-required]
        for name in _LEDGER
    )
    rows.append(Row((text("report.word.total"), *sums), strong=True))
    surplus = sums[_LEDGER.index("surplus")].amount
    table = Table(
        "greenpower",
        text("report.table.greenpower"),
        columns,
        tuple(rows),
        text("report.note.greenpower"),
    )
    blocks: list[Block] = [table]
    if surplus:
        facts = {"value": Value(Kind.ENERGY, surplus)}
        blocks.append(Paragraph(text("report.greenpower.surplus", **facts), "warn"))
    return (Section("greenpower", text("report.section.greenpower"), tuple(blocks)),)


def _kwh(row: GreenPowerRow) -> tuple[Value, ...]:
    return tuple(Value(Kind.KWH, row[f"{name}_kwh"]) for name in _LEDGER)  # type: ignore[literal-required]


def uncertainty(source: Source) -> tuple[Section, ...]:
    """Return the interval of the total and what would narrow it most."""
    found = source.inventory["uncertainty"]
    if not found:
        return ()
    words = text(
        "report.uncertainty.interval",
        level=percent(found["level"]),
        low=mass(found["low_t"]),
        high=mass(found["high_t"]),
        total=source.mass(source.total, Measure.TOTAL, basis=MARKET),
    )
    blocks: list[Block] = [Paragraph(words)]
    if found["top"]:
        rows = []
        for part in found["top"]:
            pair = part.get("name")
            name = Name(pair["zh"], pair.get("en", "")) if pair else source.item(part["id"])
            rows.append(Row((name, percent(part["share"]))))
        columns = (words_column("contributor"), figures_column("variance"))
        blocks.append(Table("uncertainty", text("report.table.uncertainty"), columns, tuple(rows)))
    return (Section("uncertainty", text("report.section.uncertainty"), tuple(blocks)),)
