"""Marginal abatement cost of the plan's measures: width is abatement, height is cost per t."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tanlu.render.kinds.frame import base, numbers, scale_for, value_axis

if TYPE_CHECKING:
    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

HEIGHT = 340


def option(figure: Figure, pen: Pen) -> Option:
    """Return numbered bars by rising cost; whiskers reach from stand-alone to last-in cost."""
    bars = list(figure.data["bars"])
    total = sum(bar["abatement_t"] for bar in bars)
    width = scale_for(pen, "mass", [total])
    costs = [
        value
        for bar in bars
        for value in numbers([bar["cost_per_t"], bar.get("low"), bar.get("high")])
    ]
    height = scale_for(pen, "", costs)
    made = base(figure, pen)
    made["grid"] = {"left": 62, "right": 24, "top": 38, "bottom": 46}
    made["xAxis"] = {
        **value_axis(width, pen),
        "max": width.of(total) or 1,
        "nameLocation": "middle",
        "nameGap": 26,
        "name": pen.say("report.axis.abatement", unit=width.unit),
        "nameTextStyle": {"color": pen.theme.muted, "fontSize": 11, "align": "center"},
        "axisLine": {"show": True, "onZero": True, "lineStyle": {"color": pen.theme.muted}},
    }
    made["xAxis"]["axisLabel"]["showMaxLabel"] = False
    made["yAxis"] = {**value_axis(height, pen), "name": pen.say("report.axis.cost-per-t")}
    foot, data = 0.0, []
    for bar in bars:
        ends = (foot, foot + bar["abatement_t"])
        whisker = sorted(numbers([bar.get("low"), bar.get("high")]))
        color = pen.theme.families.get(str(bar["family"]), pen.theme.families["other"])
        value = [
            *(width.of(end) for end in ends),
            bar["cost_per_t"],
            *_pair(whisker),
            bar["number"],
        ]
        data.append({"value": value, "itemStyle": {"color": color, "borderColor": pen.theme.ink}})
        foot = ends[1]
    made["series"] = [
        {
            "type": "custom",
            "renderItem": "macc_bar",
            "encode": {"x": [0, 1], "y": 2},
            "data": data,
        }
    ]
    return made


def _pair(ends: list[float]) -> list[float | str]:
    """Return both ends of a whisker, or marks that draw none."""
    return [ends[0], ends[-1]] if len(ends) > 1 else ["-", "-"]
