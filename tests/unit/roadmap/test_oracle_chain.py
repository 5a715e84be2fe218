"""Random small chains of products over slices of the year, against a linear model of its own.

The model below knows activity by slice and builds by year, nothing else: no column or row of the
product is used. What a plan makes is added up again from its answer.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from tanlu.roadmap.planner import plan_json

Case = dict[str, Any]
FIRST, YEARS = 2026, 3
MODELS, BLOCKS = 60, 6
NO_LIMIT = 1e9
NEAR = 1e-5  # of an amount: what rounding to quanta may add up to along a chain


def random_case(seed: int) -> Case:
    """Return power from coal, gas, panels and the grid, and hydrogen from power for two uses."""
    rng = random.Random(90_000 + seed)  # noqa: S311 - a test
    slices = {"day": 0.5, "night": 0.5} if rng.random() < 0.5 else {}
    if not slices and rng.random() < 0.6:
        slices = {"winter": 0.3, "spring": 0.2, "summer": 0.5}
    names = list(slices)

    def spread() -> dict[str, float]:
        cuts = sorted(rng.randint(0, 10) for _ in names[1:])
        return {n: (b - a) / 10 for n, a, b in zip(names, [0, *cuts], [*cuts, 10], strict=True)}

    case: Case = {
        "years": {"first": FIRST, "last": FIRST + YEARS - 1},
        "discount_rate": rng.choice([0, 0.07]),
        "salvage": rng.choice(["straight_line", "none"]),
        "running_costs": rng.choice(["start", "middle"]),
        "method": "location",
        "carriers": [
            {"id": "electricity", "electricity": True, "price": rng.choice([450, 700]), "ef": 0.5},
            {"id": "coal", "price": 110, "ef": 0.34},
            {"id": "gas", "price": rng.choice([150, 260]), "ef": 0.2},
        ],
        "slices": [{"id": name, "share": share} for name, share in slices.items()],
        "products": [{"id": "power"}, {"id": "hydrogen"}],
        "sites": [{"id": "works"}],
        "end_uses": [
            {"id": "lines", "site": "works", "carrier": "power",
             "demand": [40_000, 42_000, 45_000]},
            {"id": "furnace", "site": "works", "demand": 20_000},
        ],
        "technologies": [
            {"id": "coal_plant", "makes": "power", "inputs": {"coal": 2.5}, "availability": 0.9,
             "existing": [60_000, 50_000, rng.choice([0, 50_000])], "variable_om": 12},
            {"id": "gas_plant", "makes": "power", "inputs": {"gas": 1.8}, "unit_size": 1_000,
             "continuous": True, "capex": rng.choice([200_000, 900_000]),
             "life": rng.choice([2, 9])},
            {"id": "panels", "makes": "power", "unit_size": 1, "continuous": True, "capex": 900,
             "life": 12, "om": 9, "max_capacity": rng.choice([NO_LIMIT, 20_000])},
            {"id": "grid", "makes": "power", "carrier": "electricity",
             "max_output": rng.choice([NO_LIMIT, 15_000])},
            {"id": "electrolyzer", "makes": "hydrogen", "inputs": {"power": 1.4}, "unit_size": 1,
             "continuous": True, "capex": rng.choice([100, 600]), "life": 6},
            {"id": "reformer", "makes": "hydrogen", "inputs": {"gas": 1.3},
             "by_products": {"power": rng.choice([0, 0.1])}, "existing": 30_000},
            {"id": "burner", "end_use": "furnace", "inputs": {"hydrogen": 1.05}},
            {"id": "gas_burner", "end_use": "furnace", "inputs": {"gas": 1.1},
             "existing": [20_000, 12_000, 12_000], "min_output": rng.choice([0, 3_000])},
        ],
        "targets": [],
    }  # fmt: skip
    products, uses, ways = case["products"], case["end_uses"], case["technologies"]
    if slices:
        uses[0]["profile"] = spread()
        uses[1]["profile"] = rng.choice(["any", spread()])
        ways[2]["availability"] = {name: rng.choice([0, 0.1, 0.4]) for name in names}
        products[1]["storable"] = rng.random() < 0.5
    else:
        ways[2]["availability"] = 0.15
    if rng.random() < 0.3:
        products[0]["reserve_margin"] = 0.15
        for technology in ways[2:4]:
            technology["firm"] = 0
    if rng.random() < 0.6:
        level = rng.choice([45_000, 25_000, 12_000, 2_000])
        case["targets"] = [{"id": "cap", "scope": "1+2", "levels": {str(FIRST + 2): level}}]
    return case


def path(value: Any) -> list[float]:
    return [float(v) for v in value] if isinstance(value, list) else [float(value)] * YEARS


class Model:
    """A linear model of a case: activity ``x[i, s, t]`` in units, builds ``b[i, t]``."""

    def __init__(self, case: Case) -> None:
        self.case, self.ways = case, case["technologies"]
        given = case["slices"] or [{"id": "", "share": 1.0}]
        self.slices = [(one["id"], one["share"]) for one in given]
        size = len(self.ways) * len(self.slices) * YEARS
        self.x = np.arange(size).reshape(len(self.ways), len(self.slices), YEARS)
        self.b = size + np.arange(len(self.ways) * YEARS).reshape(len(self.ways), YEARS)
        self.cost = np.zeros(size + self.b.size)
        self.fixed = 0.0
        self.rows: list[tuple[dict[int, float], float]] = []
        self.equal: list[tuple[dict[int, float], float]] = []
        for i, way in enumerate(self.ways):
            self._costs(i, way)
            self._limits(i, way)
        for use in case["end_uses"][1:]:
            self._served(use)
        for product in case["products"]:
            self._product(product)
        self._cap()

    def _costs(self, i: int, way: Case) -> None:
        rate = float(self.case["discount_rate"])
        late = 0.5 if self.case["running_costs"] == "middle" else 0.0
        price = {carrier["id"]: carrier["price"] for carrier in self.case["carriers"]}
        if "carrier" in way:
            way = {**way, "inputs": {way["carrier"]: 1}}
        each = sum(price.get(name, 0) * ratio for name, ratio in way.get("inputs", {}).items())
        each += way.get("variable_om", 0)
        for t in range(YEARS):
            self.cost[self.x[i, :, t]] = each * (1 + rate) ** -(t + late)
            life = way.get("life", 20)
            for s in range(t, min(YEARS, t + life)):
                self.cost[self.b[i, t]] += way.get("om", 0) * (1 + rate) ** -(s + late)
            left = max(t + life - YEARS, 0) / life * (self.case["salvage"] == "straight_line")
            worth = left * (1 + rate) ** -YEARS
            self.cost[self.b[i, t]] += way.get("capex", 0) * ((1 + rate) ** -t - worth)

    def capacity(self, i: int, t: int, factor: float) -> tuple[dict[int, float], float]:
        """Return a factor times the capacity of a year: its builds, and what is there."""
        way = self.ways[i]
        life, size = way.get("life", 20), way.get("unit_size", 0)
        built = {int(self.b[i, s]): factor * size for s in range(max(0, t - life + 1), t + 1)}
        return built, factor * path(way.get("existing", 0))[t]

    def _limits(self, i: int, way: Case) -> None:
        limited = "existing" in way or "unit_size" in way
        free = way.get("availability", 1)
        for t in range(YEARS):
            for s, (name, share) in enumerate(self.slices):
                part = free[name] if isinstance(free, dict) else free
                built, there = self.capacity(i, t, -share * part)
                if limited:
                    self.rows.append(({int(self.x[i, s, t]): 1.0, **built}, -there))
            year = {int(column): 1.0 for column in self.x[i, :, t]}
            self.rows.append((year, path(way.get("max_output", NO_LIMIT))[t]))
            least = dict.fromkeys(year, -1.0)
            self.rows.append((least, -path(way.get("min_output", 0))[t]))
            if "max_capacity" in way:
                built, there = self.capacity(i, t, 1.0)
                self.rows.append((built, path(way["max_capacity"])[t] - there))

    def _served(self, use: Case) -> None:
        mine = [i for i, way in enumerate(self.ways) if way.get("end_use") == use["id"]]
        for t, demand in enumerate(path(use["demand"])):
            if use.get("profile") == "any":
                whole = {int(c): 1.0 for i in mine for c in self.x[i, :, t]}
                self.equal.append((whole, demand))
                continue
            for s, (name, share) in enumerate(self.slices):
                part = use["profile"][name] if "profile" in use else share
                self.equal.append(({int(self.x[i, s, t]): 1.0 for i in mine}, part * demand))

    def _net(self, product: str, s: int, t: int) -> dict[int, float]:
        """Return what is taken less what is made of a product in a slice, by column."""
        found = {}
        for i, way in enumerate(self.ways):
            taken = way.get("inputs", {}).get(product, 0)
            made = way.get("by_products", {}).get(product, 0) + (way.get("makes") == product)
            found[int(self.x[i, s, t])] = float(taken - made)
        return found

    def _product(self, product: Case) -> None:
        direct = [use for use in self.case["end_uses"] if use.get("carrier") == product["id"]]
        for t in range(YEARS):
            whole: dict[int, float] = {}
            for s, (name, share) in enumerate(self.slices):
                row = self._net(product["id"], s, t)
                asked = sum(
                    path(use["demand"])[t] * (use["profile"][name] if "profile" in use else share)
                    for use in direct
                )
                whole |= row
                if not product.get("storable"):
                    self.rows.append((row, -asked))
                self._reserve(product, s, t, share)
            if product.get("storable"):
                self.rows.append((whole, 0.0))

    def _reserve(self, product: Case, s: int, t: int, share: float) -> None:
        if "reserve_margin" not in product:
            return
        row: dict[int, float] = {}
        there = 0.0
        for i, way in enumerate(self.ways):
            ratio = way.get("by_products", {}).get(product["id"], 0)
            ratio += way.get("makes") == product["id"]
            row[int(self.x[i, s, t])] = (1 + product["reserve_margin"]) * ratio / share
            built, existing = self.capacity(i, t, way.get("firm", 1) * ratio)
            row |= {column: -value for column, value in built.items()}
            there += existing
        self.rows.append((row, there))

    def _cap(self) -> None:
        ef = {carrier["id"]: carrier["ef"] for carrier in self.case["carriers"]}
        for target in self.case["targets"]:
            row: dict[int, float] = {}
            for i, way in enumerate(self.ways):
                taken = way.get("inputs", {way.get("carrier", ""): 1})
                each = sum(ef.get(name, 0) * ratio for name, ratio in taken.items())
                row |= {int(column): float(each) for column in self.x[i, :, YEARS - 1]}
            self.rows.append((row, target["levels"][str(FIRST + YEARS - 1)]))

    def least(self) -> float | None:
        """Return the least cost, None where the rules cannot be kept."""
        tables = [np.zeros((len(part), len(self.cost))) for part in (self.rows, self.equal)]
        for table, part in zip(tables, (self.rows, self.equal), strict=True):
            for r, (row, _) in enumerate(part):
                for column, value in row.items():
                    table[r, column] += value
        open_ = [(0, None)] * self.x.size + [
            (0, None if "unit_size" in way else 0) for way in self.ways for _ in range(YEARS)
        ]
        found = linprog(
            self.cost,
            A_ub=tables[0], b_ub=[up for _, up in self.rows],
            A_eq=tables[1], b_eq=[side for _, side in self.equal],
            bounds=open_, method="highs",
        )  # fmt: skip
        return None if found.x is None else float(self.cost @ found.x)


def holds(case: Case, plan: Case) -> None:
    """Add up what a plan says that it makes, and compare with what is taken and can be made."""
    model, series = Model(case), plan["series"]
    values = np.zeros(len(model.cost))
    for i, way in enumerate(model.ways):
        for s, (name, _) in enumerate(model.slices):
            values[model.x[i, s]] = series[f"made:{way['id']}" + (f"/{name}" if name else "")]
        for adoption in plan["adoptions"]:
            if adoption["id"] == way["id"]:
                values[model.b[i, adoption["year"] - FIRST]] = adoption["size"]
    for row, up in model.rows:
        left = sum(value * values[column] for column, value in row.items())
        assert left <= up + NEAR * max(abs(up), 1_000)
    for row, side in model.equal:
        left = sum(value * values[column] for column, value in row.items())
        assert left == pytest.approx(side, abs=NEAR * 1_000)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_model_of_its_own_and_the_planner_agree(block: int) -> None:
    each = MODELS // BLOCKS
    for seed in range(block * each, block * each + each):
        case = random_case(seed)

        plan, least = plan_json(case, {"explain": False}), Model(case).least()

        if least is None:
            assert plan["status"] == "infeasible", seed
            continue
        assert plan["status"] == "optimal", seed
        assert plan["cost_npv"] == pytest.approx(least, rel=1e-6, abs=20), seed
        holds(case, plan)
        mg = plan["exact_mg"]
        for t, (before, after) in enumerate(zip(mg["baseline"], mg["emissions"], strict=True)):
            assert before - sum(wedge[t] for wedge in mg["wedges"].values()) == after, seed


def test_the_random_models_build_keep_and_fail() -> None:
    plans = [plan_json(random_case(seed), {"explain": False}) for seed in range(24)]
    built = {adoption["id"] for plan in plans for adoption in plan["adoptions"]}
    failed = [plan["status"] == "infeasible" for plan in plans]

    assert {"gas_plant", "panels", "electrolyzer"} <= built
    assert 1 <= sum(failed) <= 12
