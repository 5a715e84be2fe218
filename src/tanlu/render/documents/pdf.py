"""Report tree to PDF, and drawings to PNG, by Typst: the only door to it."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typst

from tanlu.render.documents import columns, marks
from tanlu.render.documents.pages import pages, strings
from tanlu.render.labels import text_width
from tanlu.render.theme import LIGHT

if TYPE_CHECKING:
    from tanlu.render.speech import Speaker
    from tanlu.render.views import View
    from tanlu.report.tree import Report

FAMILY = "Tanlu Sans"
PAGE_WIDTH, PAGE_HEIGHT = 481.9, 690.0  # room for text on A4 [pt]
_STANDARD: Literal["a-2b"] = "a-2b"
_REGIONS = {"zh": "CN", "en": "GB", "zh-Hant": "TW"}
_COLORS = ("ink", "muted", "brand", "good", "warn", "bad", "ground", "line")
_VALUE_SIZE, _CARD_WIDTH = 15.0, 138.0  # letters of a card, room in it [pt]
_CAPTION = 45.0  # height of the words above a chart [pt]
_LONG = 12  # lines of a row that may run on to the next page
_SHORT = 24  # lines of a table that is not parted
_LINE = 60  # characters of a fact on one line
_REMEMBERED = 11  # runs
_PIXEL = 0.75  # [pt]


def document(report: Report, say: Speaker) -> bytes:
    """Return a report as PDF/A-2b: the same bytes for the same report and language.

    Parameters
    ----------
    report : Report
        Tree without language.
    say : Speaker
        Translator; hand in a typographic one, so that a minus is U+2212.
    """
    made = _compiler().compile(
        _source("report.typ"),
        format="pdf",
        sys_inputs={"report": _packed(report, say)},
        pdf_standards=[_STANDARD],
        timestamp=_noon(report.stamp.dated),
    )
    _forget()
    return _one(made)


def page_images(report: Report, say: Speaker, *, ppi: float = 90) -> list[bytes]:
    """Return the pages of the PDF as PNG."""
    made = _compiler().compile(
        _source("report.typ"), format="png", ppi=ppi, sys_inputs={"report": _packed(report, say)}
    )
    _forget()
    return [bytes(page) for page in (made if isinstance(made, list) else [made]) if page]


def png(svg: str, *, width: int, ppi: int = 200) -> bytes:
    """Return a drawing as PNG, its text in our font.

    Parameters
    ----------
    svg : str
        As `render.charts` draws it.
    width : int
        Its width [px].
    ppi : int
        Points of the picture per inch of the drawing.
    """
    inputs = {"svg": marks.svg_text(svg), "width": str(width * _PIXEL)}
    made = _compiler().compile(_source("chart.typ"), format="png", ppi=ppi, sys_inputs=inputs)
    return _one(made)


def families() -> list[str]:
    """Return the font families a document can be set in: ours, and no other."""
    return list(_fonts().families())


@cache
def _fonts() -> typst.Fonts:
    folder = Path(str(resources.files("tanlu.render") / "assets" / "fonts"))
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def _compiler() -> typst.Compiler:
    """Return a compiler of one call: it refuses a second one while it works."""
    return typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)


def _forget() -> None:
    """Let Typst drop what it remembers of a document.

    It keeps the layout of each document over ten further runs, 70 MB for a long report, whatever
    those runs are: empty ones take 4 ms each.
    """
    compiler = _compiler()
    for _ in range(_REMEMBERED):
        compiler.compile(b"", format="svg")


@cache
def _source(name: str) -> bytes:
    return (resources.files("tanlu.render") / "templates" / name).read_bytes()


def _one(made: bytes | list[bytes] | None) -> bytes:
    return made[0] if isinstance(made, list) else made or b""


def _noon(dated: str) -> dt.datetime:
    return dt.datetime.fromisoformat(dated).replace(hour=12, tzinfo=dt.UTC)


def _packed(report: Report, say: Speaker) -> str:
    """Return everything the template reads, as JSON."""
    view = pages(report, say)
    for section in view["sections"]:
        section["blocks"] = [_laid_out(block) for block in section["blocks"]]
    date = _noon(view["dated"])
    packed = strings(view, lambda text: marks.runs(marks.breakable(text))) | {
        "lang": say.html_lang.split("-")[0],
        "region": _REGIONS[say.lang],
        "named": {name: marks.name(marks.plain(view[name])) for name in ("title", "organisation")},
        "date": [date.year, date.month, date.day],
        "colors": {name: getattr(LIGHT, name) for name in _COLORS},
        "padding": columns.PADDING,
    }
    return json.dumps(packed, ensure_ascii=False)


def _laid_out(block: View) -> View:
    """Return a block with what the page needs: widths of columns, size of a drawing."""
    if block["type"] == "table":
        return _table(block)
    if block["type"] == "figure":
        points = min(PAGE_WIDTH, (PAGE_HEIGHT - _CAPTION) * block["width"] / block["height"])
        return block | {
            "svg": marks.svg_text(block["svg"]),
            "points": points,
            "label": marks.name(marks.plain(block["label"])),
            "table": None,
        }
    if block["type"] == "facts":
        texts = [value for _, value in block["pairs"]]
        return block | {"whole": sum(1 + len(text) // _LINE for text in texts) <= _SHORT}
    if block["type"] == "kpis":
        return block | {"cards": [_card(card) for card in block["cards"]]}
    return block


def _card(card: View) -> View:
    wide = text_width(card["value"], _VALUE_SIZE) * 1.1
    return card | {"size": _VALUE_SIZE * min(1.0, _CARD_WIDTH / wide)}


def _table(block: View) -> View:
    made = columns.layout(block, PAGE_WIDTH)
    rows = [
        row | {"cells": _cells(row["cells"], block, is_cut=made.is_cut), "long": lines > _LONG}
        for row, lines in zip(block["rows"], made.lines, strict=True)
    ]
    is_whole = sum(made.lines) <= _SHORT
    return block | {
        "size": made.size,
        "widths": list(made.widths),
        "rows": rows,
        "whole": is_whole,
    }


def _cells(cells: list[View], block: View, *, is_cut: bool) -> list[dict[str, Any]]:
    return [
        {
            "text": cell["text"],
            "verdict": cell["verdict"],
            "number": column["numeric"],
            "cut": is_cut,
        }
        for cell, column in zip(cells, block["columns"], strict=True)
    ]
