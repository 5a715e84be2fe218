"""Places and measures of labels: widths of words, and labels that must not overlap."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE = 11.5
_WIDE = 12.0
_NARROW = 6.6
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def text_width(text: str, size: float = _SIZE) -> float:
    """Return the width of a label [px]: 12 per CJK character, 6.6 per Latin one at 11.5 px."""
    wide = sum(1 for mark in text if unicodedata.east_asian_width(mark) in "WF")
    return (wide * _WIDE + (len(text) - wide) * _NARROW) * size / _SIZE


def shortened(text: str, width: float, size: float = _SIZE) -> str:
    """Return the text, cut with an ellipsis where it is wider than `width` [px]."""
    room = width - text_width(ELLIPSIS, size)
    kept, used = 0, 0.0
    for place, mark in enumerate(text):
        used += text_width(mark, size)
        if used > width:
            return text[:kept].rstrip() + ELLIPSIS
        if used <= room:
            kept = place + 1
    return text


def wrapped(text: str, width: float, *, lines: int = 2, size: float = _SIZE) -> str:
    """Return the text on at most `lines` lines of `width` [px]; what is left is cut."""
    done: list[str] = []
    most = round(lines * width / _NARROW) + 1  # marks that can be shown at all
    for part in _pieces(text if len(text) <= most else text[: most + 1]):
        if done and text_width(done[-1] + part, size) <= width:
            done[-1] += part
        elif len(done) == lines:
            done[-1] = shortened(done[-1] + part, width, size)
            break
        else:
            done.append(part.lstrip())
    return "\n".join(shortened(line.rstrip(), width, size) for line in done)


def _pieces(text: str) -> list[str]:
    """Split where a line may break: after spaces, and around CJK characters."""
    pieces: list[str] = []
    for mark in text:
        wide = unicodedata.east_asian_width(mark) in "WF"
        if not pieces or wide or pieces[-1].endswith(" ") or _ends_wide(pieces[-1]):
            pieces.append(mark)
        else:
            pieces[-1] += mark
    return pieces


def _ends_wide(piece: str) -> bool:
    return unicodedata.east_asian_width(piece[-1]) in "WF"


def spread(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Move ordered positions apart with the least squared shift.

    Parameters
    ----------
    wanted : sequence of float, shape (n,)
        Positions in ascending order.
    gap : float
        Smallest distance of neighbors; shrunk evenly when they cannot fit.
    low, high : float
        Bounds of the result.

    Returns
    -------
    list of float, shape (n,)
        Positions in the same order, `gap` apart, within the bounds.

    Notes
    -----
    With ``y_i = x_i - i * gap`` the condition is that y does not fall: isotonic regression by
    pooling, then clipped to the bounds, which keeps it optimal.
    """
    count = len(wanted)
    if not count:
        return []
    gap = min(gap, (high - low) / max(1, count - 1)) if count > 1 else gap
    blocks: list[tuple[float, int]] = []
    for index, position in enumerate(wanted):
        mean, size = position - index * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, count_before = blocks.pop()
            mean = (before * count_before + mean * size) / (count_before + size)
            size += count_before
        blocks.append((mean, size))
    level = [mean for mean, size in blocks for _ in range(size)]
    top = high - (count - 1) * gap
    return [min(max(value, low), top) + index * gap for index, value in enumerate(level)]
