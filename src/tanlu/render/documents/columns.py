"""Widths of the columns of a printed table, so that nothing is cut at the margin."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tanlu.render.documents.marks import BREAK, breakable
from tanlu.render.labels import text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.render.views import View

SIZES = (8.5, 8.0, 7.5, 7.0)  # of the letters [pt], the first that needs no many lines
SMALL = (6.5, 6.0, 5.5)  # and else the first at which nothing is cut
PADDING = 3.5  # left and right of a cell [pt]
_LEAST = 4.2  # a heading, and a column of words, may be this narrow [em]
_MORE = 1.3  # times the lines of small letters are too many
_BOLD = 1.06  # bold letters are wider
_STEP = 0.5  # by which room is given out [em]


@dataclass(frozen=True, slots=True)
class Layout:
    """Letter size [pt] and width of each column [pt]; `is_cut` when even small letters wrap."""

    size: float
    widths: tuple[float, ...]
    is_cut: bool = False


def layout(table: View, room: float) -> Layout:
    """Return size and widths with which a table fills, at most, `room` [pt].

    Parameters
    ----------
    table : View
        As `render.views` gives it.
    room : float
        Width of the text of a page [pt].
    """
    fits = [made for size in SIZES if (made := _at(size, table, room)) is not None]
    if fits:
        lines = [_lines(table, made) for made in fits]
        few = min(lines) * _MORE
        return next(made for made, count in zip(fits, lines, strict=True) if count <= few)
    for size in SMALL:
        if (made := _at(size, table, room)) is not None:
            return made
    least = [need.least for need in _needs(table, SMALL[-1])]
    return Layout(SMALL[-1], tuple(room * width / sum(least) for width in least), is_cut=True)


def _at(size: float, table: View, room: float) -> Layout | None:
    needs = _needs(table, size)
    if sum(need.least for need in needs) > room:
        return None
    return Layout(size, _shared(needs, room=room, table=table))


def _lines(table: View, made: Layout) -> float:
    """Return how many lines all rows take, about."""
    rooms = [width - 2 * PADDING for width in made.widths]
    return sum(
        max(
            math.ceil(text_width(cell["text"], made.size) / room)
            for cell, room in zip(row["cells"], rooms, strict=True)
        )
        for row in table["rows"]
    )


@dataclass(frozen=True, slots=True)
class _Need:
    """What a column asks for [pt]: the least, all on one line, and all its text together."""

    least: float
    full: float
    total: float


def _needs(table: View, size: float) -> list[_Need]:
    return [_need(table, place, size) for place in range(len(table["columns"]))]


def _need(table: View, place: int, size: float) -> _Need:
    column = table["columns"][place]
    texts = [row["cells"][place]["text"] for row in table["rows"]]
    heads = [column["title"], column["unit"]]
    lengths = [text_width(text, size) * _BOLD for text in texts]
    head = max(text_width(text, size) * _BOLD for text in heads)
    full = max([*lengths, head if not column["numeric"] else 0.0])
    loose = heads if column["numeric"] else [*heads, *texts]
    words = [piece for text in loose for piece in pieces(breakable(text))]
    narrow = max((text_width(word, size) * _BOLD for word in words), default=0.0)
    narrow = max(narrow, min(max(full, head), _LEAST * size), full if column["numeric"] else 0.0)
    both = 2 * PADDING
    return _Need(narrow + both, max(full, narrow) + both, sum(lengths) + both)


def pieces(text: str) -> Iterator[str]:
    """Yield what of a text stays together: words of letters, single Chinese characters."""
    for word in re.split(rf"[\s{BREAK}]", text):
        start = 0
        for place, mark in enumerate(word):
            if unicodedata.east_asian_width(mark) in "WF":
                if start < place:
                    yield word[start:place]
                yield mark
                start = place + 1
        if start < len(word):
            yield word[start:]


def _shared(needs: list[_Need], *, room: float, table: View) -> tuple[float, ...]:
    """Return widths from the least on; room goes where it saves most lines."""
    widths, step = [need.least for need in needs], _STEP * SIZES[0]
    while sum(widths) + step <= room:
        gains = [
            need.total / width**2 if width < need.full else 0.0
            for need, width in zip(needs, widths, strict=True)
        ]
        if not any(gains):
            break
        widths[gains.index(max(gains))] += step
    spare = room - sum(widths)
    if spare <= 0 or table["few"]:
        return tuple(widths)
    share = [0.0 if column["numeric"] else 1.0 for column in table["columns"]]
    share = share if any(share) else [1.0] * len(widths)
    return tuple(w + spare * s / sum(share) for w, s in zip(widths, share, strict=True))
