"""What is asked of a model after it was solved once, and what must not change its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.case import Bar, Case, register
from benchmarks.roadmap_instances import write_case

if TYPE_CHECKING:
    from pathlib import Path


def _write_count(folder: Path, count: int) -> None:
    (folder / "count").write_text(str(count), encoding="utf-8")


register(
    Case(
        name="roadmap_again",
        prepare=write_case,
        variants={
            "pareto_warm": "roadmap_again:pareto_warm",
            "pareto_cold": "roadmap_again:pareto_rebuilt",
            "prices_warm": "roadmap_again:scenarios_warm",
            "prices_cold": "roadmap_again:scenarios_cold",
            "slider": "roadmap_again:slider",
            "impossible": "roadmap_again:impossible",
        },
        sizes=(0, 1),
        bars=(
            Bar("20 caps, warm against rebuilt", "cpu_s", "pareto_warm", 1 / 8, 1, "pareto_cold"),
            Bar("100 prices, warm against cold", "cpu_s", "prices_warm", 1 / 4, 1, "prices_cold"),
            Bar("slider, median [ms]", "median_ms", "slider", 20, 1),
            Bar("why there is no plan [CPU s]", "cpu_s", "impossible", 2, 1),
        ),
        unit="size",
    )
)
register(
    Case(
        name="roadmap_order",
        prepare=_write_count,
        variants={"permuted": "roadmap_again:permuted"},
        sizes=(30, 300),
        bars=tuple(
            Bar("different plans of one model", "plans_each", "permuted", 1, count)
            for count in (30, 300)
        ),
        unit="solves",
    )
)
