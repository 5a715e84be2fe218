"""A `Figure` in, an ECharts option or an SVG out: one definition for every place it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError
from tanlu.render import svg as engine
from tanlu.render.kinds import curve, flow, macc, plan, ranking, series, spread, wedge
from tanlu.render.kinds.frame import HEIGHT, Pen
from tanlu.render.theme import THEMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tanlu.render.speech import Speaker
    from tanlu.report.tree import Figure

KINDS: Mapping[str, Callable[[Figure, Pen], dict[str, Any]]] = {
    "wedge": wedge.option,
    "gantt": plan.gantt,
    "budget": plan.budget,
    "macc": macc.option,
    "pareto": ranking.pareto,
    "waterfall": ranking.waterfall,
    "sankey": flow.option,
    "lines": series.lines,
    "stack": series.stack,
    "heatmap": series.heatmap,
    "grand": curve.grand,
    "fan": spread.fan,
    "tornado": spread.tornado,
    "scatter": spread.scatter,
}
_HEIGHTS: Mapping[str, Callable[[Figure, int], int]] = {
    "wedge": lambda _figure, _width: wedge.HEIGHT,
    "macc": lambda _figure, _width: macc.HEIGHT,
    "gantt": plan.gantt_height,
    "pareto": ranking.pareto_height,
    "sankey": flow.height,
    "waterfall": ranking.waterfall_height,
    "stack": series.stack_height,
    "heatmap": series.heatmap_height,
    "grand": lambda _figure, _width: curve.HEIGHT,
    "tornado": spread.tornado_height,
}


def option(
    figure: Figure, *, say: Speaker, theme: str = "light", width: int = 720
) -> dict[str, Any]:
    """Return the ECharts option of a figure as plain JSON, texts and units included.

    Parameters
    ----------
    figure : Figure
        Node of the report tree.
    say : Speaker
        Translator and formatter.
    theme : str
        ``light`` or ``dark``.
    width : int
        Width it will be drawn at [px]; labels are cut and margins set for it.

    Returns
    -------
    dict
        Option whose data are already in the unit of the axis. Names of functions in it are
        resolved by `assets/tanlu-charts.js`.

    Raises
    ------
    TanluError
        ``render.unknown-chart`` for a kind that does not exist.
    """
    if figure.kind not in KINDS:
        raise TanluError(
            "render.unknown-chart", found=figure.kind, choices=", ".join(sorted(KINDS))
        )
    return KINDS[figure.kind](figure, Pen(say, THEMES[theme], width))


def height(figure: Figure, width: int = 720) -> int:
    """Return the height a figure wants [px]."""
    return _HEIGHTS[figure.kind](figure, width) if figure.kind in _HEIGHTS else HEIGHT


def svg(chart: Mapping[str, Any], *, width: int = 720, height: int = HEIGHT) -> str:
    """Return the SVG text of an option; see `render.svg.draw`."""
    return engine.draw(chart, width=width, height=height)


def drawn(figure: Figure, *, say: Speaker, theme: str = "light", width: int = 720) -> str:
    """Return the SVG of a figure at its own height."""
    chart = option(figure, say=say, theme=theme, width=width)
    return svg(chart, width=width, height=height(figure, width))


KEYED = frozenset({"wedge"})


def key(figure: Figure, *, say: Speaker, theme: str = "light") -> list[tuple[str, str]]:
    """Return color and words of each band, for pages too narrow for labels in the chart."""
    return wedge.key(figure, Pen(say, THEMES[theme], HEIGHT))
