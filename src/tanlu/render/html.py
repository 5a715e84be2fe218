"""Report tree to one self-contained HTML file: inline SVG and style, no script.

Any number of languages stand in one file; the switch is plain CSS.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from tanlu.render import charts
from tanlu.render.labels import text_width
from tanlu.render.speech import words
from tanlu.render.theme import LIGHT
from tanlu.report.tree import Facts, Figure, Kpis, Paragraph, Table, Text, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jinja2 import Template

    from tanlu.render.speech import Speaker
    from tanlu.report.tree import Node, Report, Section

WIDE, NARROW = 900, 340
_SHORT_HASH = 12
_OPEN = frozenset({"macc"})  # bars are numbered: their names stand in the table alone
_LISTED = 30  # rows of a table that may stand open
_LONG_WORD = 28
_WIDE_TEXT = 90  # px
_FEW = 3  # columns of a table that need not fill the page
_IN_QUOTES = re.compile(r"[^\w:. \N{MIDDLE DOT}-]")  # what a string of a style sheet may not hold
_GAS = re.compile(r"\b(CO|CH|SF|NF|N)([2346])(O?e?)\b")

View = dict[str, Any]


def page(report: Report, *, says: Sequence[Speaker]) -> str:
    """Return the whole file as text.

    Parameters
    ----------
    report : Report
        Tree without language.
    says : sequence of Speaker
        One translator per language, the first is shown first. Hand in typographic ones, so that
        a minus is U+2212.

    Returns
    -------
    str
        HTML whose bytes depend on nothing but tree, languages and version.
    """
    documents = [_document(report, say) for say in says]
    return _template().render(
        documents=documents,
        css=Markup(_asset("report.css")),  # noqa: S704 (our own file)
        colors=LIGHT,
        title=documents[0]["title"],
        organisation=documents[0]["organisation"],
        page_foot=Markup(_IN_QUOTES.sub("", documents[0]["foot"])),  # noqa: S704 (words only)
    )


@cache
def _template() -> Template:
    folder = str(resources.files("tanlu.render") / "templates")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["co2"] = subscripted
    return environment.get_template("report.html.j2")


@cache
def _asset(name: str) -> str:
    return (resources.files("tanlu.render") / "assets" / name).read_text(encoding="utf-8")


def subscripted(text: str) -> Markup:
    """Return escaped text in which gases have their subscript."""
    return Markup(_GAS.sub(r"\1<sub>\2</sub>\3", str(escape(text))))  # noqa: S704 (escaped)


def _document(report: Report, say: Speaker) -> View:
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
        "sections": [_section(section, say) for section in report.sections],
    }


def _short(text: str) -> str:
    """Return the beginning of a hash, or of the hash behind ``seq:``."""
    head, colon, tail = text.rpartition(":")
    return f"{head}{colon}{tail[:_SHORT_HASH]}"


def _section(section: Section, say: Speaker) -> View:
    return {
        "id": section.id,
        "title": words(section.title, say),
        "blocks": [_block(block, say) for block in section.blocks],
    }


def _block(block: Any, say: Speaker) -> View:
    views: dict[type, Callable[[Any, Speaker], View]] = {
        Paragraph: _paragraph,
        Kpis: _kpis,
        Facts: _facts,
        Table: _table,
        Figure: _figure,
    }
    return views[type(block)](block, say)


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


_VERDICTS = ("report.word.met", "report.word.not-met", "report.word.unknown", "report.claim.")


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


def _figure(block: Figure, say: Speaker) -> View:
    drawings = [
        {"class": name, "svg": Markup(charts.drawn(block, say=say, width=width))}  # noqa: S704
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    ]
    title = words(block.title, say)
    subtitle = words(block.subtitle, say)
    return {
        "type": "figure",
        "id": block.id,
        "kind": block.kind,
        "title": title,
        "subtitle": subtitle,
        "label": f"{title} \N{EN DASH} {subtitle}",
        "drawings": drawings,
        "legend": charts.key(block, say=say) if block.kind in charts.KEYED else [],
        "table": _table(block.table, say) if block.table else None,
        "table_word": say("report.page.table"),
        "is_open": block.kind in _OPEN and len(block.table.rows if block.table else ()) <= _LISTED,
        "id_words": f"{say('report.page.figure')} {block.id}",
    }
