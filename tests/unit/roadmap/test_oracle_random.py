"""Random plans of all families, checked again from the case and the published plan alone.

The checker is slow, in exact numbers, and shares no line with the product: it reads the case as
the documented schema says, and the plan as anyone sees it.
"""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.case import read_case
from tanlu.roadmap.planner import plan_json, solve_problem
from tanlu.roadmap.search import Found, Options

if TYPE_CHECKING:
    from collections.abc import Iterator

Case = dict[str, Any]
QUICK = {"explain": False}
MG = 10**9
CASH = ("capex", "om", "energy", "contracts", "export", "avoided", "offsets", "carbon")
SCOPES = {"1": "1", "2": "2", "3": "3", "1+2": "12", "1+2+3": "123", "1+3": "13"}


# --- the generator ---------------------------------------------------------------------------


def random_case(seed: int) -> Case:
    """Return a valid case that mixes families; the same seed gives the same case."""
    rng = random.Random(seed)  # noqa: S311 - a test
    first, periods = 2026, rng.choice([2, 3, 4, 6, 9])
    last = first + periods - 1
    sites = ["east", "west"][: rng.choice([1, 1, 2])]
    case: Case = {
        "name": f"random {seed}",
        "years": {"first": first, "last": last},
        "discount_rate": rng.choice([0, 0.05, 0.08]),
        "salvage": rng.choice(["straight_line", "sinking_fund", "none"]),
        "method": rng.choice(["location", "market"]),
        "carriers": _carriers(rng, first, last),
        "sites": [_site(rng, name) for name in sites],
        "output": {str(first): 100, str(last): rng.choice([100, 130])},
        "end_uses": [],
        "measures": [],
    }
    for site in sites:
        _fill_site(rng, case, site)
    _add_supply(rng, case, sites)
    _add_rules(rng, case, first, last)
    return case


def _carriers(rng: random.Random, first: int, last: int) -> list[Case]:
    power: Case = {
        "id": "electricity",
        "unit": "MWh",
        "electricity": True,
        "price": {str(first): 640, str(last): rng.choice([600, 700])},
        "ef": {str(first): 0.5306, str(last): rng.choice([0.2, 0.4])},
        "kgce_per_unit": {"calorific": 122.9, "equivalent": 301.5},
    }
    if rng.random() < 0.5:
        power["ef_market"] = {str(first): 0.6, str(last): 0.5}
    if rng.random() < 0.3:
        power["ef_scope3"] = 0.05
    return [
        power,
        {"id": "gas", "unit": "MWh", "price": rng.choice([250, 350]), "ef": 0.202,
         "kgce_per_unit": {"calorific": 122.9, "equivalent": 122.9}},
        {"id": "coal", "unit": "t", "mwh_per_unit": 5.8153, "price": 900, "ef": 1.9003,
         "kgce_per_unit": {"calorific": 714.3, "equivalent": 714.3}},
        {"id": "gas_co2", "unit": "t", "price": 600, "ef": 1},
    ]  # fmt: skip


def _site(rng: random.Random, name: str) -> Case:
    site: Case = {"id": name}
    if rng.random() < 0.3:
        site |= {"existing_pv": 1_234.567, "existing_pv_claimed": rng.random() < 0.5}
    if rng.random() < 0.2:
        site["existing_claims"] = 2_500
    if rng.random() < 0.3:
        site["price"] = {"electricity": 655.5}
    return site


def _fill_site(rng: random.Random, case: Case, site: str) -> None:
    lines, oven, heat, process = (f"{n}_{site}" for n in ("lines", "oven", "heat", "process"))
    case["end_uses"] += [
        {"id": lines, "site": site, "carrier": "electricity", "demand": 41_234.567,
         "growth": rng.choice([-0.01, 0, 0.02])},
        {"id": oven, "site": site, "carrier": "gas", "demand": rng.choice([20_000, 13_333.333])},
    ]  # fmt: skip
    measures = [
        {"id": f"drive_{site}", "kind": "drive", "end_uses": [lines],
         "saving": rng.choice([0.07, 0.15, 0.3]), "capex": rng.choice([3, 9]) * 10**6, "om": 50_000,
         "blocks": rng.choice([1, 1, 3, 5, 8])},
        {"id": f"seal_{site}", "end_uses": [lines, oven],
         "savings": {lines: 0.05, oven: rng.choice([0.11, -0.02])},
         "capex": rng.choice([1, 4]) * 10**6},
        {"id": f"meter_{site}", "end_uses": [oven], "effect": "absolute", "amount": 801.5,
         "scales": rng.random() < 0.5, "capex": 900_000},
    ]  # fmt: skip
    if rng.random() < 0.5:
        case["end_uses"].append(
            {"id": process, "site": site, "carrier": "gas_co2", "demand": 301.123457}
        )
        measures.append(
            {"id": f"capture_{site}", "end_uses": [process], "effect": "switch", "input_ratio": 0,
             "share": rng.choice([0.5, 0.9]), "capex": 2_000_000, "aux_load": 123.4}
        )  # fmt: skip
    style = rng.choice(["none", "switch", "stock", "recover"])
    if style == "switch":
        measures.append(_switch(rng, oven, site))
    elif style != "none":
        _add_heat(rng, case, measures, site=site, heat=heat, oven=oven, recover=style == "recover")
    for measure in measures:
        if rng.random() < 0.75:
            case["measures"].append(_timed(rng, measure, case))


def _switch(rng: random.Random, oven: str, site: str) -> Case:
    measure: Case = {
        "id": f"pump_{site}", "kind": "pump", "end_uses": [oven], "effect": "switch",
        "carrier_to": "electricity", "efficiency_old": 0.9, "efficiency_new": 2.7,
        "share": rng.choice([1, 0.6, "1/3"]), "capex": 7_000_000,
    }  # fmt: skip
    if rng.random() < 0.4:
        measure["continuous"] = True
        if rng.random() < 0.5:
            measure["max_rollout"] = rng.choice([0.2, "1/3"])
    return measure


def _add_heat(
    rng: random.Random, case: Case, measures: list[Case], *, site: str, heat: str, oven: str,
    recover: bool,
) -> None:  # fmt: skip
    first, last = case["years"]["first"], case["years"]["last"]
    use: Case = {"id": heat, "site": site, "kind": "heat", "demand": 18_000}
    case["end_uses"].append(use)
    if recover:
        use["carrier"] = "gas"
        measures.append(
            {"id": f"recover_{site}", "end_uses": [heat], "effect": "recover", "saving": 0.4,
             "source_end_use": oven, "source_share": 0.2, "capex": 1_500_000}
        )  # fmt: skip
        return
    case.setdefault("technologies", []).extend([
        {"id": f"old_{site}", "end_use": heat, "carrier": "coal", "efficiency": 0.75,
         "existing": {str(first): 18_000, str(last): rng.choice([0, 9_000])}},
        {"id": f"boiler_{site}", "end_use": heat, "carrier": "gas", "efficiency": 0.92,
         "unit_size": 5_000, "capex": 1_200_000, "om": 20_000, "life": rng.choice([3, 20]),
         "lead_years": rng.choice([0, 1]), "max_units": rng.choice([2, 10])},
        {"id": f"electric_{site}", "end_use": heat, "carrier": "electricity", "efficiency": 2.5,
         "unit_size": 4_000, "capex": 4_000_000, "learning": 0.02},
    ])  # fmt: skip


def _timed(rng: random.Random, measure: Case, case: Case) -> Case:
    first = case["years"]["first"]
    measure["life"] = rng.choice([1, 2, 3, 10, 20])
    if rng.random() < 0.3:
        measure["lead_years"] = 1
    if rng.random() < 0.3:
        measure["first_year"] = first + 1
    if rng.random() < 0.3:
        measure["learning"] = 0.03
    if rng.random() < 0.2:
        measure["host_year"] = first + rng.choice([0, 1])
        measure["host_capex"] = 700_000
    if rng.random() < 0.2 and not measure.get("continuous"):
        measure["exclusive_group"] = "one"
    if rng.random() < 0.2 and not measure.get("continuous"):
        measure["max_rollout"] = rng.choice([0.3, 0.5])
    others = [m["id"] for m in case["measures"]]
    if others and rng.random() < 0.2:
        measure["requires"] = [rng.choice(others)]
    return measure


def _add_supply(rng: random.Random, case: Case, sites: list[str]) -> None:
    first = case["years"]["first"]
    if rng.random() < 0.5:
        site = rng.choice(sites)
        envelope = [["1", 0], ["0.6", "0.1"], ["0.25", "0.22"]]
        roof: Case = {"site": site, "max_kw": 6_543.2, "yield_per_kw": 1.1, "envelope": envelope}
        options = [
            {**roof, "id": "own", "capex": 2_900, "om": 50, "life": rng.choice([3, 25]),
             "export_price": rng.choice([None, 200])},
            {**roof, "id": "emc", "ownership": "emc", "self_price": 560, "term": rng.choice([1, 2]),
             "gec_owner": rng.choice(["host", "investor"])},
            {**roof, "id": "ppa", "ownership": "ppa", "self_price": 450, "after_price": 300,
             "term": rng.choice([2, 20]), "gec_owner": rng.choice(["host", "investor"])},
        ]  # fmt: skip
        case["pv"] = rng.sample(options, rng.choice([1, 2, 3]))
        if rng.random() < 0.4:
            for option in case["pv"]:
                option["mix"] = True
    if rng.random() < 0.4:
        case["storage"] = [
            {"id": "cell", "site": rng.choice(sites), "max_kwh": 4_321.5,
             "life": rng.choice([3, 12]), "shift_per_kwh": rng.choice([0.3, "1/3"]),
             "efficiency": 0.87, "om": 5,
             "capex": rng.choice([200, 700]), "spread": rng.choice([0, 350, 600]),
             "lead_years": rng.choice([0, 1])}
        ]  # fmt: skip
    if rng.random() < 0.6:
        case["contracts"] = rng.sample(
            [
                {"id": "gec", "kind": "gec", "premium": 12, "limit": 20_000.5},
                {"id": "green", "kind": "green_power", "premium": 30, "first_year": first + 1},
                {"id": "local", "kind": "ppa", "sites": [sites[0]], "premium": -5, "limit": 3_000},
            ],
            rng.choice([1, 2, 3]),
        )


def _rough_tonnes(case: Case) -> float:
    factors = {"electricity": 0.5306, "gas": 0.202, "gas_co2": 1.0, "": 0.44}
    return float(sum(u["demand"] * factors[u.get("carrier", "")] for u in case["end_uses"]))


def _add_rules(rng: random.Random, case: Case, first: int, last: int) -> None:
    tonnes = _rough_tonnes(case)
    if rng.random() < 0.6:
        limit: Any = rng.choice([2, 6, 12]) * 10**6
        if rng.random() < 0.2:
            limit = {str(first): limit, str(last): limit}
        case["budget"] = {"per_year": limit, "carry_over": rng.random() < 0.5}
    if rng.random() < 0.4:
        price = {str(first): 80, str(last): 300}
        case["ets"] = {"price": price, "free": 1_000, "scope": rng.choice(["1", "1+2"])}
    if rng.random() < 0.3:
        case["internal_price"] = {"price": 200, "scope": rng.choice(["1+2", "1+2+3"])}
    if rng.random() < 0.2:
        case["freeze_years"] = 1
    if rng.random() < 0.2:
        case["decision_years"] = list(range(first, last + 1, 2))
    if case["measures"] and rng.random() < 0.2:
        name = rng.choice(case["measures"])["id"]
        case["locks"] = [
            {"measure": name, "never": True}
            if rng.random() < 0.5
            else {"measure": name, "year": last}
        ]
    case["targets"] = [
        {"id": f"t{i}", **_target(rng, case, first, last, tonnes)}
        for i in range(rng.choice([0, 1, 2]))
    ]


def _target(rng: random.Random, case: Case, first: int, last: int, tonnes: float) -> Case:
    kind = rng.choice(
        ["absolute", "absolute", "cumulative", "intensity", "energy_intensity", "renewable_share",
         "peak", "neutrality"]
    )  # fmt: skip
    cut = rng.choice([0.95, 0.8, 0.6])
    target: Case = {"kind": kind, "scope": rng.choice(["1+2", "1+2", "1", "2", "1+2+3"])}
    if rng.random() < 0.5:
        target["method"] = rng.choice(["location", "market"])
    if kind == "absolute":
        target["levels"] = {str(last): round(tonnes * cut)}
        if rng.random() < 0.5:
            target["levels"][str(first)] = round(tonnes * 1.1)
            target["interpolate"] = True
    elif kind == "cumulative":
        target["levels"] = {str(last): round(tonnes * cut * (last - first + 1))}
    elif kind == "intensity":
        target["levels"] = {str(last): round(tonnes * cut / 100, 2)}
    elif kind == "energy_intensity":
        target["convention"] = rng.choice(["calorific", "equivalent"])
        target["levels"] = {str(last): rng.choice([150, 200, 300])}
    elif kind == "renewable_share":
        target["levels"] = {str(last): rng.choice(["0.2", "1/3", 0.6, 1])}
    elif kind == "peak":
        target["year"] = rng.choice([first, first + 1])
    else:
        target |= {"scope": "2", "method": "market", "year": last, "base_t": tonnes * 0.6}
        case["offsets"] = {"price": 60, "max_share": 0.1}
    return target


# --- the slow checker ------------------------------------------------------------------------


def exact(value: Any) -> Fraction:
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def path(value: Any, years: list[int]) -> list[Fraction]:
    """Return a documented path as one number a year."""
    if isinstance(value, list):
        return [exact(v) for v in value]
    if not isinstance(value, dict):
        return [exact(value)] * len(years)
    known = sorted((int(y), exact(v)) for y, v in value.items())
    found = []
    for year in years:
        before = max(p for p in known if p[0] <= year)
        after = min(p for p in known if p[0] >= year)
        step = after[0] - before[0]
        lift = (after[1] - before[1]) * Fraction(year - before[0], step) if step else Fraction(0)
        found.append(before[1] + lift)
    return found


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def costs(owner: Case, key: str, years: list[int]) -> list[Fraction]:
    """Return a cost path with its learning."""
    values = path(owner.get(key, 0), years)
    rate = exact(owner.get("learning", 0))
    if not rate:
        return values
    fallen = [v * (1 - rate) ** t for t, v in enumerate(values)]
    return [Fraction(half_up(value)) for value in fallen]


class _Checker:
    """What a plan says, gone through again."""

    def __init__(self, case: Case, plan: Case) -> None:
        self.case, self.plan = case, plan
        self.years = list(range(case["years"]["first"], case["years"]["last"] + 1))
        self.owners = {
            o["id"]: o
            for k in ("measures", "pv", "storage", "technologies")
            for o in case.get(k, [])
        }
        self.sites = [s["id"] for s in case["sites"]]

    def faults(self) -> Iterator[str]:
        """Yield everything that is wrong."""
        for check in (
            self.identity, self.timing, self.groups, self.rollout, self.investment, self.budget,
            self.money, self.targets, self.flows, self.contracts,
        ):  # fmt: skip
            for fault in check():
                yield f"{check.__name__}: {fault}"

    def identity(self) -> Iterator[str]:
        mg = self.plan["exact_mg"]
        second = "scope2_" + self.plan["method"]
        for t, (before, after) in enumerate(zip(mg["baseline"], mg["emissions"], strict=True)):
            left = before - sum(wedge[t] for wedge in mg["wedges"].values())
            if left != after:
                yield f"{self.years[t]}: {left} != {after}"
            parts = [self.plan["emissions_t"][n][t] for n in ("scope1", second, "scope3")]
            if sum(round(p * MG) for p in parts) != after:
                yield f"{self.years[t]}: scopes do not add up"

    def begun(self, name: str) -> list[tuple[int, Fraction]]:
        """Return (year index, part in 0..1 of a measure, or kW, or units) of an owner."""
        blocks = self.owners[name].get("blocks", 1)
        found = []
        for a in self.plan["adoptions"]:
            if a["id"] == name:
                part = exact(a["size"]) / blocks if a["unit"] == "block" else exact(a["size"])
                found.append((self.years.index(a["year"]), part))
        return found

    def built(self, name: str, t: int) -> Fraction:
        return sum((part for start, part in self.begun(name) if start <= t), Fraction(0))

    def timing(self) -> Iterator[str]:
        allowed = set(self.case.get("decision_years", self.years))
        for a in self.plan["adoptions"]:
            owner = self.owners.get(a["id"])
            if owner is None:
                continue
            lead, t = owner.get("lead_years", 0), self.years.index(a["year"])
            ready = owner.get("first_year", self.years[0]) + lead
            if a["year"] < ready or t < lead or t < self.case.get("freeze_years", 0):
                yield f"{a['id']} in {a['year']}"
            if a["kind"] != "technology" and a["year"] not in allowed:
                yield f"{a['id']} outside the decision years"
            if a["size"] <= 0:
                yield f"{a['id']} of size {a['size']}"
        for lock in self.case.get("locks", []):
            years = [self.years[t] for t, _ in self.begun(lock["measure"])]
            if years != ([] if lock.get("never") else [lock["year"]]):
                yield f"lock of {lock['measure']}: {years}"
        last = len(self.years) - 1
        for m in self.case["measures"]:
            if self.built(m["id"], last) > 1:
                yield f"{m['id']} built more than once"

    def groups(self) -> Iterator[str]:
        last, members = len(self.years) - 1, defaultdict(list)
        for m in self.case["measures"]:
            if "exclusive_group" in m:
                site = next(u["site"] for u in self.case["end_uses"] if u["id"] == m["end_uses"][0])
                members[site, m["exclusive_group"]].append(m["id"])
        for option in self.case.get("pv", []):
            if not option.get("mix"):
                members[option["site"], "roof"].append(option["id"])
        for key, names in members.items():
            if sum(1 for name in names if self.built(name, last)) > 1:
                yield f"two of {key}"
        for m in self.case["measures"]:
            for needed in m.get("requires", []):
                for t in range(len(self.years)):
                    if self.built(m["id"], t) and not self.built(needed, t):
                        yield f"{m['id']} before {needed}"

    def rollout(self) -> Iterator[str]:
        kinds = defaultdict(list)
        for m in self.case["measures"]:
            if "max_rollout" in m:
                kinds[m["id"] if m.get("continuous") else m.get("kind", m["id"])].append(m)
        for kind, members in kinds.items():
            share = min(exact(m["max_rollout"]) for m in members)
            steps = sum(min(m.get("blocks", 1), 5) for m in members)
            smooth = any(m.get("continuous") for m in members)
            if steps == 1 and not smooth:
                continue
            most = share if smooth else Fraction(math.ceil(share * steps))
            for t in range(len(self.years)):
                new = sum(
                    (part * min(m.get("blocks", 1), 5)
                     for m in members for start, part in self.begun(m["id"]) if start == t),
                    Fraction(0),
                )  # fmt: skip
                if new > most + Fraction(1, 10**8):
                    yield f"{kind}: {new} in {self.years[t]}"

    def invested(self) -> tuple[list[Fraction], Fraction]:
        """Return what is paid in each year with renewals, and the worth left at the end."""
        n, worth = len(self.years), Fraction(0)
        total = [Fraction(0)] * n
        for name, owner in self.owners.items():
            if owner.get("ownership", "own") != "own":
                continue
            price, lead = costs(owner, "capex", self.years), owner.get("lead_years", 0)
            default = 25 if "max_kw" in owner else 15 if "max_kwh" in owner else 20
            life = owner.get("life", default)
            for start, part in self.begun(name):
                renewed = [start] if "end_use" in owner else list(range(start, n, life))
                for begin in renewed:
                    total[begin - lead] += part * price[begin - lead]
                left = max(renewed[-1] + life - n, 0)
                worth += part * price[renewed[-1] - lead] * self.kept(left, life)
        return total, worth

    def kept(self, left: int, life: int) -> Fraction:
        kind, rate = self.case["salvage"], exact(self.case["discount_rate"])
        if kind == "none" or not left:
            return Fraction(0)
        if kind == "straight_line" or not rate:
            return Fraction(left, life)
        return 1 - ((1 + rate) ** (life - left) - 1) / ((1 + rate) ** life - 1)

    def investment(self) -> Iterator[str]:
        total, worth = self.invested()
        for t, amount in enumerate(total):
            if abs(amount - self.plan["capex"][t]) > 1:
                yield f"{self.years[t]}: {float(amount)} != {self.plan['capex'][t]}"
        if abs(worth - self.plan["salvage"]) > 1:
            yield f"salvage {float(worth)} != {self.plan['salvage']}"

    def budget(self) -> Iterator[str]:
        if "budget" not in self.case:
            return
        given = self.case["budget"]["per_year"]
        limits = (
            [exact(given[str(y)]) if str(y) in given else None for y in self.years]
            if isinstance(given, dict)
            else list(path(given, self.years))
        )
        carried: Fraction | None = Fraction(0)
        for t, (limit, spent) in enumerate(zip(limits, self.invested()[0], strict=True)):
            if limit is None or carried is None:
                carried = None if self.case["budget"]["carry_over"] else Fraction(0)
                continue
            rest = limit + carried - spent
            # a published share has 15 digits: a billionth of a yuan is not a breach
            if rest < -Fraction(1, 1000):
                yield f"{self.years[t]}: {float(-rest)} over"
            carried = rest if self.case["budget"]["carry_over"] else Fraction(0)

    def money(self) -> Iterator[str]:
        rate, n = exact(self.case["discount_rate"]), len(self.years)
        lines = self.plan["cost_lines"]
        cash = [Fraction(sum(lines[key][t] for key in CASH)) for t in range(n)]
        total = sum((c / (1 + rate) ** t for t, c in enumerate(cash)), Fraction(0))
        total -= self.invested()[1] / (1 + rate) ** n
        if abs(total - self.plan["cost_npv"]) > 1:
            yield f"present value {float(total)} != {self.plan['cost_npv']}"
        om, avoided = [Fraction(0)] * n, [Fraction(0)] * n
        for name, owner in self.owners.items():
            if owner.get("ownership", "own") != "own":
                continue
            each = path(owner.get("om", 0), self.years)
            for start, part in self.begun(name):
                end = min(n, start + owner.get("life", 20)) if "end_use" in owner else n
                for t in range(start, end):
                    om[t] += part * each[t]
            if "host_year" in owner:
                t = owner["host_year"] - self.years[0]
                avoided[t] -= self.built(name, t) * owner["host_capex"]
        for key, mine in (("om", om), ("avoided", avoided)):
            for t in range(n):
                if abs(mine[t] - lines[key][t]) > 1:
                    yield f"{key} {self.years[t]}: {float(mine[t])} != {lines[key][t]}"

    def tonnes(self, target: Case) -> list[Fraction]:
        method = target.get("method", self.case["method"])
        names = {"1": "scope1", "2": f"scope2_{method}", "3": "scope3"}
        rows = [self.plan["emissions_t"][names[s]] for s in SCOPES[target.get("scope", "1+2")]]
        mg = [sum(round(value * MG) for value in values) for values in zip(*rows, strict=True)]
        return [Fraction(value, MG) for value in mg]

    def levels(self, target: Case) -> dict[int, Fraction]:
        known = {int(y): exact(v) for y, v in target["levels"].items()}
        if target.get("interpolate"):
            inside = [y for y in self.years if min(known) <= y <= max(known)]
            return dict(zip(inside, path(target["levels"], inside), strict=True))
        return known

    def targets(self) -> Iterator[str]:
        for target in self.case["targets"]:
            for t, value, most in self.sides(target):
                if value > most:
                    over = float(value - most)
                    yield f"{target['id']} {target['kind']} {self.years[t]}: {over} over"

    def sides(self, target: Case) -> Iterator[tuple[int, Fraction, Fraction]]:
        """Yield year index, value and limit."""
        kind, tonnes, series = target["kind"], self.tonnes(target), self.plan["series"]
        output = path(self.case["output"], self.years)
        if kind == "peak":
            start = target["year"] - self.years[0]
            yield from ((t, tonnes[t], tonnes[t - 1]) for t in range(start + 1, len(self.years)))
        elif kind == "neutrality":
            for t in range(target["year"] - self.years[0], len(self.years)):
                offset = Fraction(round(self.plan["offsets_t"][t] * 10**6), 10**6)
                yield t, tonnes[t], offset
                yield t, offset, exact(self.case["offsets"]["max_share"]) * exact(target["base_t"])
        else:
            for year, level in self.levels(target).items():
                t = self.years.index(year)
                if kind == "absolute":
                    yield t, tonnes[t], level
                elif kind == "cumulative":
                    yield t, sum(tonnes[: t + 1], Fraction(0)), level
                elif kind == "intensity":
                    yield t, tonnes[t], level * output[t]
                elif kind == "energy_intensity":
                    tce = exact(series[f"tce_{target.get('convention', 'calorific')}"][t])
                    yield t, tce, level * output[t] + Fraction(1, 10**9)
                else:
                    green, use = (
                        Fraction(round(series[k][t] * 1000), 1000)
                        for k in ("renewable", "electricity_use")
                    )
                    yield t, level * use, green

    def flows(self) -> Iterator[str]:
        """Recompute the use of every end use that only savings change, and bound all the rest."""
        factors = {c["id"]: path(c["ef"], self.years) for c in self.case["carriers"]}
        fuels: list[Fraction] = [Fraction(0)] * len(self.years)
        switched = {
            e
            for m in self.case["measures"]
            if m.get("effect") in {"switch", "recover"}
            for e in m["end_uses"]
        }
        served = {t["end_use"] for t in self.case.get("technologies", [])}
        if (
            switched
            or served
            or "storage" in self.case
            or any("aux_load" in m for m in self.case["measures"])
        ):
            return
        amounts: dict[tuple[str, str], list[Fraction]] = {}
        for use in self.case["end_uses"]:
            left = self.remaining(use)
            key = use["site"], use["carrier"]
            known = amounts.get(key, fuels)
            amounts[key] = [a + b for a, b in zip(known, left, strict=True)]
        scope1 = [0] * len(self.years)
        for (_, carrier), values in amounts.items():
            if carrier != "electricity":
                pairs = zip(scope1, values, factors[carrier], strict=True)
                scope1 = [s + half_up(v * ef * MG) for s, v, ef in pairs]
        told = [round(v * MG) for v in self.plan["emissions_t"]["scope1"]]
        if told != scope1:
            yield f"scope 1 {told} != {scope1}"
        use_sum = [
            sum(v[t] for (_, c), v in amounts.items() if c == "electricity")
            for t in range(len(self.years))
        ]
        shown = self.plan["series"]["electricity_use"]
        if any(abs(exact(s) - u) > Fraction(1, 10**6) for s, u in zip(shown, use_sum, strict=True)):
            yield f"electricity {shown} != {[float(u) for u in use_sum]}"

    def remaining(self, use: Case) -> list[Fraction]:
        step = Fraction(1, 10**6) if use["carrier"] in {"coal", "gas_co2"} else Fraction(1, 1000)
        rate = exact(use.get("growth", 0))
        demand = [
            half_up(exact(use["demand"]) * (1 + rate) ** t / step) * step
            for t in range(len(self.years))
        ]
        found = []
        for t, amount in enumerate(demand):
            left = Fraction(1)
            for m in self.case["measures"]:
                if use["id"] in m["end_uses"]:
                    left *= 1 - self.share(m, use["id"], amount, demand[0]) * self.built(m["id"], t)
            found.append(half_up(amount * left / step) * step)
        return found

    @staticmethod
    def share(m: Case, use: str, amount: Fraction, base: Fraction) -> Fraction:
        if m.get("effect") == "absolute":
            return exact(m["amount"]) / (base if m.get("scales") else amount)
        return exact(m["savings"][use] if "savings" in m else m["saving"])

    def contracts(self) -> Iterator[str]:
        for contract in self.case.get("contracts", []):
            mine = [a for a in self.plan["adoptions"] if a["measure"] == contract["id"]]
            for a in mine:
                if a["year"] < contract.get("first_year", self.years[0]):
                    yield f"{a['id']} in {a['year']}"
                if exact(a["size"]) > exact(contract.get("limit", 10**12)):
                    yield f"{a['id']} {a['size']}"
        for option in self.case.get("pv", []):
            if self.built(option["id"], len(self.years) - 1) > exact(option["max_kw"]):
                yield f"{option['id']} too large"
        mixed = [o for o in self.case.get("pv", []) if o.get("mix")]
        taken = [self.built(o["id"], len(self.years) - 1) / exact(o["max_kw"]) for o in mixed]
        if sum(taken) > 1:
            yield f"roof overbuilt: {float(sum(taken))}"
        for cell in self.case.get("storage", []):
            if self.built(cell["id"], len(self.years) - 1) > exact(cell["max_kwh"]):
                yield f"{cell['id']} too large"


def turned(case: Case) -> Case:
    """Return the same case with every list of objects and every object reversed."""
    found: Case = {}
    for key, value in reversed(case.items()):
        objects = isinstance(value, list) and value and isinstance(value[0], dict)
        found[key] = [dict(reversed(v.items())) for v in reversed(value)] if objects else value
    return found


def looser(case: Case) -> Case:
    """Return the case with a tenth more room in budget and levels."""
    found: Case = json.loads(json.dumps(case))
    if "budget" in found:
        given = found["budget"]["per_year"]
        found["budget"]["per_year"] = (
            {y: v * 1.1 for y, v in given.items()} if isinstance(given, dict) else given * 1.1
        )
    for target in found["targets"]:
        up = target["kind"] != "renewable_share"
        for year, level in target.get("levels", {}).items():
            target["levels"][year] = str(exact(level) * Fraction(11 if up else 9, 10))
    return found


def objective(case: Case, plan: Case) -> Fraction:
    """Return what was minimised: the present value with the price that only steers."""
    rate = exact(case["discount_rate"])
    steering = enumerate(plan["cost_lines"]["internal"])
    cost = Fraction(plan["cost_npv"])
    return cost + sum((Fraction(v) / (1 + rate) ** t for t, v in steering), Fraction(0))


# --- what is tested --------------------------------------------------------------------------


def complaints(seed: int) -> Iterator[str]:
    """Yield everything wrong with the plan of one seed."""
    case = random_case(seed)
    try:
        plan = plan_json(case, QUICK)
    except TanluError as error:
        yield f"refused: {error.code} {error.facts}"
        return
    if plan["status"] not in {"optimal", "feasible", "infeasible"}:
        yield f"status {plan['status']}"
    if (plan["status"] == "feasible") != (plan["limit"] is not None):
        yield f"{plan['status']} with limit {plan['limit']}"
    if json.dumps(plan_json(turned(case), QUICK)) != json.dumps(plan):
        yield "another plan for another order"
    if plan["status"] == "infeasible":
        if plan["cost_npv"] is not None or plan["infeasible"] is None:
            yield "numbers without a plan"
        return
    yield from _Checker(case, plan).faults()
    yield from _bounded(case, plan)
    if plan["status"] == "optimal":
        loose = looser(case)
        more = plan_json(loose, QUICK)
        if more["status"] == "infeasible":
            yield "infeasible with more room"
        elif more["status"] == "optimal":
            extra = objective(loose, more) - objective(case, plan)
            if extra > 2 + len(CASH):
                yield f"{float(extra)} CNY dearer with more room"


def _bounded(case: Case, plan: Case) -> Iterator[str]:
    solved = solve_problem(read_case(case), Options(explain=False))
    assert not isinstance(solved, Found)
    bound = (solved.found.bound + solved.assembly.layout.constant) * 10**6
    slack = len(plan["years"]) * len(CASH)
    if bound > objective(case, plan) + slack:
        yield f"bound {bound} above {plan['cost_npv']}"
    # rounding to quanta may cost a hundred-thousandth where a budget or a cap binds
    room = slack + 100 + 1e-5 * abs(bound)
    if plan["status"] == "optimal" and float(objective(case, plan)) - bound > room:
        yield f"optimal with {float(objective(case, plan)) - bound} CNY to the bound"


@pytest.mark.parametrize("block", range(6))
def test_a_random_plan_keeps_every_rule_of_its_case(block: int) -> None:
    found = {s: list(complaints(s)) for s in range(block * 6, block * 6 + 6)}

    assert not {seed: faults for seed, faults in found.items() if faults}
