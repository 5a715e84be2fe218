"""Tables, bars and lists of findings, safe for text that users wrote."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from tanlu.i18n.say import Say

SHOWN = 20
_BAR = 24
_BLOCKS = " ▏▎▍▌▋▊▉█"
_MARKS = {"error": "red", "warning": "yellow", "note": "dim"}


def plain(text: object) -> str:
    """Return a text without control characters, so that it cannot steer the terminal."""
    return "".join(
        char for char in str(text) if char == "\n" or not unicodedata.category(char).startswith("C")
    )


def line(console: Console, text: object = "", *, style: str = "") -> None:
    """Print one line as it is, without reading markup in it."""
    console.print(plain(text), style=style or None, markup=False, emoji=False)


def heading(console: Console, text: str) -> None:
    """Print a heading after an empty line."""
    console.print()
    console.print(plain(text), style="bold", markup=False, emoji=False)


def table(
    console: Console, heads: Sequence[str], rows: Iterable[Sequence[object]], *, right: int = 0
) -> None:
    """Print a table; the last `right` columns are figures."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, head in enumerate(heads):
        is_figure = number >= len(heads) - right
        grid.add_column(
            Text(plain(head)), justify="right" if is_figure else "left", no_wrap=is_figure
        )
    for row in rows:
        grid.add_row(*(Text(plain(cell)) for cell in row))
    console.print(grid)


def bar(fraction: float, *, width: int = _BAR) -> str:
    """Return a bar of blocks for a fraction of one."""
    eighths = round(max(0.0, min(1.0, fraction)) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_BLOCKS[rest] if rest else "")


def signed_bar(value: float, largest: float, *, width: int = _BAR) -> str:
    """Return a bar with its sign in front; the largest fills the width."""
    if not largest:
        return ""
    return ("-" if value < 0 else "+") + bar(abs(value) / largest, width=width)


def findings(
    console: Console, rows: Sequence[Mapping[str, Any]], say: Say, *, notes: bool = True
) -> None:
    """Print findings, errors first, the rest counted."""
    order = {"error": 0, "warning": 1, "note": 2}
    shown = sorted(rows, key=lambda row: order[row["severity"]])
    shown = [row for row in shown if notes or row["severity"] != "note"]
    if not shown:
        return
    heading(console, say("cli.findings_title"))
    for row in shown[:SHOWN]:
        place = "!".join(part for part in (row["file"], row["sheet"], row["cell"]) if part)
        style = _MARKS[row["severity"]]
        line(console, f"  {row['code']}  {place}", style=style)
        line(console, f"    {row['message']}")
    if len(shown) > SHOWN:
        line(console, "  " + say("cli.more", count=len(shown) - SHOWN), style="dim")


def name_of(row: Mapping[str, Any], say: Say) -> str:
    """Return the name of a row that carries it in both languages."""
    return say.pick(row.get("name_zh") or "", row.get("name_en") or "") or str(row.get("item", ""))


def group(site: str, say: Say) -> str:
    """Return a site's name; lines of no site belong to the group."""
    return site or say("cli.group")
