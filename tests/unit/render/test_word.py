# ruff: noqa: SLF001 (what python-docx has no name for is read from its XML)
"""The DOCX: real headings, repeated heads of tables, alternative texts, the same bytes twice."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, cast

import docx
import pytest
from docx.oxml.ns import qn

from tanlu.i18n.say import LANGUAGES, Say
from tanlu.render.documents import word
from tanlu.report.build import build

if TYPE_CHECKING:
    from docx.document import Document

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report

HOSTILE = '<w:p/> &amp; "q" {{7*7}} =1+1 \x01 😀 #read("x")'
PRINTED = '<w:p/> &amp; "q" {{7*7}} =1+1 [U+0001] 😀 #read("x")'


def opened(report: Report, lang: str = "en") -> Document:
    return docx.Document(io.BytesIO(word.document(report, Say(lang).typographic())))


def test_bytes_are_the_same_every_time(report: Report) -> None:
    say = Say("en").typographic()

    assert word.document(report, say) == word.document(report, say)


def test_files_inside_tell_no_time(report: Report) -> None:
    data = word.document(report, Say("zh").typographic())

    entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    core = docx.Document(io.BytesIO(data)).core_properties
    assert core.created == core.modified
    assert core.created is not None
    assert core.created.date().isoformat() == report.stamp.dated


def test_sections_are_headings_a_reader_can_navigate(report: Report) -> None:
    headings = [
        line.text for line in opened(report).paragraphs
        if line.style is not None and line.style.name == "Heading 1"
    ]  # fmt: skip

    assert len(headings) == len(report.sections) + 1  # the tables behind the charts
    assert headings[0] == "Summary"


def test_heads_of_tables_are_repeated_and_rows_stay_whole(report: Report) -> None:
    tables = opened(report).tables
    headed = [table for table in tables if table._tbl.findall(f".//{qn('w:tblHeader')}")]

    shown = sum(type(block).__name__ == "Table" for s in report.sections for block in s.blocks)
    behind = sum(1 for figure in report.figures() if figure.table)
    assert len(headed) == shown + behind
    rows = [row for table in tables for row in table._tbl.tr_lst]
    assert all(row.findall(f".//{qn('w:cantSplit')}") for row in rows)


def test_charts_are_pictures_with_a_text_that_states_the_finding(report: Report) -> None:
    shapes = opened(report).inline_shapes

    texts = [shape._inline.docPr.get("descr") for shape in shapes]
    assert len(texts) == len(list(report.figures()))
    assert all(text and len(text) > 10 for text in texts)


@pytest.mark.parametrize(
    ("lang", "font"),
    [("zh", "Microsoft YaHei"), ("en", "Microsoft YaHei"), ("zh-Hant", "Microsoft JhengHei")],
)
def test_styles_name_an_east_asian_font(report: Report, lang: str, font: str) -> None:
    paper = opened(report, lang)

    used = {line.style.name for line in paper.paragraphs if line.style is not None} | {"Cell"}
    for name in sorted(filter(None, used)):
        fonts = paper.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert fonts.get(qn("w:ascii")) == "Arial"
        assert fonts.get(qn("w:asciiTheme")) is None


def test_gases_have_their_subscript(report: Report) -> None:
    paper = opened(report)

    lowered = [
        run.find(qn("w:t")).text
        for run in paper.element.body.iter(qn("w:r"))
        if run.find(f".//{qn('w:vertAlign')}") is not None
    ]
    assert "2" in lowered
    assert set(lowered) <= {"2", "3", "4", "6"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_footer_prints_the_stamp_and_the_page(report: Report, lang: str) -> None:
    footer = opened(report, lang).sections[0].footer

    assert report.stamp.run_hash[:12] in footer.paragraphs[0].text
    fields = [field.get(qn("w:instr")) for field in footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_hostile_names_are_printed_as_they_are(payload: dict[str, Any]) -> None:
    payload["organisation"] = {"name": HOSTILE}
    payload["names"]["sites"] = {
        site: {"zh": HOSTILE, "en": HOSTILE} for site in payload["names"]["sites"]
    }

    paper = opened(build(cast("ReportPayload", payload)))

    assert paper.paragraphs[0].text == PRINTED
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert any(PRINTED in text for text in cells)
