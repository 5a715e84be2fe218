"""The same option gives the same bytes, and no text of a user becomes markup or code."""

from __future__ import annotations

import threading
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.render import svg

OPTION: dict[str, Any] = {
    "animation": False,
    "xAxis": {"type": "category", "data": ["a", "b"]},
    "yAxis": {"type": "value"},
    "series": [{"type": "bar", "data": [1, 2]}],
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "{b}{c}",
    "]]></style><script>",
    "a" * 5000,
]


def titled(text: str) -> dict[str, Any]:
    return {**OPTION, "title": {"text": text}}


def test_same_option_same_bytes_from_any_thread() -> None:
    first = svg.draw(OPTION, width=300, height=200)
    svg.draw(titled("between"), width=300, height=200)
    svg._cached.cache_clear()  # noqa: SLF001 (the second drawing must be a drawing)
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(svg.draw(OPTION, width=300, height=200)))
    thread.start()
    thread.join()

    assert found == [first]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    drawn = svg.draw(titled(text), width=600, height=200)

    root = ET.fromstring(drawn)  # noqa: S314 (our own drawing)
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert text in texts
    assert tags <= {"svg", "rect", "path", "text", "g", "defs", "clipPath"}


def test_label_texts_are_literal() -> None:
    option = {
        **OPTION,
        "series": [
            {
                "type": "bar",
                "data": [{"value": 1, "label": {"show": True, "formatter": {"text": "{b}{c}"}}}],
            }
        ],
    }

    assert ">{b}{c}</text>" in svg.draw(option, width=300, height=200)


def test_a_broken_option_is_an_error_with_code() -> None:
    with pytest.raises(TanluError) as caught:
        svg.draw({"series": [{"type": "sankey", "data": 3}]}, width=300, height=200)

    assert caught.value.code == "render.chart-failed"
