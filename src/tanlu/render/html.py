"""Report tree to one self-contained HTML file: inline SVG and style, no script.

Any number of languages stand in one file; the switch is plain CSS.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tanlu.render.speech import words
from tanlu.render.theme import LIGHT
from tanlu.render.views import block_view, drawn, subscripted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from tanlu.render.speech import Speaker
    from tanlu.render.views import View
    from tanlu.report.tree import Report, Section

_SHORT_HASH = 12
_IN_QUOTES = re.compile(r"[^\w:. \N{MIDDLE DOT}-]")  # what a string of a style sheet may not hold


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
        "blocks": [block_view(block, say, figure=drawn) for block in section.blocks],
    }
