"""Plan cases of any size from a seed: plants with many measures, boilers that die, and targets."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FIRST, LAST = 2025, 2060
SEED = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """How many sites, end uses of a site, and measures of an end use."""

    sites: int
    end_uses: int
    measures: int


SHAPES = {
    1: Shape(1, 6, 5),
    2: Shape(20, 10, 10),
    3: Shape(200, 10, 15),
    0: Shape(1, 2, 2),  # for a smoke run
}
PRICES = {"electricity": 650, "gas": 300, "coal": 150}
FACTORS = {"electricity": 0.57, "gas": 0.202, "coal": 0.341}
BOILERS = (  # carrier, efficiency, CNY per MWh of yearly capacity
    ("coal", 0.78, 110),
    ("gas", 0.92, 90),
    ("electric", 0.98, 70),
    ("pump", 2.8, 650),
)


def make_case(size: int, *, seed: int = SEED) -> dict[str, Any]:
    """Return the plan case of one size.

    Parameters
    ----------
    size : int
        0 (smoke), 1 (one plant), 2 (20 plants) or 3 (200 plants).
    seed : int
        Seed of the generator.
    """
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    shape = SHAPES[size]
    case: dict[str, Any] = {
        "name": f"size {size}, seed {seed}",
        "years": {"first": FIRST, "last": LAST},
        "discount_rate": 0.08,
        "carriers": [
            {
                "id": "electricity",
                "electricity": True,
                "price": {str(FIRST): 650, str(LAST): 620},
                "ef": {str(FIRST): 0.57, str(LAST): 0.05},
            },
            {"id": "gas", "price": {str(FIRST): 300, str(LAST): 380}, "ef": 0.202},
            {"id": "coal", "price": 150, "ef": 0.341},
        ],
        "sites": [],
        "end_uses": [],
        "technologies": [],
        "measures": [],
        "pv": [],
        "contracts": [{"id": "green", "kind": "green_power", "premium": 30, "first_year": 2026}],
        "ets": {"price": {str(FIRST): 80, str(LAST): 450}, "scope": "1"},
    }
    for number in range(shape.sites):
        _add_site(rng, case, f"s{number:03}", shape=shape)
    _add_rules(case)
    return case


def _add_site(rng: random.Random, case: dict[str, Any], site: str, *, shape: Shape) -> None:
    scale = rng.lognormvariate(3.5, 0.9) * 1000  # MWh a year
    case["sites"].append({"id": site})
    parts = [rng.uniform(0.5, 1.5) for _ in range(shape.end_uses)]
    for number, part in enumerate(parts):
        use = f"{site}e{number:02}"
        demand = round(scale * part / sum(parts), 3)
        carrier = "" if number == 0 else ("gas" if number % 3 == 0 else "electricity")
        entry = {
            "id": use,
            "site": site,
            "demand": demand,
            "growth": round(rng.uniform(-0.005, 0.02), 4),
        }
        case["end_uses"].append(entry | ({"carrier": carrier} if carrier else {"kind": "heat"}))
        if not carrier:
            _add_boilers(rng, case, use, demand=demand)
        price = PRICES.get(carrier, 200)
        for index in range(shape.measures):
            case["measures"].append(_measure(rng, f"{use}m{index:02}", use, worth=demand * price))
    case["pv"].append(
        {
            "id": f"{site}pv",
            "site": site,
            "max_kw": round(scale * 0.15),
            "yield_per_kw": 1.05,
            "capex": 2900,
            "om": 50,
            "learning": 0.01,
            "envelope": [[1, 0], [0.6, 0.1], [0.25, 0.22]],
        }
    )


def _measure(rng: random.Random, name: str, use: str, *, worth: float) -> dict[str, Any]:
    """Return a measure whose simple payback is lognormal."""
    saving = round(rng.uniform(0.02, 0.15), 4)
    payback = rng.lognormvariate(2.0, 0.8)
    return {
        "id": name,
        "end_uses": [use],
        "saving": saving,
        "capex": max(round(worth * saving * payback), 1000),
        "life": rng.choice([10, 15, 20]),
        "learning": round(rng.uniform(0, 0.03), 4),
    }


def _add_boilers(rng: random.Random, case: dict[str, Any], use: str, *, demand: float) -> None:
    """Coal boilers that die one by one, and four ways to replace them."""
    dies = rng.randint(3, 20)
    size = round(demand / 4, 3)
    steps = [max(0.0, 4 - 4 * max(0, year - dies + 3) // 4) for year in range(LAST - FIRST + 1)]
    for carrier, efficiency, cost in BOILERS:
        case["technologies"].append(
            {
                "id": f"{use}{carrier}",
                "end_use": use,
                "carrier": {"electric": "electricity", "pump": "electricity"}.get(carrier, carrier),
                "efficiency": efficiency,
                "unit_size": size,
                "capex": round(size * cost),
                "om": round(size * cost * 0.02),
                "life": 20,
                "max_units": 8,
                "existing": [round(size * 1.2 * s, 3) for s in steps] if carrier == "coal" else 0,
            }
        )


def _add_rules(case: dict[str, Any]) -> None:
    """Targets and a budget in proportion to the plants."""
    use = {u["id"]: u for u in case["end_uses"]}
    tonnes = sum(
        u["demand"] * (FACTORS[u["carrier"]] if "carrier" in u else 0.341 / 0.78)
        for u in use.values()
    )
    energy = sum(u["demand"] * PRICES.get(u.get("carrier", ""), 200) for u in use.values())
    levels = {2030: 1.0, 2035: 0.8, 2040: 0.6, 2050: 0.35, 2060: 0.2}
    case["targets"] = [
        {
            "id": "cap",
            "kind": "absolute",
            "levels": {str(y): round(tonnes * part) for y, part in levels.items()},
            "interpolate": True,
        },
        {
            "id": "green_share",
            "kind": "renewable_share",
            "levels": {"2027": 0.2, "2060": 0.6},
            "interpolate": True,
        },
        {"id": "peak", "kind": "peak", "year": 2030},
    ]
    case["budget"] = {"per_year": round(energy * 0.12), "carry_over": True}


def write_case(folder: Path, size: int) -> None:
    """Write the case of a size into a folder, as the benchmark's input."""
    (folder / "case.json").write_text(json.dumps(make_case(size)), encoding="utf-8")


def read(folder: Path) -> dict[str, Any]:
    """Return the case in a folder."""
    found: dict[str, Any] = json.loads((folder / "case.json").read_text("utf-8"))
    return found
