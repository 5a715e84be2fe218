"""One tree, three languages, four formats: the same digits, and nothing HTML shows is left out."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader
from pypdf.generic import Destination

from tanlu.i18n.say import LANGUAGES, Say
from tanlu.render.documents import pdf, word, workbook
from tanlu.render.views import drawn, report_view
from tanlu.report.build import KINDS, build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report

ALL_KINDS = sorted(KINDS)
BOARD = "roadmap"


PAYLOAD = Path(__file__).parent / "fixtures" / "machinery_payload.json"
Texts = list[str]


class Made:
    """Documents of the invented company, each made once; its names hold no digits."""

    def __init__(self) -> None:
        payload = json.loads(PAYLOAD.read_text(encoding="utf-8"))
        for names in payload["names"].values():
            for pair in names.values():
                pair |= {lang: re.sub(r"[0-9]", "", name) for lang, name in pair.items()}
        self.trees: dict[str, Report] = {
            kind: build(cast("ReportPayload", payload), kind=kind) for kind in KINDS
        }

    @cache  # noqa: B019 (lives as long as the module's tests)
    def pdf(self, kind: str, lang: str) -> tuple[str, Texts]:
        """Return the text of a PDF and the page numbers of its contents."""
        return pdf_text(pdf.document(self.trees[kind], Say(lang).typographic()))

    @cache  # noqa: B019
    def docx(self, kind: str, lang: str) -> Texts:
        """Return the paragraphs of a DOCX."""
        return docx_texts(word.document(self.trees[kind], Say(lang).typographic()))

    @cache  # noqa: B019
    def xlsx(self, kind: str, lang: str) -> Texts:
        """Return the cells of an XLSX."""
        return xlsx_texts(workbook.document(self.trees[kind], Say(lang)))


@pytest.fixture(scope="module")
def made() -> Made:
    """Return the documents."""
    return Made()


def digits(texts: list[str]) -> Counter[str]:
    """Return numbers without point, comma and outer zeros: units only shift the point."""
    found = re.findall(r"[0-9][0-9.,]*", "\n".join(texts).replace("\N{ZERO WIDTH SPACE}", ""))
    return Counter(re.sub(r"[.,]", "", number).strip("0") or "0" for number in found)


def squeezed(text: str) -> str:
    return "".join(text.replace("\N{ZERO WIDTH SPACE}", "").split())


def pdf_text(data: bytes) -> tuple[str, list[str]]:
    """Return what stands on the pages, and the page numbers of the contents."""
    reader = PdfReader(io.BytesIO(data))
    ours = _Ours()
    for page in reader.pages:
        page.extract_text(visitor_operand_before=ours.mark, visitor_text=ours.keep)
    marks = [mark for mark in reader.outline if isinstance(mark, Destination)]
    return "".join(ours.texts), [
        str((reader.get_destination_page_number(mark) or 0) + 1) for mark in marks
    ]


class _Ours:
    """Keeps what a page says but for its foot and the heads repeated from another page."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._marks: list[bool] = []

    def mark(self, operator: bytes, operands: Any, _cm: Any, _tm: Any) -> None:
        """Follow the marked content: page feet and repeated heads are artifacts."""
        if operator in {b"BMC", b"BDC"}:
            self._marks.append(operands[0] == "/Artifact")
        elif operator == b"EMC":
            self._marks.pop()

    def keep(self, text: str, *_state: Any) -> None:
        """Keep a text that belongs to the document."""
        if not any(self._marks):
            self.texts.append(text)


def docx_texts(data: bytes) -> list[str]:
    """Return the text of each paragraph, those in tables too."""
    body = docx.Document(io.BytesIO(data)).element.body
    return [
        "".join(run.text or "" for run in line.iter(qn("w:t"))) for line in body.iter(qn("w:p"))
    ]


def xlsx_texts(data: bytes) -> list[str]:
    """Return each cell as text but links: those are names of sheets, cut to what a tab shows."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    return [str(cell.value) for cell in cells if cell.value is not None and not cell.hyperlink]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_pdf_shows_the_same_digits_in_every_language(made: Made, kind: str) -> None:
    found = []
    for lang in LANGUAGES:
        text, pages = made.pdf(kind, lang)
        listed = Counter(digits(pages)) if kind != BOARD else Counter()
        shown = digits([text])
        assert listed <= shown
        found.append(shown - listed)

    assert sum(found[0].values()) > 100
    assert found[0] - found[1] == found[1] - found[0] == Counter()
    assert found[0] == found[2]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_docx_shows_the_same_digits_in_every_language(made: Made, kind: str) -> None:
    found = [digits(made.docx(kind, lang)) for lang in LANGUAGES]

    assert sum(found[0].values()) > 100
    assert found[0] - found[1] == found[1] - found[0] == Counter()
    assert found[0] == found[2]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_xlsx_holds_the_same_digits_in_every_language(made: Made, kind: str) -> None:
    found = [digits(made.xlsx(kind, lang)) for lang in LANGUAGES]

    assert sum(found[0].values()) > 100
    assert found[0] - found[1] == found[1] - found[0] == Counter()
    assert found[0] == found[2]


def page_texts(report: Report, lang: str) -> list[str]:
    """Return every text a page of HTML shows outside its charts, folded tables too."""
    view = report_view(report, Say(lang).typographic(), figure=drawn)
    return [text for text in _leaves(view["sections"]) if text.strip()]


_SHOWN = {"text", "title", "subtitle", "caption", "value", "context", "unit", "note", "id_words",
          "blocks", "cards", "rows", "cells", "columns", "table"}  # fmt: skip


def _leaves(view: Any) -> Iterator[str]:
    if isinstance(view, dict):
        for key, part in view.items():
            if key in _SHOWN:
                yield from _leaves(part)
            elif key == "pairs":
                yield from (text for pair in part for text in pair)
    elif isinstance(view, list):
        for part in view:
            yield from _leaves(part)
    elif isinstance(view, str):
        yield view


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in ALL_KINDS if kind != BOARD])
def test_everything_a_page_shows_is_in_pdf_and_docx(made: Made, kind: str, lang: str) -> None:
    shown = {squeezed(text) for text in page_texts(made.trees[kind], lang)}

    in_pdf = squeezed(made.pdf(kind, lang)[0])
    in_docx = squeezed("".join(made.docx(kind, lang)))

    assert len(shown) > 100
    assert sorted(text for text in shown if text not in in_pdf) == []
    assert sorted(text for text in shown if text not in in_docx) == []


def test_a_board_paper_is_short_and_its_lists_are_in_the_workbook(
    made: Made,
) -> None:
    tree = made.trees[BOARD]

    pages = PdfReader(io.BytesIO(pdf.document(tree, Say("en").typographic()))).pages
    sheets = openpyxl.load_workbook(io.BytesIO(workbook.document(tree, Say("en")))).sheetnames

    full = PdfReader(io.BytesIO(pdf.document(made.trees["full"], Say("en").typographic()))).pages
    assert len(pages) < len(full) / 1.5
    assert len(sheets) > sum(1 for figure in tree.figures() if figure.table)
