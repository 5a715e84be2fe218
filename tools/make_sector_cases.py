"""Write src/tanlu/data/sector_cases/*.json from the route tables; --check only compares.

Run ``python tools/make_sector_cases.py`` after a change of a route, a plant or a scenario path.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanlu.catalog.tables import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).resolve().parents[1] / "src" / "tanlu" / "data" / "sector_cases"
KWH_PER_MWH = 1000
LAST = 2060  # to which the prices of the table reach
PROCESS = "process_co2"
NOTES = (
    "Inputs, investments and prices are templates: replace them with quotes before approval.",
    "Made from the tables route, route_input, route_carrier and plant.",
)


def case_of(plant: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan case of a sector's plant."""
    plan, routes = plant["plan"], routes_of(plant["id"])
    first, last = plan["years"]["first"], plan["years"]["last"]
    grid = _points(_scenario("grid_ef"), first, last)
    keys = {*plan["routes"], *(unit["route"] for unit in plan["units"])}
    used = {name for key in keys for name in routes[key]["inputs"]}
    used |= {use["carrier"] for use in plan["end_uses"] if "carrier" in use}
    rows = {row["id"]: row for row in read("route_carrier")}
    case: dict[str, Any] = {
        "schema": "tanlu-plan-case/1",
        "name": f"{plant['name_zh']} / {plant['name_en']}",
        "description": f"{plan['description_zh']} / {plan['description_en']}",
        "notes": list(NOTES),
        "years": plan["years"],
        "discount_rate": plan["discount_rate"],
        "method": "market",
        "carriers": [_carrier(rows[name], plan, grid) for name in sorted(used)],
        "sites": [{"id": "plant"}],
        "end_uses": [{"site": "plant", **use} for use in plan["end_uses"]],
        "technologies": [
            *(_standing(routes[unit["route"]], unit, plan) for unit in plan["units"]),
            *(_technology(routes[key], own) for key, own in plan["routes"].items()),
        ],
        "measures": [_measure(wanted, plan) for wanted in plan.get("measures", ())],
    }
    case |= {key: plan[key] for key in ("pv", "contracts", "budget", "offsets") if key in plan}
    base = _base(plan, routes, grid[str(first)])
    free = {year: _number(Fraction(str(s)) * base[0]) for year, s in plan["free_share"].items()}
    price = _points(_scenario("carbon_price"), first, last)
    if plan.get("has_ets", True):
        case["ets"] = {"price": price, "free": free, "scope": "1"}
    else:
        case["internal_price"] = {"price": price, "scope": "1+2"}
    case["targets"] = [_target(target, base[1]) for target in plan["targets"]]
    return {key: value for key, value in case.items() if value != []}


def routes_of(sector: str) -> dict[str, dict[str, Any]]:
    """Return the routes of a sector with their inputs, process emissions and capture."""
    rows = {row["id"]: row for row in read("route_carrier")}
    found = {row["id"]: dict(row, inputs={}) for row in read("route") if row["sector"] == sector}
    for row in read("route_input"):
        if row["route"] in found:
            found[row["route"]]["inputs"][row["carrier"]] = row["typical"]
    for route in found.values():
        burnt = sum(
            (
                Fraction(rows[name]["co2_t"]) * Fraction(use)
                for name, use in route["inputs"].items()
                if name in rows
            ),
            Fraction(0),
        )
        direct = burnt + Fraction(route["process_t"])
        if route["process_t"]:
            route["inputs"][PROCESS] = route["process_t"]
        if route["capture_share"]:
            route["inputs"][route["capture_to"]] = round(direct * route["capture_share"], 4)
        route["direct_t"] = direct * (1 - route["capture_share"])
    return found


def _carrier(
    row: Mapping[str, Any], plan: Mapping[str, Any], grid: Mapping[str, float]
) -> dict[str, Any]:
    is_power = row["id"] == "electricity"
    first, last = plan["years"]["first"], plan["years"]["last"]
    points = {first: Fraction(row["price"]), LAST: Fraction(row["price_2060"])}
    price = _points(points, first, last)
    price = plan.get("prices", {}).get(row["id"], price)
    told: dict[str, Any] = {"id": row["id"], "unit": row["unit"]}
    if is_power:
        return told | {"electricity": True, "price": price, "ef": dict(grid)}
    is_flat = len(set(price.values())) == 1
    told |= {"price": _number(row["price"]) if is_flat else price}
    if row["unit"] == "MWh":
        told |= {"scope": 2}
    if row["co2_t"]:
        told |= {"ef": _number(row["co2_t"])}
    if row["co2_scope3_t"]:
        told |= {"ef_scope3": _number(row["co2_scope3_t"])}
    return told


def _standing(
    route: Mapping[str, Any], unit: Mapping[str, Any], plan: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a unit that is there: its overhauls are paid with the upkeep of their years.

    Taking it out early saves upkeep and overhauls to come; so a route is chosen when a campaign
    ends. The baseline overhauls for ever.
    """
    first, last = plan["years"]["first"], plan["years"]["last"]
    size, life = Fraction(str(unit["size"])), route["life_years"]
    upkeep, overhaul = Fraction(route["om"]) * size, Fraction(route["capex_typical"]) * size
    dues = [year for year in range(unit["since"], last + 1, life) if year >= first]
    used = (last + 1 - max([unit["since"], *dues])) if dues else life
    return {
        "id": unit["id"],
        "name_zh": unit["name_zh"],
        "name_en": unit["name_en"],
        **_serves(route),
        "existing": _number(size),
        "existing_om": [
            _number(upkeep + (overhaul if year in dues else 0)) for year in range(first, last + 1)
        ],
        "existing_worth": _number(round(overhaul * max(life - used, 0) / life)),
        "retire_cost": 0,
    }


def _serves(route: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {name: _number(use) for name, use in sorted(route["inputs"].items())}
    return {"end_use": route["product"], "inputs": inputs}


def _technology(route: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    size = Fraction(str(own["unit_size"]))
    money = {
        end: _number(Fraction(route[f"capex_{end}"]) * size) for end in ("low", "typical", "high")
    }
    return {
        "id": route["id"],
        "name_zh": route["name_zh"],
        "name_en": route["name_en"],
        **_serves(route),
        "capex": money["typical"],
        "om": _number(Fraction(route["om"]) * size),
        "life": route["life_years"],
        "lead_years": route["lead_years"],
        "first_year": route["first_year"],
        **own,
    }


def _measure(wanted: Mapping[str, Any], plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return a measure of the catalogue, sized on the end use it acts on."""
    row = next(row for row in read("measure") if row["id"] == wanted["measure"])
    use = next(one for one in plan["end_uses"] if one["id"] == wanted["end_use"])
    size = Fraction(str(use["demand"])) * KWH_PER_MWH / Fraction(row["driver_basis"])
    size *= Fraction(str(wanted.get("share", 1)))
    capex = {end: round(Fraction(row[f"capex_{end}"]) * size) for end in ("low", "typical", "high")}
    share = Fraction(str(wanted.get("share", 1)))
    return {
        "id": row["id"],
        "name_zh": row["name_zh"],
        "name_en": row["name_en"],
        "end_uses": [wanted["end_use"]],
        "saving": _number(Fraction(row["saving_typical"]) * share),
        "capex": capex["typical"],
        "om": round(capex["typical"] * Fraction(row["om_share"])),
        "life": row["life_years"],
        "lead_years": row["lead_years"],
        "status": row["quality"],
        "source": row["source"],
    }


def _base(
    plan: Mapping[str, Any], routes: Mapping[str, Any], grid: float
) -> tuple[Fraction, Fraction]:
    """Return direct and whole emissions of the first year on the routes that are there."""
    direct, power = Fraction(0), Fraction(0)
    serving = {routes[unit["route"]]["product"]: routes[unit["route"]] for unit in plan["units"]}
    for use in plan["end_uses"]:
        route = serving.get(use["id"])
        direct += use["demand"] * Fraction(route["direct_t"] if route else 0)
        power += use["demand"] * Fraction(route["inputs"]["electricity"] if route else 1)
    return direct, direct + power * Fraction(str(grid))


def _target(target: Mapping[str, Any], base: Fraction) -> dict[str, Any]:
    """Return a target; ``share`` of the base and ``base_share`` become tonnes."""
    told = {key: value for key, value in target.items() if key != "share"}
    if "share" in target:
        told["levels"] = {
            year: _number(round(Fraction(str(share)) * base))
            for year, share in target["share"].items()
        }
    if target["kind"] == "neutrality":
        told["base_t"] = _number(round(base))
    return told


def _scenario(series: str) -> dict[int, Fraction]:
    rows = read("scenario_path")
    return {
        row["year"]: Fraction(row["value"])
        for row in rows
        if row["scenario"] == "base" and row["series"] == series
    }


def _points(points: Mapping[int, Fraction], first: int, last: int) -> dict[str, float]:
    """Return the points of a path from a first to a last year, joined by straight lines."""
    inner = sorted(year for year in points if first < year < last)
    return {str(year): _number(round(_at(points, year), 4)) for year in (first, *inner, last)}


def _at(points: Mapping[int, Fraction], year: int) -> Fraction:
    before = max(y for y in points if y <= year)
    after = min(y for y in points if y >= year)
    if before == after:
        return points[before]
    return points[before] + (points[after] - points[before]) * (year - before) / (after - before)


def _number(value: Any) -> Any:
    number = float(value)
    return int(number) if number == int(number) else float(f"{number:.10g}")


def cases() -> Iterator[tuple[Path, str]]:
    """Yield the file and the text of every sector's case."""
    for plant in read("plant"):
        text = json.dumps(case_of(plant), ensure_ascii=False, indent=1, default=_number)
        yield FOLDER / f"{plant['id']}.json", f"{text}\n"


def main() -> int:
    """Write the cases, or say which are not current."""
    stale = 0
    FOLDER.mkdir(exist_ok=True)
    for path, text in cases():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        print(path.name)
    return stale if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
