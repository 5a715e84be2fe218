"""The simulator and the checks in whole numbers say, to the last digit, what fractions say."""

from __future__ import annotations

import json
import random
from dataclasses import fields, replace
from fractions import Fraction
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanlu.kernel.rounding import floor_half_up, to_multiple
from tanlu.roadmap import checks
from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import solve_problem
from tanlu.roadmap.scaled import scaled, total_of
from tanlu.roadmap.search import Options
from tanlu.roadmap.simulate import nothing, simulate
from tanlu.roadmap.solved import Solved
from tests.properties import fractions_checks, fractions_simulator

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Problem, Series
    from tanlu.roadmap.simulate import Choices

DATA = resources.files("tanlu") / "data"
CASES = (
    "sector_cases/steel", "sector_cases/cement", "plan_cases/v1", "plan_cases/p2-mix",
    "plan_cases/battery-pv", "plan_cases/retire", "plan_cases/slices", "plan_cases/ageing",
    "plan_cases/chain", "plan_cases/v2", "plan_cases/tariff-slices", "plan_cases/cbam",
)  # fmt: skip
PATHS = ("share", "activity", "capacity", "within", "after", "export", "claims", "stored",
         "shifted_own", "shifted_grid")  # fmt: skip

number = st.fractions(min_value=-100, max_value=10**6, max_denominator=10**4)
series = st.lists(number, min_size=3, max_size=3).map(tuple)


def _problem(name: str) -> Problem:
    case: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return read_case(case)


def _spoiled(path: Series, rng: random.Random) -> Series:
    """Move one year of some paths, so that rules break."""
    if rng.random() < 0.6:
        return path
    values = list(path)
    year = rng.randrange(len(values))
    step = Fraction(rng.choice([-1, 1]), rng.choice([1, 2, 3, 7]))
    values[year] = max(Fraction(0), values[year] + step)
    return tuple(values)


def _plans(problem: Problem) -> list[Choices]:
    solved = solve_problem(problem, Options(gap=1e-2, explain=False))
    assert isinstance(solved, Solved)
    found = [nothing(problem), solved.choices]
    for seed in range(6):
        rng = random.Random(seed)  # noqa: S311 - any plan will do
        moved: dict[str, Any] = {
            name: {key: _spoiled(path, rng) for key, path in getattr(solved.choices, name).items()}
            for name in PATHS
        }
        offsets = _spoiled(solved.choices.offsets, rng)
        found.append(replace(solved.choices, offsets=offsets, **moved))
    return found


@pytest.mark.parametrize("name", CASES)
def test_plans_good_and_bad_are_the_same_to_the_last_digit(name: str) -> None:
    problem = _problem(name)
    broken = 0
    for choices in _plans(problem):
        mine, theirs = simulate(problem, choices), fractions_simulator.simulate(problem, choices)
        for field in fields(theirs):
            assert getattr(mine, field.name) == getattr(theirs, field.name), field.name
        for check in fractions_checks.CHECKS:
            expected = list(check(problem, choices, mine))
            found = list(getattr(checks, check.__name__)(problem, choices, mine))
            places = {b.key for b in expected} | set(choices.share)
            own = [b for b in found if b.family != "pv" or b.key in places]
            assert own == expected, check.__name__
            broken += len(expected)
    assert broken or not problem.measures  # else the plans were not bad enough


@given(series, series, st.fractions(min_value=Fraction(1, 1000), max_value=10))
def test_sums_products_and_roundings_are_those_of_fractions(
    one: Series, other: Series, step: Fraction
) -> None:
    a, b = scaled(one), scaled(other)
    pairs = list(zip(one, other, strict=True))

    assert a.series() == one
    assert a.plus(b).series() == tuple(x + y for x, y in pairs)
    assert a.minus(b).series() == tuple(x - y for x, y in pairs)
    assert a.times(b).series() == tuple(x * y for x, y in pairs)
    assert a.by(step).series() == tuple(x * step for x in one)
    assert total_of([a, b, a], 3).series() == tuple(2 * x + y for x, y in pairs)
    assert a.to_steps(step).series() == tuple(to_multiple(x, step) for x in one)
    assert a.half_up() == tuple(floor_half_up(x) for x in one)
    assert a.half_up(10**9) == tuple(floor_half_up(x * 10**9) for x in one)


def test_a_list_that_changes_is_read_again() -> None:
    values = [Fraction(1), Fraction(1, 2)]
    assert scaled(values).series() == (Fraction(1), Fraction(1, 2))
    values[0] = Fraction(7)
    assert scaled(values).series() == (Fraction(7), Fraction(1, 2))
