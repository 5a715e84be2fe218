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
            "pareto_cold": "roadmap_again:pareto_cold",
            "prices_warm": "roadmap_again:prices_warm",
            "prices_cold": "roadmap_again:prices_cold",
            "slider": "roadmap_again:slider",
        },
        sizes=(0, 1),
        bars=(
            Bar("20 caps relaxed, warm to cold", "cpu_s", "pareto_warm", 1 / 8, 1, "pareto_cold"),
            Bar(
                "100 prices relaxed, warm to cold", "cpu_s", "prices_warm", 1 / 4, 1, "prices_cold"
            ),
            Bar("slider, relaxation, median [ms]", "relaxed_ms", "slider", 20, 1),
            Bar("slider, planned anew, median [ms]", "planned_ms", "slider", 1000, 1),
        ),
        unit="size",
    )
)
register(
    Case(
        name="roadmap_curve",
        prepare=write_case,
        variants={
            "plans": "roadmap_again:curve",
            "monolith": "roadmap_again:curve_monolith",
        },
        sizes=(0, 1),
        bars=(
            Bar("20 caps planned against whole models", "cpu_s", "plans", 1 / 4, 1, "monolith"),
            Bar("their cost against whole models", "sum_mcny", "plans", 1.002, 1, "monolith"),
        ),
        unit="size",
    )
)
register(
    Case(
        name="roadmap_impossible",
        prepare=write_case,
        variants={"diagnose": "roadmap_again:impossible"},
        sizes=(1, 0),  # of a small model it says the exact amount, which takes longer
        bars=(Bar("why there is no plan [CPU s]", "cpu_s", "diagnose", 2, 1),),
        unit="size",
    )
)
register(
    Case(
        name="roadmap_group",
        prepare=write_case,
        variants={"warm": "roadmap_again:group_again"},
        sizes=(0, 2),
        bars=(Bar("worst change relaxed again, warm to cold", "worst", "warm", 1.4, 2),),
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
