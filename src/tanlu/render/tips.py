"""What a chart says under the pointer: words and amounts ready made, by the place pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tanlu.render.kinds import wedge
from tanlu.render.speech import words
from tanlu.report.tree import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tanlu.render.speech import Speaker
    from tanlu.report.tree import Figure

Texts = dict[str, str]


def tips(figure: Figure, say: Speaker) -> dict[str, Any]:
    """Return the text of each place of a chart that has any.

    Parameters
    ----------
    figure : Figure
        Node of the report tree.
    say : Speaker
        Translator and formatter.

    Returns
    -------
    dict
        ``texts`` by key, and ``opens``: the figure a click on that place opens. ``trigger`` is
        ``axis`` where the key is a category (a year, or the number of a row from 0), ``item``
        where it is the number that stands in the mark. Empty for kinds whose marks are labelled
        already.
    """
    if figure.kind not in _KINDS:
        return {}
    trigger, make = _KINDS[figure.kind]
    return {"trigger": trigger, "texts": make(figure, say), "opens": _opens(figure)}


def _opens(figure: Figure) -> Texts:
    """Return the last figure of each table row, where the rows are those of the chart."""
    if figure.kind not in _ROWS or figure.table is None:
        return {}
    ids = [
        [cell.figure for cell in row.cells if isinstance(cell, Value) and cell.figure]
        for row in figure.table.rows
    ]
    return {str(place): found[-1] for place, found in enumerate(ids) if found}


def _lines(figure: Figure, say: Speaker) -> Texts:
    data = figure.data
    names = [words(one["name"], say) for one in data["series"]]
    values = [one["values"] for one in data["series"]]
    return _by_year(data["years"], names, values, figure=figure, say=say)


def _wedge(figure: Figure, say: Speaker) -> Texts:
    """Return the bands of each year from the top, those of nothing left out."""
    data = figure.data
    bands = list(reversed(wedge.ordered(data["wedges"])))
    names = [say("report.series.baseline"), *(words(band["name"], say) for band in bands)]
    names.append(say("report.series.residual"))
    values = [data["baseline_t"], *([value or None for value in band["t"]] for band in bands)]
    values.append(data["emissions_t"])
    return _by_year(data["years"], names, values, figure=figure, say=say)


def _budget(figure: Figure, say: Speaker) -> Texts:
    data = figure.data
    names = [say("report.series.capex"), say("report.series.budget")]
    limit = data.get("budget") or [None] * len(data["years"])
    return _by_year(data["years"], names, [data["capex"], limit], figure=figure, say=say)


def _stack(figure: Figure, say: Speaker) -> Texts:
    data = figure.data
    texts = {}
    for place, name in enumerate(data["names"]):
        lines = [
            _line(words(one["name"], say), one["values"][place], figure, say)
            for one in data["series"]
            if one["values"][place] is not None
        ]
        texts[str(place)] = "\n".join([words(name, say), *lines])
    return texts


def _pareto(figure: Figure, say: Speaker) -> Texts:
    texts = {}
    for place, bar in enumerate(figure.data["bars"]):
        lines = [
            words(bar["name"], say),
            words(bar["shown"], say),
            f"{say('report.col.share')} {say.percent(bar['share'])}",
            f"{say('report.col.cumulative')} {say.percent(bar['cumulative'])}",
        ]
        texts[str(place)] = "\n".join(lines)
    return texts


def _macc(figure: Figure, say: Speaker) -> Texts:
    """Return name, cost and abatement of a bar by its number."""
    texts = {}
    for bar in figure.data["bars"]:
        lines = [
            f"{bar['number']}. {words(bar['name'], say)}",
            f"{say.number(bar['cost_per_t'])} {say('report.axis.cost-per-t')}",
            f"{say('report.col.abatement')} {say.mass(bar['abatement_t'])} CO2e",
        ]
        texts[str(bar["number"])] = "\n".join(lines)
    return texts


def _by_year(
    years: Iterable[int], names: list[str], values: list[Any], *, figure: Figure, say: Speaker
) -> Texts:
    """Return a heading and one line per series that has a value, for each year."""
    texts = {}
    for year, found in zip(years, zip(*values, strict=True), strict=True):
        pairs = zip(names, found, strict=True)
        lines = [_line(name, value, figure, say) for name, value in pairs if value is not None]
        texts[str(year)] = "\n".join([str(year), *lines])
    return texts


def _line(name: str, value: Any, figure: Figure, say: Speaker) -> str:
    ways: dict[str, Callable[[Any], str]] = {
        "mass": lambda amount: f"{say.mass(amount)} CO2e",
        "money": say.money,
        "energy": say.energy,
        "percent": say.percent,
    }
    return f"{name}  {ways.get(figure.quantity, say.number)(value)}"


_ROWS = frozenset({"stack", "pareto"})
_KINDS: Mapping[str, tuple[str, Callable[[Figure, Speaker], Texts]]] = {
    "lines": ("axis", _lines),
    "wedge": ("axis", _wedge),
    "budget": ("axis", _budget),
    "stack": ("axis", _stack),
    "pareto": ("axis", _pareto),
    "macc": ("item", _macc),
}
