"""Run one variant of one case in a process of its own and print what it used."""

from __future__ import annotations

import importlib
import json
import resource
import sys
from pathlib import Path


def cpu_seconds() -> float:
    """Return the CPU time of this process, all threads, user and system [s]."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(variant: str, data: str, out: str) -> None:
    """Run the variant; the libraries it imports at module level are not part of its time."""
    module, function = variant.split(":")
    work = getattr(importlib.import_module(f"benchmarks.variants.{module}"), function)
    before = cpu_seconds()
    value = work(Path(data), Path(out))
    used = cpu_seconds() - before
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"cpu_s": used, "peak_mb": peak_kb / 1024, "value": value}))


if __name__ == "__main__":
    main(*sys.argv[1:])
