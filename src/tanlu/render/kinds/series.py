"""Lines over years, stacked bars, and the coverage map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.render.kinds.frame import (
    PHONE_WIDTH,
    base,
    category_axis,
    legend,
    legend_rows,
    numbers,
    scale_for,
    value_axis,
    widest,
    year_axis,
)
from tanlu.render.labels import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

_ROW = 32
_CELL = 22
STATES = ("measured", "estimated", "missing", "outlier", "none")


def lines(figure: Figure, pen: Pen) -> Option:
    """Return actual, planned and wanted values over years."""
    data = figure.data
    years = list(data["years"])
    series = list(data["series"])
    scale = scale_for(pen, figure.quantity, [v for one in series for v in numbers(one["values"])])
    names = [pen.words(one["name"]) for one in series]
    made = base(figure, pen)
    rows = legend_rows(names, pen.width - 80)
    made["grid"] = {"left": 58, "right": 22, "top": 34 + 20 * rows, "bottom": 28}
    made["legend"] = legend(names, pen, left=58, right=None)
    made["xAxis"] = year_axis(years, pen, boundaryGap=False)
    made["yAxis"] = value_axis(scale, pen)
    made["series"] = [
        {
            "type": "line",
            "name": name,
            "connectNulls": one["role"] == "target",
            "step": "middle" if one["role"] == "target" else False,
            "symbol": "circle" if one["role"] == "actual" else "none",
            "symbolSize": 6,
            **_stroke(str(one["role"]), pen),
            "data": [scale.of(value) for value in one["values"]],
        }
        for name, one in zip(names, series, strict=True)
    ]
    return made


def _stroke(role: str, pen: Pen) -> Option:
    looks: dict[str, tuple[str, str, float]] = {
        "actual": (pen.theme.ink, "solid", 2.4),
        "plan": (pen.theme.brand, "solid", 2.0),
        "target": (pen.theme.target, "dashed", 1.6),
        "path": (pen.theme.target, "dashed", 1.6),
        "baseline": (pen.theme.muted, "dotted", 1.6),
    }
    color, kind, width = looks.get(role, looks["plan"])
    return {
        "lineStyle": {"color": color, "type": kind, "width": width},
        "itemStyle": {"color": color},
    }


def stack_height(figure: Figure, _width: int) -> int:
    """Return the height that gives each bar its row [px]."""
    return 78 + _ROW * max(1, len(figure.data["names"]))


def stack(figure: Figure, pen: Pen) -> Option:
    """Return one horizontal bar per name, its parts side by side, the sum at the end."""
    data = figure.data
    series = list(data["series"])
    totals = [sum(numbers(parts)) for parts in zip(*(s["values"] for s in series), strict=True)]
    scale = scale_for(pen, figure.quantity, totals)
    room = pen.width * 0.3
    names = [shortened(pen.words(name), room) for name in data["names"]]
    sums = [pen.words(shown) for shown in data["shown"]]
    made = base(figure, pen)
    made["grid"] = {
        "left": round(min(room, widest(names))) + 14,
        "right": round(widest(sums)) + 14,
        "top": 30,
        "bottom": 46,
    }
    made["legend"] = legend([pen.words(one["name"]) for one in series], pen, left=0, right=None)
    made["xAxis"] = {
        **value_axis(scale, pen),
        "nameLocation": "middle",
        "nameGap": 26,
        "nameTextStyle": {"color": pen.theme.muted, "fontSize": 11, "align": "center"},
    }
    made["yAxis"] = category_axis(
        [str(place) for place in range(len(names))],
        pen,
        inverse=True,
        axisLabel={"color": pen.theme.ink, "fontSize": 11.5, "interval": 0, "names": names},
    )
    made["series"] = [
        {
            "type": "bar",
            "stack": "all",
            "barMaxWidth": 18,
            "name": pen.words(one["name"]),
            "itemStyle": {
                "color": one["color"],
                "borderColor": pen.theme.card,
                "borderWidth": 0.6,
            },
            "data": [scale.of(value) for value in one["values"]],
        }
        for one in series
    ]
    made["series"].append(_sums(totals, sums, scale_of=scale.of, pen=pen))
    return made


def _sums(totals: list[float], texts: list[str], *, scale_of: Any, pen: Pen) -> Option:
    return {
        "type": "scatter",
        "symbolSize": 0.1,
        "silent": True,
        "data": [
            {
                "value": [scale_of(total), str(place)],
                "label": {
                    "show": True,
                    "position": "right",
                    "distance": 6,
                    "color": pen.theme.ink,
                    "fontSize": 11,
                    "formatter": {"text": text},
                },
            }
            for place, (total, text) in enumerate(zip(totals, texts, strict=True))
        ],
    }


def heatmap_height(figure: Figure, width: int) -> int:
    """Return the height that gives each row of the map its cells [px]."""
    return (100 if width < PHONE_WIDTH else 62) + _CELL * max(1, len(figure.data["rows"]))


def heatmap(figure: Figure, pen: Pen) -> Option:
    """Return site and source against month; each state has its color and its word."""
    data = figure.data
    room = pen.width * 0.38
    names = [shortened(pen.words(row["name"]), room, 11) for row in data["rows"]]
    made = base(figure, pen)
    left = round(min(room, widest(names, 11))) + 12
    made["xAxis"] = category_axis(list(data["columns"]), pen, axisLabel={"interval": 0})
    made["yAxis"] = category_axis(
        [str(place) for place in range(len(names))],
        pen,
        inverse=True,
        axisLabel={"color": pen.theme.ink, "interval": 0, "names": names},
    )
    colors = _state_colors(pen)
    present = [s for s in STATES if any(s in row["states"] for row in data["rows"])]
    states = [pen.say(f"report.state.{state}") for state in present]
    rows = legend_rows(states, pen.width - 8)
    made["legend"] = legend(states, pen, left=0, right=None)
    made["grid"] = {"left": left, "right": 8, "top": 12 + 20 * rows, "bottom": 26}
    made["series"] = [
        {
            "type": "heatmap",
            "name": pen.say(f"report.state.{state}"),
            "itemStyle": {
                "color": colors[state],
                "borderColor": pen.theme.card,
                "borderWidth": 2,
            },
            "data": _cells(data["rows"], state),
        }
        for state in present
    ]
    made["visualMap"] = [
        {"show": False, "seriesIndex": place, "inRange": {"color": [colors[s]]}, "min": 0, "max": 1}
        for place, s in enumerate(present)
    ]
    return made


def _cells(rows: list[Mapping[str, Any]], state: str) -> list[list[int]]:
    return [
        [month, place, 1]
        for place, row in enumerate(rows)
        for month, found in enumerate(row["states"])
        if found == state
    ]


def _state_colors(pen: Pen) -> dict[str, str]:
    return {
        "measured": pen.theme.brand,
        "estimated": "#eab308",
        "missing": pen.theme.bad,
        "outlier": "#8b5cf6",
        "none": pen.theme.line,
    }
