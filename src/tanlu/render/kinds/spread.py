"""How far futures lie apart: a fan over years, bars to both sides, points of two quantities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tanlu.render.kinds.frame import (
    Scale,
    base,
    category_axis,
    legend,
    legend_rows,
    numbers,
    round_ticks,
    scale_for,
    value_axis,
    widest,
    year_axis,
)
from tanlu.render.labels import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

_ROW = 30
_CUT = 0.5  # lowest point above this part of the spread: the axis begins above zero
_ROOM = 0.15  # of the spread, on both sides of the points
_BELOW = {"nameLocation": "middle", "nameGap": 28}


def fan(figure: Figure, pen: Pen) -> Option:
    """Return bands of quantiles over years, their middle, and lines beside them."""
    data = figure.data
    bands, lines = list(data["bands"]), list(data["lines"])
    every = [v for band in bands for end in ("low", "high") for v in numbers(band[end])]
    every += [v for line in lines for v in numbers(line["values"])]
    scale = scale_for(pen, figure.quantity, every)
    shown = [pen.words(band["name"]) for band in bands] + [pen.words(one["name"]) for one in lines]
    rows = legend_rows(shown, pen.width - 80)
    made = base(figure, pen)
    made["grid"] = {"left": 58, "right": 22, "top": 34 + 20 * rows, "bottom": 28}
    made["legend"] = legend(shown, pen, left=58, right=None)
    made["xAxis"] = year_axis(list(data["years"]), pen, boundaryGap=False)
    made["yAxis"] = value_axis(scale, pen)
    made["series"] = []
    for place, band in enumerate(bands):
        opacity = 0.18 + 0.2 * place
        made["series"] += _band(band, pen, scale, name=shown[place], opacity=opacity)
    made["series"] += [_line(line, pen, scale) for line in lines]
    return made


def _band(
    band: Mapping[str, Any], pen: Pen, scale: Scale, *, name: str, opacity: float
) -> list[Option]:
    """Return an area between two lines: an unseen foot and the height above it."""
    low = [scale.of(value) for value in band["low"]]
    high = [scale.of(value) for value in band["high"]]
    height = [
        None if a is None or b is None else round(b - a, 10) for a, b in zip(low, high, strict=True)
    ]
    flat: Option = {
        "type": "line",
        "stack": name,
        "symbol": "none",
        "silent": True,
        "lineStyle": {"width": 0},
    }
    color = pen.theme.brand
    return [
        {**flat, "name": f"{name} ", "data": low},
        {
            **flat,
            "name": name,
            "itemStyle": {"color": color, "opacity": opacity},
            "areaStyle": {"color": color, "opacity": opacity},
            "data": height,
        },
    ]


def _line(line: Mapping[str, Any], pen: Pen, scale: Scale) -> Option:
    looks = {
        "middle": (pen.theme.brand, "solid", 2.0),
        "plan": (pen.theme.ink, "solid", 1.8),
        "target": (pen.theme.target, "dashed", 1.6),
    }
    color, kind, width = looks[str(line["role"])]
    return {
        "type": "line",
        "name": pen.words(line["name"]),
        "symbol": "none",
        "step": "middle" if line["role"] == "target" else False,
        "connectNulls": line["role"] == "target",
        "lineStyle": {"color": color, "type": kind, "width": width},
        "itemStyle": {"color": color},
        "data": [scale.of(value) for value in line["values"]],
    }


def tornado_height(figure: Figure, _width: int) -> int:
    """Return the height that gives each factor its row [px]."""
    return 92 + _ROW * max(1, len(figure.data["rows"]))


def tornado(figure: Figure, pen: Pen) -> Option:
    """Return for each factor how far its low and its high end move the result from the middle."""
    rows = list(figure.data["rows"])
    scale = scale_for(pen, figure.quantity, [v for row in rows for v in (row["low"], row["high"])])
    room = pen.width * (0.42 if pen.narrow else 0.32)
    names = [shortened(pen.words(row["name"]), room) for row in rows]
    sides = [pen.say(f"report.series.factor-{side}") for side in ("low", "high")]
    made = base(figure, pen)
    left = round(min(room, widest(names))) + 14
    made["grid"] = {"left": left, "right": 26, "top": 34, "bottom": 46}
    made["legend"] = legend(sides, pen, left=0, right=None)
    made["xAxis"] = {**value_axis(scale, pen), **_BELOW}
    made["xAxis"]["nameTextStyle"] = {"color": pen.theme.muted, "fontSize": 11}
    made["yAxis"] = category_axis(
        [str(place) for place in range(len(rows))],
        pen,
        inverse=True,
        axisLabel={"color": pen.theme.ink, "fontSize": 11.5, "interval": 0, "names": names},
    )
    colors = (pen.theme.families["grid"], pen.theme.brand)
    made["series"] = [
        {
            "type": "bar",
            "name": side,
            "stack": key,
            "barWidth": 14,
            "barGap": "-100%",
            "itemStyle": {"color": color},
            "data": [scale.of(row[key]) for row in rows],
        }
        for key, side, color in zip(("low", "high"), sides, colors, strict=True)
    ]
    return made


def scatter(figure: Figure, pen: Pen) -> Option:
    """Return points of one quantity over another, those of a front joined by a line."""
    groups = list(figure.data["groups"])
    points = [point for group in groups for point in group["points"]]
    across = _axis(pen, figure.data["across"], [p["x"] for p in points])
    up = _axis(pen, figure.quantity, [p["y"] for p in points])
    names = [pen.words(group["name"]) for group in groups]
    made = base(figure, pen)
    made["grid"] = {"left": 62, "right": 30, "top": 54, "bottom": 48}
    made["legend"] = legend(names, pen, left=62, right=None)
    made["xAxis"] = {**value_axis(across, pen), **_BELOW}
    made["xAxis"]["nameTextStyle"] = {"color": pen.theme.muted, "fontSize": 11, "align": "center"}
    made["yAxis"] = value_axis(up, pen)
    colors = (pen.theme.brand, pen.theme.families["materials"], pen.theme.ink)
    made["series"] = [
        {
            "type": "line" if group["is_joined"] else "scatter",
            "name": name,
            "symbol": "circle",
            "symbolSize": 8,
            "lineStyle": {"color": color, "width": 1.6},
            "itemStyle": {"color": color},
            "data": _points(group["points"], pen, across, up),
        }
        for group, name, color in zip(groups, names, colors, strict=False)
    ]
    return made


def _axis(pen: Pen, quantity: str, values: Sequence[float]) -> Scale:
    """Return an axis around the points; it begins above zero where they lie far from it."""
    scale = scale_for(pen, quantity, values)
    low, high = min(values), max(values)
    room = _ROOM * (high - low) or _ROOM * abs(high)
    if low - room <= _CUT * (high - low):
        return scale
    _, _, step = round_ticks([high - low + 2 * room])
    first = math.floor((low - room) / step) * step
    last = math.ceil((high + room) / step) * step
    power = 10.0**scale.power
    unit = pen.say("report.axis.cut", unit=scale.unit)
    bounds = (float(f"{value / power:.10g}") for value in (first, last, step))
    return Scale(scale.power, unit, *bounds)


def _points(
    points: Sequence[Mapping[str, Any]], pen: Pen, across: Scale, up: Scale
) -> list[Option]:
    look = {"show": True, "position": "top", "color": pen.theme.ink, "fontSize": 11}
    return [
        {
            "value": [across.of(point["x"]), up.of(point["y"])],
            **(
                {"label": {**look, "formatter": {"text": pen.words(point["label"])}}}
                if point.get("label") and not pen.narrow
                else {}
            ),
        }
        for point in points
    ]
