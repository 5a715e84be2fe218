"""A small site without the server: the real templates and files, answers a test writes itself."""

from __future__ import annotations

import json
import mimetypes
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from tanlu.i18n.say import LANGUAGES, Say
from tanlu.render.views import block_view, subscripted
from tanlu.web.pages import linker, static_file, static_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a test sees it."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back; a stream is written part by part as it comes."""

    body: str | bytes | Iterator[bytes]
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Site:
    """Pages by their path: template source extending the frame, or a function of the request."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.facts: dict[str, Any] = {}
        self.answers: dict[tuple[str, str], Callable[[Asked], Answer]] = {}
        self.asked: list[Asked] = []
        self.address = ""

    def posted(self, path: str) -> list[Asked]:
        """Return the requests that changed something at a path, in order."""
        return [one for one in self.asked if one.path == path and one.method != "GET"]

    def reply(self, html: str, *, status: int = 200) -> Answer:
        """Return an answer of HTML."""
        return Answer(html, status=status)

    def json(self, body: Mapping[str, Any], *, status: int = 200) -> Answer:
        """Return an answer of JSON."""
        return Answer(json.dumps(body), "application/json", status)

    def stream(self, parts: Iterator[bytes]) -> Answer:
        """Return server-sent events."""
        return Answer(parts, "text/event-stream")

    def go(self, path: str) -> Answer:
        """Return a redirect, as the answer to a form that was taken."""
        return Answer("", status=303, headers={"Location": path})

    def tell(self, path: str, body: Mapping[str, Any], *, status: int = 200) -> None:
        """Answer JSON to what is posted at a path."""
        self.answers["POST", path] = lambda _: self.json(body, status=status)

    def answer(self, asked: Asked) -> Answer:
        """Return what a request gets."""
        self.asked.append(asked)
        made = self.answers.get((asked.method, asked.path))
        if made:
            return made(asked)
        if asked.path.startswith("/static/"):
            return _file(asked.path.removeprefix("/static/"))
        if asked.path in self.pages:
            return Answer(self.page(asked))
        return Answer("", status=404)

    def page(self, asked: Asked) -> str:
        """Render a page, or its content alone for a script."""
        loader = ChoiceLoader(
            [
                DictLoader({"page": self.pages[asked.path]}),
                FileSystemLoader(str(resources.files("tanlu.web") / "templates")),
            ]
        )
        environment = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["co2"] = subscripted
        template = environment.get_template("page")
        is_part = bool(asked.headers.get("HX-Request"))
        return template.render(_frame(asked) | self.facts, is_part=is_part)


def _file(path: str) -> Answer:
    found = static_file(path)
    if found is None:
        return Answer("", status=404)
    return Answer(found.read_bytes(), kind=mimetypes.guess_type(path)[0] or "")


def _frame(asked: Asked) -> dict[str, Any]:
    query = dict(part.split("=", 1) for part in asked.query.split("&") if "=" in part)
    say = Say(query.get("lang", "en")).typographic()
    scope = {"type": "http", "path": asked.path, "headers": []}
    link = linker(Request(scope | {"query_string": asked.query.encode()}))
    return {
        "say": say,
        "lang": say.lang,
        "html_lang": say.html_lang,
        "languages": [
            {
                "lang": lang,
                "name": Say(lang)("report.page.language-name"),
                "html_lang": Say(lang).html_lang,
                "href": link(asked.path, lang=lang),
                "active": lang == say.lang,
            }
            for lang in LANGUAGES
        ],
        "title": say("web.screen.overview"),
        "nav": _rail(say),
        "url": link,
        "here": asked.path,
        "static": static_url,
        "views": lambda blocks: [block_view(block, say) for block in blocks],
        "csrf": "token-of-the-test",
        "principal": None,
        "has_accounts": False,
        "company": "Jiangyuan",
        "years": (2023, 2024),
        "year": 2024,
        "head": "1:abc",
        "version": "0",
    }


def _rail(say: Say) -> list[dict[str, Any]]:
    words = {name: say(f"web.screen.{name}") for name in ("overview", "inventory", "suppliers")}
    items = [
        {"id": name, "label": word, "icon": name, "href": f"/{name}", "active": not place}
        for place, (name, word) in enumerate(words.items())
    ]
    items[-1]["href"] = ""
    return [
        {"title": say("web.group.measure"), "items": items[:2]},
        {"title": say("web.group.chain"), "items": items[2:]},
    ]


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        asked = Asked(self.command, parts.path, parts.query, dict(self.headers), body)
        answer = self.site.answer(asked)
        self.send_response(answer.status)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self._send(answer.body)

    def _send(self, body: str | bytes | Iterator[bytes]) -> None:
        if isinstance(body, str | bytes):
            data = body.encode() if isinstance(body, str) else body
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            return
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for part in body:
                self.wfile.write(part)
                self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            pass  # the page went away

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 (names of the standard library)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a site on a free port."""
    made = Site()
    handler = type("Handler", (_Handler,), {"site": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
