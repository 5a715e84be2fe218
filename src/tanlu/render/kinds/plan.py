"""Adoptions on a time line, and what they cost against the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.render.kinds.frame import (
    base,
    category_axis,
    legend,
    numbers,
    scale_for,
    value_axis,
    widest,
    year_axis,
    year_step,
)
from tanlu.render.labels import shortened, text_width
from tanlu.render.theme import ink_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

_ROW = 24
_TOP, _BOTTOM = 26, 12
_NAME_SHARE = 0.36


def gantt_height(figure: Figure, _width: int) -> int:
    """Return the height that gives each adoption its row [px]."""
    return _TOP + _BOTTOM + _ROW * max(1, len(figure.data["rows"]))


def gantt(figure: Figure, pen: Pen) -> Option:
    """Return one bar per adoption from its year to the end of its life, with the reason."""
    rows = list(figure.data["rows"])
    first, last = figure.data["years"]
    room = pen.width * (_NAME_SHARE if not pen.narrow else 0.42)
    names = [shortened(pen.words(row["name"]), room) for row in rows]
    left = round(min(room, widest(names))) + 14
    step = year_step([first, last], most=3 if pen.narrow else 8)
    ticks = [year for year in range(first, last + 1) if year % step == 0]
    per_year = (pen.width - left - 16) / (last + 1 - first)
    made = base(figure, pen)
    made["grid"] = {"left": left, "right": 16, "top": _TOP, "bottom": _BOTTOM}
    made["xAxis"] = {
        "type": "value",
        "min": first,
        "max": last + 1,
        "position": "top",
        "axisLabel": {
            "color": pen.theme.muted,
            "fontSize": 11,
            "formatter": "year",
            "customValues": ticks,
        },
        "axisLine": {"show": False},
        "axisTick": {"show": False, "customValues": ticks},
        "splitLine": {"lineStyle": {"color": pen.theme.grid_line}},
    }
    made["yAxis"] = category_axis(
        [str(place) for place in range(len(rows))],
        pen,
        inverse=True,
        axisLabel={"color": pen.theme.ink, "fontSize": 11.5, "interval": 0, "names": names},
    )
    made["yAxis"]["axisLine"] = {"show": False}
    made["series"] = [
        {
            "type": "custom",
            "renderItem": "span_bar",
            "encode": {"x": [1, 2], "y": 0},
            "data": [_bar(row, place, last, pen) for place, row in enumerate(rows)],
        },
        {
            "type": "scatter",
            "symbolSize": 0.1,
            "silent": True,
            "data": [
                _why(row, place, (first, last), per_year, pen) for place, row in enumerate(rows)
            ],
        },
    ]
    return made


def _color(row: Mapping[str, Any], pen: Pen) -> str:
    return pen.theme.families.get(str(row["family"]), pen.theme.families["other"])


def _bar(row: Mapping[str, Any], place: int, last: int, pen: Pen) -> Option:
    end = min(int(row["end"]), last + 1)
    return {"value": [place, int(row["start"]), end], "itemStyle": {"color": _color(row, pen)}}


def _why(
    row: Mapping[str, Any], place: int, span: tuple[int, int], per_year: float, pen: Pen
) -> Option:
    """Return the reason: inside its bar, or on the side that has more room."""
    first, last = span
    start, end = int(row["start"]), min(int(row["end"]), last + 1)
    when = str(row.get("when") or start)
    text = f"{when} {pen.words(row['why'])}".strip()
    inside, before, after = (
        (end - start) * per_year - 10,
        (start - first) * per_year - 10,
        (last + 1 - end) * per_year - 10,
    )
    need = text_width(text, 10.5)
    if need <= inside or inside >= max(before, after):
        at, side, color, room = start, "right", ink_on(_color(row, pen)), inside
    elif after >= before:
        at, side, color, room = end, "right", pen.theme.muted, after
    else:
        at, side, color, room = start, "left", pen.theme.muted, before
    label = {
        "show": True,
        "position": side,
        "distance": 5,
        "color": color,
        "fontSize": 10.5,
        "formatter": {"text": shortened(text, max(room, text_width(when, 10.5) + 2), 10.5)},
    }
    return {"value": [at, place], "label": label}


def budget(figure: Figure, pen: Pen) -> Option:
    """Return investment by year as bars, and the budget as a step line."""
    data = figure.data
    years = list(data["years"])
    capex = list(data["capex"])
    limit = list(data.get("budget") or [])
    scale = scale_for(pen, figure.quantity, [*numbers(capex), *numbers(limit)])
    made = base(figure, pen)
    made["grid"] = {"left": 58, "right": 16, "top": 48, "bottom": 28}
    made["xAxis"] = year_axis(years, pen)
    made["yAxis"] = value_axis(scale, pen)
    names = [pen.say("report.series.capex")]
    made["series"] = [
        {
            "type": "bar",
            "name": names[0],
            "barMaxWidth": 18,
            "itemStyle": {"color": pen.theme.brand},
            "data": [scale.of(value) for value in capex],
        }
    ]
    if any(value is not None for value in limit):
        names.append(pen.say("report.series.budget"))
        made["series"].append(
            {
                "type": "line",
                "name": names[1],
                "step": "middle",
                "symbol": "none",
                "lineStyle": {"color": pen.theme.target, "width": 1.6, "type": "dashed"},
                "itemStyle": {"color": pen.theme.target},
                "data": [scale.of(value) for value in limit],
            }
        )
    made["legend"] = legend(names, pen)
    return made
