"""Groups of many sites: taken apart, priced, decided site by site, against the whole model."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tanlu.roadmap.assembly import Assembly, assemble
from tanlu.roadmap.case import read_case
from tanlu.roadmap.checks import find_breaches
from tanlu.roadmap.group import plan_group, steering
from tanlu.roadmap.planner import settle
from tanlu.roadmap.prices import find_prices, site_models
from tanlu.roadmap.search import Options, search
from tanlu.roadmap.sites import take_apart
from tanlu.roadmap.solve import Engine

FIRST, LAST = 2026, 2037


def group_case(seed: int, sites: int) -> dict[str, Any]:
    """Return plants with fuels and power to save, boilers, a roof, and rules for all together."""
    rng = random.Random(seed)  # noqa: S311 - a test
    case: dict[str, Any] = {
        "name": f"group {seed}",
        "years": {"first": FIRST, "last": LAST},
        "discount_rate": 0.08,
        "carriers": [
            {"id": "electricity", "electricity": True, "price": 650,
             "ef": {str(FIRST): 0.57, str(LAST): 0.3}},
            {"id": "gas", "price": 320, "ef": 0.202},
        ],
        "sites": [], "end_uses": [], "technologies": [], "measures": [], "pv": [],
        "contracts": [{"id": "green", "kind": "green_power", "premium": 30}],
    }  # fmt: skip
    for number in range(sites):
        _add_site(rng, case, f"s{number:02}")
    power = sum(u["demand"] for u in case["end_uses"] if u.get("carrier") == "electricity")
    heat = sum(u["demand"] for u in case["end_uses"] if u.get("kind") == "heat")
    tonnes = power * 0.57 + heat * 0.202 / 0.9
    levels = {str(FIRST + 3): round(tonnes * 0.95), str(LAST): round(tonnes * 0.5)}
    share = {str(FIRST + 2): 0.1, str(LAST): 0.3}
    case["targets"] = [
        {"id": "cap", "kind": "absolute", "levels": levels, "interpolate": True},
        {"id": "share", "kind": "renewable_share", "levels": share, "interpolate": True},
        {"id": "peak", "kind": "peak", "year": FIRST + 4},
    ]
    case["budget"] = {"per_year": round((power * 650 + heat * 350) * 0.05), "carry_over": True}
    return case


def _add_site(rng: random.Random, case: dict[str, Any], site: str) -> None:
    size = rng.lognormvariate(3, 0.7) * 1000
    case["sites"].append({"id": site})
    for use, part in (("power", 0.6), ("heat", 0.4)):
        name, demand = f"{site}-{use}", round(size * part, 3)
        entry: dict[str, Any] = {"id": name, "site": site, "demand": demand, "growth": 0.01}
        case["end_uses"].append(
            entry | ({"kind": "heat"} if use == "heat" else {"carrier": "electricity"})
        )
        for number in range(3):
            saving = round(rng.uniform(0.03, 0.15), 3)
            cost = demand * 500 * saving * rng.uniform(2, 9)
            case["measures"].append(
                {"id": f"{name}-{number}", "end_uses": [name], "saving": saving,
                 "capex": round(cost), "life": rng.choice([6, 10, 15])}
            )  # fmt: skip
    heat = round(size * 0.4, 3)
    for carrier, efficiency, cost in (("gas", 0.9, 80), ("electricity", 2.8, 500)):
        case["technologies"].append(
            {"id": f"{site}-{carrier}", "end_use": f"{site}-heat", "carrier": carrier,
             "efficiency": efficiency, "unit_size": round(heat / 3, 3), "max_units": 8,
             "capex": round(heat / 3 * cost), "life": 20,
             "existing": round(heat * 1.3, 3) if carrier == "gas" else 0}
        )  # fmt: skip
    case["pv"].append(
        {"id": f"{site}-pv", "site": site, "max_kw": round(size * 0.1), "yield_per_kw": 1.05,
         "capex": 3000, "om": 50, "envelope": [[1, 0], [0.6, 0.1]]}
    )  # fmt: skip


@pytest.fixture(scope="module", name="group")
def make_group() -> Assembly:
    return assemble(read_case(group_case(7, 12)))


def test_sites_at_the_relaxations_prices_cost_what_the_whole_costs(group: Assembly) -> None:
    whole = Engine(group.matrix, integer=False).run()
    assert whole.objective is not None
    assert whole.row_duals is not None
    parts = take_apart(group)

    price = parts.valid(whole.row_duals[parts.rows])
    alone = 0.0
    for part in parts.sites:
        engine = Engine(part.matrix, integer=False)
        engine.set_costs(part.priced(price))
        alone += engine.run().objective or np.nan

    assert parts.constant(price) + alone == pytest.approx(whole.objective, rel=1e-7)


def test_every_column_and_row_is_in_one_part(group: Assembly) -> None:
    parts = take_apart(group)
    columns = np.concatenate([parts.group.columns, *(p.columns for p in parts.sites)])
    rows = len(parts.rows) + sum(p.matrix.n_rows for p in parts.sites)
    assert sorted(columns) == list(range(group.matrix.n_columns))
    assert rows == group.matrix.n_rows
    of_group = {*group.layout.inv, *group.layout.bank, *group.layout.off}
    assert set(parts.group.columns) == of_group


def test_any_prices_give_a_lower_bound(group: Assembly) -> None:
    whole = Engine(group.matrix, integer=False).run()
    parts = take_apart(group)
    rng = np.random.default_rng(3)
    for _ in range(5):
        price = parts.valid(rng.normal(0, 0.1, len(parts.rows)))
        value = parts.constant(price)
        for part in parts.sites:
            engine = Engine(part.matrix, integer=False)
            engine.set_costs(part.priced(price))
            value += engine.run().objective or -np.inf
        assert value <= (whole.objective or np.nan) + 1e-6


def test_prices_prove_nearly_what_the_relaxation_proves(group: Assembly) -> None:
    parts = take_apart(group)
    priced = find_prices(parts, site_models(group.layout, parts))
    relaxed = search(group, Options()).bound
    assert priced is not None
    assert priced.bound <= relaxed + 1e-6
    assert priced.bound >= relaxed * (1 - 1e-3)


def test_money_left_in_a_year_costs_what_it_is_worth_less_in_the_next(group: Assembly) -> None:
    parts = take_apart(group)
    invested = np.isin(parts.rows, group.matrix.blocks["budget.investment"])
    price = np.zeros(len(parts.rows))
    price[invested] = np.linspace(1.2, 0.1, invested.sum())
    late, early = np.zeros(len(price)), np.zeros(len(price))
    first, second = np.flatnonzero(invested)[:2]
    late[first], late[second] = -5.0, 5.0  # 5 MCNY less taken in the first year, more in the next
    early[first], early[second] = 5.0, -5.0  # what others would have to save in the first year

    found = steering(group, parts, price)

    assert found.missed(late) == pytest.approx(0.0, abs=1e-12)
    assert found.missed(early) == pytest.approx(5.0 * 0.1)
    assert found.sums.shape[0] == invested.sum()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sites_that_decide_alone_keep_every_rule_together(seed: int) -> None:
    problem = read_case(group_case(seed, 12))
    assembly = assemble(problem)
    best = search(assembly, Options(gap=1e-3))
    found = plan_group(assembly, Options())
    assert found is not None
    assert found.values is not None
    assert best.values is not None

    solved = settle(problem, assembly, found, options=Options())

    assert find_breaches(problem, solved.choices, solved.result) == ()
    cost = float(assembly.matrix.cost @ solved.values)
    assert found.bound <= best.bound * (1 + 1e-9)
    assert cost >= best.bound - 1e-6
    assert cost <= float(assembly.matrix.cost @ best.values) * 1.02


def test_the_same_group_gives_the_same_plan(group: Assembly) -> None:
    first, second = (plan_group(group, Options()) for _ in range(2))
    assert first is not None
    assert second is not None
    assert np.array_equal(np.asarray(first.values), np.asarray(second.values))
    assert first.bound == second.bound


def test_a_target_out_of_reach_is_left_to_the_whole_model() -> None:
    case = group_case(1, 4)
    case["targets"].append(
        {"id": "no", "kind": "absolute", "scope": "1", "levels": {str(FIRST): 1}}
    )
    assembly = assemble(read_case(case))
    assert plan_group(assembly, Options()) is None
    assert search(assembly, Options()).status == "infeasible"
