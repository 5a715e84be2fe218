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

from tanlu.render.theme import LIGHT
from tanlu.render.views import drawn, report_view, subscripted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from tanlu.render.speech import Speaker
    from tanlu.report.tree import Report

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
    documents = [report_view(report, say, figure=drawn) for say in says]
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
