"""Run the variants of one case in turn and keep the least CPU time and memory of each."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.case import Bar, Case

_ROOT = Path(__file__).resolve().parents[1]


def run_case(case: Case, rows: int, *, repeat: int) -> dict[str, Any]:
    """Run one case at one size and return its figures."""
    with tempfile.TemporaryDirectory(prefix="tanlu-bench-") as folder:
        data = Path(folder, "data")
        data.mkdir()
        case.prepare(data, rows)
        turns: dict[str, list[dict[str, Any]]] = {name: [] for name in case.variants}
        for turn in range(repeat):
            for name in case.variants:
                out = Path(folder, f"{name}-{turn}")
                out.mkdir()
                turns[name].append(_run_child(case.variants[name], data=data, out=out))
    figures = {name: _best(runs) for name, runs in turns.items()}
    for group in case.agree:
        values = {json.dumps(figures[name]["value"]) for name in group if name in figures}
        if len(values) != 1:
            msg = f"{case.name}, {rows} rows: {group} differ: {values}"
            raise AssertionError(msg)
    bars = [_judge(bar, figures) for bar in case.bars if bar.rows == rows]
    result = {"case": case.name, "rows": rows, "turns": repeat, "variants": figures, "bars": bars}
    _show(result, case.unit)
    return result | ({} if case.unit == "rows" else {"unit": case.unit})


def _run_child(variant: str, *, data: Path, out: Path) -> dict[str, Any]:
    """Run one variant in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.child", variant, str(data), str(out)]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the least of each figure."""
    return {
        "cpu_s": round(min(run["cpu_s"] for run in runs), 3),
        "peak_mb": round(min(run["peak_mb"] for run in runs), 1),
        "value": runs[0]["value"],
    }


def _judge(bar: Bar, figures: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a bar with the figure reached."""
    seen = _figure(figures[bar.of], bar.metric)
    if bar.to:
        seen /= _figure(figures[bar.to], bar.metric)
    return {"name": bar.name, "at_most": bar.at_most, "seen": seen, "met": seen <= bar.at_most}


def _figure(figures: dict[str, Any], metric: str) -> float:
    """Return a figure of the process, or one that the variant measured itself."""
    return float(figures[metric] if metric in figures else figures["value"][metric])


def _show(result: dict[str, Any], unit: str) -> None:
    """Print the figures of a case."""
    print(f"{result['case']}, {unit} {result['rows']:,}", flush=True)
    for name, figure in result["variants"].items():
        value = figure["value"] if isinstance(figure["value"], dict) else ""
        line = f"  {name:12} {figure['cpu_s']:9.3f} CPU s {figure['peak_mb']:9.1f} MB {value}"
        print(line.rstrip(), flush=True)
    for bar in result["bars"]:
        mark = "met" if bar["met"] else "NOT MET"
        print(f"  {bar['name']}: {bar['seen']:.4g} (at most {bar['at_most']:.4g}) {mark}")
