"""Random small models of stock, trading-scheme offsets, border charge and equity, by enumeration.

Every combination of retirements, new units and measures is tried; what is left, how much coal is
burnt in a year, is convex and piecewise linear, so that its corners are enough. No line of the
product is used but the planner.
"""

from __future__ import annotations

import itertools
import random
from functools import lru_cache
from typing import Any

import pytest

from tanlu.roadmap.planner import plan_json

Case = dict[str, Any]
FIRST, UNIT, WEST, SAVES_WEST = 2026, 5_000.0, 5_000.0, 0.2
COAL, GAS = 0.4, 0.2
MODELS, BLOCKS = 60, 6


def random_case(seed: int) -> Case:
    """Return two sites: steam from old and new boilers, and a furnace."""
    rng = random.Random(70_000 + seed)  # noqa: S311 - a test
    years = rng.choice([2, 3])
    last = FIRST + years - 1
    case: Case = {
        "years": {"first": FIRST, "last": last},
        "discount_rate": rng.choice([0, "0.05"]),
        "salvage": rng.choice(["straight_line", "none"]),
        "method": "location",
        "carriers": [
            {"id": "coal", "price": rng.choice([250, 300]), "ef": COAL},
            {"id": "gas", "price": rng.choice([260, 330]), "ef": GAS},
        ],
        "sites": [{"id": "east"}, {"id": "west"}],
        "end_uses": [
            {"id": "steam", "site": "east", "demand": 9_000, "kind": "heat"},
            {"id": "furnace", "site": "west", "carrier": "coal", "demand": WEST},
        ],
        "technologies": [
            {"id": "old", "end_use": "steam", "carrier": "coal", "unit_size": UNIT,
             "stock": {"2010": 1, "2022": 1}, "life": rng.choice([17, 18, 30]), "max_units": 0,
             "capex": rng.choice([0, 600_000]), "om": rng.choice([20_000, 200_000]),
             "retire_cost": rng.choice([-50_000, 30_000, 100_000])},
            {"id": "new", "end_use": "steam", "carrier": "gas", "unit_size": UNIT, "max_units": 2,
             "capex": rng.choice([300_000, 900_000]), "om": 10_000, "life": rng.choice([2, 10])},
        ],
        "measures": [
            {"id": "A", "end_uses": ["steam"], "saving": 0.1, "life": 10,
             "capex": rng.choice([200_000, 700_000])},
            {"id": "W", "end_uses": ["furnace"], "saving": SAVES_WEST, "life": 1,
             "capex": rng.choice([200_000, 400_000])},
        ],
        "targets": [],
    }  # fmt: skip
    if rng.random() < 0.6:
        offsets: Case = {"price": rng.choice([40, 150])}
        if rng.random() < 0.5:
            offsets |= {"max_share": 0.1, "limit": rng.choice([100, 400])}
        case["ets"] = {"price": rng.choice([100, 300]), "free": 2_000, "offsets": offsets}
    if rng.random() < 0.6:
        case["cbam"] = [
            {"id": "goods", "sites": ["east"], "export": 300, "output": 1_000, "benchmark": 2.5,
             "phase_in": [0.1, 0.2, 0.4][:years], "price": 500, "paid": rng.choice([0, 100])}
        ]  # fmt: skip
    if rng.random() < 0.4:
        case["targets"].append(
            {"id": "cap", "levels": {str(last): rng.choice([5_000, 4_200, 3_600])}}
        )
    if rng.random() < 0.4:
        levels = {str(last): rng.choice([0.05, 0.15, 0.25])}
        case["targets"].append({"id": "fair", "kind": "equity", "levels": levels})
    if rng.random() < 0.2:
        case["freeze_years"] = 1
    return case


def factors(case: Case, years: int) -> list[float]:
    return [(1 + float(case["discount_rate"])) ** -t for t in range(years + 1)]


def kept(case: Case, left: int, life: int) -> float:
    return left / life if case["salvage"] == "straight_line" else 0.0


def stock_cost(case: Case, installed: int, out: int | None, years: int) -> float:
    """Return upkeep, retirement and worth of an old boiler that is taken out in a year."""
    old, df = case["technologies"][0], factors(case, years)
    end = installed + old["life"] - FIRST
    serves = range(min(end, years) if out is None else out)
    cost = sum(df[t] * old["om"] for t in serves if t < end)
    if out is not None:
        return float(cost + df[out] * old["retire_cost"])
    return float(cost - df[years] * old["capex"] * kept(case, max(end - years, 0), old["life"]))


def built_cost(case: Case, item: Case, start: int, years: int, *, renews: bool) -> float:
    """Return investment, upkeep and worth of something that starts in a year."""
    df, life = factors(case, years), item["life"]
    begun = range(start, years, life) if renews else [start]
    cost = sum(df[t] * item["capex"] for t in begun)
    cost += sum(df[t] * item.get("om", 0) for t in range(start, min(years, start + life)))
    left = begun[-1] + life - years
    return float(cost - df[years] * item["capex"] * kept(case, max(left, 0), life))


class Yearly:
    """Least cost of a year in a given state; infinite when its rules cannot be kept."""

    def __init__(self, case: Case, years: int) -> None:
        self.case, self.years = case, years
        self.least = lru_cache(maxsize=None)(self._least)

    def _least(self, t: int, old: int, new: int, *, a: bool, w: bool) -> float:
        demand = 9_000 * (0.9 if a else 1.0)
        low, high = max(0.0, demand - new * UNIT), min(demand, old * UNIT)
        west = WEST * COAL * (1 - SAVES_WEST * w)
        most = self._most(t, demand, west, w=w)
        if most is None or low > high + 1e-9 or low > most + 1e-9:
            return float("inf")
        high = min(high, most)
        corners = [low, high, *(x for x in self._kinks(t, demand, west) if low < x < high)]
        return min(self._cost(t, x, demand, west, w=w) for x in corners)

    def _most(self, t: int, demand: float, west: float, *, w: bool) -> float | None:
        """Return the most coal that the targets leave to the steam, None when west breaks one."""
        most = float("inf")
        for target in self.case["targets"] if t == self.years - 1 else []:
            level = next(iter(target["levels"].values()))
            if target["id"] == "cap":
                east = level - west
            else:
                east = (1 - level) * COAL * 9_000
                if west > (1 - level) * COAL * WEST + 1e-9:
                    return None
            most = min(most, (east - GAS * demand) / (COAL - GAS))
        return most

    def _kinks(self, t: int, demand: float, west: float) -> list[float]:
        levels = []
        if "cbam" in self.case:
            levels.append(self._free(t) * 1_000 / 300)
        limit = self.case.get("ets", {}).get("offsets", {}).get("limit")
        if limit is not None:
            levels.append(limit / 0.1 - west)
        return [(east - GAS * demand) / (COAL - GAS) for east in levels]

    def _free(self, t: int) -> float:
        return float(300 * 2.5 * (1 - self.case["cbam"][0]["phase_in"][t]))

    def _cost(self, t: int, coal: float, demand: float, west: float, *, w: bool) -> float:
        case = self.case
        price = {c["id"]: c["price"] for c in case["carriers"]}
        cost = coal * price["coal"] + (demand - coal) * price["gas"]
        cost += WEST * (1 - SAVES_WEST * w) * price["coal"]
        east = COAL * coal + GAS * (demand - coal)
        if "ets" in case:
            ets, offsets = case["ets"], case["ets"]["offsets"]
            taken = (east + west) * offsets.get("max_share", 0.05)
            taken = min(taken, offsets.get("limit", taken))
            gain = max(ets["price"] - offsets["price"], 0)
            cost += ets["price"] * (east + west - ets["free"]) - taken * gain
        if "cbam" in case:
            border = case["cbam"][0]
            due = max(300 * east / 1_000 - self._free(t), 0)
            cost += due * (border["price"] - border["paid"])
        return float(cost)


def by_enumeration(case: Case) -> float | None:
    """Return the least cost of all combinations."""
    years = case["years"]["last"] - FIRST + 1
    yearly, df = Yearly(case, years), factors(case, years)
    life = case["technologies"][0]["life"]
    ends = [min(installed + life - FIRST, years) for installed in (2010, 2022)]
    first = case.get("freeze_years", 0)
    outs = [[None, *range(first, end)] for end in ends]
    starts = [None, *range(first, years)]
    build = [range(3) if t >= first else range(1) for t in range(years)]
    new, (a_facts, w_facts) = case["technologies"][1], case["measures"]
    best = float("inf")
    for out in itertools.product(*outs):
        stock = sum(stock_cost(case, i, o, years) for i, o in zip((2010, 2022), out, strict=True))
        for units in itertools.product(*build):
            fixed = stock + sum(
                n * built_cost(case, new, t, years, renews=False) for t, n in enumerate(units) if n
            )
            for a, w in itertools.product(starts, starts):
                cost = fixed
                if a is not None:
                    cost += built_cost(case, a_facts, a, years, renews=True)
                if w is not None:
                    cost += built_cost(case, w_facts, w, years, renews=True)
                for t in range(years):
                    old = sum(
                        t < (end if o is None else o) for end, o in zip(ends, out, strict=True)
                    )
                    running = sum(units[max(0, t - new["life"] + 1) : t + 1])
                    cost += df[t] * yearly.least(
                        t, old, running, a=a is not None and a <= t, w=w is not None and w <= t
                    )
                best = min(best, cost)
    return None if best == float("inf") else best


@pytest.mark.parametrize("block", range(BLOCKS))
def test_enumeration_and_planner_agree(block: int) -> None:
    each = MODELS // BLOCKS
    for seed in range(block * each, block * each + each):
        case = random_case(seed)

        plan, counted = plan_json(case, {"explain": False}), by_enumeration(case)

        if counted is None:
            assert plan["status"] == "infeasible", seed
        else:
            assert plan["status"] == "optimal", seed
            assert plan["cost_npv"] == pytest.approx(counted, rel=1e-6, abs=10), seed
            mg = plan["exact_mg"]
            for t, (before, after) in enumerate(zip(mg["baseline"], mg["emissions"], strict=True)):
                assert before - sum(wedge[t] for wedge in mg["wedges"].values()) == after


def test_the_random_models_take_out_keep_and_fail() -> None:
    plans = [plan_json(random_case(seed), {"explain": False}) for seed in range(24)]
    taken = [any(a["kind"] == "retirement" for a in plan["adoptions"]) for plan in plans]
    failed = [plan["status"] == "infeasible" for plan in plans]

    assert 4 <= sum(taken) <= 20
    assert 1 <= sum(failed) <= 12
