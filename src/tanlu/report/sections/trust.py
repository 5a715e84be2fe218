"""How far the total can be trusted: coverage, the green-power ledger and uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.inventory.figures import Measure
from tanlu.report.source import (
    KWH,
    MARKET,
    TONNE,
    count,
    figures_column,
    mass,
    percent,
    share,
    text,
    tonnes,
    total,
    totals,
    words_column,
)
from tanlu.report.tree import (
    Column,
    Figure,
    Kind,
    Name,
    Paragraph,
    Row,
    Section,
    Table,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.report.payload import CoverageRow, GreenPowerRow, Uncertainty
    from tanlu.report.source import Source
    from tanlu.report.tree import Block

MONTHS = tuple(str(month) for month in range(1, 13))
_LEDGER = (
    "purchased",
    "green",
    "certificates",
    "supplier_mix",
    "residual",
    "pv_self",
    "unbacked",
    "surplus",
    "rejected",
)
_OPTIONAL = {"supplier_mix", "unbacked"}  # shown where some row has them
_MOST_REASONS = 12
_COLUMNS = ("scope1", "scope2_location", "scope2_market", "scope3", "location", "market")
_EVIDENCE = ("metered", "invoiced", "estimated", "proxy", "unknown")  # best first


def coverage(source: Source) -> tuple[Section, ...]:
    """Return what the total covers: statuses, the month map, rows held back."""
    found = source.inventory["coverage"]
    blocks: list[Block] = [_statuses(source), *_evidence(source)]
    reasons = found.get("reasons") or []
    blocks += [
        Paragraph(source.told(reason["code"], reason["facts"]), "warn")
        for reason in reasons[:_MOST_REASONS]
    ]
    held = found.get("quarantined", 0)
    if held and not reasons:
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


def _evidence(source: Source) -> tuple[Table, ...]:
    """Return how the activity rows are evidenced, best first ."""
    found = source.inventory["coverage"].get("evidence") or {}
    if not found:
        return ()
    whole = sum(found.values())
    rows = tuple(
        Row((text(f"report.evidence.{kind}"), count(found[kind]), _part(found[kind], whole)))
        for kind in _EVIDENCE
        if kind in found
    )
    columns = (words_column("evidence"), figures_column("rows"), figures_column("share"))
    return (Table("evidence", text("report.table.evidence"), columns, rows),)


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
    kinds = [
        kind for kind in _LEDGER if kind not in _OPTIONAL or any(_kwh(row, kind) for row in ledger)
    ]
    columns = (
        words_column("site"),
        *(figures_column(f"kwh-{kind.replace('_', '-')}", KWH) for kind in kinds),
    )
    rows = [
        Row((source.site(row["site"]), *(Value(Kind.KWH, _kwh(row, kind)) for kind in kinds)))
        for row in ledger
    ]
    sums = {kind: total(_kwh(row, kind) for row in ledger) for kind in kinds}
    cells = (Value(Kind.KWH, sums[kind]) for kind in kinds)
    rows.append(Row((text("report.word.total"), *cells), strong=True))
    surplus = sums["surplus"]
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


def _kwh(row: GreenPowerRow, kind: str) -> float | None:
    amounts: Mapping[str, Any] = row
    return amounts.get(f"{kind}_kwh")


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
            kind = part.get("kind")
            told = text(f"report.variance.{kind}") if kind else ""
            rows.append(Row((name, told, percent(part["share"]))))
        columns = (
            words_column("contributor"),
            words_column("variance-kind"),
            figures_column("variance"),
        )
        blocks.append(Table("uncertainty", text("report.table.uncertainty"), columns, tuple(rows)))
    blocks += _by_scope(source, found)
    return (Section("uncertainty", text("report.section.uncertainty"), tuple(blocks)),)


def _by_scope(source: Source, found: Uncertainty) -> tuple[Table, ...]:
    """Return the interval of each scope and total: what uncertainty does to each category."""
    columns = found.get("columns") or {}
    listed = [name for name in _COLUMNS if name in columns]
    if not listed:
        return ()
    rows = tuple(_interval(source, name, columns[name]) for name in listed)
    heads = (
        words_column("scope"),
        figures_column("mean", TONNE),
        figures_column("low", TONNE),
        figures_column("high", TONNE),
        figures_column("deviation"),
    )
    note = text("report.note.uncertainty", level=percent(found["level"]))
    table = Table("uncertainty-scopes", text("report.table.uncertainty-scopes"), heads, rows, note)
    return (table,)


def _interval(source: Source, name: str, column: Mapping[str, float | None]) -> Row:
    """Return the interval of a scope or total; where nothing has a result there is none."""
    known = totals(source)[name] is not None
    mean, low, high = (column[key] if known else None for key in ("mean_t", "low_t", "high_t"))
    deviation = percent(share(column["sd_t"], mean))
    cells = (text(f"report.base.{name.replace('_', '-')}"), tonnes(mean), tonnes(low), tonnes(high))
    return Row((*cells, deviation), strong=name in ("location", "market"))
