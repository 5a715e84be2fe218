"""Two years side by side: what each part of the total was, is, and added to the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.report.source import TONNE, count, figures_column, mass, share, text, words_column, year
from tanlu.report.tree import Column, Figure, Kind, Row, Section, Table, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.report.tree import Node

_MOST_STEPS = 7


@dataclass(frozen=True, slots=True)
class Compared:
    """A part of both totals.

    Parameters
    ----------
    name : Node
        What it is.
    before, now : float or None
        Emissions [tCO2e]; None is unknown.
    before_figure, now_figure : str
        Figure ids.
    """

    name: Node
    before: float | None
    now: float | None
    before_figure: str
    now_figure: str

    @property
    def change(self) -> float | None:
        """Change [tCO2e]; None where one of the two is unknown."""
        return None if self.before is None or self.now is None else self.now - self.before


def years_compared(
    id: str, parts: Sequence[Compared], total: Compared, *, years: tuple[int, int]
) -> Section:
    """Return the waterfall from one year's total to another's, with its table.

    Parameters
    ----------
    id : str
        Figure id of the chart.
    parts : sequence of Compared
        What the total is the sum of; unknown in a year counts as nothing there and is told so.
    total : Compared
        The two totals.
    years : tuple of int
        The year before, and the year.
    """
    ordered = sorted(parts, key=lambda part: -abs(_delta(part)))
    largest = ordered[0] if ordered else total
    title = text(
        "report.figure.years",
        before=year(years[0]),
        now=year(years[1]),
        delta=mass(total.change),
        part=largest.name,
        value=mass(_delta(largest)),
    )
    figure = Figure(
        id,
        "waterfall",
        title,
        text("report.figure.years-drawn"),
        "mass",
        {"steps": _steps(ordered, total, years)},
        _table(id, ordered, total, years),
    )
    return Section(id, title, (figure,))


def _delta(part: Compared) -> float:
    return (part.now or 0.0) - (part.before or 0.0)


def _steps(
    ordered: Sequence[Compared], total: Compared, years: tuple[int, int]
) -> list[dict[str, object]]:
    moved = [part for part in ordered if _delta(part)]
    most = _MOST_STEPS if len(moved) > _MOST_STEPS + 1 else len(moved)
    shown, rest = moved[:most], moved[most:]
    steps: list[dict[str, object]] = [_end(years[0], total.before)]
    steps += [_step(part.name, _delta(part)) for part in shown]
    if rest:
        name = text("report.word.others", count=count(len(rest)))
        steps.append(_step(name, sum(map(_delta, rest))))
    return [*steps, _end(years[1], total.now)]


def _end(number: int, amount: float | None) -> dict[str, object]:
    return {"name": year(number), "t": amount or 0.0, "total": True, "shown": mass(amount)}


def _step(name: Node, delta: float) -> dict[str, object]:
    return {"name": name, "t": delta, "total": False, "shown": mass(delta)}


def _table(id: str, ordered: Sequence[Compared], total: Compared, years: tuple[int, int]) -> Table:
    columns = (
        words_column("part"),
        Column(text("report.col.of-year", year=year(years[0])), TONNE, numeric=True),
        Column(text("report.col.of-year", year=year(years[1])), TONNE, numeric=True),
        figures_column("difference", TONNE),
        figures_column("change"),
    )
    rows = [_row(part) for part in ordered]
    rows.append(_row(total, strong=True))
    return Table(id, text("report.table.years"), columns, tuple(rows))


def _row(part: Compared, *, strong: bool = False) -> Row:
    ratio = share(part.now, part.before)
    return Row(
        (
            part.name,
            Value(Kind.TONNES, part.before, part.before_figure),
            Value(Kind.TONNES, part.now, part.now_figure),
            Value(Kind.TONNES, part.change),
            Value(Kind.CHANGE, None if ratio is None else ratio - 1),
        ),
        strong=strong,
    )
