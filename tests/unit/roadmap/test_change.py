"""Knobs: what is read, what is refused, and what a turned knob changes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.case import read_case
from tanlu.roadmap.change import changed, read_change
from tanlu.roadmap.problem import Problem, TargetKind

CASE: dict[str, Any] = {
    "years": {"first": 2026, "last": 2028},
    "discount_rate": 0.08,
    "carriers": [
        {"id": "electricity", "electricity": True, "price": 600,
         "ef": {"2026": 0.5, "2028": 0.32}},
        {"id": "gas", "price": 300, "ef": 0.2},
    ],
    "sites": [{"id": "p"}],
    "end_uses": [
        {"id": "lines", "site": "p", "carrier": "electricity", "demand": 10_000},
        {"id": "oven", "site": "p", "carrier": "gas", "demand": 1_000},
    ],
    "targets": [{"id": "cap", "levels": {"2028": 3000}}],
}  # fmt: skip


def turned(text: str, **more: Any) -> Problem:
    return changed(read_case({**CASE, **more}), [read_change(text)])


@pytest.mark.parametrize(
    "text",
    ["", "budget", "budget=", "carbon=3", "budget=-1", "growth=-1", "neutrality_year=x2",
     "neutrality_year=2030.5", "cap=x-1", "capex=5", "discount_rate=8"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_the_known_names(text: str) -> None:
    with pytest.raises(TanluError) as caught:
        read_change(text)

    assert caught.value.code == "plan.change"
    assert "carbon_price" in str(caught.value.facts["known"])


def test_a_change_is_written_as_it_is_read() -> None:
    assert [read_change(t).text for t in ("budget=x1.5", "growth=2%")] == [
        "budget=x1.5",
        "growth=0.02",
    ]


def test_growth_compounds_from_the_first_year_and_moves_output() -> None:
    problem = turned("growth=10%")

    assert list(problem.end_uses["lines"].demand) == [10_000, 11_000, 12_100]
    assert list(problem.output) == [1, Fraction(11, 10), Fraction(121, 100)]


def test_a_grid_twice_as_fast_squares_what_is_left_and_leaves_fuels() -> None:
    problem = turned("grid_speed=2")

    path = problem.carriers["electricity"].ef
    assert [float(v) for v in path] == pytest.approx([0.5, 0.41**2 / 0.5, 0.32**2 / 0.5])
    assert problem.carriers["gas"].ef == (Fraction(1, 5),) * 3


def test_a_carbon_price_begins_where_there_was_none_and_scales_the_one_that_is() -> None:
    begun = turned("carbon_price=200")
    scaled = turned("carbon_price=x2", internal_price={"price": 50})

    assert begun.ets is not None
    assert list(begun.ets.price) == [200] * 3
    assert begun.ets.scopes == {1, 2}
    assert scaled.ets is None
    assert scaled.internal is not None
    assert list(scaled.internal.price) == [100] * 3


def test_neutrality_is_added_on_the_base_of_the_first_year() -> None:
    problem = turned("neutrality_year=2027")

    target = problem.targets["neutrality"]
    assert target.kind is TargetKind.NEUTRALITY
    assert target.levels == {1: 10_000 * Fraction(1, 2) + 1_000 * Fraction(1, 5)}


def test_a_year_outside_is_refused() -> None:
    with pytest.raises(TanluError) as caught:
        turned("neutrality_year=2050")

    assert caught.value.code == "plan.change-year"


@pytest.mark.parametrize("text", ["budget=x1.5", "carbon_price=x2", "cap=x1"])
def test_a_factor_on_what_is_not_there_changes_nothing(text: str) -> None:
    assert turned(text) == turned("power_price=x1")


def test_caps_and_budget_scale() -> None:
    assert turned("cap=x0.5").targets["cap"].levels == {2: 1500}
    problem = turned("budget=x2", budget={"per_year": {"2026": 5}})
    assert problem.budget is not None
    assert list(problem.budget.limits) == [10, None, None]


def test_a_year_that_is_past_has_no_budget_and_leaves_none() -> None:
    budget = {"per_year": 5, "carry_over": True, "first_year": 2027}

    for text, amount in (("budget=x2", 10), ("budget=7", 7)):
        problem = turned(text, budget=budget)
        assert problem.budget is not None
        assert list(problem.budget.limits) == [0, amount, amount]


def test_a_new_budget_begins_in_the_first_year_of_a_decision() -> None:
    measure = {"id": "A", "end_uses": ["lines"], "saving": 0.1, "capex": 100, "life": 5}

    late = turned("budget=7", measures=[measure | {"first_year": 2027}])

    assert late.budget is not None
    assert list(late.budget.limits) == [0, 7, 7]
    assert turned("budget=7", measures=[measure]).budget != late.budget


def test_investment_and_the_rate_of_interest_are_scaled_or_replaced() -> None:
    measure = {"id": "A", "end_uses": ["lines"], "saving": 0.1, "capex": 100, "life": 5,
               "host_year": 2027, "host_capex": 30}  # fmt: skip

    dear = turned("capex=x1.5", measures=[measure])

    assert list(dear.measures["A"].capex) == [150] * 3
    assert dear.measures["A"].host_capex == 30
    assert turned("discount_rate=6%").rate == Fraction(6, 100)
    assert turned("discount_rate=x1.5").rate == Fraction(12, 100)
