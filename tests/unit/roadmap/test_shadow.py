"""Shadow prices: duals, and what plans with a slightly other cap cost."""

from __future__ import annotations

from typing import Any

import pytest

from tanlu.roadmap.planner import plan_json

Case = dict[str, Any]


def two_measures(level: int, *, rate: float = 0) -> Case:
    """Return 10 kt of which E takes 1 kt for 0.1 and W another 1 kt for 0.15 (MCNY)."""
    return {
        "years": {"first": 2026, "last": 2027},
        "discount_rate": rate,
        "salvage": "none",
        "method": "location",
        "carriers": [{"id": "electricity", "electricity": True, "ef": 0.5}],
        "sites": [{"id": "east"}, {"id": "west"}],
        "end_uses": [
            {"id": "e", "site": "east", "carrier": "electricity", "demand": 10_000},
            {"id": "w", "site": "west", "carrier": "electricity", "demand": 10_000},
        ],
        "measures": [
            {"id": "E", "end_uses": ["e"], "saving": 0.2, "capex": 100_000, "life": 1,
             "first_year": 2027},
            {"id": "W", "end_uses": ["w"], "saving": 0.2, "capex": 150_000, "life": 1,
             "first_year": 2027},
        ],
        "targets": [{"id": "cap", "levels": {"2027": level}}],
    }  # fmt: skip


def price_of_2027(case: Case, **options: Any) -> Case:
    found: Case = plan_json(case, options)["shadow_price"][1]
    return found


def test_a_lump_is_priced_by_the_plans_on_both_sides() -> None:
    """One per cent tighter takes W as well: 0.15 for 180 t; the relaxation sees 100 or 150."""
    shadow = price_of_2027(two_measures(9_000))

    assert shadow["resolved"] == pytest.approx(150_000 / 180, abs=0.01)
    assert shadow["per_t"] == shadow["resolved"]
    assert 100 <= shadow["relaxed"] <= 150
    assert (shadow["low"], shadow["high"]) == (shadow["relaxed"], shadow["resolved"])


def test_within_a_lump_a_tonne_costs_nothing_more() -> None:
    shadow = price_of_2027(two_measures(9_400))

    assert shadow["resolved"] == 0.0
    assert (shadow["low"], shadow["high"]) == (0.0, shadow["relaxed"])
    assert shadow["relaxed"] == pytest.approx(100, rel=0.02)


def test_where_a_tighter_cap_cannot_be_kept_the_relaxation_speaks() -> None:
    shadow = price_of_2027(two_measures(8_000))

    assert shadow["resolved"] is None
    assert shadow["per_t"] == shadow["relaxed"] >= 149.0


def test_the_price_is_in_the_money_of_its_own_year() -> None:
    shadow = price_of_2027(two_measures(9_000, rate=0.25))

    assert shadow["resolved"] == pytest.approx(150_000 / 180, abs=0.02)


def test_nothing_is_planned_anew_when_no_reasons_are_asked_for() -> None:
    shadow = price_of_2027(two_measures(9_000), explain=False)

    assert shadow["resolved"] is None
    assert shadow["per_t"] == shadow["relaxed"]
