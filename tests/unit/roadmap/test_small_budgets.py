"""A plan keeps any budget, however small; nothing to invest is an ordinary question."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.breach import Breach
from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import not_kept, settle
from tanlu.roadmap.search import Options, search
from tanlu.roadmap.solved import Solved

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Problem

QUIET = Options(explain=False)


def with_budget(amount: int, *, carry_over: bool) -> Problem:
    """Return the case of two measures with one budget for every year and no target."""
    folder = resources.files("tanlu") / "data" / "plan_cases"
    case: dict[str, Any] = json.loads((folder / "v1.json").read_text(encoding="utf-8"))
    budget = {"per_year": amount, "carry_over": carry_over}
    return read_case({**case, "budget": budget, "targets": []})


@pytest.mark.parametrize("carry_over", [False, True])
@pytest.mark.parametrize("amount", [0, 1])
def test_a_large_plan_settles_within_a_budget_below_its_margin(
    amount: int, *, carry_over: bool
) -> None:
    problem = with_budget(amount, carry_over=carry_over)
    assembly = assemble(problem)
    found = replace(search(assembly, QUIET), status="feasible")  # as a large one is

    solved = settle(problem, assembly, found, options=QUIET)

    assert isinstance(solved, Solved)
    assert sum(solved.result.investment) <= amount * problem.periods


def test_what_rounding_cannot_keep_is_told_in_words_the_reader_knows() -> None:
    problem = read_case(json.loads(_text("v1a.json")))
    target = next(iter(problem.targets))
    year = problem.years[1]

    budget = not_kept(problem, [Breach("budget", "budget", 1, Fraction(1, 10**9))])
    missed = not_kept(
        problem, [Breach(str(problem.targets[target].kind), target, 1, Fraction(1, 10**9))]
    )
    other = not_kept(problem, [])

    assert (budget.code, budget.facts) == ("plan.inexact-budget", {"year": str(year)})
    assert (missed.code, missed.facts["target"]) == ("plan.inexact-target", target)
    assert (other.code, other.facts) == ("plan.inexact", {})


def _text(name: str) -> str:
    folder = resources.files("tanlu") / "data" / "plan_cases"
    return (folder / name).read_text(encoding="utf-8")
