"""Draws an ECharts option to SVG text with quickjs-ng: the only door to the JavaScript engine.

A runtime belongs to one thread for life, so every drawing goes through one worker thread.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from tanlu.kernel.errors import TanluError

if TYPE_CHECKING:
    from collections.abc import Mapping

_STACK_BYTES = 8 * 1024 * 1024
_MEMORY_BYTES = 512 * 1024 * 1024
_SECONDS = 60
_ASSETS = ("echarts/echarts.min.js", "tanlu-charts.js")
_STUBS = """
var window = globalThis; var self = globalThis;
var console = {log: function(){}, warn: function(){}, error: function(){}};
globalThis.setTimeout = function(){ return 0; }; globalThis.clearTimeout = function(){};
"""
_DRAW = """
function tanluDraw(text, width, height) {
  var option = tanluCharts.resolve(JSON.parse(text));
  var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
  chart.setOption(option);
  var svg = chart.renderToSVGString();
  chart.dispose();
  return JSON.stringify(svg);
}
"""
_INSTANCE_ID = re.compile(r"\bzr\d+-")
_HOVER = re.compile(r"<style ?>.*?</style>" r'| class="zr[^"]*"' r'| ecmeta_\w+="[^"]*"', re.DOTALL)
_own = threading.local()


def canonical(option: Mapping[str, Any]) -> str:
    """Return an option as JSON with sorted keys, the form that is hashed and drawn."""
    return json.dumps(option, ensure_ascii=False, sort_keys=True, allow_nan=False)


def draw(option: Mapping[str, Any], *, width: int, height: int) -> str:
    """Return the SVG text of an option: the same bytes for the same option, always.

    Parameters
    ----------
    option : Mapping
        ECharts option as `charts.option` returns it.
    width, height : int
        Size [px].

    Returns
    -------
    str
        One ``<svg>`` element. Ids inside start with a hash of the option, so that several
        drawings live in one page.

    Raises
    ------
    TanluError
        ``render.chart-failed`` when the engine refuses the option.
    """
    return _cached(canonical(option), width, height)


@lru_cache(maxsize=256)
def _cached(text: str, width: int, height: int) -> str:
    key = hashlib.sha256(f"{_asset_hash()}|{width}x{height}|{text}".encode()).hexdigest()[:10]
    svg = _worker().submit(_run, text, width, height).result()
    return _INSTANCE_ID.sub(f"z{key}-", _HOVER.sub("", svg))


@cache
def _asset_hash() -> str:
    return hashlib.sha256("".join(_asset(name) for name in _ASSETS).encode()).hexdigest()


@cache
def _asset(name: str) -> str:
    return (resources.files("tanlu.render") / "assets" / name).read_text(encoding="utf-8")


@cache
def _worker() -> ThreadPoolExecutor:
    before = threading.stack_size(_STACK_BYTES)
    try:
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tanlu-charts")
        pool.submit(lambda: None).result()  # the thread starts with the large stack
    finally:
        threading.stack_size(before)
    return pool


def _runtime() -> Any:
    if not hasattr(_own, "context"):
        import quickjs  # noqa: PLC0415 (0.2 s, only where a chart is drawn)

        context = quickjs.Context()
        context.set_memory_limit(_MEMORY_BYTES)
        context.set_max_stack_size(_STACK_BYTES // 2)
        context.eval(_STUBS)
        for name in _ASSETS:
            context.eval(_asset(name))
        context.eval(_DRAW)
        _own.context = context
    return _own.context


def _run(text: str, width: int, height: int) -> str:
    context = _runtime()
    context.set_time_limit(_SECONDS)
    try:
        answer = context.get("tanluDraw")(text, width, height)
    except Exception as error:  # quickjs.JSException is known only after the late import
        raise TanluError("render.chart-failed", found=str(error)[:200]) from error
    return str(json.loads(answer))
