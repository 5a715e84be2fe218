"""Widths of the columns of a printed table, so that nothing is cut at the margin."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from string import ascii_uppercase
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
_MORE_ROOM = dict.fromkeys(ascii_uppercase, 0.1) | dict.fromkeys("mwMW@%&", 0.35)  # [em]
_DIGIT, _POINT, _POINTS = 0.6, 0.33, frozenset(".,: ")  # of bold numbers [em]
_STEP = 0.5  # by which room is given out [em]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is laid out.

    Parameters
    ----------
    size : float
        Of the letters [pt].
    widths : tuple of float
        Of the columns [pt].
    lines : tuple of int
        How many each row takes, about.
    is_cut : bool
        Even small letters wrap where they should not.
    """

    size: float
    widths: tuple[float, ...]
    lines: tuple[int, ...]
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
    needs = [_need(table, place) for place in range(len(table["columns"]))]
    fits = [made for size in SIZES if (made := _at(size, needs, room=room, table=table))]
    if fits:
        few = min(sum(made.lines) for made in fits) * _MORE
        return next(made for made in fits if sum(made.lines) <= few)
    for size in SMALL:
        if made := _at(size, needs, room=room, table=table):
            return made
    scale = room / sum(_padded(need.least, SMALL[-1]) for need in needs)
    widths = tuple(scale * _padded(need.least, SMALL[-1]) for need in needs)
    return _laid(SMALL[-1], widths, needs, is_cut=True)


def _padded(width: float, size: float) -> float:
    return width * size + 2 * PADDING


def _at(size: float, needs: list[_Need], *, room: float, table: View) -> Layout | None:
    if sum(_padded(need.least, size) for need in needs) > room:
        return None
    return _laid(size, _shared(size, needs, room=room, table=table), needs)


def _laid(
    size: float, widths: tuple[float, ...], needs: list[_Need], *, is_cut: bool = False
) -> Layout:
    rooms = [max((width - 2 * PADDING) / size, _STEP) for width in widths]
    lines = [
        max(math.ceil(length / room) for length, room in zip(row, rooms, strict=True))
        for row in zip(*(need.lengths for need in needs), strict=True)
    ]
    return Layout(size, widths, tuple(lines), is_cut)


@dataclass(frozen=True, slots=True)
class _Need:
    """What a column asks for [em]: the least, all on one line, and the length of each text."""

    least: float
    full: float
    lengths: tuple[float, ...]


def _need(table: View, place: int) -> _Need:
    column = table["columns"][place]
    texts = [row["cells"][place]["text"] for row in table["rows"]]
    heads = [column["title"], column["unit"]]
    wide = _number_width if column["numeric"] else _word_width
    lengths = tuple(wide(text) for text in texts)
    head = max(_word_width(text) for text in heads)
    full = max([*lengths, 0.0 if column["numeric"] else head])
    loose = heads if column["numeric"] else [*heads, *texts]
    words = {piece for text in loose for piece in pieces(breakable(text))}
    narrow = max((_word_width(word) for word in words), default=0.0)
    narrow = max(narrow, min(max(full, head), _LEAST), full if column["numeric"] else 0.0)
    return _Need(narrow, max(full, narrow), lengths)


def _word_width(text: str) -> float:
    more = sum(_MORE_ROOM.get(mark, 0.0) for mark in text)
    return (text_width(text, 1.0) + more) * _BOLD


def _number_width(text: str) -> float:
    """Return the width of a number [em]: digits are of one width, points are narrow."""
    digits = sum(mark.isdecimal() for mark in text)
    points = sum(mark in _POINTS for mark in text)
    others = "".join(mark for mark in text if not mark.isdecimal() and mark not in _POINTS)
    return digits * _DIGIT + points * _POINT + _word_width(others)


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


def _shared(size: float, needs: list[_Need], *, room: float, table: View) -> tuple[float, ...]:
    """Return widths from the least on; room goes where it saves most lines."""
    widths = [_padded(need.least, size) for need in needs]
    totals = [sum(need.lengths) + 1 for need in needs]
    fulls, step = [_padded(need.full, size) for need in needs], _STEP * SIZES[0]
    while sum(widths) + step <= room:
        gains = [
            total / width**2 if width < full else 0.0
            for total, width, full in zip(totals, widths, fulls, strict=True)
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
