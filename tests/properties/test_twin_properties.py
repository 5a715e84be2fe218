"""The simulator in floats agrees with the exact one, on random small plans and random futures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanlu.roadmap.case import read_case
from tanlu.roadmap.change import scaled_grid
from tanlu.roadmap.planner import solve_problem
from tanlu.roadmap.search import Options
from tanlu.roadmap.simulate import ZERO, simulate
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.twin import Draws, Twin

if TYPE_CHECKING:
    from tanlu.roadmap.problem import Problem
    from tanlu.roadmap.simulate import Choices, Simulation
    from tanlu.roadmap.twin import Outcomes

AGREES = 1e-9


def charged(case: dict[str, Any]) -> dict[str, Any]:
    """Return a plant with old boilers to take out, offsets, a border charge and equity."""
    case["sites"].append({"id": "q"})
    case["end_uses"] += [
        {"id": "dryer", "site": "q", "carrier": "gas", "demand": 5_000},
        {"id": "heat", "site": "p", "demand": 8_000},
    ]
    case["carriers"].append({"id": "coal", "price": 500, "ef": 0.4})
    case["technologies"] = [
        {"id": "old", "end_use": "heat", "carrier": "coal", "unit_size": 5_000, "om": 90_000,
         "stock": {"2008": 1, "2020": 1}, "capex": 40_000, "life": 20, "retire_cost": 10_000},
        {"id": "new", "end_use": "heat", "carrier": "gas", "unit_size": 5_000, "capex": 200_000},
    ]  # fmt: skip
    case["measures"].append(
        {"id": "seal", "end_uses": ["dryer"], "saving": 0.1, "capex": 10_000, "life": 4}
    )
    case["targets"].append({"id": "fair", "kind": "equity", "levels": {"2030": 0.05}})
    case["ets"]["offsets"] = {"price": 50, "limit": 900}
    case["cbam"] = [
        {"id": "goods", "sites": ["p"], "export": 40, "output": 100, "benchmark": 60,
         "phase_in": {"2026": 0.025, "2030": 0.5}, "price": 500, "paid": 90}
    ]  # fmt: skip
    return case


def plant(*, switched: bool, pv: bool, cap: int) -> dict[str, Any]:
    """Return a plant with savings, a switch, generation and certificates."""
    measures: list[dict[str, Any]] = [
        {"id": "motors", "end_uses": ["lines"], "saving": 0.12, "capex": 3_000_000, "om": 20_000,
         "life": 3, "blocks": 3, "lead_years": 1},
        {"id": "lamps", "end_uses": ["lines"], "saving": 0.07, "capex": 900_000, "life": 10},
    ]  # fmt: skip
    if switched:
        measures.append(
            {"id": "pump", "effect": "switch", "end_uses": ["steam"], "share": 0.6,
             "carrier_to": "electricity", "efficiency_old": 0.9, "efficiency_new": 3,
             "capex": 5_000_000, "life": 15, "host_year": 2028, "host_capex": 800_000}
        )  # fmt: skip
    case: dict[str, Any] = {
        "years": {"first": 2026, "last": 2030},
        "discount_rate": 0.08,
        "carriers": [
            {"id": "electricity", "electricity": True, "price": {"2026": 650, "2030": 700},
             "ef": {"2026": 0.5, "2030": 0.4}, "ef_scope3": 0.03, "kgce_per_unit": {
                 "calorific": 122.9}},
            {"id": "gas", "price": 350, "ef": 0.2, "kgce_per_unit": {"calorific": 122.9}},
        ],
        "sites": [{"id": "p", "existing_pv": 700}],
        "end_uses": [
            {"id": "lines", "site": "p", "carrier": "electricity", "demand": 40_000},
            {"id": "steam", "site": "p", "carrier": "gas", "demand": 20_000, "growth": 0.01},
        ],
        "measures": measures,
        "contracts": [{"id": "gec", "kind": "gec", "sites": ["p"], "premium": 5}],
        "targets": [{"id": "cap", "levels": {"2029": cap}, "scope": "1+2"}],
        "ets": {"price": 90, "free": 3000, "scope": "1+2"},
    }  # fmt: skip
    if pv:
        case["pv"] = [
            {"id": "roof", "site": "p", "ownership": "own", "max_kw": 4000,
             "yield_per_kw": 1.1, "capex": 2900, "om": 50, "life": 25,
             "envelope": [[1, 0], [0.6, 0]]}
        ]  # fmt: skip
        case["storage"] = [
            {"id": "cell", "site": "p", "max_kwh": 3000, "shift_per_kwh": 0.3, "capex": 700,
             "om": 7, "life": 10, "spread": 450, "efficiency": 0.85}
        ]  # fmt: skip
    return case


def solved(case: dict[str, Any]) -> Solved:
    found = solve_problem(read_case(case), Options(explain=False))
    assert isinstance(found, Solved)
    return found


def agrees(outcomes: Outcomes, result: Simulation) -> None:
    for name in ("s1", "s2l", "s2m", "s3"):
        exact = np.array([mg / 1e9 for mg in result.total(name)])
        assert outcomes.emissions[name][0] == pytest.approx(exact, rel=AGREES, abs=1e-6)
    assert outcomes.npv[0] == pytest.approx(result.npv, rel=AGREES, abs=1.0)
    use = np.array([float(sum(v)) for v in zip(*result.use.values(), strict=True)])
    assert outcomes.use[0] == pytest.approx(use, rel=AGREES)


PLANS = [
    solved(plant(switched=switched, pv=pv, cap=cap))
    for switched, pv, cap in ((False, False, 21_000), (True, False, 15_000), (True, True, 9_000))
]
PLANS.append(solved(charged(plant(switched=True, pv=False, cap=17_000))))


@pytest.mark.parametrize("plan", PLANS)
def test_without_a_change_the_twin_is_the_simulator(plan: Solved) -> None:
    outcomes = Twin(plan.problem, plan.choices).run(Draws(1))

    agrees(outcomes, plan.result)
    assert not outcomes.short.any()


def moved(problem: Problem, outcomes: Outcomes, choices: Choices) -> Choices:
    """Return the choices of a future: what each route serves as the twin has it, to the step."""
    activity = {
        name: tuple(Fraction(float(v)) for v in np.broadcast_to(path, (1, problem.periods))[0])
        for name, path in outcomes.served.items()
    }
    return replace(choices, activity={**choices.activity, **activity})


@settings(max_examples=40, deadline=None)
@given(
    which=st.integers(0, len(PLANS) - 1),
    growth=st.integers(950, 1200),
    grid=st.integers(700, 1300),
    price=st.integers(700, 1500),
)
def test_a_future_is_what_the_simulator_gives_for_it(
    which: int, growth: int, grid: int, price: int
) -> None:
    plan = PLANS[which]
    problem = plan.problem
    turns = [Fraction(value, 1000) for value in (growth, grid, price)]
    uses = {
        name: replace(use, demand=tuple(value * turns[0] for value in use.demand))
        for name, use in problem.end_uses.items()
    }
    borders = {
        name: replace(
            border,
            export=tuple(v * turns[0] for v in border.export),
            output=tuple(v * turns[0] for v in border.output),
        )
        for name, border in problem.borders.items()
    }
    future = replace(problem, end_uses=uses, borders=borders)
    future = scaled_grid(future, lambda path: tuple(value * turns[1] for value in path))
    power = replace(
        future.carriers["electricity"],
        price=tuple(p * turns[2] for p in problem.carriers["electricity"].price),
    )
    future = replace(future, carriers={**future.carriers, "electricity": power})
    draws = Draws(
        1,
        np.full((1, 1), growth / 1000),
        {"electricity": np.full((1, 1), grid / 1000)},
        {"electricity": np.full((1, 1), price / 1000)},
    )

    outcomes = Twin(problem, plan.choices).run(draws)

    if any(plan.choices.claims["gec@p"]) and growth < 1000:
        return  # claims above what is bought are cut in the twin and a fault in the simulator
    agrees(outcomes, simulate(future, moved(problem, outcomes, plan.choices)))


@settings(max_examples=20, deadline=None)
@given(which=st.integers(0, len(PLANS) - 1), years=st.integers(1, 3))
def test_a_late_measure_saves_and_is_paid_later(which: int, years: int) -> None:
    plan = PLANS[which]
    problem, choices = plan.problem, plan.choices
    share = {
        name: (ZERO,) * years + path[:-years] if name.startswith(("motors", "lamps")) else path
        for name, path in choices.share.items()
    }
    late = replace(choices, share=share)
    delay = {name: np.array([years]) for name in ("motors", "lamps")}

    outcomes = Twin(problem, choices).run(Draws(1, delay=delay))

    agrees(outcomes, simulate(problem, moved(problem, outcomes, late)))


def test_the_fourth_plan_takes_stock_out_and_pays_at_the_border() -> None:
    plan = PLANS[-1]

    assert any(any(path) for path in plan.choices.retired.values())
    assert any(plan.result.money["cbam"])
    assert any(plan.result.money["ets_offsets"])


def test_equity_is_judged_against_what_a_site_would_emit_in_that_future() -> None:
    plan = PLANS[-1]
    draws = Draws(2, activity=np.array([[1.0], [1.1]]))

    outcomes = Twin(plan.problem, plan.choices).run(draws)

    base = outcomes.base_by_site["q"]["s1"]
    assert base[1] == pytest.approx(base[0] * 1.1)
    left = outcomes.by_site["q"]["s1"] / base
    assert left[:, -1] == pytest.approx(np.full(2, 0.9), abs=1e-6)
