"""Pareto of the sources, and the waterfall of drivers between two years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.render.kinds.frame import base, category_axis, scale_for, value_axis, widest
from tanlu.render.labels import shortened, wrapped

if TYPE_CHECKING:
    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

_ROW = 25
_TOP, _BOTTOM = 34, 30


def pareto_height(figure: Figure) -> int:
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
        {**value_axis(scale, pen), "position": "bottom", "nameLocation": "end", "nameGap": 4},
        {
            "type": "value",
            "min": 0,
            "max": 100,
            "interval": 20,
            "position": "top",
            "axisLabel": {"color": pen.theme.muted, "fontSize": 11, "formatter": "{value}%"},
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "splitLine": {"show": False},
        },
    ]
    made["xAxis"][0]["name"] = ""
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


def waterfall(figure: Figure, pen: Pen) -> Option:
    """Return the first year, the effect of each driver, and the second year."""
    steps = list(figure.data["steps"])
    level, spans = 0.0, []
    for step in steps:
        start = 0.0 if step["total"] else level
        level = float(step["t"]) if step["total"] else level + float(step["t"])
        spans.append((start, level))
    scale = scale_for(pen, figure.quantity, [end for span in spans for end in span])
    slot = (pen.width - 80) / max(1, len(steps))
    made = base(figure, pen)
    made["grid"] = {"left": 58, "right": 16, "top": 38, "bottom": 46}
    made["xAxis"] = category_axis(
        [str(place) for place in range(len(steps))],
        pen,
        axisLabel={
            "color": pen.theme.ink,
            "interval": 0,
            "names": [wrapped(pen.words(step["name"]), slot - 6, size=11) for step in steps],
        },
    )
    made["yAxis"] = value_axis(scale, pen)
    made["series"] = [
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
            "data": [
                {
                    "value": scale.of(abs(span[1] - span[0])),
                    "itemStyle": {"color": _tone(step["t"], total=step["total"], pen=pen)},
                    "label": {"formatter": {"text": pen.words(step["shown"])}},
                }
                for step, span in zip(steps, spans, strict=True)
            ],
            "label": {"show": True, "position": "top", "color": pen.theme.ink, "fontSize": 11},
        },
    ]
    return made


def _tone(change: float, *, total: bool, pen: Pen) -> str:
    if total:
        return pen.theme.families["residual"]
    return pen.theme.bad if change > 0 else pen.theme.good
