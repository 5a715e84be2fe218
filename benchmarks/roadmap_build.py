"""The plan's model built and loaded into the solver: Tanlu, linopy and Pyomo.

The two others get every coefficient as an array, so the bars compare the building of rows and
columns. Reading a case exactly and working out its costs in fractions is shown beside it.
"""

from __future__ import annotations

from importlib.util import find_spec

from benchmarks.case import Bar, Case, register
from benchmarks.roadmap_arrays import write_arrays

OTHERS = tuple(name for name in ("linopy", "pyomo") if find_spec(name))
_BARS = (
    Bar("CPU against linopy", "cpu_s", "rows", 1 / 5, 2, "linopy"),
    Bar("CPU against Pyomo", "cpu_s", "rows", 1 / 20, 2, "pyomo"),
    Bar("peak memory against linopy", "peak_mb", "rows", 0.65, 2, "linopy"),
    Bar("peak memory against Pyomo", "peak_mb", "rows", 0.3, 2, "pyomo"),
    Bar("CPU with exact costs against linopy", "cpu_s", "build", 1, 2, "linopy"),
)

register(
    Case(
        name="roadmap_build",
        prepare=write_arrays,
        variants={
            "rows": "roadmap_tanlu:rows",
            "build": "roadmap_tanlu:build",
            "read_build": "roadmap_tanlu:read_and_build",
        }
        | {name: f"roadmap_{name}:build" for name in OTHERS},  # the extra `bench`
        agree=(("rows", "build", "read_build", *OTHERS),),
        sizes=(0, 1, 2),
        bars=tuple(bar for bar in _BARS if bar.to in OTHERS),
        unit="size",
    )
)
