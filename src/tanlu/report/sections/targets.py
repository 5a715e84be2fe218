"""Targets and their checks, and the actual line against the wanted one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.report.source import count, figures_column, mass, text, words_column, year
from tanlu.report.tree import Figure, Kind, Name, Row, Section, Table, Value

if TYPE_CHECKING:
    from tanlu.report.payload import TargetRow
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node, Text

_UNITS = {"t": Kind.MASS, "fraction": Kind.PERCENT, "year": Kind.YEAR}


def targets(source: Source) -> tuple[Section, ...]:
    """Return the table of targets and the chart of the absolute ones."""
    listed = source.payload.get("targets")
    if not listed:
        return ()
    blocks: tuple[Block, ...] = (*_line(source, listed), _table(listed))
    return (Section("targets", text("report.section.targets"), blocks),)


def verdict(met: bool | None) -> Text:
    """Return the word of a verdict; unknown is never taken for met."""
    if met is None:
        return text("report.word.unknown")
    return text("report.word.met" if met else "report.word.not-met")


def _tone(met: bool | None) -> str:
    if met is None:
        return "warn"
    return "good" if met else "bad"


def _amount(value: float | None, unit: str) -> Value:
    return Value(_UNITS.get(unit, Kind.NUMBER), value)


def _table(listed: list[TargetRow]) -> Table:
    columns = (
        words_column("target"),
        words_column("target-scope"),
        figures_column("target-year"),
        figures_column("required"),
        figures_column("found"),
        words_column("unit"),
        words_column("verdict"),
        words_column("rule"),
    )
    rows = tuple(_row(target) for target in listed)
    return Table("targets", text("report.table.targets"), columns, rows)


def _row(target: TargetRow) -> Row:
    unit = target.get("unit", "")
    shown: Node = "" if unit in _UNITS else unit
    cells = (
        _named(target),
        target["scope"],
        year(target["year"]),
        _amount(target["required"], unit),
        _amount(target["value"], unit),
        shown,
        verdict(target["met"]),
        _rule(target),
    )
    return Row(cells, tone=_tone(target["met"]))


def _named(target: TargetRow) -> Node:
    pair = target.get("name")
    return Name(pair["zh"], pair.get("en", "")) if pair else target["id"]


def _rule(target: TargetRow) -> Node:
    pair = target.get("rule_name")
    if pair:
        return Name(pair["zh"], pair.get("en", ""))
    return text("report.rule.own-path") if target["rule"] == "own-path" else target["rule"]


def drawn_targets(source: Source) -> list[TargetRow]:
    """Return the absolute caps that belong on an emission chart."""
    found = source.payload.get("targets") or []
    return [one for one in found if one.get("drawn") and one["required"] is not None]


def _line(source: Source, listed: list[TargetRow]) -> tuple[Figure, ...]:
    """Return actual emissions, the plan and the caps over the years."""
    caps = drawn_targets(source)
    actuals = source.payload.get("actuals") or []
    plan = source.payload.get("plan")
    if not caps or not actuals:
        return ()
    past = {row["year"]: row["t"] for row in actuals}
    planned = dict(zip(plan["years"], planned_t(source), strict=True)) if plan else {}
    wanted = {cap["year"]: cap["required"] for cap in caps}
    years = list(range(min(past), max([*past, *planned, *wanted]) + 1))
    series = [
        {"name": text("report.series.actual"), "role": "actual", "values": past},
        {"name": text("report.series.plan"), "role": "plan", "values": planned},
        {"name": text("report.series.target"), "role": "target", "values": wanted},
    ]
    data = {
        "years": years,
        "series": [
            {**one, "values": [one["values"].get(each) for each in years]}  # type: ignore[attr-defined]
            for one in series
            if one["values"]
        ],
    }
    missed = sum(1 for target in listed if target["met"] is False)
    code = "report.figure.targets-missed" if missed else "report.figure.targets-met"
    title = text(code, missed=count(missed), count=count(len(listed)))
    table = _line_table(years, past, planned, wanted)
    return (
        Figure(
            "target-line", "lines", title, text("report.figure.targets-drawn"), "mass", data, table
        ),
    )


def planned_t(source: Source) -> list[float]:
    """Return the plan's emissions by year: scope 1, market-based scope 2, scope 3 if planned."""
    plan = source.payload.get("plan")
    if not plan:
        return []
    parts = [plan["emissions_t"].get(key) for key in ("scope1", "scope2_market", "scope3")]
    present = [part for part in parts if part is not None]
    return [sum(values) for values in zip(*present, strict=True)]


def _line_table(
    years: list[int],
    past: dict[int, float | None],
    planned: dict[int, float],
    wanted: dict[int, float | None],
) -> Table:
    columns = (
        words_column("year"),
        figures_column("actual"),
        figures_column("plan"),
        figures_column("target-value"),
    )
    rows = tuple(
        Row((year(each), *(mass(line.get(each)) for line in (past, planned, wanted))))
        for each in years
        if each in past or each in wanted or each % 5 == 0
    )
    return Table("target-line", text("report.table.target-line"), columns, rows)
