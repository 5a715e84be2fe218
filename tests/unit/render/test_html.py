"""One file, both languages, no script, the same digits, and text that stays text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, cast

import pytest

from tanlu.i18n.say import Say
from tanlu.render.html import page
from tanlu.render.views import subscripted
from tanlu.report.build import KINDS, build
from tanlu.report.tree import Table

if TYPE_CHECKING:
    from pathlib import Path

    from tanlu.report.payload import ReportPayload
    from tanlu.report.tree import Report

ZH, EN = Say("zh").typographic(), Say("en").typographic()
HAN = re.compile(r"[\u4e00-\u9fff]")
VOID = {"meta", "input", "br", "rect", "path"}


class Reader(HTMLParser):
    """Collects visible text, tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.stack: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag and keep its attributes."""
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        if self.stack and self.stack[-1] == tag:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        """Keep a visible text."""
        if not {"style", "title"} & set(self.stack) and data.strip():
            self.texts.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def digit_strings(texts: list[str]) -> Counter[str]:
    """Return numbers without point, comma and outer zeros: units only shift the point."""
    found = re.findall(r"\d[\d.,]*", "\n".join(texts))
    return Counter(re.sub(r"[.,]", "", number).strip("0") or "0" for number in found)


def test_bytes_are_the_same_every_time(report: Report) -> None:
    assert page(report, says=[ZH, EN]) == page(report, says=[ZH, EN])


def test_file_is_self_contained_and_without_script(report: Report) -> None:
    html = page(report, says=[ZH, EN])
    reader = read(html)

    assert not {"script", "iframe", "link", "object", "embed", "img"} & set(reader.tags)
    assert not [name for _, name, _ in reader.attributes if name.startswith("on")]
    outside = [value for _, name, value in reader.attributes if name in {"src", "href"}]
    assert all(value.startswith("#") for value in outside)
    assert "url(http" not in html
    assert "@import" not in html


def test_both_languages_stand_in_one_file_with_a_switch(report: Report) -> None:
    html = page(report, says=[ZH, EN])

    assert '<html lang="zh-Hans">' in html
    assert 'class="doc doc-en" lang="en"' in html
    assert html.count('type="radio"') == 2
    assert "#pick-en:checked~.doc:not(.doc-en){display:none}" in html


def test_one_language_needs_no_switch(report: Report) -> None:
    html = page(report, says=[EN])

    assert 'type="radio"' not in html
    assert '<html lang="en">' in html


def test_english_page_has_no_chinese_but_file_names_and_documents(report: Report) -> None:
    texts = [text for text in read(page(report, says=[EN])).texts if HAN.search(text)]

    allowed = ("能耗台账.xlsx", "公告2024", "机械设备制造指南")
    assert [text for text in texts if not any(part in text for part in allowed)] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_both_languages_show_the_same_digits(payload: dict[str, Any], kind: str) -> None:
    payload = _without_digits_in_names(payload)
    tree = build(cast("ReportPayload", payload), kind=kind)

    zh = digit_strings(read(page(tree, says=[ZH])).texts)
    en = digit_strings(read(page(tree, says=[EN])).texts)

    assert zh - en == Counter()
    assert en - zh == Counter()


def _without_digits_in_names(payload: dict[str, Any]) -> dict[str, Any]:
    for names in payload["names"].values():
        for pair in names.values():
            pair["zh"] = re.sub(r"\d", "", pair["zh"])
            pair["en"] = re.sub(r"\d", "", pair["en"])
    return payload


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_chart_and_table_prints_its_id(payload: dict[str, Any], kind: str) -> None:
    tree = build(cast("ReportPayload", payload), kind=kind)
    text = " ".join(read(page(tree, says=[EN])).texts)

    blocks = [block for section in tree.sections for block in section.blocks]
    tables = [block.id for block in blocks if isinstance(block, Table)]
    assert tables
    assert [name for name in tables if f"Table {name}" not in text] == []
    assert [each.id for each in tree.figures() if f"Figure {each.id}" not in text] == []


def test_hash_head_and_state_are_printed(report: Report) -> None:
    text = " ".join(read(page(report, says=[EN])).texts)

    assert report.stamp.run_hash in text
    assert "ledger head 41:5be0cd19137e" in text
    assert "not reviewed by a second person" in text


def test_printed_pages_carry_the_run_and_nothing_breaks_out_of_the_style(
    payload: dict[str, Any],
) -> None:
    payload["version"] = '1"}</style><script>alert(1)</script>'

    html = page(build(cast("ReportPayload", payload)), says=[EN])

    assert '@bottom-left{content:"Run hash 9d1f3c0b7a52' in html
    assert read(html).tags["style"] == 1
    assert read(html).tags["script"] == 0


def test_charts_are_named_by_their_finding_and_have_a_table(report: Report) -> None:
    reader = read(page(report, says=[EN]))
    labels = [
        value for tag, name, value in reader.attributes if (tag, name) == ("div", "aria-label")
    ]

    assert any("below the baseline" in label for label in labels)
    assert reader.tags["details"] == reader.tags["figure"] == len(list(report.figures()))


def test_missing_is_a_mark_and_never_zero(payload: dict[str, Any]) -> None:
    payload["inventory"]["scope3_t"] = None
    payload["inventory"]["total_t"] = {"location": None, "market": None}

    html = page(build(cast("ReportPayload", payload)), says=[EN])

    assert '<span class="value">—</span>' in html


def test_hostile_strings_are_shown_literally(payload: dict[str, Any], shared: Path) -> None:
    file = shared / "badinputs" / "attack" / "injection_strings.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        hostile = [row["厂区"] for row in csv.DictReader(stream)]
    sites = [row["site"] for row in payload["inventory"]["by_site"]]
    for name, site in zip(hostile * 2, [*sites, *sites, *sites], strict=False):
        payload["names"]["sites"][site] = {"zh": name, "en": name}
    payload["names"]["items"] |= {
        f"i{n}": {"zh": text, "en": text} for n, text in enumerate(hostile)
    }
    payload["factors"] = [
        {"id": text, "item": f"i{n}", "value": "1", "unit": text} for n, text in enumerate(hostile)
    ]
    payload["organisation"]["name"] = hostile[0]
    payload["findings"] = [
        {
            "code": text,
            "severity": "warning",
            "file": text,
            "sheet": "",
            "cell": "",
            "facts": {"found": text},
        }
        for text in hostile
    ]

    reader = read(page(build(cast("ReportPayload", payload)), says=[ZH, EN]))

    shown = "\n".join(reader.texts)
    assert all(text in shown for text in hostile)
    assert not {"script", "img"} & set(reader.tags)
    assert not [name for _, name, _ in reader.attributes if name.startswith("on")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t CO2e", "t CO<sub>2</sub>e"),
        ("CH4 & N2O", "CH<sub>4</sub> &amp; N<sub>2</sub>O"),
        ("<b>CO2</b>", "&lt;b&gt;CO<sub>2</sub>&lt;/b&gt;"),
        ("ACO21", "ACO21"),
    ],
)
def test_gases_get_their_subscript_after_escaping(text: str, expected: str) -> None:
    assert subscripted(text) == expected
