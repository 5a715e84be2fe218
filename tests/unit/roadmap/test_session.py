"""A warm model gives what a fresh one gives, for every knob; sweeps, what-if, regret on it."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from importlib import resources
from typing import Any

import pytest

from tanlu.roadmap.alternatives import Group, Standing, find_alternatives
from tanlu.roadmap.assembly import assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.change import changed, read_change
from tanlu.roadmap.planner import solve_problem
from tanlu.roadmap.regret import compare
from tanlu.roadmap.search import Options
from tanlu.roadmap.session import Session
from tanlu.roadmap.simulate import Choices, nothing
from tanlu.roadmap.solve import Engine, Status
from tanlu.roadmap.solved import Solved
from tanlu.roadmap.sweeps import pareto, sweep, with_horizon_cap
from tanlu.roadmap.warm import WarmEngine
from tanlu.roadmap.whatif import Move, Stage, moved, what_if

QUIET = Options(explain=False)
FOLDER = resources.files("tanlu") / "data" / "plan_cases"


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def works(**more: Any) -> dict[str, Any]:
    """Return a plant on which every knob has something to turn."""
    return {
        "years": {"first": 2026, "last": 2031},
        "discount_rate": 0.08,
        "carriers": [
            {"id": "electricity", "electricity": True, "price": 650,
             "ef": {"2026": 0.5, "2031": 0.35}, "ef_scope3": 0.02},
            {"id": "gas", "price": 350, "ef": 0.2},
        ],
        "sites": [{"id": "p", "existing_pv": 500, "existing_claims": 1000}],
        "end_uses": [
            {"id": "lines", "site": "p", "carrier": "electricity", "demand": 60_000},
            {"id": "steam", "site": "p", "carrier": "gas", "demand": 30_000},
        ],
        "measures": [
            {"id": "motors", "end_uses": ["lines"], "saving": 0.1, "capex": 4_000_000,
             "life": 10, "blocks": 2},
            {"id": "lamps", "end_uses": ["lines"], "saving": 0.05, "capex": 9_000_000,
             "life": 10},
            {"id": "pump", "effect": "switch", "end_uses": ["steam"], "share": 0.7,
             "carrier_to": "electricity", "efficiency_old": 0.9, "efficiency_new": 3,
             "capex": 15_000_000, "life": 15},
        ],
        "contracts": [{"id": "gec", "kind": "gec", "sites": ["p"], "premium": 8,
                       "limit": 20_000}],
        "targets": [
            {"id": "cap", "levels": {"2029": 28_000, "2031": 22_000}},
            {"id": "use", "kind": "intensity", "levels": {"2030": 27_000}},
            {"id": "green", "kind": "renewable_share", "levels": {"2031": 0.1}},
        ],
        "offsets": {"price": 100, "max_share": 0.5},
        "budget": {"per_year": 9_000_000, "carry_over": True},
        **more,
    }  # fmt: skip


KNOBS = (
    "carbon_price=120", "carbon_price=x3", "power_price=x1.3", "growth=1%", "growth=-2%",
    "budget=x0.6", "budget=30000000", "grid_speed=1.5", "grid_speed=0.5",
    "neutrality_year=2031", "cap=x0.9", "cap=x1.1", "capex=x1.4", "capex=x0.5",
    "discount_rate=3%", "discount_rate=x2",
)  # fmt: skip


@pytest.fixture(scope="module", name="session")
def make_session() -> Session:
    problem = read_case(works())
    solved = solve_problem(problem, QUIET)
    assert isinstance(solved, Solved)
    return Session(problem, QUIET, solved)


def fresh_bound(problem: Any) -> float | None:
    """Return the relaxation of a problem assembled anew, all tangents loose [CNY]."""
    return Session(problem, QUIET).estimate(problem).cost_cny


@pytest.mark.parametrize("knob", KNOBS)
def test_new_values_on_the_old_structure_are_the_new_model(session: Session, knob: str) -> None:
    problem = changed(session.problem, [read_change(knob)])

    patched = session.assembly(problem)

    new = assemble(problem)
    old_run = Engine(patched.matrix, integer=True).run()
    new_run = Engine(new.matrix, integer=True).run()
    assert old_run.status is new_run.status
    if new_run.status is Status.OPTIMAL:
        assert old_run.objective == pytest.approx(new_run.objective, abs=1e-7)
    assert patched.layout.constant == pytest.approx(new.layout.constant)


@pytest.mark.parametrize("knob", KNOBS)
def test_a_plan_of_a_variant_is_the_plan_made_anew(session: Session, knob: str) -> None:
    problem = changed(session.problem, [read_change(knob)])

    warm, anew = session.plan(problem), solve_problem(problem, QUIET)

    assert isinstance(warm, Solved) == isinstance(anew, Solved)
    if isinstance(warm, Solved) and isinstance(anew, Solved):
        assert warm.objective_cny == pytest.approx(anew.objective_cny, abs=3)


def test_after_many_changes_the_estimate_of_the_start_is_the_same(session: Session) -> None:
    before = session.estimate(session.problem)
    for knob in KNOBS:
        session.estimate(changed(session.problem, [read_change(knob)]))

    after = session.estimate(session.problem)

    assert before.cost_cny is not None
    assert after.cost_cny == pytest.approx(before.cost_cny, rel=2e-4)


def test_a_warm_run_that_drags_is_given_up_and_run_cold(session: Session) -> None:
    engine = session._engine  # noqa: SLF001 - the rule is about the engine
    engine.cold_iterations, colds = 1, engine.cold_runs

    estimate = session.estimate(changed(session.problem, [read_change("power_price=x5")]))

    assert estimate.status == "optimal"
    assert not estimate.was_warm
    assert engine.cold_runs > colds


def test_another_structure_gets_a_model_of_its_own(session: Session) -> None:
    case = works()
    case["measures"] = case["measures"][:2]
    other = read_case(case)

    estimate = session.estimate(other)

    bound = fresh_bound(other)
    assert bound is not None
    assert estimate.cost_cny == pytest.approx(bound, rel=1e-6)


def test_pareto_costs_rise_as_caps_fall_and_stop_when_told(session: Session) -> None:
    points = pareto(session, 5)

    costs = [p.cost_cny for p in points if p.cost_cny is not None]
    assert len(costs) >= 4
    assert costs == sorted(costs)
    assert all(p.bound_cny is not None and p.bound_cny <= c + 1 for p, c in zip(points, costs))  # noqa: B905
    assert len(pareto(session, 5, has_plans=False, progress=lambda done, _: done < 2)) == 2


def test_without_caps_the_horizon_is_swept() -> None:
    case = works()
    case["targets"] = []
    problem = with_horizon_cap(read_case(case))

    points = pareto(Session(problem, QUIET), 3)

    totals = [p.total_t for p in points if p.total_t is not None]
    assert totals == sorted(totals, reverse=True)


def test_a_set_of_scenarios_keeps_its_names(session: Session) -> None:
    sets = [("dear", [read_change("power_price=x1.2")]), ("slow", [read_change("grid_speed=0.5")])]

    points = sweep(session, sets)

    assert [p.name for p in points] == ["dear", "slow"]
    assert {p.status for p in points} == {"estimate"}


def test_what_if_answers_three_times_and_says_what_moved() -> None:
    problem = read_case(load("v1.json"))
    solved = solve_problem(problem, QUIET)
    assert isinstance(solved, Solved)
    more = changed(problem, [read_change("budget=41000000")])

    answers = list(what_if(Session(problem, QUIET, solved), more))

    assert [a.stage for a in answers] == [Stage.FIXED, Stage.ESTIMATE, Stage.PLAN]
    assert answers[0].cost_cny == solved.objective_cny
    assert answers[2].cost_cny == 141_960_965  # V1c: all in 2026
    moves = {m.id: (m.before, m.after) for m in answers[2].moves}
    assert moves == {"A": (2027, 2026), "C": (2027, 2026)}


def test_what_if_names_the_targets_the_plan_as_it_is_no_longer_keeps() -> None:
    problem = read_case(load("v1a.json"))
    solved = solve_problem(problem, QUIET)
    assert isinstance(solved, Solved)
    tight = changed(problem, [read_change("cap=x0.99")])

    fixed, _, plan = what_if(Session(problem, QUIET, solved), tight)

    assert [(b.family, b.key) for b in fixed.missed] == [("absolute", "cap")]
    assert plan.status == "infeasible"


def test_regret_of_a_plan_in_its_own_scenario_is_none(session: Session) -> None:
    dear = changed(session.problem, [read_change("power_price=x1.5")])
    plans = [session.solved, session.plan(dear)]
    assert all(isinstance(plan, Solved) for plan in plans)

    found = compare(session, plans, [session.problem, dear])  # type: ignore[arg-type]

    assert found.regrets[0][0] == pytest.approx(0, abs=60)
    assert found.regrets[1][1] == pytest.approx(0, abs=60)
    assert found.perfect_information is not None
    assert found.perfect_information >= -60


def test_alternatives_of_v1_leave_out_only_what_costs_little() -> None:
    problem = read_case(load("v1.json"))
    solved = solve_problem(problem, QUIET)
    assert isinstance(solved, Solved)

    found = find_alternatives(solved, QUIET, extra=(0.05,))

    standing = {choice.measure: choice.standing for choice in found.choices}
    assert standing["B"] is Standing.MUST_HAVE
    assert standing["C"] is Standing.OPTIONAL
    spread = next(s for s in found.spreads if s.group is Group.MEASURES)
    assert [spread.least, spread.most] == pytest.approx([2, 3])


def test_what_costs_less_extra_is_within_what_may_cost_more(session: Session) -> None:
    assert session.solved is not None

    found = find_alternatives(session.solved, QUIET, extra=(0.05, 0.005))

    wide = {s.group: (s.least, s.most) for s in found.spreads if s.extra == 0.05}
    for spread in found.spreads:
        least, most = wide[spread.group]
        assert least <= spread.least <= spread.most <= most


def test_the_least_factor_is_where_the_caps_can_just_be_kept() -> None:
    session = Session(read_case(works()), QUIET)

    least = session.least_factor(("cap", "cumulative"))

    def status(factor: float) -> str:
        change = read_change(f"cap=x{factor:.9f}")
        return session.estimate(changed(session.problem, [change])).status

    assert 0 < least < 1
    assert status(least * (1 + 1e-3)) == "optimal"
    assert status(least * (1 - 1e-3)) == "infeasible"


def test_a_warm_model_with_hardly_any_iterations_still_gives_what_a_fresh_one_gives() -> None:
    assembly = assemble(read_case(works()))
    engine = WarmEngine(assembly.matrix)
    engine.run_cold()
    engine.cold_iterations = 1  # nothing is quick enough

    for factor in (1.3, 0.7, 1.4, 0.6):
        matrix = replace(assembly.matrix, cost=assembly.matrix.cost * factor)
        matrix.cost[assembly.layout.em["s1"]] += factor
        engine.apply(matrix)
        warm = engine.run_warm().objective
        engine.cold_iterations = 1
        fresh = Engine(matrix, integer=False).run().objective
        assert warm == pytest.approx(fresh, rel=1e-9)


def test_contracts_that_begin_earlier_or_deliver_more_are_moves() -> None:
    case = load("v1.json") | {
        "contracts": [{"id": "gec", "kind": "gec", "premium": 10},
                      {"id": "green", "kind": "green_power", "premium": 20}],
    }  # fmt: skip
    problem = read_case(case)
    site = next(iter(problem.sites))
    plan = nothing(problem)

    def claims(gec: tuple[int, ...], green: tuple[int, ...]) -> Choices:
        paths = {f"gec@{site}": gec, f"green@{site}": green}
        named = {name: tuple(map(Fraction, path)) for name, path in paths.items()}
        return replace(plan, claims=named)

    power = problem.carriers[problem.electricity()].unit
    moves = moved(problem, claims((0, 0, 5), (0, 3, 3)), claims((4, 5, 5), (0, 3, 4)))

    assert moves == (
        Move("gec", 2028, 2026, 5.0, 14.0, power),
        Move("green", 2027, 2027, 6.0, 7.0, power),
    )
    assert moved(problem, plan, plan) == ()
