"""Uncertainty of a large ledger: group its rows, then draw every total 10,000 times."""

from __future__ import annotations

from benchmarks.case import Bar, Case, register
from benchmarks.ledger import write_ledger

register(
    Case(
        name="engine_draws",
        prepare=write_ledger,
        variants={"group_and_draw": "tanlu_draws:draw"},
        sizes=(100_000, 1_000_000),
        bars=(Bar("1 M rows, 10,000 draws [CPU s]", "cpu_s", "group_and_draw", 3, 1_000_000),),
    )
)
