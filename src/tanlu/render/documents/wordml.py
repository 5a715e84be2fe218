"""Pieces of WordprocessingML: runs, paragraphs and tables as XML text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from tanlu.render.documents import columns, marks
from tanlu.render.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tanlu.render.views import View

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ROOM = 481.9  # width of the text of a page [pt]
_TWIPS = 20  # in a point
_HALVES = 2
_SHIFT = {"sub": "subscript", "super": "superscript"}
_TONES = {"good": LIGHT.good, "warn": LIGHT.warn, "bad": LIGHT.bad, "sub": LIGHT.muted}
_CARDS = 3  # beside each other
_THICK, _THIN = 6, 4  # lines [1/8 pt]


def tone(name: str) -> str:
    """Return the color of a tone as six digits."""
    return _TONES.get(name, LIGHT.muted).lstrip("#")


def run(text: str, *, size: float | None = None, color: str = "", bold: bool = False) -> str:
    """Return the runs of a text, gases with their subscript."""
    look = "<w:b/>" if bold else ""
    look += f'<w:color w:val="{color.lstrip("#")}"/>' if color else ""
    look += f'<w:sz w:val="{round(size * _HALVES)}"/>' if size else ""
    return "".join(
        f"<w:r><w:rPr>{look}{_shifted(shift)}</w:rPr>"
        f'<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>'
        for piece, shift in marks.runs(text, in_any_font=True)
    )


def _shifted(shift: str) -> str:
    return f'<w:vertAlign w:val="{_SHIFT[shift]}"/>' if shift else ""


def paragraph(runs: str, *, style: str = "", look: str = "") -> str:
    """Return a paragraph of runs; `look` is direct formatting."""
    named = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    return f"<w:p><w:pPr>{named}{look}</w:pPr>{runs}</w:p>"


def _borders(**sides: tuple[int, str]) -> str:
    return "".join(
        f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="{color.lstrip("#")}"/>'
        for side, (width, color) in sides.items()
    )


def _cell(
    content: str, width: float, *, fill: str = "", borders: str = "", bottom: bool = False
) -> str:
    look = f'<w:tcW w:w="{round(width * _TWIPS)}" w:type="dxa"/>'
    look += f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    look += f'<w:shd w:val="clear" w:color="auto" w:fill="{fill.lstrip("#")}"/>' if fill else ""
    look += '<w:vAlign w:val="bottom"/>' if bottom else ""
    return f"<w:tc><w:tcPr>{look}</w:tcPr>{content}</w:tc>"


def _row(cells: Sequence[str], *, is_head: bool = False) -> str:
    look = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    return f"<w:tr><w:trPr>{look}</w:trPr>{''.join(cells)}</w:tr>"


def _margins(**sides: int) -> str:
    return "".join(f'<w:{side} w:w="{room}" w:type="dxa"/>' for side, room in sides.items())


def _table(widths: Sequence[float], rows: Sequence[str], *, title: str = "") -> str:
    side = round(columns.PADDING * _TWIPS)
    grid = "".join(f'<w:gridCol w:w="{round(width * _TWIPS)}"/>' for width in widths)
    look = (
        f'<w:tblW w:w="{round(sum(widths) * _TWIPS)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{_margins(top=30, left=side, bottom=30, right=side)}</w:tblCellMar>"
    )
    look += f"<w:tblCaption w:val={quoteattr(legal(title))}/>" if title else ""
    return (
        f"<w:tbl {NAMESPACE}><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )


def legal(text: str) -> str:
    """Return a text without characters that XML may not hold."""
    return "".join(piece for piece, _ in marks.runs(text, in_any_font=True))


def data_table(view: View) -> str:
    """Return a table of the report: a head repeated on each page, every other row shaded."""
    made = columns.layout(view, ROOM)
    line = _borders(bottom=(_THICK, LIGHT.muted))
    heads = [
        _cell(_head(column, made.size), width, borders=line, bottom=True)
        for column, width in zip(view["columns"], made.widths, strict=True)
    ]
    rows = [
        _row([
            _cell(_body(cell, row, column, made.size), width, borders=_under(row),
                  fill=LIGHT.ground if place % 2 else "")
            for cell, column, width in zip(row["cells"], view["columns"], made.widths, strict=True)
        ])
        for place, row in enumerate(view["rows"])
    ]  # fmt: skip
    return _table(made.widths, [_row(heads, is_head=True), *rows], title=view["title"])


def _under(row: View) -> str:
    return _borders(bottom=(_THICK, LIGHT.muted) if row["strong"] else (_THIN, LIGHT.line))


_RIGHT = '<w:jc w:val="right"/>'


def _head(column: View, size: float) -> str:
    runs = run(column["title"], size=size, color=LIGHT.muted, bold=True)
    if column["unit"]:
        runs += "<w:r><w:br/></w:r>" + run(column["unit"], size=size, color=LIGHT.muted)
    return paragraph(runs, style="Cell", look="<w:keepNext/>" + _aligned(column))


def _body(cell: View, row: View, column: View, size: float) -> str:
    is_told = row["tone"] and (cell["verdict"] or row["tone"] == "sub")
    color = tone(row["tone"]) if is_told else ""
    runs = run(cell["text"], size=size, color=color, bold=row["strong"])
    return paragraph(runs, style="Cell", look=_aligned(column))


def _aligned(column: View) -> str:
    return _RIGHT if column["numeric"] else ""


def card_table(view: View) -> str:
    """Return the cards of key figures, three beside each other."""
    cards = view["cards"]
    width = ROOM / _CARDS
    edge = _borders(**dict.fromkeys(("top", "left", "bottom", "right"), (_THIN, LIGHT.line)))
    rows = []
    for start in range(0, len(cards), _CARDS):
        beside = cards[start : start + _CARDS]
        cells = [_cell(_card(card), width, fill=LIGHT.ground, borders=edge) for card in beside]
        cells += [_cell(paragraph("", style="Cell"), width)] * (_CARDS - len(beside))
        rows.append(_row(cells))
    return _table([width] * _CARDS, rows)


def _card(card: View) -> str:
    lines = [
        run(card["caption"], size=8, color=LIGHT.muted),
        run(card["value"], size=15, bold=True),
        run(card["context"], size=8, color=tone(card["tone"])),
        run(card["figure"], size=6.5, color=LIGHT.muted),
    ]
    return "".join(paragraph(line, style="Cell") for line in lines if line)


def fact_table(view: View) -> str:
    """Return pairs of a word and its value."""
    widths = (0.28 * ROOM, 0.72 * ROOM)
    rows = []
    for place, (name, value) in enumerate(view["pairs"]):
        fill = LIGHT.ground if place % 2 else ""
        texts = (run(name, size=9, color=LIGHT.muted), run(value, size=9))
        rows.append(
            _row([_cell(paragraph(text, style="Cell"), width, fill=fill)
                  for text, width in zip(texts, widths, strict=True)])
        )  # fmt: skip
    return _table(widths, rows)


def sentence(view: View) -> str:
    """Return a paragraph with a line of its tone at its left."""
    is_hint = view["tone"] == "hint"
    edge = f'<w:left w:val="single" w:sz="20" w:space="6" w:color="{tone(view["tone"])}"/>'
    runs = run(view["text"], size=8 if is_hint else None, color=LIGHT.muted if is_hint else "")
    look = f'<w:pBdr>{edge}</w:pBdr><w:ind w:left="160"/>'
    return paragraph(runs, look=look).replace("<w:p>", f"<w:p {NAMESPACE}>", 1)


def link(text: str, anchor: str) -> str:
    """Return a paragraph that leads to a bookmark."""
    runs = f"<w:hyperlink w:anchor={quoteattr(anchor)}>{run(text)}</w:hyperlink>"
    return paragraph(runs, style="Cell").replace("<w:p>", f"<w:p {NAMESPACE}>", 1)


def field(code: str, *, size: float, color: str) -> str:
    """Return a field that the program fills in: PAGE, NUMPAGES."""
    look = (
        f'<w:rPr><w:color w:val="{color.lstrip("#")}"/><w:sz w:val="{round(size * _HALVES)}"/>'
        "</w:rPr>"
    )
    return f'<w:fldSimple w:instr="{code}"><w:r>{look}<w:t>1</w:t></w:r></w:fldSimple>'
