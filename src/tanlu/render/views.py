"""Blocks of the report tree as plain dictionaries, ready for a template: words, digits, charts.

Pages of the browser and the HTML file share them; only a figure differs, which is an option for
the chart library there and an SVG here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from tanlu.render import charts
from tanlu.render.labels import text_width
from tanlu.render.speech import words
from tanlu.render.svg import canonical
from tanlu.render.theme import THEMES
from tanlu.render.tips import tips
from tanlu.report.tree import Facts, Figure, Kpis, Paragraph, Table, Text, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from tanlu.render.speech import Speaker
    from tanlu.report.tree import Block, Node, Report, Section

View = dict[str, Any]

# Widths a chart is laid out for [px]: in a column of a printed page, in the browser, on a phone.
PAPER, WIDE, NARROW = 900, 720, 340
DOWNLOADS = ("svg", "png", "csv", "xlsx")
_DRAWN = DOWNLOADS[:2]  # of a chart without a table
_OPEN = frozenset({"macc"})  # bars are numbered: their names stand in the table alone
_SHORT_HASH = 12
_LISTED = 30  # rows of a table that may stand open
_LONG_WORD = 28
_WIDE_TEXT = 90  # px
_FEW = 3  # columns of a table that need not fill the page
GAS = re.compile(r"(?:\b|(?<=\bkg)|(?<=\bt))(CO|CH|SF|NF|N)([2346])(O?e?)\b")
_VERDICTS = (
    "report.word.met", "report.word.not-met", "report.word.unknown", "report.claim.",
    "report.verdict.",
)  # fmt: skip


def subscripted(text: str) -> Markup:
    """Return escaped text in which gases have their subscript."""
    return Markup(GAS.sub(r"\1<sub>\2</sub>\3", str(escape(text))))  # noqa: S704 (escaped)


def block_view(
    block: Block, say: Speaker, *, figure: Callable[[Figure, Speaker], View] | None = None
) -> View:
    """Return what a template shows of a block.

    Parameters
    ----------
    block : Block
        Paragraph, cards, facts, table or figure.
    say : Speaker
        Translator; hand in a typographic one, so that a minus is U+2212.
    figure : callable, optional
        How a figure is shown: `charted` (the default), for the browser, or `drawn`.

    Returns
    -------
    dict
        ``type`` and what that type needs; see `web/templates/parts/blocks.html.j2`.
    """
    views: dict[type, Callable[[Any, Speaker], View]] = {
        Paragraph: _paragraph,
        Kpis: _kpis,
        Facts: _facts,
        Table: _table,
        Figure: figure or charted,
    }
    return views[type(block)](block, say)


def report_view(report: Report, say: Speaker, *, figure: Callable[[Figure, Speaker], View]) -> View:
    """Return a whole report: title, stamp, foot of the page and the views of its blocks."""
    stamp = report.stamp
    foot = say(
        "report.page.foot",
        hash=_short(stamp.run_hash),
        head=_short(stamp.ledger_head),
        book=_short(stamp.book_hash),
        version=stamp.version,
        dated=stamp.dated,
    )
    return {
        "key": say.lang,
        "lang": say.html_lang,
        "name": say("report.page.language-name"),
        "title": words(report.title, say),
        "organisation": words(report.organisation, say),
        "state": words(stamp.state, say),
        "dated": stamp.dated,
        "contents": say("report.page.contents"),
        "foot": foot,
        "sections": [_section(section, say, figure) for section in report.sections],
    }


def _short(text: str) -> str:
    """Return the beginning of a hash, or of the hash behind ``seq:``."""
    head, colon, tail = text.rpartition(":")
    return f"{head}{colon}{tail[:_SHORT_HASH]}"


def _section(section: Section, say: Speaker, figure: Callable[[Figure, Speaker], View]) -> View:
    return {
        "id": section.id,
        "title": words(section.title, say),
        "blocks": [block_view(block, say, figure=figure) for block in section.blocks],
    }


def drawn(block: Figure, say: Speaker) -> View:
    """Return a figure with its SVG at two widths, for a file that holds no script."""
    drawings = [
        {"class": name, "svg": Markup(charts.drawn(block, say=say, width=width))}  # noqa: S704
        for name, width in (("wide", PAPER), ("narrow", NARROW))
    ]
    return _figure(block, say) | {"drawings": drawings}


def printed(block: Figure, say: Speaker) -> View:
    """Return a figure with its SVG at the width of a printed column, and its size [px]."""
    svg = charts.drawn(block, say=say, width=WIDE)
    return _figure(block, say) | {"svg": svg, "width": WIDE, "height": charts.height(block, WIDE)}


def charted(block: Figure, say: Speaker) -> View:
    """Return a figure with its options for the chart library, in both themes at two widths.

    The browser takes the one that fits its theme and the room there is; between the widths the
    library stretches it.
    """
    widths = {"wide": WIDE, "narrow": NARROW}
    chart: dict[str, Any] = {"height": {}, "option": {}}
    for name, width in widths.items():
        chart["height"][name] = charts.height(block, width)
        chart["option"][name] = {
            theme: charts.option(block, say=say, theme=theme, width=width) for theme in THEMES
        }
    chart["tips"] = tips(block, say)
    view = _figure(block, say)
    return view | {
        "json": canonical(chart),
        "height": charts.height(block, WIDE),
        "sources": _sources(view["table"]),
        "downloads": list(DOWNLOADS if block.table else _DRAWN),
    }


def _sources(table: View | None) -> list[View]:
    """Return each figure behind a chart once, in the order of its table."""
    found: dict[str, View] = {}
    for row in table["rows"] if table else []:
        name = row["cells"][0]["text"]
        for column, cell in zip(table["columns"] if table else [], row["cells"], strict=True):
            if cell["figure"]:
                label = name if cell is row["cells"][0] else f"{name} · {column['title']}"
                found.setdefault(
                    cell["figure"],
                    {
                        "figure": cell["figure"],
                        "label": label,
                        "text": cell["text"],
                        "unit": column["unit"],
                    },
                )
    return list(found.values())


def _figure(block: Figure, say: Speaker) -> View:
    title = words(block.title, say)
    subtitle = words(block.subtitle, say)
    return {
        "type": "figure",
        "id": block.id,
        "kind": block.kind,
        "title": title,
        "subtitle": subtitle,
        "label": f"{title} \N{EN DASH} {subtitle}",
        "legend": charts.key(block, say=say) if block.kind in charts.KEYED else [],
        "table": _table(block.table, say) if block.table else None,
        "table_word": say("report.page.table"),
        "is_open": block.kind in _OPEN and len(block.table.rows if block.table else ()) <= _LISTED,
        "id_words": f"{say('report.page.figure')} {block.id}",
    }


def _paragraph(block: Paragraph, say: Speaker) -> View:
    return {"type": "paragraph", "text": words(block.text, say), "tone": block.tone}


def _kpis(block: Kpis, say: Speaker) -> View:
    cards = [
        {
            "caption": words(card.caption, say),
            "value": words(card.value, say),
            "figure": card.value.figure,
            "context": words(card.context, say) if card.context else "",
            "tone": card.tone,
        }
        for card in block.cards
    ]
    return {"type": "kpis", "cards": cards}


def _facts(block: Facts, say: Speaker) -> View:
    pairs = [(words(name, say), words(value, say)) for name, value in block.pairs]
    return {"type": "facts", "pairs": pairs}


def _style(text: str) -> str:
    """Return the class of a cell of words: how much room it asks for."""
    if any(len(word) > _LONG_WORD for word in text.split()):
        return "long"
    return "wide" if text_width(text) > _WIDE_TEXT else ""


def _cell(node: Node, say: Speaker, *, numeric: bool) -> View:
    text = words(node, say)
    return {
        "text": text,
        "style": "n" if numeric else _style(text),
        "figure": node.figure if isinstance(node, Value) else "",
    }


def _is_verdict(node: Node) -> bool:
    return isinstance(node, Text) and node.code.startswith(_VERDICTS)


def _table(block: Table, say: Speaker) -> View:
    numeric = [column.numeric for column in block.columns]
    return {
        "type": "table",
        "id": block.id,
        "title": words(block.title, say),
        "few": len(block.columns) <= _FEW,
        "columns": [
            {
                "title": words(column.title, say),
                "unit": words(column.unit, say),
                "numeric": column.numeric,
            }
            for column in block.columns
        ],
        "rows": [
            {
                "strong": row.strong,
                "tone": row.tone,
                "cells": [
                    _cell(cell, say, numeric=is_number) | {"verdict": _is_verdict(cell)}
                    for cell, is_number in zip(row.cells, numeric, strict=True)
                ],
            }
            for row in block.rows
        ],
        "note": words(block.note, say) if block.note else "",
        "is_folded": block.is_folded,
        "table_word": say("report.page.table"),
    }
