"""The chart of one target: its path from the base year, and what was reached so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.report.source import figures_column, mass, percent, text, words_column, year
from tanlu.report.tree import Figure, Kind, Name, Row, Table, Value
from tanlu.targets.model import TargetKind
from tanlu.targets.path import required_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from tanlu.targets.model import Target

PATH_MARK = "target-path-"
_TEN_THOUSAND = 10**4
_PER_OUTPUT = {
    TargetKind.INTENSITY: "report.unit.t-per-10k",
    TargetKind.ENERGY_INTENSITY: "report.unit.tce-per-10k",
}


def target_path(target: Target, actual: Mapping[int, Decimal]) -> Figure | None:
    """Return the path of a target beside the actual values; None where there is neither.

    Parameters
    ----------
    target : Target
        With its base value where it is known.
    actual : Mapping of int to Decimal
        Values by year in the target's unit.
    """
    first = target.base_year or min(actual, default=target.year)
    last = max([target.year, *actual])
    years = list(range(min([first, *actual]), last + 1))
    scale = _TEN_THOUSAND if target.kind in _PER_OUTPUT else 1
    asked = {each: value for each in years if (value := required_in(target, each)) is not None}
    lines = (("actual", actual), ("path", asked))
    series = [
        {
            "name": text(f"report.series.{role}"),
            "role": role,
            "values": [_number(values.get(each), scale) for each in years],
        }
        for role, values in lines
        if values
    ]
    if not series:
        return None
    quantity, tell = _told(target)
    rows = tuple(
        Row((year(each), *(tell(_number(values.get(each), scale)) for _, values in lines)))
        for each in years
        if each in actual or each in asked
    )
    unit = text(_PER_OUTPUT[target.kind]) if target.kind in _PER_OUTPUT else ""
    columns = (
        words_column("year"),
        figures_column("actual", unit),
        figures_column("path", unit),
    )
    title = Name(target.name_zh or target.id, target.name_en or target.id)
    table = Table("target-path", text("report.table.target-path"), columns, rows)
    drawn = text("report.figure.path-drawn", unit=unit)
    heading = text("report.figure.path", target=title)
    data = {"years": years, "series": series}
    return Figure(f"{PATH_MARK}{target.id}", "lines", heading, drawn, quantity, data, table)


def _number(value: Decimal | None, scale: int) -> float | None:
    return None if value is None else float(value) * scale


def _told(target: Target) -> tuple[str, Callable[[Any], Value]]:
    """Return the unit ladder of the axis and how an amount is told."""
    if target.kind is TargetKind.RENEWABLE_SHARE:
        return "percent", percent
    if target.kind in _PER_OUTPUT:
        return "", lambda value: Value(Kind.NUMBER, value)
    return "mass", mass
