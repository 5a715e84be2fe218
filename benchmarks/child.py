"""Run one variant of one case in a process of its own and print what it used."""

from __future__ import annotations

import importlib
import json
import resource
import sys
from pathlib import Path


def cpu_seconds() -> float:
    """Return the CPU time of this process and those it ran, all threads, user and system [s]."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def peak_megabytes() -> float:
    """Return the peak resident memory of this process, or of one it ran if that was more [MB].

    The kernel's own high-water mark where there is one: `ru_maxrss` of a child starts with the
    memory of the parent it was forked from.
    """
    ran = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return max(ran, int(lines["VmHWM"].split()[0]) / 1024)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(variant: str, data: str, out: str) -> None:
    """Run the variant; the libraries it imports at module level are not part of its time."""
    module, function = variant.split(":")
    work = getattr(importlib.import_module(f"benchmarks.variants.{module}"), function)
    before = cpu_seconds()
    value = work(Path(data), Path(out))
    used = cpu_seconds() - before
    if isinstance(value, dict):  # a variant that times a part of its work itself
        used = value.pop("cpu_s", used)
    print(json.dumps({"cpu_s": used, "peak_mb": peak_megabytes(), "value": value}))


if __name__ == "__main__":
    main(*sys.argv[1:])
