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
        ("measures.0.capex", -1, "CASE_NEGATIVE", "measures.A.capex"),
        ("measures.0.savings_rate", 1, "CASE_KEY_UNKNOWN", "measures[0].savings_rate"),
        ("measures.0.effect", "magic", "CASE_CHOICE", "measures[0].effect"),
        ("measures.1.id", "A", "CASE_ID_TWICE", "measures[1]"),
        ("carriers.0.price", {"2026": 600}, "CASE_YEARS_MISSING", "carriers[0].price"),
        ("carriers.0.price", [1, 2], "CASE_SERIES_LENGTH", "carriers[0].price"),
        ("carriers.0.price", "cheap", "CASE_NOT_NUMBER", "carriers[0].price"),
        ("end_uses.0.demand", -1, "CASE_NEGATIVE", "end_uses.lines.demand"),
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
    ],
)
def test_a_fault_is_named_by_its_place(path: str, value: Any, code: str, where: str) -> None:
    assert (code, where) in faults(changed(path, value))


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
