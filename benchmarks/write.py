"""Write the results of a full run: JSON for machines, Markdown for people."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "results"
_LIBRARIES = ("duckdb", "narwhals", "numpy", "pandas", "polars", "pyarrow")


def machine() -> dict[str, Any]:
    """Return what the figures depend on; no name of a host and no path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def write_results(results: list[dict[str, Any]]) -> None:
    """Write one JSON and one Markdown file per group of cases, named before the underscore."""
    _FOLDER.mkdir(exist_ok=True)
    about = machine()
    for group in sorted({result["case"].split("_")[0] for result in results}):
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
        "Imports and the compiled factor book are not in the time; they are in the memory.",
        "",
    ]
    for result in results:
        lines += [f"## {result['case']}, {result['rows']:,} rows ({result['turns']} turns)", ""]
        lines += ["| variant | CPU s | peak MB |", "|---|---|---|"]
        lines += [
            f"| {name} | {figure['cpu_s']:.3f} | {figure['peak_mb']:.0f} |"
            for name, figure in result["variants"].items()
        ]
        if result["bars"]:
            lines += ["", "| bar | at most | seen | |", "|---|---|---|---|"]
            lines += [
                f"| {bar['name']} | {bar['at_most']:.3g} | {bar['seen']:.3g} | "
                f"{'met' if bar['met'] else '**not met**'} |"
                for bar in result["bars"]
            ]
        lines.append("")
    return "\n".join(lines)
