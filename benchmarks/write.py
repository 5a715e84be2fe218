"""Write the results of a full run: JSON for machines, Markdown for people."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "results"
_LIBRARIES = ("duckdb", "narwhals", "numpy", "pandas", "polars", "pyarrow")
_OF_GROUP = {
    "roadmap": ("highspy", "linopy", "numpy", "pyomo", "scipy"),
    "render": ("jinja2", "python-docx", "quickjs-ng", "typst", "xlsxwriter"),
}
_ABOUT = {
    "engine": "Imports and the compiled factor book are not in the time; they are in the memory.",
    "render": "Imports are not in the time; the drawing of the charts is, but for the board paper.",
    "roadmap": "Imports and the making of the instance are not in the time; they are in the "
    "memory. Sizes: 1 is one plant, 2 is 20 plants, 3 is 200 plants, 36 years each; 0 is a "
    "smaller plant.",
}


def machine(libraries: tuple[str, ...] = _LIBRARIES) -> dict[str, Any]:
    """Return what the figures depend on; no name of a host and no path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in libraries},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def write_results(results: list[dict[str, Any]]) -> None:
    """Write one JSON and one Markdown file per group of cases, named before the underscore."""
    _FOLDER.mkdir(exist_ok=True)
    for group in sorted({result["case"].split("_")[0] for result in results}):
        about = machine(_OF_GROUP.get(group, _LIBRARIES))
        path = _FOLDER / f"{group}.json"
        held = json.loads(path.read_text("utf-8"))["results"] if path.exists() else []
        new = [result for result in results if result["case"].split("_")[0] == group]
        fresh = {(result["case"], result["rows"]) for result in new}
        kept = [result for result in held if (result["case"], result["rows"]) not in fresh]
        every = sorted([*kept, *new], key=lambda result: (result["case"], result["rows"]))
        text = json.dumps({"machine": about, "results": every}, indent=1, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8")
        path.with_suffix(".md").write_text(_markdown(group, about, every), encoding="utf-8")


def _markdown(group: str, about: dict[str, Any], results: list[dict[str, Any]]) -> str:
    """Return the results as a page."""
    libraries = ", ".join(f"{name} {number}" for name, number in about["libraries"].items())
    lines = [
        f"# Benchmarks: {group}",
        "",
        f"{about['cores']} cores ({about['processor']}), {about['memory_gb']} GB, "
        f"Python {about['python']}, {libraries}. CPU seconds of all threads and peak memory of a "
        "child process per variant, the least of the turns; variants run in turn in one job. "
        + _ABOUT.get(group, ""),
        "",
    ]
    for result in results:
        size = (
            f"{result['unit']} {result['rows']}" if "unit" in result else f"{result['rows']:,} rows"
        )
        lines += [f"## {result['case']}, {size} ({result['turns']} turns)", ""]
        lines += _table(result["variants"])
        if result["bars"]:
            lines += ["", "| bar | at most | seen | |", "|---|---|---|---|"]
            lines += [
                f"| {bar['name']} | {bar['at_most']:.3g} | {bar['seen']:.3g} | "
                f"{'met' if bar['met'] else '**not met**'} |"
                for bar in result["bars"]
            ]
        lines.append("")
    return "\n".join(lines)


def _table(variants: dict[str, Any]) -> list[str]:
    """Return the figures of the variants, with what they measured themselves."""
    more = sorted(
        {key for v in variants.values() if isinstance(v["value"], dict) for key in v["value"]}
    )
    lines = [
        " | ".join(["| variant", "CPU s", "peak MB", *more]) + " |",
        "|---" * (3 + len(more)) + "|",
    ]
    for name, figure in variants.items():
        value = figure["value"] if isinstance(figure["value"], dict) else {}
        cells = [_shown(value.get(key, "")) for key in more]
        row = [f"| {name}", f"{figure['cpu_s']:.3f}", f"{figure['peak_mb']:.0f}", *cells]
        lines.append(" | ".join(row) + " |")
    return lines


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
