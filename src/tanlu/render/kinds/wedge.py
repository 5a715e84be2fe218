"""Wedges: what each measure takes off the baseline, year by year, with direct labels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tanlu.render.kinds.frame import (
    LABEL_SIZE,
    Scale,
    base,
    cut_scale,
    scale_for,
    value_axis,
    widest,
    year_axis,
)
from tanlu.render.labels import spread, wrapped
from tanlu.render.theme import family_rank, shades
from tanlu.report.tree import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tanlu.render.kinds.frame import Option, Pen
    from tanlu.report.tree import Figure

HEIGHT = 420
_MOST_BANDS = 12
_CUT = 0.7  # residual above this part of the baseline: wedges from zero would be hairlines
_GAP = 14.0
_TOP, _BOTTOM, _LEFT = 38, 30, 58
_LEADER = 26
_WIDEST_LABEL = 0.29  # of the whole width


@dataclass(frozen=True, slots=True)
class Band:
    """One area: its words, color and values in the unit of the axis, bottom to top."""

    label: str
    color: str
    values: tuple[float, ...]


def option(figure: Figure, pen: Pen) -> Option:
    """Return stacked areas under the baseline, residual at the bottom.

    Notes
    -----
    For each year ``baseline - sum of wedges = emissions``; the residual area is the emissions,
    so the top of the stack is the baseline.
    """
    data = figure.data
    years: list[int] = list(data["years"])
    scale = scale_for(pen, figure.quantity, [*data["baseline_t"], *_targets(data)])
    reach = (min(data["emissions_t"]), max(data["baseline_t"]))
    scale = cut_scale(scale, pen, figure.quantity, reach, from_part=_CUT)
    bands = _bands(data, pen, scale)
    label_width = min(_WIDEST_LABEL * pen.width, widest(band.label for band in bands) + 4)
    right = 0 if pen.narrow else round(label_width) + _LEADER + 14
    made = base(figure, pen)
    first = {"left": _LEFT, "right": right + 6, "top": _TOP, "bottom": _BOTTOM}
    made["grid"] = [first]
    made["xAxis"] = [year_axis(years, pen, boundaryGap=False)]
    made["yAxis"] = [value_axis(scale, pen)]
    made["series"] = [
        *[_area(band, pen) for band in bands],
        _line(pen.say("report.series.baseline"), data["baseline_t"], scale, pen.theme.baseline),
        *_target_marks(data, scale, pen),
    ]
    if not pen.narrow:
        _direct_labels(made, bands, scale, pen, right=right, label_width=label_width)
    return made


def key(figure: Figure, pen: Pen) -> list[tuple[str, str]]:
    """Return color and words of every band, top to bottom, as a legend outside the chart."""
    scale = scale_for(pen, figure.quantity, figure.data["baseline_t"])
    bands = reversed(_bands(figure.data, pen, scale))
    top = [(pen.theme.baseline, pen.say("report.series.baseline"))]
    return [*top, *((band.color, band.label) for band in bands)]


def _targets(data: Mapping[str, Any]) -> list[float]:
    return [float(point["t"]) for point in data.get("targets") or []]


def _bands(data: Mapping[str, Any], pen: Pen, scale: Scale) -> list[Band]:
    """Return the bands from the bottom: residual, folded small ones, then families upward."""
    bands = [
        Band(
            pen.say("report.series.residual"),
            pen.theme.families["residual"],
            tuple(scale.of(value) or 0.0 for value in data["emissions_t"]),
        )
    ]
    for family, members in groupby(ordered(data["wedges"]), key=lambda wedge: str(wedge["family"])):
        listed = list(members)
        color = pen.theme.families.get(family, pen.theme.families["other"])
        for wedge, shade in zip(listed, shades(color, len(listed)), strict=True):
            values = tuple(scale.of(value) or 0.0 for value in wedge["t"])
            bands.append(Band(pen.words(wedge["name"]), shade, values))
    return bands


def ordered(wedges: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the wedges as they are stacked from the bottom, small ones folded into one."""
    return sorted(_folded(wedges), key=lambda wedge: -family_rank(wedge["family"]))


def _folded(wedges: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Fold the smallest bands into one where there are more than twelve."""
    if len(wedges) <= _MOST_BANDS:
        return list(wedges)
    ranked = sorted(wedges, key=lambda wedge: -sum(abs(value) for value in wedge["t"]))
    kept, small = ranked[: _MOST_BANDS - 1], ranked[_MOST_BANDS - 1 :]
    kept_ids = {id(wedge) for wedge in kept}
    folded = {
        "family": "other",
        "name": Text("report.series.other", {"count": str(len(small))}),
        "t": [sum(values) for values in zip(*(wedge["t"] for wedge in small), strict=True)],
    }
    return [*(wedge for wedge in wedges if id(wedge) in kept_ids), folded]


def _area(band: Band, pen: Pen) -> Option:
    return {
        "type": "line",
        "name": band.label,
        "stack": "wedges",
        "stackStrategy": "all",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"width": 0.6, "color": pen.theme.card},
        "areaStyle": {"color": band.color, "opacity": 1},
        "itemStyle": {"color": band.color},
        "data": list(band.values),
    }


def _line(name: str, values: Sequence[float], scale: Scale, color: str) -> Option:
    return {
        "type": "line",
        "name": name,
        "symbol": "none",
        "z": 5,
        "lineStyle": {"width": 2, "color": color},
        "itemStyle": {"color": color},
        "data": [scale.of(value) for value in values],
        "endLabel": {"show": False},
    }


def _target_marks(data: Mapping[str, Any], scale: Scale, pen: Pen) -> list[Option]:
    """Return what the targets allow as a dashed stair with a diamond at its end."""
    years = list(data["years"])
    points = [point for point in data.get("targets") or [] if point["year"] in years]
    if not points:
        return []
    color = pen.theme.target
    values = [[str(point["year"]), scale.of(point["t"])] for point in points]
    return [
        {
            "type": "line",
            "step": "middle",
            "z": 5,
            "symbol": "none",
            "silent": True,
            "lineStyle": {"width": 3.4, "color": pen.theme.card, "opacity": 0.85},
            "data": values,
        },
        {
            "type": "line",
            "step": "middle",
            "name": pen.say("report.series.target"),
            "z": 6,
            "lineStyle": {"type": "dashed", "width": 1.6, "color": color},
            "itemStyle": {"color": color},
            "symbol": "none",
            "data": [_marked(point, scale, is_last=point is points[-1]) for point in points],
        },
    ]


def _marked(point: Mapping[str, Any], scale: Scale, *, is_last: bool) -> Option:
    """Return a point of the target line; the last one carries the diamond."""
    place: Option = {"value": [str(point["year"]), scale.of(point["t"])]}
    return place | {"symbol": "diamond", "symbolSize": 9} if is_last else place


def _direct_labels(
    made: Option, bands: Sequence[Band], scale: Scale, pen: Pen, *, right: int, label_width: float
) -> None:
    """Add a second plot at the right that holds leader lines, squares and words."""
    per_px = (scale.high - scale.low) / (HEIGHT - _TOP - _BOTTOM)
    foot, middles = 0.0, []
    for band in bands:
        top = foot + band.values[-1]
        middles.append((max(foot, scale.low) + max(top, scale.low)) / 2)
        foot = top
    ends = [*middles, foot]  # the baseline's own label lies at the top of the stack
    order = sorted(range(len(ends)), key=lambda place: (ends[place], place))
    gap = _GAP * per_px
    placed = spread(
        [ends[i] for i in order], gap=gap, low=scale.low + gap / 2, high=scale.high + gap / 2
    )
    texts = [*(band.label for band in bands), pen.say("report.series.baseline")]
    colors = [*(band.color for band in bands), pen.theme.baseline]
    made["grid"].append({"right": 5, "width": right, "top": _TOP, "bottom": _BOTTOM})
    made["xAxis"].append({"type": "value", "min": 0, "max": right, "show": False, "gridIndex": 1})
    made["yAxis"].append(
        {"type": "value", "min": scale.low, "max": scale.high, "show": False, "gridIndex": 1}
    )
    for place, index in zip(placed, order, strict=True):
        made["series"].append(_leader(ends[index], place, pen))
        text = wrapped(texts[index], label_width, lines=1)
        made["series"].append(_square(place, text, colors[index], pen))


def _leader(start: float, end: float, pen: Pen) -> Option:
    points = [[1, start], [5, start], [_LEADER - 9, end], [_LEADER - 4, end]]
    return {
        "type": "line",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "symbol": "none",
        "silent": True,
        "clip": False,
        "lineStyle": {"width": 0.7, "color": pen.theme.muted},
        "data": points,
    }


def _square(place: float, text: str, color: str, pen: Pen) -> Option:
    return {
        "type": "scatter",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "symbol": "rect",
        "symbolSize": 8,
        "silent": True,
        "clip": False,
        "itemStyle": {"color": color, "opacity": 1},
        "label": {
            "show": True,
            "position": "right",
            "distance": 5,
            "formatter": {"text": text},
            "color": pen.theme.ink,
            "fontSize": LABEL_SIZE,
        },
        "data": [[_LEADER, place]],
    }
