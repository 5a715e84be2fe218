"""Random small chains of products over slices of the year, against a model of its own.

The model below knows activity by slice, builds by year and first years of measures and
retirements: no column or row of the product is used. What a plan makes is added up again from its
answer.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import make_plan, plan_json
from tanlu.roadmap.search import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

Case = dict[str, Any]
FIRST, YEARS = 2026, 3
MODELS, BLOCKS = 60, 6
NO_LIMIT = 1e9
SAVES, DRYER = 0.15, 5_000.0
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
            {"id": "dryer", "site": "works", "carrier": "gas", "demand": DRYER},
        ],
        "measures": [
            {"id": "drives", "end_uses": ["lines"], "saving": SAVES, "life": 5,
             "capex": rng.choice([2_000_000, 9_000_000])},
            {"id": "pumps", "end_uses": ["dryer"], "effect": "switch", "carrier_to": "power",
             "input_ratio": 0.4, "life": 5, "capex": rng.choice([300_000, 3_000_000])},
        ],
        "technologies": [
            {"id": "coal_plant", "makes": "power", "inputs": {"coal": 2.5}, "availability": 0.9,
             "existing": [60_000, 50_000, rng.choice([0, 50_000])], "variable_om": 12,
             "existing_om": rng.choice([0, 4_000_000]), "retire_cost": 100_000},
            {"id": "gas_plant", "makes": "power", "inputs": {"gas": 1.8}, "unit_size": 1_000,
             "continuous": rng.random() < 0.5, "capex": rng.choice([200_000, 900_000]),
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
        case["carriers"][0]["price_factor"] = {name: rng.choice([0.4, 1, 1.5]) for name in names}
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
    """A model of a case: activity ``x[i, s, t]`` in units, builds ``b[i, t]``, first years.

    Starts ``m[0, t]`` and ``m[1, t]`` are those of the measures, ``m[2, t]`` of coal taken out;
    ``d[t]`` is what the dryer takes of its new way.
    """

    def __init__(self, case: Case) -> None:
        self.case, self.ways = case, case["technologies"]
        given = case["slices"] or [{"id": "", "share": 1.0}]
        self.slices = [(one["id"], one["share"]) for one in given]
        size = len(self.ways) * len(self.slices) * YEARS
        self.x = np.arange(size).reshape(len(self.ways), len(self.slices), YEARS)
        self.b = size + np.arange(len(self.ways) * YEARS).reshape(len(self.ways), YEARS)
        self.m = size + self.b.size + np.arange(3 * YEARS).reshape(3, YEARS)
        self.d = size + self.b.size + self.m.size + np.arange(YEARS)
        self.cost = np.zeros(size + self.b.size + self.m.size + YEARS)
        self.fixed = 0.0
        self.rows: list[tuple[dict[int, float], float]] = []
        self.equal: list[tuple[dict[int, float], float]] = []
        for i, way in enumerate(self.ways):
            self._costs(i, way)
            self._limits(i, way)
        self._served(case["end_uses"][1])
        self._begun()
        for product in case["products"]:
            self._product(product)
        self._cap()

    def factor(self, t: float) -> float:
        """Return the discount factor of some years."""
        return float((1 + float(self.case["discount_rate"])) ** -t)

    def running(self, t: int) -> float:
        """Return the discount factor of the running costs of a year."""
        return self.factor(t + (0.5 if self.case["running_costs"] == "middle" else 0.0))

    def invested(self, item: Case, t: int) -> float:
        """Return what a build of a year costs less what it is worth at the end."""
        left = max(t + item.get("life", 20) - YEARS, 0) / item.get("life", 20)
        left *= self.case["salvage"] == "straight_line"
        return float(item.get("capex", 0) * (self.factor(t) - left * self.factor(YEARS)))

    def _begun(self) -> None:
        """Cost and rules of what begins once and stays: measures, the dryer, coal taken out."""
        coal = self.ways[0]
        gas = next(c["price"] for c in self.case["carriers"] if c["id"] == "gas")
        for t in range(YEARS):
            for which, measure in enumerate(self.case["measures"]):
                self.cost[self.m[which, t]] = self.invested(measure, t)
            saved = sum(self.running(s) * coal["existing_om"] for s in range(t, YEARS))
            self.cost[self.m[2, t]] = self.factor(t) * coal["retire_cost"] - saved
            self.fixed += self.running(t) * (DRYER * gas + coal["existing_om"])
            self.cost[self.d[t]] = -gas * self.running(t)
            self.equal.append(({int(self.d[t]): 1.0, **self.since(1, t, -DRYER)}, 0.0))
            if not path(coal["existing"])[t]:
                self.rows.append(({int(self.m[2, t]): 1.0}, 0.0))
        for which in range(3):
            self.rows.append(({int(column): 1.0 for column in self.m[which]}, 1.0))

    def since(self, which: int, t: int, value: float) -> dict[int, float]:
        """Return a value times whether something has begun by a year."""
        return {int(column): value for column in self.m[which, : t + 1]}

    def _costs(self, i: int, way: Case) -> None:
        price = {carrier["id"]: carrier["price"] for carrier in self.case["carriers"]}
        if "carrier" in way:
            way = {**way, "inputs": {way["carrier"]: 1}}
        factor = self.case["carriers"][0].get("price_factor", {})
        for s, (name, _) in enumerate(self.slices):
            price["electricity"] = self.case["carriers"][0]["price"] * factor.get(name, 1)
            each = sum(price.get(name, 0) * ratio for name, ratio in way.get("inputs", {}).items())
            each += way.get("variable_om", 0)
            for t in range(YEARS):
                self.cost[self.x[i, s, t]] = each * self.running(t)
        for t in range(YEARS):
            for s in range(t, min(YEARS, t + way.get("life", 20))):
                self.cost[self.b[i, t]] += way.get("om", 0) * self.running(s)
            self.cost[self.b[i, t]] += self.invested(way, t)

    def capacity(self, i: int, t: int, factor: float) -> tuple[dict[int, float], float]:
        """Return a factor times the capacity of a year: what is decided, and what is there."""
        way = self.ways[i]
        there = factor * path(way.get("existing", 0))[t]
        life, size = way.get("life", 20), way.get("unit_size", 0)
        built = {int(self.b[i, s]): factor * size for s in range(max(0, t - life + 1), t + 1)}
        return built | (self.since(2, t, -there) if "retire_cost" in way else {}), there

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
                if product["id"] == "power":
                    row |= self.since(0, t, -SAVES * asked) | {int(self.d[t]): 0.4 * share}
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
            row: dict[int, float] = {int(self.d[YEARS - 1]): -ef["gas"]}
            for i, way in enumerate(self.ways):
                taken = way.get("inputs", {way.get("carrier", ""): 1})
                each = sum(ef.get(name, 0) * ratio for name, ratio in taken.items())
                row |= {int(column): float(each) for column in self.x[i, :, YEARS - 1]}
            level = target["levels"][str(FIRST + YEARS - 1)]
            self.rows.append((row, level - ef["gas"] * DRYER))

    def least(self) -> float | None:
        """Return the least cost, None where the rules cannot be kept."""
        tables = [np.zeros((len(part), len(self.cost))) for part in (self.rows, self.equal)]
        for table, part in zip(tables, (self.rows, self.equal), strict=True):
            for r, (row, _) in enumerate(part):
                for column, value in row.items():
                    table[r, column] += value
        sides = [np.array([side for _, side in part]) for part in (self.rows, self.equal)]
        built = [NO_LIMIT if "unit_size" in way else 0 for way in self.ways for _ in range(YEARS)]
        whole = ["unit_size" in way and not way["continuous"] for way in self.ways]
        ones, none = np.ones(self.m.size), np.zeros(YEARS)
        found = milp(
            self.cost,
            constraints=[
                LinearConstraint(tables[0], -np.inf, sides[0]),
                LinearConstraint(tables[1], sides[1], sides[1]),
            ],
            bounds=Bounds(0, [*[NO_LIMIT] * self.x.size, *built, *ones, *(none + NO_LIMIT)]),
            options={"mip_rel_gap": 0.0},
            integrality=np.concatenate(
                [np.zeros(self.x.size), np.repeat(whole, YEARS), ones, none]
            ).astype(int),
        )
        return None if found.x is None else float(self.cost @ found.x) + self.fixed


def holds(case: Case, plan: Case, served: Mapping[str, Any]) -> None:
    """Add up what a plan says that it makes, and compare with what is taken and can be made."""
    model, series = Model(case), plan["series"]
    values = np.zeros(len(model.cost))
    for i, way in enumerate(model.ways):
        for s, (name, _) in enumerate(model.slices):
            values[model.x[i, s]] = series[f"made:{way['id']}" + (f"/{name}" if name else "")]
        for adoption in plan["adoptions"]:
            if adoption["id"] == way["id"]:
                values[model.b[i, adoption["year"] - FIRST]] = adoption["size"]
    begun = {a["id"]: a["year"] - FIRST for a in plan["adoptions"]}
    for which, name in enumerate(("drives", "pumps", "coal_plant/now")):
        if name in begun:
            values[model.m[which, begun[name]]] = 1
    values[model.d] = [float(value) for value in served["dryer/pumps"]]
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

        made, least = make_plan(read_case(case), Options(explain=False)), Model(case).least()
        plan = made.to_json()

        if least is None:
            assert plan["status"] == "infeasible", seed
            continue
        assert plan["status"] == "optimal", seed
        assert plan["cost_npv"] == pytest.approx(least, rel=1e-6, abs=20), seed
        assert made.result is not None
        holds(case, plan, made.result.served)
        mg = plan["exact_mg"]
        for t, (before, after) in enumerate(zip(mg["baseline"], mg["emissions"], strict=True)):
            assert before - sum(wedge[t] for wedge in mg["wedges"].values()) == after, seed


def test_the_random_models_build_keep_and_fail() -> None:
    plans = [plan_json(random_case(seed), {"explain": False}) for seed in range(24)]
    built = {adoption["id"] for plan in plans for adoption in plan["adoptions"]}
    failed = [plan["status"] == "infeasible" for plan in plans]

    assert {"gas_plant", "panels", "electrolyzer"} <= built
    assert 1 <= sum(failed) <= 12
