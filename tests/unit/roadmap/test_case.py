"""A bad case is refused with every fault named by its place."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest

from tanlu.kernel.errors import TanluError
from tanlu.roadmap.canonical import problem_hash
from tanlu.roadmap.case import read_case
from tanlu.roadmap.node import exact
from tanlu.roadmap.planner import plan_json

GOOD: dict[str, Any] = {
    "years": {"first": 2026, "last": 2028},
    "discount_rate": 0.08,
    "carriers": [
        {
            "id": "electricity",
            "unit": "MWh",
            "electricity": True,
            "price": {"2026": 600, "2028": 700},
            "ef": 0.5,
        }
    ],
    "sites": [{"id": "plant"}],
    "end_uses": [{"id": "lines", "site": "plant", "carrier": "electricity", "demand": 100}],
    "measures": [
        {"id": "A", "end_uses": ["lines"], "saving": 0.1, "capex": 9, "life": 10},
        {"id": "B", "end_uses": ["lines"], "saving": 0.1, "capex": 9, "life": 10},
    ],
}


def faults(case: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(TanluError) as caught:
        read_case(case)
    assert caught.value.code == "plan.case-invalid"
    return [(finding.code, finding.cell) for finding in caught.value.findings]


def changed(path: str, value: Any) -> dict[str, Any]:
    case = copy.deepcopy(GOOD)
    *steps, last = path.split(".")
    place: Any = case
    for step in steps:
        place = place[int(step)] if step.isdigit() else place[step]
    place[last] = value
    return case


def test_numbers_are_read_as_they_are_written() -> None:
    problem = read_case(GOOD)

    assert problem.rate == Fraction(2, 25)
    assert problem.carriers["electricity"].price == tuple(map(Fraction, (600, 650, 700)))
    assert exact("1/3") == Fraction(1, 3)
    assert exact(True) is None


@pytest.mark.parametrize(
    ("path", "value", "code", "where"),
    [
        ("measures.0.saving", 1, "CASE_SAVING_TOO_LARGE", "measures.A.saving"),
        ("measures.0.saving", 0.96, "CASE_SAVING_TOO_LARGE", "measures.A.saving"),
        ("measures.0.life", -3, "CASE_NOT_WHOLE", "measures[0].life"),
        ("measures.0.life", 2.5, "CASE_NOT_WHOLE", "measures[0].life"),
        ("measures.0.requires", ["Z"], "CASE_REFERENCE", "measures.A.requires"),
        ("measures.0.end_uses", ["lines2"], "CASE_REFERENCE", "measures.A.end_uses"),
        ("measures.0.capex", -1, "CASE_NEGATIVE", "measures[0].capex"),
        ("measures.0.savings_rate", 1, "CASE_KEY_UNKNOWN", "measures[0].savings_rate"),
        ("measures.0.effect", "magic", "CASE_CHOICE", "measures[0].effect"),
        ("measures.1.id", "A", "CASE_ID_TWICE", "measures[1]"),
        ("carriers.0.price", {"2026": 600}, "CASE_YEARS_MISSING", "carriers[0].price"),
        ("carriers.0.price", [1, 2], "CASE_SERIES_LENGTH", "carriers[0].price"),
        ("carriers.0.price", "cheap", "CASE_NOT_NUMBER", "carriers[0].price"),
        ("end_uses.0.demand", -1, "CASE_NEGATIVE", "end_uses[0].demand"),
        ("end_uses.0.site", "plnt", "CASE_REFERENCE", "end_uses.lines.site"),
        ("years", [2028, 2026], "CASE_YEARS", "years"),
        ("years", [2026, 2030], "CASE_YEARS_NOT_ANNUAL", "years"),
        ("end_uses", [], "CASE_EMPTY", "end_uses"),
        ("locks", [{"measure": "A"}], "CASE_KEY_MISSING", "locks[0].year"),
        (
            "targets",
            [{"id": "t", "levels": {"2050": 1}}],
            "CASE_YEAR_OUTSIDE",
            "targets[0].levels.2050",
        ),
        ("discount_rate", 8, "CASE_RATE", "discount_rate"),
        ("discount_rate", -0.1, "CASE_NEGATIVE", "discount_rate"),
        ("years", {"first": 2026, "last": 20600}, "CASE_YEARS", "years"),
        ("decision_years", [2040], "CASE_YEAR_OUTSIDE", "decision_years"),
        ("carriers.0.scope", 4, "CASE_CHOICE", "carriers[0].scope"),
        ("carriers.0.quantum", 0, "CASE_NOT_POSITIVE", "carriers[0].quantum"),
        ("carriers.0.mwh_per_unit", 0.001, "CASE_UNIT_ENERGY", "carriers[0].mwh_per_unit"),
        ("measures.0.carrier_to", "electricity", "CASE_KEY_NOT_HERE", "measures[0].carrier_to"),
        ("measures.0.amount", 5, "CASE_KEY_NOT_HERE", "measures[0].amount"),
        ("measures.0.savings", {"lines": 0.2}, "CASE_KEYS_BOTH", "measures[0].savings"),
        ("measures.0.host_year", 2027, "CASE_KEY_MISSING", "measures[0].host_capex"),
        ("measures.0.max_rollout", 20, "CASE_SHARE", "measures[0].max_rollout"),
        ("measures.0.max_rollout", 0, "CASE_NOT_POSITIVE", "measures[0].max_rollout"),
        ("measures.0.learning", 2, "CASE_RATE", "measures[0].learning"),
        (
            "measures.0.capex",
            {"low": 9, "typical": 5, "high": 7},
            "CASE_RANGE_ORDER",
            "measures[0].capex",
        ),
        ("measures.0.ramp", 0.5, "CASE_RAMP", "measures[0].ramp"),
        ("measures.0.ramp", [0.5, 2], "CASE_RAMP", "measures[0].ramp"),
        ("measures.0.decay", -0.1, "CASE_NEGATIVE", "measures[0].decay"),
        ("measures.0.layer", "pv", "CASE_LAYER", "measures.A.layer"),
        ("measures.0.id", "A#1", "CASE_ID_FORM", "measures[0].id"),
        ("contracts", [{"id": "A", "premium": 1}], "CASE_ID_TWICE", "contracts.A"),
        ("contracts", [{"id": "a@b", "premium": 1}], "CASE_ID_FORM", "contracts[0].id"),
        ("sites.0.price", {"oil": 4}, "CASE_REFERENCE", "sites.plant.price.oil"),
        ("sites.0.existing_pv", 101, "CASE_TOO_MUCH", "sites.plant.existing_pv"),
        ("sites.0.existing_claims", 101, "CASE_TOO_MUCH", "sites.plant.existing_claims"),
        ("end_uses.0.growth", 5, "CASE_RATE", "end_uses[0].growth"),
        ("end_uses.0.unit", "GJ", "CASE_UNIT_OTHER", "end_uses[0].unit"),
        ("budget", {"per_year": -5}, "CASE_NEGATIVE", "budget.per_year"),
        ("measures.0.capex", 10**400, "CASE_TOO_LARGE", "measures[0].capex"),
        ("offsets", {"price": 4, "max_share": 1e20}, "CASE_TOO_LARGE", "offsets.max_share"),
        ("carriers.0.price", [1, 10**30, 1], "CASE_TOO_LARGE", "carriers[0].price"),
        (
            "targets",
            [{"id": "t", "levels": {"2028": 10**30}}],
            "CASE_TOO_LARGE",
            "targets[0].levels.2028",
        ),
        ("ets", {"price": -4}, "CASE_NEGATIVE", "ets.price"),
        ("offsets", {"price": 4, "max_share": 2}, "CASE_SHARE", "offsets.max_share"),
        ("locks", [{"measure": "A", "year": 2026}] * 2, "CASE_LOCK_TWICE", "locks.A"),
        ("measures.0.requires", ["A"], "CASE_CYCLE", "measures.A.requires"),
    ],
)
def test_a_fault_is_named_by_its_place(path: str, value: Any, code: str, where: str) -> None:
    assert (code, where) in faults(changed(path, value))


def target(**keys: Any) -> dict[str, Any]:
    return changed("targets", [{"id": "t", **keys}])


@pytest.mark.parametrize(
    ("keys", "code", "where"),
    [
        ({"kind": "renewable_share", "levels": {"2028": 60}}, "CASE_SHARE", "levels.2028"),
        ({"kind": "peak", "levels": {"2028": 1}}, "CASE_KEY_NOT_HERE", "levels"),
        ({"kind": "peak"}, "CASE_KEY_MISSING", "year"),
        ({"levels": {"2028": 1}, "base_t": 5}, "CASE_KEY_NOT_HERE", "base_t"),
    ],
)
def test_a_target_holds_the_keys_of_its_kind(keys: dict[str, Any], code: str, where: str) -> None:
    assert (code, f"targets[0].{where}") in faults(target(**keys))


def test_an_intensity_needs_output_and_energy_its_coal_equivalent() -> None:
    case = target(kind="energy_intensity", levels={"2028": 1})
    case["output"] = [1, 1, 0]

    assert faults(case) == [
        ("CASE_NOT_POSITIVE", "output.2028"),
        ("CASE_KEY_MISSING", "carriers.kgce_per_unit.calorific"),
    ]


def test_a_lock_needs_a_year_that_the_measure_can_begin_in() -> None:
    case = changed("measures.0.lead_years", 2)
    case["locks"] = [{"measure": "A", "year": 2027}]

    assert faults(case) == [("CASE_LOCK_YEAR", "locks.A.year")]


def test_an_efficiency_needs_the_energy_of_both_units() -> None:
    case = changed("carriers.0.id", "electricity")
    case["carriers"].append({"id": "gas", "unit": "m3", "price": 3})
    case["technologies"] = [
        {"id": "boiler", "end_use": "steam", "carrier": "gas", "existing": 9, "efficiency": 0.9}
    ]
    case["end_uses"].append({"id": "steam", "site": "plant", "demand": 9})

    assert faults(case) == [("CASE_UNITS_UNLIKE", "technologies[0]")]
    case["carriers"][1]["unit"] = "GJ"
    ratio = read_case(case).technologies["boiler"].inputs["gas"][0]
    assert ratio == Fraction(18, 5) / Fraction(9, 10)


def test_generation_of_a_site_has_one_envelope_and_the_keys_of_its_owner() -> None:
    roof = {"site": "plant", "max_kw": 10, "yield_per_kw": 1}
    case = changed("pv", [
        {**roof, "id": "own", "capex": 9, "term": 5, "envelope": [[1, 0]]},
        {**roof, "id": "ppa", "ownership": "ppa", "self_price": 4, "term": 5, "gec_owner": "host",
         "capex": 9},
    ])  # fmt: skip

    assert faults(case) == [
        ("CASE_KEY_NOT_HERE", "pv[0].term"),
        ("CASE_KEY_NOT_HERE", "pv[1].capex"),
        ("CASE_ENVELOPES_DIFFER", "pv.ppa.envelope"),
    ]


def test_a_demand_that_nothing_can_serve_is_named() -> None:
    case = changed("carriers.0.id", "electricity")
    case["end_uses"].append({"id": "steam", "site": "plant", "demand": 100})
    boiler = {"id": "boiler", "end_use": "steam", "carrier": "electricity"}
    case["technologies"] = [{**boiler, "existing": [100, 100, 50]}]

    assert faults(case) == [("CASE_UNSERVED", "end_uses.steam.demand")]
    case["technologies"].append({**boiler, "id": "new", "unit_size": 50, "capex": 1})
    assert read_case(case)


def test_rules_that_contradict_one_another_are_told_from_targets() -> None:
    case = changed("measures.0.requires", ["B"])
    case["locks"] = [{"measure": "A", "year": 2026}, {"measure": "B", "never": True}]

    found = plan_json(case)["infeasible"]

    assert found["conflict"] is True
    assert {row["family"] for row in found["would_be_met_by"]} == {"lock", "prerequisite"}


def test_age_matters_in_one_block_only() -> None:
    case = changed("measures.0.blocks", 3)
    case["measures"][0]["decay"] = 0.1

    assert faults(case) == [("CASE_AGEING", "measures.A.decay")]


@pytest.mark.parametrize("limit", [1, 18, 100])
def test_a_budget_for_less_than_a_tenth_of_a_kilowatt_still_has_a_plan(limit: int) -> None:
    roof = {"id": "roof", "site": "plant", "max_kw": 50, "yield_per_kw": 1, "capex": 2000}
    case = changed("pv", [roof])
    case["budget"] = {"per_year": {"2026": limit}}

    plan = plan_json(case, {"explain": False})

    assert plan["status"] == "optimal"
    assert plan["capex"][0] <= limit


def test_generation_of_a_roof_agrees_on_mixing() -> None:
    roof = {"site": "plant", "max_kw": 10, "yield_per_kw": 1}
    case = changed("pv", [{**roof, "id": "a", "mix": True}, {**roof, "id": "b"}])

    assert faults(case) == [("CASE_MIX_DIFFERS", "pv.b.mix")]


def test_a_template_is_not_approved() -> None:
    case = changed("measures.0.status", "template")
    assert read_case(case).measures["A"].evidence == "template"

    assert faults({**case, "approved": True}) == [("CASE_TEMPLATE_APPROVED", "measures.A.status")]


def test_a_site_without_a_market_factor_uses_its_own_factor() -> None:
    case = changed("sites.0.ef", {"electricity": 0.7})

    assert read_case(case).ef_market("plant", "electricity")[0] == Fraction(7, 10)


def test_nothing_starts_outside_the_decision_years_not_even_at_first() -> None:
    plan = plan_json({**GOOD, "decision_years": [2027]})

    assert {a["year"] for a in plan["adoptions"]} == {2027}


def test_a_cycle_of_prerequisites_is_found() -> None:
    case = changed("measures.0.requires", ["B"])
    case["measures"][1]["requires"] = ["A"]

    assert [code for code, _ in faults(case)] == ["CASE_CYCLE"]


def test_all_faults_are_reported_at_once() -> None:
    case = changed("measures.0.saving", 2)
    case["measures"][1]["life"] = 0
    case["typo"] = 1

    assert {code for code, _ in faults(case)} == {
        "CASE_SAVING_TOO_LARGE",
        "CASE_NOT_WHOLE",
        "CASE_KEY_UNKNOWN",
    }


def test_a_thing_that_is_no_object_is_refused() -> None:
    assert faults([]) == [("CASE_NOT_OBJECT", "")]  # type: ignore[arg-type]


def test_the_hash_does_not_depend_on_order() -> None:
    turned = {
        **dict(reversed(GOOD.items())),
        "measures": list(reversed(GOOD["measures"])),
    }

    assert problem_hash(read_case(GOOD)) == problem_hash(read_case(turned))
    assert problem_hash(read_case(GOOD)) != problem_hash(read_case(changed("discount_rate", 0.09)))
