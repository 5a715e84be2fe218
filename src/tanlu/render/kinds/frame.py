"""What all charts share: canvas, axes, and one unit per value axis with round ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tanlu.render.labels import text_width
from tanlu.render.speech import words
from tanlu.render.theme import FONT, FONT_TRADITIONAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tanlu.render.speech import Speaker
    from tanlu.render.theme import Theme
    from tanlu.report.tree import Figure

Option = dict[str, Any]
LABEL_SIZE = 11.5
HEIGHT = 330
PHONE_WIDTH = 520
_HEADROOM = 0.08  # room for the label above the highest level
_STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Pen:
    """What a chart is drawn with: translator, colors and width [px]."""

    say: Speaker
    theme: Theme
    width: int

    @property
    def narrow(self) -> bool:
        """Whether the drawing is for a phone."""
        return self.width < PHONE_WIDTH

    def words(self, node: Any) -> str:
        """Return a leaf of the tree in this language."""
        return words(node, self.say)


@dataclass(frozen=True, slots=True)
class Scale:
    """A value axis in one unit, its bounds and ticks round in the base unit."""

    power: int
    unit: str
    low: float
    high: float
    step: float

    def of(self, value: float | None) -> float | None:
        """Return a value of the base unit in the unit of the axis."""
        return None if value is None else _clean(value / 10.0**self.power)


def round_ticks(values: Iterable[float], count: int = 5) -> tuple[float, float, float]:
    """Return low, high and step of an axis that holds zero and all values on round ticks."""
    finite = [0.0, *(value for value in values if math.isfinite(value))]
    low, high = min(finite), max(finite)
    if high == low:
        high = low + 1.0
    raw = (high - low) / count
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(mult * magnitude for mult in _STEPS if mult * magnitude >= raw * 0.999)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def scale_for(pen: Pen, quantity: str, values: Iterable[float], count: int = 5) -> Scale:
    """Choose unit and ticks of a value axis.

    Parameters
    ----------
    pen : Pen
        Translator, colors and width.
    quantity : str
        Unit ladder (mass, money, energy), ``percent`` for fractions, or empty.
    values : iterable of float
        All values drawn [base unit].
    count : int
        Wanted number of ticks.
    """
    low, high, step = round_ticks(values, count)
    power, unit = 0, ""
    if quantity == "percent":
        power, unit = -2, "%"
    elif quantity:
        power, unit = pen.say.scale(quantity, max(abs(low), abs(high)))
    factor = 10.0**power
    unit = f"{unit} CO2e" if quantity == "mass" else unit
    return Scale(power, unit, _clean(low / factor), _clean(high / factor), _clean(step / factor))


def cut_scale(
    scale: Scale, pen: Pen, quantity: str, reach: tuple[float, float], *, from_part: float = 0.5
) -> Scale:
    """Return an axis that begins above zero where all levels lie close together.

    Parameters
    ----------
    scale : Scale
        The axis from zero; it stays where the lowest level is below `from_part` of the highest.
    pen : Pen
        Translator, colors and width.
    quantity : str
        Unit ladder.
    reach : tuple of float
        Lowest and highest level [base unit].
    from_part : float
        Part of the highest level above which the axis is cut [-].

    Returns
    -------
    Scale
        In the same unit, whose words say that it does not start at zero.
    """
    lowest, highest = reach
    if lowest <= from_part * highest:
        return scale
    foot = max(0.0, lowest - 2 * (highest - lowest))
    _, _, step = round_ticks([highest - foot])
    low = math.floor(foot / step) * step
    high = math.ceil((highest + _HEADROOM * (highest - low)) / step) * step
    if low <= 0:
        return scale
    power = 10.0**scale.power
    unit = pen.say("report.axis.cut", unit=scale.unit)
    low, high, step = (_clean(value / power) for value in (low, high, step))
    return Scale(scale.power, unit, low, high, step)


def _clean(value: float) -> float:
    """Drop binary noise: ten significant digits are more than a chart shows."""
    return float(f"{value:.10g}")


def base(figure: Figure, pen: Pen) -> Option:
    """Return canvas, fonts and the (hidden) title of a chart."""
    family = FONT_TRADITIONAL if pen.say.lang == "zh-Hant" else FONT
    return {
        "animation": False,
        "backgroundColor": "transparent",
        "textStyle": {"fontFamily": family, "fontSize": LABEL_SIZE, "color": pen.theme.ink},
        "title": {
            "show": False,
            "text": pen.words(figure.title),
            "subtext": pen.words(figure.subtitle),
        },
        "aria": {"enabled": False},
    }


def value_axis(scale: Scale, pen: Pen, **more: Any) -> Option:
    """Return a value axis with its unit as name."""
    return {
        "type": "value",
        "min": scale.low,
        "max": scale.high,
        "interval": scale.step,
        "name": scale.unit,
        "nameTextStyle": {"color": pen.theme.muted, "fontSize": 11, "align": "left"},
        "nameGap": 12,
        "axisLabel": {"color": pen.theme.muted, "fontSize": 11, "formatter": "number"},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": pen.theme.grid_line}},
        **more,
    }


def category_axis(names: Sequence[str], pen: Pen, **more: Any) -> Option:
    """Return an axis of names or years; years are text and get no comma."""
    return {
        "type": "category",
        "data": list(names),
        "axisLabel": {"color": pen.theme.muted, "fontSize": 11, **more.pop("axisLabel", {})},
        "axisLine": {"lineStyle": {"color": pen.theme.muted}},
        "axisTick": {"show": False},
        **more,
    }


def year_step(years: Sequence[int], *, most: int = 8) -> int:
    """Return the distance of the years that get a label."""
    span = years[-1] - years[0] if years else 0
    return next((step for step in (1, 2, 5, 10, 20) if span / step <= most), 50)


def year_axis(years: Sequence[int], pen: Pen, **more: Any) -> Option:
    """Return a time axis in years with labels at round steps."""
    step = year_step(years, most=5 if pen.narrow else 8)
    label = {"interval": 0, "formatter": f"every:{step}"}
    return category_axis([str(year) for year in years], pen, axisLabel=label, **more)


def widest(texts: Iterable[str], size: float = LABEL_SIZE) -> float:
    """Return the width of the longest label [px]."""
    return max((text_width(text, size) for text in texts), default=0.0)


def legend_rows(names: Sequence[str], room: float) -> int:
    """Return how many rows a plain legend takes in `room` [px]."""
    rows, used = 1, 0.0
    for name in names:
        need = text_width(name, 11) + 12 + 5 + 14
        if used and used + need > room:
            rows, used = rows + 1, 0.0
        used += need
    return rows


def legend(names: Sequence[str], pen: Pen, **more: Any) -> Option:
    """Return a plain legend, never a scrolling one."""
    return {
        "type": "plain",
        "data": list(names),
        "top": 0,
        "right": 4,
        "itemWidth": 12,
        "itemHeight": 8,
        "itemGap": 14,
        "textStyle": {"color": pen.theme.ink, "fontSize": 11},
        **more,
    }


def numbers(values: Mapping[str, Any] | Sequence[Any]) -> list[float]:
    """Return the values that are there, as floats."""
    items = values.values() if hasattr(values, "values") else values
    return [float(value) for value in items if value is not None]
