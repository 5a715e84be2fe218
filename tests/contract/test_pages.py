"""Templates and files of the pages: policy, texts, colors, weight."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tanlu.i18n.catalogue import messages
from tanlu.render.theme import DARK, LIGHT, Theme
from tanlu.web.pages import static_file

ROOT = Path(__file__).resolve().parents[2] / "src" / "tanlu" / "web"
TEMPLATES = sorted((ROOT / "templates").rglob("*.j2"))
STATIC = ROOT / "static"
SAID = re.compile(r"\bsay\(\s*([\"'])([\w.\-]+)\1\s*[,)]")  # whole codes, not their beginnings
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
HEAVY = ("echarts/echarts.min.js", "tanlu-charts.js")
GRID = ("vendor/tabulator/tabulator_esm.min.mjs", "vendor/tabulator/tabulator.min.css")
ALL_HTMX = {"hx-get", "hx-post", "hx-target", "hx-swap", "hx-trigger", "hx-headers:inherited"}


class Tags(HTMLParser):
    """Collects tags and attributes of a template; what Jinja writes is text to it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.found.append((tag, dict(attrs)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Tags()
    reader.feed(JINJA.sub("", text))
    return reader.found


def faults(text: str) -> list[str]:
    """Return what in a template the content security policy or a reader would refuse."""
    found = []
    for tag, attributes in tags(text):
        found += [f"<{tag} {name}>" for name in attributes if name.startswith("on")]
        found += [f"<{tag} style>" for name in attributes if name == "style"]
        found += [f"<{tag} {name}>" for name in attributes
                  if name.startswith("hx-") and name not in ALL_HTMX]  # fmt: skip
        if tag == "style" or (tag == "script" and "src" not in attributes):
            found.append(f"<{tag}> with text")
        links = [attributes.get(name) or "" for name in ("href", "src", "action")]
        found += [one for one in links if re.match(r"(https?:)?//|javascript:", one)]
    return found


def test_no_template_needs_what_the_policy_forbids() -> None:
    assert len(TEMPLATES) > 12
    found = {file.name: faults(file.read_text(encoding="utf-8")) for file in TEMPLATES}
    assert {name: one for name, one in found.items() if one} == {}


@pytest.mark.parametrize(
    "text",
    ['<p style="color:red">', "<a onclick='x()'>", "<script>x</script>", "<style>p{}</style>",
     '<p hx-on:click="x">', '<a href="https://example.org">'],
)  # fmt: skip
def test_what_the_policy_forbids_would_be_found(text: str) -> None:
    assert faults(text)


def test_every_text_of_a_template_is_in_the_catalogue() -> None:
    known = messages()
    missing = [
        f"{file.name}: {code}"
        for file in TEMPLATES
        for _, code in SAID.findall(file.read_text(encoding="utf-8"))
        if code not in known
    ]

    assert missing == []


def test_every_text_of_the_frame_is_used() -> None:
    words = "".join(file.read_text(encoding="utf-8") for file in [*TEMPLATES, *ROOT.rglob("*.py")])
    frame = [code for code, message in messages().items() if message.origin == "web.yaml"]

    assert len(frame) > 40
    assert [code for code in frame if code not in words] == []


def test_scripts_write_no_html_handlers_and_evaluate_nothing() -> None:
    own = list(STATIC.glob("*.js"))
    banned = re.compile(r"\beval\(|new Function|document\.write|\.onclick|setAttribute\('style'")

    assert len(own) >= 9
    assert [f.name for f in own if banned.search(f.read_text(encoding="utf-8"))] == []


def test_icons_of_the_rail_are_drawn() -> None:
    from tanlu.web.navigation import GROUPS  # noqa: PLC0415 (the rail belongs to this test alone)

    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    used = {screen.id for _, screens in GROUPS for screen in screens}
    for file in TEMPLATES:
        used |= set(re.findall(r"\bicon\(\"([\w-]+)\"\)", file.read_text(encoding="utf-8")))

    assert used - drawn == set()


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", block))


@pytest.mark.parametrize(("theme", "places"), [(LIGHT, [0]), (DARK, [1, 2])])
def test_colors_are_those_of_the_reports(theme: Theme, places: list[int]) -> None:
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", (STATIC / "app.css").read_text(encoding="utf-8"))
    wanted = {
        name: getattr(theme, name)
        for name in ("ink", "muted", "brand", "good", "warn", "bad", "card", "ground", "line")
    }

    assert len(blocks) == 3
    for place in places:
        assert {name: tokens(blocks[place])[name] for name in wanted} == wanted
    assert tokens(blocks[1]) == tokens(blocks[2])


def packed(names: list[str]) -> int:
    """Return the size of files as they go over the wire."""
    found = [static_file(name) for name in names]
    return sum(len(gzip.compress(one.read_bytes(), 6)) for one in found if one is not None)


def test_first_load_is_light() -> None:
    base = (ROOT / "templates" / "base.html.j2").read_text(encoding="utf-8")
    frame = ["app.css", "boot.js", "app.js", "drawer.js", "icons.svg", "icon.svg",
             "vendor/htmx/htmx.min.js"]  # fmt: skip
    modules = ["charts.js", "grid.js", "cells.js", "jobs.js", "whatif.js", "upload.js"]

    assert all(f"{name}" in base for name in modules)
    assert packed(frame) <= 30_000
    assert packed([*frame, *modules, *HEAVY, *GRID]) <= 520_000
