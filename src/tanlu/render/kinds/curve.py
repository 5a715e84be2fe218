"""The grand composite curve of a pinch analysis: heat across, shifted temperature up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.render.kinds.frame import Scale, base, round_ticks, value_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

HEIGHT = 430
_ROOM = 0.06  # of the range of temperatures, for the words at both ends of the curve
_INTO = 40  # of the words of a pinch, between the two branches of the curve [px]


def grand(figure: Figure, pen: Pen) -> Option:
    """Return the curve, with least heating, least cooling and the pinches."""
    data = figure.data
    heat, levels = list(data["heat"]), list(data["temperature"])
    made = base(figure, pen)
    if data.get("is_titled"):
        made["title"] = {
            "text": pen.words(figure.title),
            "left": 12,
            "top": 6,
            "textStyle": {"color": pen.theme.ink, "fontSize": 14},
        }
    top = 62 if data.get("is_titled") else 34
    made["grid"] = {"left": 58, "right": 24, "top": top, "bottom": 46}
    made["xAxis"] = {
        **value_axis(_scale(heat, pen.words(data["heat_unit"])), pen),
        "nameLocation": "middle",
        "nameGap": 28,
        "nameTextStyle": {"color": pen.theme.muted, "fontSize": 11, "align": "center"},
    }
    room = _ROOM * (levels[0] - levels[-1])
    reach = [*levels, levels[0] + room, levels[-1] - room]
    made["yAxis"] = value_axis(_scale(reach, pen.words(data["temperature_unit"])), pen)
    made["series"] = [
        {
            "type": "line",
            "symbol": "none",
            "lineStyle": {"color": pen.theme.brand, "width": 2.2},
            "data": [list(point) for point in zip(heat, levels, strict=True)],
        },
        _points(
            [
                (heat[0], levels[0], pen.words(data["hot"]), "top"),
                (heat[-1], levels[-1], pen.words(data["cold"]), "bottom"),
                *((0.0, level, pen.words(data["pinch"]), "right") for level in data["pinches"]),
            ],
            pen,
        ),
    ]
    return made


def _points(points: Sequence[tuple[float, float, str, str]], pen: Pen) -> Option:
    """Return marked points with their words where the curve leaves room."""
    look = {"show": True, "color": pen.theme.ink, "fontSize": 11.5}
    return {
        "type": "scatter",
        "symbolSize": 8,
        "itemStyle": {"color": pen.theme.ink},
        "data": [
            {"value": [heat, level], "label": {**look, **_place(side), "formatter": text}}
            for heat, level, text, side in points
        ],
    }


def _place(side: str) -> dict[str, Any]:
    return {"position": side, "offset": [_INTO, 0] if side == "right" else [0, 0]}


def _scale(values: Sequence[float], unit: str) -> Scale:
    low, high, step = round_ticks(values)
    return Scale(0, unit, low, high, step)
