"""Documents of the invented company, in English; the time of the charts is part of it."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any, cast

from pypdf import PdfReader

from benchmarks.child import cpu_seconds
from tanlu.i18n.say import Say
from tanlu.render import charts, html
from tanlu.render.documents import pdf, word, workbook
from tanlu.render.views import WIDE
from tanlu.report.build import build

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report

_SAY = Say("en").typographic()


def _tree(data: Path, kind: str = "full") -> Report:
    payload = json.loads((data / "payload.json").read_text(encoding="utf-8"))
    return build(cast("ReportPayload", payload), kind=kind)


def _told(document: bytes) -> str:
    return f"{len(document):,} bytes, {hashlib.sha256(document).hexdigest()[:8]}"


def page(data: Path, _: Path) -> str:
    """Write the page of HTML."""
    return _told(html.page(_tree(data), says=[_SAY]).encode())


def pdf_full(data: Path, _: Path) -> str:
    """Write the full report as PDF."""
    return _told(pdf.document(_tree(data), _SAY))


def pdf_inventory(data: Path, _: Path) -> str:
    """Write the inventory report as PDF."""
    return _told(pdf.document(_tree(data, "inventory"), _SAY))


def pdf_roadmap(data: Path, _: Path) -> dict[str, Any]:
    """Write the board paper as PDF when its charts are drawn already."""
    tree = _tree(data, "roadmap")
    for figure in tree.figures():
        charts.drawn(figure, say=_SAY, width=WIDE)
    before = cpu_seconds()
    document = pdf.document(tree, _SAY)
    used = cpu_seconds() - before
    return {"cpu_s": used, "pages": len(PdfReader(io.BytesIO(document)).pages)}


def docx_full(data: Path, _: Path) -> str:
    """Write the full report as DOCX."""
    return _told(word.document(_tree(data), _SAY))


def xlsx_full(data: Path, _: Path) -> str:
    """Write the full report as XLSX."""
    return _told(workbook.document(_tree(data), Say("en")))
