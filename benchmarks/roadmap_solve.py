"""Relaxations and plans: log form against chain form, fix-and-solve against the whole model."""

from __future__ import annotations

from benchmarks.case import Bar, Case, register
from benchmarks.roadmap_instances import write_case

register(
    Case(
        name="roadmap_form",
        prepare=write_case,
        variants={"log": "roadmap_solve:log_form", "chain": "roadmap_solve:chain_form"},
        sizes=(0, 1, 2),
        bars=(
            Bar("CPU of the log form against the chain form", "cpu_s", "log", 1 / 5, 2, "chain"),
            Bar("bound of the chain form against the log form", "bound_mcny", "chain", 1, 2, "log"),
        ),
        unit="size",
    )
)
register(
    Case(
        name="roadmap_search",
        prepare=write_case,
        variants={"tanlu": "roadmap_solve:search", "monolith": "roadmap_solve:monolith"},
        sizes=(0, 1, 2),
        bars=(
            Bar("certified gap of the exact plan", "gap", "tanlu", 1.5e-3, 1),
            Bar("CPU against the whole model", "cpu_s", "tanlu", 1 / 5, 1, "monolith"),
            Bar("certified gap of the exact plan", "gap", "tanlu", 1.5e-3, 2),
            Bar("cost against the whole model", "cost_mcny", "tanlu", 1, 2, "monolith"),
            Bar("CPU against the whole model", "cpu_s", "tanlu", 1 / 5, 2, "monolith"),
        ),
        unit="size",
    )
)
register(
    Case(
        name="roadmap_threads",
        prepare=write_case,
        variants={"sites": "roadmap_solve:sites_on_threads"},
        sizes=(0, 2),
        bars=(Bar("wall of two threads against one", "two_to_one", "sites", 1 / 1.7, 2),),
        unit="size",
    )
)
