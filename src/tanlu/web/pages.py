"""A page from its template: the whole of it, or its content alone when a script asked for it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from tanlu._version import __version__
from tanlu.gate.refusal import status_of
from tanlu.i18n.say import LANGUAGES, Say
from tanlu.render.speech import words
from tanlu.render.views import block_view, subscripted
from tanlu.web.navigation import rail

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from starlette.requests import Request

    from tanlu.gate.visit import Visit
    from tanlu.kernel.errors import TanluError
    from tanlu.report.tree import Block

_KEPT = ("lang", "year", "scenario")  # what a link keeps of the address it stands on


def page(
    visit: Visit, template: str, *, screen: str, title: str = "", status: int = 200, **facts: Any
) -> HTMLResponse:
    """Return a page, or its content where the request comes from a script on a page.

    Parameters
    ----------
    visit : Visit
        The request.
    template : str
        File under ``templates``; it extends ``base.html.j2`` and fills ``content``.
    screen : str
        Id of the screen: active in the rail, and the title where none is given.
    title : str
        Title in words.
    status : int
        HTTP status.
    **facts : Any
        What the template shows.
    """
    say = visit.say.typographic()
    context = _context(visit.request, say) | {
        "title": title or say(f"web.screen.{screen}"),
        "nav": rail(visit.principal, active=screen, say=say, link=linker(visit.request)),
        **_workspace(visit),
        **facts,
    }
    return _answer(visit.request, template, context, status=status)


def refusal_page(request: Request, error: TanluError, *, status: int = 0) -> HTMLResponse:
    """Return the page of a request that is refused: what is wrong and what to do."""
    say = Say(request.state.lang).typographic()
    context = _context(request, say) | {
        "title": say("web.refused"),
        "nav": [],
        "years": (),
        "year": None,
        "company": "",
        "head": "",
        "code": error.code,
        "message": say.error(error),
    }
    return _answer(request, "refused.html.j2", context, status=status or status_of(error))


def go(visit: Visit, path: str, **query: object) -> RedirectResponse:
    """Return the answer to a form that was taken: the page to look at next."""
    return RedirectResponse(linker(visit.request)(path, **query), status_code=303)


def go_on(visit: Visit, path: str, *, drop: Sequence[str], **added: str) -> RedirectResponse:
    """Return the way to a page with all of this address, some of it dropped and some added."""
    pairs = [pair for pair in visit.request.query_params.multi_items() if pair[0] not in drop]
    text = urlencode(list(dict.fromkeys([*pairs, *added.items()])))
    return RedirectResponse(f"{path}?{text}", status_code=303)


def linker(request: Request) -> Any:
    """Return a function that makes an address which keeps language, year and scenario."""

    def link(path: str, **query: object) -> str:
        parts = urlsplit(path)
        kept = {name: request.query_params[name] for name in _KEPT if name in request.query_params}
        asked = {name: str(value) for name, value in query.items() if value is not None}
        pairs = kept | dict(parse_qsl(parts.query)) | asked
        dropped = {name for name, value in query.items() if value is None}
        text = urlencode({name: value for name, value in pairs.items() if name not in dropped})
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        return f"{parts.path}?{text}{anchor}" if text else f"{parts.path}{anchor}"

    return link


def _answer(
    request: Request, template: str, context: Mapping[str, Any], *, status: int
) -> HTMLResponse:
    found = _environment().get_template(template)
    is_part = bool(request.headers.get("hx-request"))
    return HTMLResponse(found.render(context, is_part=is_part), status_code=status)


def _context(request: Request, say: Say) -> dict[str, Any]:
    """Return what every template may use."""

    def shown(blocks: Iterable[Block]) -> list[dict[str, Any]]:
        return [block_view(block, say) for block in blocks]

    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    link = linker(request)
    return {
        "say": say,
        "lang": say.lang,
        "html_lang": say.html_lang,
        "languages": [
            {
                "lang": lang,
                "name": Say(lang)("report.page.language-name"),
                "html_lang": Say(lang).html_lang,
                "href": link(here, lang=lang),
                "active": lang == say.lang,
            }
            for lang in LANGUAGES
        ],
        "url": link,
        "here": here,
        "static": static_url,
        "views": shown,
        "speak": lambda node: words(node, say),
        "csrf": getattr(request.state, "csrf", ""),
        "principal": getattr(request.state, "principal", None),
        "has_accounts": request.state.door.has_accounts,
        "version": __version__,
    }


def _workspace(visit: Visit) -> dict[str, Any]:
    desk = visit.desk
    if not desk.has_workspace:
        return {"company": "", "years": (), "year": None, "head": ""}
    settings = desk.workspace.settings
    return {
        "company": visit.say.pick(settings.name, str(settings.other.get("name_en") or "")),
        "years": desk.years(),
        "year": visit.year,
        "head": desk.head(),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(str(resources.files("tanlu.web") / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["co2"] = subscripted
    return environment


def static_file(path: str) -> Traversable | None:
    """Return a file that pages may load; None for any other path."""
    return _files().get(path)


def static_url(path: str) -> str:
    """Return the address of a file pages load, with its hash, so that it may be kept for ever."""
    return f"/static/{path}?v={_digest(path)}"


@cache
def _digest(path: str) -> str:
    return hashlib.sha256(_files()[path].read_bytes()).hexdigest()[:12]


@cache
def _files() -> Mapping[str, Traversable]:
    """Return every file under ``static``, and the chart library the reports draw with too."""
    found = dict(_below(resources.files("tanlu.web") / "static", ""))
    charts = resources.files("tanlu.render") / "assets"
    for name in ("echarts/echarts.min.js", "tanlu-charts.js"):
        found[name] = charts.joinpath(*name.split("/"))
    return found


def _below(folder: Traversable, before: str) -> Iterable[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry, f"{before}{entry.name}/")
        else:
            yield f"{before}{entry.name}", entry
