"""Report tree to DOCX: the only door to python-docx."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from tanlu.render.documents import marks, pdf, wordml
from tanlu.render.documents.archive import timeless
from tanlu.render.documents.pages import pages
from tanlu.render.theme import LIGHT

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

    from tanlu.render.speech import Speaker
    from tanlu.render.views import View
    from tanlu.report.tree import Report

_LATIN = "Arial"
_HAN = {"zh": "Microsoft YaHei", "en": "Microsoft YaHei", "zh-Hant": "Microsoft JhengHei"}
_LANGUAGES = {
    "zh": ("en-GB", "zh-CN"),
    "en": ("en-GB", "zh-CN"),
    "zh-Hant": ("en-GB", "zh-TW"),
}
_THEME_FONTS = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")
_PPI = 200
_PIXEL = 0.75  # [pt]
_TALLEST = 640.0  # chart on a page [pt]


def document(report: Report, say: Speaker) -> bytes:
    """Return a report as DOCX: the same bytes for the same report and language.

    Parameters
    ----------
    report : Report
        Tree without language.
    say : Speaker
        Translator; hand in a typographic one, so that a minus is U+2212.
    """
    view = pages(report, say)
    paper = docx.Document()
    _page(paper)
    _styles(paper, say)
    _properties(paper, view)
    _title(paper, view)
    _footer(paper, view)
    if view["with_contents"]:
        _contents(paper, view)
    for number, section in enumerate(view["sections"]):
        _bookmark(paper.add_heading(wordml.legal(section["title"]), 1), number, section["id"])
        for block in section["blocks"]:
            _BLOCKS[block["type"]](paper, block)
    target = io.BytesIO()
    paper.save(target)
    return timeless(target.getvalue())


def _page(paper: Document) -> None:
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = Cm(2.0)
    page.bottom_margin = Cm(2.2)
    package = paper.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:  # of an empty page
            del package.rels[key]


def _styles(paper: Document, say: Speaker) -> None:
    styles = paper.styles
    cell = styles.add_style("Cell", WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style = styles["Normal"]
    for style in styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH:
            _fonts(style, say)
    looks = {
        "Normal": (10.0, False, LIGHT.ink, 3.0),
        "Title": (19.0, True, LIGHT.brand, 4.0),
        "Heading 1": (14.0, True, LIGHT.brand, 6.0),
        "Caption": (9.5, True, LIGHT.ink, 3.0),
        "Footer": (7.0, False, LIGHT.muted, 0.0),
        "Cell": (8.5, False, LIGHT.ink, 1.0),
    }
    for name, (size, bold, color, after) in looks.items():
        style = styles[name]
        style.font.size, style.font.bold = Pt(size), bold
        style.font.color.rgb = RGBColor.from_string(color.lstrip("#").upper())
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.line_spacing = 1.1
    styles["Heading 1"].paragraph_format.space_before = Pt(16)
    styles["Caption"].paragraph_format.space_before = Pt(8)
    styles["Caption"].paragraph_format.keep_with_next = True
    border = styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        styles["Title"].element.pPr.remove(border)


def _fonts(style: ParagraphStyle, say: Speaker) -> None:
    """Set the Latin and the East Asian font and the language of a style."""
    look = style.element.get_or_add_rPr()
    fonts = look.get_or_add_rFonts()
    for name in _THEME_FONTS:
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), _LATIN)
    fonts.set(qn("w:eastAsia"), _HAN[say.lang])
    for old in look.findall(qn("w:lang")):
        look.remove(old)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LANGUAGES[say.lang][0])
    language.set(qn("w:eastAsia"), _LANGUAGES[say.lang][1])
    look.append(language)


def _properties(paper: Document, view: View) -> None:
    dated = dt.datetime.fromisoformat(view["dated"]).replace(hour=12, tzinfo=dt.UTC)
    core = paper.core_properties
    core.title, core.author = _named(view["title"]), _named(view["organisation"])
    core.last_modified_by, core.comments = "Tanlu", _named(view["foot"])
    core.created = core.modified = core.last_printed = dated
    core.language, core.revision = view["lang"], 1


def _named(text: str) -> str:
    return marks.name(wordml.legal(text))


def _append(paper: Document, xml: str) -> Any:
    element = parse_xml(xml)
    paper.element.body.insert_element_before(element, "w:sectPr")
    return element


def _line(paper: Document, runs: str, *, style: str = "Normal", look: str = "") -> None:
    xml = wordml.paragraph(runs, style=paper.styles[style].style_id, look=look)
    _append(paper, xml.replace("<w:p>", f"<w:p {wordml.NAMESPACE}>", 1))


def _title(paper: Document, view: View) -> None:
    _line(paper, wordml.run(view["organisation"], size=9, color=LIGHT.muted))
    _line(paper, wordml.run(view["title"]), style="Title")
    edge = (
        '<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="6" '
        f'w:color="{LIGHT.brand.lstrip("#")}"/></w:pBdr>'
    )
    state = f"{view['state']} \N{MIDDLE DOT} {view['dated']}"
    _line(paper, wordml.run(state, size=9, color=LIGHT.muted), look=edge)


def _footer(paper: Document, view: View) -> None:
    line = paper.sections[0].footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.LEFT
    stamp = f"{view['state']} \N{MIDDLE DOT} {view['foot']} \N{MIDDLE DOT} "
    runs = (
        wordml.run(stamp, size=7, color=LIGHT.muted)
        + wordml.field("PAGE", size=7, color=LIGHT.muted)
        + wordml.run(" / ", size=7, color=LIGHT.muted)
        + wordml.field("NUMPAGES", size=7, color=LIGHT.muted)
    )
    made = parse_xml(wordml.paragraph(runs).replace("<w:p>", f"<w:p {wordml.NAMESPACE}>", 1))
    for part in list(made)[1:]:
        line._p.append(part)  # noqa: SLF001 (python-docx has no fields)


def _contents(paper: Document, view: View) -> None:
    _line(paper, wordml.run(view["contents"], size=11, color=LIGHT.brand, bold=True))
    for section in view["sections"]:
        _append(paper, wordml.link(section["title"], _anchor(section["id"])))


def _anchor(name: str) -> str:
    return "section_" + name.replace("-", "_")


def _bookmark(heading: Paragraph, number: int, name: str) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), _anchor(name))
    heading._p.insert(1, start)  # noqa: SLF001 (python-docx has no bookmarks)
    heading._p.append(end)  # noqa: SLF001


def _kpis(paper: Document, view: View) -> None:
    _append(paper, wordml.card_table(view))
    _gap(paper)


def _facts(paper: Document, view: View) -> None:
    _append(paper, wordml.fact_table(view))
    _gap(paper)


def _sentence(paper: Document, view: View) -> None:
    _append(paper, wordml.sentence(view))


def _table(paper: Document, view: View) -> None:
    _line(paper, wordml.run(view["title"]), style="Caption")
    _append(paper, wordml.data_table(view))
    if view["note"]:
        _line(paper, wordml.run(view["note"], size=8, color=LIGHT.muted))
    _gap(paper)


def _gap(paper: Document) -> None:
    """Part a table from what follows: two tables in a row would become one."""
    _line(paper, "", style="Cell")


def _figure(paper: Document, view: View) -> None:
    ids = wordml.run(f"  {view['id_words']}", size=7, color=LIGHT.muted)
    _line(paper, wordml.run(view["title"]) + ids, style="Caption")
    hint = wordml.run(view["subtitle"], size=8, color=LIGHT.muted)
    _line(paper, hint, look="<w:keepNext/>")
    width = min(wordml.ROOM, _TALLEST * view["width"] / view["height"])
    picture = pdf.png(view["svg"], width=view["width"], ppi=_PPI)
    shape = paper.add_picture(io.BytesIO(picture), width=Pt(width))
    named = shape._inline.docPr  # noqa: SLF001 (python-docx has no alternative texts)
    named.set("descr", _named(view["label"]))
    named.set("name", view["id"])


_BLOCKS = {
    "kpis": _kpis,
    "facts": _facts,
    "paragraph": _sentence,
    "table": _table,
    "figure": _figure,
}
