"""Targets and their checks, and the actual line against the wanted one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.report.source import count, figures_column, mass, text, words_column, year
from tanlu.report.tree import Figure, Kind, Name, Row, Section, Table, Value

if TYPE_CHECKING:
    from tanlu.report.payload import TargetRow
    from tanlu.report.source import Source
    from tanlu.report.tree import Block, Node, Text

OWN = "1+2"
_NOT_APPLICABLE = "not_applicable"
_UNITS = {
    "t": Kind.MASS,
    "fraction": Kind.PERCENT,
    "fraction_per_year": Kind.PERCENT,
    "year": Kind.YEAR,
}
_UNIT_WORDS = {
    "fraction_per_year": "report.unit.a-year",
    "tce/10^4 CNY": "report.unit.tce-per-10k",
    "t/10^4 CNY": "report.unit.t-per-10k",
}


def targets(source: Source) -> tuple[Section, ...]:
    """Return the table of targets and the chart of the absolute ones."""
    listed = source.payload.get("targets")
    if not listed:
        return ()
    blocks: tuple[Block, ...] = (*_line(source, listed), _table(listed))
    return (Section("targets", text("report.section.targets"), blocks),)


def verdict(met: bool | None, told: str = "", *, is_whole: bool = True) -> Text:
    """Return the word of a verdict; unknown is never taken for met, nor is half a year."""
    if met and not is_whole:
        return text("report.word.met-so-far")
    if told == _NOT_APPLICABLE:
        return text("report.word.not-applicable")
    if met is None:
        return text("report.word.unknown")
    return text("report.word.met" if met else "report.word.not-met")


def tone(met: bool | None, told: str = "", *, is_whole: bool = True) -> str:
    """Return the tone of a row with a verdict."""
    if met and not is_whole:
        return "warn"
    if met is None:
        return "" if told == _NOT_APPLICABLE else "warn"
    return "good" if met else "bad"


def _amount(value: float | None, unit: str, places: int) -> Value:
    return Value(_UNITS.get(unit, Kind.NUMBER), value, places=places)


def _table(listed: list[TargetRow]) -> Table:
    columns = (
        words_column("target"),
        words_column("target-scope"),
        figures_column("target-year"),
        figures_column("check-year"),
        figures_column("required"),
        figures_column("found"),
        words_column("unit"),
        words_column("verdict"),
        words_column("rule"),
        words_column("reason"),
    )
    rows = tuple(_row(target) for target in listed)
    return Table(
        "targets", text("report.table.targets"), columns, rows, text("report.note.targets")
    )


def _row(target: TargetRow) -> Row:
    unit, told, places = target.get("unit", ""), target.get("verdict", ""), target.get("places", 1)
    is_whole = not target.get("incomplete")
    shown: Node = "" if unit in _UNITS else unit
    if unit in _UNIT_WORDS:
        shown = text(_UNIT_WORDS[unit])
    cells = (
        _named(target),
        target["scope"],
        year(target["year"]),
        Value(Kind.YEAR, target.get("check_year")),
        _amount(target["required"], unit, places),
        _amount(target["value"], unit, places),
        shown,
        verdict(target["met"], told, is_whole=is_whole),
        _rule(target),
        text(target["reason"]) if target.get("reason") else "",
    )
    return Row(cells, tone=tone(target["met"], told, is_whole=is_whole))


def _named(target: TargetRow) -> Node:
    pair = target.get("name")
    return Name(pair["zh"], pair.get("en", "")) if pair else target["id"]


def _rule(target: TargetRow) -> Node:
    pair = target.get("rule_name")
    if pair:
        return Name(pair["zh"], pair.get("en", ""))
    if target["rule"] != "own-path":
        return target["rule"]
    base = target["base_year"]
    if base is None:
        return text("report.rule.own-path")
    return text("report.rule.own-path-from", year=year(base))


def obliged(source: Source, scope: str) -> dict[int, float]:
    """Return the most that the absolute targets of a scope allow by year [t].

    A target binds from its own year on, to the plan's end; before that its path is a yardstick.
    """
    most: dict[int, float] = {}
    for target in source.payload.get("targets") or []:
        if target["kind"] != "absolute" or target["scope"] != scope or target.get("unit") != "t":
            continue
        for point in target.get("required_in") or []:
            value = point["value"]
            if value is not None and point["year"] >= target["year"]:
                most[point["year"]] = min(value, most.get(point["year"], value))
    plan = source.payload.get("plan")
    allowed = dict(sorted(most.items()))
    if not plan or not most:
        return allowed
    end = max(most)
    return allowed | dict.fromkeys(range(end + 1, plan["years"][-1] + 1), most[end])


def _line(source: Source, listed: list[TargetRow]) -> tuple[Figure, ...]:
    """Return actual emissions of scopes 1 and 2, the plan and what the targets allow."""
    wanted = obliged(source, OWN)
    past = {row["year"]: row["t"] for row in source.payload.get("actuals") or []}
    if not wanted or not past:
        return ()
    plan = source.payload.get("plan")
    own = planned_t(source, ("scope1", "scope2"))
    planned = dict(zip(plan["years"], own, strict=True)) if plan and own else {}
    last = max([*past, *planned, *wanted])
    years = list(range(min([*past, *wanted]), last + 1))
    lines: list[tuple[str, dict[int, Any]]] = [
        ("actual", dict(past)),
        ("plan", dict(planned)),
        ("target", dict(wanted)),
    ]
    series = [
        {
            "name": text(f"report.series.{role}"),
            "role": role,
            "values": [values.get(each) for each in years],
        }
        for role, values in lines
        if values
    ]
    missed = sum(1 for target in listed if target["met"] is False)
    code = "report.figure.targets-missed" if missed else "report.figure.targets-met"
    title = text(code, missed=count(missed), count=count(len(listed)))
    drawn = text("report.figure.targets-drawn")
    data = {"years": years, "series": series}
    table = _line_table(years, past, planned, wanted)
    return (Figure("target-line", "lines", title, drawn, "mass", data, table),)


def planned_t(
    source: Source, parts: tuple[str, ...] = ("scope1", "scope2", "scope3")
) -> list[float]:
    """Return the plan's emissions by year [t] on the scope 2 basis of its wedges."""
    plan = source.payload.get("plan")
    if not plan or not plan["emissions_t"]:
        return []
    names = {"scope2": f"scope2_{plan.get('method') or 'market'}"}
    found = [plan["emissions_t"].get(names.get(part, part)) for part in parts]
    present = [values for values in found if values]
    return [sum(values) for values in zip(*present, strict=True)]


def plan_scope(source: Source) -> str:
    """Return the scopes the plan covers: with scope 3 where it has any."""
    return "1+2+3" if any(planned_t(source, ("scope3",))) else OWN


def _steps(wanted: dict[int, float], each: int) -> bool:
    """Return whether the obligation begins or changes in a year."""
    return each in wanted and wanted.get(each - 1) != wanted[each]


def _line_table(
    years: list[int],
    past: dict[int, float | None],
    planned: dict[int, float],
    wanted: dict[int, float],
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
        if each in past or each % 5 == 0 or _steps(wanted, each)
    )
    return Table("target-line", text("report.table.target-line"), columns, rows)
