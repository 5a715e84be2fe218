"""V11: random small models by enumeration, by Tanlu, and by a second solver with another model.

Enumeration works on whole years and milligrams; GLPK gets a formulation of its own: a column for
each starting year of a measure, and a column for each combination of measures in each year, which
makes products exact without a tangent. Neither uses a line of the product.
"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from tanlu.roadmap.planner import plan_json

Case = dict[str, Any]
FIRST = 2026
MODELS = 300
BLOCKS = 10
USES = {"lines": ("0.5306", "0.5", "0.45"), "oven": ("0.202", "0.202", "0.202")}


def random_case(seed: int) -> Case:
    """Return a case with at most 15 binaries: measures that save, and rules on when."""
    rng = random.Random(10_000 + seed)  # noqa: S311 - a test
    years = rng.choice([2, 3])
    count = rng.choice([3, 4, 5])
    last = FIRST + years - 1
    measures = [_measure(rng, index) for index in range(count)]
    case: Case = {
        "name": f"small {seed}",
        "years": {"first": FIRST, "last": last},
        "discount_rate": rng.choice([0, "0.05", "0.08"]),
        "salvage": rng.choice(["straight_line", "sinking_fund", "none"]),
        "method": "location",
        "carriers": [
            {"id": "electricity", "unit": "MWh", "electricity": True,
             "price": [650, 640, 630][:years], "ef": list(USES["lines"][:years])},
            {"id": "gas", "unit": "MWh", "price": rng.choice([250, 350]), "ef": USES["oven"][0]},
        ],
        "sites": [{"id": "plant"}],
        "end_uses": [
            {"id": "lines", "site": "plant", "carrier": "electricity", "demand": 100_000},
            {"id": "oven", "site": "plant", "carrier": "gas",
             "demand": [40_000, 40_400, 40_804][:years]},
        ],
        "measures": measures,
        "targets": [],
    }  # fmt: skip
    if rng.random() < 0.6:
        limit = rng.choice([5, 12, 24]) * 10**6
        case["budget"] = {"per_year": limit, "carry_over": rng.random() < 0.5}
    if rng.random() < 0.5:
        level = rng.choice([58_000, 51_000, 45_000, 41_000])
        case["targets"].append({"id": "cap", "kind": "absolute", "levels": {str(last): level}})
    if rng.random() < 0.3:
        level = rng.choice([58_000, 52_000]) * years
        case["targets"].append({"id": "sum", "kind": "cumulative", "levels": {str(last): level}})
    if rng.random() < 0.2:
        case["targets"].append({"id": "peak", "kind": "peak", "year": FIRST})
    if rng.random() < 0.4:
        case["ets"] = {"price": rng.choice([80, 400]), "free": 1_000, "scope": "1+2"}
    if rng.random() < 0.2:
        case["freeze_years"] = 1
    if rng.random() < 0.2:
        case["decision_years"] = [FIRST, last]
    if rng.random() < 0.2:
        case["locks"] = [
            {"measure": "A", "year": last}
            if rng.random() < 0.5
            else {"measure": "A", "never": True}
        ]
    return case


def _measure(rng: random.Random, index: int) -> Case:
    measure: Case = {
        "id": "ABCDE"[index],
        "end_uses": rng.choice([["lines"], ["oven"], ["lines", "oven"]]),
        "saving": rng.choice(["0.05", "0.1", "0.2", "0.35", "-0.02"]),
        "capex": rng.choice([1, 4, 9, 20]) * 10**6,
        "om": rng.choice([0, 0, 200_000, -100_000]),
        "life": rng.choice([1, 2, 5, 10]),
        "lead_years": rng.choice([0, 0, 1]),
    }
    if index and rng.random() < 0.3:
        measure["requires"] = ["ABCDE"[index - 1]]
    if rng.random() < 0.3:
        measure["exclusive_group"] = "one"
    if rng.random() < 0.3:
        measure |= {"kind": "same", "max_rollout": "0.3"}
    if rng.random() < 0.2:
        measure |= {"host_year": FIRST + rng.choice([0, 1]), "host_capex": 3_000_000}
    if rng.random() < 0.2:
        measure["first_year"] = FIRST + 1
    return measure


@dataclass(frozen=True)
class Facts:
    """What both ways need, in whole CNY, kWh and mg."""

    years: int
    names: tuple[str, ...]
    open: dict[tuple[int, int], bool]
    cost: dict[tuple[int, int], float]
    paid: dict[tuple[int, int], list[int]]
    cost_of: list[list[float]]
    mg_of: list[list[int]]
    constant: float


def facts(case: Case) -> Facts:
    """Work out costs by start year and use by combination of measures."""
    years = len(case["end_uses"][1]["demand"])
    rate = Fraction(str(case["discount_rate"]))
    df = [1 / (1 + rate) ** t for t in range(years + 1)]
    measures = case["measures"]
    starts = [(i, s) for i in range(len(measures)) for s in range(years)]
    paid = {(i, s): _paid(measures[i], s, years) for i, s in starts}
    cost = {(i, s): float(_cost(case, measures[i], s, df=df)) for i, s in starts}
    price = case.get("ets", {"price": 0, "free": 0})
    costs: list[list[float]] = []
    mgs: list[list[int]] = []
    for t in range(years):
        each = [
            _year(case, t, subset, df[t], price["price"]) for subset in range(2 ** len(measures))
        ]
        costs.append([c for c, _ in each])
        mgs.append([mg for _, mg in each])
    constant = -float(
        sum((df[t] * price["price"] * price["free"] for t in range(years)), Fraction(0))
    )
    return Facts(
        years, tuple(m["id"] for m in measures),
        {key: _open(case, measures[key[0]], key[1]) for key in starts},
        cost, paid, costs, mgs, constant,
    )  # fmt: skip


def _open(case: Case, measure: Case, start: int) -> bool:
    year, lead = FIRST + start, measure["lead_years"]
    early = start < lead or start < case.get("freeze_years", 0)
    closed = start > 0 and year not in case.get("decision_years", [year])
    return not (early or closed or year < measure.get("first_year", FIRST) + lead)


def _paid(measure: Case, start: int, years: int) -> list[int]:
    out = [0] * years
    for begin in range(start, years, measure["life"]):
        if begin - measure["lead_years"] >= 0:
            out[begin - measure["lead_years"]] += measure["capex"]
    return out


def _cost(case: Case, measure: Case, start: int, *, df: list[Fraction]) -> Fraction:
    years, life = len(df) - 1, int(measure["life"])
    paid = _paid(measure, start, years)
    total = sum((f * p for f, p in zip(df, paid, strict=False)), Fraction(0))
    total += sum((df[t] * int(measure["om"]) for t in range(start, years)), Fraction(0))
    left = -(years - start) % life
    total -= df[years] * int(measure["capex"]) * _kept(case, left, life)
    if "host_year" in measure and measure["host_year"] - FIRST >= start:
        total -= df[measure["host_year"] - FIRST] * int(measure["host_capex"])
    return total


def _kept(case: Case, left: int, life: int) -> Fraction:
    rate = Fraction(str(case["discount_rate"]))
    if case["salvage"] == "none" or left == 0:
        return Fraction(0)
    if case["salvage"] == "straight_line" or rate == 0:
        return Fraction(left, life)
    return 1 - ((1 + rate) ** (life - left) - 1) / ((1 + rate) ** life - 1)


def _year(case: Case, t: int, subset: int, df: Fraction, carbon: int) -> tuple[float, int]:
    """Return the discounted cost of energy and carbon, and emissions, of a combination."""
    cost, mg = Fraction(0), 0
    for use in case["end_uses"]:
        demand = use["demand"][t] if isinstance(use["demand"], list) else use["demand"]
        left = Fraction(demand)
        for i, measure in enumerate(case["measures"]):
            if subset >> i & 1 and use["id"] in measure["end_uses"]:
                left *= 1 - Fraction(measure["saving"])
        left = Fraction(math.floor(left * 1000 + Fraction(1, 2)), 1000)
        price = (
            case["carriers"][0]["price"][t]
            if use["id"] == "lines"
            else case["carriers"][1]["price"]
        )
        cost += left * price
        mg += math.floor(left * Fraction(USES[use["id"]][t]) * 10**9 + Fraction(1, 2))
    return float(df * (cost + carbon * Fraction(mg, 10**9))), mg


def by_enumeration(case: Case) -> float | None:
    """Return the least cost over all combinations of starting years."""
    known = facts(case)
    best: float | None = None
    choices = [
        [*(s for s in range(known.years) if known.open[i, s]), None]
        for i in range(len(known.names))
    ]
    for starts in itertools.product(*choices):
        if not _allowed(case, starts, known):
            continue
        total = known.constant + sum(
            known.cost[i, s] for i, s in enumerate(starts) if s is not None
        )
        sets = [
            sum(1 << i for i, s in enumerate(starts) if s is not None and s <= t)
            for t in range(known.years)
        ]
        if _keeps(case, [known.mg_of[t][k] for t, k in enumerate(sets)]):
            total += sum(known.cost_of[t][k] for t, k in enumerate(sets))
            best = total if best is None else min(best, total)
    return best


def _allowed(case: Case, starts: tuple[int | None, ...], known: Facts) -> bool:
    never = known.years
    at = {name: (never if s is None else s) for name, s in zip(known.names, starts, strict=True)}
    measures = case["measures"]
    if any(at[m["id"]] < at[needed] for m in measures for needed in m.get("requires", [])):
        return False
    if sum(at[m["id"]] < never for m in measures if "exclusive_group" in m) > 1:
        return False
    for lock in case.get("locks", []):
        if at[lock["measure"]] != (never if lock.get("never") else lock["year"] - FIRST):
            return False
    same = [at[m["id"]] for m in measures if "max_rollout" in m]
    if len(same) > 1 and any(same.count(t) > _most(same) for t in range(known.years)):
        return False
    return _affordable(case, starts, known)


def _most(same: list[int]) -> int:
    return math.ceil(Fraction("0.3") * len(same))


def _affordable(case: Case, starts: tuple[int | None, ...], known: Facts) -> bool:
    if "budget" not in case:
        return True
    carried = 0
    for t in range(known.years):
        spent = sum(known.paid[i, s][t] for i, s in enumerate(starts) if s is not None)
        rest = case["budget"]["per_year"] + carried - spent
        if rest < 0:
            return False
        carried = rest if case["budget"]["carry_over"] else 0
    return True


def _keeps(case: Case, mg: list[int]) -> bool:
    for target in case["targets"]:
        if target["kind"] == "peak":
            if any(after > before for before, after in itertools.pairwise(mg)):
                return False
            continue
        level = next(iter(target["levels"].values())) * 10**9
        if (mg[-1] if target["kind"] == "absolute" else sum(mg)) > level:
            return False
    return True


class _Glpk:
    """A thin hand on the second solver: columns and rows, then the least cost."""

    def __init__(self) -> None:
        self.glpk = pytest.importorskip("swiglpk", reason="no second solver: pip install swiglpk")
        self.model = self.glpk.glp_create_prob()
        self.columns = 0

    def column(self, cost: float, *, top: float | None = None, whole: bool = False) -> int:
        self.columns = int(self.glpk.glp_add_cols(self.model, 1))
        kind = self.glpk.GLP_LO if top is None else self.glpk.GLP_DB if top else self.glpk.GLP_FX
        self.glpk.glp_set_col_bnds(self.model, self.columns, kind, 0.0, top or 0.0)
        self.glpk.glp_set_obj_coef(self.model, self.columns, cost)
        if whole:
            self.glpk.glp_set_col_kind(self.model, self.columns, self.glpk.GLP_IV)
        return self.columns

    def row(self, cells: list[tuple[int, float]], *, most: float, exactly: bool = False) -> None:
        summed: dict[int, float] = {}
        for column, value in cells:
            summed[column] = summed.get(column, 0.0) + value
        index, value_of = (
            self.glpk.intArray(len(summed) + 1),
            self.glpk.doubleArray(len(summed) + 1),
        )
        for place, (column, value) in enumerate(sorted(summed.items()), start=1):
            index[place], value_of[place] = column, value
        row = self.glpk.glp_add_rows(self.model, 1)
        kind = self.glpk.GLP_FX if exactly else self.glpk.GLP_UP
        self.glpk.glp_set_row_bnds(self.model, row, kind, most, most)
        self.glpk.glp_set_mat_row(self.model, row, len(summed), index, value_of)

    def least(self) -> float | None:
        options = self.glpk.glp_iocp()
        self.glpk.glp_init_iocp(options)
        options.presolve, options.msg_lev = self.glpk.GLP_ON, self.glpk.GLP_MSG_OFF
        code = self.glpk.glp_intopt(self.model, options)
        status = self.glpk.glp_mip_status(self.model)
        value = float(self.glpk.glp_mip_obj_val(self.model))
        self.glpk.glp_delete_prob(self.model)
        if code == self.glpk.GLP_ENOPFS or status == self.glpk.GLP_NOFEAS:
            return None
        assert code == 0
        assert status == self.glpk.GLP_OPT
        return value


def by_second_solver(case: Case) -> float | None:
    """Return the least cost of a formulation by starting years and combinations [MCNY inside]."""
    known, lp = facts(case), _Glpk()
    starts = {
        key: lp.column(cost / 1e6, top=float(known.open[key]), whole=True)
        for key, cost in known.cost.items()
    }
    combos = [[lp.column(cost / 1e6) for cost in row] for row in known.cost_of]
    count, years = len(known.names), range(known.years)

    def running(i: int, t: int, value: float = 1.0) -> list[tuple[int, float]]:
        return [(starts[i, s], value) for s in range(t + 1)]

    for i in range(count):
        lp.row(running(i, known.years - 1), most=1.0)
    for t in years:
        lp.row([(c, 1.0) for c in combos[t]], most=1.0, exactly=True)
        for i in range(count):
            chosen = [(c, 1.0) for k, c in enumerate(combos[t]) if k >> i & 1]
            lp.row([*chosen, *running(i, t, -1.0)], most=0.0, exactly=True)
    _rules(case, known, lp, starts)
    _limits(case, known, lp, combos)
    least = lp.least()
    return None if least is None else least * 1e6 + known.constant


def _rules(case: Case, known: Facts, lp: _Glpk, starts: dict[tuple[int, int], int]) -> None:
    place, years = {name: i for i, name in enumerate(known.names)}, range(known.years)
    for measure in case["measures"]:
        i = place[measure["id"]]
        for needed in measure.get("requires", []):
            for t in years:
                mine = [(starts[i, s], 1.0) for s in range(t + 1)]
                lp.row([*mine, *((starts[place[needed], s], -1.0) for s in range(t + 1))], most=0.0)
    grouped = [place[m["id"]] for m in case["measures"] if "exclusive_group" in m]
    if grouped:
        lp.row([(starts[i, s], 1.0) for i in grouped for s in years], most=1.0)
    for lock in case.get("locks", []):
        i = place[lock["measure"]]
        for s in years:
            now = not lock.get("never") and FIRST + s == lock["year"]
            lp.row([(starts[i, s], 1.0)], most=float(now), exactly=True)
    same = [place[m["id"]] for m in case["measures"] if "max_rollout" in m]
    for s in years if len(same) > 1 else []:
        lp.row([(starts[i, s], 1.0) for i in same], most=float(_most(same)))
    if "budget" in case:
        before: list[tuple[int, float]] = []
        for t in years:
            spent = [(column, known.paid[i, s][t] / 1e6) for (i, s), column in starts.items()]
            bank = [(lp.column(0.0), 1.0)] if case["budget"]["carry_over"] else []
            lp.row(
                [*spent, *bank, *((c, -v) for c, v in before)],
                most=case["budget"]["per_year"] / 1e6,
            )
            before = bank


def _limits(case: Case, known: Facts, lp: _Glpk, combos: list[list[int]]) -> None:
    def emitted(t: int, value: float = 1.0) -> list[tuple[int, float]]:
        return [(c, value * mg / 1e12) for c, mg in zip(combos[t], known.mg_of[t], strict=True)]

    for target in case["targets"]:
        if target["kind"] == "peak":
            for t in range(1, known.years):
                lp.row([*emitted(t), *emitted(t - 1, -1.0)], most=0.0)
            continue
        level = next(iter(target["levels"].values())) / 1e3
        over = [known.years - 1] if target["kind"] == "absolute" else range(known.years)
        lp.row([cell for t in over for cell in emitted(t)], most=level)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_enumeration_tanlu_and_a_second_solver_agree(block: int) -> None:
    each = MODELS // BLOCKS
    for seed in range(block * each, block * each + each):
        case = random_case(seed)

        plan = plan_json(case, {"explain": False})
        counted, second = by_enumeration(case), by_second_solver(case)

        if counted is None:
            assert plan["status"] == "infeasible", seed
            assert second is None, seed
        else:
            assert plan["status"] == "optimal", seed
            assert plan["cost_npv"] == pytest.approx(counted, rel=1e-6, abs=10), seed
            assert second == pytest.approx(counted, rel=1e-6), seed


def test_the_random_models_are_of_both_kinds() -> None:
    found = [by_enumeration(random_case(seed)) for seed in range(40)]

    assert 4 <= found.count(None) <= 25
