"""Pareto of the sources, and the waterfall of drivers between two years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.render.kinds.frame import (
    HEIGHT,
    PHONE_WIDTH,
    base,
    category_axis,
    cut_scale,
    scale_for,
    value_axis,
    widest,
)
from tanlu.render.labels import shortened, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.render.kinds.frame import Option, Pen, Scale
    from tanlu.report.tree import Figure

_ROW = 25
_BELOW = {"nameLocation": "middle", "nameGap": 28}
_TOP, _BOTTOM = 34, 46


def pareto_height(figure: Figure, _width: int) -> int:
    """Return the height that gives each source its row [px]."""
    return _TOP + _BOTTOM + _ROW * max(1, len(figure.data["bars"]))


def pareto(figure: Figure, pen: Pen) -> Option:
    """Return the sources by size, the share they reach together, and the 80 % line."""
    bars = list(figure.data["bars"])
    limit = float(figure.data["limit"])
    scale = scale_for(pen, figure.quantity, [bar["t"] for bar in bars], 4)
    room = pen.width * (0.42 if pen.narrow else 0.32)
    names = [shortened(pen.words(bar["name"]), room) for bar in bars]
    values = [pen.words(bar["shown"]) for bar in bars]
    made = base(figure, pen)
    left = round(min(room, widest(names))) + 14
    made["grid"] = {
        "left": left,
        "right": round(widest(values)) + 16,
        "top": _TOP,
        "bottom": _BOTTOM,
    }
    made["xAxis"] = [
        {**value_axis(scale, pen), "position": "bottom", **_BELOW},
        {
            "type": "value",
            "min": 0,
            "max": 100,
            "interval": 50 if pen.narrow else 20,
            "position": "top",
            "axisLabel": {"color": pen.theme.muted, "fontSize": 11, "formatter": "{value}%"},
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "splitLine": {"show": False},
        },
    ]
    made["xAxis"][0]["nameTextStyle"] = {"color": pen.theme.muted, "fontSize": 11}
    made["yAxis"] = category_axis(
        [str(place) for place in range(len(bars))],
        pen,
        inverse=True,
        axisLabel={"color": pen.theme.ink, "fontSize": 11.5, "interval": 0, "names": names},
    )
    within = [bar["cumulative"] - bar["share"] < limit for bar in bars]
    made["series"] = [
        {
            "type": "bar",
            "barWidth": 14,
            "data": [
                {
                    "value": scale.of(bar["t"]),
                    "itemStyle": {"color": pen.theme.brand if inside else "#9fb8b5"},
                }
                for bar, inside in zip(bars, within, strict=True)
            ],
        },
        _column(values, pen),
        {
            "type": "line",
            "xAxisIndex": 1,
            "z": 4,
            "symbol": "circle",
            "symbolSize": 4,
            "lineStyle": {"color": pen.theme.warn, "width": 1.5},
            "itemStyle": {"color": pen.theme.warn},
            "data": [
                [round(bar["cumulative"] * 100, 3), str(place)] for place, bar in enumerate(bars)
            ],
            "markLine": {
                "symbol": "none",
                "silent": True,
                "label": {"show": False},
                "lineStyle": {"color": pen.theme.warn, "type": "dashed", "width": 1},
                "data": [{"xAxis": limit * 100}],
            },
        },
    ]
    return made


def _column(texts: list[str], pen: Pen) -> Option:
    """Return the values as a column at the right edge, clear of bars and line."""
    return {
        "type": "scatter",
        "xAxisIndex": 1,
        "symbolSize": 0.1,
        "silent": True,
        "label": {
            "show": True,
            "position": "right",
            "distance": 8,
            "fontSize": 11,
            "color": pen.theme.ink,
        },
        "data": [
            {"value": [100, str(place)], "label": {"formatter": {"text": text}}}
            for place, text in enumerate(texts)
        ],
    }


def waterfall_height(figure: Figure, width: int) -> int:
    """Return the height; on a phone the steps lie below each other [px]."""
    return 96 + 34 * len(figure.data["steps"]) if width < PHONE_WIDTH else HEIGHT


def waterfall(figure: Figure, pen: Pen) -> Option:
    """Return the first year, the effect of each driver, and the second year."""
    steps = list(figure.data["steps"])
    spans = _spans(steps)
    levels = [end for span in spans for end in span]
    reached = [end for _, end in spans]
    scale = scale_for(pen, figure.quantity, levels)
    scale = cut_scale(scale, pen, figure.quantity, (min(reached), max(reached)))
    names = [pen.words(step["name"]) for step in steps]
    made = base(figure, pen)
    value = value_axis(scale, pen)
    category = category_axis([str(place) for place in range(len(steps))], pen)
    label = {"color": pen.theme.ink, "fontSize": 11, "interval": 0}
    if pen.narrow:
        left = round(min(110, widest(names))) + 14
        made["grid"] = {"left": left, "right": 66, "top": 10, "bottom": 46}
        category |= {"inverse": True, "axisLabel": {**label, "names": names}}
        value |= _BELOW
        value["nameTextStyle"] = {"color": pen.theme.muted, "fontSize": 11}
        made["xAxis"], made["yAxis"] = value, category
    else:
        slot = (pen.width - 80) / max(1, len(steps))
        wrapped_names = [wrapped(name, slot - 6, size=11) for name in names]
        made["grid"] = {"left": 58, "right": 16, "top": 44, "bottom": 44}
        category["axisLabel"] = {**label, "names": wrapped_names}
        made["xAxis"], made["yAxis"] = category, value
    made["series"] = _falls(steps, spans, scale=scale, pen=pen)
    return made


def _spans(steps: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    level, spans = 0.0, []
    for step in steps:
        start = 0.0 if step["total"] else level
        level = float(step["t"]) if step["total"] else level + float(step["t"])
        spans.append((start, level))
    return spans


def _falls(
    steps: Sequence[Mapping[str, Any]],
    spans: Sequence[tuple[float, float]],
    *,
    scale: Scale,
    pen: Pen,
) -> list[Option]:
    bars = [
        {
            "value": scale.of(abs(span[1] - span[0])),
            "itemStyle": {"color": _tone(step["t"], total=step["total"], pen=pen)},
            "label": {"formatter": {"text": pen.words(step["shown"])}},
        }
        for step, span in zip(steps, spans, strict=True)
    ]
    return [
        {
            "type": "bar",
            "stack": "fall",
            "silent": True,
            "itemStyle": {"color": "transparent"},
            "data": [scale.of(min(span)) for span in spans],
        },
        {
            "type": "bar",
            "stack": "fall",
            "barMaxWidth": 46,
            "data": bars,
            "label": {
                "show": True,
                "position": "right" if pen.narrow else "top",
                "color": pen.theme.ink,
                "fontSize": 11,
            },
        },
    ]


def _tone(change: float, *, total: bool, pen: Pen) -> str:
    if total:
        return pen.theme.families["residual"]
    return pen.theme.bad if change > 0 else pen.theme.good
