"""The PDF: our font alone, the same bytes twice, texts that stay texts, nothing cut."""

from __future__ import annotations

import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from pypdf import PdfReader

from tanlu.i18n.say import LANGUAGES, Say
from tanlu.render.documents import marks, pdf, word
from tanlu.report.build import build

if TYPE_CHECKING:
    import numpy.typing as npt

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report

HOSTILE = (
    '#read("/etc/passwd") $x^2$ *b* _i_ <img onerror=1> {{7*7}} =1+1 \\ @a `c` 😀 \x01 // --- "q"'
)
PRINTED = HOSTILE.replace("😀", "[U+1F600]").replace("\x01", "[U+0001]")
WHITE = "\N{ZERO WIDTH SPACE}"


def made(report: Report, lang: str = "en") -> bytes:
    return pdf.document(report, Say(lang).typographic())


def squeezed(text: str) -> str:
    return "".join(text.replace(WHITE, "").split())


def text_of(data: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_are_set_in_our_font_alone(report: Report, lang: str) -> None:
    reader = PdfReader(io.BytesIO(made(report, lang)))

    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert fonts == {"TanluSans-Regular-Identity-H", "TanluSans-Bold-Identity-H"}
    assert len(reader.pages) > 3


def test_bytes_are_the_same_every_time(report: Report) -> None:
    assert made(report) == made(report)


def test_several_threads_write_at_once(report: Report) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: made(report), range(6)))

    assert set(found) == {made(report)}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")
def test_memory_of_a_document_is_given_back(payload: dict[str, Any]) -> None:
    def write(name: str) -> float:
        payload["organisation"] = {"name": name}
        pdf.document(build(cast("ReportPayload", payload)), Say("en").typographic())
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

    held = [write(f"Company {number}") for number in range(8)]

    assert held[-1] - held[2] < 60  # it would be five reports of 30 MB each


def test_file_says_it_is_pdf_a_2b_and_when_the_report_was_dated(report: Report) -> None:
    reader = PdfReader(io.BytesIO(made(report)))

    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()  # type: ignore[index]
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"])[2:10] == report.stamp.dated.replace("-", "")


def test_hostile_names_are_printed_as_they_are(payload: dict[str, Any]) -> None:
    payload["organisation"] = {"name": HOSTILE}
    payload["names"]["sites"] = {
        site: {"zh": HOSTILE, "en": HOSTILE} for site in payload["names"]["sites"]
    }

    text = text_of(made(build(cast("ReportPayload", payload))))

    assert text.count(squeezed(PRINTED)) > 2


def test_every_character_of_the_font_can_be_printed(payload: dict[str, Any]) -> None:
    every = "".join(map(chr, sorted(marks.covered())))
    payload["organisation"] = {"name": every}
    payload["factors"][0]["document"] = every

    tree = build(cast("ReportPayload", payload), kind="inventory")

    for document in (pdf.document, word.document):
        assert len(document(tree, Say("zh-Hant").typographic())) > 100_000


def test_every_page_prints_the_stamp_and_its_number(report: Report) -> None:
    pages = PdfReader(io.BytesIO(made(report))).pages

    for number, page in enumerate(pages, start=1):
        text = squeezed(page.extract_text())
        assert report.stamp.run_hash[:12] in text
        assert report.stamp.book_hash[:12] in text
        assert f"{number}/{len(pages)}" in text


def test_sections_are_bookmarks(report: Report) -> None:
    reader = PdfReader(io.BytesIO(made(report)))

    titles = [str(mark.title) for mark in reader.outline if not isinstance(mark, list)]
    assert len(titles) >= len(report.sections)
    assert titles[0] == "Summary"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_stands_in_the_margins(report: Report, lang: str) -> None:
    ppi = 24

    for image in pdf.page_images(report, Say(lang).typographic(), ppi=ppi):
        page = pixels(image)
        margin = int(2.0 / 2.54 * ppi) - 1
        assert page.shape[0] > page.shape[1] > 4 * margin
        assert page[:, :margin].min() == 255
        assert page[:, -margin:].min() == 255
        assert page[:margin].min() == 255
        assert page.min() < 200  # something stands on it


def test_a_text_longer_than_a_page_runs_on(payload: dict[str, Any]) -> None:
    story = " ".join(f"word{number}" for number in range(3000))
    payload["findings"][0]["facts"] = dict.fromkeys(payload["findings"][0]["facts"], story)
    payload["factors"][0]["document"] = "x" * 9000
    reader = PdfReader(io.BytesIO(made(build(cast("ReportPayload", payload)))))
    heights: list[float] = []

    def look(text: str, cm: list[float], tm: list[float], *_: Any) -> None:
        if text.strip():
            heights.append(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    shown = squeezed("".join(page.extract_text(visitor_text=look) for page in reader.pages))

    assert all(0 < height < 842 for height in heights)
    assert "word2999" in shown
    assert shown.count("x") > 9000


def pixels(image: bytes) -> npt.NDArray[np.int64]:
    """Return the brightness of each pixel of a PNG of eight bits a color."""
    chunks, place = [], 8
    while place < len(image):
        size, kind = struct.unpack(">I4s", image[place : place + 8])
        chunks.append((kind, image[place + 8 : place + 8 + size]))
        place += size + 12
    width, height, depth, color = struct.unpack(">IIBB", chunks[0][1][:10])
    assert depth == 8
    step = {2: 3, 6: 4}[color]
    raw = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    lines = [list(raw[i + 1 : i + 1 + width * step]) for i in range(0, len(raw), width * step + 1)]
    above = [0] * (width * step)
    for line, way in zip(lines, raw[:: width * step + 1], strict=True):
        for i in range(width * step):
            left, corner = (line[i - step], above[i - step]) if i >= step else (0, 0)
            line[i] = (line[i] + _guess(way, left, above[i], corner)) % 256
        above = line
    colors: npt.NDArray[np.int64] = np.array(lines).reshape(height, width, step)[:, :, :3]
    darkest: npt.NDArray[np.int64] = colors.min(axis=2)
    return darkest


def _guess(way: int, left: int, up: int, corner: int) -> int:
    """Return what a PNG filter predicts for a byte (ISO/IEC 15948, 9.2)."""
    if way == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda one: abs(guess - one))
    return (0, left, up, (left + up) // 2)[way]


def test_a_chart_becomes_a_picture_in_our_font() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="30" viewBox="0 0 80 30">'
        '<text x="2" y="20" style="font-family:system-ui;font-size:12px">{}</text></svg>'
    )

    image = pdf.png(svg.format("1,234 吨"), width=80, ppi=200)

    assert image.startswith(b"\x89PNG")
    assert image == pdf.png(svg.format("1,234 吨"), width=80, ppi=200)
    assert len(image) > 1.2 * len(pdf.png(svg.format(""), width=80, ppi=200))
